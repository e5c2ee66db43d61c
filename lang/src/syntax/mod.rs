//! Text to tree. Every place in the tree is a byte range of the file; a broken line hides no other.

mod tree;

pub use tree::{Entry, Node, Value};

/// Name of a node whose line could not be read; it has been reported.
pub const BROKEN: &str = "_";

use crate::diagnostic::{Findings, Rule};
use crate::source::FileId;

crate::rule! {
    /// The file is not KDL 2 at this place.
    ///
    /// ```kdl bad
    /// fabric "f" {
    ///     mtu =
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" {
    ///     mtu 9100
    /// }
    /// ```
    pub static INVALID = Error "syntax/invalid" "not valid KDL";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[&INVALID];

/// Reads one file. Findings tell what is wrong; the tree holds what could be read.
pub fn parse(file: FileId, text: &str, findings: &mut Findings) -> Vec<Node> {
    match kdl::KdlDocument::parse_v2(text) {
        Ok(document) => tree::read(file, text, &document),
        Err(error) => {
            for d in &error.diagnostics {
                let span = crate::source::Span::new(file, d.span.offset(), d.span.offset() + d.span.len());
                findings.push(INVALID.at(span, d.message.clone().unwrap_or_else(|| "not valid KDL".into())));
            }
            Vec::new()
        }
    }
}

/// The longest file, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// The text of a file.
pub fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<crate::diagnostic::Diagnostic>> {
    std::str::from_utf8(bytes).map_err(|_| Box::new(INVALID.anywhere(format!("`{name}` is not UTF-8"))))
}
