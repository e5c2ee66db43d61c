use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// Every DSCP that no class names goes to the default class: exactly one is marked `default=#true`.
    /// Without it ARP, SSH and all else would land in whatever queue the map leaves them, the lossless one
    /// maybe.
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
    Error "classes/no-default" "no default class, or several" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let classes = &ctx.fabric.intent.classes;
    let mut defaults = classes.iter().filter(|c| c.is_default());
    let (first, second) = (defaults.next(), defaults.next());
    match (first, second, classes.first()) {
        (None, _, Some(any)) => {
            let found =
                RULE.at(any.at, "no class is the default, so DSCPs that no class names have no queue");
            findings
                .push(found.help("add `class \"bulk\" default=#true priority=0 { schedule weight=30; }`"));
        }
        (Some(first), Some(second), _) => {
            let (a, b) = (&first.name.v, &second.name.v);
            let found = RULE.at(second.at, format!("classes `{a}` and `{b}` are both the default"));
            findings.push(found.label(first.at, "first here").help("keep `default=#true` on one of them"));
        }
        _ => {}
    }
}
