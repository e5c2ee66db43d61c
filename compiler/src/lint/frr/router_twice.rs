use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;

use super::read::Word;
use super::view::Ctx;

lint! {
    /// There is one `router bgp` in each VRF. FRR refuses a second one of another AS, and every line in it
    /// (`BGP is already running`).
    ///
    /// ```frr bad
    /// router bgp 65001
    /// router bgp 65002
    /// ```
    /// ```frr good
    /// router bgp 65001
    /// router bgp 65002 vrf Vrf1
    /// ```
    Error "frr/router-twice" "two ASes in one VRF" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut first: BTreeMap<&str, Word<'_>> = BTreeMap::new();
    for line in ctx.lines.iter().filter(|line| !line.no) {
        let words = line.text();
        let ["router", "bgp", asn, rest @ ..] = words.as_slice() else { continue };
        let (Some(&word), false) = (line.words.get(2), ["vrf", "view"].contains(asn)) else { continue };
        let vrf = if let ["vrf" | "view", name, ..] = rest { name } else { "" };
        let known = *first.entry(vrf).or_insert(word);
        if known.v == word.v {
            continue;
        }
        let place = if vrf.is_empty() { "the default VRF".to_owned() } else { format!("VRF `{vrf}`") };
        let message = format!(
            "{place} has BGP with AS {} already: FRR refuses AS {}, and the lines in it",
            known.v, word.v
        );
        let found = RULE.at(line.at, message).label(known.at, "here");
        findings.push(found.help(format!("`router bgp {}`, or one `vrf` for each", known.v)));
    }
}
