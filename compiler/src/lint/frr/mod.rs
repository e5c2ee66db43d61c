//! What is wrong with an frr.conf, of whatever origin: what `vtysh -C` lets through, and what FRR then refuses, forgets or
//! takes for something else while it loads the file.
//!
//! A lint is one file: its path is its code, its doc comment what `fabc explain` prints. A line that isn't known here is
//! passed over. What each says of FRR was seen on FRR 8.4.4, or stands in its source.
//!
//! - [`run`]: all lints over a text
//! - [`Given`]: what is known of the switch beside it
//! - `own`: all lints over what a user's templates make
//! - `read`: lines and the blocks they stand in
//! - `view`: what they define and name
//! - `missing`: names that nothing defines

mod missing;
mod own;
pub(crate) mod read;
mod view;

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::source::{FileId, Source};

pub use not_in_release::SINCE;
pub(crate) use own::of_templates;
use view::Ctx;
pub use view::Given;

/// A rule, and the function that looks for it.
pub struct Lint {
    /// What it reports under.
    pub rule: &'static Rule,
    run: fn(&Ctx<'_>, &mut Findings),
}

/// Declares a lint: `/// why` `Severity "frr/name" "title" => function`.
macro_rules! lint {
    ($(#[doc = $text:literal])* $severity:ident $code:literal $title:literal => $run:path) => {
        fabc_lang::rule! {
            $(#[doc = $text])*
            static RULE = $severity $code $title;
        }
        pub(in crate::lint::frr) static LINT: crate::lint::frr::Lint =
            crate::lint::frr::Lint { rule: &RULE, run: $run };
    };
}

mod address_aside;
mod bad_range;
mod duplicate_seq;
mod hold_time;
mod host_bits;
mod interface_name;
mod keepalive;
mod needs_module;
mod no_bfdd;
mod no_family;
mod no_policy;
mod no_remote_as;
mod not_activated;
mod not_in_release;
mod router_twice;
mod too_many_paths;
mod unknown_bfd_profile;
mod unknown_list;
mod unknown_peer_group;
mod unknown_prefix_list;
mod unknown_route_map;
mod unused;
mod version_line;

/// Every lint, in the order in which they run.
pub static LINTS: &[&Lint] = &[
    &address_aside::LINT,
    &bad_range::LINT,
    &duplicate_seq::LINT,
    &hold_time::LINT,
    &host_bits::LINT,
    &interface_name::LINT,
    &keepalive::LINT,
    &needs_module::LINT,
    &no_bfdd::LINT,
    &no_family::LINT,
    &no_policy::LINT,
    &no_remote_as::LINT,
    &not_activated::LINT,
    &not_in_release::LINT,
    &router_twice::LINT,
    &too_many_paths::LINT,
    &unknown_bfd_profile::LINT,
    &unknown_list::LINT,
    &unknown_peer_group::LINT,
    &unknown_prefix_list::LINT,
    &unknown_route_map::LINT,
    &unused::LINT,
    &version_line::LINT,
];

/// Runs all lints over an frr.conf.
pub fn run(source: &Source, file: FileId, given: Given, findings: &mut Findings) {
    let ctx = Ctx::new(read::lines(source.text(), file), given);
    LINTS.iter().for_each(|lint| (lint.run)(&ctx, findings));
}

/// Whether a file is FRR's: by its name, or by how it begins.
pub fn is_frr(name: &str, text: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match last.rsplit_once('.') {
        Some((_, "conf")) => true,
        Some((_, "json")) => false,
        _ => text.lines().any(|line| BEGINS.contains(&line.split(' ').next().unwrap_or_default())),
    }
}

/// Daemons that read files of their own, where there is no frr.conf for all.
const DAEMONS: &[&str] = &[
    "babeld", "bfdd", "bgpd", "eigrpd", "fabricd", "isisd", "ldpd", "mgmtd", "nhrpd", "ospf6d", "ospfd",
    "pathd", "pbrd", "pim6d", "pimd", "ripd", "ripngd", "staticd", "vrrpd", "zebra",
];

/// Whether a file is of one daemon alone, by its name.
pub(super) fn is_of_one_daemon(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.strip_suffix(".conf").is_some_and(|stem| DAEMONS.contains(&stem))
}

/// Words that lines of frr.conf begin with, and no JSON.
const BEGINS: &[&str] =
    &["frr", "hostname", "router", "route-map", "interface", "bfd", "ip", "ipv6", "bgp", "log"];

/// Rules that this stage reports under.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    LINTS.iter().map(|lint| lint.rule)
}

#[cfg(test)]
mod tests;
