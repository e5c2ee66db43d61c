use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// The DSCP of a trimmed packet sorts it at the next switch. Where it belongs to another class than the one it is sent in here,
    /// it changes queues on its way; where that class is lossless, it waits for pauses. A class without a DSCP gives none to trimmed
    /// packets.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "spray" to="cut" dscp=26
    /// platform "sure" like="dell-z9864f" { feature "packet-trimming" source="a box that was asked"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail" { length "5m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=60
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "spray" dscp=10 priority=2 { schedule weight=20; }
    /// class "cut" dscp=12 priority=5 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=20; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// trimming "spray" to="cut"
    /// platform "sure" like="dell-z9864f" { feature "packet-trimming" source="a box that was asked"; }
    /// ```
    Error "trimming/other-class" "trimmed packets that change classes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(trimming) = ctx.fabric.intent.trimming.as_ref().filter(|_| ctx.sound) else { return };
    let classes = &ctx.fabric.intent.classes;
    let Some(class) = classes.iter().find(|c| c.name.v == trimming.to.v) else { return };
    let Some(dscp) = trimming.dscp else {
        if class.dscp.is_empty() {
            let text = format!("class `{}` names no DSCP for what is left", class.name.v);
            let found = RULE.at(trimming.to.at, text).label(class.at, "its class");
            findings.push(found.help("add `dscp=` to `trimming`, one of that class"));
        }
        return;
    };
    let named = classes.iter().find(|c| c.dscp.iter().any(|d| d.v == dscp.v));
    let Some(other) = named.or(classes.iter().find(|c| c.is_default())) else { return };
    if other.name.v != class.name.v {
        let text = format!("DSCP {} is of class `{}`, not of `{}`", dscp.v, other.name.v, class.name.v);
        let found = RULE.at(dscp.at, text).label(other.at, format!("takes DSCP {}", dscp.v));
        let help = class.dscp.first().map(|d| format!("`dscp={}`, or leave it out", d.v));
        findings.push(found.help_opt(help));
    }
}
