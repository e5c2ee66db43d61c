//! What stands in the file but could not be read, so that nobody says of it that it is not there.

use super::Scope;
use crate::diagnostic::nearest;
use crate::source::Span;
use crate::syntax::{Node, Value};

/// Names of hosts, tiers, pods and planes that were written but not read.
#[derive(Debug, Clone, Default)]
pub struct Unread {
    names: Vec<String>,
    /// Whether there is one whose name could not be read either.
    nameless: bool,
    /// Whether a `link` is among what was not read.
    links: bool,
    /// Whether something of `routing` is.
    routing: bool,
    /// Whether something of a `hall` is.
    halls: bool,
}

impl Unread {
    pub(super) fn new(nodes: &[Node], read: &Scope) -> Self {
        let (mut names, mut links) = (Vec::new(), Vec::new());
        places(read, &mut names, &mut links);
        let mut unread = Unread::default();
        unread.walk(nodes, &names, &links);
        unread
    }

    /// Whether nodes or lines of the fabric are missing, so that it says nothing as a whole.
    pub fn any(&self) -> bool {
        self.nameless || self.links || !self.names.is_empty()
    }

    /// Whether an ASN may stand in what was not read.
    pub fn asn(&self) -> bool {
        self.routing
    }

    /// Whether a row may stand in what was not read.
    pub fn row(&self) -> bool {
        self.halls
    }

    /// Whether a name or path may mean something that was not read.
    pub fn may_be(&self, path: &str) -> bool {
        let named = |part: &str| {
            let pod = part.trim_end_matches(|c: char| c.is_ascii_digit());
            self.names.iter().any(|n| n == part || n == pod)
        };
        self.nameless || path.split('/').any(named)
    }

    /// Goes through all blocks that may hold hosts and tiers.
    fn walk(&mut self, nodes: &[Node], names: &[Span], links: &[Span]) {
        for node in nodes {
            self.node(node, names, links);
            if node.name.v == "hall" {
                self.halls |= node.broken || node.children.iter().flatten().any(|child| child.broken);
            }
            if node.name.v == "routing" {
                let known =
                    |child: &Node| super::routing::ROUTING.children.iter().any(|n| n.name == child.name.v);
                let number = |child: &Node| child.entries.iter().all(|e| matches!(e.value, Value::Int(_)));
                let asn = |child: &Node| child.name.v != "asn" || number(child);
                let children = node.children.iter().flatten();
                self.routing |= children.into_iter().any(|c| c.broken || !known(c) || !asn(c));
            }
            let words = || super::ROOT.children.iter().map(|n| n.name);
            // A slip is read as what was meant.
            let meant = words().find(|name| *name == node.name.v).or_else(|| {
                let read = node.entries.iter().any(|e| e.key.is_none() && names.contains(&e.at));
                nearest(&node.name.v, words()).filter(|_| read)
            });
            if meant.is_none_or(|word| matches!(word, "pod" | "plane")) {
                self.walk(node.children.as_deref().unwrap_or_default(), names, links);
            }
        }
    }

    fn node(&mut self, node: &Node, names: &[Span], links: &[Span]) {
        let word = node.name.v.as_str();
        let other = || super::ROOT.children.iter().any(|n| n.name == word);
        match word {
            "link" => {
                self.links |=
                    !links.iter().any(|at| at.start == node.name.at.start && at.file == node.at.file)
            }
            "hosts" | "tier" | "pod" | "plane" | "" => self.named(node, names),
            _ if !other() && node.entries.iter().any(|e| e.key.as_ref().is_some_and(|k| k.v == "count")) => {
                self.named(node, names);
            }
            _ => {}
        }
    }

    fn named(&mut self, node: &Node, names: &[Span]) {
        let mut arguments = node.entries.iter().filter(|e| e.key.is_none()).peekable();
        self.nameless |= arguments.peek().is_none();
        for entry in arguments.filter(|e| !names.contains(&e.at)) {
            match &entry.value {
                Value::Text(name) => self.names.push(name.clone()),
                _ => self.nameless = true,
            }
        }
    }
}

/// Where the names of all nodes that were read stand, and where links begin.
fn places(scope: &Scope, names: &mut Vec<Span>, links: &mut Vec<Span>) {
    names.extend(scope.hosts.iter().map(|h| h.name.at));
    names.extend(scope.tiers.iter().map(|t| t.name.at));
    links.extend(scope.links.iter().map(|l| l.at));
    for pod in &scope.pods {
        names.push(pod.name.at);
        places(&pod.scope, names, links);
    }
    for plane in &scope.planes {
        names.extend(plane.names.iter().map(|n| n.at));
        places(&plane.scope, names, links);
    }
}
