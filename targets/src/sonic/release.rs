//! What differs from release to release: data, in one place.

use std::ops::RangeInclusive;

use fabc_lang::intent::Nos;
use fabc_lang::platform::switch::Sonic;
use fabc_lang::platform::{Feature, Platform};

use super::dialect::{self, Dialect};

/// First release of community SONiC with SWITCH_TRIMMING, and `packet_discard_action` in BUFFER_PROFILE.
pub(super) const TRIMMING: &str = "202505";
/// First release of community SONiC with HIGH_FREQUENCY_TELEMETRY_PROFILE and _GROUP.
pub(super) const HIGH_FREQUENCY: &str = "202505";

/// First release of community SONiC with the tables of a feature; none where no release has any.
pub fn first_with(feature: Feature) -> Option<&'static str> {
    match feature {
        Feature::PacketTrimming => Some(TRIMMING),
        Feature::HighFrequencyTelemetry => Some(HIGH_FREQUENCY),
        Feature::Adaptive | Feature::CutThrough | Feature::PfcPriorityPg | Feature::QpnHash => None,
    }
}

/// A release of a network operating system.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// Which NOS.
    pub nos: Nos,
    /// As written after `release=`; `4.x` stands for every 4.N of Enterprise SONiC.
    pub name: &'static str,
    /// How it writes what is done with each class.
    pub dialect: &'static Dialect,
    /// FRR's version; none where the vendor doesn't publish it.
    pub frr: Option<&'static str>,
    /// The largest `maximum-paths` that its FRR is built for.
    pub maximum_paths: u32,
    /// Lines on zebra and FPM that must stand in frr.conf, or the bgp container appends them at every start.
    pub zebra: &'static [&'static str],
    /// Fields of DEVICE_METADATA that are always set, with their values, in order.
    pub metadata: &'static [(&'static str, &'static str)],
    /// Whether DEVICE_METADATA has `timezone`.
    pub timezone: bool,
    /// Whether routes are held back until the chip has them: DEVICE_METADATA `suppress-fib-pending`.
    pub suppress_fib_pending: bool,
    /// Whether NTP_SERVER rows need `association_type` and `resolve_as`: without them the server is skipped.
    pub ntp_association: bool,
    /// The longest that PFC_WD may wait between two looks: POLL_INTERVAL, ms.
    pub pfcwd_poll_max: u64,
    /// ECN thresholds that it takes, bytes.
    pub wred: RangeInclusive<u64>,
    /// What takes no others.
    pub wred_limit: &'static str,
    /// Words that GNMI `user_auth` takes: sonic-gnmi.yang; none where it has no such field.
    pub gnmi_user_auth: &'static [&'static str],
    /// Whether FRR's bfdd runs in the bgp container as we set it up.
    pub bfd: bool,
}

/// DEVICE_METADATA of community SONiC: `sonic-device_metadata.yang` of each release. Routing is ours (split-unified,
/// and frr_mgmt_framework_config because supervisord starts bfdd only then, docker-fpm-frr `supervisord.conf.j2`).
const COMMUNITY: &[(&str, &str)] = &[
    ("buffer_model", "traditional"),
    ("default_bgp_status", "up"),
    ("docker_routing_config_mode", "split-unified"),
    ("frr_mgmt_framework_config", "true"),
    ("synchronous_mode", "enable"),
];

/// DEVICE_METADATA of Enterprise SONiC: its bindings know neither `frr_mgmt_framework_config` nor `buffer_model`.
const ENTERPRISE: &[(&str, &str)] =
    &[("default_bgp_status", "up"), ("docker_routing_config_mode", "split-unified")];

/// Lines by what `docker_init.sh` of docker-fpm-frr greps for at the start of the container. The `no fpm` form is what
/// it appends itself, so another choice is not to be had in this mode.
const FPM: &[&str] = &["no fpm use-next-hop-groups", "fpm address 127.0.0.1"];
const KERNEL: &[&str] = &["no zebra nexthop kernel enable"];
const BOTH: &[&str] =
    &["no zebra nexthop kernel enable", "no fpm use-next-hop-groups", "fpm address 127.0.0.1"];

