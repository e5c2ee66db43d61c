//! The file as typed data, as it was written: no defaults filled, no names looked up, a place for every value.
//!
//! One file per group of nodes; each holds their declarations (which check the tree and write the reference), the
//! structs, and the readers.

mod class;
mod expect;
mod fabric;
pub(crate) mod preset;
mod rollout;
mod routing;
mod scope;
mod site;
mod switch;
mod telemetry;
mod unread;

pub use class::{
    Adaptive, Buffers, Class, Ecn, Hash, LoadBalancing, Measured, PoolOverride, Schedule, Watchdog,
};
pub use expect::{Claim, Expect};
pub use fabric::{FabricNode, InterfaceNaming, Levels, Nos, Switching};
pub use preset::{Preset, PresetUse};
pub use rollout::Rollout;
pub use routing::{Bfd, Routing};
pub use scope::{Absent, By, Hosts, LinkNode, Nic, PlaneNode, PodNode, Scope, Striping, TierNode};
pub use site::{Hall, Management, Place, RackSpec, Row, Tacacs};
pub use switch::{ConfigDb, PortOverride, SwitchNode};
pub use telemetry::{Certificates, GNMI_PORT, Gnmi, HighFrequency, Telemetry, Trimming};
pub use unread::Unread;

use crate::diagnostic::Findings;
use crate::schema::{self, Node, Typed, arg};
use crate::source::{Span, Spanned};
use crate::syntax;

/// `include "path"`: handled before reading, so that all files form one tree.
pub static INCLUDE: Node = Node::new(
    "include",
    "Takes in another file as if its nodes stood here. The path is relative to the including file and may not leave the \
     folder of the root file (`--root` widens it).",
)
.args(&[arg("PATH", schema::Kind::Text, "relative path, `/` between folders")]);

/// The top of a program: what may stand outside of any block.
pub static ROOT: Node = Node::new("", "").children(&[
    &INCLUDE,
    &fabric::FABRIC,
    &scope::HOSTS,
    &scope::TIER,
    &scope::POD,
    &scope::PLANE,
    &scope::LINK,
    &preset::PRESET,
    &class::CLASS,
    &class::WATCHDOG,
    &class::BUFFERS,
    &class::LOAD_BALANCING,
    &telemetry::TRIMMING,
    &telemetry::TELEMETRY,
    &routing::ROUTING,
    &site::HALL,
    &site::PLACE,
    &site::MANAGEMENT,
    &switch::SWITCH,
    &crate::platform::PLATFORM,
    &crate::platform::ASIC,
    &expect::EXPECT,
    &rollout::ROLLOUT,
    &fabric::FINDINGS,
]);

/// A whole program.
#[derive(Debug, Clone)]
pub struct Intent {
    /// `fabric`
    pub fabric: FabricNode,
    /// `hosts`, `tier`, `pod`, `plane`, `link`
    pub root: Scope,
    /// `preset`
    pub preset: Option<PresetUse>,
    /// `class`, and what a preset adds
    pub classes: Vec<Class>,
    /// `watchdog`
    pub watchdog: Option<Watchdog>,
    /// `buffers`
    pub buffers: Option<Buffers>,
    /// `load-balancing`
    pub load_balancing: Option<LoadBalancing>,
    /// `trimming`
    pub trimming: Option<Trimming>,
    /// `telemetry`
    pub telemetry: Option<Telemetry>,
    /// `routing`
    pub routing: Option<Routing>,
    /// `hall`
    pub halls: Vec<Hall>,
    /// `place`
    pub places: Vec<Place>,
    /// `management`
    pub management: Option<Management>,
    /// `switch`
    pub switches: Vec<SwitchNode>,
    /// `platform` and `asic`: for the catalogue to read
    pub platforms: Vec<Typed>,
    /// `expect`
    pub expect: Vec<Expect>,
    /// `rollout`
    pub rollout: Option<Rollout>,
    /// `findings`
    pub levels: Levels,
    /// What was written and could not be read, so that nobody blames those who refer to it.
    pub unread: Unread,
}

