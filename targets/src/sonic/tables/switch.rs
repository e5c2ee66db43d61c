//! SWITCH: what holds for the whole switch.

use fabc_lang::intent::Switching;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::enterprise(
    "SWITCH",
    Owner::Fields,
    "RoCE where a class is lossless: the mode in which buffers are set up at boot; the rows that it stands for are all \
     written, for the field alone makes none. No `buffer_mode_lossless`: it stands for `buffer init`, and the two \
     exclude each other. Priorities are named where they aren't 3 and 4, and only as a pair. Cut-through where asked for.",
).alike();

const ROCE: Origin = Origin::rule("a class is lossless: the box sets its buffers up for that when it boots");
const PAIR: Origin = Origin::rule("lossless priorities other than 3 and 4, which are the default");
const CUT_THROUGH: Origin = Origin::rule("as `switching` says; a switch stores and forwards by default");

/// Lossless by default: priorities 3 and 4.
const DEFAULT: u8 = 0b0001_1000;

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let qos = device.qos().filter(|qos| qos.lossless != 0);
    let switching = device.fabric.intent.fabric.switching.filter(|s| s.v == Switching::CutThrough);
    let lossless = qos.and_then(|qos| Some((qos, qos.queues.iter().find(|q| qos.is_lossless(q.priority))?)));
    let at = lossless.map(|(_, queue)| queue.class.lossless.map_or(queue.class.at, |l| l.at));
    match (at, switching) {
        (Some(at), _) => sink.row("switch", ROCE.at(at)),
        (None, Some(switching)) => sink.row("switch", CUT_THROUGH.at(switching.at)),
        (None, None) => return,
    }
    if let (Some((qos, _)), Some(at)) = (lossless, at) {
        sink.field("roce_enable", "true", ROCE.at(at));
        if qos.lossless & !DEFAULT != 0 && qos.lossless.count_ones() == 2 {
            sink.field("roce_pfc_priority", &qos.pfc, PAIR.at(at));
        }
    }
    if let Some(switching) = switching {
        sink.field("switching_mode", "CUT_THROUGH", CUT_THROUGH.at(switching.at));
    }
}
