//! From values to the text of a fabric.kdl.

use std::fmt::Write;

use fabc_lang::units::Speed;

use super::model::{Hosts, Link, Low, Management, Model, Place, Row, Switch, Tier};

mod traffic;

/// The whole file. What was guessed says so in a comment.
pub(super) fn file(model: &Model, head: &str) -> String {
    let mut out = Out::default();
    for line in head.lines() {
        out.line(&format!("// {line}"));
    }
    out.gap();
    fabric(model, &mut out);
    for own in &model.platforms {
        out.gap();
        out.line(match own.like {
            Some(_) => "// The catalogue doesn't know this hwsku: what holds for the other box is taken for it. Compare them.",
            None => "// The catalogue doesn't know this box: say with `like=` which one it is like, or describe it.",
        });
        let like = own.like.as_ref().map_or(String::new(), |like| format!(" like={}", quote(like)));
        out.open(&format!("platform {}{like}", quote(&own.name)));
        let (platform, hwsku) = (quote(&own.platform), quote(&own.hwsku));
        if !own.platform.is_empty() && !own.hwsku.is_empty() {
            out.line(&format!("sonic platform={platform} hwsku={hwsku} default-role=\"t1\""));
        }
        out.close();
    }
    nodes(model, &mut out);
    traffic::traffic(model, &mut out);
    traffic::telemetry(&model.telemetry, &mut out);
    routing(model, &mut out);
    if let Some(management) = &model.management {
        out.gap();
        site(management, &mut out);
    }
    for (name, switch) in &model.switches {
        own(&name.0, switch, &mut out);
    }
    out.text
}

#[derive(Default)]
struct Out {
    text: String,
    depth: usize,
}

impl Out {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.text, "{:1$}{text}", "", self.depth * 4);
    }

    fn open(&mut self, text: &str) {
        self.line(&format!("{text} {{"));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.line("}");
    }

    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A node with what stands in its block, if anything does.
    fn node(&mut self, head: &str, block: &[String]) {
        if block.is_empty() {
            return self.line(head);
        }
        self.open(head);
        block.iter().for_each(|line| self.line(line));
        self.close();
    }
}

/// A text as KDL has it.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn speed(mbps: u32) -> String {
    quote(&Speed(mbps).to_string().replace(' ', ""))
}

fn length(mm: u32) -> String {
    if mm.is_multiple_of(1000) { quote(&format!("{}m", mm / 1000)) } else { quote(&format!("{mm}mm")) }
}

fn size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units.iter().find(|(_, n)| bytes > 0 && bytes.is_multiple_of(*n));
    quote(&unit.map_or(format!("{bytes}B"), |(name, n)| format!("{}{name}", bytes / n)))
}

fn row(row: &Row) -> String {
    let mut out = format!("config-db {} {}", quote(&row.table), quote(&row.key.0));
    for (name, value) in &row.fields {
        let bare = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
            && !["true", "false", "null", "inf", "nan"].contains(&name.as_str());
        let name = if bare { name.clone() } else { quote(name) };
        let _ = write!(out, " {name}={}", quote(value));
    }
    out
}

fn fabric(model: &Model, out: &mut Out) {
    out.open(&format!("fabric {}", quote(&model.name)));
    let guess = if model.release_guessed { "                // guessed: no state.json says it" } else { "" };
    let naming = model.naming.map_or(String::new(), |word| format!(" interface-naming={}", quote(word)));
    out.line(&format!("nos {} release={}{naming}{guess}", quote(&model.nos), quote(&model.release)));
    if let Some(mtu) = model.mtu {
        out.line(&format!("mtu {mtu}"));
    }
    if model.cut_through {
        out.line("switching \"cut-through\"");
    }
    if let Some(zone) = &model.timezone {
        out.line(&format!("timezone {}", quote(zone)));
    }
    model.rows.iter().for_each(|r| out.line(&row(r)));
    out.close();
}

fn nodes(model: &Model, out: &mut Out) {
    let empty = Place::default();
    let here = |place: &Place| inside(model, place);
    out.gap();
    members(model, &empty, out);
    if !model.planes.is_empty() && here(&Place { pod: None, planes: true }) {
        planes(model, None, out);
    }
    for (pod, count) in &model.pods {
        out.open(&format!("pod {} count={count}", quote(pod)));
        members(model, &Place { pod: Some(pod.clone()), planes: false }, out);
        if here(&Place { pod: Some(pod.clone()), planes: true }) {
            planes(model, Some(pod), out);
        }
        links(model, &Place { pod: Some(pod.clone()), planes: false }, out);
        out.close();
    }
    out.gap();
    links(model, &empty, out);
}

