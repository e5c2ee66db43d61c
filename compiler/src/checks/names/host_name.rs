use std::collections::BTreeSet;

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// RFC 1123: letters, digits and hyphens, neither first nor last a hyphen, at most 63 characters. SONiC
    /// refuses other host names, and DNS has no way to write them. It also keeps names from being paths.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f" { name "leaf_{index:02}"; }
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
    /// tier "leaf" count=1 switch="dell-z9864f" { name "leaf-{index:02}"; }
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "names/host-name" "a name that no host may have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let mut said: BTreeSet<Span> = BTreeSet::new();
    let switches = fabric.switches.iter().map(|s| {
        let node = &fabric.tiers[s.tier].node;
        (&s.name, node.template.as_ref().unwrap_or(&node.name))
    });
    let hosts = fabric.hosts.iter().map(|h| {
        let node = &fabric.groups[h.group].node;
        (&h.name, node.template.as_ref().unwrap_or(&node.name))
    });
    for (name, source) in switches.chain(hosts) {
        let Some(why) = wrong(name) else { continue };
        if said.insert(source.at) {
            let found = RULE.at(source.at, format!("`{name}` is no host name: {why}"));
            findings.push(found.help("letters, digits and hyphens: `name \"leaf-{index:02}\"`"));
        }
    }
}

/// Why a host may not have this name.
pub(crate) fn wrong(name: &str) -> Option<String> {
    if name.len() > 63 {
        return Some(format!("{} characters, 63 at the most", name.len()));
    }
    if let Some(c) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.')) {
        return Some(format!("{c:?} may not be in it"));
    }
    let part = |p: &str| p.is_empty() || p.starts_with('-') || p.ends_with('-');
    name.split('.').any(part).then(|| "a part is empty, or begins or ends with a hyphen".to_owned())
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn rfc_1123() {
        for good in ["leaf-01", "a", "1a", "leaf-01.dc1"] {
            assert_eq!(wrong(good), None, "{good}");
        }
        for bad in ["", "-a", "a-", "a_b", "../x", "a..b", "a/b", "a b", &"a".repeat(64)] {
            assert!(wrong(bad).is_some(), "{bad}");
        }
    }
}
