use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::chain::{culprit, listed};

check! {
    /// PFC belongs on exactly those priorities whose groups have lossless buffers. A priority that is paused without
    /// headroom drops all the same, after it has stopped its neighbour; one with headroom that isn't paused drops as
    /// soon as its share is full, and the headroom is lost to all others.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// switch "leaf-01" { config-db "PORT_QOS_MAP" "Ethernet0" pfc_enable="3,4" pfcwd_sw_enable="3,4"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
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
    Error "overrides/pause-without-buffer" "PFC and lossless buffers on different priorities" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let (Some(chains), fabric) = (&ctx.chains, ctx.fabric) else { return };
    let mut said = BTreeSet::new();
    for kind in &chains.kinds {
        for (port, chain) in kind.chains().filter(|(_, c)| c.paused_groups() != c.lossless) {
            let name = &fabric.switches[kind.switch].name;
            let port = port.map_or_else(String::new, |port| format!("{port} of "));
            let (mut paused, lossless) = (listed(chain.paused), listed(chain.lossless));
            if chain.paused_groups() != chain.paused {
                paused = format!("{paused}, of priority groups {}", listed(chain.paused_groups()));
            }
            let tables =
                ["PORT_QOS_MAP", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP", "BUFFER_PG", "BUFFER_PROFILE"];
            let Some(at) = culprit(fabric, kind.switch, &tables) else { continue };
            if said.insert((at, paused.clone(), lossless.clone())) {
                let message =
                    format!("{port}`{name}` pauses priorities {paused}, lossless buffers are on {lossless}");
                findings.push(RULE.at(at, message).help("let `class` say what is lossless: it sets both"));
            }
        }
    }
}
