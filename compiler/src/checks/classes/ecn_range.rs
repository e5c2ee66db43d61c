use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::intent::{Ecn, FabricNode, Nos};
use fabc_lang::units::{Size, Speed};
use fabc_targets::sonic::Release;

use crate::checks::Ctx;

check! {
    /// Enterprise SONiC's own front end takes WRED thresholds of 1,000 to 12,480,000 bytes. Whether a row in
    /// config_db.json may go beyond is not known. orchagent of community SONiC takes none above 2,147,483,647: there it is an
    /// error. Thresholds that are scaled count at every line rate of the fabric.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=26 priority=3 {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="16MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "rdma" dscp=26 priority=3 {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/ecn-range" "ECN thresholds that the system would refuse" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let FabricNode { nos, release, .. } = &fabric.intent.fabric;
    let Some(release) = Release::find(nos.v, &release.v) else { return };
    let used: BTreeSet<Speed> = fabric.lines.iter().map(|l| l.speed.v).collect();
    for ecn in fabric.intent.classes.iter().flat_map(|c| &c.ecn) {
        // What is scaled is weighed at every line rate there is, what isn't counts as it stands.
        let scaled = ecn
            .scale_from
            .iter()
            .flat_map(|_| used.iter().map(|&speed| (Some(speed), ecn.thresholds(speed))));
        let stated = ecn.scale_from.is_none().then_some((None, (ecn.min.v.0, ecn.max.v.0)));
        let all: Vec<_> = scaled.chain(stated).collect();
        let least = all.iter().map(|&(speed, (min, _))| (speed, min));
        let most = all.iter().map(|&(speed, (_, max))| (speed, max));
        let outside = |&(_, bytes): &(Option<Speed>, u64)| !release.wred.contains(&bytes);
        for (stated, found) in [(ecn.min, least.clone().find(outside)), (ecn.max, most.clone().find(outside))]
        {
            if let Some((speed, bytes)) = found {
                let text = message(bytes, speed, release);
                let found = RULE.at(stated.at, text).label(nos.at, release.wred_limit);
                let found = found.help(edit(ecn, bytes, speed, release));
                // What orchagent can't read is no matter of a front end.
                let severity = if nos.v == Nos::Sonic { Severity::Error } else { found.severity };
                findings.push(Diagnostic { severity, ..found });
            }
        }
    }
}

fn message(bytes: u64, speed: Option<Speed>, release: &Release) -> String {
    let (low, high) = (Size(*release.wred.start()), Size(*release.wred.end()));
    let at = speed.map_or_else(String::new, |speed| format!(" at {speed}"));
    format!("a threshold of {}{at} is outside {low} to {high}", Size(bytes))
}

/// The nearest that would pass, as it is to be written.
fn edit(ecn: &Ecn, bytes: u64, speed: Option<Speed>, release: &Release) -> String {
    let (low, high) = (*release.wred.start(), *release.wred.end());
    let (from, to) = match (ecn.scale_from, speed) {
        (Some(from), Some(to)) => (u128::from(from.v.0), u128::from(to.0).max(1)),
        _ => (1, 1),
    };
    let (bytes, word) = match bytes < low {
        true => ((u128::from(low) * from).div_ceil(to), "more"),
        false => (u128::from(high) * from / to, "less"),
    };
    format!("`\"{bytes}B\"` or {word}")
}
