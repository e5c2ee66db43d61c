//! What checks of features share: what is asked for, and which release and box have it.

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::{FabricNode, Nos, Switching};
use fabc_lang::platform::{Catalog, Feature, built_in};
use fabc_lang::source::{Sources, Span};
use fabc_targets::sonic::{Release, first_with};

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
    /// First release of community SONiC that has it; none where Enterprise SONiC alone does.
    since: Option<&'static str>,
}

impl Asked {
    /// Whether the fabric's system has it, as far as is known.
    pub(super) fn is_in(&self, node: &FabricNode) -> bool {
        match self.since {
            None => node.nos.v == Nos::EnterpriseSonic,
            Some(first) => Release::find(node.nos.v, &node.release.v).is_some_and(|r| r.since(first)),
        }
    }
}

/// All that is asked for, in the order of the language.
pub(super) fn asked(fabric: &Fabric) -> impl Iterator<Item = Asked> {
    let intent = &fabric.intent;
    let balancing = intent.load_balancing.as_ref();
    let switching = intent.fabric.switching.filter(|s| s.v == Switching::CutThrough);
    let qpn = balancing.and_then(|l| l.hash.as_ref()).and_then(|h| h.qpn).filter(|q| q.v);
    let adaptive = balancing.and_then(|l| l.adaptive.as_ref());
    let streamed = intent.telemetry.as_ref().and_then(|t| t.high_frequency.as_ref());
    let of = |feature, at: Option<Span>, noun, verb, show| {
        at.map(|at| Asked { feature, at, noun, verb, show, since: first_with(feature) })
    };
    [
        of(Feature::CutThrough, switching.map(|s| s.at), "cut-through", "cut through", "show switching-mode"),
        of(
            Feature::QpnHash,
            qpn.map(|q| q.at),
            "a hash on the queue pair",
            "hash on the queue pair",
            "show ip load-share",
        ),
        of(
            Feature::Adaptive,
            adaptive.map(|a| a.at),
            "adaptive load balancing",
            "balance adaptively",
            "show running-configuration ars",
        ),
        of(
            Feature::PacketTrimming,
            intent.trimming.as_ref().map(|t| t.at),
            "packet trimming",
            "trim packets",
            "sonic-db-cli STATE_DB hget 'SWITCH_CAPABILITY|switch' SWITCH_TRIMMING_CAPABLE",
        ),
        of(
            Feature::HighFrequencyTelemetry,
            streamed.map(|s| s.at),
            "high-frequency telemetry",
            "stream counters",
            "sonic-db-cli STATE_DB keys 'HIGH_FREQUENCY_TELEMETRY_SESSION*'",
        ),
    ]
    .into_iter()
    .flatten()
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
    let node = &fabric.intent.fabric;
    if !asked.is_in(node) {
        let (at, text, has) = match (asked.since, node.nos.v) {
            (None, _) => {
                let text = format!("no release of community SONiC has {}", asked.noun);
                (node.nos.at, text, "`nos \"enterprise-sonic\" release=\"4.x\"`".to_owned())
            }
            (Some(first), Nos::Sonic) => {
                let text = format!("release {} has no {}", node.release.v, asked.noun);
                (node.release.at, text, format!("release {first}"))
            }
            (Some(first), Nos::EnterpriseSonic) => {
                let text = format!("no release of Enterprise SONiC is known to have {}", asked.noun);
                (node.nos.at, text, format!("`nos \"sonic\" release=\"{first}\"`"))
            }
        };
        let help = format!("{has} has it; {instead}");
        findings.push(rule.at(asked.at, text).label(at, "chosen here").help(help));
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
        let which = if boxes.is_empty() {
            String::new()
        } else {
            format!("{} can, or likely can; ", boxes.join(", "))
        };
        findings.push(found.help(which + instead));
    }
}

/// Built-in platforms that by their own data have a feature, or likely have it.
fn having(feature: Feature) -> Vec<&'static str> {
    let (mut catalog, mut sources) = (Catalog::default(), Sources::default());
    let mut has = |name: &&'static str| {
        let platform = catalog.platform(name, None, &mut sources, &mut Findings::default());
        platform.is_some_and(|p| p.features.iter().any(|fact| fact.v == (feature, true)))
    };
    built_in().filter(|name| has(name)).collect()
}
