use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use crate::lint::view::{Alike, Ctx, target};

lint! {
    /// Congestion notifications (CNP) in a class that is paused arrive late just when they are needed: the senders go on, and
    /// the congestion with them.
    ///
    /// ```json bad
    /// {
    ///     "DSCP_TO_TC_MAP": {
    ///         "AZURE": {
    ///             "0": "0", "1": "0", "2": "0", "3": "0", "4": "0", "5": "0", "6": "0", "7": "0", "8": "0", "9": "0", "10": "0", "11": "0", "12": "0", "13": "0", "14": "0", "15": "0",
    ///             "16": "0", "17": "0", "18": "0", "19": "0", "20": "0", "21": "0", "22": "0", "23": "0", "24": "0", "25": "0", "26": "3", "27": "0", "28": "0", "29": "0", "30": "0", "31": "0",
    ///             "32": "0", "33": "0", "34": "0", "35": "0", "36": "0", "37": "0", "38": "0", "39": "0", "40": "0", "41": "0", "42": "0", "43": "0", "44": "0", "45": "0", "46": "0", "47": "0",
    ///             "48": "3", "49": "0", "50": "0", "51": "0", "52": "0", "53": "0", "54": "0", "55": "0", "56": "0", "57": "0", "58": "0", "59": "0", "60": "0", "61": "0", "62": "0", "63": "0"
    ///         }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DSCP_TO_TC_MAP": {
    ///         "AZURE": {
    ///             "0": "0", "1": "0", "2": "0", "3": "0", "4": "0", "5": "0", "6": "0", "7": "0", "8": "0", "9": "0", "10": "0", "11": "0", "12": "0", "13": "0", "14": "0", "15": "0",
    ///             "16": "0", "17": "0", "18": "0", "19": "0", "20": "0", "21": "0", "22": "0", "23": "0", "24": "0", "25": "0", "26": "3", "27": "0", "28": "0", "29": "0", "30": "0", "31": "0",
    ///             "32": "0", "33": "0", "34": "0", "35": "0", "36": "0", "37": "0", "38": "0", "39": "0", "40": "0", "41": "0", "42": "0", "43": "0", "44": "0", "45": "0", "46": "0", "47": "0",
    ///             "48": "6", "49": "0", "50": "0", "51": "0", "52": "0", "53": "0", "54": "0", "55": "0", "56": "0", "57": "0", "58": "0", "59": "0", "60": "0", "61": "0", "62": "0", "63": "0"
    ///         }
    ///     }
    /// }
    /// ```
    Warning "lint/cnp-paused" "congestion notifications in a class that is paused" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut marks: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for nic in ctx.nics {
        if let Some(cnp) = &nic.cnp {
            marks.entry(cnp.v.dscp).or_default().push(&nic.name);
        }
    }
    let mut alike = Alike::default();
    for pfc in &ctx.pfc {
        let Some(map) = pfc.dscp else { continue };
        for (dscp, nics) in &marks {
            let Some((class, at)) = target(map, *dscp).filter(|(class, _)| pfc.is_paused(*class)) else {
                continue;
            };
            alike.push(format!("{} {dscp}", map.key.v), pfc.port, || {
                let message = format!(
                    "DSCP {dscp} goes to class {class}, which is paused; {} send CNP with it",
                    nics.join(", ")
                );
                let found = RULE.at(at, message).label(pfc.at, format!("PFC of {}", pfc.port));
                found.help("a class of its own, strict and lossy")
            });
        }
    }
    alike.tell(findings);
}
