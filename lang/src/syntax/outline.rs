//! Tokens to heads and blocks: where each node begins and ends, which braces pair, what is commented out.

use super::copy::Copy;
use super::cursor::Cursor;
use super::head::{self, Health};
use super::lex::{Kind, Token, is_space};
use super::rules::{INVALID, STRAY_BRACE, TERMINATOR, TOO_DEEP, UNCLOSED_BRACE};
use super::{MAX_DEPTH, Report};

/// What is known of a text before it is parsed.
pub(super) struct Outline<'a> {
    /// The text for the parser: everything in it that can be read.
    pub(super) copy: Copy,
    /// Where each head stands in the copy.
    pub(super) heads: Vec<(usize, usize)>,
    /// Source offsets of heads that could not be read, rising.
    pub(super) broken: Vec<usize>,
    text: &'a str,
    cursor: Cursor<'a>,
    blocks: Vec<Block>,
    head: Vec<Token>,
    /// Whether braces pair by the indentation of their lines, where nesting alone doesn't make them pair.
    by_indent: bool,
    bad_braces: usize,
}

/// An open block.
struct Block {
    open: Token,
    /// Name of its node.
    name: Option<Token>,
    /// Indentation of the node, where it stands first on its line.
    indent: Option<usize>,
}

/// Reads the outline of a text. Braces that pair say nothing; where they don't, indentation decides which one is wrong,
/// unless that makes more of them wrong.
pub(super) fn outline<'a>(text: &'a str, tokens: &'a [Token], report: &mut Report) -> Outline<'a> {
    let mut plain_report = report.fresh();
    let plain = Outline::read(text, tokens, false, &mut plain_report);
    if plain.bad_braces > 0 {
        let mut other_report = report.fresh();
        let other = Outline::read(text, tokens, true, &mut other_report);
        if other.bad_braces <= plain.bad_braces {
            report.append(other_report);
            return other;
        }
    }
    report.append(plain_report);
    plain
}

impl<'a> Outline<'a> {
    fn read(text: &'a str, tokens: &'a [Token], by_indent: bool, report: &mut Report) -> Self {
        let mut outline = Outline {
            copy: Copy::default(),
            heads: Vec::new(),
            broken: Vec::new(),
            text,
            cursor: Cursor { tokens, at: 0 },
            blocks: Vec::new(),
            head: Vec::new(),
            by_indent,
            bad_braces: 0,
        };
        while let Some(token) = outline.cursor.peek() {
            outline.step(token, report);
        }
        while let Some(block) = outline.blocks.pop() {
            outline.unclosed(&block, report);
        }
        outline
    }

    /// Reads what may stand where a node may begin.
    fn step(&mut self, token: Token, report: &mut Report) {
        if self.cursor.skip_blanks() {
            return;
        }
        match token.kind {
            Kind::Newline => self.cursor.at += 1,
            Kind::Semicolon => {
                let run = self.cursor.run(Kind::Semicolon, token);
                let finding = report.rule(&TERMINATOR, token.start(), run, "no node ends at this `;`");
                report.push(finding.help("remove it"));
            }
            Kind::Close => self.close(token, report),
            Kind::Slashdash => {
                self.cursor.at += 1;
                if !self.cursor.skip_node() {
                    self.idle_slashdash(token, report);
                }
            }
            _ => self.node(token, report),
        }
    }

    fn idle_slashdash(&self, token: Token, report: &mut Report) {
        let finding = report.rule(&INVALID, token.start(), token.end(), "nothing follows this `/-`");
        report.push(finding.help("remove it, or put it before a node, a value or a block"));
    }

    /// Reads a node up to its end or into its block.
    fn node(&mut self, first: Token, report: &mut Report) {
        self.head.clear();
        loop {
            self.cursor.skip_blanks();
            let Some(token) = self.cursor.peek() else { break };
            match token.kind {
                Kind::Newline | Kind::Semicolon => {
                    self.cursor.at += 1;
                    break;
                }
                Kind::Close => break,
                Kind::Open => return self.open(first, token, report),
                Kind::Slashdash => {
                    self.cursor.at += 1;
                    if !self.cursor.skip_entry() {
                        self.idle_slashdash(token, report);
                    }
                }
                _ => {
                    self.head.push(token);
                    self.cursor.at += 1;
                }
            }
        }
        self.write_head(first, report);
        self.copy.add("\n");
    }

    /// Checks the head that has been gathered and writes what is right of it.
    fn write_head(&mut self, first: Token, report: &mut Report) {
        let start = self.copy.text().len();
        match head::check(self.text, &mut self.head, report) {
            Health::Whole => {}
            Health::Named => {
                self.broken.push(first.start());
                self.head.truncate(1);
            }
            Health::Nameless => {
                self.broken.push(first.start());
                self.head.clear();
                self.copy.add_name(first.start());
            }
        }
        let mut end = None;
        for token in &self.head {
            match end {
                Some(end) if end == token.start() => {}
                Some(end) if self.text.get(end..token.start()) == Some(" ") => {
                    self.copy.take(self.text, end, token.start());
                }
                Some(_) => self.copy.add(" "),
                None => {}
            }
            self.copy.take(self.text, token.start(), token.end());
            end = Some(token.end());
        }
        self.heads.push((start, self.copy.text().len()));
    }

