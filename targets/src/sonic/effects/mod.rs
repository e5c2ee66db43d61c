//! What a change of ConfigDB does to a switch that runs: data, each with its source beside it.
//!
//! [`effect`] asks the [`RULES`](rules) of a table for a row that is added, changed or removed. Sources are files and
//! functions of SONiC's own repositories: sonic-utilities (the Generic Config Updater, GCU), sonic-swss, sonic-buildimage.
//! What they don't say is [`Level::Unknown`], and never taken for harmless.

mod on;
mod rules;

use fabc_lang::intent::Nos;

pub use on::{by_hand, frozen, on, round};
pub use rules::TABLES;

/// How much of what runs is interrupted, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing that runs reads it.
    None,
    /// It takes effect, and nothing that carries traffic is interrupted.
    Live,
    /// Sessions, or the next hops of a port, go and come back.
    SessionReset,
    /// A port goes down and comes up.
    PortFlap,
    /// A port is taken away and made anew, with all that is bound to it.
    PortRecreated,
    /// A container that forwarding or routing needs starts anew.
    ContainerRestart,
    /// It takes effect with `config reload` alone: all services start anew.
    ConfigReload,
    /// It takes effect when the switch boots.
    Reboot,
    /// The Generic Config Updater doesn't take it; `config reload` does.
    Refused,
    /// No source tells.
    Unknown,
}

impl Level {
    /// All, the least first.
    pub const ALL: [Level; 10] = [
        Level::None,
        Level::Live,
        Level::SessionReset,
        Level::PortFlap,
        Level::PortRecreated,
        Level::ContainerRestart,
        Level::ConfigReload,
        Level::Reboot,
        Level::Refused,
        Level::Unknown,
    ];

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Live => "live",
            Level::SessionReset => "session reset",
            Level::PortFlap => "port flap",
            Level::PortRecreated => "port re-created",
            Level::ContainerRestart => "container restart",
            Level::ConfigReload => "config reload",
            Level::Reboot => "reboot",
            Level::Refused => "refused by GCU",
            Level::Unknown => "unknown",
        }
    }

    /// Whether something that carries traffic may be interrupted. What is refused needs a way that interrupts.
    pub fn interrupts(self) -> bool {
        self > Level::Live
    }
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// How much is interrupted.
    pub level: Level,
    /// Whether that is likely only.
    pub likely: bool,
    /// More on it, for people; may be empty.
    pub note: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// It comes.
    Added,
    /// Fields of it change, come or go.
    Changed,
    /// It goes.
    Removed,
}

impl Op {
    /// `added`, `changed`, `removed`
    pub fn name(self) -> &'static str {
        match self {
            Op::Added => "added",
            Op::Changed => "changed",
            Op::Removed => "removed",
        }
    }
}

/// What a table's rows are about: by that a change on a port that is down anyway interrupts nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole switch.
    Switch,
    /// The port that the row's key begins with.
    Port,
    /// The port that each field is called after.
    PortField,
}

/// The effects of one table.
#[derive(Debug, Clone, Copy)]
pub struct TableEffects {
    /// Its name.
    pub table: &'static str,
    /// What its rows are about.
    pub scope: Scope,
    /// The first that fits counts; the last of each operation fits all.
    rules: &'static [Rule],
}

/// One line of a table's effects.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// The rows that it is for; all without.
    key: Option<&'static str>,
    /// The field that changes; any without.
    field: Option<&'static str>,
    /// The operations that it is for.
    ops: &'static [Op],
    effect: Effect,
}

const NO_TABLE: Effect = Effect {
    level: Level::Unknown,
    likely: false,
    note: "fabc knows no effects of this table",
    source: "none",
};

/// The effects of a table; none where fabc doesn't know it.
pub fn of_table(table: &str) -> Option<&'static TableEffects> {
    TABLES.binary_search_by(|known| known.table.cmp(table)).ok().and_then(|at| TABLES.get(at))
}

