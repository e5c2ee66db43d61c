use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::Platform;
use fabc_lang::source::Span;
use fabc_lang::units::Size;
use fabc_targets::sonic::qos;

use crate::budget::lossless;
use crate::checks::Ctx;
use crate::checks::pools::{LOSSLESS, Stated, pools, used};

check! {
    /// What has been let in as lossless must find room on its way out: an egress pool that holds less than what ingress may
    /// hold drops packets that nobody paused. Where the vendor's own egress pool is the smaller one, that stays its business;
    /// it must not be made smaller still.
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
    /// watchdog detect="200ms" restore="400ms"
    /// buffers { pool "egress_lossless_pool" size="100MB"; }
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
    /// buffers { pool size="100MB"; pool "egress_lossless_pool" size="100MB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/egress-too-small" "lossless packets that are dropped at egress" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if lossless(ctx.fabric).next().is_none() {
        return;
    }
    let all = pools(ctx);
    for (platform, role) in used(ctx) {
        let Some(short) = short(&all, platform, role) else { continue };
        let Short { ingress, egress, at, may, floor } = short;
        let name = &egress.pool.v.name;
        let message = format!(
            "pool `{name}` of `{}` takes {}; ingress may hold {} of lossless packets",
            platform.name,
            Size(egress.size.0),
            Size(may)
        );
        let label = ingress.size.1.filter(|ingress| *ingress != at).unwrap_or(ingress.pool.at);
        let found = RULE.at(at, message).label(label, "at ingress");
        let edit = format!("`pool \"{name}\" size=\"{floor}B\"` or more");
        findings.push(found.help(match egress.size.1 {
            Some(_) => edit,
            None => format!("leave ingress at {} B, or add {edit}", ingress.vendor()),
        }));
    }
}

/// An egress pool that is too small.
pub(super) struct Short<'c, 'a> {
    ingress: &'c Stated<'a>,
    egress: &'c Stated<'a>,
    /// What the file says of either.
    at: Span,
    /// What ingress may hold, bytes.
    may: u64,
    /// What egress must hold at least.
    floor: u64,
}

/// The egress pool of a platform, where what the file says makes it too small.
pub(super) fn short<'c, 'a>(all: &'c [Stated<'a>], platform: &Platform, role: &str) -> Option<Short<'c, 'a>> {
    let of = |name: &str| {
        all.iter()
            .find(|p| (&p.platform.name, p.role, p.pool.v.name.as_str()) == (&platform.name, role, name))
    };
    let ingress = of(LOSSLESS)?;
    let egress = of(&qos::egress_lossless(platform, role)?.v.pool)?;
    let at = egress.size.1.or(ingress.size.1).or(ingress.xoff.and_then(|x| x.1))?;
    let usual = ingress.vendor();
    // What is beyond the chip is said elsewhere.
    let chip = platform.asic.v.shared_buffer.as_ref().map_or(u64::MAX, |size| size.v.0.max(usual));
    let may = ingress.whole().min(chip);
    let floor = if egress.vendor() >= usual { may } else { may.min(egress.vendor()) };
    (egress.size.0 < floor).then_some(Short { ingress, egress, at, may, floor })
}
