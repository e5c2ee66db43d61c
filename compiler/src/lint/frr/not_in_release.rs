use fabc_lang::diagnostic::Findings;

use super::read::{Block, Line};
use super::view::{Ctx, is_before};

lint! {
    /// A statement that the FRR of the release doesn't know: `vtysh -b` passes over the line, and goes on without it. `--release`
    /// says which release the file is for; else the fabric does, or VERSIONS in the config_db.json beside it. The example is
    /// for 202405, which has FRR 8.5.4.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 capability software-version
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 capability extended-nexthop
    /// ```
    Error "frr/not-in-release" "a statement that the release's FRR doesn't know" => run
}

/// Statements by their words, `*` for any one, and the first of SONiC's versions of FRR that has them: bgpd/bgp_vty.c,
/// bgp_bfd.c and bgp_routemap.c at the tags frr-8.5.1, 8.5.4, 10.0.1, 10.3, 10.4.1 and 10.5.4; FRR 8.4.4 refuses each.
pub const SINCE: &[(&str, &str)] = &[
    ("bgp default software-version-capability", "10.0.1"),
    ("bgp enforce-first-as", "10.0.1"),
    ("bgp ipv6-auto-ra", "10.3"),
    ("neighbor * addpath-rx-paths-limit", "10.3"),
    ("neighbor * addpath-tx-best-selected", "10.0.1"),
    ("neighbor * bfd strict", "10.4.1"),
    ("neighbor * capability fqdn", "10.0.1"),
    ("neighbor * capability link-local", "10.4.1"),
    ("neighbor * capability software-version", "10.0.1"),
    ("neighbor * extended-link-bandwidth", "10.3"),
    ("neighbor * interface remote-as auto", "10.3"),
    ("neighbor * path-attribute discard", "8.5.1"),
    ("neighbor * path-attribute treat-as-withdraw", "10.0.1"),
    ("neighbor * remote-as auto", "10.3"),
    ("neighbor * send-community extended rpki", "10.0.1"),
    ("neighbor * send-nexthop-characteristics", "10.4.1"),
    ("router bgp * as-notation", "10.0.1"),
    ("set as-path exclude all", "10.0.1"),
    ("set as-path exclude as-path-access-list", "10.0.1"),
    ("set extcommunity nt", "10.0.1"),
    ("set extended-comm-list", "10.0.1"),
];

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let Some((release, frr)) = ctx.given.release.and_then(|release| Some((release, release.frr?))) else {
        return;
    };
    for line in &ctx.lines {
        let Some((words, since)) =
            SINCE.iter().find(|(words, since)| is_before(frr, since) && is(line, words))
        else {
            continue;
        };
        let message =
            format!("{} has FRR {frr}, which doesn't know `{words}`: it passes over the line", release.name);
        let found = RULE.at(line.at, message).note(format!("FRR has it in {since}"));
        findings.push(found.help(
            match fabc_targets::sonic::Release::all().iter().find(|r| r.frr == Some(since)) {
                Some(first) => format!("leave it out; or release {}, the first with FRR {since}", first.name),
                None => "leave it out".to_owned(),
            },
        ));
    }
}

/// Whether a line begins with these words, in the block that they belong in.
fn is(line: &Line<'_>, words: &str) -> bool {
    let block = match words.split(' ').next() {
        Some("router") => line.block == Block::Top,
        Some("set") => matches!(line.block, Block::RouteMap(_)),
        _ => matches!(line.block, Block::Bgp(_)),
    };
    let mut own = line.words.iter();
    block && words.split(' ').all(|word| own.next().is_some_and(|own| word == "*" || word == own.v))
}