/// What a row does that is added, changed in `field`, or removed. What is known is known of community SONiC: under
/// Enterprise SONiC it is likely, but for tables that it alone has.
pub fn effect(nos: Nos, table: &str, key: &str, op: Op, field: Option<&str>) -> Effect {
    let rules = of_table(table).map_or(&[][..], |known| known.rules);
    let fits = |rule: &&Rule| {
        rule.ops.contains(&op)
            && rule.key.is_none_or(|wanted| wanted == key)
            && rule.field.is_none_or(|wanted| Some(wanted) == field)
    };
    let found = rules.iter().find(fits).map_or(NO_TABLE, |rule| rule.effect);
    Effect { likely: found.likely || (nos == Nos::EnterpriseSonic && found.level != Level::Unknown), ..found }
}

/// The port that a change is about; none where it is about the whole switch.
pub fn port_of<'a>(table: &str, key: &'a str, field: Option<&'a str>) -> Option<&'a str> {
    let first = key.split('|').next().unwrap_or(key);
    match of_table(table)?.scope {
        Scope::Switch => None,
        // `PORT_QOS_MAP|global` is no port's.
        Scope::Port => Some(first).filter(|first| first.bytes().any(|b| b.is_ascii_digit())),
        Scope::PortField => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sonic::tables;

    #[test]
    fn every_table_that_is_emitted_has_effects() {
        let emitted: Vec<_> = tables::TABLES.iter().map(|table| table.name).collect();
        let known: Vec<_> = TABLES.iter().map(|table| table.table).collect();
        assert_eq!(known, emitted);
        for table in TABLES {
            for op in [Op::Added, Op::Changed, Op::Removed] {
                let last = table.rules.iter().rfind(|rule| rule.ops.contains(&op));
                let all = last.is_some_and(|rule| rule.key.is_none() && rule.field.is_none());
                assert!(all, "{}: nothing holds for all rows that are {}", table.table, op.name());
            }
        }
    }

    #[test]
    fn every_effect_has_a_source_or_is_unknown() {
        for (table, rule) in TABLES.iter().flat_map(|t| t.rules.iter().map(move |r| (t.table, r))) {
            let named =
                ["sonic-", "design document", "Ansible"].iter().any(|s| rule.effect.source.starts_with(s));
            assert!(named || rule.effect.level == Level::Unknown, "{table}: {rule:?}");
            assert!(!(rule.effect.level == Level::Unknown && rule.effect.likely), "{table}: {rule:?}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let of = |table, key, op, field| effect(Nos::Sonic, table, key, op, field).level;
        assert_eq!(of("PORT", "Ethernet0", Op::Changed, Some("lanes")), Level::PortRecreated);
        assert_eq!(of("PORT", "Ethernet0", Op::Changed, Some("never-heard-of")), Level::Unknown);
        assert_eq!(of("DEVICE_METADATA", "localhost", Op::Changed, Some("type")), Level::ConfigReload);
        assert_eq!(of("LOOPBACK_INTERFACE", "Loopback0", Op::Removed, None), Level::Refused);
        assert_eq!(of("LOOPBACK_INTERFACE", "Loopback0|10.0.0.1/32", Op::Added, None), Level::Live);
        assert_eq!(of("VLAN", "Vlan1", Op::Added, None), Level::Unknown);
        let there = effect(Nos::EnterpriseSonic, "BREAKOUT_CFG", "Ethernet0", Op::Added, None);
        assert_eq!((there.level, there.likely), (Level::None, true));
    }

    #[test]
    fn ports_are_told_from_the_switch() {
        assert_eq!(port_of("BUFFER_PG", "Ethernet8|3-4", None), Some("Ethernet8"));
        assert_eq!(port_of("PORT_QOS_MAP", "global", None), None);
        assert_eq!(port_of("PFC_WD", "GLOBAL", None), None);
        assert_eq!(port_of("CABLE_LENGTH", "AZURE", Some("Ethernet8")), Some("Ethernet8"));
        assert_eq!(port_of("WRED_PROFILE", "ECN_3", None), None);
    }
}
