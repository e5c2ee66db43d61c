//! `fabc show routing`: sessions, routes and ECMP of each tier, beside what its box takes.

use std::fmt::Write;
use std::path::PathBuf;

use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::fabric::{Fabric, Tier};
use fabc_lang::units::grouped;
use fabc_targets::sonic::Release;
use serde_json::{Value, json};

use crate::checks::count as plural;
use crate::checks::lost::stands;
use crate::cli::screen::Screen;
use crate::cli::source::Source;
use crate::cli::{Exit, Failure};
use crate::files;
use crate::report::Format;
use crate::routing::net::Sort;
use crate::routing::predict::{Failed, Predictor, Weights};
use crate::routing::summary::{self, Table};
use crate::scale::{self, Scale};

/// Show sessions, routes and equal paths of each tier, beside what its box takes
///
/// Figures are those of the fullest switch of a tier. What BGP brings is predicted route by route, by the policy that frr.conf
/// states; what the chip must hold is an upper bound: a loopback of every switch that is reached, a block of servers of every
/// bottom switch, and what is connected. With --from and --to, the ways between two switches. No public source states how many sessions and routes a
/// box takes: where one of your own does, `platform NAME like="…" { scale max-sessions=… max-routes=… source="…"; }` holds
/// the fabric to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Show the ways from this switch
    #[arg(long, value_name = "SWITCH", requires = "to")]
    from: Option<String>,
    /// Show the ways to this switch
    #[arg(long, value_name = "SWITCH", requires = "from")]
    to: Option<String>,
    /// Count routes however long it takes: about a minute for 131,072 GPUs
    #[arg(long)]
    all: bool,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

/// Links times switches up to which routes are counted unasked: two seconds.
const QUICK: u64 = 200_000_000;

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let source = &args.source;
    let mut analysis = source.analyze(screen)?;
    let Some(fabric) = analysis.fabric.take() else {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    };
    let templates = args.templates.as_deref();
    let mut late = Findings::default();
    let bundle = files::with_templates(&fabric, templates, &mut analysis.sources, screen.host, &mut late);
    let predictor = bundle.as_ref().and_then(|bundle| {
        fabric.intent.routing.as_ref()?;
        Predictor::new(&fabric, bundle.release(), bundle.templates(), &Failed::default()).ok()
    });
    if templates.is_some() && late.has_errors() {
        return Ok(source.report(&analysis.sources, late, screen));
    }
    let json = matches!(source.wanted.format, Format::Json);
    for (line, at) in predictor.iter().flat_map(Predictor::not_followed).take(5) {
        let name = &fabric.switches[*at as usize].name;
        screen.findings(&format!("not followed: `{line}`, as {name} has it: routes may be others\n"));
    }
    let text = match (args.from.as_deref().zip(args.to.as_deref()), &predictor) {
        (Some((from, to)), Some(predictor)) => between(predictor, from, to, json)?,
        (Some(_), None) => return Err(Failure::new("there are no routes: the fabric has no `routing`")),
        (None, _) => {
            let known = predictor.as_ref().filter(|p| args.all || p.work() <= QUICK);
            if predictor.is_some() && known.is_none() {
                screen.findings("routes are not counted: a fabric of this size takes its time; --all does\n");
            }
            let tables = known.map(Predictor::tables).unwrap_or_default();
            if json {
                let tiers: Vec<Value> = rows(&fabric, &tables).map(|r| r.object(&fabric)).collect();
                format!("{:#}\n", json!({ "schema_version": 1, "tiers": tiers }))
            } else {
                page(&fabric, &tables)
            }
        }
    };
    screen.data(&text)?;
    if analysis.findings.has_errors() {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    }
    Ok(Exit::Clean)
}

