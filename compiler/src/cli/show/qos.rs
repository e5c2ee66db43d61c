//! `fabc show qos`: the way of every class from DSCP to pause, how its queue is served and where it is marked.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::Fabric;
use fabc_lang::units::{Size, Speed};
use fabc_targets::sonic::{self, ConfigDb, Row};
use fabc_targets::{Bundle, Device};
use serde_json::{Value, json};

use super::rows::{Rows, number, text};
use super::table::Table;
use super::{Which, bundle};
use crate::cli::screen::Screen;
use crate::cli::{Exit, Failure};
use crate::report::Format;

/// Show the way of every class from DSCP to traffic class, queue, priority group and pause, its scheduler, ECN and watchdog
///
/// One page for switches that are alike, read from the rows that a build would write, `config-db` included.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    args.which.show(screen, |fabric, switch, format| {
        let bundle = bundle(fabric)?;
        let groups = match switch {
            Some(index) => vec![vec![index]],
            None => alike(fabric),
        };
        let pages: Vec<Page> = groups.iter().filter_map(|group| Page::new(&bundle, group)).collect();
        Ok(match format {
            Format::Json => {
                let list: Vec<Value> = pages.iter().map(Page::object).collect();
                format!("{:#}\n", json!({ "schema_version": 1, "switches": list }))
            }
            _ => pages.iter().map(|page| page.text(screen.columns())).collect::<Vec<_>>().join("\n"),
        })
    })
}

/// Switches that are there, those together whose tier, line rates and own rows are the same.
fn alike(fabric: &Fabric) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(usize, BTreeSet<Speed>, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let wires = fabric.switch_wires(index).iter();
        let present = wires.filter(|wire| fabric.is_present(&fabric.links[wire.link as usize]));
        let speeds = present.filter_map(|wire| Some(fabric.tier_of(switch).spec(wire.port)?.speed)).collect();
        let own = switch
            .own
            .filter(|&own| fabric.intent.switches.get(own).is_some_and(|o| !o.config_db.is_empty()));
        groups.entry((switch.tier, speeds, own)).or_default().push(index);
    }
    let mut groups: Vec<((usize, usize), Vec<usize>)> = groups
        .into_iter()
        .filter_map(|((tier, ..), switches)| Some(((tier, *switches.first()?), switches)))
        .collect();
    groups.sort_by_key(|(order, _)| *order);
    groups.into_iter().map(|(_, switches)| switches).collect()
}

/// QoS of switches that are alike.
struct Page<'a> {
    names: Vec<&'a str>,
    tier: &'a str,
    platform: &'a str,
    classes: Vec<Class>,
    watchdog: Option<Watchdog>,
}

/// A traffic class on its way.
struct Class {
    /// Its name in the file; none where only rows speak of it.
    name: Option<String>,
    dscp: Vec<u64>,
    /// Takes all that no class names.
    is_default: bool,
    tc: u64,
    queue: Option<u64>,
    group: Option<u64>,
    /// The PFC priority on which it is paused, and the queue that the pause stops.
    pfc: Option<(u64, Option<u64>)>,
    /// `DWRR`, `STRICT`; weight, and the sum of all weights.
    scheduler: Option<(String, Option<(u64, u64)>)>,
    ecn: Vec<Ecn>,
    /// What becomes of a packet that finds no room: `paused`, `dropped`, `trimmed`; none where no row says.
    full: Option<&'static str>,
}

/// Where a queue is marked, on ports of one line rate.
struct Ecn {
    speed: Speed,
    profile: String,
    min: u64,
    max: u64,
    probability: u64,
}

/// PFC_WD.
struct Watchdog {
    ports: usize,
    detection: u64,
    restoration: u64,
    action: String,
    poll: Option<u64>,
}

impl<'a> Page<'a> {
    fn new(bundle: &'a Bundle<'a>, switches: &[usize]) -> Option<Self> {
        let device = bundle.device(*switches.first()?)?;
        let fabric = device.fabric;
        let db = sonic::config_db(&device);
        Some(Page {
            names: switches.iter().map(|&s| fabric.switches[s].name.as_str()).collect(),
            tier: &device.tier.label,
            platform: &device.platform.name,
            classes: classes(&device, &Index::new(&db)),
            watchdog: watchdog(&db),
        })
    }
}

/// Rows of a file by table and key.
struct Index<'d>(BTreeMap<(&'d str, &'d str), &'d Row>);

