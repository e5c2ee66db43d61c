//! The intact fabric: what plain ECMP costs, how long a frame takes, and what each kind of failure hits.

use fabc_lang::fabric::Fabric;
use fabc_lang::units::{Length, Ratio, Speed, grouped};
use serde_json::{Value, json};

use super::words::sentence;
use crate::cli::show::table::Table;
use crate::whatif::domains::{Domain, What, domains};
use crate::whatif::figures::Intact;
use crate::whatif::flows::{Fullest, Polarised, Spread, adaptive, polarised, spreads};
use crate::whatif::latency::{Way, cuts_through, frame, ways};
use crate::whatif::local::meeting;
use crate::whatif::rates::{self, Rate, monthly};

/// Flows of each NIC port where no number is given.
const FLOWS: &[u64] = &[1, 4, 16];

/// The tables below the figures.
pub(super) fn page(intact: &Intact, flows: Option<u64>, width: Option<usize>) -> String {
    let fabric = intact.fabric;
    let mut out = ecmp(intact, flows, width);
    out += &stays(fabric, width);
    out += &hashes(intact, width);
    out += &latencies(fabric, width);
    let titles = ["what fails", ">of", ">GPUs hit", ">cut off", ">servers hit", ">bandwidth", ">a month"];
    let mut table = Table::new(&titles);
    let (mut rates, mut cutting) = (Vec::new(), 0);
    for domain in domains(intact) {
        let share = domain.share.map_or_else(String::new, |s| share(&domain, s));
        let figures = [domain.count, domain.gpus, domain.cut, domain.servers].map(grouped);
        let [count, gpus, cut, servers] = figures;
        let mut often = String::new();
        if let Some(rate) = rate(fabric, domain.what) {
            let (all, cut) = monthly(&domain, rate);
            often = thousandths(all);
            cutting += cut;
            if !rates.contains(&rate) {
                rates.push(rate);
            }
        }
        table.row([what(fabric, domain.what), count, gpus, cut, servers, share, often]);
    }
    out += "\n";
    out += &table.render(0, width);
    if let Some(first) = rates.first() {
        let of =
            |r: &Rate| format!("{}.{:03} % of {}", r.per_million / 10_000, r.per_million % 10_000 / 10, r.of);
        let rates: Vec<String> = rates.iter().map(of).collect();
        let cut = if cutting > 0 { thousandths(cutting) } else { "none".to_owned() };
        let text = format!(
            "a month: how many to expect at one operator's rates, {} ({}); likely at best. {cut} of them cut a GPU off",
            rates.join(" and "),
            first.source,
        );
        out += &sentence(&text, width);
    }
    out
}

fn rate(fabric: &Fabric, what: What) -> Option<Rate> {
    rates::rate(what, |tier| fabric.tiers.get(tier).is_some_and(|t| t.host_facing))
}

/// How much of the traffic needs no link up.
fn stays(fabric: &Fabric, width: Option<usize>) -> String {
    let meeting = meeting(fabric);
    let Some(any) = meeting.any.thousandths().filter(|_| meeting.any.met < meeting.any.all) else {
        return String::new();
    };
    let percent = |n: u64| format!("{}.{} %", n / 10, n % 10);
    let rail = meeting.rail.thousandths().map_or_else(String::new, |rail| {
        format!(", of those with the same place in their servers (GPU k and GPU k) {}", percent(rail))
    });
    let text = format!(
        "of pairs of GPUs in different servers {} hang on one switch{rail}: their traffic need not go up",
        percent(any)
    );
    sentence(&text, width)
}

