use fabc_lang::diagnostic::Findings;
use fabc_lang::units::Speed;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// Speed over lanes is a rate that the chip's serdes have, or the port is never made.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2a", "fec": "rs", "index": "2", "lanes": "17,18,19,20", "speed": "800000", "subport": "1" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2a", "fec": "rs", "index": "2", "lanes": "17,18,19,20", "speed": "400000", "subport": "1" }
    ///     }
    /// }
    /// ```
    Error "lint/lane-rate" "a rate that no lane has" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model else { return };
    let Some(serdes) = model.asic.v.serdes.as_ref().filter(|serdes| !serdes.v.rates.is_empty()) else {
        return;
    };
    let rates: Vec<String> = serdes.v.rates.iter().map(Speed::to_string).collect();
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let (Some(cage), Some((lanes, _)), Some((speed, at))) = (port.cage, &port.lanes, port.speed) else {
            continue;
        };
        let group = model.group(cage);
        let each =
            group.and_then(|group| group.physical_lanes.as_ref()).map_or(1, |fact| usize::from(fact.v));
        // A list may name a lane twice, once for each of its two.
        let count = u32::try_from(lanes.len() * each).unwrap_or(u32::MAX);
        let fits = |rate: &Speed| rate.0.checked_mul(count) == Some(speed.0);
        let offered =
            |m: &fabc_lang::platform::Mode| usize::from(m.lanes) == lanes.len() && runs_at(m, speed);
        if serdes.v.rates.iter().any(fits) || model.modes(cage).iter().any(|mode| offered(&mode.v)) {
            continue;
        }
        alike.push(format!("{} {count}", speed.0), port.name, || {
            let message =
                format!("{} is {speed} on {count} lanes; a lane runs at {}", port.name, rates.join(" or "));
            let found = RULE.at(at, message).label(port.row.place("lanes"), format!("{count} lanes"));
            let found = found.label(serdes.at, "rates of the chip");
            let most = serdes.v.rates.iter().max().and_then(|rate| rate.0.checked_mul(count));
            let most = most
                .map(|most| format!("\"speed\": \"{most}\" on these lanes, or the lanes that {speed} takes"));
            found.help_opt(most)
        });
    }
    alike.tell(findings);
}

/// Whether ports of a mode may run at this speed.
fn runs_at(mode: &fabc_lang::platform::Mode, speed: Speed) -> bool {
    mode.speed == speed || mode.also.contains(&speed)
}