fn planes(model: &Model, pod: Option<&String>, out: &mut Out) {
    let place = Place { pod: pod.cloned(), planes: true };
    let names: Vec<String> = model.planes.iter().map(|name| quote(name)).collect();
    out.open(&format!("plane {}", names.join(" ")));
    members(model, &place, out);
    links(model, &place, out);
    out.close();
}

fn inside(model: &Model, place: &Place) -> bool {
    model.tiers.iter().any(|tier| tier.place == *place) || model.hosts.iter().any(|h| h.place == *place)
}

fn members(model: &Model, place: &Place, out: &mut Out) {
    for group in model.hosts.iter().filter(|group| group.place == *place) {
        hosts(group, out);
    }
    for node in model.tiers.iter().filter(|tier| tier.place == *place) {
        tier(node, out);
    }
}

fn counted(count: u32, max: u32) -> String {
    if max > count { format!("count={count} max={max}") } else { format!("count={count}") }
}

fn absent(list: &[u32]) -> Option<String> {
    let list: Vec<String> = list.iter().map(u32::to_string).collect();
    (!list.is_empty()).then(|| format!("absent {}", list.join(" ")))
}

fn hosts(group: &Hosts, out: &mut Out) {
    let mut block = Vec::new();
    for nic in &group.nics {
        let mut line = format!("nic count={}", nic.count);
        if nic.ports > 1 {
            let _ = write!(line, " ports={}", nic.ports);
        }
        let _ = write!(line, " speed={}", speed(nic.speed));
        if let Some(lanes) = nic.lanes {
            let _ = write!(line, " lanes={lanes}");
        }
        if let Some(template) = &nic.template {
            let _ = write!(line, " name={}", quote(template));
        }
        block.push(line);
    }
    block.extend(group.template.iter().map(|template| format!("name {}", quote(template))));
    block.extend(absent(&group.absent));
    out.node(&format!("hosts {} {}", quote(&group.name), counted(group.count, group.max)), &block);
}

fn tier(node: &Tier, out: &mut Out) {
    let mut head = format!(
        "tier {} {} switch={}",
        quote(&node.name),
        counted(node.count, node.max),
        quote(&node.platform)
    );
    if let Some(share) = node.share {
        let _ = write!(head, " share={share}");
    }
    if let Some(kind) = &node.kind {
        let _ = write!(head, " type={}", quote(kind));
    }
    let mut block: Vec<String> = Vec::new();
    block.extend(node.template.iter().map(|template| format!("name {}", quote(template))));
    block.extend((node.reserve > 0).then(|| format!("reserve ports={}", node.reserve)));
    block.extend(absent(&node.absent));
    block.extend(node.rows.iter().map(row));
    out.node(&head, &block);
}

/// Where a link is written: where both of its ends are.
pub(super) fn place_of(model: &Model, link: &Link) -> Place {
    let up = &model.tiers[link.up].place;
    let low = match link.low {
        Low::Hosts(at) => &model.hosts[at].place,
        Low::Tier(at) => &model.tiers[at].place,
    };
    // Names are looked up from within: what is outside is found too.
    if low.planes || (!up.planes && low.pod.is_some() && low.pod == up.pod) {
        low.clone()
    } else {
        up.clone()
    }
}

fn links(model: &Model, place: &Place, out: &mut Out) {
    for link in &model.links {
        let of = place_of(model, link);
        let of = if reaches(model, link, &of) { of } else { Place::default() };
        if of != *place {
            continue;
        }
        let low = match link.low {
            Low::Hosts(at) => &model.hosts[at].name,
            Low::Tier(at) => &model.tiers[at].name,
        };
        let mut head = format!("link {} {}", quote(low), quote(&model.tiers[link.up].name));
        if !link.by.is_empty() {
            let _ = write!(head, " by={}", quote(link.by));
        }
        if let Some(of) = link.speed {
            let _ = write!(head, " speed={}", speed(of));
        }
        let words = [
            ("per-pair", link.per_pair),
            ("uplinks", link.uplinks),
            ("servers-per-leaf", link.servers_per_leaf),
            ("leaves", link.leaves),
        ];
        for (word, value) in words {
            if let Some(value) = value {
                let _ = write!(head, " {word}={value}");
            }
        }
        if link.order != 0 {
            let _ = write!(head, " order={}", link.order);
        }
        if let Some(breakout) = &link.breakout {
            let _ = write!(head, " breakout={}", quote(breakout));
        }
        let block: Vec<String> = link.length.iter().map(|mm| format!("length {}", length(*mm))).collect();
        if block.is_empty() {
            out.line(&format!("{head}    // no file says how long its cables are"));
        } else {
            out.node(&head, &block);
        }
    }
}

