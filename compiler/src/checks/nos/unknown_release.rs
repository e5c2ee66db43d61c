use fabc_lang::diagnostic::{Diagnostic, Findings, nearest};
use fabc_lang::fabric::Fabric;
use fabc_targets::sonic::Release;

use crate::checks::Ctx;

check! {
    /// What a config_db.json holds differs from release to release, and fabc has data for the releases that
    /// it lists. For another one it would have to guess which tables and fields there are.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202504"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "nos/unknown-release" "a release that fabc does not know" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let node = &ctx.fabric.intent.fabric;
    if Release::find(node.nos.v, &node.release.v).is_none() {
        findings.push(finding(ctx.fabric));
    }
}

/// What there is to say of a release that no data are known for.
pub(crate) fn finding(fabric: &Fabric) -> Diagnostic {
    let node = &fabric.intent.fabric;
    let (nos, release) = (node.nos, &node.release);
    let known: Vec<&str> = Release::all().iter().filter(|r| r.nos == nos.v).map(|r| r.name).collect();
    let message = format!("{} has no release \"{}\" that fabc knows", nos.v.name(), release.v);
    let list = format!("known are {}", known.join(", "));
    let near = near(&release.v, &known);
    RULE.at(release.at, message).label(nos.at, "of this").instead_opt(near).help(match near {
        Some(near) => format!("did you mean \"{near}\"? {list}"),
        None => list,
    })
}

/// The release that was meant: the nearest by its date where both are dates, else by its spelling.
fn near<'a>(release: &str, known: &[&'a str]) -> Option<&'a str> {
    let months = |name: &str| {
        let date: u32 = (name.len() == 6).then(|| name.parse().ok())??;
        Some(date / 100 * 12 + date % 100)
    };
    let by_date = months(release).and_then(|wanted| {
        known.iter().filter_map(|k| Some((months(k)?.abs_diff(wanted), *k))).min_by_key(|(apart, _)| *apart)
    });
    by_date.map(|(_, name)| name).or_else(|| nearest(release, known.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn releases_are_near_by_date() {
        let known = ["202305", "202311", "202405", "202411", "202505", "202511", "202605"];
        assert_eq!(near("202612", &known), Some("202605"));
        assert_eq!(near("202504", &known), Some("202505"));
        assert_eq!(near("20250", &known), Some("202505"));
        assert_eq!(near("4.x", &known), None);
    }
}
