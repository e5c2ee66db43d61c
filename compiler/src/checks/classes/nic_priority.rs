use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::nics::{class_of, roce};

check! {
    /// A pause names a priority. A NIC that sends RoCE with one priority and is paused on another goes on sending, and
    /// what it sends is dropped. Only for RoCE does it matter: congestion notifications are paused by no one, their
    /// DSCP alone must agree.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" model="bcm57608"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=4 lossless=#true {
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
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G" model="bcm57608"; }
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
    Warning "classes/nic-priority" "a NIC that is paused on another priority" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    for mark in roce(ctx.fabric) {
        let Some((whose, own)) = mark.whose.and_then(|w| Some((w, w.priority?))) else { continue };
        let class = class_of(&ctx.fabric.intent.classes, mark.dscp).filter(|c| c.is_lossless());
        let Some(class) = class.filter(|c| c.priority.v != own) else { continue };
        let (name, ours, model) = (&class.name.v, class.priority.v, whose.model);
        let message = format!("class `{name}` is paused on priority {ours}, a {model} sends it on {own}");
        let found = mark.label(RULE.at(class.priority.at, message), "RoCE");
        findings.push(found.help(format!("`priority={own}`, or set the NICs to pause on {ours}")));
    }
}
