//! Pods, planes, tiers and hosts as one flat list, and the look-up of names in it.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::fabric::natural_path_cmp;
use fabc_lang::intent::{Hosts, PlaneNode, PodNode, Scope, TierNode};
use fabc_lang::source::{Span, Spanned};

use super::rules;

/// More members than this in one node, or in all, is a mistake and not a fabric.
pub(super) const MAX_DEVICES: u64 = 1_000_000;

/// What a scope is.
#[derive(Debug, Clone, Copy)]
pub(super) enum ScopeKind<'a> {
    Root,
    Pod(&'a PodNode),
    Plane(&'a PlaneNode),
}

/// The root, a pod node or a plane node.
#[derive(Debug, Clone)]
pub(super) struct ScopeInfo<'a> {
    pub(super) kind: ScopeKind<'a>,
    pub(super) parent: Option<usize>,
    pub(super) path: String,
    pub(super) scope: &'a Scope,
}

/// A tier or hosts node.
#[derive(Debug, Clone, Copy)]
pub(super) enum Member<'a> {
    Tier(&'a TierNode),
    Hosts(&'a Hosts),
}

/// A node with the scopes that hold it.
#[derive(Debug, Clone)]
pub(super) struct NodeInfo<'a> {
    pub(super) member: Member<'a>,
    pub(super) path: String,
    /// Scopes from the outermost on, without the root.
    pub(super) chain: Vec<usize>,
    /// The scope that it stands in (0 is the root).
    pub(super) scope: usize,
    /// Index among the tiers or among the hosts.
    pub(super) ordinal: usize,
    /// The path as people say it: without planes, where that means no other node.
    pub(super) label: String,
}

impl NodeInfo<'_> {
    pub(super) fn name(&self) -> &Spanned<String> {
        match self.member {
            Member::Tier(t) => &t.name,
            Member::Hosts(h) => &h.name,
        }
    }

    pub(super) fn count(&self) -> u32 {
        match self.member {
            Member::Tier(t) => t.count.v,
            Member::Hosts(h) => h.count.v,
        }
    }

    pub(super) fn max(&self) -> u32 {
        match self.member {
            Member::Tier(t) => t.max.v,
            Member::Hosts(h) => h.max.v,
        }
    }

    pub(super) fn at(&self) -> Span {
        match self.member {
            Member::Tier(t) => t.at,
            Member::Hosts(h) => h.at,
        }
    }

    pub(super) fn is_absent(&self, index: u32) -> bool {
        let absent = match self.member {
            Member::Tier(t) => &t.absent,
            Member::Hosts(h) => &h.absent,
        };
        absent.iter().any(|a| a.v == index)
    }
}

/// A node, narrowed to one pod or plane where the name said so: one entry per scope of its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref {
    pub(super) node: usize,
    /// Index in the scope (pods from 1, planes from 0) or none for all.
    pub(super) only: Vec<Option<u32>>,
}

/// One instance of a node: its index in each scope of its chain (pods from 1, planes from 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) coords: Vec<u32>,
    /// Whether a pod on the way is left out.
    pub(super) absent: bool,
}

/// All scopes and nodes. Tiers and hosts are in order of their paths.
#[derive(Debug)]
pub(super) struct Nodes<'a> {
    pub(super) scopes: Vec<ScopeInfo<'a>>,
    pub(super) nodes: Vec<NodeInfo<'a>>,
    /// Nodes that are tiers, by path.
    pub(super) tiers: Vec<usize>,
    /// Nodes that are hosts, by path.
    pub(super) groups: Vec<usize>,
}

