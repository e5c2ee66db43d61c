use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Link;

use crate::budget::lossless;
use crate::checks::{Ctx, count, wire};

check! {
    /// A pause works on a link only if both ends know it. A switch whose pools or headroom aren't known gets no PFC at
    /// all: it obeys no pause on the class's priority and sends none, so what the other end means to be lossless is
    /// dropped here, or there while it waits. One such switch on a path makes the whole path lossy.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="accton-as9817-64d"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rack" { length "3m"; }
    /// link "leaf" "spine" speed="400G" per-pair=1 { length "30m"; }
    /// class "rdma" dscp=26 priority=3 lossless=#true {
    ///     schedule weight=70
    ///     ecn min="1MiB" max="4MiB"
    /// }
    /// class "cnp" dscp=48 priority=6 { schedule strict=#true; }
    /// class "bulk" default=#true priority=0 { schedule weight=30; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "buffers/one-sided" "a class that is paused at one end of a link only" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let Some(class) = lossless(fabric).next() else { return };
    // By line: its first link that is there, and how many.
    let mut links: BTreeMap<usize, (&Link, u64)> = BTreeMap::new();
    for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
        links.entry(link.line as usize).or_insert((link, 0)).1 += 1;
    }
    let named = |link: &Link| wire(fabric, [(link.a, Some(link.a_port)), (link.b, Some(link.b_port))]);
    for (line, paused, other, lack) in ctx.one_sided() {
        let Some(&(link, links)) = links.get(&line) else { continue };
        let line = &fabric.lines[line];
        let ends = if paused == line.upper { [link.b, link.a] } else { [link.a, link.b] };
        let [a, b] = ends.map(|s| fabric.switches[s as usize].name.as_str());
        let (priority, name) = (class.priority.v, &class.name.v);
        let message = format!(
            "class `{name}` (priority {priority}) is paused on `{a}` and not on `{b}`: {} of this line",
            count(links, "link")
        );
        let at = |tier: usize| fabric.tiers[tier].node.switch.at;
        let model = |tier: usize| fabric.platform_of(&fabric.tiers[tier]).name.as_str();
        let found = RULE.at(line.at, message).label(at(other), format!("{lack} isn't known"));
        let found = found.label(at(paused), "all is known").note(format!("first: {}", named(link)));
        let (other, paused) = (model(other), model(paused));
        let help =
            format!("`platform \"mine\" like=\"{other}\"` with what is missing, or `{paused}` at both ends");
        findings.push(found.help(help));
    }
}
