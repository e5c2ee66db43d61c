//! ASNs, pools and the management network: what the formulas need so that they give what was read.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::Row;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::guess::{Seat, Who, most};
use super::model::{Management, Model};
use super::read::{Reading, text};

/// Shares of a pool: four for up to four tiers, eight beyond.
fn shares(model: &Model) -> u32 {
    if model.tiers.len() > 4 { 8 } else { 4 }
}

/// The place of a tier among the shares: by distance from the servers, then by path.
fn share(model: &Model, tier: usize) -> u32 {
    let path = |at: usize| {
        let tier = &model.tiers[at];
        tier.place.pod.as_ref().map_or(tier.name.clone(), |pod| format!("{pod}/{}", tier.name))
    };
    let mut order: Vec<usize> = (0..model.tiers.len()).collect();
    order.sort_by(|&a, &b| {
        let distance = |at: usize| model.tiers[at].distance;
        distance(a).cmp(&distance(b)).then_with(|| natural_cmp(&path(a), &path(b)))
    });
    order.iter().position(|&at| at == tier).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
}

/// Ordinal of the pod: through all pod nodes by name.
fn pod_ordinal(model: &Model, seat: &Seat) -> u32 {
    let Some(pod) = &model.tiers[seat.node].place.pod else { return 0 };
    let mut names: Vec<&String> = model.pods.keys().collect();
    names.sort_by(|a, b| natural_cmp(a, b));
    let before: u32 = names.into_iter().take_while(|name| *name != pod).map(|name| model.pods[name]).sum();
    before + seat.pod
}

/// Number within the share of the tier.
fn number(model: &Model, seat: &Seat) -> u32 {
    let tier = &model.tiers[seat.node];
    let pods = tier.place.pod.as_ref().and_then(|pod| model.pods.get(pod)).copied().unwrap_or(1);
    let plane = u32::try_from(seat.plane).unwrap_or(0);
    (plane * pods + seat.pod.saturating_sub(1)) * tier.max + seat.index
}

/// Reads `routing`.
pub(super) fn routing(readings: &[Reading], model: &mut Model, who: &Who) {
    asns(readings, model, who);
    strides(readings, model, who);
    let pools = readings.iter().map(Reading::pools);
    let known = pools.fold(super::read::Pools::default(), |all, one| super::read::Pools {
        loopbacks: all.loopbacks.or(one.loopbacks),
        loopbacks6: all.loopbacks6.or(one.loopbacks6),
        hosts: all.hosts.or(one.hosts),
    });
    let mut guessed = Vec::new();
    let mut or = |known: Option<Ipv4Net>, what: &'static str, found: Option<Ipv4Net>| {
        if known.is_none() && found.is_some() {
            guessed.push(what);
        }
        known.or(found)
    };
    let loopbacks = or(known.loopbacks, "loopbacks", loopback_pool(readings, model, who));
    let of_hosts = addresses(readings, who, |seen| seen == Far::Host);
    let of_links = addresses(readings, who, |seen| seen == Far::Switch);
    let hosts = or(known.hosts, "host-subnets", quarter(&of_hosts, shares(model)));
    let numbered = or(None, "numbered", quarter(&of_links, shares(model)));
    model.routing.loopbacks6 = known.loopbacks6.or_else(|| loopback6_pool(readings, model, who));
    model.routing.numbered6 = numbered.and_then(|_| numbered6(readings, who));
    (model.routing.loopbacks, model.routing.hosts, model.routing.numbered) = (loopbacks, hosts, numbered);
    model.routing.guessed = guessed;
    model.routing.bfd = readings.iter().find_map(bfd);
}

