//! Ports on which PFC is on, and the maps that lead to their queues and priority groups.

use fabc_lang::source::Span;

use crate::config_db::{Db, Row};

/// Priorities of PFC (IEEE 802.1Qbb), one for each traffic class that it can pause.
pub(in crate::lint) const PRIORITIES: u8 = 8;

/// A row of PORT_QOS_MAP with `pfc_enable`.
pub(in crate::lint) struct Pfc<'d> {
    pub(in crate::lint) row: &'d Row<'d>,
    pub(in crate::lint) port: &'d str,
    /// A bit for each priority.
    pub(in crate::lint) mask: u8,
    /// Where they are named.
    pub(in crate::lint) at: Span,
    /// DSCP to traffic class; the switch's own where the port has none.
    pub(in crate::lint) dscp: Option<&'d Row<'d>>,
    /// Traffic class to queue.
    pub(in crate::lint) queue: Option<&'d Row<'d>>,
    /// Traffic class to priority group.
    pub(in crate::lint) group: Option<&'d Row<'d>>,
    /// PFC priority to queue.
    pub(in crate::lint) pause: Option<&'d Row<'d>>,
    /// PFC priority to priority group.
    pub(in crate::lint) pause_group: Option<&'d Row<'d>>,
}

impl<'d> Pfc<'d> {
    /// All ports on which some priority is paused.
    pub(super) fn all(db: &'d Db<'d>) -> Vec<Self> {
        let global = db.row("PORT_QOS_MAP", "global");
        let mut all = Vec::new();
        for row in db.rows("PORT_QOS_MAP").iter().filter(|row| row.key.v != "global") {
            let Some((mask, at)) = mask(row, "pfc_enable").filter(|(mask, _)| *mask != 0) else { continue };
            let map = |field: &str, table: &str| db.row(table, &row.text(field)?.v);
            let switch_wide = || db.row("DSCP_TO_TC_MAP", &global?.text("dscp_to_tc_map")?.v);
            all.push(Pfc {
                row,
                port: &row.key.v,
                mask,
                at,
                dscp: map("dscp_to_tc_map", "DSCP_TO_TC_MAP").or_else(switch_wide),
                queue: map("tc_to_queue_map", "TC_TO_QUEUE_MAP"),
                group: map("tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
                pause: map("pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE"),
                pause_group: map("pfc_to_pg_map", "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"),
            });
        }
        all
    }

    /// Priorities that are paused.
    pub(in crate::lint) fn priorities(&self) -> impl Iterator<Item = u8> + use<'d> {
        let mask = self.mask;
        (0..PRIORITIES).filter(move |p| mask & 1 << p != 0)
    }

    /// Whether a priority is paused.
    pub(in crate::lint) fn is_paused(&self, priority: u8) -> bool {
        priority < PRIORITIES && self.mask & 1 << priority != 0
    }

    /// The queue of a traffic class: the same number where no map is named.
    pub(in crate::lint) fn queue_of(&self, class: u8) -> Option<u8> {
        self.queue.map_or(Some(class), |map| target(map, class).map(|(to, _)| to))
    }

    /// The priority group that a PFC priority speaks for.
    pub(in crate::lint) fn pause_group_of(&self, priority: u8) -> Option<u8> {
        self.pause_group.map_or(Some(priority), |map| target(map, priority).map(|(to, _)| to))
    }
}

/// Priorities of a field like `3,4`, as bits; none where it is missing or holds something else.
pub(in crate::lint) fn mask(row: &Row<'_>, field: &str) -> Option<(u8, Span)> {
    let value = row.get(field)?;
    let bit = |item: &str| item.parse::<u8>().ok().filter(|p| *p < PRIORITIES).map(|p| 1u8 << p);
    let mask: Option<u8> = value.items().map(bit).try_fold(0, |all, bit| Some(all | bit?));
    Some((mask?, value.at()))
}

/// What a map makes of a number, and where it says so.
pub(in crate::lint) fn target(map: &Row<'_>, from: u8) -> Option<(u8, Span)> {
    let text = map.text(&from.to_string())?;
    Some((text.v.trim().parse().ok()?, text.at))
}
