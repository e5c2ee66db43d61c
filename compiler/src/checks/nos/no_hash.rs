use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use fabc_targets::sonic::tables::{Systems, TABLES};

use crate::checks::Ctx;

/// Where community SONiC is told what to hash on.
const TABLE: &str = "SWITCH_HASH";

check! {
    /// What ECMP hashes on is set by SWITCH_HASH, which orchagent reads from 202311 on. Before, the chip's own default holds.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202305"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202311"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash; }
    /// ```
    Error "nos/no-hash" "a hash that this release can't be told" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let node = &intent.fabric;
    let Some(balancing) = &intent.load_balancing else { return };
    // The hash on the queue pair is a finding of its own.
    let plain = balancing.hash.as_ref().is_some_and(|hash| hash.qpn.is_none_or(|qpn| !qpn.v));
    let release = Release::find(node.nos.v, &node.release.v).filter(|r| r.nos == Nos::Sonic);
    let table = TABLES.iter().find(|table| table.name == TABLE);
    let (true, Some(release), Some(table)) = (plain, release, table) else { return };
    if let (Systems::Since(first), false) = (table.of, table.of.has(release)) {
        let found = RULE.at(balancing.at, format!("release {} has no {TABLE}", release.name));
        let found = found.label(node.release.at, "chosen here");
        findings.push(found.help(format!("`release=\"{first}\"` has it, or remove `hash`")));
    }
}