fn asns(readings: &[Reading], model: &mut Model, who: &Who) {
    let mut bases: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let below =
        |tier: usize| model.links.iter().any(|l| l.up == tier && matches!(l.low, super::model::Low::Tier(_)));
    let above = |tier: usize| model.links.iter().any(|l| l.low == super::model::Low::Tier(tier));
    for reading in readings {
        let (Some(seat), Some(asn)) = (who.switches.get(&reading.name), reading.asn) else { continue };
        let (plane, pod) = (u32::try_from(seat.plane).unwrap_or(0), pod_ordinal(model, seat));
        let offset = match (below(seat.node), above(seat.node)) {
            (false, _) => plane * 10_000_000 + pod * 10_000 + seat.index,
            (true, true) => plane * 1_000 + pod,
            (true, false) => plane,
        };
        if let Some(base) = asn.checked_sub(offset).filter(|base| *base > 0) {
            bases.entry(seat.node).or_default().push(base);
        }
    }
    // No frr.conf, no ASN: the usual private ones, further up for each tier.
    for tier in (0..model.tiers.len()).filter(|tier| !bases.contains_key(tier)) {
        let step = u32::try_from(model.tiers[tier].distance).unwrap_or(0).min(9);
        let base = if step == 0 { 4_210_000_000 } else { 4_200_000_000 + (step - 1) * 1_000_000 };
        model.routing.asn.insert(tier, base);
        model.routing.asn_guessed = true;
    }
    for (tier, list) in bases {
        if let Some(base) = most(list.into_iter()) {
            model.routing.asn.insert(tier, base);
        }
    }
}

/// `max` of tiers in pods: loopbacks of two pods are that far from each other.
fn strides(readings: &[Reading], model: &mut Model, who: &Who) {
    let at: BTreeMap<(usize, usize, u32, u32), u32> = readings
        .iter()
        .filter_map(|r| {
            let seat = who.switches.get(&r.name)?;
            Some(((seat.node, seat.plane, seat.pod, seat.index), u32::from(r.loopback?)))
        })
        .collect();
    for tier in 0..model.tiers.len() {
        let steps = at.iter().filter(|((node, ..), _)| *node == tier).filter_map(
            |((node, plane, pod, index), here)| {
                let there = at.get(&(*node, *plane, pod + 1, *index))?;
                there.checked_sub(*here)
            },
        );
        let planes = at.iter().filter(|((node, ..), _)| *node == tier).filter_map(
            |((node, plane, pod, index), here)| {
                let there = at.get(&(*node, plane + 1, *pod, *index)).filter(|_| *pod == 0)?;
                there.checked_sub(*here)
            },
        );
        let step = most(steps.chain(planes));
        let count = model.tiers[tier].count;
        if let Some(step) = step.filter(|step| *step > count && *step <= 100_000) {
            model.tiers[tier].max = step;
        }
    }
}

/// The pool whose shares begin where the switches' numbers say.
fn loopback_pool(readings: &[Reading], model: &Model, who: &Who) -> Option<Ipv4Net> {
    let mut begins: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut last = 0;
    for reading in readings {
        let (Some(seat), Some(address)) = (who.switches.get(&reading.name), reading.loopback) else {
            continue;
        };
        let begin = u32::from(address).checked_sub(number(model, seat))?;
        begins.entry(share(model, seat.node)).or_default().push(begin);
        last = last.max(number(model, seat));
    }
    let begins: BTreeMap<u32, u32> =
        begins.into_iter().filter_map(|(share, list)| Some((share, most(list.into_iter())?))).collect();
    let (first, base) = begins.first_key_value()?;
    let size = match begins.iter().nth(1) {
        Some((other, begin)) => begin.checked_sub(*base)? / (other - first).max(1),
        None => (last + 1).next_power_of_two(),
    };
    pool(base.checked_sub(first * size)?, size, shares(model))
}

fn pool(base: u32, share: u32, shares: u32) -> Option<Ipv4Net> {
    let size = share.checked_mul(shares)?;
    let length = 32u8.checked_sub(u8::try_from(size.checked_next_power_of_two()?.trailing_zeros()).ok()?)?;
    Ipv4Net::new(Ipv4Addr::from(base), length).ok().map(|net| net.trunc())
}

fn loopback6_pool(readings: &[Reading], model: &Model, who: &Who) -> Option<Ipv6Net> {
    let of = readings.iter().filter_map(|r| {
        let seat = who.switches.get(&r.name).filter(|seat| share(model, seat.node) == 0)?;
        u128::from(r.loopback6?).checked_sub(u128::from(number(model, seat)))
    });
    let base = most(of)?;
    Ipv6Net::new(base.into(), 112).ok().map(|net| net.trunc())
}

/// What is at the far end of a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Far {
    Host,
    Switch,
}

