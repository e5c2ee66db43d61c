use std::collections::BTreeMap;
use std::net::IpAddr;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Lower;
use fabc_lang::intent::ConfigDb;
use ipnet::IpNet;

use crate::checks::Ctx;

check! {
    /// A `config-db` row that gives a switch an address which another device of the fabric has: packets for that one go
    /// astray. Addresses that only `config-db` rows speak of may be the same on several switches, as anycast wants it.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { config-db "LOOPBACK_INTERFACE" "Loopback1|10.0.0.2/32"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { config-db "LOOPBACK_INTERFACE" "Loopback1|10.15.0.2/32"; }
    /// ```
    Error "overrides/address-taken" "an address that another device has" => run
}

/// Who has an address by the fabric's own plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Switch(usize),
    Host(usize),
}

/// The address of a row that gives an interface one.
fn address(row: &ConfigDb) -> Option<IpAddr> {
    if !row.table.v.ends_with("INTERFACE") {
        return None;
    }
    let (_, text) = row.key.v.split_once('|')?;
    text.parse::<IpNet>().map(|net| net.addr()).or_else(|_| text.parse()).ok()
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    // Rows, and the switches that they are for.
    let shared = |tier: Option<usize>| {
        let of =
            move |(_, s): &(usize, &fabc_lang::fabric::Switch)| !s.absent && tier.is_none_or(|t| t == s.tier);
        fabric.switches.iter().enumerate().filter(of).map(|(index, _)| index)
    };
    let with_address = |rows: &[ConfigDb]| rows.iter().any(|row| address(row).is_some());
    let own = |index: usize| {
        fabric.switches[index].own.map_or(&[][..], |own| &fabric.intent.switches[own].config_db)
    };
    let mut asked: Vec<(&ConfigDb, Option<usize>, Option<usize>)> = Vec::new();
    asked.extend(fabric.intent.fabric.config_db.iter().map(|row| (row, None, None)));
    for (tier, spec) in fabric.tiers.iter().enumerate() {
        asked.extend(spec.node.config_db.iter().map(|row| (row, Some(tier), None)));
    }
    for index in shared(None).filter(|&index| with_address(own(index))) {
        asked.extend(own(index).iter().map(|row| (row, None, Some(index))));
    }
    asked.retain(|(row, ..)| address(row).is_some());
    if asked.is_empty() {
        return;
    }
    let owners = owners(ctx);
    for (row, tier, switch) in asked {
        let Some((address, &owner)) = address(row).and_then(|a| Some((a, owners.get(&a)?))) else { continue };
        // A row for many switches is wrong on the first that isn't the owner.
        let on = switch.or_else(|| shared(tier).find(|&index| owner != Owner::Switch(index)));
        let Some(on) = on.filter(|&index| owner != Owner::Switch(index)) else { continue };
        let whose = match owner {
            Owner::Switch(index) => &fabric.switches[index].name,
            Owner::Host(index) => &fabric.hosts[index].name,
        };
        let message =
            format!("`{}` is given {address}, which is an address of `{whose}`", fabric.switches[on].name);
        findings.push(RULE.at(row.key.at, message).help("an address outside of the fabric's pools"));
    }
}

/// All addresses that fabc gives out.
fn owners(ctx: &Ctx) -> BTreeMap<IpAddr, Owner> {
    let fabric = ctx.fabric;
    let mut owners = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, switch)| !switch.absent) {
        let v4 = [switch.loopback, switch.mgmt].into_iter().flatten().map(IpAddr::V4);
        let all = v4.chain(switch.loopback6.map(IpAddr::V6));
        owners.extend(all.map(|address| (address, Owner::Switch(index))));
    }
    for link in fabric.links.iter().filter(|link| fabric.is_present(link)) {
        let is_host = matches!(fabric.line_of(link).lower, Lower::Hosts { .. });
        let (a, b) = (link.a as usize, Owner::Switch(link.b as usize));
        let pair = |a: Owner, b: Owner, (x, y): (IpAddr, IpAddr)| [(x, a), (y, b)];
        if is_host {
            let v4 = fabric.host_addresses(link).map(|(x, y)| (x.into(), y.into()));
            owners.extend(v4.into_iter().flat_map(|found| pair(b, Owner::Host(a), found)));
        } else {
            let v4 = fabric.link_addresses(link).map(|(x, y)| (IpAddr::from(x), IpAddr::from(y)));
            let v6 = fabric.link_addresses6(link).map(|(x, y)| (IpAddr::from(x), IpAddr::from(y)));
            owners.extend(v4.into_iter().chain(v6).flat_map(|found| pair(Owner::Switch(a), b, found)));
        }
    }
    owners
}
