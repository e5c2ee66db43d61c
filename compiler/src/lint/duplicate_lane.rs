use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::lint::view::{Ctx, list};

lint! {
    /// A lane of the chip is in two ports. orchagent gives the lanes to SAI at start; where that fails it throws and exits,
    /// again and again.
    ///
    /// ```json bad
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1", "fec": "rs", "index": "1", "lanes": "1,2,3,4,5,6,7,8", "speed": "800000", "subport": "0" },
    ///         "Ethernet4": { "admin_status": "up", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "2" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet8": { "brkout_mode": "1x800G" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PORT": {
    ///         "Ethernet0": { "admin_status": "up", "alias": "etp1a", "fec": "rs", "index": "1", "lanes": "1,2,3,4", "speed": "400000", "subport": "1" },
    ///         "Ethernet4": { "admin_status": "up", "alias": "etp1b", "fec": "rs", "index": "1", "lanes": "5,6,7,8", "speed": "400000", "subport": "2" }
    ///     },
    ///     "BREAKOUT_CFG": { "Ethernet0": { "brkout_mode": "2x400G(8)" } },
    ///     "CABLE_LENGTH": { "AZURE": { "Ethernet0": "0m" } }
    /// }
    /// ```
    Error "lint/duplicate-lane" "a lane in two ports" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut owner: BTreeMap<u16, (usize, Span)> = BTreeMap::new();
    for (index, port) in ctx.ports.iter().enumerate() {
        let Some((lanes, at)) = &port.lanes else { continue };
        // A box whose lanes are pairs lists each twice within a port.
        let mut shared: BTreeMap<usize, (Span, Vec<u16>)> = BTreeMap::new();
        for &lane in lanes {
            match owner.get(&lane) {
                Some(&(other, there)) if other != index => {
                    let (_, both) = shared.entry(other).or_insert((there, Vec::new()));
                    if both.last() != Some(&lane) {
                        both.push(lane);
                    }
                }
                Some(_) => {}
                None => {
                    owner.insert(lane, (index, *at));
                }
            }
        }
        for (other, (there, both)) in shared {
            let other = ctx.ports[other].name;
            let s = if both.len() == 1 { "" } else { "s" };
            let message = format!("{} and {other} both have lane{s} {}", port.name, list(&both));
            let found = RULE.at(*at, message).label(there, format!("of {other}"));
            findings.push(
                found.help("give each port the lanes of its own part of the cage, or remove one of them"),
            );
        }
    }
}
