//! Rows of PORT.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::platform::{Cage, Platform};
use fabc_lang::source::Span;
use fabc_lang::units::Speed;

use crate::config_db::Row;

/// A port.
pub(in crate::lint) struct Port<'d> {
    pub(in crate::lint) row: &'d Row<'d>,
    pub(in crate::lint) name: &'d str,
    /// Its lanes, where they are numbers.
    pub(in crate::lint) lanes: Option<(Vec<u16>, Span)>,
    /// Its speed, where it is a number.
    pub(in crate::lint) speed: Option<(Speed, Span)>,
    /// The cage that its first lane is in.
    pub(in crate::lint) cage: Option<&'d Cage>,
    /// Whether the box has it beside the cages: SFP ports.
    pub(in crate::lint) is_extra: bool,
}

/// Where each lane of a box leads.
pub(super) struct Panel<'d> {
    cages: BTreeMap<u16, &'d Cage>,
    extra: BTreeSet<u16>,
}

impl<'d> Panel<'d> {
    pub(super) fn new(model: &'d Platform) -> Self {
        let lanes = |cage: &'d Cage| cage.lanes.iter().map(move |&lane| (lane, cage));
        let extra = model.extra_ports.iter().flat_map(|port| port.v.lanes.iter().copied());
        Panel { cages: model.cages().iter().flat_map(lanes).collect(), extra: extra.collect() }
    }
}

impl<'d> Port<'d> {
    pub(super) fn new(row: &'d Row<'d>, panel: Option<&Panel<'d>>) -> Self {
        let lanes = row.get("lanes").and_then(|value| {
            let lanes: Option<Vec<u16>> = value.items().map(|lane| lane.parse().ok()).collect();
            Some((lanes.filter(|lanes| !lanes.is_empty())?, value.at()))
        });
        let speed = row.text("speed").and_then(|text| Some((super::speed(&text.v)?, text.at)));
        let first = lanes.as_ref().and_then(|(lanes, _)| lanes.first());
        let (cage, is_extra) = match (panel, first) {
            (Some(panel), Some(lane)) => (panel.cages.get(lane).copied(), panel.extra.contains(lane)),
            _ => (None, false),
        };
        Port { row, name: &row.key.v, lanes, speed, cage, is_extra }
    }

    /// Where its speed stands; its key where it has none.
    pub(in crate::lint) fn speed_at(&self) -> Span {
        self.row.place("speed")
    }
}

/// Lanes as they stand in a row.
pub(in crate::lint) fn lanes_text(lanes: &[u16]) -> String {
    lanes.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}
