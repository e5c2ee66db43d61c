use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::fabric::{Line, Lower, Side};
use fabc_lang::source::Span;
use fabc_lang::units::Power;

use crate::checks::optics::{in_cage, resting_on};
use crate::checks::{Ctx, count};

check! {
    /// Every cage has a limit to the power of its module, often lower in reversed airflow, where the air is
    /// warm when it gets there. A module above it is kept off by the box, or overheats its neighbours. Where
    /// the platform has no figures for the `airflow=` that the tier states, that is a note.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" airflow="reverse"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1 { media "2xDR4"; length "30m"; }
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
    /// link "leaf" "spine" speed="800G" per-pair=1 { media "2xDR4"; length "30m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "media/cage-power" "a module that draws more than its cage cools" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for line in &ctx.fabric.lines {
        judge(ctx, line, line.upper, &line.upper_side, findings);
        if let (Lower::Tier(tier), Some(side)) = (line.lower, &line.lower_side) {
            judge(ctx, line, tier, side, findings);
        }
    }
}

fn judge(ctx: &Ctx, line: &Line, tier: usize, side: &Side, findings: &mut Findings) {
    let (tier, Some(media)) = (&ctx.fabric.tiers[tier], &line.media) else { return };
    let Some(standing) = in_cage(ctx.fabric, &media.v, line.speed.v, side.children) else { return };
    let Some(draw) = standing.figures.draw() else { return };
    let power = draw.v.max;
    let platform = ctx.fabric.platform_of(tier);
    let airflow = tier.node.airflow.as_ref().map_or("normal", |a| &a.v);
    let limit = |&number: &u16| Some((number, platform.power_limit(platform.cage(number)?, airflow)?));
    let limits: Vec<(u16, (Power, Span))> = side.cages.iter().filter_map(limit).collect();
    if let (true, Some(stated)) = (limits.is_empty(), &tier.node.airflow) {
        let message = format!("what a cage of `{}` cools in {airflow} airflow is not known", platform.name);
        findings.push(Diagnostic { severity: Severity::Note, ..RULE.at(stated.at, message) });
        return;
    }
    let low: Vec<&(u16, (Power, Span))> = limits.iter().filter(|(_, (most, _))| *most < power).collect();
    let Some((cage, (most, at))) = low.iter().min_by_key(|(_, (most, _))| *most) else { return };
    let message = format!(
        "a {} draws up to {power}, cage {cage} of a `{}` cools {most} in {airflow} airflow",
        standing.optic.name, tier.path
    );
    let found = RULE.at(media.at, message).label(*at, "limits of the cages").label(draw.at, "its power");
    let found = match &tier.node.airflow {
        Some(airflow) => found.label(airflow.at, "so the air flows"),
        None => found,
    };
    let found = found.note(format!(
        "{} of the line's {} are too weak",
        low.len(),
        count(limits.len() as u64, "cage")
    ));
    let found = found.help("a module that draws less, or the other airflow");
    findings.push(resting_on(draw.confidence, found));
}
