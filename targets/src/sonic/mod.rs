//! SONiC: `config_db.json` of a switch.
//!
//! - [`Release`]: what differs from release to release
//! - [`Dialect`]: how it writes what is done with each class, and what is only likely: [`doubts`]
//! - [`First`]: since which 4.N Enterprise SONiC has something
//! - [`tables`]: one file per table, each over any [`Sink`]
//! - [`qos`]: what is done with each class, from which the tables on QoS and buffers are written
//! - [`alike`]: rows that are made once for all switches that are alike
//! - [`secrets`]: rows that stand in no build
//! - [`cli`]: what is typed rather than loaded
//! - [`effects`]: what a change of a row does to a switch that runs
//! - [`gcu`]: which patches the Generic Config Updater takes
//! - [`JsonSink`], [`CollectSink`]: tables as bytes, and as a [`ConfigDb`]

mod alike;
mod ars;
pub mod cli;
mod config_db;
mod dialect;
mod doubts;
pub mod effects;
pub mod gcu;
mod json;
pub mod qos;
mod release;
pub mod secrets;
mod since;
mod sink;
pub mod tables;

use fabc_lang::intent::ConfigDb as Override;

use alike::Likeness;
pub(crate) use alike::{Kinds, Neighbours};
pub use config_db::{CollectSink, ConfigDb, ReadError, Row, Rows, Value};
pub use dialect::{Colours, Dialect, HandsOff, Likely, Lossy, Open};
pub(crate) use doubts::likely;
pub use doubts::{Doubt, doubts};
pub use json::JsonSink;
pub(crate) use json::quote;
use release::{HIGH_FREQUENCY, TRIMMING};
pub use release::{Release, first_with};
pub use since::{First, Part};
pub use sink::{Origin, Sink};

use crate::device::Device;

/// Appends the switch's config_db.json. What it has in common with others is in `kinds` and `neighbours`, or comes there.
pub(crate) fn render(device: &Device<'_>, kinds: &Kinds, neighbours: &Neighbours, out: &mut Vec<u8>) {
    if overrides(device).next().is_some() {
        return config_db(device).render(out);
    }
    let Some(likeness) = Likeness::of(device) else {
        let mut sink = JsonSink::new(out).among(neighbours);
        tables::emit(device, &mut sink);
        return sink.finish();
    };
    let known = kinds.find(&likeness);
    let mut sink = JsonSink::like(out, known.as_deref()).among(neighbours);
    tables::emit(device, &mut sink);
    if let Some(made) = sink.finish_made() {
        kinds.hold(likeness, made);
    }
}

/// The switch's config_db.json as a value, with the `config-db` overrides laid over it.
pub fn config_db(device: &Device<'_>) -> ConfigDb {
    config_db_with(device, &secrets::Secrets::default())
}

/// The same with its secrets. What `config-db` says is the last word here too.
pub fn config_db_with(device: &Device<'_>, secrets: &secrets::Secrets) -> ConfigDb {
    let mut db = emitted(device);
    secrets.lay_over(device.fabric, &mut db);
    for over in overrides(device) {
        let row = db.row_mut(&over.table.v, &over.key.v);
        for (name, value) in &over.fields {
            row.set(&name.v, Value::Text(value.v.clone()));
        }
    }
    db
}

/// What the tables give, before any override.
pub fn emitted(device: &Device<'_>) -> ConfigDb {
    let mut sink = CollectSink::default();
    tables::emit(device, &mut sink);
    sink.db
}

/// The `config-db` nodes that hold for the switch: fabric, tier, switch; later ones win.
pub fn overrides<'a>(device: &Device<'a>) -> impl Iterator<Item = &'a Override> + use<'a> {
    let fabric = &device.fabric.intent.fabric.config_db;
    let own = device.own.map_or(&[][..], |own| &own.config_db);
    fabric.iter().chain(&device.tier.node.config_db).chain(own)
}
