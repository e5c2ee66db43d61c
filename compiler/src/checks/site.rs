//! Who is put where by which `place` line.

use fabc_lang::fabric::{Fabric, Seat};
use fabc_lang::intent::{Hall, Place, Row};

use super::select::select;

/// A switch or a server, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Device {
    Host(usize),
    Switch(usize),
}

impl Device {
    /// Its name.
    pub(super) fn name(self, fabric: &Fabric) -> &str {
        match self {
            Device::Host(index) => &fabric.hosts[index].name,
            Device::Switch(index) => &fabric.switches[index].name,
        }
    }

    /// Where it stands.
    pub(super) fn seat(self, fabric: &Fabric) -> Option<Seat> {
        match self {
            Device::Host(index) => fabric.hosts[index].seat,
            Device::Switch(index) => fabric.switches[index].seat,
        }
    }
}

/// The rows that a `place` line may mean: one, where all is well.
pub(super) fn rows<'a>(halls: &'a [Hall], place: &Place) -> Vec<(&'a Hall, &'a Row)> {
    let meant = halls.iter().filter(|h| place.hall.as_ref().is_none_or(|p| p.v == h.name.v));
    let rows = meant.flat_map(|hall| hall.rows.iter().map(move |row| (hall, row)));
    rows.filter(|(_, row)| row.name.v == place.row.v).collect()
}

/// The members that a `place` line names, in order.
pub(super) fn members(fabric: &Fabric, place: &Place) -> Vec<Device> {
    let members = select(fabric, &place.node.v);
    let hosts = members.hosts.into_iter().map(Device::Host);
    hosts.chain(members.switches.into_iter().map(Device::Switch)).collect()
}
