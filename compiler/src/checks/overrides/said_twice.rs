use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::PortId;
use fabc_lang::intent::{ConfigDb, SwitchNode};
use fabc_lang::source::Span;

use crate::checks::Ctx;
use crate::checks::selector::means;

check! {
    /// Two lines of one block say the same thing: which one wins would depend on their order. What is for one port
    /// (`"1/2"`) lies over what is for its whole cage (`1`), wherever it stands; so does a `config-db` row of a switch
    /// over one of its tier, and that over one of the fabric.
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
    /// switch "leaf-01" {
    ///     port "1/1" { note "dirty fibre"; }
    ///     port "Ethernet0" { note "waits for a module"; }
    /// }
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
    /// switch "leaf-01" {
    ///     port 1 { note "dirty fibre"; }
    ///     port "1/2" { note "waits for a module"; }
    /// }
    /// ```
    Error "overrides/said-twice" "two lines for one thing" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    rows(&fabric.intent.fabric.config_db, findings);
    fabric.tiers.iter().for_each(|tier| rows(&tier.node.config_db, findings));
    fabric.intent.switches.iter().for_each(|own| rows(&own.config_db, findings));
    for (index, switch) in fabric.switches.iter().enumerate() {
        let Some(own) = switch.own.map(|own| &fabric.intent.switches[own]) else { continue };
        selectors(ctx, index, own, findings);
    }
}

/// Reports fields that two rows of one block set.
fn rows(rows: &[ConfigDb], findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str, &str), Span> = BTreeMap::new();
    for row in rows {
        for (field, _) in &row.fields {
            if let Some(first) = seen.insert((&row.table.v, &row.key.v, &field.v), field.at) {
                let text = format!("`{}` of {} {} is set already", field.v, row.table.v, row.key.v);
                push(findings, field.at, text, first);
            }
        }
    }
}

/// Reports what two `port` or two `cable` of a switch say of the same ports.
fn selectors(ctx: &Ctx, switch: usize, own: &SwitchNode, findings: &mut Findings) {
    // By what is said and the ports that it is said of. Cages and ports are ranks: only where they mean the same is it twice.
    let mut seen: BTreeMap<(&str, Vec<PortId>), Span> = BTreeMap::new();
    let ups = own.ports.iter().filter_map(|p| Some(("whether it is up", &p.port, p.up.as_ref()?.at)));
    let notes = own.ports.iter().filter_map(|p| Some(("a note", &p.port, p.note.as_ref()?.at)));
    let cables = own.cables.iter().map(|(port, length)| ("the length of its cable", port, length.at));
    for (what, port, at) in ups.chain(notes).chain(cables) {
        let ports = means(ctx.fabric, switch, &port.v);
        if ports.is_empty() {
            continue; // reported as unknown
        }
        if let Some(first) = seen.insert((what, ports), at) {
            push(findings, at, format!("of port `{}` {what} is said already", port.v), first);
        }
    }
}

fn push(findings: &mut Findings, at: Span, text: String, first: Span) {
    findings.push(RULE.at(at, text).label(first, "first here").help("remove one of the two"));
}
