use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::chain::{culprit, listed};
use crate::checks::optics::resting_on;

check! {
    /// Every lossless queue needs its watchdog, and `pfcwd_sw_enable` says which priorities it looks at: it must be the
    /// same as `pfc_enable`, which an upgrade copies to it anyway. Some chips know one action only for the whole
    /// switch; there SONiC refuses a port whose row names another.
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
    /// switch "leaf-01" { config-db "PFC_WD" "Ethernet0" action="forward"; }
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
    Warning "overrides/watchdog-differs" "watchdogs that differ on one switch" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let (Some(chains), fabric) = (&ctx.chains, ctx.fabric) else { return };
    for kind in &chains.kinds {
        let switch = &fabric.switches[kind.switch];
        let name = &switch.name;
        let one = &fabric.platform_of(fabric.tier_of(switch)).asic.v.watchdog_action;
        let actions: BTreeSet<&str> = kind.chains().filter_map(|(_, c)| c.action.as_deref()).collect();
        if let (Some(one), true, Some(at)) =
            (one.as_ref().filter(|o| o.v), actions.len() > 1, culprit(fabric, kind.switch, &["PFC_WD"]))
        {
            let list = actions.iter().copied().collect::<Vec<_>>().join(", ");
            let found =
                RULE.at(at, format!("watchdogs of `{name}` {list}, its chip has one action for all ports"));
            let found = resting_on(one.confidence, found.label(one.at, "one action"));
            findings.push(found.help("set it by `watchdog action=`, for all ports"));
        }
        let unwatched =
            kind.chains().find(|(_, c)| c.watched != c.paused && fabric.intent.watchdog.is_some());
        let Some((port, chain)) = unwatched else { continue };
        let Some(at) = culprit(fabric, kind.switch, &["PORT_QOS_MAP", "PFC_WD"]) else { continue };
        let port = port.map_or_else(String::new, |port| format!("{port} of "));
        let (paused, watched) = (listed(chain.paused), listed(chain.watched));
        let message = format!("{port}`{name}` pauses priorities {paused}, its watchdog looks at {watched}");
        findings.push(RULE.at(at, message).help("give `pfc_enable` and `pfcwd_sw_enable` the same value"));
    }
}
