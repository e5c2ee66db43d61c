use fabc_lang::diagnostic::Findings;
use ipnet::IpNet;

use super::read::{Block, Word};
use super::view::{Ctx, Kind};

lint! {
    /// A prefix whose address has bits beyond its length. FRR cuts them off without a word: what is matched, announced or routed
    /// is the whole prefix, and the address that was meant may have been one host's.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  address-family ipv4 unicast
    ///   network 10.0.0.7/24
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  address-family ipv4 unicast
    ///   network 10.0.0.7/32
    /// ```
    Warning "frr/host-bits" "a prefix with bits beyond its length" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut prefixes: Vec<Word<'_>> = Vec::new();
    for entry in ctx.entries.iter().filter(|e| matches!(e.kind, Kind::PrefixList | Kind::PrefixList6)) {
        prefixes.extend(ctx.lines[entry.line].words.get(entry.action + 1));
    }
    for line in ctx.lines.iter().filter(|line| !line.no) {
        let at = match (line.block, line.text().as_slice()) {
            (Block::Bgp(_), ["network" | "aggregate-address", _, ..]) => 1,
            (Block::Bgp(_), ["bgp", "listen", "range", _, ..]) => 3,
            (Block::Top | Block::Other, ["ip" | "ipv6", "route", _, ..]) => 2,
            _ => continue,
        };
        prefixes.extend(line.words.get(at));
    }
    prefixes.sort_by_key(|word| word.at);
    for word in prefixes {
        let Ok(net) = word.v.parse::<IpNet>() else { continue };
        if net.addr() != net.network() {
            let found = RULE.at(word.at, format!("{net} has host bits: FRR takes it for {}", net.trunc()));
            findings.push(found.help(format!("{}, or {}/{}", net.trunc(), net.addr(), net.max_prefix_len())));
        }
    }
}
