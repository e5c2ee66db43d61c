//! Whether lossless buffers may wait for each other in a circle, over the routing policy that is written.
//!
//! PFC can deadlock only where buffers depend on each other in a circle. Three steps, each only where the one before leaves
//! a doubt:
//! - `routing::net`: what one switch of each kind passes on, read from the frr.conf that it gets
//! - `search`: lines in both directions; then links, with the ASNs; then routes, each followed to where it begins
//! - `when`: whether something must fail before they are in use

mod search;
mod when;

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Diagnostic, Findings, Rule};
use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::intent::ConfigDb;
use fabc_lang::source::Span;
use fabc_targets::frr::{TemplateError, Templates};
use fabc_targets::sonic::Release;

use crate::budget::lossless;
use crate::checks::{override_rows, wire};
use crate::routing::net::Net;
use search::{Circle, Sure, Verdict};
use when::{Failure, When};

fabc_lang::rule! {
    /// Buffers that wait for each other in a circle can stop for ever: each is full of packets for the next. On every
    /// link a packet waits on the priority of its class, so what routes permit decides. Traffic that goes up, then
    /// down, is safe. Where it may also go down and up again, such ways close a circle.
    ///
    /// The built-in template lets leaves announce only what is their own, and nothing that came from above goes up
    /// again, so ASNs may be what they like. One doubt is left: a switch forwards over all ways that are as long as the
    /// one that it announced. If lines skip tiers, a way over the tier above can be as long as the one down, and goes
    /// along with it.
    ///
    /// A template of your own is read as it comes out. If leaves announce all that they have, the ASNs must do it:
    /// where a switch sees one ASN only above it, loop detection refuses what came from there.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "row" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// tier "core" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "row" speed="400G" per-pair=1 { length "30m"; }
    /// link "row" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// link "spine" "core" speed="400G" per-pair=1 { length "30m"; }
    /// link "leaf" "core" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4230000000 row=4220000000 spine=4210000000 core=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "spine-01" { asn 4210000011; }
    /// switch "spine-02" { asn 4210000012; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "row" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// tier "core" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "row" speed="400G" per-pair=1 { length "30m"; }
    /// link "row" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// link "spine" "core" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4230000000 row=4220000000 spine=4210000000 core=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "spine-01" { asn 4210000011; }
    /// switch "spine-02" { asn 4210000012; }
    /// ```
    pub(crate) static DEADLOCK = Error "routing/deadlock" "routes that let lossless buffers wait in a circle";
}
fabc_lang::rule! {
    /// That buffers can't wait for each other in a circle is proven over what BGP announces. Something here decides
    /// over ways that isn't followed: static routes, another protocol, rows that set up BGP or bridge ports, route maps
    /// that go by communities or AS paths. Nothing need be wrong; but nothing is proven either.
    ///
    /// ```kdl bad
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
    /// switch "leaf-01" { config-db "STATIC_ROUTE" "default|10.64.0.0/12" nexthop="10.0.0.9"; }
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
    /// switch "leaf-01" { config-db "STATIC_ROUTE" "default|10.64.0.0/12" blackhole="true"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub(crate) static DOUBT = Warning "routing/deadlock-not-excluded" "ways that aren't followed beside a lossless class";
}
/// Rules that this stage reports under.
pub(crate) static RULES: &[&Rule] = &[&DEADLOCK, &DOUBT];

/// What is known of circles.
#[derive(Debug)]
pub(crate) struct Proof {
    net: Net,
    verdict: Verdict,
    /// When a circle of whole routes is in use.
    when: Option<When>,
    /// Classes of links: lines between switches, in both directions.
    classes: usize,
    /// Whether frr.conf is laid out by a template of the user's own.
    own: bool,
}

