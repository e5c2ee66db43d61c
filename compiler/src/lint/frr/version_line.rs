use fabc_lang::diagnostic::Findings;

use super::view::Ctx;

lint! {
    /// `frr version` is no remark: FRR takes its defaults from the version that it names. `write` puts it there, and a file that
    /// then goes to another release takes the old one's defaults along (`enforce-first-as` before 9.1, `ebgp-requires-policy`
    /// before 7.4). Said unless the release is known to have that very version.
    ///
    /// ```frr bad
    /// frr version 8.4.4
    /// frr defaults traditional
    /// ```
    /// ```frr good
    /// frr defaults traditional
    /// ```
    Warning "frr/version-line" "a line that selects another version's defaults" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let frr = ctx.given.release.and_then(|release| release.frr);
    for line in ctx.lines.iter().filter(|line| !line.no) {
        let words = line.text();
        let ["frr", "version", version] = words.as_slice() else { continue };
        if frr == Some(version) {
            continue;
        }
        let message = match (frr, ctx.given.release) {
            (Some(frr), Some(release)) => {
                format!("{} has FRR {frr}: this gives it the defaults of {version}", release.name)
            }
            _ => format!("FRR takes the defaults of {version}, whatever version it is"),
        };
        findings.push(RULE.at(line.at, message).help("leave the line out"));
    }
}
