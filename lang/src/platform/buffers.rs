//! `pool`, `profile`, `headroom`, `qos-capability`: buffers as the box ships.

use super::{CONFIDENCE, SOURCE, arg_of, prop_of};
use crate::schema::{Kind, Node, Typed, arg, prop, prop_needed, prop_or};
use crate::units::{Length, Size, Speed};

pub(super) static THRESHOLD_MODE: Node = Node::new(
    "threshold-mode",
    "How the SDK file sets up the buffer. Lossless classes need it not to be `lossy`.",
)
.args(&[arg("MODE", Kind::Word(&["lossy", "lossless", "lossy-and-lossless"]), "")])
.props(&[SOURCE, CONFIDENCE])
.optional();
pub(super) static DEFAULT_CABLE: Node =
    Node::new("default-cable", "The length that SONiC assumes for every cable.")
        .args(&[arg("LENGTH", Kind::Length, "")])
        .props(&[prop("role", Kind::Name, "for boxes of this role, as `t1`"), SOURCE, CONFIDENCE]);
pub(super) static POOL: Node = Node::new("pool", "A buffer pool as the box ships, total of the chip.")
    .args(&[arg("NAME", Kind::Name, "")])
    .props(&[
        prop_needed("type", Kind::Word(&["ingress", "egress"]), ""),
        prop_needed("mode", Kind::Word(&["dynamic", "static"]), "how its limits are given"),
        prop_needed("size", Kind::Size, ""),
        prop("xoff", Kind::Size, "shared headroom"),
        prop("xoff-max", Kind::Size, "the most that the box admits for it"),
        prop_or("size-includes-xoff", Kind::Bool, "not known", "whether the size contains the headroom"),
        prop_or("role", Kind::Name, "every role", "for boxes of this role, as `t1`"),
        SOURCE,
        CONFIDENCE,
    ]);
pub(super) static PROFILE: Node =
    Node::new("profile", "A buffer profile as the box ships.").args(&[arg("NAME", Kind::Name, "")]).props(&[
        prop_needed("pool", Kind::Name, "its pool"),
        prop_needed("size", Kind::Size, "what is reserved"),
        prop("static-th", Kind::Size, "limit"),
        prop(
            "dynamic-th",
            Kind::Int(-8, 8),
            "limit as a power of two, times what is free; instead of `static-th`",
        ),
        prop_or("role", Kind::Name, "every role", "for boxes of this role, as `t1`"),
        SOURCE,
        CONFIDENCE,
    ]);
pub(super) static HEADROOM: Node =
    Node::new("headroom", "The vendor's lossless profile for one line rate and cable length.").props(&[
        prop_needed("speed", Kind::Speed, ""),
        prop_needed("length", Kind::Length, ""),
        prop_needed("size", Kind::Size, "what is reserved"),
        prop_needed("xon", Kind::Size, "resume threshold"),
        prop_needed("xoff", Kind::Size, "headroom"),
        prop("xon-offset", Kind::Size, "resume below the pause threshold by this"),
        prop_needed("dynamic-th", Kind::Int(-8, 8), "limit as a power of two, times what is free"),
        SOURCE,
        CONFIDENCE,
    ]);
pub(super) static QOS_CAPABILITY: Node =
    Node::new("qos-capability", "What the box itself says of its QoS limits.")
        .props(&[
            prop("roce-hash", Kind::Bool, "ECMP can hash on the RoCE queue pair"),
            prop("buffer-mode", Kind::Word(&["lossy", "lossless"]), "what buffers are made for"),
            prop("dynamic-tuning", Kind::Bool, "whether buffers can be changed while it runs"),
            prop("pool-xoff-default", Kind::Size, "shared headroom of the pool as shipped"),
            prop("pool-xoff-max", Kind::Size, "and the most of it"),
            prop("profile-static-th", Kind::Size, "limit that a profile may have"),
            prop("profile-xoff-min", Kind::Size, "least headroom of a profile"),
            prop("profile-xoff-max", Kind::Size, "and the most"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();

/// How the SDK file sets up the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdMode {
    /// For lossy classes only.
    Lossy,
    /// For lossless classes only.
    Lossless,
    /// For both.
    Both,
}

/// The length that SONiC assumes for every cable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultCable {
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// The length.
    pub length: Length,
}

/// A buffer pool, total of the chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// `ingress_lossless_pool`
    pub name: String,
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// Ingress, else egress.
    pub ingress: bool,
    /// Limits are dynamic, else static.
    pub dynamic: bool,
    /// Its size.
    pub size: Size,
    /// Shared headroom.
    pub xoff: Option<Size>,
    /// The most that the box admits for it.
    pub xoff_max: Option<Size>,
    /// Whether the size contains the headroom.
    pub size_includes_xoff: Option<bool>,
}