/// The ways between two switches.
fn between(predictor: &Predictor<'_>, from: &str, to: &str, json: bool) -> Result<String, Failure> {
    let fabric = predictor.fabric();
    let switch = |name: &str| {
        let known = || fabric.switches.iter().map(|s| s.name.as_str());
        let at = known().position(|s| s == name).and_then(|at| u32::try_from(at).ok());
        at.ok_or_else(|| {
            let near = nearest(name, known()).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
            Failure::new(format!("no switch is called `{name}`{near}"))
        })
    };
    let (start, end) = (switch(from)?, switch(to)?);
    let block = fabric.switches[end as usize].host_block.is_some();
    let sort = if block { Sort::Block } else { Sort::Loopback };
    let ways = summary::ways(&predictor.toward(end, sort), start, end);
    let name = |switch: u32| fabric.switches[switch as usize].name.as_str();
    if json {
        let steps = ways.iter().flat_map(|w| &w.steps).map(|(at, hops, weights)| {
            let tier = fabric.tier_of(&fabric.switches[*at as usize]);
            let hops = hops.iter().enumerate().map(|(n, h)| {
                let port = tier.spec(h.port).map(|s| s.name.as_str());
                json!({ "port": port, "to": name(h.peer), "weight": weights.of(n) })
            });
            json!({ "switch": name(*at), "next_hops": hops.collect::<Vec<_>>() })
        });
        let object = json!({
            "schema_version": 1,
            "from": from,
            "to": to,
            // More than a double holds exactly, so a text.
            "ways": ways.as_ref().map(|w| w.count.map(|c| c.to_string())),
            "switches": ways.as_ref().map(|w| w.switches),
            "sure": ways.as_ref().map(|w| w.sure),
            "steps": steps.collect::<Vec<_>>(),
        });
        return Ok(format!("{object:#}\n"));
    }
    let Some(ways) = ways else {
        return Ok(match start == end {
            true => format!("{from} is {to}\n"),
            false => format!("{from} has no route to {to}\n"),
        });
    };
    let count = ways.count.map_or("more than can be counted".to_owned(), |c| c.to_string());
    let s = if count == "1" { "" } else { "s" };
    let mut out = format!("{from} to {to}: {count} way{s} over {}\n", plural(ways.switches as u64, "switch"));
    // Switches that go on alike share a line.
    let mut lines: Vec<(Vec<&str>, usize, String)> = Vec::new();
    for (at, hops, weights) in &ways.steps {
        let weight = |n| if let Weights::Of(all) = weights { all.get(n).copied() } else { None };
        let unknown = if *weights == Weights::Unknown { ", by weights that are not followed" } else { "" };
        let onward = onward(hops.iter().enumerate().map(|(n, h)| (name(h.peer), weight(n))));
        let onward = format!("{onward}{unknown}");
        match lines.last_mut().filter(|(_, n, known)| *n == hops.len() && *known == onward) {
            Some((names, ..)) => names.push(name(*at)),
            None => lines.push((vec![name(*at)], hops.len(), onward)),
        }
    }
    let lines: Vec<_> = lines.into_iter().map(|(names, n, onward)| (span_of(&names), n, onward)).collect();
    let column = lines.iter().map(|(names, ..)| names.chars().count() + 2).max().unwrap_or_default();
    for (names, hops, onward) in lines {
        let s = if hops == 1 { "" } else { "s" };
        let _ = writeln!(out, "  {names:column$}{hops} next hop{s}: {onward}");
    }
    if !ways.sure {
        out.push_str("  which of several equal routes comes first decides: other ways are possible\n");
    }
    Ok(out)
}

/// `sp01 ×2, sp02 ×2 and 30 more`; where some get more than others, `sp01 ×2 weight 1, sp02 ×2 weight 2`
fn onward<'a>(peers: impl Iterator<Item = (&'a str, Option<u32>)>) -> String {
    let mut by: Vec<((&str, Option<u32>), usize)> = Vec::new();
    for peer in peers {
        match by.last_mut().filter(|(known, _)| *known == peer) {
            Some((_, links)) => *links += 1,
            None => by.push((peer, 1)),
        }
    }
    let (first, more) = by.split_at(by.len().min(4));
    let link = |n: &usize| if *n == 1 { String::new() } else { format!(" ×{n}") };
    let weight = |w: &Option<u32>| w.map_or(String::new(), |w| format!(" weight {w}"));
    let list: Vec<String> =
        first.iter().map(|((peer, w), n)| format!("{peer}{}{}", link(n), weight(w))).collect();
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", list.join(", "))
}

/// `sp01 … sp32, 32 switches`
fn span_of(names: &[&str]) -> String {
    match names {
        [first, .., last] => format!("{first} … {last}, {} switches", names.len()),
        _ => names.join(" "),
    }
}

/// A tier with what its fullest switch comes to.
struct Row<'a> {
    tier: &'a Tier,
    scale: Scale,
    /// Links up of the switch that has most, and the most that a group takes.
    width: (usize, Option<u32>),
    /// What BGP brings to the switch that gets most.
    table: Option<&'a Table>,
}

fn rows<'a>(fabric: &'a Fabric, tables: &'a [Table]) -> impl Iterator<Item = Row<'a>> {
    let node = &fabric.intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v).map(|r| r.maximum_paths);
    let mut widths = vec![0usize; fabric.tiers.len()];
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let up = fabric.switch_wires(index).iter().filter_map(|w| fabric.links.get(w.link as usize));
        let up = up.filter(|l| l.b as usize != index && stands(fabric, l)).count();
        widths[switch.tier] = widths[switch.tier].max(up);
    }
    let mut most: Vec<Option<&Table>> = vec![None; fabric.tiers.len()];
    for (switch, table) in fabric.switches.iter().zip(tables).filter(|(s, _)| !s.absent) {
        let weight = |t: &Table| (t.routes + t.routes6, t.groups.len(), t.widest());
        let known = &mut most[switch.tier];
        if known.is_none_or(|known| weight(known) < weight(table)) {
            *known = Some(table);
        }
    }
    let tiers = fabric.tiers.iter().zip(scale::by_tier(fabric)).zip(widths).zip(most);
    tiers.filter_map(move |(((tier, scale), width), table)| {
        let members = fabric.platform_of(tier).ecmp().and_then(|e| e.v.members);
        Some(Row { tier, scale: scale?, width: (width, members.into_iter().chain(release).min()), table })
    })
}

