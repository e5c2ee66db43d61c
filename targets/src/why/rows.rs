//! Rows of hosts.csv and cables.csv: told by their link.

use fabc_lang::fabric::{Fabric, Link, Lower};

use super::{Reason, origin};
use crate::cabling::{cable_ids, lower, upper};
use crate::names::Names;
use crate::sonic::Origin;

pub(super) fn host(fabric: &Fabric, names: &Names, what: &str) -> Vec<Reason> {
    let mut words = what.split_whitespace();
    let (name, interface) = (words.next().unwrap_or_default(), words.next());
    let Some(index) = fabric.hosts.iter().position(|host| host.name == name) else { return Vec::new() };
    let links = fabric.host_wires(index).iter().filter_map(|wire| fabric.links.get(wire.link as usize));
    let wanted = links.filter(|link| {
        fabric.is_present(link) && interface.is_none_or(|name| lower(fabric, names, link).interface() == name)
    });
    wanted.flat_map(|link| host_row(fabric, names, name, link)).collect()
}

fn host_row(fabric: &Fabric, names: &Names, name: &str, link: &Link) -> Vec<Reason> {
    let line = fabric.line_of(link);
    let (a, b) = (lower(fabric, names, link), upper(fabric, link));
    let place = |column: &str| format!("{name} {} {column}", a.interface());
    let switch = &fabric.switches[link.b as usize].name;
    let by = match line.by {
        Some(by) => match by.name() {
            "rail" => "by rail: NIC k goes to a leaf of rail k",
            "rack" => "by rack: a server goes to the leaf of its rack",
            _ => "by spread: NIC ports are counted through, one leaf after another",
        },
        None => "the link",
    };
    let pool = fabric.intent.routing.as_ref().and_then(|routing| routing.host_subnets);
    let mut reasons = vec![
        Reason::new(place("switch"), format!("{switch} {}", b.port()), Origin::rule(by).at(line.at)),
        Reason::new(
            place("speed_mbps"),
            line.speed.v.0.to_string(),
            Origin::rule("the speed of the link").at(line.speed.at),
        ),
        Reason::new(
            place("mtu"),
            fabric.mtu.v.to_string(),
            Origin::rule("one MTU for all ports of the fabric").at(fabric.mtu.at),
        ),
    ];
    if let Some((_, address)) = fabric.host_addresses(link) {
        let rule =
            "the odd address of the switch port's /31: block of the switch + 2 x slot of cage and child + 1";
        let origin = origin(rule, pool.as_ref(), None::<&super::Spanned<u32>>).and(line.at);
        reasons.insert(1, Reason::new(place("address"), address.to_string(), origin));
    }
    reasons
}

pub(super) fn cable(fabric: &Fabric, names: &Names, what: &str) -> Vec<Reason> {
    let wanted = |link: &&Link| {
        fabric.is_present(link)
            && (format!("{}:{}", fabric.lower_name(link), lower(fabric, names, link).interface()) == what
                || cable_ids(fabric, link).any(|(id, _)| id.to_string() == what))
    };
    fabric.links.iter().filter(wanted).flat_map(|link| cable_row(fabric, names, link)).collect()
}

fn cable_row(fabric: &Fabric, names: &Names, link: &Link) -> Vec<Reason> {
    let line = fabric.line_of(link);
    let (a, b) = (lower(fabric, names, link), upper(fabric, link));
    let place = |column: &str| format!("{}:{} {column}", fabric.lower_name(link), a.interface());
    let laid = match line.lower {
        Lower::Hosts { .. } => Origin::rule("the place of the server's NIC port on its leaf").at(line.at),
        Lower::Tier(_) => {
            Origin::rule("parallel links are neighbours, on both ends in order of the switches").at(line.at)
        }
    };
    let far = format!("{} {}", fabric.switches[link.b as usize].name, b.port());
    let mut reasons = vec![Reason::new(place("b_device"), far, laid)];
    if let Some(media) = &line.media {
        reasons.push(Reason::new(place("media"), &media.v, Origin::rule("said of the link").at(media.at)));
    }
    if let Some(length) = fabric.stated_length(link) {
        reasons.push(Reason::new(
            place("length_m"),
            length.v.to_string(),
            Origin::rule("stated").at(length.at),
        ));
    }
    reasons
}
