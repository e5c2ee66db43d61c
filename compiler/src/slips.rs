//! What follows from slips of the pen: it goes when the word is right, so nobody need hear of it.

use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Diagnostic, Findings, Severity, nearest};
use fabc_lang::intent::ROOT;
use fabc_lang::schema::{UNKNOWN_NODE, UNKNOWN_PROPERTY};
use fabc_lang::source::{FileId, Span};
use fabc_lang::syntax::Node;

/// What the codes of findings begin with that rest on what a node says, whatever line they stand on.
const RESTS: &[(&str, &[&str])] = &[
    ("class", &["classes/", "trimming/"]),
    ("fabric", &["nos/no-"]),
    ("hall", &["places/"]),
    ("hosts", STRUCTURE),
    ("link", STRUCTURE),
    ("load-balancing", &["topology/parallel-links"]),
    ("place", &["places/", "resolve/no-leaf"]),
    ("plane", STRUCTURE),
    ("platform", &["buffers/no-figures", "nos/uncertain-feature", "platform/incomplete"]),
    ("pod", STRUCTURE),
    ("tier", STRUCTURE),
];

/// What rests on the node itself: who names it finds none where its own name is the slip.
const NAMED: &[(&str, &[&str])] = &[("platform", &["platform/unknown"])];

/// What rests on who there is and what is wired to what.
const STRUCTURE: &[&str] = &[
    "buffers/",
    "classes/ecn-unscaled",
    "expect/",
    "overrides/empty-cage",
    "overrides/unknown-port",
    "ports/slower-to-faster",
    "resolve/planes-and-ports",
    "resolve/ports-run-out",
    "resolve/servers-per-leaf",
    "routing/asn-clash",
    "topology/",
];

/// Nodes with a word that is near one which may stand there.
pub(crate) struct Slips {
    /// Where they stand, in order; none holds another.
    nodes: Vec<Span>,
    /// What they are, or were meant to be.
    kinds: BTreeSet<&'static str>,
    /// Those of them whose own name is the slip.
    misnamed: BTreeSet<&'static str>,
}

impl Slips {
    /// The nodes that what was found so far takes for slips; within pods and planes, the node in them.
    pub(crate) fn of(nodes: &[Node], findings: &Findings) -> Self {
        let words = findings.iter().filter(|d| is_slip(d)).filter_map(Diagnostic::span);
        let words: BTreeSet<(FileId, u32)> = words.map(|at| (at.file, at.start)).collect();
        let mut slips = Slips { nodes: Vec::new(), kinds: BTreeSet::new(), misnamed: BTreeSet::new() };
        if !words.is_empty() {
            slips.walk(nodes, &words);
        }
        slips.nodes.sort_unstable_by_key(|at| (at.file, at.start));
        slips
    }

    fn walk(&mut self, nodes: &[Node], words: &BTreeSet<(FileId, u32)>) {
        for node in nodes {
            let at = node.at;
            let known = self.nodes.len();
            if words.range((at.file, at.start)..(at.file, at.end)).next().is_none() {
                continue;
            }
            if matches!(node.name.v.as_str(), "pod" | "plane") {
                self.walk(node.children.as_deref().unwrap_or_default(), words);
            }
            if self.nodes.len() == known {
                self.nodes.push(at);
                self.kinds.extend(kind(node));
                self.misnamed.extend(kind(node).filter(|kind| *kind != node.name.v));
            }
        }
    }

    /// Takes out what follows from them: what stands in such a node and isn't wrong for sure, and what rests on it.
    pub(crate) fn hide(&self, findings: &mut Findings) {
        if self.nodes.is_empty() {
            return;
        }
        findings.retain(|d| {
            let rests = RESTS.iter().filter(|(kind, _)| self.kinds.contains(kind));
            let named = NAMED.iter().filter(|(kind, _)| self.misnamed.contains(kind));
            let mut starts = rests.chain(named).flat_map(|(_, starts)| *starts);
            let rests = starts.any(|start| d.code().starts_with(start));
            let inside = || d.labels.iter().any(|label| self.holds(label.span));
            is_of_words(d) || !(rests || d.severity < Severity::Error && inside())
        });
    }