/// FRR by `src/sonic-frr` of each branch; paths by `bgpd.main.conf.j2` (64 up to 202405, 514 from 202411).
/// 202405 has no `suppress-fib-pending` in its YANG, and zebra of 202311 (`-M fpm`) can't report what the chip has.
static RELEASES: &[Release] = &[
    community("202305", "8.5.1", 64, BOTH),
    community("202311", "8.5.1", 64, KERNEL),
    community("202405", "8.5.4", 64, BOTH),
    community("202411", "10.0.1", 514, BOTH),
    community("202505", "10.3", 514, BOTH),
    community("202511", "10.4.1", 514, FPM),
    community("202605", "10.5.4", 514, FPM),
    Release {
        nos: Nos::EnterpriseSonic,
        name: "4.x",
        dialect: &dialect::ENTERPRISE,
        frr: None,
        maximum_paths: 64,
        zebra: BOTH,
        metadata: ENTERPRISE,
        timezone: false,
        suppress_fib_pending: false,
        ntp_association: false,
        pfcwd_poll_max: 3000,
        // dellemc.enterprise_sonic 4.1.0, sonic_qos_wred.
        wred: 1_000..=12_480_000,
        wred_limit: "its command line takes no other",
        gnmi_user_auth: &[],
        // Whether bfdd runs isn't known: `doubts` says so.
        bfd: true,
    },
];

const fn community(
    name: &'static str,
    frr: &'static str,
    maximum_paths: u32,
    zebra: &'static [&'static str],
) -> Release {
    let modern = maximum_paths > 64;
    Release {
        nos: Nos::Sonic,
        name,
        dialect: &dialect::COMMUNITY,
        frr: Some(frr),
        maximum_paths,
        zebra,
        metadata: COMMUNITY,
        timezone: true,
        suppress_fib_pending: modern,
        // sonic-ntp.yang has the fields from 202311 on, and ntp.conf.j2 asks for them.
        ntp_association: !matches!(name.as_bytes(), b"202305"),
        // sonic-pfcwd.yang.
        pfcwd_poll_max: if matches!(name.as_bytes(), b"202511" | b"202605") { 1000 } else { 3000 },
        // qosorch.cpp reads them with stoi.
        wred: 0..=2_147_483_647,
        wred_limit: "its orchagent takes no other",
        gnmi_user_auth: match name.as_bytes() {
            b"202305" => &[],
            b"202511" | b"202605" => &["password", "jwt", "cert", "none"],
            _ => &["password", "jwt", "cert"],
        },
        bfd: true,
    }
}

impl Release {
    /// All releases, oldest first, community before Enterprise.
    pub fn all() -> &'static [Release] {
        RELEASES
    }

    /// The release of this name; `4.2` and `4.2.1` find `4.x`.
    pub fn find(nos: Nos, name: &str) -> Option<&'static Release> {
        let number = |n: &str| n.parse::<u8>().is_ok();
        let minor = |text: &str| {
            text.strip_prefix("4.").is_some_and(|rest| rest == "x" || rest.split('.').all(number))
        };
        RELEASES.iter().find(|r| {
            r.nos == nos && (r.name == name || (nos == Nos::EnterpriseSonic && minor(name) && minor(r.name)))
        })
    }

    /// What it calls the box; none where that isn't known.
    pub fn names<'a>(&self, platform: &'a Platform) -> Option<&'a Sonic> {
        let community = platform.sonic.as_ref();
        let names = match self.nos {
            Nos::Sonic => community,
            Nos::EnterpriseSonic => platform.enterprise_sonic.as_ref().or(community),
        };
        names.map(|fact| &fact.v)
    }

    /// Whether this release is `first` or a later one of community SONiC. Enterprise SONiC, which branched off, counts
    /// as older than all.
    pub fn since(&self, first: &str) -> bool {
        self.nos == Nos::Sonic && self.name >= first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_release() {
        for release in Release::all() {
            assert_eq!(Release::find(release.nos, release.name), Some(release));
        }
        assert_eq!(Release::find(Nos::EnterpriseSonic, "4.5").map(|r| r.name), Some("4.x"));
        assert_eq!(Release::find(Nos::EnterpriseSonic, "4.5.0").map(|r| r.name), Some("4.x"));
        assert_eq!(Release::find(Nos::EnterpriseSonic, "4.y"), None);
        assert_eq!(Release::find(Nos::EnterpriseSonic, "4."), None);
        assert_eq!(Release::find(Nos::Sonic, "202012"), None);
        assert_eq!(Release::find(Nos::Sonic, "4.5"), None);
    }

    #[test]
    fn releases_are_ordered_and_their_fields_too() {
        let community = Release::all().iter().filter(|r| r.nos == Nos::Sonic).map(|r| r.name);
        assert!(community.is_sorted());
        assert!(Release::all().iter().all(|r| r.metadata.is_sorted()));
        let old = Release::find(Nos::Sonic, "202405").unwrap();
        assert!(old.since("202311") && !old.since("202411"));
        let polls = Release::all().iter().filter(|r| r.since("202505")).map(|r| r.pfcwd_poll_max);
        assert_eq!(polls.collect::<Vec<_>>(), [3000, 1000, 1000]);
    }
}
