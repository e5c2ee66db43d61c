//! Names of what fails: a switch, or a link by one of its ends, by both, or by its cable.

use std::collections::BTreeSet;

use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::{Fabric, Link, Lower};
use fabc_targets::cabling::cable_ids;

use crate::checks::lost::{Lost, stands};
use crate::checks::selector::means;

/// Adds to `lost` what `name` means; why it means nothing otherwise.
pub(crate) fn fail(fabric: &Fabric, name: &str, lost: &mut Lost) -> Result<(), String> {
    if let Some(index) = fabric.switches.iter().position(|s| s.name == name) {
        if fabric.switches[index].absent {
            return Err(format!("`{name}` is absent from the start"));
        }
        lost.switches.insert(index);
        return Ok(());
    }
    let links = if name.contains(':') { links(fabric, name)? } else { return Err(unknown(fabric, name)) };
    let there: Vec<u32> =
        links.iter().copied().filter(|&l| stands(fabric, &fabric.links[l as usize])).collect();
    if there.is_empty() {
        if links.iter().any(|&l| fabric.is_present(&fabric.links[l as usize])) {
            return Err(format!(
                "what `{name}` joins is down from the start: the file puts a port of it down"
            ));
        }
        return Err(format!("what `{name}` joins is absent from the start"));
    }
    lost.links.extend(there);
    Ok(())
}

/// The links that a name with a colon means; never empty.
fn links(fabric: &Fabric, name: &str) -> Result<BTreeSet<u32>, String> {
    let dashes = name.match_indices('-').map(|(at, _)| (&name[..at], &name[at + 1..]));
    let known =
        |end: &str| end.split_once(':').is_some_and(|(device, _)| device_of(fabric, device).is_some());
    if let Some((one, other)) = dashes.into_iter().find(|(one, other)| known(one) && known(other)) {
        let (a, b) = (end(fabric, one)?, end(fabric, other)?);
        let both: BTreeSet<u32> = a.intersection(&b).copied().collect();
        if !both.is_empty() {
            return Ok(both);
        }
        let far = a.first().map(|&l| link_name(fabric, &fabric.links[l as usize]));
        let hint = far.map_or_else(String::new, |far| format!("; there is {far}"));
        return Err(format!("no link joins `{one}` and `{other}`{hint}"));
    }
    end(fabric, name)
}

/// A device by its name.
enum Device {
    Switch(usize),
    Host(usize),
}

fn device_of(fabric: &Fabric, name: &str) -> Option<Device> {
    let switch = fabric.switches.iter().position(|s| s.name == name).map(Device::Switch);
    switch.or_else(|| fabric.hosts.iter().position(|h| h.name == name).map(Device::Host))
}

/// The links at `device:port`.
fn end(fabric: &Fabric, name: &str) -> Result<BTreeSet<u32>, String> {
    let (device, port) = name.split_once(':').unwrap_or((name, ""));
    let did_you_mean =
        |near: Option<&str>| near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
    match device_of(fabric, device) {
        None => Err(unknown(fabric, device)),
        Some(Device::Host(host)) => {
            let wires = fabric.host_wires(host);
            let name = |w: &fabc_lang::fabric::Wire| fabric.host_interface(host, w.port);
            let found: BTreeSet<u32> = wires.iter().filter(|w| name(w) == port).map(|w| w.link).collect();
            if !found.is_empty() {
                return Ok(found);
            }
            let names: Vec<String> = wires.iter().map(name).collect();
            let hint = did_you_mean(nearest(port, names.iter().map(String::as_str)));
            Err(format!("`{device}` has no link at `{port}`{hint}"))
        }
        Some(Device::Switch(switch)) => {
            let wires = fabric.switch_wires(switch);
            let ports = means(fabric, switch, port);
            let mut found: BTreeSet<u32> =
                wires.iter().filter(|w| ports.contains(&w.port)).map(|w| w.link).collect();
            let cage = port.split_once('.').and_then(|(cage, _)| cage.parse::<u16>().ok());
            let in_cage = wires.iter().filter(|w| Some(w.port.cage) == cage);
            let runs = |w: &&fabc_lang::fabric::Wire| {
                cable_ids(fabric, &fabric.links[w.link as usize]).any(|(id, _)| id.to_string() == name)
            };
            found.extend(in_cage.filter(runs).map(|w| w.link));
            // What is at the far end, with all links to it.
            let leads = |w: &&fabc_lang::fabric::Wire| {
                let link = &fabric.links[w.link as usize];
                let lower = link.b as usize == switch;
                let far =
                    if lower { fabric.lower_name(link) } else { &fabric.switches[link.b as usize].name };
                far == port
            };
            found.extend(wires.iter().filter(leads).map(|w| w.link));
            if !found.is_empty() {
                return Ok(found);
            }
            if !ports.is_empty() {
                return Err(format!("nothing is wired to `{port}` of `{device}`"));
            }
            let names: Vec<&str> =
                fabric.ports(switch).flat_map(|p| [p.spec.name.as_str(), p.spec.alias.as_str()]).collect();
            let hint = did_you_mean(nearest(port, names));
            Err(format!("`{device}` has no port `{port}`{hint}"))
        }
    }
}

