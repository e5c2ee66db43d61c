//! Which braces pair. Where they don't, the indentation of the lines tells which of them is wrong: what is missing is put
//! in, what is too much is put aside, each with one finding. After that every block has its end.

use super::lex::{Kind, Token, is_space};
use super::rules::{STRAY_BRACE, UNCLOSED_BRACE};
use super::{MAX_DEPTH, Report, cut};
use crate::source::line_starts;

/// A way to read braces that don't pair.
#[derive(Clone, Copy)]
struct Reading {
    /// A line ends the blocks whose own lines are indented as deep as it or deeper.
    lines: bool,
    /// A brace at the beginning of its line closes the block that is indented as it is.
    braces: bool,
    /// A brace closes nothing if the next line is still in the block by its indentation.
    early: bool,
    /// Blocks whose first line is not indented are left out of all this.
    loose: bool,
    /// A line that is indented deeper than the one before begins a block, and a brace behind another one begins none.
    opens: bool,
}

/// Ways to read braces, by how much they say of what was meant. The first that makes the fewest of them wrong is taken; in
/// a text without indentation, only the last ones are tried.
const READINGS: [Reading; 9] = [
    Reading { lines: true, braces: true, early: true, loose: false, opens: true },
    Reading { lines: true, braces: true, early: false, loose: false, opens: true },
    Reading { lines: true, braces: true, early: true, loose: false, opens: false },
    Reading { lines: true, braces: true, early: false, loose: false, opens: false },
    Reading { lines: true, braces: true, early: true, loose: true, opens: false },
    Reading { lines: true, braces: true, early: false, loose: true, opens: false },
    Reading { lines: false, braces: true, early: false, loose: false, opens: false },
    Reading { lines: false, braces: false, early: false, loose: false, opens: true },
    Reading { lines: false, braces: false, early: false, loose: false, opens: false },
];

/// The last of them, which look at no indentation.
const FLAT: usize = 2;

/// Gives tokens in which every brace has its other half. A brace that was put in is empty and ends its line; one that
/// closes nothing is [`Kind::Stray`].
pub(super) fn pair(text: &str, tokens: Vec<Token>, report: &mut Report) -> Vec<Token> {
    if balanced(&tokens) {
        return tokens;
    }
    let lines = lines(text, &tokens);
    let mut best: Option<Pairing> = None;
    let flat = lines.iter().all(|l| l.indent == 0);
    for &reading in READINGS.iter().skip(if flat { READINGS.len() - FLAT } else { 0 }) {
        let limit = best.as_ref().map_or(usize::MAX, |p| p.wrong);
        let pairing = Reader::read(reading, &tokens, &lines, limit);
        if pairing.wrong < limit {
            best = Some(pairing);
        }
    }
    let pairing = best.unwrap_or_default();
    pairing.tell(text, &tokens, report);
    pairing.mend(tokens)
}

/// Whether each brace has its other half.
fn balanced(tokens: &[Token]) -> bool {
    let mut depth = 0usize;
    for token in tokens {
        match (token.kind, depth) {
            (Kind::Open, _) => depth += 1,
            (Kind::Close, 0) => return false,
            (Kind::Close, _) => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// A line that holds more than a comment, with those that continue it.
struct Line {
    /// Its first token that is neither a blank nor a comment.
    first: usize,
    /// One past its last such token.
    end: usize,
    /// Blanks at its beginning.
    indent: usize,
    /// Whether a closing brace begins it.
    closes: bool,
}

fn lines(text: &str, tokens: &[Token]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let (mut fresh, mut indent, mut continued) = (true, 0, false);
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Newline if continued => continued = false,
            Kind::Newline => (fresh, indent) = (true, 0),
            Kind::Space if fresh => indent = token.of(text).chars().filter(|&c| is_space(c)).count(),
            kind if kind.is_blank() => {}
            kind => {
                continued = kind == Kind::Backslash;
                if std::mem::take(&mut fresh) {
                    lines.push(Line { first: i, end: i + 1, indent, closes: kind == Kind::Close });
                } else if let Some(line) = lines.last_mut() {
                    line.end = i + 1;
                }
            }
        }
    }
    lines
}

/// An open block.
struct Block {
    /// Its brace.
    open: usize,
    /// Name of its node.
    name: Option<usize>,
    /// The line on which it begins.
    line: usize,
    /// Indentation of that line; none where the block is left out.
    indent: Option<usize>,
}

/// A block that has no end of its own.
struct End {
    open: usize,
    name: Option<usize>,
    /// The token before which it is taken to end.
    at: usize,
    depth: usize,
}

/// What is wrong with the braces of a text.
#[derive(Default)]
struct Pairing {
    /// How many braces are wrong.
    wrong: usize,
    /// Blocks without an end; without those that nest too deep to be read and end with the text.
    ends: Vec<End>,
    strays: Vec<usize>,
    /// Where blocks begin that have no brace: its place, and the line's first token.
    opens: Vec<(usize, usize)>,
    /// Braces that begin no block.
    doubles: Vec<usize>,
}

struct Reader<'a> {
    reading: Reading,
    tokens: &'a [Token],
    lines: &'a [Line],
    /// The line that is read; those from the next on are still to be read.
    line: usize,
    blocks: Vec<Block>,
    found: Pairing,
}

