use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// SONiC's YANG takes paths of certificates in one form only: folders and a name of letters, digits, `-` and `_`, then `.cer` or `.key`. With
    /// another, the whole file is refused.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
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
    /// telemetry { gnmi { certificates server="/etc/sonic/server.pem" key="/etc/sonic/server.key"; }; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
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
    /// telemetry { gnmi { certificates server="/etc/sonic/server.cer" key="/etc/sonic/server.key"; }; }
    /// ```
    Error "nos/certificate-path" "a path of a certificate that YANG refuses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let gnmi = ctx.fabric.intent.telemetry.as_ref().and_then(|t| t.gnmi.as_ref());
    let Some(files) = gnmi.and_then(|gnmi| gnmi.certificates.as_ref()) else { return };
    let all = [(Some(&files.server), ".cer"), (Some(&files.key), ".key"), (files.ca.as_ref(), ".cer")];
    for (path, end) in all {
        let Some(path) = path.filter(|path| !fits(&path.v, end)) else { continue };
        let found = RULE.at(path.at, format!("`{}` is no path as YANG takes it: from `/`, to {end}", path.v));
        findings
            .push(found.help(format!("`/etc/sonic/telemetry/NAME{end}`, of letters, digits, `-` and `_`")));
    }
}

/// `(/[a-zA-Z0-9_-]+)*/([a-zA-Z0-9_-]+).cer`
fn fits(path: &str, end: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let inner = path.strip_prefix('/').and_then(|path| path.strip_suffix(end));
    inner.is_some_and(|inner| inner.split('/').all(plain))
}
