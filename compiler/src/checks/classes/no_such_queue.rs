use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// A class's queue is its priority, and so is the priority group of a lossless one. They count from 0: a chip of four
    /// queues has 0 to 3.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// asic "small" { queues unicast=4 multicast=4; priority-groups 8; }
    /// platform "mine" like="dell-z9864f" { asic "small"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="mine"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "bulk" default=#true priority=0 { schedule weight=70; }
    /// class "storage" dscp=10 priority=5 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// asic "small" { queues unicast=4 multicast=4; priority-groups 8; }
    /// platform "mine" like="dell-z9864f" { asic "small"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="mine"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "bulk" default=#true priority=0 { schedule weight=70; }
    /// class "storage" dscp=10 priority=3 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "classes/no-such-queue" "a class whose queue or priority group the chip doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut said: Vec<(Span, Span)> = Vec::new();
    for tier in &fabric.tiers {
        let asic = &fabric.platform_of(tier).asic.v;
        let queues = asic.queues.as_ref().map(|q| ("queues", u32::from(q.v.unicast), q.at, false));
        let groups = asic.priority_groups.as_ref().map(|g| ("priority groups", u32::from(g.v), g.at, true));
        for (what, has, limit, lossless) in queues.into_iter().chain(groups) {
            for class in fabric.intent.classes.iter().filter(|c| !lossless || c.is_lossless()) {
                let priority = &class.priority;
                if u32::from(priority.v) < has || said.contains(&(priority.at, limit)) {
                    continue;
                }
                said.push((priority.at, limit));
                let text = format!(
                    "class `{}` needs number {}, {} has {has} {what}",
                    class.name.v, priority.v, asic.name
                );
                let found = RULE.at(priority.at, text).label(limit, "the chip's");
                findings.push(found.help(format!("give it a priority of 0 to {}", has.saturating_sub(1))));
            }
        }
    }
}