fn unknown(fabric: &Fabric, name: &str) -> String {
    if let Some(host) = fabric.hosts.iter().position(|h| h.name == name) {
        let port = fabric.host_wires(host).first().map(|w| fabric.host_interface(host, w.port));
        let hint = port.map_or_else(String::new, |port| format!(", as `{name}:{port}`"));
        return format!("`{name}` is a server; what fails is a switch, or a link{hint}");
    }
    let names = fabric.switches.iter().map(|s| s.name.as_str());
    let near = nearest(name, names.chain(fabric.hosts.iter().map(|h| h.name.as_str())));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("there is no switch `{name}`{hint}")
}

/// `leaf-01:Ethernet0 - spine-01:Ethernet8`
pub(crate) fn link_name(fabric: &Fabric, link: &Link) -> String {
    let port = |switch: u32, port| {
        let switch = &fabric.switches[switch as usize];
        let name = fabric.tier_of(switch).spec(port).map_or("", |spec| spec.name.as_str());
        format!("{}:{name}", switch.name)
    };
    let lower = match fabric.line_of(link).lower {
        Lower::Tier(_) => port(link.a, link.a_port),
        Lower::Hosts { .. } => {
            let host = link.a as usize;
            format!("{}:{}", fabric.hosts[host].name, fabric.host_interface(host, link.a_port))
        }
    };
    format!("{lower} - {}", port(link.b, link.b_port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatif::tests::fabric;

    fn small() -> Fabric {
        fabric(
            r#"fabric "f" { nos "sonic" release="202505"; }
            hosts "gpu" count=4 { nic count=2 speed="400G"; }
            tier "leaf" count=2 switch="dell-z9864f"
            tier "spine" count=3 switch="dell-z9864f" { absent 3; }
            link "gpu" "leaf" by="rail"
            link "leaf" "spine" speed="400G" per-pair=2 { media "2xDR4"; }
            switch "leaf-01" { port "1/1" { admin "down"; } }
            routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }"#,
        )
    }

    fn failed(name: &str) -> Result<String, String> {
        let fabric = small();
        let mut lost = Lost::default();
        fail(&fabric, name, &mut lost)?;
        let switches = lost.switches.iter().map(|&s| fabric.switches[s].name.clone());
        let links = lost.links.iter().map(|&l| link_name(&fabric, &fabric.links[l as usize]));
        Ok(switches.chain(links).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn names_are_understood() {
        assert_eq!(failed("spine-01").unwrap(), "spine-01");
        let link = failed("gpu-01:nic1").unwrap();
        assert!(link.starts_with("gpu-01:nic1 - leaf-02:Ethernet"), "{link}");
        // By its far end, by both, by alias, cage and child.
        let (_, far) = link.split_once(" - ").unwrap();
        assert_eq!(failed("leaf-01:spine-01").unwrap().matches(" - spine-01:").count(), 2);
        assert_eq!(failed("leaf-02:gpu-01").unwrap(), link);
        for name in [
            far,
            &format!("gpu-01:nic1-{far}"),
            &format!("{far}-gpu-01:nic1"),
            "leaf-02:etp1a",
            "leaf-02:1/1",
        ] {
            assert_eq!(failed(name).unwrap(), link, "{name}");
        }
        // A cage with all its links; a cable of its own within it.
        assert_eq!(failed("leaf-02:1").unwrap().matches(" - ").count(), 2);
        let up = failed("leaf-01:62").unwrap();
        assert_eq!(up.matches(" - spine-01:").count(), 2, "{up}");
        let (_, far) = up.rsplit_once(" - ").unwrap();
        let fabric = small();
        let link = fabric.links.iter().find(|l| link_name(&fabric, l).ends_with(far)).unwrap();
        let cable = cable_ids(&fabric, link).next().unwrap().0.to_string();
        assert!(cable.contains('.'), "{cable}");
        assert_eq!(failed(&cable).unwrap(), link_name(&fabric, link));
    }

    #[test]
    fn what_has_no_name_is_said() {
        for (name, why) in [
            ("spin-01", "there is no switch `spin-01`; did you mean `spine-01`?"),
            ("spine-03", "`spine-03` is absent from the start"),
            ("leaf-01:1/1", "what `leaf-01:1/1` joins is down from the start"),
            ("gpu-01:nic0", "what `gpu-01:nic0` joins is down from the start"),
            ("gpu-01", "`gpu-01` is a server; what fails is a switch, or a link, as `gpu-01:nic0`"),
            ("gpu-01:nix0", "`gpu-01` has no link at `nix0`; did you mean `nic0`?"),
            ("leaf-01:Ethernet1111", "`leaf-01` has no port `Ethernet1111`"),
            ("leaf-01:9", "nothing is wired to `9` of `leaf-01`"),
            ("lef-01:1", "there is no switch `lef-01`; did you mean `leaf-01`?"),
        ] {
            let said = failed(name).unwrap_err();
            assert!(said.starts_with(why), "{said}");
        }
        let said = failed("gpu-01:nic0-leaf-02:etp1a").unwrap_err();
        assert!(
            said.starts_with(
                "no link joins `gpu-01:nic0` and `leaf-02:etp1a`; there is gpu-01:nic0 - leaf-01:"
            ),
            "{said}"
        );
    }
}