impl<'d> Index<'d> {
    fn new(db: &'d ConfigDb) -> Self {
        let tables = ["PORT_QOS_MAP", "DSCP_TO_TC_MAP", "TC_TO_QUEUE_MAP", "TC_TO_PRIORITY_GROUP_MAP"];
        let more = [
            "MAP_PFC_PRIORITY_TO_QUEUE",
            "QUEUE",
            "SCHEDULER",
            "WRED_PROFILE",
            "BUFFER_QUEUE",
            "BUFFER_PROFILE",
        ];
        let all = tables.into_iter().chain(more);
        Index(all.flat_map(|table| db.rows(table).map(move |row| ((table, row.key.as_str()), row))).collect())
    }

    fn row(&self, table: &'static str, key: &str) -> Option<&'d Row> {
        self.0.get(&(table, key)).copied()
    }

    /// The row that a field of `row` names.
    fn named(&self, row: &Row, field: &str, table: &'static str) -> Option<&'d Row> {
        self.row(table, text(row, field)?)
    }

    /// Number that the map which `field` of a port's row names has for `from`.
    fn mapped(&self, port: &Row, field: &str, table: &'static str, from: u64) -> Option<u64> {
        number(self.named(port, field, table)?, &from.to_string())
    }
}

/// The classes as the first port of each line rate has them.
fn classes(device: &Device<'_>, index: &Index<'_>) -> Vec<Class> {
    let mut first: BTreeMap<Speed, &str> = BTreeMap::new();
    for (port, _) in device.wired() {
        first.entry(port.port.spec.speed).or_insert(port.name());
    }
    let Some(port) = first.values().find_map(|port| index.row("PORT_QOS_MAP", port)) else {
        return Vec::new();
    };
    let Some(map) = index.named(port, "dscp_to_tc_map", "DSCP_TO_TC_MAP") else { return Vec::new() };
    let mut dscp: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (from, _) in &map.fields {
        if let (Ok(from), Some(tc)) = (from.parse(), number(map, from)) {
            dscp.entry(tc).or_default().push(from);
        }
    }
    let paused: Vec<u64> =
        text(port, "pfc_enable").unwrap_or_default().split(',').filter_map(|p| p.parse().ok()).collect();
    let served = |queue: u64, port: &str| {
        let row = index.row("QUEUE", &format!("{port}|{queue}"))?;
        index.named(row, "scheduler", "SCHEDULER")
    };
    let weights = |port: &str| (0..8).filter_map(|queue| number(served(queue, port)?, "weight")).sum();
    let class = |(tc, dscp): (u64, Vec<u64>)| {
        let said = device.fabric.intent.classes.iter().find(|c| u64::from(c.priority.v) == tc);
        let queue = index.mapped(port, "tc_to_queue_map", "TC_TO_QUEUE_MAP", tc);
        let group = index.mapped(port, "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP", tc);
        let stops = |p| index.mapped(port, "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE", p);
        let scheduler = queue.zip(first.values().next()).and_then(|(queue, port)| {
            let row = served(queue, port)?;
            let weight = number(row, "weight").map(|weight| (weight, weights(port)));
            Some((text(row, "type")?.to_owned(), weight))
        });
        let ecn = |(&speed, port): (&Speed, &&str)| {
            let row = index.row("QUEUE", &format!("{port}|{}", queue?))?;
            let wred = index.named(row, "wred_profile", "WRED_PROFILE")?;
            Some(Ecn {
                speed,
                profile: wred.key.clone(),
                min: number(wred, "green_min_threshold")?,
                max: number(wred, "green_max_threshold")?,
                probability: number(wred, "green_drop_probability").unwrap_or(100),
            })
        };
        Class {
            name: said.map(|c| c.name.v.clone()),
            is_default: said.is_some_and(fabc_lang::intent::Class::is_default),
            dscp,
            tc,
            queue,
            group,
            full: queue.and_then(|queue| full(index, first.values().next()?, queue, paused.contains(&queue))),
            pfc: group.filter(|group| paused.contains(group)).map(|group| (group, stops(group))),
            scheduler,
            ecn: first.iter().filter_map(ecn).collect(),
        }
    };
    dscp.into_iter().map(class).collect()
}

/// What becomes of a packet that finds no room in this queue of the port.
fn full(index: &Index<'_>, port: &str, queue: u64, paused: bool) -> Option<&'static str> {
    let holds = |range: &str| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        Some((from.parse::<u64>().ok()?..=to.parse().ok()?).contains(&queue))
    };
    let mine = index.0.iter().filter(|((table, _), _)| *table == "BUFFER_QUEUE");
    let row = mine
        .filter_map(|((_, key), row)| Some((key.split_once('|')?, row)))
        .find_map(|((name, range), row)| (name == port && holds(range) == Some(true)).then_some(row))?;
    let profile = index.named(row, "profile", "BUFFER_PROFILE")?;
    Some(match text(profile, "packet_discard_action") {
        _ if paused => "paused",
        Some("trim") => "trimmed",
        _ => "dropped",
    })
}

fn watchdog(db: &ConfigDb) -> Option<Watchdog> {
    let mut ports = db.rows("PFC_WD").filter(|row| row.key != "GLOBAL");
    let first = ports.next()?;
    let global = db.rows("PFC_WD").find(|row| row.key == "GLOBAL");
    Some(Watchdog {
        ports: ports.count() + 1,
        detection: number(first, "detection_time")?,
        restoration: number(first, "restoration_time")?,
        action: text(first, "action").unwrap_or("drop").to_owned(),
        poll: global.and_then(|row| number(row, "POLL_INTERVAL")),
    })
}

impl Page<'_> {
    fn text(&self, width: Option<usize>) -> String {
        let who = match self.names.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => self.names.join(""),
        };
        let fits = |line: &str| super::table::cut(line, width.unwrap_or(usize::MAX)) + "\n";
        let mut out = fits(&format!("{who}: {}, {}", self.tier, self.platform));
        if self.classes.is_empty() {
            return out + "  no QoS rows are written for it\n";
        }
        let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let mut way = Table::new(&["class", "DSCP", ">TC", ">queue", ">PG", "PFC", "served", "when full"]);
        let mut marks =
            Table::new(&["class", ">queue", ">speed", ">ECN from", ">to", ">marked", ">delay", "profile"]);
        for class in &self.classes {
            let name = class.name.clone().unwrap_or_else(|| "-".to_owned());
            let dscp =
                if class.is_default { format!("others ({})", class.dscp.len()) } else { ranges(&class.dscp) };
            way.row([
                name.clone(),
                dscp,
                class.tc.to_string(),
                number(class.queue),
                number(class.group),
                class
                    .pfc
                    .map_or_else(|| "-".to_owned(), |(priority, queue)| paused(priority, queue, class.queue)),
                class
                    .scheduler
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), |(kind, weight)| served(kind, *weight)),
                class.full.unwrap_or_default().to_owned(),
            ]);
            for ecn in &class.ecn {
                marks.row([
                    name.clone(),
                    number(class.queue),
                    ecn.speed.to_string(),
                    Size(ecn.min).to_string(),
                    Size(ecn.max).to_string(),
                    format!("{} %", ecn.probability),
                    format!("{} to {} us", us(ecn.min, ecn.speed), us(ecn.max, ecn.speed)),
                    ecn.profile.clone(),
                ]);
            }
        }
        for table in [way, marks] {
            let text = table.render(2, width);
            if !text.is_empty() {
                out = out + "\n" + &text;
            }
        }
        out.push('\n');
        match &self.watchdog {
            Some(w) => {
                out += &fits(&format!(
                    "  watchdog  {} ports: stuck after {} ms, served again after {} ms, {}",
                    w.ports, w.detection, w.restoration, w.action
                ));
                if let Some(poll) = w.poll {
                    out += &fits(&format!("            looked at every {poll} ms"));
                }
            }
            None => out += &fits("  watchdog  none"),
        }
        out
    }

    fn object(&self) -> Value {
        let class = |class: &Class| {
            let ecn: Vec<Value> = class.ecn.iter().map(|e| json!({
                "speed": e.speed.0, "profile": e.profile, "min": e.min, "max": e.max, "probability": e.probability,
            })).collect();
            json!({
                "class": class.name,
                "dscp": class.dscp,
                "default": class.is_default,
                "tc": class.tc,
                "queue": class.queue,
                "priority_group": class.group,
                "pfc": class.pfc.map(|(priority, queue)| json!({ "priority": priority, "queue": queue })),
                "scheduler": class.scheduler.as_ref().map(|(kind, weight)| json!({
                    "type": kind, "weight": weight.map(|w| w.0), "weights": weight.map(|w| w.1),
                })),
                "ecn": ecn,
                "when_full": class.full,
            })
        };
        let classes: Vec<Value> = self.classes.iter().map(class).collect();
        json!({
            "switches": self.names,
            "tier": self.tier,
            "platform": self.platform,
            "classes": classes,
            "watchdog": self.watchdog.as_ref().map(|w| json!({
                "ports": w.ports,
                "detection_ms": w.detection,
                "restoration_ms": w.restoration,
                "action": w.action,
                "poll_ms": w.poll,
            })),
        })
    }
}

