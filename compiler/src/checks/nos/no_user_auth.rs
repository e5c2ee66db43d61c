use fabc_lang::diagnostic::Findings;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;

use crate::checks::Ctx;

check! {
    /// `user-auth` is a field of GNMI since 202311, its word `none` since 202511: an older release refuses the row.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202305"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
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
    /// telemetry { gnmi user-auth="cert" { certificates server="/etc/sonic/s.cer" key="/etc/sonic/s.key"; }; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202311"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
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
    /// telemetry { gnmi user-auth="cert" { certificates server="/etc/sonic/s.cer" key="/etc/sonic/s.key"; }; }
    /// ```
    Error "nos/no-user-auth" "a way of authentication that the release doesn't have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let way = intent.telemetry.as_ref().and_then(|t| t.gnmi.as_ref()).and_then(|g| g.user_auth.as_ref());
    let node = &intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v).filter(|r| r.nos == Nos::Sonic);
    let (Some(way), Some(release)) = (way, release) else { return };
    if release.gnmi_user_auth.contains(&way.v.as_str()) {
        return;
    }
    let first = Release::all().iter().find(|r| r.gnmi_user_auth.contains(&way.v.as_str()));
    let help = first.map(|first| format!("release {} has it; or remove `user-auth`", first.name));
    let found = RULE.at(way.at, format!("release {} has no `user_auth` of `{}`", release.name, way.v));
    findings.push(found.label(node.release.at, "chosen here").help_opt(help));
}
