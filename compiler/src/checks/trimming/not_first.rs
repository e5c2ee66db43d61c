use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Schedule;

use crate::checks::Ctx;

check! {
    /// What is left of a trimmed packet tells the receiver of the loss, and is of use while it is fast. A class that isn't strict
    /// lets it wait in the congestion that it tells of; one that is trimmed itself would cut it again.
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
    /// trimming "spray" to="bulk" dscp=1
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
    Warning "trimming/not-first" "trimmed packets that wait" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(trimming) = &ctx.fabric.intent.trimming else { return };
    let class = ctx.fabric.intent.classes.iter().find(|c| c.name.v == trimming.to.v);
    let Some(class) = class.filter(|c| !c.is_lossless()) else { return };
    let again = trimming.classes.iter().find(|name| name.v == class.name.v);
    let strict = class.schedule.is_some_and(|s| s.v == Schedule::Strict);
    let text = match (again, strict) {
        (Some(_), _) => format!("class `{}` is trimmed itself", class.name.v),
        (None, false) => {
            format!("class `{}` is not strict: what is left of packets waits in it", class.name.v)
        }
        (None, true) => return,
    };
    let found = RULE.at(trimming.to.at, text).label(again.map_or(class.at, |name| name.at), "here");
    findings.push(found.help("a class of its own with `schedule strict=#true`"));
}
