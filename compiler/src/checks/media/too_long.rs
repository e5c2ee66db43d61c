use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::fabric::Line;
use fabc_lang::source::Span;

use crate::checks::Ctx;
use crate::checks::optics::{in_cage, resting_on};

check! {
    /// A cable beyond the reach of its module or wire drops bits, first a few, and FEC hides it until it
    /// doesn't. Above nine tenths of the reach of a module it is a warning. Names that are on no list are the
    /// user's own: nothing is said of them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1 { media "DAC"; length "10m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1 { media "2xDR4"; length "10m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "media/too-long" "a cable longer than its reach" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let reach = |line: &Line| {
        let children = line.upper_side.children;
        let standing = in_cage(fabric, &line.media.as_ref()?.v, line.speed.v, children)?;
        Some((standing.optic, standing.figures.reach(children > 1)?))
    };
    let known: Vec<_> = fabric.lines.iter().map(reach).collect();
    if known.iter().all(Option::is_none) {
        return;
    }
    let mut said: BTreeSet<(u32, Span)> = BTreeSet::new();
    for link in &fabric.links {
        let (Some((optic, reach)), line) = (known[link.line as usize], fabric.line_of(link)) else {
            continue;
        };
        let (Some(length), Some(media)) = (fabric.stated_length(link), &line.media) else { continue };
        // A one-piece cable comes at its length; a fibre's may be off.
        let part = if optic.is_integral() { 10 } else { 9 };
        let near = u64::from(length.v.0) * 10 > u64::from(reach.v.length.0) * part;
        if !near || !said.insert((link.line, length.at)) {
            continue;
        }
        let (over, most) = (length.v > reach.v.length, reach.v.length);
        let word = if over { "reaches" } else { "barely reaches: its limit is" };
        let message = format!("{} of cable: {} at {} {word} {most}", length.v, media.v, line.speed.v);
        let found = RULE.at(length.at, message).label(media.at, format!("reaches {most}"));
        let mut found = resting_on(reach.confidence, found.label(reach.at, "its reach"));
        if !over {
            found.severity = Severity::Warning;
        }
        findings.push(found.help("a module that reaches further, or a shorter way"));
    }
}
