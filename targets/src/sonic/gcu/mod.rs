//! What the Generic Config Updater (GCU: `config apply-patch`) takes, release by release.
//!
//! [`Gcu::refuses`] judges one operation of a patch as `validate_field_operation` of sonic-utilities does, on the difference
//! that GCU works out again by itself. Sources, read at each branch: `generic_config_updater/gu_common.py`,
//! `field_operation_validators.py` and `gcu_field_operation_validators.conf.json` of sonic-utilities.

mod listed;

use fabc_lang::intent::Nos;

use super::release::Release;
use listed::{LISTED, Listed};

/// Names of these tables' rows stand for ports that must be down while GCU changes them: it puts them down and up by
/// itself, one after another. sonic-utilities `generic_config_updater/patch_sorter.py`, RequiredValueIdentifier: the same in
/// all releases.
pub const WRAPPED: [&str; 6] = [
    "BUFFER_PG",
    "BUFFER_PORT_EGRESS_PROFILE_LIST",
    "BUFFER_PORT_INGRESS_PROFILE_LIST",
    "BUFFER_QUEUE",
    "PORT_QOS_MAP",
    "QUEUE",
];

/// Tables that GCU doesn't compare after a patch, as daemons write there: `change_applier.py`, backend tables.
pub const BACKEND: [&str; 3] = ["BUFFER_PG", "BUFFER_PROFILE", "FLEX_COUNTER_TABLE"];

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// `add`
    Add,
    /// `replace`
    Replace,
    /// `remove`
    Remove,
}

impl Verb {
    /// As RFC 6902 has it.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Add => "add",
            Verb::Replace => "replace",
            Verb::Remove => "remove",
        }
    }
}

/// One operation: on a table, a row, or a field.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// What it does.
    pub verb: Verb,
    /// The table.
    pub table: &'a str,
    /// The row; none where it is about the whole table.
    pub key: Option<&'a str>,
    /// The field; none where it is about the whole row.
    pub field: Option<&'a str>,
    /// Names inside of the value that is added: rows of a table, fields of a row.
    pub names: &'a [&'a str],
}

/// Why an operation is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// In words.
    pub why: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const ILLEGAL: &str = "sonic-utilities generic_config_updater/gu_common.py, validate_field_operation";
const RDMA: &str =
    "sonic-utilities generic_config_updater/field_operation_validators.py, rdma_config_update_validator";
const PROFILE: &str = "sonic-utilities generic_config_updater/field_operation_validators.py, buffer_profile_config_update_validator";

/// GCU of one release on one box.
#[derive(Debug, Clone, Copy)]
pub struct Gcu {
    /// None where the release isn't community SONiC: what its GCU takes isn't public.
    listed: Option<&'static Listed>,
    /// Whether the box is one on which buffers and PFC watchdog may be changed.
    on_list: bool,
    /// Whether its chip is one for whose profiles `packet_discard_action` may be set: Tomahawk 5, but not 4.
    trims: bool,
}

impl Gcu {
    /// That of a release, on a box with this hwsku.
    pub fn new(release: &Release, hwsku: &str) -> Gcu {
        let listed = LISTED.iter().find(|known| release.nos == Nos::Sonic && known.release == release.name);
        let hwsku = hwsku.to_ascii_lowercase();
        let on_list =
            |listed: &&Listed| listed.hwskus.iter().any(|part| hwsku.contains(&part.to_ascii_lowercase()));
        let on_list = listed.as_ref().is_some_and(on_list);
        Gcu { listed, on_list, trims: !listed::TOMAHAWK_4.iter().any(|part| hwsku.contains(part)) }
    }

    /// Whether patches can be used at all.
    pub fn is_known(&self) -> bool {
        self.listed.is_some()
    }

    /// Whether the box is one on which some fields of buffers and PFC watchdog may be changed.
    pub fn is_listed(&self) -> bool {
        self.on_list
    }

    /// Whether rows of the PFC watchdog know `pfc_stat_history`, which `pfcwd start` then writes always: sonic-utilities
    /// `pfcwd/main.py`, verify_pfc_enable_status_per_port.
    pub fn has_history(&self) -> bool {
        self.listed.is_some_and(|listed| listed.pfc_stat_history)
    }

    /// Seconds that GCU sleeps after each step: `change_applier.py`.
    pub fn sleeps(&self) -> bool {
        self.listed.is_some_and(|listed| listed.sleeps)
    }

