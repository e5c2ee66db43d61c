//! What is wrong with a config_db.json, of whatever origin: what SONiC's own YANG lets through, and what a switch then
//! drops, ignores, waits for without end, or crashes on.
//!
//! A lint is one file: its path is its code, its doc comment what `fabc explain` prints. Its examples are its tests; each
//! is laid over `sound.json`, a switch of which nothing is to be said, table by table. Lints only read. Limits come from
//! the platform; where it isn't known, the lints that need it say once that they could not run.
//!
//! - [`run`]: all lints over one [`Db`]
//! - [`Desk`]: over files
//! - [`model_of`]: the box that a file is for
//! - [`overrides`]: over what `config-db` makes of fabc's own rows
//! - [`frr`]: the same for frr.conf
//! - `across`: what files of one run may not have in common
//! - `view`: the tables as lints look at them

mod across;
mod blame;
mod example;
mod file;
mod find;
pub mod frr;
mod overrides;
mod view;

use fabc_lang::diagnostic::{Findings, Rule};

use crate::config_db::Db;
pub use example::over_sound;
pub use file::Desk;
pub use find::model_of;
pub(crate) use overrides::overrides;
pub use unknown_table::has_model;
use view::Ctx;
pub use view::Given;

/// A rule, what it must know, and the function that looks for it.
pub struct Lint {
    /// What it reports under.
    pub rule: &'static Rule,
    needs: Needs,
    run: fn(&Ctx, &mut Findings),
}

/// What a lint must know beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing.
    Nothing,
    /// The box: its cages and lanes.
    Model,
    /// The box, with tables that hold for the file's hwsku.
    Sku,
}

