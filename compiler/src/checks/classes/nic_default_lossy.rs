use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::platform::Confidence;
use fabc_lang::source::Span;

use crate::checks::Ctx;
use crate::checks::optics::resting_on;

check! {
    /// NICs mark RoCE with a DSCP of their own unless they are told otherwise, most with 26; a `nic` with a
    /// `model=` of the catalogue with what is known of it, if anything. This file has a lossless class, but
    /// that DSCP isn't in it: with default NICs all RDMA traffic would be dropped under load, and the lossless
    /// queue stay empty.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=24 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
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
    /// link "gpu" "leaf" by="rail" { length "3m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "classes/nic-default-lossy" "the DSCP of RoCE in a lossy class" => run
}

/// DSCP of RoCE, as most NICs have it from the factory: for those of which no model is named.
const USUAL: u8 = 26;

/// What NICs mark RoCE with: by DSCP, a `nic` line whose model is known to do so.
fn marks(fabric: &Fabric) -> BTreeMap<u8, Option<(&str, Span, Confidence)>> {
    let mut marks = BTreeMap::new();
    if fabric.groups.is_empty() {
        marks.insert(USUAL, None);
    }
    for group in &fabric.groups {
        for (index, nic) in group.node.nics.iter().enumerate() {
            match (group.model(index), &nic.model) {
                (Some(model), Some(named)) => {
                    let Some(roce) = &model.roce else { continue };
                    let whose = (model.name.as_str(), named.at, roce.confidence);
                    marks.entry(roce.v.dscp).or_insert(None).get_or_insert(whose);
                }
                (_, None) => {
                    marks.entry(USUAL).or_insert(None);
                }
                (None, Some(_)) => {}
            }
        }
    }
    marks
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.sound {
        return;
    }
    let classes = &ctx.fabric.intent.classes;
    let Some(lossless) = classes.iter().find(|c| c.is_lossless()) else { return };
    for (dscp, whose) in marks(ctx.fabric) {
        let named = classes.iter().find(|c| c.dscp.iter().any(|d| d.v == dscp));
        let class = named.or(classes.iter().find(|c| c.is_default())).filter(|c| !c.is_lossless());
        let Some(class) = class else { continue };
        let (lossy, name) = (&class.name.v, &lossless.name.v);
        let message = format!("DSCP {dscp} goes to lossy class `{lossy}`, not to `{name}`");
        let found = RULE.at(lossless.at, message).label(class.at, format!("takes DSCP {dscp}"));
        let found = match whose {
            Some((model, at, confidence)) => {
                resting_on(confidence, found.label(at, format!("a {model} marks RoCE with it")))
            }
            None => found,
        };
        findings.push(found.help(format!("add {dscp} to the DSCPs of `{name}`, if NICs keep their default")));
    }
}
