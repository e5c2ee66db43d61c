use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::budget::lossless;
use crate::checks::Ctx;
use crate::checks::chain::culprit;
use crate::checks::nics::cnp;

check! {
    /// A class says that its DSCPs are lossless, and a row that is laid over sends one of them where nothing is; or it
    /// sends congestion notifications where they are paused with the traffic that they report. All switches may agree
    /// on it, so nothing else would tell.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; config-db "DSCP_TO_TC_MAP" "AZURE" "26"="1"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; config-db "DSCP_TO_TC_MAP" "AZURE" "30"="3"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "overrides/class-undone" "a class that a row undoes" => run
}

/// Tables whose rows decide where a DSCP ends.
const MAPS: [&str; 4] = ["DSCP_TO_TC_MAP", "TC_TO_PRIORITY_GROUP_MAP", "PORT_QOS_MAP", "BUFFER_PG"];

fn run(ctx: &Ctx, findings: &mut Findings) {
    let (Some(chains), fabric) = (&ctx.chains, ctx.fabric) else { return };
    let classes: Vec<_> = lossless(fabric).collect();
    let mut said = BTreeSet::new();
    for kind in &chains.kinds {
        let switch = &fabric.switches[kind.switch];
        if ctx.lacks.get(switch.tier).is_none_or(Option::is_some) {
            continue;
        }
        let Some(at) = culprit(fabric, kind.switch, &MAPS) else { continue };
        for (port, chain) in kind.chains() {
            let port = port.map_or_else(String::new, |port| format!("{port} of "));
            let own = classes.iter().flat_map(|c| c.dscp.iter().map(move |d| (*c, d.v)));
            for (class, dscp) in own.filter(|(_, dscp)| !chain.is_lossless(*dscp)) {
                let (class_name, name) = (&class.name.v, &switch.name);
                let text = format!("DSCP {dscp} of lossless class `{class_name}` is lossy on {port}`{name}`");
                if said.insert((at, dscp)) {
                    let found = RULE.at(at, text).label(class.at, "meant to be lossless");
                    findings.push(found.help("remove the row, or take the DSCP out of the class"));
                }
            }
            let paused = |dscp: u8| chain.is_lossless(dscp);
            let named = |dscp: u8| classes.iter().any(|c| c.dscp.iter().any(|d| d.v == dscp));
            for mark in cnp(fabric).iter().filter(|m| paused(m.dscp) && !named(m.dscp)) {
                let (dscp, name) = (mark.dscp, &switch.name);
                if said.insert((at, dscp)) {
                    let text =
                        format!("DSCP {dscp}, congestion notifications, is lossless on {port}`{name}`");
                    findings.push(RULE.at(at, text).help("remove the row"));
                }
            }
        }
    }
}