/// Declares a lint: `/// why` `Severity "lint/name" "title" Needs => function`.
macro_rules! lint {
    ($(#[doc = $text:literal])* $severity:ident $code:literal $title:literal $needs:ident => $run:path) => {
        fabc_lang::rule! {
            $(#[doc = $text])*
            static RULE = $severity $code $title;
        }
        pub(in crate::lint) static LINT: crate::lint::Lint =
            crate::lint::Lint { rule: &RULE, needs: crate::lint::Needs::$needs, run: $run };
    };
}

mod asn_reserved;
mod bad_range;
mod base_row_idle;
mod bracketed_reference;
mod breakout_differs;
mod buffer_model;
mod cable_not_listed;
mod cnp_paused;
mod dangling_reference;
mod duplicate_address;
mod duplicate_alias;
mod duplicate_lane;
mod duplicate_subport;
mod ecn_above_pause;
mod ecn_on_lossy;
mod egress_lossless_capped;
mod empty_table;
mod fec_not_offered;
mod global_ignored;
mod group_without_profile;
mod headroom_too_small;
mod host_name;
mod lane_rate;
mod lanes_of_no_cage;
mod lossless_queue_lossy;
mod lossless_strict;
mod lossless_unreached;
mod lossless_without_group;
mod lossless_without_reserve;
mod lossless_without_xoff;
mod lossy_in_lossless_group;
mod map_incomplete;
mod metadata_missing;
mod mtu_too_long;
mod nic_default_lossy;
mod no_admin_status;
mod no_alias;
mod no_bfdd;
mod no_cable_length;
mod no_mac;
mod not_a_string;
mod over_budget;
mod over_capacity;
mod overlapping_ranges;
mod peer_switch;
mod pfc_group;
mod pfc_queue;
mod pfc_to_pg_map;
mod pfc_unwatched;
mod pfc_without_maps;
mod pool_too_large;
mod port_incomplete;
mod port_list;
mod port_without_pfc;
mod profile_overwritten;
mod profile_too_large;
mod routing_mode;
mod routing_rows;
mod routing_rows_idle;
mod same_hash_seed;
mod speed_not_offered;
mod strict_weight;
mod subport_missing;
mod threshold_missing;
mod threshold_mode;
mod too_many_lossless;
mod unknown_breakout;
mod unknown_port;
mod unknown_table;
mod unnumbered_neighbour;
mod unused_headroom;
mod version_stated;
mod watchdog_actions;
mod watchdog_incomplete;
mod watchdog_mask;
mod watchdog_times;
mod watchdog_without_pfc;
mod wred_drops_lossless;
mod wred_field;
mod wred_no_probability;
mod wrong_form;
mod wrong_index;
mod wrong_side;

/// Every lint, in the order in which they run.
pub static LINTS: &[&Lint] = &[
    &asn_reserved::LINT,
    &bad_range::LINT,
    &base_row_idle::LINT,
    &bracketed_reference::LINT,
    &breakout_differs::LINT,
    &buffer_model::LINT,
    &cable_not_listed::LINT,
    &cnp_paused::LINT,
    &dangling_reference::LINT,
    &duplicate_address::LINT,
    &duplicate_alias::LINT,
    &duplicate_lane::LINT,
    &duplicate_subport::LINT,
    &ecn_above_pause::LINT,
    &ecn_on_lossy::LINT,
    &egress_lossless_capped::LINT,
    &empty_table::LINT,
    &fec_not_offered::LINT,
    &global_ignored::LINT,
    &group_without_profile::LINT,
    &headroom_too_small::LINT,
    &host_name::LINT,
    &lane_rate::LINT,
    &lanes_of_no_cage::LINT,
    &lossless_queue_lossy::LINT,
    &lossless_strict::LINT,
    &lossless_unreached::LINT,
    &lossless_without_group::LINT,
    &lossless_without_reserve::LINT,
    &lossless_without_xoff::LINT,
    &lossy_in_lossless_group::LINT,
    &map_incomplete::LINT,
    &metadata_missing::LINT,
    &mtu_too_long::LINT,
    &nic_default_lossy::LINT,
    &no_admin_status::LINT,
    &no_alias::LINT,
    &no_bfdd::LINT,
    &no_cable_length::LINT,
    &no_mac::LINT,
    &not_a_string::LINT,
    &over_budget::LINT,
    &over_capacity::LINT,
    &overlapping_ranges::LINT,
    &peer_switch::LINT,
    &pfc_group::LINT,
    &pfc_queue::LINT,
    &pfc_to_pg_map::LINT,
    &pfc_unwatched::LINT,
    &pfc_without_maps::LINT,
    &pool_too_large::LINT,
    &port_incomplete::LINT,
    &port_list::LINT,
    &port_without_pfc::LINT,
    &profile_overwritten::LINT,
    &profile_too_large::LINT,
    &routing_mode::LINT,
    &routing_rows::LINT,
    &routing_rows_idle::LINT,
    &same_hash_seed::LINT,
    &speed_not_offered::LINT,
    &strict_weight::LINT,
    &subport_missing::LINT,
    &threshold_missing::LINT,
    &threshold_mode::LINT,
    &too_many_lossless::LINT,
    &unknown_breakout::LINT,
    &unknown_port::LINT,
    &unknown_table::LINT,
    &unnumbered_neighbour::LINT,
    &unused_headroom::LINT,
    &version_stated::LINT,
    &watchdog_actions::LINT,
    &watchdog_incomplete::LINT,
    &watchdog_mask::LINT,
    &watchdog_times::LINT,
    &watchdog_without_pfc::LINT,
    &wred_drops_lossless::LINT,
    &wred_field::LINT,
    &wred_no_probability::LINT,
    &wrong_form::LINT,
    &wrong_index::LINT,
    &wrong_side::LINT,
];

fabc_lang::rule! {
    /// Limits of lanes, ports and buffers are data of the platform. The file names its box in DEVICE_METADATA, as
    /// `platform` and `hwsku`; where the catalogue has no such box, or has it with another hwsku, what needs those limits
    /// isn't looked at. `--platform NAME` says which box it is; `fabc platforms` lists them.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": {
    ///             "docker_routing_config_mode": "split-unified", "hostname": "leaf-01",
    ///             "hwsku": "Unheard-Of", "mac": "02:00:00:00:00:01", "platform": "x86_64-unheard_of-r0"
    ///         }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    static PLATFORM_UNKNOWN = Note "lint/platform-unknown" "a box whose limits aren't known";
}

/// Rules that stand in no file of their own.
static RULES: &[&Rule] = &[&PLATFORM_UNKNOWN];

/// Runs all lints over a switch's tables.
pub fn run(db: &Db<'_>, given: Given<'_>, findings: &mut Findings) {
    let ctx = Ctx::new(db, given);
    let mut idle: Vec<&str> = Vec::new();
    for lint in LINTS {
        let known = match lint.needs {
            Needs::Nothing => true,
            Needs::Model => ctx.model.is_some(),
            Needs::Sku => ctx.sku.is_some(),
        };
        if known {
            (lint.run)(&ctx, findings);
        } else {
            idle.extend(lint.rule.code.strip_prefix("lint/"));
        }
    }
    // A part of a file, as one loads it over another, need not say what it is for.
    if !idle.is_empty() && !ctx.ports.is_empty() {
        findings.push(unknown(&ctx, &idle));
    }
}

fn unknown(ctx: &Ctx<'_>, idle: &[&str]) -> fabc_lang::diagnostic::Diagnostic {
    let row = ctx.metadata();
    let field = |name: &str| row.and_then(|row| row.text(name));
    let told = |name: &str| field(name).map_or_else(|| format!("no {name}"), |t| format!("{name} `{}`", t.v));
    let at = row.map_or(ctx.db.at, |row| row.place(if ctx.model.is_some() { "hwsku" } else { "platform" }));
    let message = match ctx.model.and_then(|model| model.sonic.as_ref()) {
        Some(sonic) => format!(
            "{} is not `{}`, whose buffers and limits are known: {} lints could not run",
            told("hwsku"),
            sonic.v.hwsku,
            idle.len()
        ),
        None => format!(
            "{} and {}: no box that is known, {} lints could not run",
            told("platform"),
            told("hwsku"),
            idle.len()
        ),
    };
    let found = PLATFORM_UNKNOWN.at(at, message).note(idle.join(", "));
    found.help(
        "--fabric FABRIC, if it was built from one; --platform NAME, if the box is one that `fabc platforms` lists",
    )
}

/// Rules that this stage reports under.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let own = RULES.iter().copied().chain(across::RULES.iter().copied());
    own.chain(LINTS.iter().map(|lint| lint.rule)).chain(frr::rules())
}

#[cfg(test)]
mod tests;