impl<'a> Nodes<'a> {
    pub(super) fn new(root: &'a Scope, findings: &mut Findings) -> Option<Self> {
        let mut scopes =
            vec![ScopeInfo { kind: ScopeKind::Root, parent: None, path: String::new(), scope: root }];
        let mut next = 0;
        while next < scopes.len() {
            let (path, scope) = (scopes[next].path.clone(), scopes[next].scope);
            let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            for pod in &scope.pods {
                let path = join(&pod.name.v);
                scopes.push(ScopeInfo {
                    kind: ScopeKind::Pod(pod),
                    parent: Some(next),
                    path,
                    scope: &pod.scope,
                });
            }
            for plane in &scope.planes {
                // The first name stands for the node: a plane named last changes no path.
                let path = join(plane.names.first().map_or("", |n| n.v.as_str()));
                scopes.push(ScopeInfo {
                    kind: ScopeKind::Plane(plane),
                    parent: Some(next),
                    path,
                    scope: &plane.scope,
                });
            }
            next += 1;
        }
        let mut nodes = Vec::new();
        for (id, info) in scopes.iter().enumerate() {
            let mut chain = Vec::new();
            let mut at = id;
            while let Some(parent) = scopes[at].parent {
                chain.push(at);
                at = parent;
            }
            chain.reverse();
            let members =
                info.scope.tiers.iter().map(Member::Tier).chain(info.scope.hosts.iter().map(Member::Hosts));
            for member in members {
                let mut node = NodeInfo {
                    member,
                    path: String::new(),
                    chain: chain.clone(),
                    scope: id,
                    ordinal: 0,
                    label: String::new(),
                };
                let name = node.name().v.clone();
                node.path = if info.path.is_empty() { name } else { format!("{}/{name}", info.path) };
                nodes.push(node);
            }
        }
        nodes.sort_by(|a, b| natural_path_cmp(&a.path, &b.path).then_with(|| a.at().cmp(&b.at())));
        let mut all = Nodes { scopes, nodes, tiers: Vec::new(), groups: Vec::new() };
        for id in 0..all.nodes.len() {
            let list = if matches!(all.nodes[id].member, Member::Tier(_)) {
                &mut all.tiers
            } else {
                &mut all.groups
            };
            all.nodes[id].ordinal = list.len();
            list.push(id);
        }
        all.label();
        all.duplicates(findings);
        all.in_bounds(findings).then_some(all)
    }

