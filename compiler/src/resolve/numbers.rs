//! Addresses and ASNs: by identity inside declared shares, never by place in a list.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use fabc_lang::diagnostic::{Diagnostic, Findings, nearest};
use fabc_lang::fabric::{Level, Tier};
use fabc_lang::intent::{Intent, Management, SwitchNode};
use fabc_lang::source::{Span, Spanned};
use ipnet::{Ipv4Net, Ipv6Net};

use super::devices::Devices;
use super::nodes::{Member, Nodes};
use super::rules;

/// Addresses at the beginning of the management subnet that no switch gets: gateways and servers.
pub(crate) const MANAGEMENT_LOW: u32 = 31;

const MANAGEMENT_ADDRESS: &str = "management address";

/// 4294967295 is reserved (RFC 7300).
const LAST_ASN: u32 = 4_294_967_294;

/// Fills in every number.
pub(super) fn assign(
    intent: &Intent,
    bases: &[Option<Spanned<u32>>],
    devices: &mut Devices,
    findings: &mut Findings,
) {
    if let Some(routing) = &intent.routing {
        asns(bases, devices, findings);
        if let Some(pool) = routing.loopbacks {
            loopbacks(pool, devices, findings);
        }
        if let Some(pool) = routing.loopbacks6 {
            loopbacks6(pool, devices, findings);
        }
        if let Some(pool) = routing.host_subnets {
            host_blocks(pool, devices, findings);
        }
        let has_uplinks = |t: &Tier| !t.up.is_empty();
        if let Some(pool) = routing.numbered {
            blocks(pool, "numbered", devices, findings, has_uplinks);
        }
        if let Some(pool) = routing.numbered6 {
            blocks6(pool, "numbered", devices, findings, has_uplinks);
        }
    }
    if let Some(management) = &intent.management {
        management_addresses(management, devices, findings);
    }
    pins(intent, devices, findings);
    boxes(intent, findings);
    if let Some(management) = &intent.management {
        taken(management, devices, findings);
    }
}

/// The base of each tier, by its ordinal; names that no tier has are reported.
pub(super) fn bases(
    nodes: &Nodes<'_>,
    intent: &Intent,
    findings: &mut Findings,
) -> Vec<Option<Spanned<u32>>> {
    let mut bases: Vec<Option<Spanned<u32>>> = vec![None; nodes.tiers.len()];
    for (name, base) in intent.routing.iter().flat_map(|r| &r.asn) {
        let tiers: Vec<usize> = nodes
            .find(&name.v, 0)
            .iter()
            .filter(|r| matches!(nodes.nodes[r.node].member, Member::Tier(_)))
            .map(|r| r.node)
            .collect();
        if tiers.is_empty() && !intent.unread.may_be(&name.v) {
            let names = nodes.tiers.iter().map(|&t| nodes.nodes[t].name().v.as_str());
            let near = nearest(&name.v, names);
            let guess = near.map(|n| format!("did you mean `{n}=`?"));
            let found = rules::UNKNOWN_NODE.at(name.at, format!("no tier is called `{}`", name.v));
            let found = found.instead_opt(near);
            findings.push(found.help_opt(guess.or(Some("remove it, or declare the tier".into()))));
        }
        for tier in tiers {
            let tier = &nodes.nodes[tier];
            if let Some(first) = bases[tier.ordinal] {
                let found =
                    rules::DUPLICATE_LINE.at(name.at, format!("`{}` has an ASN base already", tier.path));
                findings.push(found.label(first.at, "first here").help("keep one of the two"));
                continue;
            }
            bases[tier.ordinal] = Some(*base);
        }
    }
    bases
}

