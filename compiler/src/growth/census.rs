//! What of a fabric may not move.

use std::net::{Ipv4Addr, Ipv6Addr};

use fabc_lang::fabric::{Fabric, Lower};
use serde::Deserialize;

/// A switch, as far as it may not move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SwitchFacts {
    /// Its name.
    pub name: String,
    /// Path of its tier.
    pub tier: String,
    /// Its plane.
    #[serde(default)]
    pub plane: Option<String>,
    /// Its pod.
    #[serde(default)]
    pub pod: Option<u32>,
    /// Its index.
    #[serde(default)]
    pub index: u32,
    /// ASN.
    pub asn: Option<u32>,
    /// IPv4 loopback.
    pub loopback: Option<Ipv4Addr>,
    /// IPv6 loopback.
    pub loopback6: Option<Ipv6Addr>,
    /// Management address.
    pub mgmt: Option<Ipv4Addr>,
    /// Servers' addresses.
    pub host_block: Option<String>,
    /// Left out: it has no files, and none of its links is there.
    #[serde(default)]
    pub absent: bool,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HostFacts {
    /// Its name.
    pub name: String,
    /// Path of its node.
    #[serde(default)]
    pub group: String,
    /// Its index.
    #[serde(default)]
    pub index: u32,
    /// Left out: none of its links is there.
    #[serde(default)]
    pub absent: bool,
}

/// A link with its ports and addresses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LinkFacts {
    /// Lower device.
    pub a: String,
    /// Its interface.
    pub a_if: String,
    /// Upper switch.
    pub b: String,
    /// Its interface.
    pub b_if: String,
    /// Paths of the two nodes that its line joins.
    #[serde(default)]
    pub line: Vec<String>,
    /// Line rate, Mb/s.
    #[serde(default)]
    pub speed: u32,
    /// Address of the lower end.
    pub a_address: Option<Ipv4Addr>,
    /// IPv6 address of the lower end.
    pub a_address6: Option<Ipv6Addr>,
}

/// All of it. Reads `fabric.json`; fields that it doesn't need are skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Census {
    /// The version of the format that it was read from.
    #[serde(default)]
    pub schema_version: u32,
    /// Switches, absent ones too.
    pub switches: Vec<SwitchFacts>,
    /// Servers, absent ones too.
    pub hosts: Vec<HostFacts>,
    /// Links that are there.
    pub links: Vec<LinkFacts>,
}

impl Census {
    /// Reads a `fabric.json`.
    pub fn read(json: &[u8]) -> Result<Self, String> {
        let census: Census = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        let known = fabc_targets::model::SCHEMA_VERSION;
        if census.schema_version > known {
            return Err(format!("its schema_version is {}, this fabc knows {known}", census.schema_version));
        }
        Ok(census)
    }

    /// What a fabric holds.
    pub fn of(fabric: &Fabric) -> Self {
        let switches = fabric.switches.iter().map(|s| SwitchFacts {
            name: s.name.clone(),
            tier: fabric.tier_of(s).label.clone(),
            plane: fabric.tier_of(s).planes.get(s.plane as usize).cloned(),
            pod: Some(s.pod).filter(|&pod| pod > 0),
            index: s.index,
            asn: s.asn,
            loopback: s.loopback,
            loopback6: s.loopback6,
            mgmt: s.mgmt,
            host_block: s.host_block.map(|b| b.to_string()),
            absent: s.absent,
        });
        let hosts = fabric.hosts.iter().map(|h| HostFacts {
            name: h.name.clone(),
            group: fabric.groups[h.group].label.clone(),
            index: h.index,
            absent: h.absent,
        });
        let links = fabric.links.iter().filter(|l| fabric.is_present(l)).map(|link| {
            let line = fabric.line_of(link);
            let upper = &fabric.switches[link.b as usize];
            let name =
                |tier: usize, port| fabric.tiers[tier].spec(port).map_or(String::new(), |s| s.name.clone());
            let (a_if, low) = match line.lower {
                Lower::Hosts { group, .. } => {
                    (fabric.host_interface(link.a as usize, link.a_port), fabric.groups[group].label.clone())
                }
                Lower::Tier(tier) => (name(tier, link.a_port), fabric.tiers[tier].label.clone()),
            };
            let addresses = fabric
                .host_addresses(link)
                .map(|(_, host)| host)
                .or(fabric.link_addresses(link).map(|(a, _)| a));
            LinkFacts {
                a: fabric.lower_name(link).to_owned(),
                a_if,
                b: upper.name.clone(),
                b_if: name(upper.tier, link.b_port),
                line: vec![low, fabric.tiers[line.upper].label.clone()],
                speed: line.speed.v.0,
                a_address: addresses,
                a_address6: fabric.link_addresses6(link).map(|(a, _)| a),
            }
        });
        Census {
            schema_version: fabc_targets::model::SCHEMA_VERSION,
            switches: switches.collect(),
            hosts: hosts.collect(),
            links: links.collect(),
        }
    }
}
