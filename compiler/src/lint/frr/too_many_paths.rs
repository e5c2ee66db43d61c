use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::Release;

use super::read::Block;
use super::view::Ctx;

lint! {
    /// `maximum-paths` beyond what FRR was built for: it refuses the line, and BGP has its default. SONiC's own files ask for 64
    /// up to 202405 and for 514 from 202411 on; Debian's and FRR's own packages take 256. `--release` says which it is.
    ///
    /// ```frr bad
    /// router bgp 65001
    ///  address-family ipv4 unicast
    ///   maximum-paths 999
    /// ```
    /// ```frr good
    /// router bgp 65001
    ///  address-family ipv4 unicast
    ///   maximum-paths 64
    /// ```
    Warning "frr/too-many-paths" "more paths than FRR is built for" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let (most, whose) = match ctx.given.release {
        Some(release) => (release.maximum_paths, format!("known of {}", release.name)),
        None => (
            Release::all().iter().map(|r| r.maximum_paths).max().unwrap_or(u32::MAX),
            "known of any build".to_owned(),
        ),
    };
    for line in ctx.lines.iter().filter(|line| matches!(line.block, Block::Bgp(_)) && !line.no) {
        let Some(word) = line.after(&["maximum-paths"]).filter(|word| word.v != "ibgp") else {
            continue;
        };
        let Some(count) = word.v.parse::<u32>().ok().filter(|&count| count > most) else { continue };
        let found = RULE.at(word.at, format!("maximum-paths {count}: more than the {most} {whose}"));
        findings.push(found.help(format!("maximum-paths {most}")));
    }
}
