//! Cables as LLDP sees them, against those that are planned.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Fabric, Peer, PortId, PortSpec};

use crate::deployed::state::Neighbour;

/// A device and its port: alias of a switch's, interface of a server's.
pub type End = (String, String);

/// A port behind which somebody else is seen than is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miscabled {
    /// The switch.
    pub switch: String,
    /// Its port.
    pub port: String,
    /// Who is to be there; nobody where no cable is planned.
    pub planned: Option<End>,
    /// Who is seen there.
    pub seen: End,
    /// The port whose cable this one seems to have: it is to see what is seen here.
    pub meant: Option<End>,
    /// Whether that one sees what is planned here.
    pub swapped: bool,
}

/// Names of devices and ports, in both forms.
pub struct Plan<'a> {
    fabric: &'a Fabric,
    switches: BTreeMap<&'a str, usize>,
    hosts: BTreeMap<&'a str, usize>,
}

impl<'a> Plan<'a> {
    /// The cables of a fabric.
    pub fn new(fabric: &'a Fabric) -> Self {
        let switches = fabric.switches.iter().enumerate().map(|(i, s)| (s.name.as_str(), i));
        let hosts = fabric.hosts.iter().enumerate().map(|(i, h)| (h.name.as_str(), i));
        Plan { fabric, switches: switches.collect(), hosts: hosts.collect() }
    }

    /// What a switch sees that isn't planned. What nobody is seen behind is no difference: LLDP may be off, or the port down.
    pub fn of_switch(&self, switch: &str, lldp: &[Neighbour]) -> Vec<Miscabled> {
        let Some(&index) = self.switches.get(switch) else { return Vec::new() };
        let ports: BTreeMap<&str, Option<Peer>> = self.ports(index).collect();
        lldp.iter().filter_map(|seen| self.judge(switch, index, &ports, seen)).collect()
    }

    /// Ports of a switch, each with its planned far end.
    fn ports(&self, index: usize) -> impl Iterator<Item = (&'a str, Option<Peer>)> {
        self.fabric.ports(index).map(move |port| {
            let link = port.wire.and_then(|wire| self.fabric.links.get(wire.link as usize));
            let link = link.filter(|link| self.fabric.is_present(link));
            (port.spec.name.as_str(), link.map(|link| self.fabric.peer(link, index)))
        })
    }

    fn judge(
        &self,
        switch: &str,
        index: usize,
        ports: &BTreeMap<&str, Option<Peer>>,
        seen: &Neighbour,
    ) -> Option<Miscabled> {
        let of_alias = || self.fabric.ports(index).find(|port| port.spec.alias == seen.port);
        let port = match ports.get_key_value(seen.port.as_str()) {
            Some((port, _)) => (*port).to_owned(),
            None => of_alias()?.spec.name.clone(),
        };
        let planned = ports.get(port.as_str()).copied().flatten();
        let name = self.known(&seen.neighbour);
        let end = match planned {
            Some(Peer::Switch(far, at)) => {
                let spec = spec(self.fabric, far, at)?;
                let fits = |id: &str| id == spec.alias || id == spec.name;
                let peer = &self.fabric.switches.get(far)?.name;
                let described = seen.neighbour_description.as_deref().is_some_and(fits);
                if name == peer && (fits(&seen.neighbour_port) || described) {
                    return None;
                }
                Some((peer.clone(), spec.alias.clone()))
            }
            Some(Peer::Host(far, at)) => {
                let peer = &self.fabric.hosts.get(far)?.name;
                // What a server calls itself, and its ports, is the server's affair; another device of the fabric isn't.
                if name == peer || !self.is_known(name) {
                    return None;
                }
                Some((peer.clone(), self.fabric.host_interface(far, at)))
            }
            None if !self.is_known(name) => return None,
            None => None,
        };
        let seen = (name.to_owned(), self.alias(name, seen));
        Some(Miscabled { switch: switch.to_owned(), port, planned: end, seen, meant: None, swapped: false })
    }

    fn is_known(&self, name: &str) -> bool {
        self.switches.contains_key(name) || self.hosts.contains_key(name)
    }

