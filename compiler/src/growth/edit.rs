//! Edits of a source that may keep what stands in its place: what they say, and what they make of an intent.

use fabc_lang::intent::{Intent, Scope, Striping};
use fabc_lang::source::{Span, Spanned};
use fabc_lang::units::Speed;
use ipnet::Ipv4Net;

/// An edit of one node.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    /// The node.
    pub(super) at: Span,
    /// The node as it begins, where the word alone doesn't tell which one it is.
    pub(super) node: String,
    /// What is said there.
    pub(super) what: What,
}

/// What an edit says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// `order=` of a link.
    Order(i64),
    /// `leaves=` of a link.
    Leaves(u32),
    /// `servers-per-leaf=` of a link.
    ServersPerLeaf(u32),
    /// `per-pair=` or `uplinks=` of a link.
    Striping(Striping),
    /// `speed=` of a link or of a `nic` line.
    Speed(Speed),
    /// `max=` of hosts, a tier or a pod.
    Max(u32),
    /// `share=` of a tier.
    Share(u32),
    /// `first=` of a pod.
    First(u32),
    /// `reserve` of a tier, or none.
    Reserve(Option<u32>),
    /// `name` of a tier or of hosts, or none.
    Template(Option<String>),
    /// The name of a tier or of hosts, from and to.
    Name(String, String),
    /// A tier's base in `asn`.
    Base(String, u32),
    /// A pool.
    Pool(Pool, Ipv4Net),
}

/// A pool of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pool {
    Loopbacks,
    HostSubnets,
    Management,
}

impl Edit {
    /// What to do, for a sentence.
    pub(super) fn text(&self) -> String {
        let word = match &self.what {
            What::Order(n) => format!("order={n}"),
            What::Leaves(n) => format!("leaves={n}"),
            What::ServersPerLeaf(n) => format!("servers-per-leaf={n}"),
            What::Striping(Striping::PerPair(n)) => format!("per-pair={n}"),
            What::Striping(Striping::Uplinks(n)) => format!("uplinks={n}"),
            What::Speed(speed) => format!("speed=\"{speed}\""),
            What::Max(n) => format!("max={n}"),
            What::Share(n) => format!("share={n}"),
            What::First(n) => format!("first={n}"),
            What::Reserve(Some(n)) => return format!("write `reserve ports={n}` in `{}`", self.node),
            What::Reserve(None) => return format!("leave `reserve` of `{}` out", self.node),
            What::Template(Some(name)) => return format!("write `name \"{name}\"` in `{}`", self.node),
            What::Template(None) => return format!("leave `name` of `{}` out", self.node),
            What::Name(_, old) => return format!("call `{}` \"{old}\"", self.node),
            What::Base(tier, base) => format!("{tier}={base}"),
            What::Pool(Pool::Loopbacks, pool) => format!("loopbacks \"{pool}\""),
            What::Pool(Pool::HostSubnets, pool) => format!("host-subnets \"{pool}\""),
            What::Pool(Pool::Management, pool) => format!("subnet \"{pool}\""),
        };
        if self.node.is_empty() {
            format!("write `{word}`")
        } else {
            format!("write `{word}` on `{}`", self.node)
        }
    }

    /// Applies it.
    pub(super) fn apply(&self, intent: &mut Intent) {
        let at = self.at;
        match &self.what {
            What::Base(tier, base) => {
                let bases = intent.routing.iter_mut().flat_map(|r| &mut r.asn);
                bases.filter(|(name, _)| name.v == *tier).for_each(|(_, b)| b.v = *base);
            }
            What::Pool(which, pool) => {
                let slot = match which {
                    Pool::Loopbacks => intent.routing.as_mut().and_then(|r| r.loopbacks.as_mut()),
                    Pool::HostSubnets => intent.routing.as_mut().and_then(|r| r.host_subnets.as_mut()),
                    Pool::Management => intent.management.as_mut().map(|m| &mut m.subnet),
                };
                if let Some(slot) = slot {
                    slot.v = *pool;
                }
            }
            What::Name(new, old) => {
                rename(&mut intent.root, at, new, old);
                intent.places.iter_mut().for_each(|place| rename_path(&mut place.node.v, new, old));
                let bases = intent.routing.iter_mut().flat_map(|r| &mut r.asn);
                bases.for_each(|(name, _)| rename_path(&mut name.v, new, old));
            }
            what => of_scope(&mut intent.root, at, what),
        }
    }
}

/// Applies an edit to the node of this place, wherever it stands.
fn of_scope(scope: &mut Scope, at: Span, what: &What) {
    let spanned = |v: u32| Spanned::new(v, at);
    for link in scope.links.iter_mut().filter(|link| link.at == at) {
        match what {
            What::Order(order) => link.order = *order,
            What::Leaves(n) => link.leaves = Some(spanned(*n)),
            What::ServersPerLeaf(n) => link.servers_per_leaf = Some(spanned(*n)),
            What::Striping(striping) => link.striping = Some(Spanned::new(*striping, at)),
            What::Speed(speed) => link.speed = Some(Spanned::new(*speed, at)),
            _ => {}
        }
    }
    for hosts in &mut scope.hosts {
        for nic in hosts.nics.iter_mut().filter(|nic| nic.at == at) {
            if let What::Speed(speed) = what {
                nic.speed.v = *speed;
            }
        }
        if hosts.at == at {
            match what {
                What::Max(n) => hosts.max = spanned(*n),
                What::Template(name) => hosts.template = name.clone().map(|name| Spanned::new(name, at)),
                _ => {}
            }
        }
    }
    for tier in scope.tiers.iter_mut().filter(|tier| tier.at == at) {
        match what {
            What::Max(n) => tier.max = spanned(*n),
            What::Share(n) => tier.share = Some(spanned(*n)),
            What::Reserve(n) => tier.reserve = n.map(spanned),
            What::Template(name) => tier.template = name.clone().map(|name| Spanned::new(name, at)),
            _ => {}
        }
    }
    for pod in &mut scope.pods {
        if pod.at == at {
            match what {
                What::Max(n) => pod.max = spanned(*n),
                What::First(n) => pod.first = Some(spanned(*n)),
                _ => {}
            }
        }
        of_scope(&mut pod.scope, at, what);
    }
    scope.planes.iter_mut().for_each(|plane| of_scope(&mut plane.scope, at, what));
}

/// Gives the node of this place its old name, and links to it too.
fn rename(scope: &mut Scope, at: Span, new: &str, old: &str) {
    for hosts in scope.hosts.iter_mut().filter(|hosts| hosts.at == at) {
        old.clone_into(&mut hosts.name.v);
    }
    for tier in scope.tiers.iter_mut().filter(|tier| tier.at == at) {
        old.clone_into(&mut tier.name.v);
    }
    for link in &mut scope.links {
        rename_path(&mut link.lower.v, new, old);
        rename_path(&mut link.upper.v, new, old);
    }
    let inner = scope.pods.iter_mut().map(|pod| &mut pod.scope);
    inner.chain(scope.planes.iter_mut().map(|plane| &mut plane.scope)).for_each(|s| rename(s, at, new, old));
}

/// Replaces the last part of a path.
fn rename_path(path: &mut String, new: &str, old: &str) {
    let front = path.len() - path.rsplit('/').next().unwrap_or_default().len();
    if path.get(front..) == Some(new) {
        path.replace_range(front.., old);
    }
}
