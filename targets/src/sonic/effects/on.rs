//! The effect of an operation on one box: what its GCU takes, and the way round what it refuses.
//!
//! [`rules`](super::rules) tells of the tables that GCU refuses on most boxes that it refuses them. Here GCU is asked, and
//! what it takes has the effect of the daemons that read it.

use fabc_lang::intent::Nos;

use super::rules::{BUFFERORCH, QOSORCH, likely, sure};
use super::{Effect, Level, Op, effect};
use crate::sonic::gcu::{Gcu, Operation, Refusal, Verb};

/// What an operation does on one box, as its GCU has it. Its level is [`Level::Refused`] where that GCU refuses this very
/// operation; of a GCU that isn't known, what most do is said.
pub fn on(nos: Nos, gcu: &Gcu, of: &Operation<'_>) -> Effect {
    let op = match (of.field, of.verb) {
        (Some(_), _) | (None, Verb::Replace) => Op::Changed,
        (None, Verb::Add) => Op::Added,
        (None, Verb::Remove) => Op::Removed,
    };
    let said = effect(nos, of.table, of.key.unwrap_or_default(), op, of.field);
    if !gcu.is_known() {
        return said;
    }
    match gcu.refuses(of) {
        Some(Refusal { why, source }) => Effect { level: Level::Refused, likely: false, note: why, source },
        None if said.level == Level::Refused || of.table == PROFILE => taken(of, op),
        None => said,
    }
}

