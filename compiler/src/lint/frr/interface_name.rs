use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;

use super::read::Block;
use super::view::Ctx;

lint! {
    /// Linux has interface names of 15 characters at most. `vtysh -C` takes longer ones. At the load, FRR refuses a longer one
    /// after `interface`, and with it every line further down; a session over one never starts.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor PortChannel10000 interface remote-as external
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor PortChannel1000 interface remote-as external
    /// ```
    Error "frr/interface-name" "an interface name that Linux can't have" => run
}

/// IFNAMSIZ, less the zero at its end.
const LONGEST: usize = 15;

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for line in ctx.lines.iter().filter(|line| !line.no) {
        let word = match (line.block, line.text().as_slice()) {
            (Block::Top, ["interface", _, ..]) | (Block::Bgp(_), ["neighbor", _, "interface", ..]) => {
                line.words.get(1)
            }
            (Block::RouteMap(_), ["match", "interface", _]) => line.words.get(2),
            _ => None,
        };
        let Some(word) = word.filter(|word| word.v.len() > LONGEST && told.insert(word.v)) else { continue };
        let so = match line.block {
            Block::Top => "FRR refuses it and every line after it",
            Block::Bgp(_) => "its session never starts",
            _ => "it never matches",
        };
        let length = word.v.len();
        let found =
            RULE.at(word.at, format!("`{}` has {length} characters, of {LONGEST} at most: {so}", word.v));
        findings.push(found.help("the name that `ip link` shows"));
    }
}