    /// Why GCU refuses the operation; none where it takes it.
    pub fn refuses(&self, of: &Operation<'_>) -> Option<Refusal> {
        let Some(listed) = self.listed else {
            return Some(Refusal {
                why: "which patches this system takes isn't public",
                source: "no public text",
            });
        };
        let illegal = matches!(
            (of.table, of.key, of.field),
            ("PFC_WD", Some("GLOBAL"), None | Some("POLL_INTERVAL"))
                | ("LOOPBACK_INTERFACE", Some("Loopback0"), None)
        );
        if of.verb == Verb::Remove && illegal {
            return Some(Refusal { why: "GCU never removes this row or field", source: ILLEGAL });
        }
        match of.table {
            "PFC_WD" => {
                let known = ["restoration_time", "detection_time", "action", "global/poll_interval", ""];
                let known = |field: &str| {
                    known.contains(&field) || (listed.pfc_stat_history && field == "pfc_stat_history")
                };
                self.rdma(cleaned(of).iter().all(|field| known(field)), "a row of PFC_WD")
            }
            "BUFFER_POOL" if listed.pool => {
                let known =
                    ["ingress_lossless_pool/xoff", "ingress_lossless_pool/size", "egress_lossy_pool/size"];
                let fits = of.verb == Verb::Replace
                    && cleaned(of).iter().all(|field| known.contains(&field.as_str()));
                self.rdma(fits, "a pool, but for sizes of the lossless one,")
            }
            "BUFFER_POOL" => Some(Refusal { why: "no box may change a pool by patch", source: RDMA }),
            "BUFFER_PROFILE" if listed.profile_objects => match (of.key, of.field) {
                (Some(_), None) => None,
                (_, Some(field)) => {
                    let trimmed = field == "packet_discard_action" && of.verb != Verb::Remove && self.trims;
                    let tuned = matches!(field, "dynamic_th" | "xoff") && of.verb == Verb::Replace;
                    self.rdma(trimmed || tuned, "a field of a buffer profile")
                        .map(|no| Refusal { source: PROFILE, ..no })
                }
                (None, None) => Some(Refusal { why: "the whole table is not taken", source: PROFILE }),
            },
            "BUFFER_PROFILE" => {
                let known = |field: &String| field == "dynamic_th" || field == "xoff";
                let fits = of.verb == Verb::Replace && cleaned(of).iter().all(known);
                self.rdma(fits, "a buffer profile, whole or in part,")
            }
            "WRED_PROFILE" => match listed.wred {
                Wred::Free => None,
                Wred::Fields => {
                    let fits =
                        of.verb == Verb::Replace && of.field.is_some_and(|field| TUNED.contains(&field));
                    self.rdma(fits, "an ECN profile, but for its thresholds,")
                }
                Wred::Azure => {
                    let tuned = |field: &String| {
                        field.strip_prefix("azure_lossless/").is_some_and(|f| TUNED.contains(&f))
                    };
                    let fits = of.verb == Verb::Replace && cleaned(of).iter().all(tuned);
                    self.rdma(fits, "an ECN profile, but for thresholds of AZURE_LOSSLESS,")
                }
            },
            _ => None,
        }
    }

    /// The validator's answer for fields that it knows (`fits`) or doesn't.
    fn rdma(&self, fits: bool, what: &'static str) -> Option<Refusal> {
        if !self.on_list {
            return Some(Refusal {
                why: "this box is none of the few on which GCU changes buffers, ECN and the PFC watchdog",
                source: RDMA,
            });
        }
        let why = match what {
            "a row of PFC_WD" => {
                "GCU takes single rows and fields of PFC_WD only, and its GLOBAL row not at all"
            }
            _ => "GCU takes this change on no box",
        };
        (!fits).then_some(Refusal { why, source: RDMA })
    }
}

const TUNED: [&str; 3] = ["green_min_threshold", "green_max_threshold", "green_drop_probability"];

/// What a release takes of ECN profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wred {
    /// Green thresholds of a profile that is called AZURE_LOSSLESS, on listed boxes.
    Azure,
    /// Green thresholds of any, on listed boxes.
    Fields,
    /// All.
    Free,
}

/// As the validator names what is changed: parts of the path without those that hold a digit, in lower case; the names in
/// the value as they stand.
fn cleaned(of: &Operation<'_>) -> Vec<String> {
    let parts = [of.key, of.field].into_iter().flatten();
    let plain: Vec<String> =
        parts.filter(|part| !part.bytes().any(|b| b.is_ascii_digit())).map(str::to_ascii_lowercase).collect();
    let path = plain.join("/");
    if of.names.is_empty() {
        return vec![path];
    }
    let inside = |name: &&str| if path.is_empty() { (*name).to_owned() } else { format!("{path}/{name}") };
    of.names.iter().map(inside).collect()
}

#[cfg(test)]
mod tests;
