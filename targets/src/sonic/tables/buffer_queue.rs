//! BUFFER_QUEUE: what each queue of a port may take at egress.

use fabc_lang::platform::Fact;
use fabc_lang::platform::buffers::Profile;

use super::{Owner, Table};
use crate::device::Device;
use crate::sonic::qos::{EGRESS_TRIMMED, Full};
use crate::sonic::sink::{Origin, Sink};

pub(super) static TABLE: Table = Table::new(
    "BUFFER_QUEUE",
    Owner::Rows,
    "On every wired port queues 0 to 7: the lossless ones never dropped from, the others as the vendor limits them; those that `trimming` names by a profile of their own.",
).alike();

const LOSSLESS: Origin = Origin::rule("nothing of a lossless class is dropped at egress: ingress is where it is held");
const LOSSY: Origin = Origin::rule("lossy classes are dropped at egress, by the vendor's limit");
const TRIMMED: Origin = Origin::rule("`trimming` names the class: what the vendor's limit would drop is cut and sent on");

pub(super) fn emit(device: &Device<'_>, sink: &mut impl Sink) {
    let Some(qos) = device.qos() else { return };
    let Some(buffers) = &qos.buffers else { return };
    let mut key = String::new();
    for (port, wired, _) in qos.wired(device) {
        let line = device.fabric.line_of(wired.link).at;
        for (queues, full) in &qos.ranges {
            let said = qos.trimming.map_or(line, |(said, _)| said.at);
            let (name, origin) = match full {
                Full::Never => named(buffers.egress_lossless, LOSSLESS.at(line)),
                Full::Drop => named(buffers.egress_lossy, LOSSY.at(line)),
                Full::Trim => (EGRESS_TRIMMED, TRIMMED.at(said).and(buffers.egress_lossy.at)),
            };
            super::key(&mut key, port.name(), queues);
            sink.row(&key, origin);
            sink.field("profile", name, origin);
        }
    }
}

fn named(profile: &Fact<Profile>, origin: Origin) -> (&str, Origin) {
    (&profile.v.name, origin.and(profile.at))
}
