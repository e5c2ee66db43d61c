//! What is wrong with a fabric that could be resolved.
//!
//! A check is one file: its path is its code, its doc comment what `fabc explain` prints, its two examples its tests.
//! Checks only read. They ask the platform for limits and name no chip; where a figure isn't known they say so.
//!
//! Facts that several checks share:
//! - [`load`]: links and bandwidth below and above each switch
//! - [`graph`], [`hops`], [`cut`], [`flow`]: ways between servers
//! - [`lost`], [`evidence`]: what `expect` is judged by, in the fabric as it is declared or without what has failed
//! - [`select`]: paths as `expect` and `place` write them
//! - [`selector`]: ports as `switch` names them
//! - [`site`]: where `place` puts devices
//! - [`optics`]: modules and cables
//! - [`chain`]: what ports do with each class once `config-db` rows are laid over
//! - [`headroom`]: rows of vendors' tables, ECN against the pause
//! - [`pools`]: what `buffers { pool … }` comes to on each platform
//! - [`nics`]: what NICs mark their packets with
//! - [`features`]: what is asked for that not every box has
//! - [`facts`]: small ones

mod chain;
pub(crate) mod cut;
pub(crate) mod evidence;
mod facts;
mod features;
pub(crate) mod flow;
pub(crate) mod graph;
mod headroom;
pub(crate) mod hops;
pub(crate) mod load;
pub(crate) mod lost;
mod nics;
mod optics;
mod pools;
pub(crate) mod select;
pub(crate) mod selector;
mod site;

use fabc_lang::diagnostic::{Findings, Rule, Severity};
use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::source::Span;
use fabc_lang::units::grouped;
use fabc_targets::sonic::qos::{self, Lack};
use rayon::prelude::*;

use crate::budget::{self, Budget};
use crate::deadlock;
use chain::Chains;
use evidence::Evidence;
use lost::Lost;

/// A rule and the function that looks for it.
pub struct Check {
    /// What it reports under.
    pub rule: &'static Rule,
    run: fn(&Ctx, &mut Findings),
}

/// What checks look at.
struct Ctx<'a> {
    fabric: &'a Fabric,
    /// What `expect` is judged by.
    evidence: Evidence<'a>,
    /// Of switches that are alike; empty where no class is lossless.
    budgets: Vec<Budget>,
    /// What keeps each tier's switches from being lossless; empty where no class is.
    lacks: Vec<Option<Lack>>,
    /// What ports do with each class; none where no `config-db` row has a say.
    chains: Option<Chains>,
    /// Whether nothing was wrong so far. If not, what seems to be missing may stand in a line that could not be read.
    sound: bool,
    /// Whether all was resolved. If not, what `expect` speaks of may be a part only.
    whole: bool,
}

impl Ctx<'_> {
    /// The first lossless class; the file's root where there is none.
    fn class_at(&self) -> Span {
        budget::lossless(self.fabric).next().map_or(Span::default(), |c| c.at)
    }

    /// Whether classes are meant to be lossless, and no switch that is there has the figures.
    fn lossless_nowhere(&self) -> bool {
        let lacks = |b: &Budget| self.lacks.get(b.tier).is_some_and(Option::is_some);
        !self.budgets.is_empty() && self.budgets.iter().all(lacks)
    }

    /// Lines that are paused at one end only: index, the tier that pauses, the other, and what that lacks.
    fn one_sided(&self) -> impl Iterator<Item = (usize, usize, usize, &Lack)> {
        self.fabric.lines.iter().enumerate().filter_map(|(index, line)| {
            let (Lower::Tier(lower), upper) = (line.lower, line.upper) else { return None };
            match (self.lacks.get(lower)?, self.lacks.get(upper)?) {
                (None, Some(lack)) => Some((index, lower, upper, lack)),
                (Some(lack), None) => Some((index, upper, lower, lack)),
                _ => None,
            }
        })
    }
}