/// Whether both ends can be named from a place.
fn reaches(model: &Model, link: &Link, from: &Place) -> bool {
    let seen =
        |place: &Place| (place.pod.is_none() || place.pod == from.pod) && (!place.planes || from.planes);
    let low = match link.low {
        Low::Hosts(at) => &model.hosts[at].place,
        Low::Tier(at) => &model.tiers[at].place,
    };
    seen(low) && seen(&model.tiers[link.up].place)
}

fn routing(model: &Model, out: &mut Out) {
    let routing = &model.routing;
    if routing.asn.is_empty() && routing.loopbacks.is_none() {
        return;
    }
    out.gap();
    out.open("routing");
    let guessed = |what: &str| {
        if routing.guessed.contains(&what) {
            "    // guessed: the smallest that fits; no file says it"
        } else {
            ""
        }
    };
    let path = |at: &usize| {
        let tier = &model.tiers[*at];
        let same = model.tiers.iter().filter(|other| other.name == tier.name).count() > 1;
        match tier.place.pod.as_ref().filter(|_| same) {
            Some(pod) => quote(&format!("{pod}/{}", tier.name)),
            None => quote(&tier.name),
        }
    };
    if !routing.asn.is_empty() {
        let list: Vec<String> =
            routing.asn.iter().map(|(tier, base)| format!("{}={base}", path(tier))).collect();
        let guess = if routing.asn_guessed { "    // guessed where there is no frr.conf" } else { "" };
        out.line(&format!("asn {}{guess}", list.join(" ")));
    }
    if let Some(pool) = routing.loopbacks {
        let six = routing.loopbacks6.map_or(String::new(), |pool| format!(" \"{pool}\""));
        out.line(&format!("loopbacks \"{pool}\"{six}{}", guessed("loopbacks")));
    }
    if let Some(pool) = routing.hosts {
        out.line(&format!("host-subnets \"{pool}\"{}", guessed("host-subnets")));
    }
    if let Some(pool) = routing.numbered {
        let six = routing.numbered6.map_or(String::new(), |pool| format!(" \"{pool}\""));
        out.line(&format!("numbered \"{pool}\"{six}{}", guessed("numbered")));
    }
    if let Some((interval, multiplier)) = routing.bfd {
        out.line(&format!("bfd interval=\"{interval}ms\" multiplier={multiplier}"));
    }
    out.close();
}

fn site(management: &Management, out: &mut Out) {
    out.open("management");
    if let Some(subnet) = management.subnet {
        let gateway = management.gateway.map_or(String::new(), |address| format!(" gateway=\"{address}\""));
        out.line(&format!("subnet \"{subnet}\"{gateway}"));
    }
    for (word, list) in [("ntp", &management.ntp), ("syslog", &management.syslog), ("dns", &management.dns)] {
        if !list.is_empty() {
            let list: Vec<String> = list.iter().map(|address| quote(address)).collect();
            out.line(&format!("{word} {}", list.join(" ")));
        }
    }
    let mut snmp = Vec::new();
    snmp.extend(management.location.iter().map(|text| format!("location {}", quote(text))));
    snmp.extend(management.contact.iter().map(|text| format!("contact {}", quote(text))));
    if management.community {
        snmp.push("community secret-env=\"FABC_SNMP_COMMUNITY\"".to_owned());
    }
    if !snmp.is_empty() {
        out.node("snmp", &snmp);
    }
    for (server, key) in &management.tacacs {
        let key = if *key { " secret-env=\"FABC_TACACS_KEY\"" } else { "" };
        out.line(&format!("tacacs {}{key}", quote(server)));
    }
    out.close();
}

fn own(name: &str, switch: &Switch, out: &mut Out) {
    let mut block = Vec::new();
    if switch.maintenance {
        block.push("maintenance #true".to_owned());
    }
    block.extend(switch.asn.map(|asn| format!("asn {asn}")));
    block.extend(switch.loopback.map(|address| format!("loopback \"{address}\"")));
    block.extend(switch.mgmt.map(|address| format!("mgmt \"{address}\"")));
    block.extend(switch.mac.as_ref().map(|mac| format!("mac {}", quote(mac))));
    for (port, (up, note)) in &switch.ports {
        let mut inner = Vec::new();
        inner.extend(up.map(|up| format!("admin \"{}\";", if up { "up" } else { "down" })));
        inner.extend(note.as_ref().map(|note| format!("note {};", quote(note))));
        block.push(format!("port {} {{ {} }}", quote(&port.0), inner.join(" ")));
    }
    for (port, mm) in &switch.cables {
        block.push(format!("cable {} length={}", quote(&port.0), length(*mm)));
    }
    block.extend(switch.rows.iter().map(row));
    if !block.is_empty() {
        out.gap();
        out.node(&format!("switch {}", quote(name)), &block);
    }
}
