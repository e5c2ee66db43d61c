//! What `expect` is judged by. The same judgement holds for the fabric as it is declared and for what a failure leaves.

use std::sync::OnceLock;

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::intent::Claim;

use super::cut::{Narrowest, narrowest};
use super::expect;
use super::graph::Graph;
use super::hops::{Farthest, farthest};
use super::load::{Load, loads};
use super::lost::{Lost, put_down};

/// Figures of what stands; ways between servers are looked for when they are asked for.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    /// The fabric as it is declared.
    pub(crate) fabric: &'a Fabric,
    /// What has failed of it.
    pub(crate) lost: &'a Lost,
    /// What hangs on each switch.
    pub(crate) loads: Vec<Load>,
    graph: OnceLock<Graph>,
    narrowest: OnceLock<Option<Narrowest>>,
    farthest: OnceLock<Option<Farthest>>,
}

impl<'a> Evidence<'a> {
    /// Of the fabric without what has failed.
    pub(crate) fn of(fabric: &'a Fabric, lost: &'a Lost, graph: Graph, loads: Vec<Load>) -> Self {
        let (narrowest, farthest) = (OnceLock::new(), OnceLock::new());
        Evidence { fabric, lost, loads, graph: OnceLock::from(graph), narrowest, farthest }
    }

    /// Of the fabric as it is declared; `nothing` is lost.
    pub(crate) fn intact(fabric: &'a Fabric, nothing: &'a Lost) -> Self {
        Evidence { graph: OnceLock::new(), ..Evidence::of(fabric, nothing, Graph::default(), loads(fabric)) }
    }

    /// Who is joined to whom.
    pub(crate) fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::of(self.fabric))
    }

    /// The two leaves with the fewest disjoint paths.
    pub(crate) fn narrowest(&self) -> Option<Narrowest> {
        *self.narrowest.get_or_init(|| narrowest(self.fabric, self.graph()))
    }

    /// The two servers farthest apart. A server that has lost all its links is beyond reach.
    pub(crate) fn farthest(&self) -> Option<Farthest> {
        *self.farthest.get_or_init(|| {
            let graph = self.graph();
            let wired = |host: &usize| !graph.leaves[*host].is_empty();
            if let Some(a) = self.cut_off()
                && let Some(b) = (0..graph.leaves.len()).find(wired)
            {
                return Some(Farthest { a, b, hops: None });
            }
            farthest(graph)
        })
    }

    /// The first server that has lost all its links, or has them put down.
    fn cut_off(&self) -> Option<usize> {
        let fabric = self.fabric;
        let (gone, down) = (self.lost.links_gone(fabric), put_down(fabric));
        let hosts = gone.iter().chain(&down).filter_map(|&l| {
            let link = &fabric.links[l as usize];
            matches!(fabric.line_of(link).lower, Lower::Hosts { .. }).then_some(link.a as usize)
        });
        hosts.filter(|&h| self.graph().leaves[h].is_empty()).min()
    }
}

/// What is to be said of a claim that doesn't hold; none where it does. GPUs and power are what was built, whatever fails.
pub(crate) fn judge(evidence: &Evidence, claim: &Claim) -> Option<Diagnostic> {
    match claim {
        Claim::Oversubscription(tier, max) => expect::oversubscription::judge(evidence, tier, max),
        Claim::Survive(tier, losses, max) => expect::survive::judge(evidence, tier, losses, max),
        Claim::Hops(max) => expect::hops::judge(evidence, max),
        Claim::DisjointPaths(min) => expect::disjoint_paths::judge(evidence, min),
        Claim::Gpus(_) | Claim::Power(_) => None,
    }
}