/// Declares a check: `/// why` `Severity "family/name" "title" => function`.
macro_rules! check {
    ($(#[doc = $text:literal])* $severity:ident $code:literal $title:literal => $run:path) => {
        fabc_lang::rule! {
            $(#[doc = $text])*
            static RULE = $severity $code $title;
        }
        pub(in crate::checks) static CHECK: crate::checks::Check =
            crate::checks::Check { rule: &RULE, run: $run };
    };
}

mod topology {
    pub(super) mod cut_off;
    pub(super) mod idle_leaf;
    pub(super) mod idle_nic;
    pub(super) mod no_switch;
    pub(super) mod parallel_links;
    pub(super) mod parts_apart;
    pub(super) mod planes_touch;
    pub(super) mod rails_not_aligned;
    pub(super) mod two_rails_on_one_leaf;
    pub(super) mod unequal_uplinks;
    pub(super) mod unused_node;
}
mod ports {
    pub(super) mod connectors_differ;
    pub(super) mod fec_differs;
    pub(super) mod frame_too_long;
    pub(super) mod lane_rate;
    pub(super) mod lanes_differ;
    pub(super) mod lanes_shared;
    pub(super) mod over_capacity;
    pub(super) mod slower_to_faster;
}
mod media {
    pub(super) mod cage_power;
    pub(super) mod too_long;
}
mod classes {
    pub(super) mod cnp_lossless;
    pub(super) mod cnp_not_strict;
    pub(super) mod cnp_starved;
    pub(super) mod control_and_ecn;
    pub(super) mod default_lossless;
    pub(super) mod duplicate_dscp;
    pub(super) mod duplicate_ecn;
    pub(super) mod duplicate_name;
    pub(super) mod duplicate_priority;
    pub(super) mod ecn_misplaced;
    pub(super) mod ecn_never;
    pub(super) mod ecn_order;
    pub(super) mod ecn_range;
    pub(super) mod ecn_speed_unused;
    pub(super) mod ecn_unscaled;
    pub(super) mod lossless_priority;
    pub(super) mod lossless_strict;
    pub(super) mod lossless_without_ecn;
    pub(super) mod nic_default_lossy;
    pub(super) mod nic_priority;
    pub(super) mod no_default;
    pub(super) mod no_such_queue;
    pub(super) mod preset_thresholds;
    pub(super) mod too_many_lossless;
    pub(super) mod unreachable;
    pub(super) mod unwatched;
    pub(super) mod watchdog_early;
    pub(crate) mod watchdog_range;
    pub(super) mod watchdog_restore;
    pub(super) mod watchdog_unused;
}
mod buffers {
    pub(super) mod ecn_above_pause;
    pub(super) mod ecn_early;
    pub(super) mod ecn_late;
    pub(super) mod ecn_not_strict;
    pub(super) mod egress_drops;
    pub(super) mod egress_too_small;
    pub(super) mod halves_unknown;
    pub(super) mod lossy_chip;
    pub(super) mod lossy_until_set;
    pub(super) mod measured_low;
    pub(super) mod measured_range;
    pub(super) mod measured_unused;
    pub(super) mod no_figures;
    pub(super) mod no_length;
    pub(super) mod not_written;
    pub(super) mod one_sided;
    pub(super) mod over_budget;
    pub(super) mod oversubscription_below_one;
    pub(super) mod pool_fixed;
    pub(super) mod pool_range;
    pub(super) mod said_twice;
    pub(super) mod size_unclear;
    pub(super) mod table_differs;
    pub(super) mod table_too_low;
    pub(super) mod table_unchecked;
    pub(super) mod thresholds_differ;
    pub(super) mod unknown_pool;
}
mod trimming {
    pub(super) mod lossless;
    pub(super) mod not_first;
    pub(super) mod not_written;
    pub(super) mod other_class;
    pub(super) mod size;
    pub(super) mod unknown_class;
}
mod routing {
    pub(super) mod asn_clash;
    pub(super) mod asn_missing;
    pub(super) mod asn_public;
    pub(super) mod asn_reserved;
    pub(super) mod asn_shared_by_hosts;
    pub(super) mod bfd_interval;
    pub(super) mod bfd_too_fast;
    pub(super) mod bfd_too_slow;
    pub(super) mod ecmp_too_wide;
    pub(super) mod missing;
    pub(super) mod no_host_subnets;
    pub(super) mod no_loopbacks;
    pub(super) mod numbered_v6;
    pub(super) mod too_many_routes;
    pub(super) mod too_many_sessions;
}
mod addressing {
    pub(super) mod gateway_outside;
    pub(super) mod loopback_outside;
    pub(super) mod no_gateway;
    pub(super) mod pin_outside;
    pub(super) mod pools_overlap;
    pub(super) mod reserved_range;
    pub(super) mod too_many_dns;
}
mod names {
    pub(crate) mod host_name;
    pub(super) mod interface_name;
}
mod places {
    pub(super) mod placed_twice;
    pub(super) mod row_full;
    pub(super) mod same_unit;
    pub(super) mod unit_outside;
    pub(super) mod unknown_node;
    pub(super) mod unknown_row;
}
mod overrides {
    pub(super) mod absent_switch;
    pub(super) mod address_taken;
    pub(super) mod cable_lengths_differ;
    pub(super) mod chain_differs;
    pub(super) mod class_undone;
    pub(super) mod duplicate_switch;
    pub(super) mod empty_cage;
    pub(super) mod nothing;
    pub(super) mod pause_without_buffer;
    pub(super) mod said_twice;
    pub(super) mod same_value;
    pub(super) mod unknown_port;
    pub(super) mod unknown_switch;
    pub(super) mod watchdog_differs;
}
mod secrets {
    pub(super) mod in_source;
    pub(super) mod snmp_community;
}
mod nos {
    pub(super) mod certificate_path;
    pub(super) mod gnmi_open;
    pub(super) mod likely_names;
    pub(super) mod likely_row;
    pub(super) mod login_stays_local;
    pub(super) mod mac_left_to_ztp;
    pub(super) mod no_adaptive;
    pub(super) mod no_cut_through;
    pub(super) mod no_hash;
    pub(super) mod no_high_frequency;
    pub(super) mod no_interface_naming;
    pub(super) mod no_lossless;
    pub(super) mod no_qpn_hash;
    pub(super) mod no_trimming;
    pub(super) mod no_user_auth;
    pub(super) mod telemetry_interval;
    pub(super) mod telemetry_not_written;
    pub(super) mod uncertain_feature;
    pub(super) mod uncertain_wcmp;
    pub(crate) mod unknown_release;
}
mod rollout {
    pub(super) mod unknown_tier;
}
mod expect {
    pub(super) mod disjoint_paths;
    pub(super) mod gpus;
    pub(super) mod hops;
    pub(super) mod oversubscription;
    pub(super) mod power;
    pub(super) mod survive;
    pub(super) mod unknown_tier;
}

/// Every check, in the order in which they run.
pub static CHECKS: &[&Check] = &[
    &topology::cut_off::CHECK,
    &topology::idle_leaf::CHECK,
    &topology::idle_nic::CHECK,
    &topology::no_switch::CHECK,
    &topology::parallel_links::CHECK,
    &topology::parts_apart::CHECK,
    &topology::planes_touch::CHECK,
    &topology::rails_not_aligned::CHECK,
    &topology::two_rails_on_one_leaf::CHECK,
    &topology::unequal_uplinks::CHECK,
    &topology::unused_node::CHECK,
    &ports::connectors_differ::CHECK,
    &ports::fec_differs::CHECK,
    &ports::frame_too_long::CHECK,
    &ports::lane_rate::CHECK,
    &ports::lanes_differ::CHECK,
    &ports::lanes_shared::CHECK,
    &ports::over_capacity::CHECK,
    &ports::slower_to_faster::CHECK,
    &media::cage_power::CHECK,
    &media::too_long::CHECK,
    &classes::cnp_lossless::CHECK,
    &classes::cnp_not_strict::CHECK,
    &classes::cnp_starved::CHECK,
    &classes::control_and_ecn::CHECK,
    &classes::default_lossless::CHECK,
    &classes::duplicate_dscp::CHECK,
    &classes::duplicate_ecn::CHECK,
    &classes::duplicate_name::CHECK,
    &classes::duplicate_priority::CHECK,
    &classes::ecn_misplaced::CHECK,
    &classes::ecn_never::CHECK,
    &classes::ecn_order::CHECK,
    &classes::ecn_range::CHECK,
    &classes::ecn_speed_unused::CHECK,
    &classes::ecn_unscaled::CHECK,
    &classes::lossless_priority::CHECK,
    &classes::lossless_strict::CHECK,
    &classes::lossless_without_ecn::CHECK,
    &classes::nic_default_lossy::CHECK,
    &classes::nic_priority::CHECK,
    &classes::no_default::CHECK,
    &classes::no_such_queue::CHECK,
    &classes::preset_thresholds::CHECK,
    &classes::too_many_lossless::CHECK,
    &classes::unreachable::CHECK,
    &classes::unwatched::CHECK,
    &classes::watchdog_early::CHECK,
    &classes::watchdog_range::CHECK,
    &classes::watchdog_restore::CHECK,
    &classes::watchdog_unused::CHECK,
    &buffers::ecn_above_pause::CHECK,
    &buffers::ecn_early::CHECK,
    &buffers::ecn_late::CHECK,
    &buffers::ecn_not_strict::CHECK,
    &buffers::egress_drops::CHECK,
    &buffers::egress_too_small::CHECK,
    &buffers::halves_unknown::CHECK,
    &buffers::lossy_chip::CHECK,
    &buffers::lossy_until_set::CHECK,
    &buffers::measured_low::CHECK,
    &buffers::measured_range::CHECK,
    &buffers::measured_unused::CHECK,
    &buffers::no_figures::CHECK,
    &buffers::no_length::CHECK,
    &buffers::not_written::CHECK,
    &buffers::one_sided::CHECK,
    &buffers::over_budget::CHECK,
    &buffers::oversubscription_below_one::CHECK,
    &buffers::pool_fixed::CHECK,
    &buffers::pool_range::CHECK,
    &buffers::said_twice::CHECK,
    &buffers::size_unclear::CHECK,
    &buffers::table_differs::CHECK,
    &buffers::table_too_low::CHECK,
    &buffers::table_unchecked::CHECK,
    &buffers::thresholds_differ::CHECK,
    &buffers::unknown_pool::CHECK,
    &trimming::lossless::CHECK,
    &trimming::not_first::CHECK,
    &trimming::not_written::CHECK,
    &trimming::other_class::CHECK,
    &trimming::size::CHECK,
    &trimming::unknown_class::CHECK,
    &routing::asn_clash::CHECK,
    &routing::asn_missing::CHECK,
    &routing::asn_public::CHECK,
    &routing::asn_reserved::CHECK,
    &routing::asn_shared_by_hosts::CHECK,
    &routing::bfd_interval::CHECK,
    &routing::bfd_too_fast::CHECK,
    &routing::bfd_too_slow::CHECK,
    &routing::ecmp_too_wide::CHECK,
    &routing::missing::CHECK,
    &routing::no_host_subnets::CHECK,
    &routing::no_loopbacks::CHECK,
    &routing::numbered_v6::CHECK,
    &routing::too_many_routes::CHECK,
    &routing::too_many_sessions::CHECK,
    &addressing::gateway_outside::CHECK,
    &addressing::loopback_outside::CHECK,
    &addressing::no_gateway::CHECK,
    &addressing::pin_outside::CHECK,
    &addressing::pools_overlap::CHECK,
    &addressing::reserved_range::CHECK,
    &addressing::too_many_dns::CHECK,
    &names::host_name::CHECK,
    &names::interface_name::CHECK,
    &places::placed_twice::CHECK,
    &places::row_full::CHECK,
    &places::same_unit::CHECK,
    &places::unit_outside::CHECK,
    &places::unknown_node::CHECK,
    &places::unknown_row::CHECK,
    &overrides::absent_switch::CHECK,
    &overrides::address_taken::CHECK,
    &overrides::cable_lengths_differ::CHECK,
    &overrides::chain_differs::CHECK,
    &overrides::class_undone::CHECK,
    &overrides::duplicate_switch::CHECK,
    &overrides::empty_cage::CHECK,
    &overrides::nothing::CHECK,
    &overrides::pause_without_buffer::CHECK,
    &overrides::said_twice::CHECK,
    &overrides::same_value::CHECK,
    &overrides::unknown_port::CHECK,
    &overrides::unknown_switch::CHECK,
    &overrides::watchdog_differs::CHECK,
    &secrets::in_source::CHECK,
    &secrets::snmp_community::CHECK,
    &nos::certificate_path::CHECK,
    &nos::gnmi_open::CHECK,
    &nos::likely_names::CHECK,
    &nos::likely_row::CHECK,
    &nos::login_stays_local::CHECK,
    &nos::mac_left_to_ztp::CHECK,
    &nos::no_adaptive::CHECK,
    &nos::no_cut_through::CHECK,
    &nos::no_hash::CHECK,
    &nos::no_high_frequency::CHECK,
    &nos::no_interface_naming::CHECK,
    &nos::no_lossless::CHECK,
    &nos::no_qpn_hash::CHECK,
    &nos::no_trimming::CHECK,
    &nos::no_user_auth::CHECK,
    &nos::telemetry_interval::CHECK,
    &nos::telemetry_not_written::CHECK,
    &nos::uncertain_feature::CHECK,
    &nos::uncertain_wcmp::CHECK,
    &nos::unknown_release::CHECK,
    &expect::disjoint_paths::CHECK,
    &expect::gpus::CHECK,
    &expect::hops::CHECK,
    &expect::oversubscription::CHECK,
    &expect::power::CHECK,
    &expect::survive::CHECK,
    &expect::unknown_tier::CHECK,
    &rollout::unknown_tier::CHECK,
];

pub(crate) use classes::watchdog_range::{DETECT, RESTORE};
pub(crate) use facts::{reserved, rows as override_rows, wire};
pub(crate) use names::host_name::wrong as wrong_name;
pub(crate) use nos::unknown_release::finding as unknown_release;
pub(crate) use optics::resting_on;

/// Runs all checks over a fabric.
pub fn run(fabric: &Fabric, findings: &mut Findings) {
    let whole = !findings.iter().any(|f| f.severity == Severity::Error && f.code().starts_with("resolve/"));
    let lossless = budget::lossless(fabric).next().is_some();
    let nothing = Lost::default();
    let (budgets, evidence) = rayon::join(
        || if lossless { budget::budgets(fabric) } else { Vec::new() },
        || {
            let evidence = Evidence::intact(fabric, &nothing);
            if !fabric.intent.expect.is_empty() {
                evidence.graph(); // what takes longest to judge begins with it
            }
            evidence
        },
    );
    let lacks = fabric.tiers.iter().filter(|_| lossless).map(|tier| qos::lack(fabric, tier)).collect();
    let sound = !findings.has_errors();
    let ctx = Ctx { fabric, evidence, budgets, lacks, chains: Chains::of(fabric), sound, whole };
    let look = |check: &&Check| {
        let mut found = Findings::default();
        (check.run)(&ctx, &mut found);
        found
    };
    let found: Vec<Findings> = CHECKS.par_iter().map(look).collect();
    found.into_iter().for_each(|found| findings.extend(found));
    deadlock::rows(fabric, findings);
}

/// Rules that this stage reports under.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    CHECKS.iter().map(|c| c.rule)
}

/// `1 link`, `2 links`, `3 switches`.
pub(crate) fn count(n: impl Into<u64>, word: &str) -> String {
    let n = n.into();
    let plural = match word {
        _ if n == 1 => word.to_owned(),
        "leaf" => "leaves".to_owned(),
        _ if word.ends_with("ch") || word.ends_with('s') => format!("{word}es"),
        _ => format!("{word}s"),
    };
    format!("{} {plural}", grouped(n))
}

#[cfg(test)]
mod tests;
