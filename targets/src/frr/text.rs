//! frr.conf without a template: what the built-in one gives, straight into bytes. A test holds the two equal.
//!
//! A template takes ten times as long, and a big fabric has thousands of switches.

use std::fmt::Display;

use super::{Bgp, Config, Group};

/// Appends frr.conf as the built-in template lays it out.
pub(super) fn write(config: &Config<'_>, out: &mut Vec<u8>) {
    let mut text = Text { out };
    text.line(&["frr defaults traditional"]);
    text.line(&["hostname ", config.hostname]);
    text.line(&["log syslog informational"]);
    config.zebra.iter().for_each(|line| text.line(&[line]));
    text.line(&["!"]);
    for list in &config.prefix_lists {
        for (n, permit) in (1u32..).zip(&list.permits) {
            text.line(&[
                list.family,
                " prefix-list ",
                list.name,
                " seq ",
                &number(n * 5),
                " permit ",
                permit,
            ]);
        }
    }
    text.line(&["!"]);
    for map in &config.route_maps {
        for clause in &map.clauses {
            text.line(&["route-map ", map.name, " ", clause.action, " ", &number(clause.seq)]);
            clause.lines.iter().for_each(|line| text.line(&[" ", line]));
            text.lines(&["exit", "!"]);
        }
    }
    text.source("", "ip", config.source);
    text.source("6", "ipv6", config.source6);
    for network in &config.blackholes {
        text.line(&["ip route ", network, " Null0"]);
        text.line(&["!"]);
    }
    if let Some(bfd) = &config.bfd {
        text.line(&["bfd"]);
        text.line(&[" profile ", bfd.profile]);
        text.line(&["  transmit-interval ", &bfd.interval.to_string()]);
        text.line(&["  receive-interval ", &bfd.interval.to_string()]);
        text.line(&["  detect-multiplier ", &bfd.multiplier.to_string()]);
        text.lines(&[" exit", "exit", "!"]);
    }
    if let Some(bgp) = &config.bgp {
        text.bgp(bgp);
    }
    text.line(&["end"]);
}

fn number(n: u32) -> String {
    itoa::Buffer::new().format(n).to_owned()
}

struct Text<'a> {
    out: &'a mut Vec<u8>,
}

impl Text<'_> {
    /// One line, in pieces.
    fn line(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.out.extend_from_slice(piece.as_bytes());
        }
        self.out.push(b'\n');
    }

    /// Several lines.
    fn lines(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.line(&[line]));
    }

    fn source(&mut self, suffix: &str, family: &str, source: Option<impl Display>) {
        let Some(source) = source else { return };
        self.line(&["route-map RM_SET_SRC", suffix, " permit 10"]);
        self.line(&[" set src ", &source.to_string()]);
        self.lines(&["exit", "!"]);
        self.line(&[family, " protocol bgp route-map RM_SET_SRC", suffix]);
        self.line(&["!"]);
    }

    fn bgp(&mut self, bgp: &Bgp<'_>) {
        self.line(&["router bgp ", &number(bgp.asn)]);
        if let Some(id) = bgp.router_id {
            self.line(&[" bgp router-id ", &id.to_string()]);
        }
        self.lines(&[" bgp log-neighbor-changes", " no bgp default ipv4-unicast"]);
        if bgp.suppress_fib_pending {
            self.line(&[" bgp suppress-fib-pending"]);
        }
        if bgp.graceful_restart {
            self.lines(&[" bgp graceful-restart", " bgp graceful-restart preserve-fw-state"]);
        }
        self.lines(&[" bgp bestpath as-path multipath-relax", " timers bgp 3 9"]);
        bgp.groups.iter().for_each(|group| self.group(group));
        for neighbor in &bgp.neighbors {
            let interface = if neighbor.interface { " interface" } else { "" };
            self.line(&[" neighbor ", &neighbor.id, interface, " peer-group ", neighbor.group]);
            self.line(&[" neighbor ", &neighbor.id, " description ", neighbor.peer, ":", neighbor.peer_port]);
        }
        self.family("ipv4", &bgp.networks, bgp, |group| group.maximum_prefix);
        if bgp.ipv6 {
            self.family("ipv6", &bgp.networks6, bgp, |group| group.maximum_prefix6);
        }
        self.lines(&["exit", "!"]);
    }

    fn group(&mut self, group: &Group) {
        let mut say = |what: &[&str]| {
            self.out.extend_from_slice(b" neighbor ");
            self.out.extend_from_slice(group.name.as_bytes());
            self.line(what);
        };
        say(&[" peer-group"]);
        say(&[" remote-as external"]);
        say(&[" timers connect 10"]);
        if let Some(profile) = group.bfd {
            say(&[" bfd"]);
            say(&[" bfd profile ", profile]);
        }
        if group.unnumbered {
            say(&[" capability extended-nexthop"]);
        }
    }

    fn family(&mut self, family: &str, networks: &[String], bgp: &Bgp<'_>, limit: impl Fn(&Group) -> u32) {
        self.line(&[" !"]);
        self.line(&[" address-family ", family, " unicast"]);
        networks.iter().for_each(|network| self.line(&["  network ", network]));
        for group in &bgp.groups {
            self.line(&["  neighbor ", group.name, " activate"]);
            self.line(&["  neighbor ", group.name, " route-map ", group.import, " in"]);
            self.line(&["  neighbor ", group.name, " route-map ", group.export, " out"]);
            self.line(&[
                "  neighbor ",
                group.name,
                " maximum-prefix ",
                &number(limit(group)),
                " 80 restart 5",
            ]);
        }
        self.line(&["  maximum-paths ", &number(bgp.maximum_paths)]);
        self.line(&[" exit-address-family"]);
    }
}
