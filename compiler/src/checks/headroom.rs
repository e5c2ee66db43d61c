//! What checks of buffers share: rows of vendors' tables that are used, and where ECN meets the pause.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Rule};
use fabc_lang::fabric::{Headroom, HeadroomSource};
use fabc_lang::intent::{Class, Ecn};
use fabc_lang::platform::buffers::ThresholdMode;
use fabc_lang::platform::{Asic, Fact, Platform};
use fabc_lang::source::Span;
use fabc_lang::units::{Length, Speed, grouped};

use super::Ctx;
use crate::budget::{Budget, Half, lossless};

/// A row of a vendor's table that some port uses, and what the formula says.
pub(super) struct Row<'a> {
    pub(super) platform: &'a str,
    pub(super) speed: Speed,
    pub(super) length: Length,
    pub(super) xoff: u64,
    pub(super) formula: u64,
    pub(super) cell: u64,
    /// The chip whose formula it is, where it isn't its own.
    pub(super) kin: Option<&'a str>,
    pub(super) at: Span,
}

impl Row<'_> {
    /// A finding that the row and the formula differ; `xoff` is what to state once it has been measured.
    pub(super) fn differs(&self, rule: &'static Rule, ctx: &Ctx, xoff: &str) -> Diagnostic {
        let Row { platform, speed, length, formula, at, .. } = self;
        let text = format!(
            "`{platform}` at {speed} and {length} has {} B of headroom, the formula asks for {} B",
            grouped(self.xoff),
            grouped(*formula)
        );
        let edit = format!("buffers {{ measured speed=\"{speed}\" length=\"{length}\" xoff={xoff} }}");
        let found = rule.at(ctx.class_at(), text).label(*at, "the vendor's row");
        let found = found.help(format!("measure it, then `{edit}`"));
        match self.kin {
            Some(kin) => found.note(format!(
                "the formula is that of `{kin}`, of the same family: that it holds here is likely, not confirmed"
            )),
            None => found,
        }
    }
}

/// Each row once, by platform, speed and length.
pub(super) fn rows<'a>(ctx: &'a Ctx) -> impl Iterator<Item = Row<'a>> {
    let mut rows = BTreeMap::new();
    for budget in &ctx.budgets {
        for headroom in budget.groups.iter().filter_map(|g| g.headroom) {
            let HeadroomSource::Table(at) = headroom.source else { continue };
            let (platform, speed, length) = (budget.platform.name.as_str(), headroom.speed, headroom.length);
            let own = |formula| Some((formula, cell(&budget.platform.asic.v), None));
            let kin = || of_kin(ctx, &budget.platform, speed, length);
            let Some((formula, cell, kin)) = headroom.formula.and_then(own).or_else(kin) else { continue };
            rows.insert(
                (platform, speed, length),
                Row { platform, speed, length, xoff: headroom.xoff, formula, cell, kin, at },
            );
        }
    }
    rows.into_values()
}

/// Headroom by the formula of a chip of the same family, its cell and its name: to compare with.
pub(super) fn of_kin<'a>(
    ctx: &Ctx,
    platform: &'a Platform,
    speed: Speed,
    length: Length,
) -> Option<(u64, u64, Option<&'a str>)> {
    let kin = platform.asic.v.kin.as_ref()?.asic.as_deref()?;
    let cells = kin.headroom_cells(speed, length, ctx.fabric.headroom_frame(platform))?;
    Some((cells * cell(kin), cell(kin), Some(&kin.name)))
}

/// Bytes of a chip's cell; 1 where it isn't known.
fn cell(asic: &Asic) -> u64 {
    asic.mmu.as_ref().map_or(1, |m| m.v.cell.0)
}

/// Ports whose headroom the file states, and where.
pub(super) fn measured<'a>(ctx: &'a Ctx) -> impl Iterator<Item = (&'a Budget, Headroom, Span)> {
    ctx.budgets.iter().flat_map(|budget| {
        budget.groups.iter().filter_map(|g| g.headroom).filter_map(move |headroom| match headroom.source {
            HeadroomSource::Measured(at) => Some((budget, headroom, at)),
            _ => None,
        })
    })
}

/// Bytes of headroom that the box takes in one profile, least and most, as far as it says.
pub(super) fn taken(budget: &Budget) -> (u64, u64) {
    let said = budget.platform.qos_capability.as_ref().map(|c| &c.v);
    let (low, high) = (said.and_then(|c| c.profile_xoff_min), said.and_then(|c| c.profile_xoff_max));
    (low.map_or(0, |low| low.0), high.map_or(u64::MAX, |high| high.0))
}

/// ECN of a lossless class, on the switches that pause first.
pub(super) struct Mark<'a> {
    pub(super) ecn: &'a Ecn,
    /// Where marking begins on the fastest of their ports that it holds for, bytes.
    pub(super) min: u64,
    /// Where it ends there.
    pub(super) max: u64,
    pub(super) budget: &'a Budget,
    pub(super) half: &'a Half,
}

/// Every `ecn` of a lossless class once, on the switches and in the half where `least` is least beside its `min`.
pub(super) fn marks<'a>(ctx: &'a Ctx, least: fn(&Budget, &Half) -> u64) -> impl Iterator<Item = Mark<'a>> {
    let all = lossless(ctx.fabric).flat_map(|class| class.ecn.iter().map(move |ecn| (class, ecn)));
    all.filter_map(move |(class, ecn)| {
        let marks = ctx.budgets.iter().flat_map(|budget| on(class, ecn, budget));
        let beside = |a: &Mark, b: &Mark| u128::from(least(a.budget, a.half)) * u128::from(b.min.max(1));
        marks.min_by(|a, b| beside(a, b).cmp(&beside(b, a)))
    })
}

/// An `ecn` in each half of switches that it holds for.
fn on<'a>(class: &Class, ecn: &'a Ecn, budget: &'a Budget) -> impl Iterator<Item = Mark<'a>> {
    let fastest = speeds(class, ecn, budget).max().map(|speed| ecn.thresholds(speed));
    fastest.into_iter().flat_map(move |(min, max)| {
        budget.halves.iter().map(move |half| Mark { ecn, min, max, budget, half })
    })
}

/// Line rates of the switches' ports that an `ecn` holds for.
pub(super) fn speeds(class: &Class, ecn: &Ecn, budget: &Budget) -> impl Iterator<Item = Speed> {
    let all = budget.groups.iter().map(|g| g.kind.speed);
    all.filter(|&speed| class.ecn_at(speed).is_some_and(|own| std::ptr::eq(own, ecn)))
}

/// `half 0`, or `the chip`.
pub(super) fn part(half: &Half) -> String {
    half.number.map_or_else(|| "the chip".to_owned(), |n| format!("half {n}"))
}

/// Switches with lossless buffers whose SDK file sets them up for lossy classes: platform, the figure, and the tier's
/// `switch=`. `said` is what the box's own capabilities say of lossless classes.
pub(super) fn lossy_chips<'a>(
    ctx: &'a Ctx,
    said: Option<bool>,
) -> impl Iterator<Item = (&'a Platform, &'a Fact<ThresholdMode>, Span)> {
    ctx.budgets.iter().filter(|b| !b.halves.is_empty()).filter_map(move |budget| {
        let platform = &*budget.platform;
        let mode = platform.threshold_mode.as_ref().filter(|m| m.v == ThresholdMode::Lossy)?;
        let capable = platform.qos_capability.as_ref().and_then(|c| c.v.lossless).filter(|c| *c);
        (capable == said).then(|| (platform, mode, ctx.fabric.tiers[budget.tier].node.switch.at))
    })
}
