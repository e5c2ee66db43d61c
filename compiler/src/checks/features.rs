//! What checks of features share: what is asked for, and which release and box have it.

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::{Nos, Switching};
use fabc_lang::platform::{Catalog, Feature, built_in};
use fabc_lang::source::{Sources, Span};

/// What the file asks every switch to do.
pub(super) struct Asked {
    pub(super) feature: Feature,
    pub(super) at: Span,
    /// What it is: `adaptive load balancing`.
    pub(super) noun: &'static str,
    /// What a box that has it can do: `balance adaptively`.
    pub(super) verb: &'static str,
    /// Shows it on a box.
    pub(super) show: &'static str,
}

/// All that is asked for, in the order of the language.
pub(super) fn asked(fabric: &Fabric) -> impl Iterator<Item = Asked> {
    let balancing = fabric.intent.load_balancing.as_ref();
    let switching = fabric.intent.fabric.switching.filter(|s| s.v == Switching::CutThrough);
    let qpn = balancing.and_then(|l| l.hash.as_ref()).and_then(|h| h.qpn).filter(|q| q.v);
    let adaptive = balancing.and_then(|l| l.adaptive.as_ref());
    let asked = |feature, at, noun, verb, show| Asked { feature, at, noun, verb, show };
    let cut = switching
        .map(|s| asked(Feature::CutThrough, s.at, "cut-through", "cut through", "show switching-mode"));
    let hash = qpn.map(|q| {
        let verb = "hash on the queue pair";
        asked(Feature::QpnHash, q.at, "a hash on the queue pair", verb, "show ip load-share")
    });
    let ars = adaptive.map(|a| {
        let verb = "balance adaptively";
        asked(Feature::Adaptive, a.at, "adaptive load balancing", verb, "show running-configuration ars")
    });
    cut.into_iter().chain(hash).chain(ars)
}

/// Reports where release or box is known not to have a feature that is asked for. `instead` ends the help.
pub(super) fn refuse(
    rule: &'static Rule,
    feature: Feature,
    fabric: &Fabric,
    instead: &str,
    findings: &mut Findings,
) {
    let Some(asked) = asked(fabric).find(|asked| asked.feature == feature) else { return };
    let nos = fabric.intent.fabric.nos;
    if nos.v == Nos::Sonic {
        let message = format!("no release of community SONiC has {}", asked.noun);
        let help = format!("`nos \"enterprise-sonic\" release=\"4.x\"` has it; {instead}");
        findings.push(rule.at(asked.at, message).label(nos.at, "chosen here").help(help));
        return;
    }
    for (index, platform) in fabric.platforms.iter().enumerate() {
        let Some(ability) = platform.ability(feature).filter(|ability| !ability.can) else { continue };
        let message = format!("`{}` can't {}", platform.name, asked.verb);
        let mut found = rule.at(asked.at, message).label(ability.at, "as its platform says");
        if let Some(tier) = fabric.tiers.iter().find(|t| t.platform == index) {
            found = found.label(tier.node.switch.at, "chosen here");
        }
        let boxes = having(feature);
        let which =
            if boxes.is_empty() { String::new() } else { format!("these can: {}; ", boxes.join(", ")) };
        findings.push(found.help(which + instead));
    }
}

/// Built-in platforms that have a feature, or likely have it.
fn having(feature: Feature) -> Vec<&'static str> {
    let (mut catalog, mut sources) = (Catalog::default(), Sources::default());
    let mut has = |name: &&'static str| {
        let platform = catalog.platform(name, None, &mut sources, &mut Findings::default());
        platform.and_then(|p| p.ability(feature).map(|a| a.can)) == Some(true)
    };
    built_in().filter(|name| has(name)).collect()
}
