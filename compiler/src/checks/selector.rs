//! Ports as `switch` nodes name them: `17`, `17/2`, `Ethernet132`.

use fabc_lang::fabric::{Fabric, PortId};
use fabc_lang::source::Spanned;

/// What a port selector meets on a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    /// No port.
    Nothing,
    /// Ports, none of them wired.
    Empty,
    /// At least one wired port, or one that is never wired by us (SFP).
    Port,
}

/// What `selector` (`17`, `17/2`, a SONiC name) meets on the switch with this index.
pub(crate) fn meets(fabric: &Fabric, index: usize, selector: &str) -> Meets {
    let switch = &fabric.switches[index];
    let extra = &fabric.tier_of(switch).extra;
    let wired = fabric.switch_wires(index).iter().any(|w| fabric.selects(switch, selector, w.port));
    if wired || extra.iter().any(|p| p.name == selector || p.alias == selector) {
        return Meets::Port;
    }
    if means(fabric, index, selector).is_empty() { Meets::Nothing } else { Meets::Empty }
}

/// The ports that `selector` means on the switch with this index, in order.
pub(crate) fn means(fabric: &Fabric, index: usize, selector: &str) -> Vec<PortId> {
    let switch = &fabric.switches[index];
    let meant = fabric.ports(index).filter(|p| {
        let named = p.spec.name == selector || p.spec.alias == selector;
        named || (p.id.cage > 0 && fabric.selects(switch, selector, p.id))
    });
    meant.map(|p| p.id).collect()
}

/// Calls `with` for every port that a `port` or `cable` of a switch's node names.
pub(crate) fn for_each_selector(fabric: &Fabric, mut with: impl FnMut(usize, &Spanned<String>)) {
    for (index, switch) in fabric.switches.iter().enumerate() {
        let Some(own) = switch.own.map(|own| &fabric.intent.switches[own]) else { continue };
        own.ports.iter().map(|p| &p.port).chain(own.cables.iter().map(|c| &c.0)).for_each(|s| with(index, s));
    }
}