impl Proof {
    /// Looks at a fabric; none where it has no lossless class, no routing, or a release that isn't known.
    pub(crate) fn of(fabric: &Fabric, templates: &Templates) -> Option<Result<Self, TemplateError>> {
        let node = &fabric.intent.fabric;
        let release = Release::find(node.nos.v, &node.release.v)?;
        lossless(fabric).next()?;
        fabric.intent.routing.as_ref()?;
        Some(Net::of(fabric, release, templates).map(|mut net| {
            let (mut verdict, mut told) = (search::search(&net), None);
            if let Verdict::Circle(circle, Sure::Permitted) = &mut verdict {
                let (back, when, used) = when::when(fabric, release, net);
                (net, told) = (back, Some(when));
                // The one that is in use says more than one that may be.
                *circle = used.unwrap_or_else(|| std::mem::take(circle));
            }
            let between = fabric.lines.iter().filter(|l| matches!(l.lower, Lower::Tier(_))).count();
            Proof { net, verdict, when: told, classes: 2 * between, own: templates.is_own() }
        }))
    }

    /// In one line.
    pub(crate) fn words(&self) -> String {
        let classes = self.classes;
        let by = match &self.verdict {
            Verdict::Circle(_, Sure::Possible) => "",
            Verdict::Circle(circle, _) => {
                return format!("a cyclic buffer dependency of {} links", circle.len());
            }
            Verdict::ByPolicy => "what switches announce",
            Verdict::ByAsns => "what switches announce, and their ASNs",
            Verdict::ByRoutes => "every route",
        };
        match self.holds() {
            false => "a cyclic buffer dependency could not be excluded".to_owned(),
            true if classes == 0 => "no links between switches".to_owned(),
            true => {
                format!(
                    "no cyclic buffer dependency: {classes} classes of links, also after any failures, by {by}"
                )
            }
        }
    }

    /// What it rests on.
    pub(crate) fn read_from(&self) -> String {
        match self.net.kinds.len() {
            1 => "read from the frr.conf of one switch: all are alike".to_owned(),
            n => format!("read from the frr.conf of {n} switches, one of each kind"),
        }
    }

    /// Whether it is one.
    pub(crate) fn holds(&self) -> bool {
        self.verdict.is_acyclic() && self.net.unseen.is_empty()
    }

    /// What there is to report.
    pub(crate) fn report(&self, fabric: &Fabric, findings: &mut Findings) {
        let class = lossless(fabric).next().map_or(Span::default(), |c| c.at);
        let name = |switch: u32| fabric.switches[switch as usize].name.as_str();
        if let Verdict::Circle(circle, sure) = &self.verdict {
            findings.push(self.circle(fabric, class, circle, *sure));
        }
        for (line, switch) in &self.net.unseen {
            let text = format!("`{}` has `{line}`: where that leads isn't followed", name(*switch));
            let found = DOUBT.at(class, text);
            findings.push(found.help("leave routes between switches to BGP and to route maps"));
        }
    }

    fn circle(&self, fabric: &Fabric, at: Span, circle: &Circle, sure: Sure) -> Diagnostic {
        let names: Vec<&str> =
            circle.iter().chain(circle.first()).map(|&s| fabric.switches[s as usize].name.as_str()).collect();
        let (rule, may) = match sure {
            Sure::Possible => (&DOUBT, "may, as far as is known,"),
            Sure::NextDoor | Sure::Permitted => (&DEADLOCK, "may"),
        };
        let text =
            format!("{} links {may} wait for each other in a circle: {}", circle.len(), names.join(" → "));
        let mut found = rule.at(at, text);
        for (&from, &to) in circle.iter().zip(circle.iter().cycle().skip(1)) {
            found = found.note(link(fabric, from, to));
        }
        found = match sure {
            Sure::NextDoor => found.note(self.needs(fabric, circle)),
            Sure::Permitted | Sure::Possible => match &self.when {
                Some(when) => found.note(tell(fabric, when)),
                None => found,
            },
        };
        found.help(if self.own {
            "let leaves announce upwards only what is theirs, and no switch pass upwards what came from above: see `TO_UPPER` of the built-in template"
        } else {
            "no lines that skip tiers: without them no way up is as long as a way down"
        })
    }

