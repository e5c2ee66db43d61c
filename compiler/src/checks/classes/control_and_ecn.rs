use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// DCQCN senders slow down when the switch marks: without ECN they never hear of a queue. A class that is said to go
    /// without congestion control, and marks, wakes what is meant to sleep. Meta runs 400G fabrics with PFC alone,
    /// because its collective library admits traffic from the receiver's side.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    ///     congestion-control "none"
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
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     congestion-control "none"
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
    Error "classes/control-and-ecn" "congestion control that ECN contradicts" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for class in &ctx.fabric.intent.classes {
        let Some(control) = &class.congestion_control else { continue };
        let name = &class.name.v;
        match (class.is_uncontrolled(), class.ecn.first()) {
            (true, Some(ecn)) => {
                let message = format!("class `{name}` goes without congestion control, and marks by ECN");
                let found = RULE.at(control.at, message).label(ecn.at, "marks");
                findings.push(found.help("remove one of the two"));
            }
            (false, None) if ctx.sound => {
                let message = format!("class `{name}` relies on DCQCN and has no ECN");
                let found = RULE.at(control.at, message);
                findings.push(found.help("`ecn min=\"1MiB\" max=\"4MiB\" probability=10`"));
            }
            _ => {}
        }
    }
}
