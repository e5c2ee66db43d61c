use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::{First, Part};

use crate::checks::{Ctx, features};

check! {
    /// What is asked for may be more than the box can: no public source says so for it, or only one that is close to it. It is
    /// written all the same, and the box has the last word: what it can is in its own SWITCH_TABLE.
    ///
    /// The same holds of a release of Enterprise SONiC that is older than the first text that has what is asked for.
    ///
    /// A `platform` of one's own can say what a box answered: `feature "qpn-hash" source="…"`.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash qpn=#true; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="sure"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// load-balancing { hash qpn=#true; }
    /// platform "sure" like="dell-z9864f" { feature "qpn-hash" source="a box that was asked"; }
    /// ```
    Warning "nos/uncertain-feature" "a feature that this switch may not have" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let node = &fabric.intent.fabric;
    for asked in features::asked(fabric).filter(|asked| asked.is_in(node)) {
        if let Some(first) = First::after(node, Part::Feature(asked.feature)) {
            let (had, first_had) = (&node.release.v, first.release());
            let message = format!("whether release {had} has {} is not known", asked.noun);
            let found = RULE.at(asked.at, message).label(node.release.at, "chosen here").note(first.source);
            findings.push(found.help(format!("`release=\"{first_had}\"` likely is the first that has it")));
        }
        for platform in &fabric.platforms {
            let found = match platform.ability(asked.feature) {
                None => {
                    let message = format!("whether `{}` can {} is not known", platform.name, asked.verb);
                    RULE.at(asked.at, message)
                }
                Some(ability) if ability.can && ability.confidence.is_likely() => {
                    let message =
                        format!("that `{}` can {} is likely, not certain", platform.name, asked.verb);
                    let found = RULE.at(asked.at, message).label(ability.at, "likely");
                    ability.source.into_iter().fold(found, |found, source| found.note(source))
                }
                Some(_) => continue,
            };
            findings.push(found.help(format!("ask a box: `{}`", asked.show)));
        }
    }
}
