//! The syntax tree: KDL as written, with a place for everything.

use kdl::{KdlDocument, KdlEntry, KdlError, KdlValue};

use super::copy::{Copy, NAMELESS};
use super::outline::Head;
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

/// Has the kdl crate read heads of the copy of `text`.
pub(super) struct Reader<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) copy: &'a Copy,
}

impl Reader<'_> {
    fn place(&self, start: usize, length: usize) -> Span {
        self.copy.span(self.file, start, start + length)
    }

    /// The node of a head, its block empty.
    pub(super) fn head(&self, head: &Head) -> Result<Node, KdlError> {
        let document = KdlDocument::parse_v2(self.copy.text().get(head.start..head.end).unwrap_or_default())?;
        let Some(node) = document.nodes().first() else { return Ok(self.unread(head)) };
        let (name, at) = (node.name(), node.name().span());
        let mut name = Spanned::new(name.value().to_owned(), self.place(head.start + at.offset(), at.len()));
        if head.broken && name.v == NAMELESS && self.spelt(name.at) != NAMELESS {
            name.v.clear();
        }
        let entries = node.entries().iter().map(|e| self.entry(head.start, e)).collect();
        Ok(Node { name, entries, broken: head.broken, ..self.unread(head) })
    }

    /// The same of a head that can't be read.
    pub(super) fn unread(&self, head: &Head) -> Node {
        Node {
            name: Spanned::new(String::new(), self.place(head.start, 1)),
            entries: Vec::new(),
            children: head.block.map(|_| Vec::new()),
            at: self.copy.span(self.file, head.start, head.block.unwrap_or(head.end)),
            broken: true,
        }
    }

    fn entry(&self, head: usize, entry: &KdlEntry) -> Entry {
        let whole = entry.span();
        // A value has no span of its own: it is the last part of its entry.
        let length = entry.format().map_or(0, |f| f.value_repr.len());
        let at = self.place((head + whole.offset() + whole.len()).saturating_sub(length), length);
        let value = match entry.value() {
            KdlValue::Null => Value::Null,
            KdlValue::Bool(b) => Value::Bool(*b),
            KdlValue::Integer(n) => Value::Int(*n),
            KdlValue::Float(x) => Value::Float(*x),
            KdlValue::String(s) => Value::Text(s.clone()),
        };
        let key = entry.name().map(|k| {
            Spanned::new(k.value().to_owned(), self.place(head + k.span().offset(), k.span().len()))
        });
        Entry { key, value, text: self.spelt(at).to_owned(), at }
    }

    fn spelt(&self, at: Span) -> &str {
        self.text.get(at.start as usize..at.end as usize).unwrap_or_default()
    }
}

/// The tree of nodes that come one after another, each with the number of blocks around it.
pub(super) fn grown(nodes: impl Iterator<Item = (usize, Node)>) -> Vec<Node> {
    // The nodes of each block that is not at its end, outermost first; the last of each is the one whose block follows.
    let mut open: Vec<Vec<Node>> = vec![Vec::new()];
    let close = |open: &mut Vec<Vec<Node>>, depth: usize| {
        while open.len() > depth + 1 {
            let block = open.pop();
            if let Some(node) = open.last_mut().and_then(|nodes| nodes.last_mut()) {
                node.children = block;
            }
        }
    };
    for (depth, node) in nodes {
        close(&mut open, depth);
        if open.len() <= depth {
            open.push(Vec::new());
        }
        if let Some(nodes) = open.last_mut() {
            nodes.push(node);
        }
    }
    close(&mut open, 0);
    open.pop().unwrap_or_default()
}
