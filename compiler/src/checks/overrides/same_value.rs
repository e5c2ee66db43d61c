use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::ConfigDb;
use fabc_lang::source::Span;
use fabc_targets::sonic::{Release, Value, emitted, overrides};
use fabc_targets::{Device, Names};

use crate::checks::Ctx;

check! {
    /// A `config-db` field that has the value which it would have anyway. It does nothing today, and when fabc's own
    /// value changes with the next release it will hold the old one, unseen.
    ///
    /// A row for the fabric or a tier is compared on every switch that it is for; of more than 64 switches nothing is
    /// said.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { config-db "PORT" "Ethernet0" mtu="9100"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { config-db "PORT" "Ethernet0" mtu="9000"; }
    /// ```
    Warning "overrides/same-value" "a field that is set to its own value" => run
}

/// Rows of the fabric and of a tier are judged for so many switches.
const MOST: usize = 64;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let node = &fabric.intent.fabric;
    let Some(release) = Release::find(node.nos.v, &node.release.v) else { return };
    let shared = |tier: usize| !node.config_db.is_empty() || !fabric.tiers[tier].node.config_db.is_empty();
    let asked = |index: &usize| {
        let switch = &fabric.switches[*index];
        let own = switch.own.is_some_and(|own| !fabric.intent.switches[own].config_db.is_empty());
        !switch.absent && (own || shared(switch.tier))
    };
    let asked: Vec<usize> = (0..fabric.switches.len()).filter(asked).take(MOST + 1).collect();
    if asked.len() > MOST {
        return;
    }
    // By place of the value: the field, and whether it overrides nothing on every switch so far.
    let mut fields: BTreeMap<Span, (&ConfigDb, usize, bool)> = BTreeMap::new();
    let names = Names::new(fabric);
    for device in asked.into_iter().filter_map(|index| Device::new(fabric, &names, release, index)) {
        let mut db = emitted(&device);
        for over in overrides(&device) {
            for (at, (name, value)) in over.fields.iter().enumerate() {
                let new = Value::Text(value.v.clone());
                let same = db.row(&over.table.v, &over.key.v).and_then(|r| r.get(&name.v)) == Some(&new);
                fields.entry(value.at).or_insert((over, at, true)).2 &= same;
                db.row_mut(&over.table.v, &over.key.v).set(&name.v, new);
            }
        }
    }
    for (at, (over, field, same)) in fields {
        if same {
            let (name, value) = &over.fields[field];
            let message = format!("{} {} has {}={} anyway", over.table.v, over.key.v, name.v, value.v);
            findings.push(RULE.at(at, message).help(format!("remove `{}`", name.v)));
        }
    }
}
