use std::collections::BTreeMap;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Link, Lower};

use crate::checks::chain::{Difference, culprit};
use crate::checks::{Ctx, count};

check! {
    /// A packet keeps its DSCP on the way, and each switch looks up anew what that means: DSCP, traffic class, queue,
    /// priority group, PFC priority. If the two ends of a link disagree, what one of them pauses the other sends from
    /// another queue, or drops. Rows that are laid over one switch only are how that comes about.
    ///
    /// ```kdl bad
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
    /// switch "leaf-01" { config-db "DSCP_TO_TC_MAP" "AZURE" "30"="3"; }
    /// watchdog detect="200ms" restore="400ms"
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; config-db "DSCP_TO_TC_MAP" "AZURE" "30"="3"; }
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
    Error "overrides/chain-differs" "ends of a link that treat a packet differently" => run
}

/// Links that differ in one way.
struct Alike<'a> {
    first: &'a Link,
    links: u64,
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let (Some(chains), fabric) = (&ctx.chains, ctx.fabric) else { return };
    let mut alike: BTreeMap<(usize, usize, Difference), Alike<'_>> = BTreeMap::new();
    for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
        let line = fabric.line_of(link);
        let Lower::Tier(lower) = line.lower else { continue };
        let ends = [(link.a, link.a_port), (link.b, link.b_port)];
        let [Some(here), Some(there)] = ends.map(|(s, port)| chains.at(fabric, s, port)) else { continue };
        let [Some(a), Some(b)] = ends.map(|(s, _)| chains.of[s as usize]) else { continue };
        // What a platform lacks is told of where it is missing.
        let lacks = |tier: usize| ctx.lacks.get(tier).is_some_and(Option::is_some);
        let Some(difference) = here.differs(there, !lacks(lower) && !lacks(line.upper)) else { continue };
        alike.entry((a, b, difference)).or_insert(Alike { first: link, links: 0 }).links += 1;
    }
    for ((_, _, difference), Alike { first, links }) in alike {
        let ends = [first.a, first.b].map(|s| s as usize);
        let [a, b] = ends.map(|s| fabric.switches[s].name.as_str());
        let own = ends.into_iter().filter(|&s| fabric.switches[s].own.is_some());
        let culprit = own.chain(ends).find_map(|s| culprit(fabric, s, difference.tables));
        let line = fabric.line_of(first).at;
        let Difference { what, here, there, .. } = difference;
        let links = count(links, "link");
        let message = format!("{what} {here} on `{a}` and {there} on `{b}`: {links} like that");
        let found = RULE.at(culprit.unwrap_or(line), message).label(line, "joins them");
        findings.push(found.help("lay the row over all switches, in `fabric`, or say it by `class`"));
    }
}
