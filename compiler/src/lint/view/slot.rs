//! Rows for queues and priority groups of a port: `Ethernet0|3-4`.

use std::collections::BTreeMap;

use crate::config_db::{Db, Row};

/// A row of BUFFER_PG, BUFFER_QUEUE or QUEUE.
pub(in crate::lint) struct Slot<'d> {
    pub(in crate::lint) row: &'d Row<'d>,
    /// Its port, or several with commas between them.
    pub(in crate::lint) port: &'d str,
    /// The first and the last, as written; none where they are no numbers.
    pub(in crate::lint) range: Option<(u8, u8)>,
}

/// All rows of one of these tables.
pub(in crate::lint) struct Slots<'d> {
    pub(in crate::lint) table: &'static str,
    pub(in crate::lint) all: Vec<Slot<'d>>,
    by_port: BTreeMap<&'d str, Vec<usize>>,
}

impl<'d> Slots<'d> {
    /// Rows of a table, those of a chassis left out: their keys name host and chip too.
    pub(super) fn new(db: &'d Db<'d>, table: &'static str) -> Self {
        let slot = |row: &'d Row<'d>| {
            let (port, part) = row.key.v.rsplit_once('|')?;
            (!port.contains('|')).then(|| Slot { row, port, range: range(part) })
        };
        let all: Vec<Slot<'d>> = db.rows(table).iter().filter_map(slot).collect();
        let mut by_port: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, slot) in all.iter().enumerate() {
            slot.ports().for_each(|port| by_port.entry(port).or_default().push(index));
        }
        Slots { table, all, by_port }
    }

    /// Rows of a port, in the order of the file.
    pub(in crate::lint) fn of(&self, port: &str) -> impl Iterator<Item = &Slot<'d>> {
        self.by_port.get(port).into_iter().flatten().map(|&index| &self.all[index])
    }

    /// The row that holds this number of a port.
    pub(in crate::lint) fn at(&self, port: &str, number: u8) -> Option<&Slot<'d>> {
        self.of(port).find(|slot| slot.holds(number))
    }

    /// Ports that have rows, each with them.
    pub(in crate::lint) fn by_port(&self) -> impl Iterator<Item = (&'d str, Vec<&Slot<'d>>)> {
        self.by_port.iter().map(|(port, list)| (*port, list.iter().map(|&index| &self.all[index]).collect()))
    }
}

impl<'d> Slot<'d> {
    /// Its ports.
    pub(in crate::lint) fn ports(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.port.split(',')
    }

    /// Whether it holds this number.
    pub(in crate::lint) fn holds(&self, number: u8) -> bool {
        self.range.is_some_and(|(low, high)| (low..=high).contains(&number))
    }
}

fn range(part: &str) -> Option<(u8, u8)> {
    let (low, high) = part.split_once('-').unwrap_or((part, part));
    Some((low.parse().ok()?, high.parse().ok()?))
}

/// A range as its key has it.
pub(in crate::lint) fn range_text((low, high): (u8, u8)) -> String {
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}
