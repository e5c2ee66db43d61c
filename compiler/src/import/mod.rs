//! What switches run, as a first fabric.kdl: so that a fabric that stands can be taken over.
//!
//! A model is guessed from names, wires and numbers, written, built and held against what was read; what a formula gets
//! wrong is pinned, what no word says becomes a `config-db` row, and what is left is told.
//!
//! - `read`: one switch
//! - `names`: what names tell
//! - `guess`: the first model: nodes and lines; `boxes`, `numbers`, `traffic`, `telemetry`: the rest of it
//! - `model`: what is to be written, and `write` as text
//! - `compare`: a text built, beside what was read
//! - `improve`: other ways to say it and pins, as long as less differs; `rows`: rows for the rest

mod boxes;
mod compare;
mod guess;
mod improve;
mod model;
mod names;
mod numbers;
mod read;
mod rows;
mod telemetry;
mod traffic;
mod write;

use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;

use crate::deployed::read::Folder;
use crate::host::Host;

/// What may be said besides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The fabric's name.
    pub name: String,
    /// `sonic` or `enterprise-sonic`.
    pub nos: Option<String>,
    /// The release, where no state.json says it.
    pub release: Option<String>,
}

/// What is not the same on a switch and in a build of what was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The switch.
    pub switch: String,
    /// `TABLE|key field`, `frr.conf` and the block, or `LLDP|port`.
    pub what: String,
    /// What was read; none where there is nothing.
    pub read: Option<String>,
    /// What a build gives; none where there is nothing.
    pub built: Option<String>,
}

/// A fabric.kdl, and what is to be said of it.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// The file.
    pub text: String,
    /// Switches that were read.
    pub switches: usize,
    /// What does not round-trip, in order.
    pub differences: Vec<Difference>,
    /// Errors that `fabc check` has against it.
    pub errors: Vec<String>,
    /// What was odd.
    pub notes: Vec<String>,
}

/// Reads a folder. The error says what can't be read.
pub fn import(folder: &Folder, options: &Options, host: &dyn Host) -> Result<Imported, String> {
    let readings = read::all(folder, host)?;
    if readings.is_empty() {
        let shown = folder.root().display();
        return Err(format!(
            "{shown} holds no switch: there is neither NAME/config_db.json nor switches/NAME/config_db.json nor NAME.json"
        ));
    }
    let mut notes = Vec::new();
    let (mut model, who) = guess::model(&readings, &mut notes);
    model.name.clone_from(&options.name);
    let candidates = releases(&readings, options, &mut model)?;
    let (model, trial) = improve::improve(model, &who, &readings, &candidates);
    let mut differences = trial.differences;
    differences.sort_by(|a, b| {
        fabc_lang::fabric::natural_cmp(&a.switch, &b.switch)
            .then_with(|| fabc_lang::fabric::natural_cmp(&a.what, &b.what))
    });
    if let Some(fabric) = &trial.fabric {
        let read = |name: &str| readings.iter().any(|r| r.name == name);
        let more = fabric.switches.iter().filter(|s| !s.absent && !read(&s.name)).count();
        if more > 0 {
            notes.push(format!("the result has {more} switches that the folder has nothing of"));
        }
    }
    let text = write::file(&model, &improve::head(&model, &readings));
    Ok(Imported { text, switches: readings.len(), differences, errors: trial.errors, notes })
}

/// Releases that may be meant; the first is in the model.
fn releases(
    readings: &[read::Reading],
    options: &Options,
    model: &mut model::Model,
) -> Result<Vec<(String, String)>, String> {
    let states = || readings.iter().filter_map(|r| r.state.as_ref());
    let nos = options.nos.clone().or_else(|| guess::most(states().filter_map(|s| s.nos.clone())));
    let release = options.release.clone().or_else(|| guess::most(states().filter_map(|s| s.release.clone())));
    let named = |nos: Nos| if nos == Nos::Sonic { "sonic" } else { "enterprise-sonic" };
    let all = || Release::all().iter().map(|r| (named(r.nos).to_owned(), r.name.to_owned()));
    let mut list: Vec<(String, String)> = match (&nos, release) {
        (nos, Some(release)) => {
            let guess = if release.starts_with("20") { "sonic" } else { "enterprise-sonic" };
            vec![(nos.clone().unwrap_or_else(|| guess.to_owned()), short(&release))]
        }
        (Some(nos), None) => all().filter(|(of, _)| of == nos).collect(),
        (None, None) => {
            let nos = if boxes::is_enterprise(readings) { "enterprise-sonic" } else { "sonic" };
            all().filter(|(of, _)| of == nos).collect()
        }
    };
    for (_, release) in &mut list {
        if release == "4.x" {
            "4.5".clone_into(release);
        }
    }
    list.reverse(); // of equals the newest
    let (nos, release) = list.first().cloned().ok_or("no release of that system is known")?;
    let known = Release::find(if nos == "sonic" { Nos::Sonic } else { Nos::EnterpriseSonic }, &release);
    if known.is_none() {
        return Err(format!("fabc knows no release {release} of {nos}; say which is closest with --release"));
    }
    model.release_guessed = list.len() > 1;
    (model.nos, model.release) = (nos, release);
    Ok(list)
}

/// `4.4.0` as the language has it: `4.4`.
fn short(release: &str) -> String {
    let parts: Vec<&str> = release.split('.').collect();
    match parts.as_slice() {
        [major, minor, _, ..] => format!("{major}.{minor}"),
        _ => release.to_owned(),
    }
}

/// The paths that FRR is built for on the fabric's release.
fn paths(fabric: &Fabric) -> u32 {
    let node = &fabric.intent.fabric;
    Release::find(node.nos.v, &node.release.v).map_or(0, |release| release.maximum_paths)
}