/// The ASN of each switch.
fn asns(bases: &[Option<Spanned<u32>>], devices: &mut Devices, findings: &mut Findings) {
    for (tier, base) in devices.tiers.iter_mut().zip(bases) {
        tier.asn_base = *base;
    }
    let mut overflown: Vec<usize> = Vec::new();
    for (switch, pod) in devices.switches.iter_mut().zip(&devices.pod_ordinal) {
        let tier = &devices.tiers[switch.tier];
        let Some(base) = tier.asn_base else { continue };
        let (plane, pod) = (u64::from(switch.plane), u64::from(*pod));
        let offset = match tier.level {
            Level::Bottom => plane * 10_000_000 + pod * 10_000 + u64::from(switch.index),
            Level::Middle => plane * 1_000 + pod,
            Level::Top => plane,
        };
        switch.asn = u32::try_from(u64::from(base.v) + offset).ok().filter(|&asn| asn <= LAST_ASN);
        if switch.asn.is_none() && !overflown.contains(&switch.tier) {
            overflown.push(switch.tier);
            let text =
                format!("{} + {offset} for `{}` is beyond {LAST_ASN}, the last ASN", base.v, switch.name);
            findings
                .push(rules::EXHAUSTED.at(base.at, text).help("begin lower, in 4200000000 to 4294967294"));
        }
    }
}

/// What a tier asks of a pool: addresses that its share holds, and that its switches need.
struct Need<'t> {
    tier: &'t Tier,
    has: u64,
    needs: u64,
}

