use fabc_lang::diagnostic::Findings;
use fabc_lang::units::{Length, Size, frame};

use crate::lint::view::{Alike, Ctx, metres};

lint! {
    /// A profile under the name that buffermgrd uses is taken as it stands. With less headroom than the box's table has for
    /// that speed and length, packets are dropped after the pause. A profile whose name says another length is measured by
    /// the chip's own formula where it has one. With `--fabric`, what it has as `measured` is the measure.
    ///
    /// ```json bad
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "446024", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "BUFFER_PROFILE": {
    ///         "egress_lossless_profile": { "pool": "egress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "egress_lossy_profile": { "dynamic_th": "0", "pool": "egress_lossless_pool", "size": "1778" },
    ///         "ingress_lossy_profile": { "pool": "ingress_lossless_pool", "size": "0", "static_th": "165867080" },
    ///         "pg_lossless_800000_40m_profile": { "dynamic_th": "0", "pool": "ingress_lossless_pool", "size": "18796", "xoff": "835406", "xon": "0", "xon_offset": "3556" }
    ///     }
    /// }
    /// ```
    Warning "lint/headroom-too-small" "less headroom than the box's table has" Sku => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.sku else { return };
    let mut alike = Alike::default();
    for row in ctx.db.rows("BUFFER_PROFILE") {
        let (Some((speed, length)), Some((xoff, at))) = (named(&row.key.v), row.number("xoff")) else {
            continue;
        };
        let measured = ctx.buffers.and_then(|buffers| {
            buffers.measured.iter().rev().find(|m| m.speed.v == speed && m.length.v == length)
        });
        let listed = model.headroom_row(speed, length);
        let known = match (measured, listed) {
            (Some(measured), _) => Some((measured.xoff.v.0, measured.xoff.at, "measured")),
            (None, Some(row)) => Some((row.v.xoff.0, row.at, "the box's own")),
            (None, None) => None,
        };
        // Of cells of the chip; the table has the last word where it has the length.
        let Some(need) = known.map(|(need, ..)| need).or_else(|| shortest(ctx, speed, length)) else {
            continue;
        };
        if xoff >= need {
            continue;
        }
        alike.push(&*row.key.v, &row.key.v, || {
            let message = format!(
                "`{}` holds {} of headroom; {speed} over {length} takes {}",
                row.key.v,
                Size(xoff),
                Size(need)
            );
            let found = RULE.at(at, message);
            let found = known.map_or(found.clone(), |(_, at, text)| found.label(at, text));
            found.help(format!("\"xoff\": \"{need}\""))
        });
    }
    alike.tell(findings);
}

/// Speed and length of `pg_lossless_400000_17m…_profile`.
fn named(name: &str) -> Option<(fabc_lang::units::Speed, Length)> {
    let (speed, rest) = name.strip_prefix("pg_lossless_")?.split_once('_')?;
    let length = metres(rest.split('_').next()?)?;
    Some((crate::lint::view::speed(speed)?, length)).filter(|(_, length)| length.0 > 0)
}

/// What the formula asks for with the shortest frames that the file's ports have, one cell less: it may be that much
/// above the vendor's own.
fn shortest(ctx: &Ctx<'_>, speed: fabc_lang::units::Speed, length: Length) -> Option<u64> {
    let asic = &ctx.sku?.asic.v;
    let reference = asic.headroom_slope.as_ref()?.v.reference_mtu;
    let mtu = ctx.ports.iter().filter_map(|port| port.row.number("mtu")).map(|(mtu, _)| mtu).min();
    let frame = mtu.map_or(reference, |mtu| frame(u32::try_from(mtu).unwrap_or(u32::MAX)).min(reference));
    let cells = asic.headroom_cells(speed, length, frame)?;
    Some(cells.saturating_sub(1) * asic.mmu.as_ref()?.v.cell.0)
}
