use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx};

lint! {
    /// A rate that the chip's lanes have, but that platform.json offers in no break-out mode of the cage: nobody tried it,
    /// and `config interface breakout` will not make it again.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "200000" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000" },
    ///         "Ethernet8": { "admin_status": "up", "alias": "etp2", "fec": "rs", "index": "2", "lanes": "17,18,19,20,21,22,23,24", "speed": "400000" }
    ///     }
    /// }
    /// ```
    Warning "lint/speed-not-offered" "a speed that the box doesn't offer" Model => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some(model) = ctx.model else { return };
    let mut alike = Alike::default();
    for port in &ctx.ports {
        let (Some(cage), Some((lanes, _)), Some((speed, at))) = (port.cage, &port.lanes, port.speed) else {
            continue;
        };
        let modes = || model.modes(cage).iter().filter(|mode| usize::from(mode.v.lanes) == lanes.len());
        let runs = |mode: &fabc_lang::platform::Mode| mode.speed == speed || mode.also.contains(&speed);
        if modes().any(|mode| runs(&mode.v)) || modes().next().is_none() {
            continue; // lanes that no mode has together have a finding of their own
        }
        let rates = model.asic.v.serdes.as_ref().map(|serdes| &serdes.v.rates);
        let each =
            model.group(cage).and_then(|g| g.physical_lanes.as_ref()).map_or(1, |fact| usize::from(fact.v));
        let lanes_there = u32::try_from(lanes.len() * each).unwrap_or(u32::MAX);
        let possible = rates
            .is_none_or(|rates| rates.iter().any(|rate| rate.0.checked_mul(lanes_there) == Some(speed.0)));
        if !possible {
            continue; // so has a rate that no lane runs at
        }
        alike.push(format!("{} {}", speed.0, lanes.len()), port.name, || {
            let offered: Vec<String> = modes().map(|mode| mode.v.speed.to_string()).collect();
            let message = format!(
                "{} is {speed} on {} lanes; the box offers {} on so many",
                port.name,
                lanes.len(),
                offered.join(", ")
            );
            let found = RULE.at(at, message);
            let found = modes().next().map_or(found.clone(), |mode| found.label(mode.at, "as here"));
            let best = modes().map(|mode| mode.v.speed.0).max();
            found.help_opt(best.map(|best| format!("\"speed\": \"{best}\", or other lanes")))
        });
    }
    alike.tell(findings);
}
