//! Nodes that have passed the schema, and how readers take values from them.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Node, Value};
use crate::source::{Span, Spanned};
use crate::units::{Length, Power, Ratio, Size, Speed, Time};

/// A node whose arguments, properties and children are known to the schema and of the right kind. What was wrong has
/// been reported and left out, so a reader finds `None`.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Its declaration.
    pub schema: &'static Node,
    /// Its name in the file.
    pub name: Span,
    /// From the name to the end of its block.
    pub at: Span,
    /// From the name to the end of its last entry: what to underline.
    pub head: Span,
    /// Whether something of its arguments or properties was wrong, so that nothing follows from what isn't there.
    pub flawed: bool,
    pub(super) args: Vec<Option<Spanned<Value>>>,
    pub(super) props: Vec<(Spanned<String>, Spanned<Value>)>,
    pub(super) children: Vec<Typed>,
}

impl Typed {
    /// The `i`-th argument (from 0).
    pub fn arg<T: FromValue>(&self, i: usize) -> Option<Spanned<T>> {
        take(self.args.get(i)?.as_ref()?)
    }

    /// All arguments from the `i`-th on.
    pub fn args<T: FromValue>(&self, i: usize) -> Vec<Spanned<T>> {
        self.args.iter().skip(i).flatten().filter_map(take).collect()
    }

    /// The property of this name.
    pub fn prop<T: FromValue>(&self, name: &str) -> Option<Spanned<T>> {
        self.props.iter().find(|(key, _)| key.v == name).and_then(|(_, value)| take(value))
    }

    /// All properties that no declared name covers, in source order: name and value.
    pub fn open<T: FromValue>(&self) -> Vec<(Spanned<String>, Spanned<T>)> {
        let declared = |key: &str| self.schema.props.iter().any(|p| p.name == key);
        self.props
            .iter()
            .filter(|(k, _)| !declared(&k.v))
            .filter_map(|(k, v)| Some((k.clone(), take(v)?)))
            .collect()
    }

    /// The first child of this kind.
    pub fn child(&self, node: &'static Node) -> Option<&Typed> {
        self.children_of(node).next()
    }

    /// From the name to the last entry that is none of these properties: what to underline of a node that says more
    /// than its matter.
    pub fn head_without(&self, properties: &[&str]) -> Span {
        let args = self.args.iter().flatten().map(|a| a.at);
        let props = self
            .props
            .iter()
            .filter(|(key, _)| !properties.contains(&key.v.as_str()))
            .map(|(_, value)| value.at);
        args.chain(props).fold(self.name, Span::to)
    }

    /// All children of this kind in source order.
    pub fn children_of(&self, node: &'static Node) -> impl Iterator<Item = &Typed> {
        self.children.iter().filter(move |c| std::ptr::eq(c.schema, node))
    }

    /// All children in source order.
    pub fn children(&self) -> &[Typed] {
        &self.children
    }

    /// The first argument of the first child of this kind: for children that hold one value.
    pub fn value<T: FromValue>(&self, node: &'static Node) -> Option<Spanned<T>> {
        self.child(node)?.arg(0)
    }

    /// A value that may stand as a property or as a child of the same name.
    pub fn prop_or_child<T: FromValue>(&self, name: &str, node: &'static Node) -> Option<Spanned<T>> {
        self.prop(name).or_else(|| self.value(node))
    }
}

fn take<T: FromValue>(value: &Spanned<Value>) -> Option<Spanned<T>> {
    Some(Spanned::new(T::from_value(&value.v)?, value.at))
}

/// Types that a checked value can be taken as.
pub trait FromValue: Sized {
    /// The value as this type; none where its kind is another.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $result:expr;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    $pattern => $result,
                    _ => None,
                }
            }
        })*
    };
}

from_value! {
    bool: Value::Bool(b) => Some(*b);
    i64: Value::Int(n) => Some(*n);
    u64: Value::Int(n) => u64::try_from(*n).ok();
    u32: Value::Int(n) => u32::try_from(*n).ok();
    u16: Value::Int(n) => u16::try_from(*n).ok();
    u8: Value::Int(n) => u8::try_from(*n).ok();
    Ratio: Value::Ratio(r) => Some(*r);
    Speed: Value::Speed(s) => Some(*s);
    Size: Value::Size(s) => Some(*s);
    Length: Value::Length(l) => Some(*l);
    Time: Value::Time(t) => Some(*t);
    Power: Value::Power(p) => Some(*p);
    IpAddr: Value::Ip(a) => Some(*a);
    IpNet: Value::Prefix(p) => Some(*p);
    Ipv4Net: Value::Prefix(IpNet::V4(p)) => Some(*p);
    Ipv6Net: Value::Prefix(IpNet::V6(p)) => Some(*p);
    String: Value::Text(t) => Some(t.clone());
}