/// How what this GCU refuses can be done all the same; none where it takes it, or isn't known.
pub fn round(gcu: &Gcu, of: &Operation<'_>) -> Option<&'static str> {
    (gcu.is_known() && gcu.refuses(of).is_some()).then(|| way(gcu, of))
}

/// A command that does without a reload what this GCU refuses, and leaves the very rows that are wanted; none where there is
/// no such command. It works on ConfigDB as it runs, one switch after another.
pub fn by_hand(gcu: &Gcu, of: &Operation<'_>) -> Option<&'static str> {
    if !gcu.is_known() || gcu.refuses(of).is_none() {
        return None;
    }
    let is_port = of.key.is_some_and(|key| key != "GLOBAL");
    match (of.table, of.verb, of.field) {
        ("PFC_WD", Verb::Remove, None) if is_port => {
            Some("`pfcwd stop PORT …` (sonic-utilities pfcwd/main.py, stop)")
        }
        ("PFC_WD", Verb::Add | Verb::Replace, _) if is_port && !gcu.has_history() => Some(
            "`pfcwd start --action ACTION --restoration-time MS PORT … DETECTION-MS` (sonic-utilities pfcwd/main.py, start)",
        ),
        ("PFC_WD", Verb::Replace, Some("POLL_INTERVAL")) => Some(
            "`pfcwd interval MS`, before `pfcwd start` where times grow shorter, else after it (sonic-utilities pfcwd/main.py, interval)",
        ),
        ("WRED_PROFILE", Verb::Replace, Some(field))
            if field.contains("_threshold") || field.contains("_drop_") =>
        {
            Some("`ecnconfig -p PROFILE …` (sonic-utilities scripts/ecnconfig)")
        }
        _ => None,
    }
}

/// What a change of break-outs does to a box that has lossless classes: Enterprise SONiC sets up lossless buffers for the
/// ports that there are when it boots. None where it is no such change.
pub fn frozen(nos: Nos, table: &str) -> Option<Effect> {
    (nos == Nos::EnterpriseSonic && matches!(table, "BREAKOUT_CFG" | "BREAKOUT_PORTS")).then_some(FROZEN)
}

const PROFILE: &str = "BUFFER_PROFILE";
const WATCHDOG: &str = "sonic-swss orchagent/pfcwdorch.cpp, createEntry";

const FROZEN: Effect = likely(
    Level::Reboot,
    "a port that is made later is not lossless until the box boots",
    "design document on RoCEv2, Broadcom and Dell, rev 0.5: break out first, RoCE second",
);

/// What the daemons make of what GCU restricts, where it takes it.
fn taken(of: &Operation<'_>, op: Op) -> Effect {
    const BOUND: &str = "orchagent keeps what is still bound";
    match (of.table, op, of.field) {
        ("BUFFER_POOL", Op::Changed, Some("type" | "mode")) => CREATE_ONLY,
        ("BUFFER_POOL", Op::Changed, _) => likely(Level::Live, "the pool is set anew", BUFFERORCH),
        (PROFILE, Op::Changed, Some("pool")) => CREATE_ONLY,
        (PROFILE, Op::Changed, Some("dynamic_th" | "static_th")) if of.verb != Verb::Replace => CREATE_ONLY,
        (PROFILE, Op::Added, _) => sure(Level::Live, "nothing is bound to it yet", BUFFERORCH),
        (PROFILE, Op::Changed, _) => {
            likely(Level::Live, "all that is bound to it changes at once", BUFFERORCH)
        }
        (PROFILE, Op::Removed, _) => likely(Level::Live, BOUND, BUFFERORCH),
        ("WRED_PROFILE", Op::Added, _) => likely(Level::Live, "nothing is bound to it yet", QOSORCH),
        ("WRED_PROFILE", Op::Changed, _) => likely(Level::Live, "marking changes at once", QOSORCH),
        ("WRED_PROFILE", Op::Removed, _) => likely(Level::Live, BOUND, QOSORCH),
        ("PFC_WD", ..) => likely(Level::Live, "the watchdog of the port starts anew", WATCHDOG),
        _ => likely(Level::Live, "GCU takes it on this box", QOSORCH),
    }
}

const CREATE_ONLY: Effect =
    sure(Level::ConfigReload, "create-only: a change is skipped in silence", BUFFERORCH);

/// The way round a refusal, in words. What it proposes is asked for as well.
fn way(gcu: &Gcu, of: &Operation<'_>) -> &'static str {
    let another =
        Operation { verb: Verb::Add, table: of.table, key: Some("another"), field: None, names: &[] };
    match (of.table, of.verb, of.field) {
        (PROFILE, Verb::Remove, None) => "leave it, nothing is bound to it; or `config reload`",
        (PROFILE, _, Some(_)) if gcu.refuses(&another).is_none() => {
            "a profile of another name, and BUFFER_PG and BUFFER_QUEUE pointed to it: their ports flap; or `config reload`"
        }
        ("WRED_PROFILE", _, Some(_)) => {
            "`ecnconfig` sets thresholds and probabilities past GCU; else `config reload`"
        }
        ("PFC_WD", Verb::Remove, _) => "`pfcwd stop` works past GCU; or `config reload`",
        ("PFC_WD", ..) if gcu.has_history() => {
            "`pfcwd start` works past GCU, but writes `pfc_stat_history` as well; or `config reload`"
        }
        ("PFC_WD", ..) => "`pfcwd start` and `pfcwd interval` work past GCU; or `config reload`",
        ("LOOPBACK_INTERFACE", ..) => {
            "add the new address and remove the old one: the row of Loopback0 itself can stay"
        }
        _ => "`config reload` with the new file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sonic::Release;

    const DELL: &str = "Dell-Z9864F-O64";
    const NOKIA: &str = "Nokia-IXR7220-H5-64D";

    fn of<T>(
        (nos, release, hwsku): (Nos, &str, &str),
        verb: Verb,
        path: &str,
        ask: impl Fn(&Gcu, &Operation<'_>) -> T,
    ) -> T {
        let mut parts = path.splitn(3, '/');
        let table = parts.next().unwrap();
        let of = Operation { verb, table, key: parts.next(), field: parts.next(), names: &[] };
        ask(&Gcu::new(Release::find(nos, release).unwrap(), hwsku), &of)
    }

    fn level(release: &str, hwsku: &str, verb: Verb, path: &str) -> Level {
        of((Nos::Sonic, release, hwsku), verb, path, |gcu, of| on(Nos::Sonic, gcu, of)).level
    }

    #[test]
    fn commands_are_told_where_they_leave_the_wanted_rows() {
        let hand = |release: &str, hwsku: &str, verb: Verb, path: &str| {
            of((Nos::Sonic, release, hwsku), verb, path, by_hand).unwrap_or_default()
        };
        let time = "PFC_WD/Ethernet8/detection_time";
        assert!(hand("202505", DELL, Verb::Replace, time).contains("pfcwd start"));
        // From 202511 on it leaves a field more.
        assert_eq!(hand("202511", DELL, Verb::Replace, time), "");
        assert_eq!(hand("202505", NOKIA, Verb::Replace, time), "");
        assert!(hand("202511", DELL, Verb::Remove, "PFC_WD/Ethernet8").contains("pfcwd stop"));
        assert_eq!(hand("202505", DELL, Verb::Remove, "PFC_WD/GLOBAL"), "");
        assert!(
            hand("202505", DELL, Verb::Replace, "WRED_PROFILE/E/green_min_threshold").contains("ecnconfig")
        );
        assert_eq!(hand("202505", DELL, Verb::Replace, "BUFFER_POOL/p/size"), "");
    }

    #[test]
    fn the_box_and_its_release_decide() {
        let th = "BUFFER_PROFILE/pg_lossless_400000_40m_profile/dynamic_th";
        assert_eq!(level("202505", DELL, Verb::Replace, th), Level::Refused);
        assert_eq!(level("202505", NOKIA, Verb::Replace, th), Level::Live);
        let wred = "WRED_PROFILE/ECN_3/green_min_threshold";
        assert_eq!(level("202505", DELL, Verb::Replace, wred), Level::Refused);
        assert_eq!(level("202505", NOKIA, Verb::Replace, wred), Level::Live);
        assert_eq!(level("202511", DELL, Verb::Replace, wred), Level::Live);
        assert_eq!(level("202505", DELL, Verb::Add, "BUFFER_PROFILE/another"), Level::Refused);
        assert_eq!(level("202511", DELL, Verb::Add, "BUFFER_PROFILE/another"), Level::Live);
        assert_eq!(level("202511", DELL, Verb::Remove, "BUFFER_PROFILE/another"), Level::Live);
        assert_eq!(level("202505", NOKIA, Verb::Replace, "PFC_WD/Ethernet8/detection_time"), Level::Live);
        assert_eq!(level("202505", DELL, Verb::Replace, "PFC_WD/Ethernet8/detection_time"), Level::Refused);
        assert_eq!(
            level("202505", NOKIA, Verb::Replace, "BUFFER_POOL/ingress_lossless_pool/size"),
            Level::Live
        );
        assert_eq!(
            level("202511", NOKIA, Verb::Replace, "BUFFER_POOL/ingress_lossless_pool/size"),
            Level::Refused
        );
    }

    #[test]
    fn other_tables_have_their_own_effects() {
        for release in ["202305", "202605"] {
            assert_eq!(level(release, DELL, Verb::Replace, "PORT/Ethernet0/mtu"), Level::Live);
            assert_eq!(level(release, DELL, Verb::Replace, "BUFFER_PG/Ethernet0|3/profile"), Level::PortFlap);
            assert_eq!(level(release, DELL, Verb::Remove, "LOOPBACK_INTERFACE/Loopback0"), Level::Refused);
            assert_eq!(level(release, DELL, Verb::Add, "VLAN/Vlan1"), Level::Unknown);
        }
    }

    #[test]
    fn what_is_refused_has_a_way_round() {
        let told =
            |release, verb, path| of((Nos::Sonic, release, DELL), verb, path, round).unwrap_or("taken");
        let size = "BUFFER_PROFILE/egress_lossless_profile/size";
        assert!(told("202511", Verb::Replace, size).starts_with("a profile of another name"));
        // Before 202511 no profile can be added either.
        assert!(told("202505", Verb::Replace, size).starts_with("`config reload`"));
        assert!(told("202505", Verb::Add, "PFC_WD/Ethernet8").contains("`pfcwd start`"));
        assert!(told("202505", Verb::Replace, "WRED_PROFILE/ECN_3/ecn").contains("`ecnconfig`"));
        assert_eq!(told("202511", Verb::Add, "BUFFER_PROFILE/another"), "taken");
    }

    #[test]
    fn lossless_ports_are_made_when_a_box_boots() {
        assert_eq!(frozen(Nos::EnterpriseSonic, "BREAKOUT_CFG").map(|e| e.level), Some(Level::Reboot));
        assert_eq!(frozen(Nos::EnterpriseSonic, "PORT"), None);
        assert_eq!(frozen(Nos::Sonic, "BREAKOUT_CFG"), None);
    }

    #[test]
    fn of_an_unknown_gcu_what_most_do_is_said() {
        let release = Release::all().iter().find(|r| r.nos == Nos::EnterpriseSonic).unwrap().name;
        let there = (Nos::EnterpriseSonic, release, DELL);
        let path = "BUFFER_POOL/egress_lossy_pool/size";
        assert_eq!(of(there, Verb::Replace, path, |gcu, of| on(there.0, gcu, of)).level, Level::Refused);
        assert_eq!(of(there, Verb::Replace, path, round), None);
    }

    #[test]
    fn no_effect_of_what_is_taken_is_a_refusal() {
        for (table, field) in
            [("BUFFER_POOL", "size"), (PROFILE, "xoff"), ("WRED_PROFILE", "ecn"), ("PFC_WD", "action")]
        {
            for (verb, field) in [(Verb::Add, None), (Verb::Replace, Some(field)), (Verb::Remove, None)] {
                let of = Operation { verb, table, key: Some("x"), field, names: &[] };
                let op = match verb {
                    Verb::Add => Op::Added,
                    Verb::Replace => Op::Changed,
                    Verb::Remove => Op::Removed,
                };
                assert_ne!(taken(&of, op).level, Level::Refused, "{table} {verb:?}");
            }
        }
    }
}
