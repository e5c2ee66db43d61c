//! The boxes on which GCU changes buffers, ECN and the PFC watchdog, and what differs from release to release.
//!
//! Read in `gcu_field_operation_validators.conf.json`, `field_operation_validators.py` and `change_applier.py` of
//! sonic-utilities, branches 202305 (86aa8c46c) to 202605 (92c565b32), in July 2026. An image that is older than its branch
//! may list fewer.

use super::Wred;

/// What one release takes.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its name.
    pub release: &'static str,
    /// Parts of names of hwskus with Tomahawk chips; case doesn't matter.
    pub hwskus: &'static [&'static str],
    /// Whether sizes of pools may be replaced on them.
    pub pool: bool,
    /// Whether whole buffer profiles may come and go, on every box.
    pub profile_objects: bool,
    /// What may be done to ECN profiles.
    pub wred: Wred,
    /// Whether `pfc_stat_history` is known.
    pub pfc_stat_history: bool,
    /// Whether it sleeps for a second after each step.
    pub sleeps: bool,
}

/// Parts of names of listed hwskus with Tomahawk 4, in lower case: "Packet trimming eligibility modification" has no `th4`.
pub(super) const TOMAHAWK_4: &[&str] = &["nokia-ixr7220-h4"];

const NOKIA: &[&str] = &["Nokia-IXR7220-H4-64D", "Nokia-IXR7220-H4-32D", "Nokia-IXR7220-H5-64D"];
const ARISTA: &[&str] = &[
    "Nokia-IXR7220-H4-64D",
    "Nokia-IXR7220-H4-32D",
    "Nokia-IXR7220-H5-64D",
    "Arista-7060X6-64DE",
    "Arista-7060X6-64PE",
];
const MORE: &[&str] = &[
    "Nokia-IXR7220-H4-64D",
    "Nokia-IXR7220-H4-32D",
    "Nokia-IXR7220-H5-64D",
    "Nokia-IXR7220-H5-64O",
    "Nokia-IXR7220-H5-32D",
    "Arista-7060X6-64DE",
    "Arista-7060X6-64PE",
    "Arista-7060X6-16PE-384C-B-O128S2",
];
const SIX: &[&str] = &[
    "Nokia-IXR7220-H4-64D",
    "Nokia-IXR7220-H4-32D",
    "Nokia-IXR7220-H5-64D",
    "Nokia-IXR7220-H5-64O",
    "Nokia-IXR7220-H5-32D",
    "Nokia-IXR7220-H6-64",
    "Nokia-IXR7220-H6-P128",
    "Nokia-IXR7220-H6-O256",
    "Arista-7060X6-64DE",
    "Arista-7060X6-64PE",
    "Arista-7060X6-16PE-384C-B-O128S2",
];

const fn old(release: &'static str, hwskus: &'static [&'static str], wred: Wred) -> Listed {
    Listed {
        release,
        hwskus,
        pool: true,
        profile_objects: false,
        wred,
        pfc_stat_history: false,
        sleeps: false,
    }
}

const fn new(release: &'static str, hwskus: &'static [&'static str], sleeps: bool) -> Listed {
    Listed {
        release,
        hwskus,
        pool: false,
        profile_objects: true,
        wred: Wred::Free,
        pfc_stat_history: true,
        sleeps,
    }
}

/// Every release of community SONiC that fabc writes for.
pub(super) static LISTED: &[Listed] = &[
    old("202305", &[], Wred::Azure),
    old("202311", &[], Wred::Azure),
    old("202405", NOKIA, Wred::Azure),
    old("202411", ARISTA, Wred::Azure),
    old("202505", MORE, Wred::Fields),
    new("202511", MORE, false),
    new("202605", SIX, true),
];
