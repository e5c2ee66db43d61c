use fabc_lang::diagnostic::Findings;
use ipnet::IpNet;

use super::view::{Ctx, Kind};

lint! {
    /// `ge` and `le` of a prefix list: length of the prefix <= ge <= le <= 32, or 128. FRR loads prefix lists in one
    /// transaction: a single entry out of range takes all those around it along, and `vtysh -b` still ends with 0.
    ///
    /// ```frr bad
    /// ip prefix-list OWN seq 5 permit 10.0.0.0/24 ge 20
    /// route-map OUT permit 10
    ///  match ip address prefix-list OWN
    /// ip protocol bgp route-map OUT
    /// ```
    /// ```frr good
    /// ip prefix-list OWN seq 5 permit 10.0.0.0/24 ge 24 le 32
    /// route-map OUT permit 10
    ///  match ip address prefix-list OWN
    /// ip protocol bgp route-map OUT
    /// ```
    Error "frr/bad-range" "a ge or le that takes all prefix lists along" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for entry in ctx.entries.iter().filter(|e| matches!(e.kind, Kind::PrefixList | Kind::PrefixList6)) {
        let line = &ctx.lines[entry.line];
        let Some(net) = line.words.get(entry.action + 1) else { continue };
        let longest = if entry.kind == Kind::PrefixList { 32 } else { 128 };
        let length = match net.v.parse::<IpNet>() {
            Ok(parsed) => parsed.prefix_len(),
            Err(_) if net.v == "any" => 0,
            Err(_) => continue,
        };
        let bound = |name: &str| {
            let at = line.words.iter().skip(entry.action + 2).position(|word| word.v == name)?;
            let word = line.words.get(entry.action + 2 + at + 1)?;
            Some((word.v.parse::<u16>().ok()?, *word))
        };
        let (ge, le) = (bound("ge"), bound("le"));
        let least = u16::from(length);
        let found = match (ge, le) {
            (Some((n, word)), _) if n < least => {
                let found = RULE.at(word.at, format!("ge {n} is shorter than the prefix, a /{least}"));
                found.help(format!("ge {least}, or longer"))
            }
            (_, Some((n, word))) if n < least => {
                let found = RULE.at(word.at, format!("le {n} is shorter than the prefix, a /{least}"));
                found.help(format!("le {longest}"))
            }
            (Some((ge, first)), Some((le, word))) if ge > le => {
                let found =
                    RULE.at(word.at, format!("le {le} is shorter than ge {ge}")).label(first.at, "ge");
                found.help(format!("le {ge}, or longer"))
            }
            (Some((n, word)), _) | (_, Some((n, word))) if n > longest => {
                let found = RULE.at(word.at, format!("{n} is longer than an address, {longest} bits"));
                found.help(format!("{longest}, or shorter"))
            }
            _ => continue,
        };
        findings.push(found.note("FRR refuses all prefix lists of the file that are loaded with this one"));
    }
}
