//! The syntax tree: KDL as written, with a place for everything.

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use crate::source::{FileId, Span, Spanned};

/// A KDL value. Numbers keep their spelling in [`Entry::text`], so that decimals can be read exactly.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `#null`
    Null,
    /// `#true`, `#false`
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a point or an exponent, `#inf`, `#nan`.
    Float(f64),
    /// A string, quoted or bare.
    Text(String),
}

/// An argument, or a property where it has a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The property's name; none for an argument.
    pub key: Option<Spanned<String>>,
    /// The value.
    pub value: Value,
    /// The value as it is spelt in the file.
    pub text: String,
    /// Where the value stands.
    pub at: Span,
}

/// A node: name, entries in source order, children.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The name.
    pub name: Spanned<String>,
    /// Arguments and properties in source order.
    pub entries: Vec<Entry>,
    /// Children; none where there is no block.
    pub children: Option<Vec<Node>>,
    /// From the name to the end of the block.
    pub at: Span,
}

/// The place of anything that kdl gives a span.
macro_rules! place {
    ($file:expr, $item:expr) => {{
        let span = $item.span();
        Span::new($file, span.offset(), span.offset() + span.len())
    }};
}

/// Converts what the kdl crate has read from `text`.
pub(super) fn read(file: FileId, text: &str, document: &KdlDocument) -> Vec<Node> {
    document.nodes().iter().map(|n| node(file, text, n)).collect()
}

fn node(file: FileId, text: &str, node: &KdlNode) -> Node {
    let name = node.name();
    Node {
        name: Spanned::new(name.value().to_owned(), place!(file, name)),
        entries: node.entries().iter().map(|e| entry(file, text, e)).collect(),
        children: node.children().map(|c| read(file, text, c)),
        at: place!(file, node),
    }
}

fn entry(file: FileId, source: &str, entry: &KdlEntry) -> Entry {
    let whole = entry.span();
    let end = whole.offset() + whole.len();
    // A value has no span of its own: it is the last part of its entry.
    let length = entry.format().map_or(0, |f| f.value_repr.len());
    let at = Span::new(file, end.saturating_sub(length), end);
    let value = match entry.value() {
        KdlValue::Null => Value::Null,
        KdlValue::Bool(b) => Value::Bool(*b),
        KdlValue::Integer(n) => Value::Int(*n),
        KdlValue::Float(x) => Value::Float(*x),
        KdlValue::String(s) => Value::Text(s.clone()),
    };
    let text = source.get(at.start as usize..at.end as usize).unwrap_or_default().to_owned();
    let key = entry.name().map(|k| Spanned::new(k.value().to_owned(), place!(file, k)));
    Entry { key, value, text, at }
}