impl<'a> Reader<'a> {
    /// Pairs the braces, or stops where as many as `limit` of them are wrong.
    fn read(reading: Reading, tokens: &'a [Token], lines: &'a [Line], limit: usize) -> Pairing {
        let found = Pairing::default();
        let mut reader = Reader { reading, tokens, lines, line: 0, blocks: Vec::new(), found };
        let mut name = None;
        let mut next = 0;
        for (i, token) in tokens.iter().enumerate() {
            if reader.found.wrong >= limit {
                break;
            }
            if lines.get(next).is_some_and(|l| l.first == i) {
                (reader.line, name) = (next, None);
                next += 1;
                reader.begin_line(token.kind);
            }
            match token.kind {
                Kind::Open => {
                    reader.open(i, name.take());
                    continue;
                }
                Kind::Close => reader.close(i),
                Kind::Semicolon => {}
                kind if kind.is_blank() || kind == Kind::Slashdash => continue,
                _ => {
                    name = name.or(Some(i));
                    continue;
                }
            }
            name = None;
        }
        reader.end(reader.blocks.len(), tokens.len());
        reader.found
    }

    fn here(&self) -> Option<&'a Line> {
        self.lines.get(self.line)
    }

    /// Ends the blocks that this line is outside of.
    fn begin_line(&mut self, kind: Kind) {
        let Some(line) = self.here().filter(|_| self.reading.lines && kind != Kind::Close) else { return };
        let inner = |b: &&Block| b.indent.is_some_and(|i| i >= line.indent);
        let ended = self.blocks.iter().rev().take_while(inner).count();
        self.end(ended, line.first);
        self.begin_block(line);
    }

    /// Begins the block that a line is in, where no brace does.
    fn begin_block(&mut self, line: &Line) {
        let before = self.line.checked_sub(1).and_then(|i| self.lines.get(i));
        let Some(before) = before.filter(|b| self.reading.opens && !b.closes && b.indent < line.indent)
        else {
            return;
        };
        // The line before is in the innermost block, and begins none.
        let inside = self
            .blocks
            .last()
            .is_none_or(|b| b.line + 1 < self.line && b.indent.is_some_and(|i| i < before.indent));
        let name = self.tokens.get(before.first).is_some_and(|t| t.kind == Kind::Word);
        if inside && name {
            self.found.wrong += 1;
            self.found.opens.push((before.end, before.first));
            self.blocks.push(Block {
                open: before.end,
                name: Some(before.first),
                line: self.line - 1,
                indent: Some(before.indent),
            });
        }
    }

    /// Ends the innermost blocks before a token.
    fn end(&mut self, blocks: usize, at: usize) {
        for _ in 0..blocks {
            let depth = self.blocks.len();
            let Some(Block { open, name, .. }) = self.blocks.pop() else { return };
            self.found.wrong += 1;
            if depth <= MAX_DEPTH || at < self.tokens.len() {
                self.found.ends.push(End { open, name, at, depth });
            }
        }
    }

    fn open(&mut self, open: usize, name: Option<usize>) {
        if self.reading.opens && !self.blocks.is_empty() && self.is_double(open) {
            self.found.wrong += 1;
            return self.found.doubles.push(open);
        }
        let own = self.here().map(|l| l.indent);
        let indent = own.filter(|&i| !(self.reading.loose && self.is_loose(open, i)));
        self.blocks.push(Block { open, name, line: self.line, indent });
    }

    /// Whether the brace is the second of two.
    fn is_double(&self, open: usize) -> bool {
        let brace = |t: Option<&Token>| t.is_some_and(|t| t.kind == Kind::Open);
        let blank = |t: &&Token| t.kind == Kind::Space;
        let before = self.tokens.get(..open).unwrap_or_default().iter().rev();
        let mut before = before.take(4).filter(|t| !blank(t));
        let after = self.tokens.get(open + 1..).unwrap_or_default().iter().take(2).find(|t| !blank(t));
        brace(before.next()) && !brace(before.next()) && !brace(after)
    }

    /// Whether the line after the brace is indented no deeper than `indent`, that of the brace's own line.
    fn is_loose(&self, open: usize, indent: usize) -> bool {
        let rest = self.tokens.get(open + 1..).unwrap_or_default();
        let after = rest.iter().find(|t| !t.kind.is_blank());
        let last = after.is_some_and(|t| t.kind == Kind::Newline);
        last && self.lines.get(self.line + 1).is_some_and(|l| !l.closes && l.indent <= indent)
    }

    fn close(&mut self, close: usize) {
        let line = self.here().filter(|l| l.first == close && self.reading.braces);
        if let (Some(line), Some(top)) = (line, self.blocks.last().and_then(|b| b.indent)) {
            if top < line.indent {
                return self.stray(close);
            }
            let known = self.blocks.iter().rev().take(MAX_DEPTH);
            let above = known.take_while(|b| b.indent.is_some_and(|i| i > line.indent)).count();
            let owner = self.blocks.len().checked_sub(above + 1).and_then(|i| self.blocks.get(i));
            if owner.is_some_and(|b| b.indent == Some(line.indent)) {
                self.end(above, close);
            }
        }
        match self.blocks.last() {
            None => self.stray(close),
            Some(block) if self.is_early(block) => self.stray(close),
            Some(_) => {
                self.blocks.pop();
            }
        }
    }

    fn stray(&mut self, close: usize) {
        self.found.wrong += 1;
        self.found.strays.push(close);
    }

    /// Whether the next line is still in a block of former lines.
    fn is_early(&self, block: &Block) -> bool {
        let next = self.lines.get(self.line + 1);
        let behind = self.here().is_some_and(|l| !l.closes);
        let inside = block.indent.zip(next).is_some_and(|(indent, next)| match next.closes {
            false => next.indent > indent,
            true => next.indent == indent && behind, // it is the one that closes the block
        });
        self.reading.early && inside && block.line < self.line
    }
}

