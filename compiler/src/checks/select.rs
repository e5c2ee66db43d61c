//! Paths as `expect` and `place` write them: `leaf`, `su/leaf`, `su1/leaf`, `a/leaf`.
//!
//! They are looked up at the root, by the rules by which `link` looks them up: a bare name means the root's own node,
//! else every node of that name; the parts of a path are pods and planes that hold the node, outer first.

use fabc_lang::fabric::Fabric;
use fabc_lang::intent::{PlaneNode, PodNode, Scope};

/// What a path means, devices in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Indices of switches.
    pub(crate) switches: Vec<usize>,
    /// Indices of servers.
    pub(crate) hosts: Vec<usize>,
}

impl Selection {
    /// Whether it means nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.switches.is_empty() && self.hosts.is_empty()
    }
}

/// All switches and servers that `path` means.
pub(crate) fn select(fabric: &Fabric, path: &str) -> Selection {
    let meant = meant(&fabric.intent.root, path);
    let of = |path: &str| meant.iter().find(|n| n.path == path);
    let tiers: Vec<Option<&Node>> = fabric.tiers.iter().map(|t| of(&t.path)).collect();
    let groups: Vec<Option<&Node>> = fabric.groups.iter().map(|g| of(&g.path)).collect();
    let holds = |node: Option<&Node>, plane, pod| node.is_some_and(|n| n.holds(plane, pod));
    let switches = fabric.switches.iter().enumerate().filter(|(_, s)| holds(tiers[s.tier], s.plane, s.pod));
    let hosts = fabric.hosts.iter().enumerate().filter(|(_, h)| holds(groups[h.group], 0, h.pod));
    Selection { switches: switches.map(|(i, _)| i).collect(), hosts: hosts.map(|(i, _)| i).collect() }
}

/// Whether `path` means a tier.
pub(crate) fn is_tier(fabric: &Fabric, path: &str) -> bool {
    meant(&fabric.intent.root, path).iter().any(|n| fabric.tiers.iter().any(|t| t.path == n.path))
}

/// A pod or plane that holds a node, and which one of it is meant (pods from 1, planes from 0).
#[derive(Debug, Clone)]
struct Level<'a> {
    scope: Holder<'a>,
    only: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
enum Holder<'a> {
    Pod(&'a PodNode),
    Plane(&'a PlaneNode),
}

/// A tier or hosts node, with what holds it, outermost first.
#[derive(Debug, Clone)]
struct Node<'a> {
    name: &'a str,
    path: String,
    levels: Vec<Level<'a>>,
}

fn meant<'a>(root: &'a Scope, path: &str) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    collect(root, "", &[], &mut nodes);
    let own = nodes.iter().any(|n| n.levels.is_empty() && n.name == path);
    nodes.retain_mut(|n| n.narrow(path) && (!own || n.levels.is_empty()));
    nodes
}

/// All nodes in a scope and inside of it.
fn collect<'a>(scope: &'a Scope, path: &str, levels: &[Level<'a>], nodes: &mut Vec<Node<'a>>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    let names = scope.tiers.iter().map(|t| &t.name.v).chain(scope.hosts.iter().map(|h| &h.name.v));
    nodes.extend(names.map(|name| Node { name, path: join(name), levels: levels.to_vec() }));
    let inside = |scope| [levels, &[Level { scope, only: None }]].concat();
    for pod in &scope.pods {
        collect(&pod.scope, &join(&pod.name.v), &inside(Holder::Pod(pod)), nodes);
    }
    for plane in &scope.planes {
        let first = plane.names.first().map_or("", |n| n.v.as_str());
        collect(&plane.scope, &join(first), &inside(Holder::Plane(plane)), nodes);
    }
}

impl Node<'_> {
    /// Keeps to what `path` says; whether it means this node at all.
    fn narrow(&mut self, path: &str) -> bool {
        let mut parts: Vec<&str> = path.split('/').collect();
        if parts.pop() != Some(self.name) {
            return false;
        }
        let mut levels = self.levels.iter_mut();
        parts.into_iter().all(|part| {
            let hit = levels.find_map(|level| Some((level.scope.place(part)?, level)));
            hit.map(|(only, level)| level.only = only).is_some()
        })
    }

    /// Whether a member in this plane and pod (outer-major, from 1) is meant.
    fn holds(&self, plane: u32, pod: u32) -> bool {
        let mut rest = pod.saturating_sub(1);
        self.levels.iter().rev().all(|level| {
            let own = match level.scope {
                Holder::Plane(_) => plane,
                Holder::Pod(node) => {
                    let own = rest % node.max.v.max(1) + 1;
                    rest /= node.max.v.max(1);
                    own
                }
            };
            level.only.is_none_or(|only| only == own)
        })
    }
}

impl Holder<'_> {
    /// Which member `part` means: all pods by the node's name, one by name and number, a plane by its name.
    fn place(self, part: &str) -> Option<Option<u32>> {
        match self {
            Holder::Pod(pod) if pod.name.v == part => Some(None),
            Holder::Pod(pod) => {
                let number: u32 = part.strip_prefix(pod.name.v.as_str())?.parse().ok()?;
                let same = format!("{}{number}", pod.name.v) == part;
                (same && (1..=pod.count.v).contains(&number)).then_some(Some(number))
            }
            Holder::Plane(plane) => {
                let index = plane.names.iter().position(|n| n.v == part)?;
                Some(u32::try_from(index).ok())
            }
        }
    }
}