fn addresses(readings: &[Reading], who: &Who, wanted: impl Fn(Far) -> bool) -> Vec<u32> {
    let mut found = Vec::new();
    for reading in readings {
        for (port, net) in &reading.addresses {
            let IpAddr::V4(address) = net.addr() else { continue };
            let end = reading
                .ports
                .get(&crate::deployed::canonical::Name(port.clone()))
                .and_then(|port| port.end.as_ref());
            let far = end.map(|end| if who.hosts.contains_key(&end.peer) { Far::Host } else { Far::Switch });
            if far.is_some_and(&wanted) {
                found.push(u32::from(address));
            }
        }
    }
    found
}

/// The smallest pool whose first share holds all of these.
fn quarter(addresses: &[u32], shares: u32) -> Option<Ipv4Net> {
    let (least, most) = (addresses.iter().min()?, addresses.iter().max()?);
    let in_common = (least ^ most).leading_zeros().min(30);
    let share = Ipv4Net::new(Ipv4Addr::from(*least), u8::try_from(in_common).ok()?).ok()?.trunc();
    let length = share.prefix_len().checked_sub(u8::try_from(shares.trailing_zeros()).ok()?)?;
    Ipv4Net::new(share.network(), length).ok().map(|net| net.trunc())
}

fn numbered6(readings: &[Reading], who: &Who) -> Option<Ipv6Net> {
    let of = readings.iter().filter(|r| who.switches.contains_key(&r.name)).flat_map(|r| &r.addresses);
    let six = of.filter_map(|(_, net)| match net {
        IpNet::V6(net) => Some(u128::from(net.addr())),
        IpNet::V4(_) => None,
    });
    let least = six.min()?;
    Ipv6Net::new(least.into(), 64).ok().map(|net| net.trunc())
}

/// Interval and multiplier of the profile of BFD.
fn bfd(reading: &Reading) -> Option<(u64, u64)> {
    let mut lines = reading.lines().skip_while(|line| !line.starts_with("profile "));
    lines.next()?;
    let (mut interval, mut multiplier) = (300, 3);
    for line in lines.take_while(|line| *line != "exit") {
        let value = line.rsplit(' ').next().and_then(|v| v.parse().ok());
        match (line.split(' ').next(), value) {
            (Some("transmit-interval"), Some(value)) => interval = value,
            (Some("detect-multiplier"), Some(value)) => multiplier = value,
            _ => {}
        }
    }
    Some((interval, multiplier))
}

/// Reads `management`.
pub(super) fn management(readings: &[Reading], model: &mut Model) {
    let Some(subnet) = most(readings.iter().filter_map(|r| r.mgmt.map(|net| net.trunc()))) else { return };
    let mut management = Management { subnet: Some(subnet), ..Management::default() };
    management.gateway = most(readings.iter().filter_map(|r| r.gateway));
    let keys = |table: &str| {
        let of = |r: &Reading| r.rows(table).iter().map(|row| row.key.clone()).collect::<Vec<String>>();
        let list = most(readings.iter().map(of)).unwrap_or_default();
        list.into_iter().filter(|key| key.parse::<IpAddr>().is_ok()).collect::<Vec<String>>()
    };
    management.ntp = keys("NTP_SERVER");
    management.syslog = keys("SYSLOG_SERVER");
    management.dns = keys("DNS_NAMESERVER");
    let said = |key: &str, field: &str| {
        let of = |r: &Reading| r.db.row("SNMP", key).and_then(|row| text(row, field)).map(str::to_owned);
        most(readings.iter().filter_map(of))
    };
    management.location = said("LOCATION", "Location");
    management.contact = said("CONTACT", "Contact");
    management.community = readings.iter().any(|r| !r.rows("SNMP_COMMUNITY").is_empty());
    let has_key = |row: &Row| row.get("passkey").is_some();
    let global = readings.iter().any(|r| r.db.row("TACPLUS", "global").is_some_and(has_key));
    for server in keys("TACPLUS_SERVER") {
        let own = readings.iter().any(|r| r.db.row("TACPLUS_SERVER", &server).is_some_and(has_key));
        management.tacacs.push((server, own || global));
    }
    model.management = Some(management);
}