impl Pairing {
    fn tell(&self, text: &str, tokens: &[Token], report: &mut Report) {
        let starts = line_starts(text);
        for end in self.ends.iter().filter(|e| e.depth <= MAX_DEPTH) {
            let Some(open) = tokens.get(end.open) else { continue };
            let name = end.name.and_then(|i| tokens.get(i));
            let message = match name {
                Some(name) => format!("the block of `{}` is not closed", cut(name.of(text))),
                None => "this block is not closed".into(),
            };
            let finding = report.rule(&UNCLOSED_BRACE, open.start(), open.end(), message);
            report.push(match tokens.get(end.at) {
                Some(at) => {
                    let line = starts.partition_point(|&n| n as usize <= at.start());
                    let place = crate::source::Span::new(report.file, at.start(), at.end());
                    finding
                        .label(place, "by its indentation, this is outside of the block")
                        .help(format!("add `}}` before line {line}"))
                }
                None => finding.help("add `}` at the end of the file"),
            });
        }
        for &(at, first) in &self.opens {
            let (Some(last), Some(first)) =
                (at.checked_sub(1).and_then(|i| tokens.get(i)), tokens.get(first))
            else {
                continue;
            };
            let message = format!("the block of `{}` is not opened", cut(first.of(text)));
            let finding = report.rule(&STRAY_BRACE, first.start(), last.end(), message);
            report.push(finding.help("add `{` at the end of the line"));
        }
        for open in self.doubles.iter().filter_map(|&i| tokens.get(i)) {
            let finding = report.rule(&STRAY_BRACE, open.start(), open.end(), "this `{` opens nothing");
            report.push(finding.help("remove it: the one before it opens the block"));
        }
        let blank = |t: &Token| matches!(t.kind, Kind::Space | Kind::Newline);
        let mut strays = self.strays.iter().copied().peekable();
        while let Some(first) = strays.next() {
            let mut last = first;
            let joins =
                |last: usize, next: usize| tokens.get(last + 1..next).is_some_and(|t| t.iter().all(blank));
            while let Some(next) = strays.next_if(|&next| joins(last, next)) {
                last = next;
            }
            let (Some(first), Some(last)) = (tokens.get(first), tokens.get(last)) else { continue };
            let finding = report.rule(&STRAY_BRACE, first.start(), last.end(), "this `}` closes no block");
            report.push(finding.help("remove it"));
        }
    }

    fn mend(mut self, tokens: Vec<Token>) -> Vec<Token> {
        self.ends.sort_by_key(|e| e.at);
        let mut mended = Vec::with_capacity(tokens.len() + 2 * self.ends.len() + self.opens.len());
        let mut ends = self.ends.iter().peekable();
        self.strays.extend(&self.doubles);
        self.strays.sort_unstable();
        let mut strays = self.strays.iter().peekable();
        let mut opens = self.opens.iter().peekable();
        let last = tokens.last().map_or(0, |t| t.end());
        for i in 0..=tokens.len() {
            let token = tokens.get(i);
            let at = token.map_or(last, |t| t.start());
            while ends.next_if(|e| e.at == i).is_some() {
                mended.push(Token::empty(Kind::Close, at));
                mended.push(Token::empty(Kind::Newline, at));
            }
            while opens.next_if(|(place, _)| *place == i).is_some() {
                mended.push(Token::empty(Kind::Open, at));
            }
            let stray = strays.next_if(|&&s| s == i).is_some();
            mended.extend(token.map(|&t| if stray { t.stray() } else { t }));
        }
        mended
    }
}