    /// Gives every node its label.
    fn label(&mut self) {
        let short = |node: &NodeInfo<'_>| {
            let pods = node.chain.iter().filter_map(|&s| match self.scopes[s].kind {
                ScopeKind::Pod(pod) => Some(pod.name.v.as_str()),
                _ => None,
            });
            pods.chain([node.name().v.as_str()]).collect::<Vec<_>>().join("/")
        };
        let labels: Vec<String> = self.nodes.iter().map(short).collect();
        let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
        for label in &labels {
            *nodes.entry(label).or_default() += 1;
        }
        for (node, label) in self.nodes.iter_mut().zip(&labels) {
            node.label = if nodes[label.as_str()] == 1 { label.clone() } else { node.path.clone() };
        }
    }

    /// Nodes and pods with the same path.
    fn duplicates(&self, findings: &mut Findings) {
        for (id, node) in self.nodes.iter().enumerate() {
            if let Some(first) = self.nodes[..id]
                .iter()
                .rev()
                .take_while(|n| n.path == node.path)
                .find(|n| n.scope == node.scope)
            {
                let found = rules::DUPLICATE_NODE
                    .at(node.name().at, format!("`{}` is declared a second time", node.path));
                findings.push(
                    found.label(first.name().at, "first here").help("give one of the two another name"),
                );
            }
        }
        for (id, scope) in self.scopes.iter().enumerate() {
            let ScopeKind::Pod(pod) = scope.kind else { continue };
            let same = |other: &&ScopeInfo<'_>| other.path == scope.path && other.parent == scope.parent;
            if let Some(ScopeInfo { kind: ScopeKind::Pod(first), .. }) = self.scopes[..id].iter().find(same) {
                let found = rules::DUPLICATE_NODE
                    .at(pod.name.at, format!("pod `{}` is declared a second time", scope.path));
                findings
                    .push(found.label(first.name.at, "first here").help("give one of the two another name"));
            }
        }
        for scope in &self.scopes {
            let ScopeKind::Plane(plane) = scope.kind else { continue };
            for (i, name) in plane.names.iter().enumerate() {
                if let Some(first) = plane.names[..i].iter().find(|n| n.v == name.v) {
                    let found = rules::DUPLICATE_NODE
                        .at(name.at, format!("plane `{}` is named a second time", name.v));
                    findings.push(found.label(first.at, "first here").help("give it another name"));
                }
            }
        }
    }

    /// Whether no node has more members than a fabric can.
    fn in_bounds(&self, findings: &mut Findings) -> bool {
        let mut total = 0u64;
        let mut fine = true;
        for node in &self.nodes {
            let instances =
                node.chain.iter().map(|&s| u64::from(self.radix(s))).fold(1u64, u64::saturating_mul);
            let members = instances.saturating_mul(u64::from(node.max()));
            total = total.saturating_add(members);
            if members > MAX_DEVICES || total > MAX_DEVICES && fine {
                let message = format!(
                    "`{}` may grow to {members} members; {MAX_DEVICES} devices are the limit of a fabric",
                    node.path
                );
                findings.push(
                    rules::TOO_LARGE
                        .at(node.at(), message)
                        .help("lower `max=` or `count=` here or on a pod around it"),
                );
                fine = false;
            }
        }
        fine
    }

    /// How many places a scope has: `max` of a pod, number of planes.
    pub(super) fn radix(&self, scope: usize) -> u32 {
        match self.scopes[scope].kind {
            ScopeKind::Root => 1,
            ScopeKind::Pod(pod) => pod.max.v,
            ScopeKind::Plane(plane) => u32::try_from(plane.names.len()).unwrap_or(u32::MAX).max(1),
        }
    }

    pub(super) fn plane_of(&self, chain: &[usize]) -> Option<(usize, &'a PlaneNode)> {
        chain.iter().enumerate().find_map(|(i, &s)| match self.scopes[s].kind {
            ScopeKind::Plane(plane) => Some((i, plane)),
            _ => None,
        })
    }

    /// NIC port of a plane scope's first plane: planes of several plane nodes side by side are counted through.
    pub(super) fn first_port(&self, plane_scope: usize) -> u32 {
        let this = &self.scopes[plane_scope];
        let before = self
            .scopes
            .iter()
            .filter(|s| s.parent == this.parent && natural_path_cmp(&s.path, &this.path).is_lt());
        before
            .filter_map(|s| {
                if let ScopeKind::Plane(p) = s.kind { u32::try_from(p.names.len()).ok() } else { None }
            })
            .sum()
    }

    /// NIC ports that planes beside this scope take in all.
    pub(super) fn plane_ports(&self, plane_scope: usize) -> u32 {
        let parent = self.scopes[plane_scope].parent;
        let beside = self.scopes.iter().filter(|s| s.parent == parent);
        beside
            .filter_map(|s| {
                if let ScopeKind::Plane(p) = s.kind { u32::try_from(p.names.len()).ok() } else { None }
            })
            .sum()
    }

    /// Composite number of coordinates over the given part of a chain: plane first, then pods outer-major; from 0.
    pub(super) fn unit(&self, chain: &[usize], coords: &[u32]) -> u32 {
        let mut pod = 0;
        let mut pods = 1;
        let mut plane = 0;
        for (&scope, &at) in chain.iter().zip(coords) {
            match self.scopes[scope].kind {
                ScopeKind::Plane(_) => plane = at,
                _ => {
                    let radix = self.radix(scope);
                    pod = pod * radix + at.saturating_sub(1);
                    pods *= radix;
                }
            }
        }
        plane * pods + pod
    }

    /// Number of units over the given part of a chain, by `max`.
    pub(super) fn units(&self, chain: &[usize]) -> u32 {
        chain.iter().map(|&s| self.radix(s)).product()
    }

    /// Declared instances of a node in order of plane and pod.
    pub(super) fn instances(&self, chain: &[usize]) -> Vec<Instance> {
        let mut list = vec![Instance { coords: Vec::new(), absent: false }];
        for &scope in chain {
            let places: Vec<(u32, bool)> = match self.scopes[scope].kind {
                ScopeKind::Root => vec![(0, false)],
                ScopeKind::Pod(pod) => {
                    (1..=pod.count.v).map(|i| (i, pod.absent.iter().any(|a| a.v == i))).collect()
                }
                ScopeKind::Plane(_) => (0..self.radix(scope)).map(|i| (i, false)).collect(),
            };
            list = list
                .iter()
                .flat_map(|head| {
                    places.iter().map(move |&(place, absent)| {
                        let mut coords = head.coords.clone();
                        coords.push(place);
                        Instance { coords, absent: head.absent || absent }
                    })
                })
                .collect();
        }
        list.sort_by_key(|i| self.unit(chain, &i.coords));
        list
    }

    /// All nodes that a name means, looked up from `scope`: in it, then outwards, then inwards. A path (`su1/leaf`)
    /// means every node whose scopes hold its parts in order.
    pub(super) fn find(&self, name: &str, scope: usize) -> Vec<Ref> {
        if name.contains('/') {
            return self.nodes.iter().enumerate().filter_map(|(id, n)| self.matches(id, n, name)).collect();
        }
        let here = |s: usize| -> Vec<Ref> {
            let of = self.nodes.iter().enumerate().filter(|(_, n)| n.scope == s && n.name().v == name);
            of.map(|(id, n)| Ref { node: id, only: vec![None; n.chain.len()] }).collect()
        };
        let mut at = Some(scope);
        while let Some(s) = at {
            let found = here(s);
            if !found.is_empty() {
                return found;
            }
            at = self.scopes[s].parent;
        }
        let inside = |n: &NodeInfo<'_>| scope == 0 || n.chain.contains(&scope);
        let of = self.nodes.iter().enumerate().filter(|(_, n)| inside(n) && n.name().v == name);
        of.map(|(id, n)| Ref { node: id, only: vec![None; n.chain.len()] }).collect()
    }

    fn matches(&self, id: usize, node: &NodeInfo<'_>, path: &str) -> Option<Ref> {
        let mut parts: Vec<&str> = path.split('/').collect();
        if parts.pop() != Some(node.name().v.as_str()) {
            return None;
        }
        let mut only = vec![None; node.chain.len()];
        let mut from = 0;
        for part in parts {
            let hit =
                (from..node.chain.len()).find_map(|i| self.place_in(node.chain[i], part).map(|p| (i, p)))?;
            only[hit.0] = hit.1;
            from = hit.0 + 1;
        }
        Some(Ref { node: id, only })
    }

    /// Whether `part` means this scope as a whole (`su`) or one member of it (`su1`, plane `a`).
    fn place_in(&self, scope: usize, part: &str) -> Option<Option<u32>> {
        match self.scopes[scope].kind {
            ScopeKind::Root => None,
            ScopeKind::Pod(pod) if pod.name.v == part => Some(None),
            ScopeKind::Pod(pod) => {
                let index: u32 = part.strip_prefix(pod.name.v.as_str())?.parse().ok()?;
                let canonical = format!("{}{index}", pod.name.v) == part;
                (canonical && (1..=pod.count.v).contains(&index)).then_some(Some(index))
            }
            ScopeKind::Plane(plane) => {
                let index = plane.names.iter().position(|n| n.v == part)?;
                Some(u32::try_from(index).ok())
            }
        }
    }

    /// The nearest name that there is, for "did you mean".
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.nodes.iter().map(|n| n.name().v.as_str());
        nearest(name, names.chain(self.nodes.iter().map(|n| n.path.as_str())))
    }
}
