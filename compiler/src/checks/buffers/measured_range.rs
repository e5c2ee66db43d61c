use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::units::{Size, grouped};
use fabc_targets::sonic::Release;

use crate::checks::Ctx;
use crate::checks::headroom::{measured, taken};

check! {
    /// A box says how much headroom a profile may have (`profile-xoff-min`, `profile-xoff-max` of its `qos-capability`), and no
    /// profile can have more than the pool that all ports take theirs from. Enterprise SONiC's front ends have limits of their
    /// own; what config_db.json may hold beyond them isn't known, and that is a warning.
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
    /// buffers { measured speed="400G" length="3m" xoff="80KB"; }
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
    /// buffers { measured speed="400G" length="3m" xoff="400KB"; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/measured-range" "a measurement that the box refuses" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v);
    let mut said = BTreeSet::new();
    for (budget, headroom, at) in measured(ctx) {
        let (name, xoff) = (&budget.platform.name, headroom.xoff);
        let (low, high) = taken(budget);
        let pool = budget.pool.as_ref().and_then(|pool| pool.xoff);
        let system = release.as_ref().map(|r| &r.dialect.profile_xoff).filter(|r| !r.contains(&xoff));
        let (severity, label, who, low, high) = match (pool, system) {
            _ if xoff < low || xoff > high => (
                Severity::Error,
                budget.platform.qos_capability.as_ref().map(|c| c.at),
                format!("`{name}`"),
                low,
                high,
            ),
            (Some((whole, at)), _) if xoff > whole => {
                (Severity::Error, Some(at), format!("the whole pool of `{name}`"), low, whole)
            }
            (_, Some(range)) => {
                let who = format!("the front end of {}", node.nos.v.name());
                (Severity::Warning, Some(node.nos.at), who, *range.start(), *range.end())
            }
            _ => continue,
        };
        if !said.insert((at, name)) {
            continue;
        }
        let message = format!(
            "{} of headroom for one profile; {who} takes {} B to {} B",
            Size(xoff),
            grouped(low),
            grouped(high)
        );
        let edit = if xoff < low {
            format!("`xoff=\"{low}B\"` or more")
        } else {
            format!("`xoff=\"{high}B\"` or less")
        };
        let mut found = RULE.at(at, message).help(edit);
        found.severity = severity;
        if let Some(label) = label {
            found = found.label(label, "the limit");
        }
        findings.push(found);
    }
}
