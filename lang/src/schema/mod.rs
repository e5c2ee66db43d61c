//! What nodes there are, with their arguments, properties, children, units and defaults.
//!
//! Each node of the language is declared once as a [`Node`]. The declaration checks the tree ([`check`]) and writes the
//! reference page ([`reference`]), so the two can't drift. Readers take values from the checked [`Typed`] nodes and
//! never see raw syntax.

mod check;
mod kind;
mod reference;
mod typed;

pub use check::{RULES, UNKNOWN_NODE, UNKNOWN_PROPERTY, check};
pub use kind::{Kind, Value};
pub use reference::reference;
pub use typed::{FromValue, Typed};

/// How often a node may stand in its parent, or an argument in its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Many,
    /// Once or more.
    Some,
}

/// A positional argument.
#[derive(Debug)]
pub struct Arg {
    /// What the reference calls it, `NAME`.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// How often; only the last argument may repeat.
    pub occurs: Occurs,
    /// One line for the reference.
    pub doc: &'static str,
}

/// A property `name=value`.
#[derive(Debug)]
pub struct Prop {
    /// Its name. `*` admits any name; values are then found with [`Typed::open`].
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What holds where it isn't given, in words; empty where nothing does.
    pub default: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// One line for the reference.
    pub doc: &'static str,
}

/// A node of the language.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: &'static str,
    /// What it says, for the reference: first a sentence, then what else there is to know.
    pub doc: &'static str,
    /// Positional arguments in order.
    pub args: &'static [Arg],
    /// Properties.
    pub props: &'static [Prop],
    /// Nodes that may stand in its block.
    pub children: &'static [&'static Node],
    /// How often it may stand in its parent.
    pub occurs: Occurs,
    /// Whether the order of its arguments, or of its siblings of the same name, has a meaning.
    pub ordered: bool,
}

impl Node {
    /// A node without arguments, properties and children, any number of times: the base for declarations.
    pub const fn new(name: &'static str, doc: &'static str) -> Self {
        Node { name, doc, args: &[], props: &[], children: &[], occurs: Occurs::Many, ordered: false }
    }

    /// The same with these arguments.
    #[must_use]
    pub const fn args(mut self, args: &'static [Arg]) -> Self {
        self.args = args;
        self
    }

    /// The same with these properties.
    #[must_use]
    pub const fn props(mut self, props: &'static [Prop]) -> Self {
        self.props = props;
        self
    }

    /// The same with these children.
    #[must_use]
    pub const fn children(mut self, children: &'static [&'static Node]) -> Self {
        self.children = children;
        self
    }

    /// The same, standing exactly once in its parent.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.occurs = Occurs::Once;
        self
    }

    /// The same, standing at most once in its parent.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.occurs = Occurs::Optional;
        self
    }

    /// The same, standing at least once in its parent.
    #[must_use]
    pub const fn some(mut self) -> Self {
        self.occurs = Occurs::Some;
        self
    }

    /// The same, with an order that has a meaning.
    #[must_use]
    pub const fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }
}

/// A required argument.
pub const fn arg(name: &'static str, kind: Kind, doc: &'static str) -> Arg {
    Arg { name, kind, occurs: Occurs::Once, doc }
}

/// An argument that may be left out.
pub const fn opt_arg(name: &'static str, kind: Kind, doc: &'static str) -> Arg {
    Arg { name, kind, occurs: Occurs::Optional, doc }
}

/// One or more arguments, to the end of the node.
pub const fn some_args(name: &'static str, kind: Kind, doc: &'static str) -> Arg {
    Arg { name, kind, occurs: Occurs::Some, doc }
}

/// An optional property without a default.
pub const fn prop(name: &'static str, kind: Kind, doc: &'static str) -> Prop {
    Prop { name, kind, default: "", required: false, doc }
}

/// An optional property; `default` says in words what holds without it.
pub const fn prop_or(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Prop {
    Prop { name, kind, default, required: false, doc }
}

/// A property that must be given.
pub const fn prop_needed(name: &'static str, kind: Kind, doc: &'static str) -> Prop {
    Prop { name, kind, default: "", required: true, doc }
}
