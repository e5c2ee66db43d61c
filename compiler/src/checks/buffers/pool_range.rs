use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::units::Size;

use crate::checks::Ctx;
use crate::checks::pools::{LOSSLESS, Stated, pools};

check! {
    /// A pool can't be larger than what the chip shares out, or the vendor's own where that is more. `xoff` can't be more
    /// than the box admits, nor more than the pool that it is taken from, and an egress pool has none: a pause is sent for
    /// what comes in. SAI refuses such a pool, and every profile that takes from it.
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
    /// buffers { pool xoff="70MB"; }
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
    /// buffers { pool xoff="60MB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/pool-range" "a pool that the box refuses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let mut said = BTreeSet::new();
    for pool in pools(ctx) {
        for found in [size(&pool), xoff(&pool)].into_iter().flatten() {
            // Roles of one platform may have one pool.
            if said.insert((found.span(), found.message.clone())) {
                findings.push(found);
            }
        }
    }
}

/// A stated size, with headroom that lies beside it, against what the chip shares out or the vendor ships.
fn size(pool: &Stated<'_>) -> Option<Diagnostic> {
    let limit = pool.platform.asic.v.shared_buffer.as_ref()?;
    let (whole, most) = (pool.whole(), limit.v.0.max(pool.vendor()));
    let beside = whole - pool.size.0;
    let at = pool.size.1.or(pool.xoff.and_then(|xoff| xoff.1).filter(|_| beside > 0))?;
    if whole <= most {
        return None;
    }
    let (name, own) = (&pool.pool.v.name, &pool.platform.name);
    let with = if beside > 0 { " with its headroom" } else { "" };
    let message =
        format!("pool `{name}` of {}{with}; the chip of `{own}` shares out {}", Size(whole), Size(most));
    let mut found = RULE.at(at, message).label(limit.at, "whole chip");
    if limit.confidence.is_likely() {
        found.severity = Severity::Warning;
        found = found.note("the figure is likely, not confirmed");
    }
    Some(found.help(match pool.size.1 {
        Some(_) => format!("`size=\"{}B\"` or less", most.saturating_sub(beside)),
        None => format!("`xoff=\"{}B\"` or less", most.saturating_sub(pool.size.0)),
    }))
}

/// Headroom of a pool: an egress pool has none, and at ingress there is a limit.
fn xoff(pool: &Stated<'_>) -> Option<Diagnostic> {
    let (xoff, stated) = pool.xoff?;
    let (name, own) = (&pool.pool.v.name, &pool.platform.name);
    if !pool.pool.v.ingress {
        let message = format!("pool `{name}` is an egress pool: only an ingress pool has headroom");
        let found = RULE.at(stated?, message).label(pool.pool.at, format!("of `{own}`"));
        return Some(found.help(format!("remove `xoff=`; headroom is that of `{LOSSLESS}`")));
    }
    let capability = pool.platform.qos_capability.as_ref().and_then(|c| c.v.pool_xoff_max);
    let admitted = pool.pool.v.xoff_max.or(capability.filter(|_| pool.pool.v.name == LOSSLESS));
    let most = admitted.map_or(u64::MAX, |most| most.0).min(pool.size.0);
    if xoff <= most {
        return None;
    }
    let message = format!("{} of headroom in a pool of `{own}`, which takes {}", Size(xoff), Size(most));
    Some(match (stated, pool.size.1) {
        (None, Some(at)) => RULE.at(at, message).help(format!("`size=\"{xoff}B\"` or more")),
        (stated, _) => {
            RULE.at(stated.unwrap_or(pool.pool.at), message).help(format!("`xoff=\"{most}B\"` or less"))
        }
    })
}
