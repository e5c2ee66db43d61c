//! How long a change takes: what is known of GCU's times, as data. They order the ways that there are, and tell a person
//! whether to wait for seconds or minutes; nothing is promised by them.

use fabc_targets::sonic::Release;
use serde::{Deserialize, Serialize};

/// Times of one release, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Any patch, however small. Azure/sonic-buildimage-msft pull request 2733: an empty one takes about 10 s.
    pub patch: u64,
    /// Each step that the sorter makes of it. `generic_config_updater/change_applier.py`: up to 202511 it reads the whole
    /// ConfigDB after each, 0.5 to 1 s by its own comment; in 202605 it sleeps for 1 s.
    pub step: u64,
    /// Operations of one kind on one table that make one step: from 202605 on all of them (`patch_sorter.py`,
    /// BulkKeyLevelMoveGenerator), before each its own.
    pub bulk: bool,
    /// Each port that GCU puts down and up by itself: three steps, and searching that grows with their number. Measured with
    /// the sorter of July 2026 on 64 ports: 9.8 s for 8 ports, 25.7 s for 16.
    pub flap: u64,
    /// The part of it that grows with the square, per 1000 pairs of ports.
    pub flap_squared: u64,
    /// `config reload`: minutes. How many depends on the box; 3 are assumed.
    pub reload: u64,
    /// frr-reload.py.
    pub frr_reload: u64,
    /// A start of the bgp container, until its sessions are up again.
    pub restart: u64,
    /// Waiting for traffic to leave, and for sessions to be looked at before and after.
    pub settle: u64,
}

/// What is assumed of a release.
pub fn model(release: &Release) -> Model {
    Model {
        patch: 10_000,
        step: 1_000,
        bulk: release.since("202605"),
        flap: 844,
        flap_squared: 48_000,
        reload: 180_000,
        frr_reload: 5_000,
        restart: 60_000,
        settle: 10_000,
    }
}

impl Model {
    /// A patch of so many operations on so many tables, of which GCU puts so many ports down and up.
    pub fn patch(&self, operations: u64, tables: u64, flaps: u64) -> u64 {
        let steps = if self.bulk { tables } else { operations };
        let sorting = flaps.saturating_mul(self.flap)
            + flaps.saturating_mul(flaps).saturating_mul(self.flap_squared) / 1000;
        self.patch + steps.saturating_add(flaps.saturating_mul(3)).saturating_mul(self.step) + sorting
    }
}

#[cfg(test)]
mod tests {
    use fabc_lang::intent::Nos;

    use super::*;

    #[test]
    fn the_sorter_grows_as_it_was_measured() {
        let of = |name| model(Release::find(Nos::Sonic, name).unwrap());
        let model = of("202605");
        let sorting = |flaps| model.patch(0, 0, flaps) - model.patch - 3_000 * flaps;
        assert!((9_500..10_100).contains(&sorting(8)), "{}", sorting(8));
        assert!((25_400..26_000).contains(&sorting(16)), "{}", sorting(16));
        assert!(of("202505").patch(64, 1, 0) > of("202605").patch(64, 1, 0));
    }
}
