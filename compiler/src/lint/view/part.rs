//! What lossless priority groups of a part of the chip's memory share, by the file's own pool and profiles.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::source::Span;

use super::Ctx;
use crate::budget::share;
use crate::config_db::Row;

/// A part of a pool.
pub(in crate::lint) struct Part<'d> {
    pub(in crate::lint) pool: &'d Row<'d>,
    /// Its half of the memory; none where the whole is looked at.
    pub(in crate::lint) half: Option<u8>,
    /// What is left to be shared out after headroom and what groups reserve, bytes.
    pub(in crate::lint) shared: u64,
    /// Ports with lossless groups.
    pub(in crate::lint) ports: u64,
    /// The least threshold of its groups: two to this power, times what is free.
    pub(in crate::lint) dynamic_th: i32,
    /// Where it stands.
    pub(in crate::lint) at: Span,
    /// Parts into which totals of the chip are divided.
    pub(in crate::lint) count: u64,
}

impl Part<'_> {
    /// What a queue may hold before the first of `ports` ports that fill it alone is paused, bytes.
    pub(in crate::lint) fn incast(&self, ports: u64) -> u64 {
        share(self.shared, ports, self.dynamic_th).saturating_mul(ports)
    }

    /// `half 0`, or `the chip`.
    pub(in crate::lint) fn name(&self) -> String {
        self.half.map_or_else(|| "the chip".to_owned(), |half| format!("half {half}"))
    }
}

/// Groups of a part while they are counted.
struct Groups<'d> {
    pool: &'d Row<'d>,
    reserved: u64,
    ports: BTreeSet<&'d str>,
    least: (i32, Span),
}

/// By pool and half. Groups with a limit that doesn't follow what is free are left out.
pub(in crate::lint) fn parts<'d>(ctx: &Ctx<'d>) -> Vec<Part<'d>> {
    let halves = ctx.sku.and_then(|model| model.asic.v.mmu.as_ref()).map_or(1, |mmu| mmu.v.halves.max(1));
    let cages = || ctx.ports.iter().filter_map(|port| port.cage);
    let known = cages().next().is_some() && cages().all(|cage| cage.half.is_some());
    let mut parts: BTreeMap<(&str, Option<u8>), Groups<'_>> = BTreeMap::new();
    for slot in &ctx.groups.all {
        let Some(profile) = ctx.profile(slot.row).filter(|profile| profile.number("xoff").is_some()) else {
            continue;
        };
        let th = profile.text("dynamic_th").and_then(|text| Some((text.v.trim().parse().ok()?, text.at)));
        let (Some(th), Some(pool)) = (th, ctx.pool(profile)) else { continue };
        let Some((low, high)) = slot.range.filter(|(low, high)| low <= high) else { continue };
        let size = profile.number("size").map_or(0, |(size, _)| size);
        for port in slot.ports() {
            let half = ctx.port(port).and_then(|port| port.cage).and_then(|cage| cage.half);
            let half = half.filter(|_| known && ctx.sku.is_some());
            let part = parts.entry((&pool.key.v, half)).or_insert_with(|| Groups {
                pool,
                reserved: 0,
                ports: BTreeSet::new(),
                least: th,
            });
            part.reserved = part.reserved.saturating_add(size.saturating_mul(u64::from(high - low) + 1));
            part.ports.insert(port);
            part.least = part.least.min(th);
        }
    }
    let part = |((name, half), groups): ((&str, Option<u8>), Groups<'d>)| {
        let (size, _) = groups.pool.number("size")?;
        let beside =
            ctx.sku.and_then(|model| model.pool(name, ctx.role())?.v.size_includes_xoff) == Some(false);
        let headroom = groups.pool.number("xoff").filter(|_| !beside).map_or(0, |(xoff, _)| xoff);
        let count = if half.is_some() { u64::from(halves) } else { 1 };
        Some(Part {
            pool: groups.pool,
            half,
            shared: (size.saturating_sub(headroom) / count).saturating_sub(groups.reserved),
            ports: groups.ports.len() as u64,
            dynamic_th: groups.least.0,
            at: groups.least.1,
            count,
        })
    };
    parts.into_iter().filter_map(part).collect()
}
