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
        self.lines(&[" bgp bestpath as-path multipath-relax", " timers bgp 3 9"]);
        bgp.groups.iter().for_each(|group| self.group(group));
        for neighbor in &bgp.neighbors {
            let interface = if neighbor.interface { " interface" } else { "" };
            self.line(&[" neighbor ", &neighbor.id, interface, " peer-group ", neighbor.group]);
            self.line(&[" neighbor ", &neighbor.id, " description ", neighbor.peer, ":", neighbor.peer_port]);
        }
        self.family("ipv4", &bgp.networks, bgp, |group| group.ipv4.then_some(group.maximum_prefix));
        if bgp.ipv6 {
            self.family("ipv6", &bgp.networks6, bgp, |group| group.ipv6.then_some(group.maximum_prefix6));
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

    /// An address family, with the groups that have a limit there.
    fn family(
        &mut self,
        family: &str,
        networks: &[String],
        bgp: &Bgp<'_>,
        limit: impl Fn(&Group) -> Option<u32>,
    ) {
        self.line(&[" !"]);
        self.line(&[" address-family ", family, " unicast"]);
        networks.iter().for_each(|network| self.line(&["  network ", network]));
        for group in &bgp.groups {
            let Some(limit) = limit(group) else { continue };
            self.line(&["  neighbor ", group.name, " activate"]);
            self.line(&["  neighbor ", group.name, " route-map ", group.import, " in"]);
            self.line(&["  neighbor ", group.name, " route-map ", group.export, " out"]);
            self.line(&["  neighbor ", group.name, " maximum-prefix ", &number(limit), " 80 restart 5"]);
        }
        self.line(&["  maximum-paths ", &number(bgp.maximum_paths)]);
        self.line(&[" exit-address-family"]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{BUILT_IN, Bfd, Clause, NAME, Neighbor, PrefixList, RouteMap, Templates};
    use super::*;

    fn full() -> Config<'static> {
        let group = |name, bfd, unnumbered| Group {
            name,
            ipv4: name != "LOWER6",
            ipv6: unnumbered || name == "LOWER6",
            unnumbered,
            bfd,
            import: "IN",
            export: "OUT",
            maximum_prefix: 8192,
            maximum_prefix6: 512,
        };
        let neighbor = |id: &'static str, interface, group| Neighbor {
            id: id.into(),
            interface,
            group,
            peer: "spine-01",
            peer_port: "etp1",
        };
        Config {
            hostname: "leaf-01",
            release: "202505",
            frr: Some("10.3"),
            zebra: &["no fpm use-next-hop-groups", "fpm address 127.0.0.1"],
            source: Some([10, 0, 0, 1].into()),
            source6: "fd00::1".parse().ok(),
            blackholes: vec!["10.64.0.0/22".to_owned()],
            bfd: Some(Bfd { profile: "FABRIC", interval: 300, multiplier: 3 }),
            prefix_lists: vec![PrefixList {
                family: "ip",
                name: "FABRIC",
                permits: vec!["10.0.0.0/20 ge 32 le 32".to_owned(), "10.64.0.0/12 le 30".to_owned()],
            }],
            route_maps: vec![RouteMap {
                name: "IN",
                clauses: vec![
                    Clause { action: "deny", seq: 5, lines: vec!["match tag 1"] },
                    Clause { action: "permit", seq: 10, lines: Vec::new() },
                ],
            }],
            bgp: Some(Bgp {
                asn: 4_210_000_001,
                router_id: Some([10, 0, 0, 1].into()),
                suppress_fib_pending: true,
                maximum_paths: 128,
                groups: vec![
                    group("UPPER", Some("FABRIC"), true),
                    group("LOWER", None, false),
                    group("LOWER6", None, false),
                ],
                neighbors: vec![neighbor("Ethernet256", true, "UPPER"), neighbor("10.1.0.1", false, "LOWER")],
                networks: vec!["10.0.0.1/32".to_owned()],
                networks6: vec!["fd00::1/128".to_owned()],
                ipv6: true,
            }),
        }
    }

    fn bare() -> Config<'static> {
        let mut config = full();
        (config.source, config.source6, config.bfd, config.zebra) = (None, None, None, &[]);
        if let Some(bgp) = &mut config.bgp {
            (bgp.router_id, bgp.suppress_fib_pending, bgp.ipv6) = (None, false, false);
            bgp.groups.clear();
            bgp.neighbors.clear();
        }
        (config.blackholes, config.prefix_lists, config.route_maps) = Default::default();
        config
    }

    #[test]
    fn the_template_gives_the_same_bytes() {
        let built_in = Templates::new(BTreeMap::new());
        let own = Templates::new(BTreeMap::from([(NAME.to_owned(), BUILT_IN.to_owned())]));
        let silent = Config { bgp: None, ..bare() };
        for config in [full(), bare(), silent] {
            let (mut direct, mut laid_out) = (Vec::new(), Vec::new());
            built_in.frr(&config, &mut direct).unwrap();
            own.frr(&config, &mut laid_out).unwrap();
            assert_eq!(String::from_utf8(direct).unwrap(), String::from_utf8(laid_out).unwrap());
        }
    }

    #[test]
    fn a_template_that_fails_says_where() {
        let own = |text: &str| Templates::new(BTreeMap::from([(NAME.to_owned(), text.to_owned())]));
        let error =
            own("hostname {{ hostname }}\n{{ bgp.asm.x }}\n").frr(&full(), &mut Vec::new()).unwrap_err();
        assert_eq!((error.name.as_str(), error.line), (NAME, Some(2)));
        let error = own("{% for x in %}").frr(&full(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.line, Some(1));
        let endless =
            own("{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}");
        assert!(endless.frr(&full(), &mut Vec::new()).is_err());
    }

    #[test]
    fn a_template_may_take_in_another() {
        let own = [
            (NAME, "{% include 'head.j2' %}"),
            ("head.j2", "! {{ release }} {{ bgp.neighbors | length }}\n"),
        ];
        let own = own.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let mut out = Vec::new();
        Templates::new(BTreeMap::from(own)).frr(&full(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "! 202505 2\n");
    }
}