/// The same for programs.
pub(super) fn document(intact: &Intact, flows: Option<u64>) -> Value {
    let fabric = intact.fabric;
    let label = |tier: usize| fabric.tiers[tier].label.as_str();
    let exact = |ratio: Ratio| format!("{}/{}", ratio.num, ratio.den);
    let spreads: Vec<Value> = rows(intact, flows)
        .map(|(spread, each, fullest)| {
            json!({
                "tier": label(spread.tier),
                "nic_ports": spread.ports,
                "links_up": spread.links,
                "slowest_link_mbps": spread.slowest,
                "fastest_link_mbps": spread.fastest,
                "flows_per_port": each,
                "fullest_link_flows_thousandths": fullest.map(Fullest::thousandths),
                "over_mean_thousandths": fullest.map(Fullest::over_mean),
                "of_its_rate_thousandths": fullest.map(|f| of_its_rate(&spread, each, f)),
                "idle_links_thousandths": fullest.map(Fullest::idle),
            })
        })
        .collect();
    let hashes: Vec<Value> = polarised(intact)
        .into_iter()
        .map(|p| {
            json!({
                "lower": label(p.lower),
                "upper": label(p.upper),
                "lower_chooses_among": p.first,
                "upper_chooses_among": p.second,
                "same_seed": p.same_seed,
                "links_taken_with_the_same_seed": p.used,
                "links_taken_by_one_lower_switch": p.together,
            })
        })
        .collect();
    let latency: Vec<Value> = ways(fabric)
        .into_iter()
        .map(|way| {
            json!({
                "through": way.tiers.iter().map(|&t| label(t)).collect::<Vec<_>>(),
                "switches": way.switches,
                "cable_mm": way.cable,
                "picoseconds": way.latency,
                "unknown_platforms": way.unknown.iter().map(|&t| platform(fabric, t)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let domains: Vec<Value> = domains(intact)
        .into_iter()
        .map(|d| {
            let (kind, name) = kind(fabric, d.what);
            let often = rate(fabric, d.what).map(|rate| (rate, monthly(&d, rate)));
            json!({
                "fails": kind,
                "of": name,
                "count": d.count,
                "gpus_hit": d.gpus,
                "gpus_cut_off": d.cut,
                "servers_hit": d.servers,
                "bandwidth_share": d.share.map(exact),
                "per_month_thousandths": often.map(|(_, (all, _))| all),
                "per_month_cutting_thousandths": often.map(|(_, (_, cutting))| cutting),
                "rate": often.map(|(rate, _)| json!({
                    "per_million_a_month": rate.per_million,
                    "of": rate.of,
                    "likely": true,
                    "source": rate.source,
                })),
            })
        })
        .collect();
    let meeting = meeting(fabric);
    json!({
        "adaptive": adaptive(fabric),
        "ecmp": spreads,
        "gpu_pairs": {
            "all": meeting.any.all,
            "on_one_switch": meeting.any.met,
            "same_place": meeting.rail.all,
            "same_place_on_one_switch": meeting.rail.met,
        },
        "hashes": hashes,
        "frame_bytes": frame(fabric),
        "cut_through": cuts_through(fabric),
        "latency_is_likely": likely(fabric),
        "latency": latency,
        "failure_domains": domains,
    })
}

/// Each tier with GPUs below and links above, for each number of flows.
fn rows(intact: &Intact, flows: Option<u64>) -> impl Iterator<Item = (Spread, u64, Option<Fullest>)> {
    let each: Vec<u64> = flows.map_or_else(|| FLOWS.to_vec(), |n| vec![n]);
    let of = move |spread: Spread| {
        let of = move |each: u64| (spread, each, Fullest::of(spread.ports * each, spread.links));
        each.clone().into_iter().map(of)
    };
    spreads(intact).into_iter().flat_map(of)
}

/// What the fullest link would have to carry, in terms of its rate, all NIC ports sending all they can. Links are chosen by
/// count, so where they differ in speed it is taken to be a slowest one.
fn of_its_rate(spread: &Spread, each: u64, fullest: Fullest) -> u64 {
    fullest.scaled(spread.sent, spread.ports * each * spread.slowest)
}

fn thousandths(n: u64) -> String {
    format!("{}.{:03}", n / 1000, n % 1000)
}

fn ecmp(intact: &Intact, flows: Option<u64>, width: Option<usize>) -> String {
    let titles = [
        "ECMP at",
        ">NIC ports",
        ">links up",
        ">flows a port",
        ">fullest link",
        ">over mean",
        ">of its rate",
        ">idle links",
    ];
    let mut table = Table::new(&titles);
    let mut any = false;
    for (spread, each, fullest) in rows(intact, flows) {
        any = true;
        let cell = |value: Option<u64>| value.map_or_else(|| "too many flows".to_owned(), thousandths);
        table.row([
            intact.fabric.tiers[spread.tier].label.clone(),
            grouped(spread.ports),
            grouped(spread.links),
            grouped(each),
            cell(fullest.map(Fullest::thousandths)),
            cell(fullest.map(Fullest::over_mean)),
            cell(fullest.map(|f| of_its_rate(&spread, each, f))),
            cell(fullest.map(Fullest::idle)),
        ]);
    }
    if !any {
        return String::new();
    }
    let said = match adaptive(intact.fabric) {
        None => "every flow goes up, and chooses its link at random",
        Some("packet") => {
            "so it would be without `adaptive`; where packets are moved, links fill alike: 1.000 over the mean"
        }
        Some(_) => {
            "so it would be without `adaptive`; where flows pause, flowlets are moved, and it is between this and 1.000"
        }
    };
    let mut out = format!("\n{}{}", table.render(0, width), sentence(said, width));
    for spread in spreads(intact).iter().filter(|s| s.slowest < s.fastest) {
        let rate = |mbps: u64| Speed(u32::try_from(mbps).unwrap_or(u32::MAX));
        let (slow, fast) = (rate(spread.slowest), rate(spread.fastest));
        let tier = &intact.fabric.tiers[spread.tier].label;
        let differ = format!(
            "{tier}: links up of {slow} and {fast} get as many flows each, for they are chosen by count (with `wcmp` too), so \
             the rate is that of {slow}"
        );
        out += &sentence(&differ, width);
    }
    out
}

fn hashes(intact: &Intact, width: Option<usize>) -> String {
    let fabric = intact.fabric;
    let pair = |Polarised { lower, upper, first, second, same_seed, used, together }| {
        let label = |tier: usize| fabric.tiers[tier].label.as_str();
        let (lower, upper, top) = (label(lower), label(upper), fabric.tiers[upper].up.is_empty());
        let down = if top { format!(" to each switch of {lower}") } else { String::new() };
        let beside = "; parallel links spread where their ports lie side by side";
        let all = match together {
            _ if used == second => String::new(),
            few => format!(
                ", those from one switch of {lower} {few}{}",
                if few == used && top { beside } else { "" }
            ),
        };
        let hash = match same_seed {
            Some(false) => "hash seeds differ".to_owned(),
            Some(true) => {
                format!("the same hash seed, so flows over one link take {used} of {second}{all} (likely)")
            }
            None => format!(
                "seeds not known; with the same one, flows over one link would take {used} of {second}{all}"
            ),
        };
        let text = format!("{lower} chooses among {first} links, then {upper} among {second}{down}: {hash}");
        sentence(&text, width)
    };
    polarised(intact).into_iter().map(pair).collect()
}

fn platform(fabric: &Fabric, tier: usize) -> &str {
    &fabric.platform_of(&fabric.tiers[tier]).name
}

fn latencies(fabric: &Fabric, width: Option<usize>) -> String {
    let mut table = Table::new(&["server to server through", ">switches", ">cable", ">at most"]);
    let ways = ways(fabric);
    for Way { tiers, switches, cable, latency, unknown } in &ways {
        let through: Vec<&str> = tiers.iter().map(|&t| fabric.tiers[t].label.as_str()).collect();
        let metres = |mm: u64| u32::try_from(mm).map_or_else(|_| String::new(), |mm| Length(mm).to_string());
        let takes = match (latency, unknown.first()) {
            (Some(ps), _) => format!("{}.{} ns", grouped(ps / 1000), ps % 1000 / 100),
            (None, Some(&tier)) => format!("unknown: {} has no `latency`", platform(fabric, tier)),
            (None, None) => "unknown: no length".to_owned(),
        };
        table.row([
            through.join(", "),
            grouped(*switches),
            cable.map_or_else(|| "unknown".to_owned(), metres),
            takes,
        ]);
    }
    if ways.is_empty() {
        return String::new();
    }
    let how = if cuts_through(fabric) { "cut through" } else { "stored in every switch" };
    let said = format!(
        "a frame of {} bytes, {how}{}; NICs, error correction and queues not counted",
        frame(fabric),
        if likely(fabric) { "; the latency of the boxes is likely only" } else { "" }
    );
    format!("\n{}{}", table.render(0, width), sentence(&said, width))
}

/// Whether some box's latency is no more than likely.
fn likely(fabric: &Fabric) -> bool {
    let facts = fabric.platforms.iter().filter_map(|p| p.latency.as_ref());
    facts.into_iter().any(|latency| latency.confidence.is_likely())
}

/// Kind of a failure, and what of.
fn kind(fabric: &Fabric, what: What) -> (&'static str, String) {
    let tier = |t: usize| fabric.tiers[t].label.clone();
    let line = |l: usize| {
        let line = &fabric.lines[l];
        let lower = match line.lower {
            fabc_lang::fabric::Lower::Tier(t) => tier(t),
            fabc_lang::fabric::Lower::Hosts { group, .. } => fabric.groups[group].label.clone(),
        };
        format!("{lower} {}", tier(line.upper))
    };
    match what {
        What::Port(l) => ("nic_port", line(l)),
        What::Cage(t) => ("cage_down", tier(t)),
        What::Link(l) => ("link", line(l)),
        What::CageUp(t) => ("cage_up", tier(t)),
        What::Switch(t) => ("switch", tier(t)),
        What::Plane(p) => ("plane", plane(fabric, p)),
    }
}

fn plane(fabric: &Fabric, plane: u32) -> String {
    let names = fabric.tiers.iter().find_map(|t| t.planes.get(plane as usize));
    names.cloned().unwrap_or_default()
}

fn what(fabric: &Fabric, what: What) -> String {
    let (_, name) = kind(fabric, what);
    match what {
        What::Port(_) => format!("NIC port or cable, {}", name.replacen(' ', " to ", 1)),
        What::Cage(_) => format!("module in {name}, to servers"),
        What::Link(_) => format!("link {}", name.replacen(' ', " to ", 1)),
        What::CageUp(_) => format!("module in {name}, upwards"),
        What::Switch(_) => format!("switch of {name}"),
        What::Plane(_) => format!("plane {name}"),
    }
}

fn share(domain: &Domain, share: Ratio) -> String {
    let of = match domain.what {
        What::Link(_) | What::CageUp(_) => "of a switch's links up",
        What::Plane(_) => "of all NICs",
        _ => "of the tier",
    };
    format!("{}/{} {of}", share.num, share.den)
}
