use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::{CagePlan, Tier};
use fabc_lang::units::grouped;

use crate::checks::Ctx;

check! {
    /// A chip numbers its ports pipe by pipe, and a pipe has fewer numbers than its cages have lanes: two
    /// cages of 8x100G don't fit where one does. Lists of break-outs don't say so; SONiC fails at start, and
    /// no port comes up. Every port of a cage counts, wired or not. This looks once more at what has been
    /// laid, whatever laid it.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     cages default="8x100G"
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// platform "lab" like="dell-z9864f" {
    ///     cages default="4x200G"
    /// }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "ports/over-capacity" "more ports than the chip addresses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for tier in &ctx.fabric.tiers {
        if let Some(found) = per_pipe(ctx, tier).or_else(|| per_chip(ctx, tier)) {
            findings.push(found);
        }
    }
}

fn ports(cage: &CagePlan) -> u64 {
    let layout = cage.broken.as_ref().unwrap_or(&cage.default);
    layout.ports.len() as u64
}

fn per_pipe(ctx: &Ctx, tier: &Tier) -> Option<Diagnostic> {
    let platform = ctx.fabric.platform_of(tier);
    let limit = platform.asic.v.pipes.as_ref()?;
    let mut pipes: BTreeMap<u16, Vec<&CagePlan>> = BTreeMap::new();
    for cage in &tier.cages {
        pipes.entry(platform.cage(cage.number)?.pipe?).or_default().push(cage);
    }
    let sum = |cages: &[&CagePlan]| cages.iter().copied().map(ports).sum::<u64>();
    let over = |cages: &Vec<&CagePlan>| sum(cages) > u64::from(limit.v.logical_ports);
    let (pipe, cages) = pipes.iter().find(|(_, cages)| over(cages))?;
    let all = pipes.values().filter(|cages| over(cages)).count();
    let names: Vec<String> = cages.iter().map(|c| format!("{} ({})", c.number, ports(c))).collect();
    let most = limit.v.logical_ports;
    let message =
        format!("pipe {pipe} of a `{}` has {} ports, {most} at the most", tier.path, grouped(sum(cages)));
    let found = RULE.at(tier.node.switch.at, message).label(limit.at, format!("{most} to a pipe"));
    let found = found.note(format!("its cages, with their ports: {}", names.join(", ")));
    let found = if all > 1 { found.note(format!("{all} pipes are over")) } else { found };
    Some(found.help("break out fewer of these cages, or into fewer ports"))
}

fn per_chip(ctx: &Ctx, tier: &Tier) -> Option<Diagnostic> {
    let limit = ctx.fabric.platform_of(tier).asic.v.logical_ports.as_ref()?;
    let sum: u64 = tier.cages.iter().map(ports).sum();
    if sum <= u64::from(limit.v) {
        return None;
    }
    let message = format!("a `{}` has {} ports, {} at the most", tier.path, grouped(sum), limit.v);
    let found = RULE.at(tier.node.switch.at, message).label(limit.at, "of the whole chip");
    Some(found.help("break out fewer cages, or into fewer ports"))
}
