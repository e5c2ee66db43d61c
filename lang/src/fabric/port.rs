//! Ports of one switch, as its wiring makes them.

use super::{Fabric, PortId, Wire};
use crate::units::Speed;

/// A port that a break-out mode gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortSpec {
    /// SONiC's name: `Ethernet4`.
    pub name: String,
    /// What LLDP shows: `etp1b`; under Enterprise SONiC the standard name: `Eth1/1/2`.
    pub alias: String,
    /// Lanes as PORT.lanes has them: `5,6,7,8`.
    pub lanes: String,
    /// Number of those lanes.
    pub lane_count: u16,
    /// Line rate.
    pub speed: Speed,
    /// PORT.index.
    pub index: u32,
    /// PORT.subport: 0 for a whole cage, else from 1.
    pub subport: u32,
    /// PORT.fec where the platform's data say one.
    pub fec: Option<String>,
}

/// The ports of a cage in one break-out mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Key in platform.json.
    pub mode: String,
    /// In order.
    pub ports: Vec<PortSpec>,
}

/// A cage, the same on every switch of a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CagePlan {
    /// Front-panel number, from 1.
    pub number: u16,
    /// Index of the line that has it.
    pub line: Option<usize>,
    /// How it comes from the factory.
    pub default: Layout,
    /// How its line breaks it out, where that differs from the default.
    pub broken: Option<Layout>,
}

/// A port of one switch.
#[derive(Debug, Clone, Copy)]
pub struct Port<'a> {
    /// Its place; cage 0 for the extra (SFP) ports.
    pub id: PortId,
    /// The cage; none for extra ports.
    pub cage: Option<&'a CagePlan>,
    /// The mode that the cage is in.
    pub layout: Option<&'a Layout>,
    /// Name, lanes, speed.
    pub spec: &'a PortSpec,
    /// Its wire, where one is declared; see [`Fabric::is_present`].
    pub wire: Option<Wire>,
}

impl Fabric {
    /// All ports of the switch with this index, cage by cage, then the extra ones. A cage is broken out only where a
    /// child of it is wired on this switch.
    pub fn ports(&self, switch: usize) -> impl Iterator<Item = Port<'_>> {
        let tier = &self.tiers[self.switches[switch].tier];
        let mut wires = self.switch_wires(switch);
        let cages = tier.cages.iter().flat_map(move |cage| {
            let mine = wires.iter().take_while(|w| w.port.cage == cage.number).count();
            let (here, rest) = wires.split_at(mine);
            wires = rest;
            let layout =
                if here.is_empty() { &cage.default } else { cage.broken.as_ref().unwrap_or(&cage.default) };
            layout.ports.iter().enumerate().map(move |(child, spec)| {
                let id = PortId { cage: cage.number, child: u16::try_from(child).unwrap_or(u16::MAX) };
                let wire = here.iter().find(|w| w.port == id).copied();
                Port { id, cage: Some(cage), layout: Some(layout), spec, wire }
            })
        });
        let extra = tier.extra.iter().enumerate().map(|(child, spec)| Port {
            id: PortId { cage: 0, child: u16::try_from(child).unwrap_or(u16::MAX) },
            cage: None,
            layout: None,
            spec,
            wire: None,
        });
        cages.chain(extra)
    }
}
