//! `fabc show routing`: sessions, routes and ECMP of each tier, beside what its box takes.

use std::fmt::Write;

use fabc_lang::fabric::{Fabric, Tier};
use fabc_lang::units::grouped;
use fabc_targets::sonic::Release;
use serde_json::{Value, json};

use crate::cli::screen::Screen;
use crate::cli::source::Source;
use crate::cli::{Exit, Failure};
use crate::report::Format;
use crate::scale::{self, Scale};

/// Show sessions, routes and equal paths of each tier, beside what its box takes
///
/// Figures are those of the fullest switch of a tier. Routes are an upper bound: a loopback of every switch that is reached,
/// a block of servers of every bottom switch, and what is connected. No public source states how many sessions and routes a
/// box takes: where one of your own does, `platform NAME like="…" { scale max-sessions=… max-routes=… source="…"; }` holds
/// the fabric to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let source = &args.source;
    let analysis = source.analyze(screen)?;
    let Some(fabric) = analysis.fabric else {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    };
    let text = match source.wanted.format {
        Format::Json => {
            let tiers: Vec<Value> = rows(&fabric).map(|r| r.object(&fabric)).collect();
            format!("{:#}\n", json!({ "schema_version": 1, "tiers": tiers }))
        }
        _ => page(&fabric),
    };
    screen.data(&text)?;
    if analysis.findings.has_errors() {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    }
    Ok(Exit::Clean)
}

/// A tier with what its fullest switch comes to.
struct Row<'a> {
    tier: &'a Tier,
    scale: Scale,
    /// Links up of the switch that has most, and the most that a group takes.
    width: (usize, Option<u32>),
}

fn rows(fabric: &Fabric) -> impl Iterator<Item = Row<'_>> {
    let node = &fabric.intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v).map(|r| r.maximum_paths);
    let mut widths = vec![0usize; fabric.tiers.len()];
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let up = fabric.switch_wires(index).iter().filter_map(|w| fabric.links.get(w.link as usize));
        let up = up.filter(|l| l.b as usize != index && fabric.is_present(l)).count();
        widths[switch.tier] = widths[switch.tier].max(up);
    }
    let tiers = fabric.tiers.iter().zip(scale::by_tier(fabric)).zip(widths);
    tiers.filter_map(move |((tier, scale), width)| {
        let members = fabric.platform_of(tier).ecmp().and_then(|e| e.v.members);
        Some(Row { tier, scale: scale?, width: (width, members.into_iter().chain(release).min()) })
    })
}

fn page(fabric: &Fabric) -> String {
    let mut out = String::new();
    for row in rows(fabric) {
        let platform = fabric.platform_of(row.tier);
        let limits = platform.scale.as_ref().map(|s| s.v).unwrap_or_default();
        let of = |limit: Option<u64>| {
            limit.map_or("; what the box takes is not known".to_owned(), |l| format!(" of {}", grouped(l)))
        };
        let Scale { sessions, bfd, routes, routes6 } = row.scale;
        let _ = writeln!(out, "{}, {}", row.tier.label, platform.name);
        let mut line = |name: &str, value: String| _ = writeln!(out, "  {name:16}{value}");
        line("BGP sessions", format!("{sessions}{}", of(limits.sessions.map(u64::from))));
        line("BFD sessions", format!("{bfd}"));
        line("IPv4 routes", format!("at most {}{}", grouped(routes), of(limits.routes.map(u64::from))));
        line("IPv6 routes", format!("at most {}{}", grouped(routes6), of(limits.routes6.map(u64::from))));
        line(
            "equal paths up",
            match row.width {
                (0, _) => "none".to_owned(),
                (width, Some(most)) => format!("{width} of {most}"),
                (width, None) => format!("{width}; what the box takes is not known"),
            },
        );
        if let Some(source) = platform.scale.as_ref().and_then(|s| s.source.as_deref()) {
            line("limits from", source.to_owned());
        }
    }
    if out.is_empty() {
        out.push_str("there is no `routing`, or no switch\n");
    }
    out
}

impl Row<'_> {
    fn object(&self, fabric: &Fabric) -> Value {
        let platform = fabric.platform_of(self.tier);
        let limits = platform.scale.as_ref().map(|s| s.v).unwrap_or_default();
        json!({
            "tier": self.tier.label,
            "platform": platform.name,
            "bgp_sessions": self.scale.sessions,
            "bgp_sessions_limit": limits.sessions,
            "bfd_sessions": self.scale.bfd,
            "ipv4_routes_at_most": self.scale.routes,
            "ipv4_routes_limit": limits.routes,
            "ipv6_routes_at_most": self.scale.routes6,
            "ipv6_routes_limit": limits.routes6,
            "equal_paths_up": self.width.0,
            "equal_paths_limit": self.width.1,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::{Exit, run};
    use crate::host::{MemoryHost, Stream};

    const FABRIC: &str = r#"
        fabric "f" { nos "sonic" release="202505"; }
        hosts "gpu" count=64 { nic count=8 speed="400G"; }
        tier "leaf" count=8 switch="mine"
        tier "spine" count=4 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="800G" per-pair=8 { length "40m"; }
        class "bulk" default=#true priority=0
        platform "mine" like="dell-z9864f" { scale max-sessions=256 max-routes=32000 source="our own lab"; }
        routing {
            asn leaf=4210000000 spine=4200000000
            loopbacks "10.0.0.0/20" "fd00::/112"
            host-subnets "10.64.0.0/12"
            numbered "10.128.0.0/12" "fd00:128::/64"
            bfd
        }
    "#;

    fn show(args: &[&str]) -> String {
        let host = MemoryHost::default().file("fabric.kdl", FABRIC);
        let exit = run(["fabc", "show", "routing"].iter().chain(args).copied(), &host);
        assert_eq!(exit, Exit::Clean, "{}", host.written(Stream::Err));
        host.written(Stream::Out)
    }

    #[test]
    fn figures_stand_beside_what_is_known_of_limits() {
        insta::assert_snapshot!(show(&[]));
    }

    #[test]
    fn programs_get_the_same() {
        let page: serde_json::Value = serde_json::from_str(&show(&["--format", "json"])).unwrap();
        let all = &page["tiers"];
        // 32 links up, a session for each family; 12 loopbacks, 8 blocks, 64 servers' and 32 uplinks' subnets.
        assert_eq!((&all[0]["bgp_sessions"], &all[0]["bgp_sessions_limit"]), (&64.into(), &256.into()));
        assert_eq!(all[0]["ipv4_routes_at_most"], 12 + 8 + 64 + 32);
        assert_eq!(all[0]["ipv6_routes_at_most"], 12 + 32);
        assert_eq!(all[1]["ipv4_routes_at_most"], 12 + 8 + 64);
        assert_eq!(all[1]["ipv4_routes_limit"], serde_json::Value::Null);
    }
}