/// Reports the tiers whose share of a pool is too small, each with the one prefix that would do for all of them. `bits`
/// is the length of an address.
fn capacity<N: Display>(pool: Spanned<N>, what: &str, bits: u8, needs: &[Need<'_>], findings: &mut Findings) {
    let most = needs.iter().map(|n| n.needs).max().unwrap_or(0);
    for need in needs.iter().filter(|n| n.needs > n.has) {
        let text = format!(
            "{what} {}: share {} of {} is `{}`'s, it holds {} address{} and {} are needed: {} too few",
            pool.v,
            need.tier.share + 1,
            need.tier.shares,
            need.tier.label,
            need.has,
            if need.has == 1 { "" } else { "es" },
            need.needs,
            need.needs - need.has
        );
        let share_bits = u64::BITS - (most - 1).leading_zeros();
        let fits = u32::from(bits).checked_sub(share_bits + need.tier.shares.trailing_zeros());
        let none = || "no pool is large enough: fewer switches".to_owned();
        let help = fits.map_or_else(none, |f| format!("a /{f} would do"));
        findings.push(rules::EXHAUSTED.at(pool.at, text).label(need.tier.node.at, "this tier").help(help));
    }
}

/// Addresses in a tier's share of an IPv4 pool.
fn held(tier: &Tier, pool: Ipv4Net) -> u64 {
    tier.share_of(pool).map_or(0, |s| 1u64 << (32 - s.prefix_len()))
}

/// Addresses in a tier's share of an IPv6 pool, or the most that can be counted.
fn held6(tier: &Tier, pool: Ipv6Net) -> u64 {
    let size = |length: u8| 1u64.checked_shl(u32::from(128 - length)).unwrap_or(u64::MAX);
    tier.share_of6(pool).map_or(0, |s| size(s.prefix_len()))
}

/// The highest number in use, by tier.
fn highest(devices: &Devices) -> Vec<u32> {
    let mut highest = vec![0; devices.tiers.len()];
    for switch in &devices.switches {
        highest[switch.tier] = highest[switch.tier].max(switch.number);
    }
    highest
}

fn loopbacks(pool: Spanned<Ipv4Net>, devices: &mut Devices, findings: &mut Findings) {
    let highest = highest(devices);
    let need = |(tier, most)| Need { tier, has: held(tier, pool.v), needs: u64::from(most) + 1 };
    let needs: Vec<Need<'_>> = devices.tiers.iter().zip(highest).map(need).collect();
    capacity(pool, "loopbacks", 32, &needs, findings);
    for switch in &mut devices.switches {
        let share = devices.tiers[switch.tier].share_of(pool.v);
        switch.loopback =
            share.and_then(|s| u32::from(s.network()).checked_add(switch.number)).map(Ipv4Addr::from);
    }
}

fn loopbacks6(pool: Spanned<Ipv6Net>, devices: &mut Devices, findings: &mut Findings) {
    let highest = highest(devices);
    let need = |(tier, most)| Need { tier, has: held6(tier, pool.v), needs: u64::from(most) + 1 };
    let needs: Vec<Need<'_>> = devices.tiers.iter().zip(highest).map(need).collect();
    capacity(pool, "loopbacks", 128, &needs, findings);
    for switch in &mut devices.switches {
        let share = devices.tiers[switch.tier].share_of6(pool.v);
        let address = share.and_then(|s| u128::from(s.network()).checked_add(u128::from(switch.number)));
        switch.loopback6 = address.map(Ipv6Addr::from);
    }
}

fn host_blocks(pool: Spanned<Ipv4Net>, devices: &mut Devices, findings: &mut Findings) {
    let serves: Vec<bool> = devices.tiers.iter().map(|t| t.host_facing).collect();
    blocks(pool, "host-subnets", devices, findings, |t| t.host_facing);
    for switch in &mut devices.switches {
        if serves[switch.tier] {
            switch.host_block = devices.tiers[switch.tier].block(pool.v, switch.number);
        }
    }
}

/// Whether every switch that needs a block finds one.
fn blocks(
    pool: Spanned<Ipv4Net>,
    what: &str,
    devices: &Devices,
    findings: &mut Findings,
    needed: impl Fn(&Tier) -> bool,
) {
    let need = |(tier, most)| {
        let needs = u64::from(most) * u64::from(Tier::block_size(tier));
        Need { tier, has: held(tier, pool.v), needs }
    };
    let tiers = devices.tiers.iter().zip(highest(devices)).filter(|(t, _)| needed(t));
    let needs: Vec<Need<'_>> = tiers.map(need).collect();
    capacity(pool, what, 32, &needs, findings);
}

/// The same for an IPv6 pool. A block before the first stays free, and the last addresses.
fn blocks6(
    pool: Spanned<Ipv6Net>,
    what: &str,
    devices: &Devices,
    findings: &mut Findings,
    needed: impl Fn(&Tier) -> bool,
) {
    let need = |(tier, most)| {
        let needs = (u64::from(most) + 1) * u64::from(Tier::block_size(tier)) + Tier::LAST6;
        Need { tier, has: held6(tier, pool.v), needs }
    };
    let tiers = devices.tiers.iter().zip(highest(devices)).filter(|(t, _)| needed(t));
    let needs: Vec<Need<'_>> = tiers.map(need).collect();
    capacity(pool, what, 128, &needs, findings);
}

fn management_addresses(management: &Management, devices: &mut Devices, findings: &mut Findings) {
    let pool = management.subnet;
    let highest = highest(devices);
    let low = |tier: &Tier| if tier.share == 0 { MANAGEMENT_LOW } else { 0 };
    let need = |(tier, most)| {
        let last = Tier::is_last_share(tier); // its last address is the subnet's broadcast address
        Need {
            tier,
            has: held(tier, pool.v),
            needs: u64::from(most) + u64::from(low(tier)) + 1 + u64::from(last),
        }
    };
    let needs: Vec<Need<'_>> = devices.tiers.iter().zip(highest).map(need).collect();
    capacity(pool, "management", 32, &needs, findings);
    for switch in &mut devices.switches {
        let tier = &devices.tiers[switch.tier];
        let share = tier.share_of(pool.v);
        let address = share.and_then(|s| u32::from(s.network()).checked_add(switch.number + low(tier)));
        switch.mgmt = address.map(Ipv4Addr::from);
    }
}

/// What `switch NAME { asn; loopback; mgmt }` sets, and whether it meets another's.
fn pins(intent: &Intent, devices: &mut Devices, findings: &mut Findings) {
    let mut pinned: Vec<(usize, Span, &'static str, Ipv4Addr)> = Vec::new();
    for (i, switch) in devices.switches.iter_mut().enumerate() {
        let Some(own) = switch.own.map(|o| &intent.switches[o]) else { continue };
        if let Some(asn) = own.asn {
            switch.asn = Some(asn.v); // spines share theirs; who may is looked at with the other checks
        }
        if let Some(loopback) = own.loopback {
            switch.loopback = Some(loopback.v);
            pinned.push((i, loopback.at, "loopback", loopback.v));
        }
        if let Some(mgmt) = own.mgmt {
            switch.mgmt = Some(mgmt.v);
            pinned.push((i, mgmt.at, MANAGEMENT_ADDRESS, mgmt.v));
        }
    }
    // The first and the last address of the net belong to all of it.
    let net = intent.management.as_ref().map(|m| m.subnet.v).filter(|net| net.prefix_len() < 31);
    for (i, at, what, value) in &pinned {
        let of_all = net.is_some_and(|net| {
            *what == MANAGEMENT_ADDRESS && [net.network(), net.broadcast()].contains(value)
        });
        let special =
            value.is_unspecified() || value.is_loopback() || value.is_multicast() || value.is_broadcast();
        if special || of_all {
            let text = format!(
                "{value} can't be the {what} of `{}`: it is no address of one device",
                devices.switches[*i].name
            );
            findings.push(rules::PIN.at(*at, text).help("pin another value, or leave the pin out"));
        }
    }
    if pinned.is_empty() {
        return;
    }
    let mut by_address: BTreeMap<Ipv4Addr, Vec<usize>> = BTreeMap::new();
    for (i, switch) in devices.switches.iter().enumerate() {
        for address in switch.loopback.into_iter().chain(switch.mgmt) {
            by_address.entry(address).or_default().push(i);
        }
    }
    for (i, at, what, value) in pinned {
        let Some(&other) = by_address.get(&value).and_then(|list| list.iter().find(|&&o| o != i)) else {
            continue;
        };
        let (this, other) = (&devices.switches[i], &devices.switches[other]);
        let mut found =
            rules::PIN.at(at, format!("{what} {value} of `{}` is also `{}`'s", this.name, other.name));
        if let Some(node) = other.own.map(|o| &intent.switches[o]) {
            found = found.label(node.at, "the other switch");
        }
        findings.push(found.help("pin another value, or leave the pin out"));
    }
}

/// MAC addresses and serial numbers: each is one box's, and a MAC is one that a box can have.
fn boxes(intent: &Intent, findings: &mut Findings) {
    let mut macs: BTreeMap<String, &SwitchNode> = BTreeMap::new();
    let mut serials: BTreeMap<&str, &SwitchNode> = BTreeMap::new();
    for switch in &intent.switches {
        let name = &switch.name.v;
        if let Some(mac) = &switch.mac {
            let value = mac.v.to_ascii_lowercase();
            let group =
                value.get(..2).and_then(|byte| u8::from_str_radix(byte, 16).ok()).is_some_and(|b| b & 1 == 1);
            if group || value == "00:00:00:00:00:00" {
                let text =
                    format!("{} can't be the MAC address of `{name}`: it is no address of one device", mac.v);
                findings.push(rules::PIN.at(mac.at, text).help("the box's own: its second digit is even"));
            }
            if let Some(other) = macs.insert(value, switch) {
                findings.push(twice(mac.at, "MAC address", &mac.v, name, other));
            }
        }
        if let Some(serial) = &switch.serial
            && let Some(other) = serials.insert(&serial.v, switch)
        {
            findings.push(twice(serial.at, "serial number", &serial.v, name, other));
        }
    }
}

fn twice(at: Span, what: &str, value: &str, name: &str, other: &SwitchNode) -> Diagnostic {
    let found = rules::PIN.at(at, format!("{what} {value} of `{name}` is also `{}`'s", other.name.v));
    found.label(other.at, "the other switch").help("correct one of the two")
}

/// Addresses that `management` names for other things.
fn taken(management: &Management, devices: &Devices, findings: &mut Findings) {
    let by_address: BTreeMap<Ipv4Addr, &str> =
        devices.switches.iter().filter_map(|s| Some((s.mgmt?, s.name.as_str()))).collect();
    let lists = [
        ("NTP server", &management.ntp),
        ("syslog server", &management.syslog),
        ("DNS server", &management.dns),
    ];
    let mut named: Vec<(&str, Spanned<IpAddr>)> =
        management.gateway.iter().map(|g| ("gateway", *g)).collect();
    named.extend(lists.iter().flat_map(|(what, list)| list.iter().map(|a| (*what, *a))));
    named.extend(management.tacacs.iter().map(|t| ("TACACS+ server", t.address)));
    for (what, address) in named {
        let IpAddr::V4(v4) = address.v else { continue };
        if let Some(name) = by_address.get(&v4) {
            let found =
                rules::PIN.at(address.at, format!("the {what} {v4} is the management address of `{name}`"));
            let free = format!("change it, or pin another address: switch \"{name}\" {{ mgmt \"…\"; }}");
            findings.push(
                found.label(management.subnet.at, "switches take their addresses from here").help(free),
            );
        }
    }
}
