use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::units::Size;

use crate::checks::Ctx;

check! {
    /// Newer orchagents take sizes from 256 bytes on, in steps of four; the field holds 32 bits. Older ones take less, and 128 was
    /// the feature's first default.
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
    /// trimming "spray" to="cut" size="128B"
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
    Warning "trimming/size" "a size that newer releases refuse" => run
}

/// orchagent/switch/trimming/helper.cpp of sonic-swss.
const LEAST: u64 = 256;
const STEP: u64 = 4;
/// What the field holds, in steps.
const MOST: u64 = u32::MAX as u64 - u32::MAX as u64 % STEP;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let Some(trimming) = &ctx.fabric.intent.trimming else { return };
    let size = trimming.size;
    let near = size.v.0.clamp(LEAST, MOST).next_multiple_of(STEP);
    if size.v.0 == near {
        return;
    }
    let text = match size.v.0 > MOST {
        true => format!("{} is more than the {} that the field holds", size.v, Size(MOST)),
        false => format!("{} is not {LEAST} B or more in steps of {STEP} B", size.v),
    };
    let found = RULE.at(size.at, text).help(format!("`size=\"{near}B\"`"));
    // No release takes more than the field holds, or nothing at all.
    let wrong = size.v.0 > MOST || size.v.0 == 0;
    findings.push(Diagnostic { severity: if wrong { Severity::Error } else { found.severity }, ..found });
}
