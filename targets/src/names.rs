//! Names that many rows share, made once for a build.

use fabc_lang::fabric::{Fabric, PortId, PortSpec, Switch, Tier, natural_cmp};

/// Interfaces of the servers, by group.
#[derive(Debug, Default)]
pub struct Names {
    groups: Vec<Group>,
    /// `fd00::1/128`, by switch.
    loopbacks6: Vec<Option<String>>,
    /// Whether ports come in natural order, by tier.
    ordered: Vec<bool>,
}

/// Interfaces of any server of a group: by NIC, then port.
#[derive(Debug, Default)]
struct Group {
    ports: usize,
    interfaces: Vec<String>,
}

/// Whether ports come in order, however each cage is broken out.
fn is_ordered(tier: &Tier) -> bool {
    let before = |a: &PortSpec, b: &PortSpec| natural_cmp(&a.name, &b.name).is_lt();
    let cages = tier.cages.iter().map(|cage| {
        let layouts = [Some(&cage.default), cage.broken.as_ref()];
        layouts.into_iter().flatten().map(|layout| layout.ports.as_slice()).collect()
    });
    let all: Vec<Vec<&[PortSpec]>> = cages.chain([vec![tier.extra.as_slice()]]).collect();
    let follows = |pair: &[Vec<&[PortSpec]>]| {
        let [first, second] = pair else { return true };
        let ends = first.iter().all(|ports| !ports.is_empty());
        let mut pairs = first.iter().flat_map(|a| second.iter().map(move |b| (a.last(), b.first())));
        ends && pairs.all(|(a, b)| a.zip(b).is_none_or(|(a, b)| before(a, b)))
    };
    all.iter().flatten().all(|ports| ports.is_sorted_by(before)) && all.windows(2).all(follows)
}

impl Names {
    /// The names of a fabric.
    pub fn new(fabric: &Fabric) -> Self {
        let mut groups: Vec<Group> = fabric.groups.iter().map(|_| Group::default()).collect();
        for (index, host) in fabric.hosts.iter().enumerate() {
            // A server's interfaces are those of any other of its group.
            let (Some(group), Some(names)) = (fabric.groups.get(host.group), groups.get_mut(host.group))
            else {
                continue;
            };
            if names.ports > 0 {
                continue;
            }
            let ports = group.node.nics.iter().map(|nic| nic.ports.v).max().unwrap_or(1).max(1);
            let place = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
            let all = (0..group.nics).flat_map(|nic| (0..ports).map(move |port| (nic, port)));
            let all = all.map(|(nic, port)| PortId { cage: place(nic), child: place(port) });
            names.interfaces = all.map(|port| fabric.host_interface(index, port)).collect();
            names.ports = usize::try_from(ports).unwrap_or(1);
        }
        let loopback6 = |switch: &Switch| switch.loopback6.map(|address| format!("{address}/128"));
        let loopbacks6 = fabric.switches.iter().map(loopback6).collect();
        Names { groups, loopbacks6, ordered: fabric.tiers.iter().map(is_ordered).collect() }
    }

    /// Whether the ports of all switches of a tier come in natural order of their names, cage by cage.
    pub(crate) fn is_ordered(&self, tier: usize) -> bool {
        self.ordered.get(tier).is_some_and(|ordered| *ordered)
    }

    /// IPv6 address of a switch's Loopback0, with its length: each of its neighbours' files has it.
    pub fn loopback6(&self, switch: usize) -> Option<&str> {
        self.loopbacks6.get(switch)?.as_deref()
    }

    /// The interface of a server's port.
    pub fn interface(&self, fabric: &Fabric, host: usize, port: PortId) -> &str {
        let group = fabric.hosts.get(host).and_then(|host| self.groups.get(host.group));
        let found =
            group.and_then(|g| g.interfaces.get(usize::from(port.cage) * g.ports + usize::from(port.child)));
        found.map_or("", String::as_str)
    }
}