    /// Whether a place is in one of the nodes.
    fn holds(&self, at: Span) -> bool {
        let after = self.nodes.partition_point(|node| (node.file, node.start) <= (at.file, at.start));
        let node = after.checked_sub(1).and_then(|last| self.nodes.get(last));
        node.is_some_and(|node| node.file == at.file && at.end <= node.end)
    }
}

/// Whether a word was meant to be another.
fn is_slip(found: &Diagnostic) -> bool {
    let is_word = [UNKNOWN_NODE.code, UNKNOWN_PROPERTY.code].contains(&found.code());
    is_word && found.help.as_deref().is_some_and(|help| help.starts_with("did you mean"))
}

/// Whether a finding is about words, not about what they say.
fn is_of_words(found: &Diagnostic) -> bool {
    ["syntax/", "intent/", "include/"].iter().any(|family| found.code().starts_with(family))
}

/// What a node is, or was meant to be.
fn kind(node: &Node) -> Option<&'static str> {
    let names = || ROOT.children.iter().map(|known| known.name);
    let word = node.name.v.as_str();
    names().find(|name| *name == word).or_else(|| nearest(word, names()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    #[test]
    fn what_rests_on_nodes_is_in_order_and_of_rules_that_there_are() {
        assert!(RESTS.is_sorted_by_key(|(name, _)| *name) && STRUCTURE.is_sorted());
        for (name, list) in RESTS.iter().chain(NAMED) {
            assert!(ROOT.children.iter().any(|node| node.name == *name), "{name}");
            for one in *list {
                assert!(crate::rules::rules().iter().any(|rule| rule.code.starts_with(one)), "{one}");
            }
        }
    }

    /// Words of the example that name a node or a property, and where they begin.
    fn words(text: &str) -> Vec<(usize, &str)> {
        let mut words = Vec::new();
        for (line, start) in text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((line, start))
        }) {
            let code = line.split("//").next().unwrap();
            let mut quoted = false;
            let mut from = None;
            for (i, c) in code.char_indices() {
                quoted ^= c == '"';
                let is_word = !quoted && (c.is_ascii_lowercase() || c == '-');
                match (from, is_word) {
                    (None, true) if i == 0 || !code[..i].ends_with(['#', '"', '=']) => from = Some(i),
                    (Some(begin), false) => {
                        let word = &code[begin..i];
                        if word.len() > 3 && (c == '=' || c == ' ') && !code[..begin].ends_with('#') {
                            words.push((start + begin, word));
                        }
                        from = None;
                    }
                    _ => {}
                }
            }
        }
        words
    }

    #[test]
    fn a_slip_of_the_pen_is_one_finding() {
        let mut wrong = BTreeSet::new();
        let mut tried = 0;
        for (name, text) in [
            ("telemetry", include_str!("../../examples/telemetry/fabric.kdl")),
            ("enterprise-256", include_str!("../../examples/enterprise-256/fabric.kdl")),
            ("own-platform", include_str!("../../examples/own-platform/fabric.kdl")),
            ("rail-512", include_str!("../../examples/rail-512/fabric.kdl")),
        ] {
            let said = |text: &str| {
                let host = MemoryHost::default().file("fabric.kdl", text);
                let mut analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
                analysis.levels.apply(&mut analysis.findings, true);
                analysis.findings.iter().map(Diagnostic::code).collect::<Vec<_>>()
            };
            let usual: BTreeSet<&str> = said(text).into_iter().collect();
            for (at, word) in words(text) {
                // Names of tiers are words of `asn`, and are looked up where they are resolved.
                let is_slip = |code: &&str| code.starts_with("intent/") || *code == "resolve/unknown-node";
                // `findings` sets what weighs, and says nothing of the fabric.
                if word == "findings" || word == "allow" {
                    continue;
                }
                let slipped = format!(
                    "{}{}{}",
                    &text[..at + 2],
                    &text[at + 3..at + word.len()],
                    &text[at + word.len()..]
                );
                let said = said(&slipped);
                tried += 1;
                if !said.iter().any(is_slip) {
                    wrong.insert(format!("{name} {word}: nothing of it in {said:?}"));
                }
                let more: Vec<_> = said.iter().filter(|c| !is_slip(c) && !usual.contains(*c)).collect();
                if !more.is_empty() {
                    wrong.insert(format!("{name} {word}: {more:?}"));
                }
            }
        }
        assert!(tried > 100, "{tried}");
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