    /// Enters the block that begins at `open`.
    fn open(&mut self, first: Token, open: Token, report: &mut Report) {
        if self.head.is_empty() {
            let finding = report.rule(&INVALID, open.start(), open.end(), "this block belongs to no node");
            report.push(finding.help("write the node's name before `{`, on the same line"));
            self.broken.push(open.start());
            let start = self.copy.text().len();
            self.copy.add_name(open.start());
            self.heads.push((start, start + 1));
        } else {
            self.write_head(first, report);
        }
        if self.blocks.len() >= MAX_DEPTH {
            let message = format!("blocks are nested more than {MAX_DEPTH} deep here");
            let finding = report.rule(&TOO_DEEP, open.start(), open.end(), message);
            report.push(finding.help("move this block outwards"));
            self.cursor.skip_block();
            return self.after_block(report);
        }
        self.copy.add(" ");
        self.copy.take(self.text, open.start(), open.end());
        self.cursor.at += 1;
        let name = self.head.first().copied();
        self.blocks.push(Block { open, name, indent: self.indent(first) });
    }

    /// Blanks before a token, if nothing else stands before it on its line.
    fn indent(&self, token: Token) -> Option<usize> {
        let i = self.cursor.tokens.partition_point(|t| t.start() < token.start());
        let before = |n: usize| i.checked_sub(n).and_then(|i| self.cursor.tokens.get(i));
        match before(1) {
            Some(t) if t.kind == Kind::Space => {
                let first = before(2).is_none_or(|t| t.kind == Kind::Newline);
                first.then(|| t.of(self.text).chars().filter(|&c| is_space(c)).count())
            }
            Some(t) => (t.kind == Kind::Newline).then_some(0),
            None => Some(0),
        }
    }

    /// Leaves a block at `close`, or reports a brace that closes nothing.
    fn close(&mut self, close: Token, report: &mut Report) {
        if self.by_indent
            && let Some(indent) = self.indent(close)
        {
            let deeper = |b: &Block| b.indent.is_some_and(|i| i < indent);
            if self.blocks.last().is_some_and(deeper) {
                return self.stray(close, report);
            }
            let known = self.blocks.iter().rev().take(MAX_DEPTH);
            let above = known.take_while(|b| b.indent.is_none_or(|i| i > indent)).count();
            let owner = self.blocks.len().checked_sub(above + 1).and_then(|i| self.blocks.get(i));
            if owner.is_some_and(|b| b.indent == Some(indent)) {
                for _ in 0..above {
                    if let Some(block) = self.blocks.pop() {
                        self.unclosed(&block, report);
                    }
                }
            }
        }
        if self.blocks.pop().is_none() {
            return self.stray(close, report);
        }
        self.cursor.at += 1;
        self.copy.take(self.text, close.start(), close.end());
        self.copy.add("\n");
        self.after_block(report);
    }

    /// What may follow a block on its line: further blocks that are commented out, and the node's end.
    fn after_block(&mut self, report: &mut Report) {
        loop {
            self.cursor.skip_blanks();
            let Some(token) = self.cursor.peek() else { return };
            match token.kind {
                Kind::Newline | Kind::Semicolon => {
                    self.cursor.at += 1;
                    return;
                }
                Kind::Close => return,
                Kind::Slashdash => {
                    self.cursor.at += 1;
                    if !self.cursor.skip_entry() {
                        self.idle_slashdash(token, report);
                    }
                }
                Kind::Open => {
                    let finding =
                        report.rule(&INVALID, token.start(), token.end(), "this is the node's second block");
                    report.push(finding.help("join the two blocks to one"));
                    return self.second_block(token);
                }
                _ => {
                    let text = token.of(self.text);
                    let message = format!("the line goes on after the block, with `{}`", super::cut(text));
                    let finding = report.rule(&TERMINATOR, token.start(), token.end(), message);
                    report.push(finding.help("begin a new line here, or write `;` before it"));
                    return;
                }
            }
        }
    }

    /// Reads a second block as one of a node without a name; it has been reported.
    fn second_block(&mut self, open: Token) {
        if self.blocks.len() >= MAX_DEPTH {
            return self.cursor.skip_block();
        }
        self.broken.push(open.start());
        self.copy.add_name(open.start());
        self.copy.add(" ");
        self.copy.take(self.text, open.start(), open.end());
        self.cursor.at += 1;
        self.blocks.push(Block { open, name: None, indent: None });
    }

    fn stray(&mut self, close: Token, report: &mut Report) {
        let mut end = close.end();
        self.cursor.at += 1;
        if self.blocks.is_empty() {
            end = self.cursor.run(Kind::Close, close);
        }
        self.bad_braces += 1;
        let finding = report.rule(&STRAY_BRACE, close.start(), end, "this `}` closes no block");
        report.push(finding.help("remove it"));
    }

    fn unclosed(&mut self, block: &Block, report: &mut Report) {
        self.bad_braces += 1;
        self.copy.add("}\n");
        let message = match block.name {
            Some(name) => format!("the block of `{}` is not closed", super::cut(name.of(self.text))),
            None => "this block is not closed".into(),
        };
        let finding = report.rule(&UNCLOSED_BRACE, block.open.start(), block.open.end(), message);
        report.push(finding.help("add `}` after the last line of the block"));
    }
}