/// `3`, or `3 stops queue 4` where the two differ.
fn paused(priority: u64, stops: Option<u64>, queue: Option<u64>) -> String {
    match stops {
        Some(stops) if Some(stops) != queue => format!("{priority} stops queue {stops}"),
        _ => priority.to_string(),
    }
}

/// `DWRR 70, 70 %`; `strict`.
fn served(kind: &str, weight: Option<(u64, u64)>) -> String {
    match weight {
        Some((weight, all)) => {
            let tenths = (weight * 1000 + all / 2).checked_div(all).unwrap_or_default();
            let share = if tenths % 10 == 0 {
                format!("{}", tenths / 10)
            } else {
                format!("{}.{}", tenths / 10, tenths % 10)
            };
            format!("{kind} {weight}, {share} %")
        }
        None => kind.to_lowercase(),
    }
}

/// How long a port at this rate takes for so many bytes, in microseconds, to one place.
fn us(bytes: u64, speed: Speed) -> String {
    let tenths = (u128::from(bytes) * 80 + u128::from(speed.0) / 2) / u128::from(speed.0.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// `3, 8-11, 26`
fn ranges(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == n => *end = n,
            _ => runs.push((n, n)),
        }
    }
    let run = |&(a, b): &(u64, u64)| if a == b { a.to_string() } else { format!("{a}-{b}") };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::tests::show;

    #[test]
    fn one_page_for_switches_that_are_alike() {
        let (exit, text, _) = show(&["qos"], None);
        assert_eq!(exit, Exit::Clean);
        insta::assert_snapshot!("qos", text);
        for width in [50, 80, 100] {
            let (_, text, _) = show(&["qos"], Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width), "{text}");
        }
    }

    #[test]
    fn programs_get_the_way_as_numbers() {
        let (_, text, _) = show(&["qos", "spine-01", "--format", "json"], None);
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rdma = &page["switches"][0]["classes"][1];
        assert_eq!(rdma["class"], "rdma");
        let way = ["tc", "queue", "priority_group"].map(|field| rdma[field].as_u64());
        assert_eq!(way, [Some(3), Some(3), Some(3)]);
        assert_eq!(rdma["pfc"], serde_json::json!({ "priority": 3, "queue": 3 }));
        assert_eq!(rdma["scheduler"], serde_json::json!({ "type": "DWRR", "weight": 70, "weights": 100 }));
        // 1 and 4 MiB at 400G, twice that at 800G.
        assert_eq!((&rdma["ecn"][0]["min"], &rdma["ecn"][0]["max"]), (&2_097_152.into(), &8_388_608.into()));
        assert_eq!(page["switches"][0]["watchdog"]["ports"], 64);
    }

    #[test]
    fn a_row_that_overrides_is_what_is_shown() {
        let more = "switch \"leaf-03\" { config-db \"SCHEDULER\" \"scheduler.3\" weight=10; }";
        let (_, text, _) = crate::cli::show::tests::show_with(more, &["qos"], None);
        let pages: Vec<&str> = text.split("\n\n  watchdog").collect();
        assert!(text.contains("leaf-01 and 6 more") && text.contains("\nleaf-03: leaf"), "{text}");
        assert!(pages[1].contains("DWRR 10, 25 %"), "{text}");
    }

    #[test]
    fn numbers_are_told_as_ranges_and_shares() {
        assert_eq!(ranges(&[3, 8, 9, 10, 26]), "3, 8-10, 26");
        assert_eq!(served("DWRR", Some((15, 86))), "DWRR 15, 17.4 %");
        assert_eq!(served("STRICT", None), "strict");
        assert_eq!(
            (us(1_048_576, Speed(400_000)), us(150_000, Speed(800_000))),
            ("21.0".into(), "1.5".into())
        );
    }
}
