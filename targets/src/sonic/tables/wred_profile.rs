//! WRED_PROFILE: where ECN begins to mark.

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::Colours;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "WRED_PROFILE",
    Owner::Rows,
    "One for each class with `ecn`, and for each speed where it differs by speed or is scaled: `ECN_3`, `ECN_3_400G`. The same \
     thresholds for packets of all colours. Under Enterprise SONiC `ROCE`, `ROCE_4`, `ROCE_3_400G`, for green packets as \
     its own has it: all are unless something colours them.",
).alike();

const ECN: Origin = Origin::rule("as the class's `ecn` says");
const SCALED: Origin = Origin::rule("as the class's `ecn` says, times the port's line rate over `scale-from`, rounded down");
const GREEN_ONLY: Origin = Origin::rule("packets are green unless something colours them, and nothing here does");
const ALL: Origin = Origin::rule("packets of every colour are marked, and nothing is dropped that can be marked");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    for wred in qos.queues.iter().flat_map(|q| &q.wred) {
        let ecn = wred.ecn;
        let stated = ecn.scale_from.map_or(ECN, |from| SCALED.and(from.at));
        let (all, min, max) = (ALL.at(ecn.at), stated.at(ecn.min.at), stated.at(ecn.max.at));
        let probability =
            ecn.probability.map_or((100, Origin::rule("the default").at(ecn.at)), |p| (p.v, ECN.at(p.at)));
        sink.row(&wred.name, ECN.at(ecn.at));
        if qos.dialect.colours == Colours::Green {
            let green = GREEN_ONLY.at(ecn.at);
            sink.field("ecn", "ecn_green", green);
            let [drop, most, least] = GREEN;
            sink.number(drop, probability.0, probability.1);
            sink.number(most, wred.max, max);
            sink.number(least, wred.min, min);
            sink.field("wred_green_enable", "true", green);
            continue;
        }
        sink.field("ecn", "ecn_all", all);
        for [drop, most, least] in [GREEN, RED] {
            sink.number(drop, probability.0, probability.1);
            sink.number(most, wred.max, max);
            sink.number(least, wred.min, min);
        }
        for enable in ["wred_green_enable", "wred_red_enable", "wred_yellow_enable"] {
            sink.field(enable, "true", all);
        }
        let [drop, most, least] = YELLOW;
        sink.number(drop, probability.0, probability.1);
        sink.number(most, wred.max, max);
        sink.number(least, wred.min, min);
    }
}

const GREEN: [&str; 3] = ["green_drop_probability", "green_max_threshold", "green_min_threshold"];
const RED: [&str; 3] = ["red_drop_probability", "red_max_threshold", "red_min_threshold"];
const YELLOW: [&str; 3] = ["yellow_drop_probability", "yellow_max_threshold", "yellow_min_threshold"];