/// How far a profile may fill its pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// To this many bytes.
    Static(Size),
    /// To two to this power, times what is free.
    Dynamic(i64),
}

/// A buffer profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// `ingress_lossy_profile`
    pub name: String,
    /// For boxes of this role; for all where none is named.
    pub role: Option<String>,
    /// Its pool.
    pub pool: String,
    /// What is reserved.
    pub size: Size,
    /// Its limit.
    pub threshold: Threshold,
}

/// A row of the vendor's table of lossless profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadroomRow {
    /// Line rate.
    pub speed: Speed,
    /// Cable length.
    pub length: Length,
    /// What is reserved.
    pub size: Size,
    /// Resume threshold.
    pub xon: Size,
    /// Headroom.
    pub xoff: Size,
    /// Resume below the pause threshold by this.
    pub xon_offset: Option<Size>,
    /// Limit: two to this power, times what is free.
    pub dynamic_th: i64,
}

/// What the box itself says of its QoS limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QosCapability {
    /// ECMP can hash on the RoCE queue pair.
    pub roce_hash: Option<bool>,
    /// Buffers are made for lossless classes.
    pub lossless: Option<bool>,
    /// Buffers can be changed while it runs.
    pub dynamic_tuning: Option<bool>,
    /// Shared headroom as shipped.
    pub pool_xoff_default: Option<Size>,
    /// The most of it.
    pub pool_xoff_max: Option<Size>,
    /// Limit that a profile may have.
    pub profile_static_th: Option<Size>,
    /// Least headroom of a profile.
    pub profile_xoff_min: Option<Size>,
    /// The most of it.
    pub profile_xoff_max: Option<Size>,
}

impl ThresholdMode {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(match arg_of::<String>(node)?.as_str() {
            "lossy" => ThresholdMode::Lossy,
            "lossless" => ThresholdMode::Lossless,
            _ => ThresholdMode::Both,
        })
    }
}

impl Pool {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(Pool {
            name: arg_of(node)?,
            role: prop_of(node, "role"),
            ingress: is(node, "type", "ingress")?,
            dynamic: is(node, "mode", "dynamic")?,
            size: prop_of(node, "size")?,
            xoff: prop_of(node, "xoff"),
            xoff_max: prop_of(node, "xoff-max"),
            size_includes_xoff: prop_of(node, "size-includes-xoff"),
        })
    }
}

impl Profile {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        let fixed = prop_of(node, "static-th").map(Threshold::Static);
        Some(Profile {
            name: arg_of(node)?,
            role: prop_of(node, "role"),
            pool: prop_of(node, "pool")?,
            size: prop_of(node, "size")?,
            threshold: fixed.or_else(|| prop_of(node, "dynamic-th").map(Threshold::Dynamic))?,
        })
    }
}

impl HeadroomRow {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(HeadroomRow {
            speed: prop_of(node, "speed")?,
            length: prop_of(node, "length")?,
            size: prop_of(node, "size")?,
            xon: prop_of(node, "xon")?,
            xoff: prop_of(node, "xoff")?,
            xon_offset: prop_of(node, "xon-offset"),
            dynamic_th: prop_of(node, "dynamic-th")?,
        })
    }
}

impl QosCapability {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(QosCapability {
            roce_hash: prop_of(node, "roce-hash"),
            lossless: is(node, "buffer-mode", "lossless"),
            dynamic_tuning: prop_of(node, "dynamic-tuning"),
            pool_xoff_default: prop_of(node, "pool-xoff-default"),
            pool_xoff_max: prop_of(node, "pool-xoff-max"),
            profile_static_th: prop_of(node, "profile-static-th"),
            profile_xoff_min: prop_of(node, "profile-xoff-min"),
            profile_xoff_max: prop_of(node, "profile-xoff-max"),
        })
    }
}

/// Whether the property says `word`; none where it isn't given.
fn is(node: &Typed, name: &str, word: &str) -> Option<bool> {
    prop_of::<String>(node, name).map(|given| given == word)
}
