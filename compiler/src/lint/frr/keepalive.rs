use fabc_lang::diagnostic::Findings;

use super::read::{Block, Line};
use super::view::Ctx;

lint! {
    /// `timers` takes the keepalive before the hold time. A keepalive of more than a third of the hold time is lowered to that
    /// third without a word: `timers bgp 9 3` is `1 3`, and three times the packets that were meant.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  timers bgp 9 3
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  timers bgp 3 9
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    Warning "frr/keepalive" "a keepalive that FRR lowers" => run
}

/// Keepalive and hold time of a line, seconds.
pub(super) fn timers(line: &Line<'_>) -> Option<(u64, u64)> {
    let (keepalive, hold) = match line.text().as_slice() {
        ["timers", "bgp", keepalive, hold] | ["neighbor", _, "timers", keepalive, hold] => {
            (*keepalive, *hold)
        }
        _ => return None,
    };
    Some((keepalive.parse().ok()?, hold.parse().ok()?))
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    for line in ctx.lines.iter().filter(|line| matches!(line.block, Block::Bgp(_)) && !line.no) {
        let Some((keepalive, hold)) = timers(line) else { continue };
        if hold < 3 || keepalive <= hold / 3 {
            continue;
        }
        let at = line.words.len().saturating_sub(2);
        let message = format!("keepalive {keepalive} s of hold time {hold} s: FRR makes it {} s", hold / 3);
        let help = match hold < keepalive {
            true => format!("{hold} {keepalive}: the keepalive comes first"),
            false => format!("{} {hold}", hold / 3),
        };
        findings.push(RULE.at(line.rest(at), message).help(help));
    }
}
