use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::{Ratio, Size};

use crate::lint::view::Ctx;

lint! {
    /// The headroom of all lossless priority groups of a part of the chip's memory, against that part of the pool's `xoff`.
    /// Pools are oversubscribed by design, for not all ports pause at once; what is usual is the ratio that the vendor's own
    /// pool has with two lossless classes over 40 m on every cage. Beyond it, an incast drops. With `--fabric` the ratio is the
    /// one that the fabric declares.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_POOL": {
    ///         "egress_lossless_pool": { "mode": "static", "size": "162539680", "type": "egress" },
    ///         "ingress_lossless_pool": { "mode": "dynamic", "size": "162539680", "type": "ingress", "xoff": "1700000" }
    ///     },
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "pg_lossless_800000_300m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "1621536", "xon": "0", "xon_offset": "3556" }
    ///     },
    ///     "BUFFER_PG": {
    ///         "Ethernet0|0": { "profile": "ingress_lossy_profile" },
    ///         "Ethernet0|3-4": { "profile": "pg_lossless_800000_300m_profile" }
    ///     },
    ///     "BUFFER_QUEUE": {
    ///         "Ethernet0|0-2": { "profile": "egress_lossy_profile" },
    ///         "Ethernet0|3-4": { "profile": "egress_lossless_profile" },
    ///         "Ethernet0|5-7": { "profile": "egress_lossy_profile" }
    ///     },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "300m" } },
    ///     "TC_TO_PRIORITY_GROUP_MAP": { "AZURE": { "0": "0", "1": "0", "2": "0", "3": "3", "4": "4", "5": "0", "6": "0", "7": "0" } },
    ///     "PORT_QOS_MAP": { "Ethernet0": { "dscp_to_tc_map": "AZURE", "tc_to_pg_map": "AZURE", "tc_to_queue_map": "AZURE", "pfc_enable": "3,4", "pfcwd_sw_enable": "3,4" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_POOL": {
    ///         "egress_lossless_pool": { "mode": "static", "size": "162539680", "type": "egress" },
    ///         "ingress_lossless_pool": { "mode": "dynamic", "size": "162539680", "type": "ingress", "xoff": "33374584" }
    ///     }
    /// }
    /// ```
    Warning "lint/over-budget" "more headroom than the pool can give" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.sku else { return };
    // By pool and part of the memory: the sum, and the port that asks for most.
    let mut parts: BTreeMap<(&str, Option<u8>), (u64, u64, &str)> = BTreeMap::new();
    let halves = model.asic.v.mmu.as_ref().map_or(1, |mmu| u64::from(mmu.v.halves).max(1));
    let known = ctx.ports.iter().filter_map(|port| port.cage).all(|cage| cage.half.is_some());
    for slot in &ctx.groups.all {
        let Some(profile) = ctx.profile(slot.row) else { continue };
        let (Some((xoff, _)), Some(pool)) = (profile.number("xoff"), profile.text("pool")) else { continue };
        let Some((low, high)) = slot.range.filter(|(low, high)| low <= high) else { continue };
        let need = xoff.saturating_mul(u64::from(high - low) + 1);
        for port in slot.ports() {
            let half = ctx.port(port).and_then(|port| port.cage).and_then(|cage| cage.half).filter(|_| known);
            let part = parts.entry((&pool.v, half)).or_insert((0, 0, port));
            part.0 = part.0.saturating_add(need);
            if need > part.1 {
                (part.1, part.2) = (need, port);
            }
        }
    }
    for ((pool, half), (need, most, port)) in parts {
        let Some(row) = ctx.db.row("BUFFER_POOL", pool) else { continue };
        let Some((xoff, at)) = row.number("xoff").filter(|(xoff, _)| *xoff > 0) else { continue };
        let count = if half.is_some() { halves } else { 1 };
        let have = xoff / count;
        // What somebody declared is what they answer for.
        let declared = ctx.buffers.and_then(|buffers| buffers.oversubscription);
        let declared = declared.filter(|_| pool == fabc_targets::sonic::qos::LOSSLESS_POOL);
        let usual = || crate::budget::usual_oversubscription(model, pool, ctx.role());
        let Some(usual) = declared.map(|ratio| ratio.v.max(Ratio::new(1, 1))).or_else(usual) else {
            continue;
        };
        let limit = u128::from(have) * u128::from(usual.num) / u128::from(usual.den);
        if u128::from(need) <= limit {
            continue;
        }
        let part = half.map_or_else(|| "the chip".to_owned(), |half| format!("half {half}"));
        let message = format!(
            "headroom of {part} is {}, {} times its {} of pool `{pool}`; {} {usual}",
            Size(need),
            Ratio::new(need, have),
            Size(have),
            if declared.is_some() { "the fabric declares" } else { "usual on this box is" }
        );
        let found = RULE.at(at, message);
        let whose = match declared {
            Some(ratio) => Some((ratio.at, "declared here")),
            None => model.pool(pool, ctx.role()).map(|fact| (fact.at, "the vendor's")),
        };
        let found = whose.map_or(found.clone(), |(at, text)| found.label(at, text));
        let found = found.note(format!("{port} asks for most: {}", Size(most)));
        let needed =
            (u128::from(need) * u128::from(usual.den)).div_ceil(u128::from(usual.num)) * u128::from(count);
        findings.push(found.help(format!(
            "\"xoff\": \"{needed}\", if the box admits it; shorter cables, or one lossless class less"
        )));
    }
}