    /// A device's name; a whole domain name stands for its first part where that is known.
    fn known<'n>(&self, name: &'n str) -> &'n str {
        match name.split_once('.') {
            Some((first, _)) if !self.is_known(name) && self.is_known(first) => first,
            _ => name,
        }
    }

    /// The alias of the port that is seen, whichever form LLDP gives.
    fn alias(&self, name: &str, seen: &Neighbour) -> String {
        let forms = || {
            [Some(seen.neighbour_port.as_str()), seen.neighbour_description.as_deref()].into_iter().flatten()
        };
        let found = self.switches.get(name).and_then(|&index| {
            let mut ports = self.fabric.ports(index).map(|port| port.spec);
            ports.find(|spec| forms().any(|form| form == spec.name || form == spec.alias))
        });
        found.map_or_else(|| seen.neighbour_port.clone(), |spec| spec.alias.clone())
    }

    /// Says of each whose cable it seems to have.
    pub fn swaps(&self, all: &mut [Miscabled]) {
        let planned: BTreeMap<End, usize> =
            all.iter().enumerate().filter_map(|(i, one)| one.planned.clone().map(|end| (end, i))).collect();
        let found: Vec<_> = all
            .iter()
            .map(|one| {
                let other = planned.get(&one.seen).and_then(|&at| all.get(at))?;
                let swapped = one.planned.as_ref() == Some(&other.seen);
                Some(((other.switch.clone(), other.port.clone()), swapped))
            })
            .collect();
        for (one, found) in all.iter_mut().zip(found) {
            if let Some((meant, swapped)) = found {
                (one.meant, one.swapped) = (Some(meant), swapped);
            }
        }
    }
}

/// The port at this place of a switch.
fn spec(fabric: &Fabric, switch: usize, port: PortId) -> Option<&PortSpec> {
    fabric.tier_of(fabric.switches.get(switch)?).spec(port)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    const FABRIC: &str = r#"
        fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=4 { nic count=2 speed="400G"; }
        tier "leaf" count=2 switch="dell-z9864f"
        tier "spine" count=2 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; media "DAC"; }
        link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
        class "bulk" default=#true priority=0
        routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.255.0.0/18"; host-subnets "10.64.0.0/10"; }
    "#;

    fn seen(port: &str, neighbour: &str, far: &str) -> Neighbour {
        let (port, neighbour, neighbour_port) = (port.to_owned(), neighbour.to_owned(), far.to_owned());
        Neighbour { port, neighbour, neighbour_port, neighbour_description: None }
    }

    #[test]
    fn what_is_planned_is_found_in_both_forms_and_what_is_swapped_is_told() {
        let host = MemoryHost::default().file("fabric.kdl", FABRIC);
        let fabric = analyze(Path::new("fabric.kdl"), &host, &Options::default()).fabric.unwrap();
        let plan = Plan::new(&fabric);
        let wires: Vec<(String, String, String, String)> = plan
            .ports(0)
            .filter_map(|(name, peer)| match peer {
                Some(Peer::Switch(far, at)) => {
                    let spec = spec(&fabric, far, at).unwrap();
                    Some((
                        name.to_owned(),
                        fabric.switches[far].name.clone(),
                        spec.alias.clone(),
                        spec.name.clone(),
                    ))
                }
                _ => None,
            })
            .collect();
        let [(one, spine_1, alias_1, name_1), (two, spine_2, alias_2, name_2)] = wires.as_slice() else {
            panic!("{wires:?}")
        };
        let right = [seen(one, spine_1, alias_1), seen(two, &format!("{spine_2}.dc.example.org"), name_2)];
        assert_eq!(plan.of_switch("leaf-01", &right), []);
        // A server may call itself and its ports what it wants; eth0 is no port of the fabric.
        let others = [
            seen("Ethernet0", "bmc-7", "x"),
            seen("eth0", "leaf-02", "eth0"),
            seen("Ethernet0", "gpu-01", "any"),
        ];
        assert_eq!(plan.of_switch("leaf-01", &others), []);
        let swapped = [seen(one, spine_2, name_2), seen(two, spine_1, name_1)];
        let mut found = plan.of_switch("leaf-01", &swapped);
        plan.swaps(&mut found);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].planned, Some((spine_1.clone(), alias_1.clone())));
        assert_eq!(found[0].seen, (spine_2.clone(), alias_2.clone()));
        assert_eq!(
            (found[0].meant.clone(), found[0].swapped),
            (Some(("leaf-01".to_owned(), two.clone())), true)
        );
        let found = plan
            .of_switch("leaf-01", &[seen("Ethernet0", "gpu-02", "nic0"), seen("etp64", "leaf-02", "etp1")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].planned.is_some());
        assert_eq!(plan.of_switch("nobody", &right), []);
    }
}
