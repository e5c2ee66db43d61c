//! The syntax tree: KDL as written, with a place for everything.

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use super::copy::NAMELESS;
use super::outline::Outline;
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
    /// Whether the line of the name could not be read to its end: it has been reported, and holds no entries. Where the
    /// name could not be read either, it is empty. The block is as written.
    pub broken: bool,
}

/// Converts what the kdl crate has read from the copy of `text`.
pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) outline: &'a Outline<'a>,
}

impl Reader<'_> {
    /// The nodes of a document or a block.
    pub(super) fn nodes(&self, document: &KdlDocument) -> Vec<Node> {
        document.nodes().iter().map(|n| self.node(n)).collect()
    }

    fn place(&self, start: usize, length: usize) -> Span {
        self.outline.copy.span(self.file, start, start + length)
    }

    fn node(&self, node: &KdlNode) -> Node {
        let name = node.name();
        let mut name =
            Spanned::new(name.value().to_owned(), self.place(name.span().offset(), name.span().len()));
        let broken = self.outline.broken.binary_search(&(name.at.start as usize)).is_ok();
        if broken && name.v == NAMELESS && self.spelt(name.at) != NAMELESS {
            name.v.clear();
        }
        Node {
            name,
            entries: node.entries().iter().map(|e| self.entry(e)).collect(),
            children: node.children().map(|c| self.nodes(c)),
            at: self.place(node.span().offset(), node.span().len()),
            broken,
        }
    }

    fn entry(&self, entry: &KdlEntry) -> Entry {
        let whole = entry.span();
        // A value has no span of its own: it is the last part of its entry.
        let length = entry.format().map_or(0, |f| f.value_repr.len());
        let at = self.place((whole.offset() + whole.len()).saturating_sub(length), length);
        let value = match entry.value() {
            KdlValue::Null => Value::Null,
            KdlValue::Bool(b) => Value::Bool(*b),
            KdlValue::Integer(n) => Value::Int(*n),
            KdlValue::Float(x) => Value::Float(*x),
            KdlValue::String(s) => Value::Text(s.clone()),
        };
        let key = entry
            .name()
            .map(|k| Spanned::new(k.value().to_owned(), self.place(k.span().offset(), k.span().len())));
        Entry { key, value, text: self.spelt(at).to_owned(), at }
    }

    fn spelt(&self, at: Span) -> &str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }
}
