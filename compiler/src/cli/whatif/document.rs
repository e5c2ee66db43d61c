//! The document for programs: `targets/schemas/whatif.schema.json`.

use fabc_lang::units::Ratio;
use serde_json::{Value, json};

use super::words::{drained, links_put_down, names};
use super::{Question, whole};
use crate::whatif::figures::{Figures, Intact};
use crate::whatif::reach::skips_tiers;
use crate::whatif::worst::{Measure, Worst};

pub(super) fn document(intact: &Intact, before: &Figures, question: &Question, flows: Option<u64>) -> Value {
    let after = match question {
        Question::Fail(after) => figures(intact, after),
        _ => Value::Null,
    };
    let any = match question {
        Question::Any { count, what, worst } => worst_of(intact, *count, what, worst),
        _ => Value::Null,
    };
    let whole = match question {
        Question::Intact => whole::document(intact, flows),
        _ => Value::Null,
    };
    json!({
        "schema_version": 1,
        "reach_is_upper_bound": skips_tiers(intact.fabric),
        "drained": drained(intact.fabric),
        "put_down": links_put_down(intact.fabric),
        "intact": figures(intact, before),
        "after": after,
        "any": any,
        "whole": whole,
    })
}

fn figures(intact: &Intact, figures: &Figures) -> Value {
    let fabric = intact.fabric;
    let name = |s: usize| fabric.switches[s].name.as_str();
    let exact = |ratio: Ratio| format!("{}/{}", ratio.num, ratio.den);
    let pair = |pair: Option<(usize, usize)>| pair.map(|(a, b)| [name(a), name(b)]);
    let tiers: Vec<Value> = fabric
        .tiers
        .iter()
        .zip(&figures.tiers)
        .zip(&figures.up)
        .filter(|((tier, _), _)| !tier.up.is_empty())
        .map(|((tier, worst), up)| {
            json!({
                "tier": tier.label,
                "worst_switch": worst.map(|(s, _)| name(s)),
                "down_mbps": worst.map(|(_, load)| load.down),
                "up_mbps": worst.map(|(_, load)| load.up),
                "oversubscription": worst.and_then(|(_, load)| load.ratio()).map(exact),
                "tier_up_mbps": up,
            })
        })
        .collect();
    let servers: Vec<&str> =
        figures.hosts.servers_cut.iter().map(|&h| fabric.hosts[h].name.as_str()).collect();
    let breaks: Vec<Value> = figures
        .broken
        .iter()
        .map(|(_, found)| json!({ "code": found.code(), "message": found.message }))
        .collect();
    json!({
        "failed": names(fabric, &figures.lost),
        "links_lost": figures.links,
        "bgp_sessions_lost": figures.sessions,
        "leaves_lost": figures.leaves,
        "nic_ports_down": figures.hosts.ports,
        "gpus_hit": figures.hosts.gpus_hit,
        "gpus_cut_off": figures.hosts.gpus_cut,
        "servers_hit": figures.hosts.servers_hit,
        "servers_cut_off": servers,
        "leaf_pairs": figures.apart.pairs,
        "leaf_pairs_parted": figures.apart.apart,
        "leaf_pair_parted": pair(figures.apart.example),
        "tiers": tiers,
        "bisection_mbps": figures.bisection,
        "disjoint_paths": figures.paths.map(|n| n.paths),
        "disjoint_paths_between": pair(figures.paths.map(|n| (n.a, n.b))),
        "overload": figures.overload.map(|o| json!({
            "upper": name(o.upper),
            "lower": name(o.lower),
            "plain_ecmp": exact(o.plain),
            "by_weight": exact(o.weighted),
        })),
        "expect_breaks": breaks,
    })
}

fn worst_of(intact: &Intact, count: usize, what: &str, worst: &Worst) -> Value {
    let fabric = intact.fabric;
    let few = |some: u128| u64::try_from(some).ok();
    let word = |measure: Measure| match measure {
        Measure::Servers => "servers_cut_off",
        Measure::Gpus => "gpus_cut_off",
        Measure::Ports => "nic_ports_down",
        Measure::Pairs => "leaf_pairs_parted",
        Measure::Ratio(_) => "oversubscription",
        Measure::Bisection => "bisection_mbps",
        Measure::Paths => "disjoint_paths",
        Measure::Overload => "overload",
        Measure::Sessions => "bgp_sessions_lost",
    };
    let tops: Vec<Value> = worst
        .tops
        .iter()
        .map(|top| {
            let tier = match top.measure {
                Measure::Ratio(tier) => Some(fabric.tiers[tier].label.as_str()),
                _ => None,
            };
            json!({
                "figure": word(top.measure),
                "tier": tier,
                "combinations": top.combinations.and_then(few),
                "after": figures(intact, &worst.figures[top.at]),
            })
        })
        .collect();
    let breaks: Vec<Value> = worst
        .breaks
        .iter()
        .map(|breaks| {
            let figures = &worst.figures[breaks.at];
            let found = figures.broken.iter().find(|(claim, _)| *claim == breaks.claim);
            json!({
                "code": found.map(|(_, found)| found.code()),
                "message": found.map(|(_, found)| found.message.as_str()),
                "failed": names(fabric, &figures.lost),
                "combinations": breaks.combinations.and_then(few),
            })
        })
        .collect();
    let alike: Vec<Value> = worst
        .alike
        .iter()
        .map(|choice| {
            let one = match what {
                "links" => crate::whatif::failure::link_name(fabric, &fabric.links[choice.one]),
                _ => fabric.switches[choice.one].name.clone(),
            };
            json!({ "one": one, "count": choice.count })
        })
        .collect();
    json!({
        "count": count,
        "of": what,
        "combinations": few(worst.total),
        "exact": worst.exact,
        "tried": worst.figures.len(),
        "alike": alike,
        "worst": tops,
        "expect_breaks": breaks,
    })
}
