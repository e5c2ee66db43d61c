//! What `buffers { pool … }` comes to on each platform that is used.

use std::collections::BTreeMap;
use std::ops::Deref;

use fabc_lang::intent::PoolOverride;
use fabc_lang::platform::Platform;
use fabc_lang::source::Span;
pub(super) use fabc_targets::sonic::qos::pool_name as name;
use fabc_targets::sonic::qos::{self, StatedPool, role};

use super::Ctx;

/// The pool that is meant where none is named.
pub(super) const LOSSLESS: &str = qos::LOSSLESS_POOL;

/// A pool of a platform, with what the file says of it.
pub(super) struct Stated<'a> {
    pub(super) platform: &'a Platform,
    /// The role that its pools are for.
    pub(super) role: &'static str,
    stated: StatedPool<'a>,
}

impl<'a> Deref for Stated<'a> {
    type Target = StatedPool<'a>;

    fn deref(&self) -> &StatedPool<'a> {
        &self.stated
    }
}

impl Stated<'_> {
    /// Size, with headroom that lies beside it.
    pub(super) fn whole(&self) -> u64 {
        self.with(self.size.0, self.xoff.map(|xoff| xoff.0))
    }

    /// The same, as the box ships.
    pub(super) fn vendor(&self) -> u64 {
        self.with(self.pool.v.size.0, self.pool.v.xoff.map(|xoff| xoff.0))
    }

    fn with(&self, size: u64, xoff: Option<u64>) -> u64 {
        let beside = self.pool.v.ingress && self.pool.v.size_includes_xoff == Some(false);
        size.saturating_add(xoff.filter(|_| beside).unwrap_or(0))
    }
}

/// Its name, or what is said of it.
pub(super) fn span(stated: &PoolOverride) -> Option<Span> {
    let name = stated.name.as_ref().map(|name| name.at);
    name.or(stated.size.map(|size| size.at)).or(stated.xoff.map(|xoff| xoff.at))
}

/// Platforms of switches that are there, each once for every role.
pub(super) fn used<'a>(ctx: &Ctx<'a>) -> impl Iterator<Item = (&'a Platform, &'static str)> + use<'a> {
    let mut used = BTreeMap::new();
    for switch in ctx.fabric.switches.iter().filter(|s| !s.absent) {
        let tier = ctx.fabric.tier_of(switch);
        let (platform, role) = (ctx.fabric.platform_of(tier), role(tier));
        used.entry((platform.name.as_str(), role)).or_insert((platform, role));
    }
    used.into_values()
}

/// All pools of the platforms that are used.
pub(super) fn pools<'a>(ctx: &Ctx<'a>) -> Vec<Stated<'a>> {
    let fabric = ctx.fabric;
    let each = |(platform, role): (&'a Platform, &'static str)| {
        platform.pools_of(role).map(move |pool| Stated {
            platform,
            role,
            stated: StatedPool::new(fabric, pool),
        })
    };
    used(ctx).flat_map(each).collect()
}
