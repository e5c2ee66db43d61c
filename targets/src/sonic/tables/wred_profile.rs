//! WRED_PROFILE: where ECN begins to mark.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::community(
    "WRED_PROFILE",
    Owner::Rows,
    "One for each class with `ecn`, and for each speed where it differs by speed: `ECN_3`, `ECN_3_400G`. The same \
     thresholds for packets of all colours.",
).alike();

const ECN: Origin = Origin::rule("as the class's `ecn` says");
const ALL: Origin = Origin::rule("packets of every colour are marked, and nothing is dropped that can be marked");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    for (name, ecn) in qos.queues.iter().flat_map(|q| &q.wred) {
        let (all, min, max) = (ALL.at(ecn.at), ECN.at(ecn.min.at), ECN.at(ecn.max.at));
        let probability =
            ecn.probability.map_or((100, Origin::rule("the default").at(ecn.at)), |p| (p.v, ECN.at(p.at)));
        sink.row(name, ECN.at(ecn.at));
        sink.field("ecn", "ecn_all", all);
        for [drop, most, least] in [GREEN, RED] {
            sink.number(drop, probability.0, probability.1);
            sink.number(most, ecn.max.v.0, max);
            sink.number(least, ecn.min.v.0, min);
        }
        for enable in ["wred_green_enable", "wred_red_enable", "wred_yellow_enable"] {
            sink.field(enable, "true", all);
        }
        let [drop, most, least] = YELLOW;
        sink.number(drop, probability.0, probability.1);
        sink.number(most, ecn.max.v.0, max);
        sink.number(least, ecn.min.v.0, min);
    }
}

const GREEN: [&str; 3] = ["green_drop_probability", "green_max_threshold", "green_min_threshold"];
const RED: [&str; 3] = ["red_drop_probability", "red_max_threshold", "red_min_threshold"];
const YELLOW: [&str; 3] = ["yellow_drop_probability", "yellow_max_threshold", "yellow_min_threshold"];
