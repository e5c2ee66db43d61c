use fabc_lang::diagnostic::Findings;

use super::read::Block;
use super::view::Ctx;

lint! {
    /// BFD in an frr.conf whose config_db.json, beside it, doesn't have bfdd started: on SONiC that takes
    /// `"frr_mgmt_framework_config": "true"` in DEVICE_METADATA. FRR takes the lines, and no BFD session comes up: a link that
    /// falls silent is found by the hold time alone. The example stands beside such a file.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    ///  neighbor 10.1.0.1 bfd
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  no bgp ebgp-requires-policy
    ///  neighbor 10.1.0.1 remote-as external
    /// ```
    Error "frr/no-bfdd" "BFD without its daemon" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.given.bfdd != Some(false) {
        return;
    }
    let asks = |line: &&super::read::Line<'_>| match (line.block, line.text().as_slice()) {
        (Block::Bgp(_), ["neighbor", _, "bfd", ..]) | (Block::Bfd, ["peer", ..]) => !line.no,
        _ => false,
    };
    let mut lines = ctx.lines.iter().filter(asks);
    let Some(first) = lines.next() else { return };
    let found = RULE.at(first.at, "bfdd isn't started on this switch: no BFD session comes up");
    let found = found
        .help("\"frr_mgmt_framework_config\": \"true\" in DEVICE_METADATA|localhost of its config_db.json");
    let more = lines.count();
    findings.push(if more > 0 {
        found.note(format!("and {more} more lines that ask for BFD"))
    } else {
        found
    });
}