    /// What must fail before the routes of a circle are in use. A route over a switch in between to the next one is the
    /// shortest unless both have a session.
    fn needs(&self, fabric: &Fabric, circle: &Circle) -> String {
        let name = |switch: u32| &fabric.switches[switch as usize].name;
        let threes = circle.iter().zip(circle.iter().cycle().skip(2));
        let beside: Vec<String> = threes
            .filter(|&(&a, &c)| self.net.session(a, c).is_some())
            .map(|(&a, &c)| format!("{} to {}", name(a), name(c)))
            .collect();
        match beside.as_slice() {
            [] => "no failure is needed: these routes are in use while all is up".to_owned(),
            [one] => format!("after one failure: of all links from {one}"),
            several => {
                format!("after {} failures: of all links from {}", several.len(), several.join(", from "))
            }
        }
    }
}

/// What must fail before the routes of a circle are in use, as the prediction has it.
fn tell(fabric: &Fabric, when: &When) -> String {
    let name = |switch: u32| &fabric.switches[switch as usize].name;
    let one = |failure: &Failure| match *failure {
        Failure::Links(a, b) => format!("all links from {} to {}", name(a), name(b)),
        Failure::Switch(switch) => name(switch).clone(),
    };
    let never = "these routes are not in use while all is up";
    let count = |n: usize| if n == 1 { "one failure".to_owned() } else { format!("{n} failures") };
    match when {
        When::Intact => "no failure is needed: these routes are in use while all is up".to_owned(),
        When::After(failures) => {
            let all: Vec<String> = failures.iter().map(one).collect();
            format!("{never}, but after {}: of {}", count(failures.len()), all.join(", of "))
        }
        When::Beyond(0) => {
            format!("{never}; what must fail first is too much to try in a fabric of this size")
        }
        When::Beyond(most) => format!(
            "{never}, nor after any {} of a switch or of all links between two; more would have to fail, if they ever are in \
             use at once",
            if *most == 1 { "one loss".to_owned() } else { format!("{most} losses") }
        ),
        When::Untried => {
            "whether failures must come first is too much to try in a fabric of this size".to_owned()
        }
    }
}

/// `leaf-01 Ethernet504 to spine-01 Ethernet0`: the first link between two switches.
fn link(fabric: &Fabric, from: u32, to: u32) -> String {
    let wires = fabric.switch_wires(from as usize).iter().map(|w| &fabric.links[w.link as usize]);
    let between = wires.filter(|l| matches!(fabric.line_of(l).lower, Lower::Tier(_)) && fabric.is_present(l));
    let ports = between
        .filter_map(|l| match (l.a == from && l.b == to, l.b == from && l.a == to) {
            (true, _) => Some((l.a_port, l.b_port)),
            (_, true) => Some((l.b_port, l.a_port)),
            _ => None,
        })
        .next();
    wire(fabric, [(from, ports.map(|ports| ports.0)), (to, ports.map(|ports| ports.1))])
}

/// Tables whose rows decide over ways beside what frr.conf says.
fn decides(row: &ConfigDb) -> bool {
    let blackhole = row.fields.iter().any(|(n, v)| n.v == "blackhole" && v.v.eq_ignore_ascii_case("true"));
    let table = row.table.v.as_str();
    match table {
        "STATIC_ROUTE" => !blackhole,
        "BGP_DEVICE_GLOBAL" => false,
        _ => ["BGP_", "ROUTE_", "VLAN_MEMBER", "FG_NHG"].iter().any(|start| table.starts_with(start)),
    }
}

/// Rows of the file that decide over ways.
pub(crate) fn rows(fabric: &Fabric, findings: &mut Findings) {
    let Some(class) = lossless(fabric).next() else { return };
    for row in override_rows(fabric).filter(|row| decides(row)) {
        let text = format!("a row of {} decides over ways beside BGP's routes", row.table.v);
        let found = DOUBT.at(row.table.at, text).label(class.at, "no circle is proven for it");
        findings.push(found.help("leave ways between switches to frr.conf"));
    }
}

/// Looks for circles over the built-in template, or over the user's own ones by name.
pub(crate) fn look(fabric: &Fabric, own: BTreeMap<String, String>, findings: &mut Findings) {
    // A template that can't be rendered has been told of.
    if let Some(Ok(proof)) = Proof::of(fabric, &Templates::new(own)) {
        proof.report(fabric, findings);
    }
}

#[cfg(test)]
mod tests;