/// The reference page: every node with its words, kinds, units and defaults, from the declarations that parse.
pub fn reference() -> String {
    let units =
        |table: &[(&str, u64)]| table.iter().map(|u| format!("`{}`", u.0)).collect::<Vec<_>>().join(", ");
    format!(
        "# Reference\n\n\
         Every node of the language, written by `fabc reference` from the declarations that check a file.\n\n\
         A file is [KDL 2](https://kdl.dev). Units are part of a value and stand in its text:\n\n\
         | quantity | example | units |\n|---|---|---|\n\
         | speed | `\"400G\"` | {} |\n| size | `\"1MiB\"`, `\"2MB\"` | {} |\n| length | `\"30m\"` | {} |\n\
         | time | `\"200ms\"` | {} |\n| power | `\"17W\"` | {} |\n| percentage | `\"5%\"` | `%` |\n\n\
         Bare are counts, the MTU (bytes), probabilities (0 to 100), weights (1 to 100) and ratios; a ratio is a decimal that \
         is read exactly. Indices of switches, servers, pods, cages and children count from 1; NICs, NIC ports and rails \
         from 0.\n\n\
         The order of nodes has no meaning, but where a node says so.\n\n{}",
        units(crate::units::SPEED_UNITS),
        units(crate::units::SIZE_UNITS),
        units(crate::units::LENGTH_UNITS),
        units(crate::units::TIME_UNITS),
        units(crate::units::POWER_UNITS),
        schema::reference(&ROOT)
    )
}

/// Rules that reading reports under.
pub static RULES: &[&crate::diagnostic::Rule] = scope::RULES;

/// Checks all files' nodes together and reads them. `top` is underlined where something is missing altogether. What
/// can't be read is left out, `fabric` replaced by a stand-in, so that later stages find what else is wrong.
pub fn read(nodes: &[syntax::Node], top: Span, findings: &mut Findings) -> Intent {
    let typed = schema::check(nodes, &ROOT, Some(top), findings);
    let all = |node: &'static Node| typed.iter().filter(move |t| std::ptr::eq(t.schema, node));
    let expect = all(&expect::EXPECT).flat_map(Expect::read).collect();
    let root = Scope::read(&typed, findings);
    Intent {
        unread: Unread::new(nodes, &root),
        root,
        preset: all(&preset::PRESET).find_map(PresetUse::read),
        classes: all(&class::CLASS).filter_map(|n| Class::read(n, findings)).collect(),
        watchdog: all(&class::WATCHDOG).map(Watchdog::read).next(),
        buffers: all(&class::BUFFERS).map(Buffers::read).next(),
        load_balancing: all(&class::LOAD_BALANCING).map(LoadBalancing::read).next(),
        trimming: all(&telemetry::TRIMMING).filter_map(Trimming::read).next(),
        telemetry: all(&telemetry::TELEMETRY).map(Telemetry::read).next(),
        routing: all(&routing::ROUTING).map(Routing::read).next(),
        halls: all(&site::HALL).filter_map(Hall::read).collect(),
        places: all(&site::PLACE).filter_map(Place::read).collect(),
        management: all(&site::MANAGEMENT).filter_map(Management::read).next(),
        switches: all(&switch::SWITCH).filter_map(SwitchNode::read).collect(),
        platforms: typed.iter().filter(|t| matches!(t.schema.name, "platform" | "asic")).cloned().collect(),
        expect,
        rollout: all(&rollout::ROLLOUT).map(Rollout::read).next(),
        levels: Levels::read(all(&fabric::FINDINGS)),
        fabric: all(&fabric::FABRIC)
            .filter_map(FabricNode::read)
            .next()
            .unwrap_or_else(|| FabricNode::stand_in(top)),
    }
}

/// The value or the default, at the place of the value or of `fallback`.
pub(crate) fn or<T>(value: Option<Spanned<T>>, default: T, fallback: Span) -> Spanned<T> {
    value.unwrap_or(Spanned::new(default, fallback))
}
