use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::{Class, Nos};
use fabc_targets::sonic::{First, Part};

use crate::checks::Ctx;

check! {
    /// Enterprise SONiC keeps priorities 3 and 4 for lossless classes: their priority groups and queues, and the buffers
    /// that it sets up at boot. Later releases let `roce enable pfc-priority` name two others, as a pair; 4.0 and 4.1
    /// don't. A single other priority has no form that is known: without one, the box holds 3 and 4 for lossless.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=5 lossless=#true {
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
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
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
    Error "classes/lossless-priority" "a lossless priority that the system doesn't take" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    if node.nos.v != Nos::EnterpriseSonic {
        return;
    }
    let lossless: Vec<&Class> = ctx.fabric.intent.classes.iter().filter(|c| c.is_lossless()).collect();
    let other = |c: &&&Class| !matches!(c.priority.v, 3 | 4);
    let Some(class) = lossless.iter().find(other) else { return };
    let (text, at) = match First::after(node, Part::OtherPriorities) {
        Some(_) => (format!("release {} takes 3 and 4 only", node.release.v), node.release.at),
        None if lossless.len() == 1 => (
            "a single one other than 3 and 4 has no form that is known: two are named as a pair".to_owned(),
            node.nos.at,
        ),
        None => return,
    };
    let message = format!("lossless priority {}: {text}", class.priority.v);
    findings.push(
        RULE.at(class.priority.at, message).label(at, "chosen here").help("`priority=3` or `priority=4`"),
    );
}
