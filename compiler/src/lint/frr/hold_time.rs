use fabc_lang::diagnostic::Findings;

use super::read::Block;
use super::view::Ctx;

lint! {
    /// BGP has hold times of 0, which never expires, and from 3 s on (RFC 4271). FRR's grammar takes 1 and 2, and bgpd refuses
    /// the line: sessions keep the default, 180 s.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  timers bgp 1 2
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  timers bgp 1 3
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    Error "frr/hold-time" "a hold time that BGP doesn't have" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for line in ctx.lines.iter().filter(|line| matches!(line.block, Block::Bgp(_)) && !line.no) {
        let Some((_, hold)) = super::keepalive::timers(line) else { continue };
        if hold == 1 || hold == 2 {
            let Some(word) = line.words.last() else { continue };
            let found = RULE.at(
                word.at,
                format!("hold time {hold} s: bgpd takes 0, or 3 s and more, and refuses the line"),
            );
            findings.push(found.help("1 3, the shortest"));
        }
    }
}
