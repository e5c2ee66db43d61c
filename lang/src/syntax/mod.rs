//! Text to tree. Every place in the tree is a byte range of the file; a broken line hides no other.
//!
//! kdl reads values and strings, but it gives no tree where there is one error, and it can be brought to overflow its
//! stack. So the text is first cut into tokens (`lex`) whose braces pair (`braces`), and into heads and blocks
//! (`outline`), each head is checked (`head`, `word`), and kdl is given from a `copy` what is sound: head by head, for it reads
//! slowly, and heads can be read on all cores.
//!
//! What is commented out with `/-` is not read: only its quotes and braces count.

mod braces;
mod copy;
mod cursor;
mod head;
mod lex;
mod outline;
mod rules;
#[cfg(test)]
mod tests;
mod tree;
mod unclosed;
mod word;

pub use rules::RULES;
pub use tree::{Entry, Node, Value};

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Findings, Rule};
use crate::source::{FileId, Span, line_starts};

/// Longest file that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// Deepest nesting of blocks.
pub const MAX_DEPTH: usize = 64;

/// Findings per file; more are counted, not listed, and the file gives no tree.
const MAX_FINDINGS: usize = 5_000;

/// The text of a file, without a byte order mark; or why it can't be read. Places count from the text's beginning.
pub fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    if bytes.len() > MAX_BYTES {
        return Err(Box::new(too_large(name)));
    }
    utf8(name, bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

/// Bytes of a file of any kind as text; or the first that isn't UTF-8.
pub fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        let starts = line_starts(valid);
        let line = starts.len();
        let column =
            valid.get(starts.last().map_or(0, |&n| n as usize)..).map_or(0, |s| s.chars().count()) + 1;
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let message = format!("{name}:{line}:{column}: the byte 0x{byte:02X} is not UTF-8");
        Box::new(rules::NOT_UTF8.anywhere(message).help("save the file as UTF-8"))
    })
}

fn too_large(name: &str) -> Diagnostic {
    let message = format!("{name} has more than {MAX_BYTES} bytes (4 MiB), the limit");
    rules::TOO_LARGE.anywhere(message).help("split it, and `include` the parts")
}

/// Reads one file. Findings tell what is wrong; the tree holds what could be read.
pub fn parse(file: FileId, text: &str, findings: &mut Findings) -> Vec<Node> {
    if text.len() > MAX_BYTES {
        findings.push(too_large("the file"));
        return Vec::new();
    }
    let mut report = Report { file, list: Findings::default(), unlisted: 0 };
    let tokens = lex::lex(text);
    unclosed::check(text, &tokens, &mut report);
    let tokens = braces::pair(text, tokens, &mut report);
    let outline = outline::outline(text, &tokens, &mut report);
    let mut nodes = Vec::new();
    if report.unlisted == 0 {
        nodes = read(text, &outline, &mut report);
    }
    report.finish(findings);
    nodes
}

/// Has kdl read the heads, each by itself, and puts the tree together. What kdl alone would not read is reported.
fn read(text: &str, outline: &outline::Outline, report: &mut Report) -> Vec<Node> {
    let reader = tree::Reader { file: report.file, text, copy: &outline.copy };
    let read: Vec<_> = outline.heads.par_iter().map(|head| reader.head(head)).collect();
    let nodes = outline.heads.iter().zip(read).map(|(head, read)| {
        let node = read.unwrap_or_else(|error| {
            report.kdl(outline, head.start, &error);
            reader.unread(head)
        });
        (head.depth, node)
    });
    tree::grown(nodes)
}

/// The findings of one file in the making.
struct Report {
    file: FileId,
    list: Findings,
    unlisted: usize,
}

impl Report {
    /// Another one, whose findings nobody hears of.
    fn quiet(&self) -> Self {
        Report { file: self.file, list: Findings::default(), unlisted: 0 }
    }

    /// A finding at `start..end`, not yet pushed.
    fn rule(&self, rule: &'static Rule, start: usize, end: usize, message: impl Into<String>) -> Diagnostic {
        rule.at(Span::new(self.file, start, end), message)
    }

    fn push(&mut self, finding: Diagnostic) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// What kdl says of the copy from byte `start` on; its first error, the others follow from it.
    fn kdl(&mut self, outline: &outline::Outline, start: usize, error: &kdl::KdlError) {
        let Some(first) = error.diagnostics.first() else { return };
        let from = start + first.span.offset();
        let at = outline.copy.span(self.file, from, from + first.span.len());
        let words = first.message.as_deref().unwrap_or("this can't be read");
        let help = "rewrite this part; https://kdl.dev/spec says what may stand here";
        self.push(rules::INVALID.at(at, words).help(help).help_opt(first.help.clone()));
    }

    fn finish(self, findings: &mut Findings) {
        let more = (self.unlisted > 0).then(|| {
            let message = format!("{} more mistakes in this file are not listed", self.unlisted);
            self.rule(&rules::INVALID, 0, 0, message).help("mend the ones that are")
        });
        findings.extend(self.list);
        more.into_iter().for_each(|m| findings.push(m));
    }
}

/// Text from the file on one line, short enough for a message.
fn cut(text: &str) -> String {
    let short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() { short + "…" } else { short }
}