fn page(fabric: &Fabric, tables: &[Table]) -> String {
    let mut out = String::new();
    for row in rows(fabric, tables) {
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
        if let Some(table) = row.table {
            let both = [(table.routes, "IPv4"), (table.routes6, "IPv6")];
            let routes = both.iter().filter(|(n, f)| *n > 0 || *f == "IPv4");
            let s = if (table.routes, table.routes6) == (1, 0) { "" } else { "s" };
            let routes: Vec<String> = routes.map(|(n, f)| format!("{} {f}", grouped(*n as u64))).collect();
            line("BGP brings", format!("{} route{s}", routes.join(" and ")));
            let groups = grouped(table.groups.len() as u64);
            let weighted = match table.weighted() as u64 {
                0 => String::new(),
                n => format!(", {} with weights that differ", grouped(n)),
            };
            line(
                "next-hop groups",
                format!("{groups}, at most {}{weighted}", plural(table.widest() as u64, "next hop")),
            );
            if table.unreached > 0 {
                line("not reached", plural(table.unreached as u64, "switch"));
            }
            if table.unsure > 0 {
                line("by order of arrival", plural(table.unsure as u64, "route"));
            }
        }
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
            "bgp_routes": self.table.map(|t| t.routes),
            "bgp_routes6": self.table.map(|t| t.routes6),
            "next_hop_groups": self.table.map(|t| t.groups.len()),
            "widest_group": self.table.map(Table::widest),
            "weighted_groups": self.table.map(Table::weighted),
            "switches_not_reached": self.table.map(|t| t.unreached),
            "routes_by_order_of_arrival": self.table.map(|t| t.unsure),
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
        of(FABRIC, args)
    }

    fn of(text: &str, args: &[&str]) -> String {
        let host = MemoryHost::default().file("fabric.kdl", text);
        let exit = run(["fabc", "show", "routing"].iter().chain(args).copied(), &host);
        assert_eq!(exit, Exit::Clean, "{}", host.written(Stream::Err));
        host.written(Stream::Out)
    }

    #[test]
    fn figures_stand_beside_what_is_known_of_limits() {
        insta::assert_snapshot!(show(&[]));
    }

    #[test]
    fn links_that_are_put_down_are_not_counted() {
        // All links up of seven of eight leaves, and one of the last.
        let down = |leaf: u32, from: u32| {
            let ports = (from..=64).map(|port| format!(" port \"{port}\" {{ admin \"down\"; }};"));
            format!("switch \"leaf-0{leaf}\" {{{} }}\n", ports.collect::<String>())
        };
        let mut text = FABRIC.to_owned();
        (1..8).for_each(|leaf| text += &down(leaf, 33));
        text += &down(8, 64);
        let page: serde_json::Value = serde_json::from_str(&of(&text, &["--format", "json"])).unwrap();
        let all = &page["tiers"];
        assert_eq!((&all[0]["equal_paths_up"], &all[0]["bgp_sessions"]), (&31.into(), &62.into()));
        assert_eq!((&all[1]["bgp_sessions"], &all[1]["bfd_sessions"]), (&16.into(), &16.into()));
        // Four loopbacks of spines and its own, its block, 64 servers' and 31 uplinks' subnets.
        assert_eq!(all[0]["ipv4_routes_at_most"], 5 + 1 + 64 + 31);
    }

    #[test]
    fn nothing_is_shown_of_nothing() {
        let host = MemoryHost::default().file("fabric.kdl", "");
        for args in
            [&["show", "routing"][..], &["show", "lossless"], &["whatif"], &["whatif", "--format", "json"]]
        {
            let exit = run(["fabc"].iter().chain(args).copied(), &host);
            assert_eq!((exit, host.written(Stream::Out)), (Exit::Findings, String::new()), "{args:?}");
            assert!(host.written(Stream::Err).contains("add `fabric NAME`"), "{args:?}");
        }
    }

    #[test]
    fn weights_of_what_is_left_are_shown() {
        let text = FABRIC.to_owned()
            + "load-balancing { wcmp; }\nswitch \"leaf-01\" { port \"64\" { admin \"down\"; } }\n";
        let page = of(&text, &["--from", "leaf-02", "--to", "leaf-01"]);
        assert!(page.contains("spine-03 ×8 weight 8, spine-04 ×8 weight 7"), "{page}");
        assert!(of(&text, &[]).contains("with weights that differ"));
        let ways: serde_json::Value =
            serde_json::from_str(&of(&text, &["--from", "leaf-02", "--to", "leaf-01", "--format", "json"]))
                .unwrap();
        assert_eq!(ways["steps"][0]["next_hops"][31]["weight"], 7);
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
