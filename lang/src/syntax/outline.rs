//! Tokens to heads and blocks: where each node begins and ends, what is commented out.

use super::copy::Copy;
use super::cursor::Cursor;
use super::head::{self, Health};
use super::lex::{Kind, Token};
use super::rules::{INVALID, TERMINATOR, TOO_DEEP};
use super::{MAX_DEPTH, Report};

/// What is known of a text before it is parsed.
pub(super) struct Outline<'a> {
    /// The text for the parser: everything in it that can be read.
    pub(super) copy: Copy,
    /// All heads, as they follow each other.
    pub(super) heads: Vec<Head>,
    text: &'a str,
    cursor: Cursor<'a>,
    /// Which heads' blocks have begun and not ended.
    open: Vec<usize>,
    head: Vec<Token>,
}

/// A node's head, and its block.
pub(super) struct Head {
    /// Where it begins in the copy.
    pub(super) start: usize,
    /// Where it ends there.
    pub(super) end: usize,
    /// Where its block ends there; none where it has none.
    pub(super) block: Option<usize>,
    /// How many blocks it is in.
    pub(super) depth: usize,
    /// Whether something about it can't be read; it has been reported.
    pub(super) broken: bool,
}

/// Reads the outline of a text whose braces pair.
pub(super) fn outline<'a>(text: &'a str, tokens: &'a [Token], report: &mut Report) -> Outline<'a> {
    let mut outline = Outline {
        copy: Copy::default(),
        heads: Vec::new(),
        text,
        cursor: Cursor { tokens, at: 0 },
        open: Vec::new(),
        head: Vec::new(),
    };
    while let Some(token) = outline.cursor.peek() {
        outline.step(token, report);
    }
    outline
}

impl Outline<'_> {
    /// Reads what may stand where a node may begin.
    fn step(&mut self, token: Token, report: &mut Report) {
        if self.cursor.skip_blanks() {
            return;
        }
        match token.kind {
            Kind::Newline | Kind::Stray => self.cursor.at += 1,
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
                Kind::Close | Kind::Stray => break,
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
        // A brace that closes nothing right behind: the one that would open the block may be missing in the head.
        let at = self.cursor.at;
        self.cursor.skip_blanks();
        let stray = self.cursor.next_kind() == Some(Kind::Stray) && self.head.len() > 1;
        self.cursor.at = at;
        if stray {
            self.head.truncate(1);
        }
        self.write_head(first, stray, report);
        self.copy.add("\n");
    }

    /// Checks the head that has been gathered, which may be `broken` already, and writes what is right of it.
    fn write_head(&mut self, first: Token, broken: bool, report: &mut Report) {
        let start = self.copy.text().len();
        let health = head::check(self.text, &mut self.head, report);
        match health {
            Health::Whole => {}
            Health::Named => self.head.truncate(1),
            Health::Nameless => {
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
        self.push_head(start, broken || health != Health::Whole);
    }

    /// Writes the head of a node without a name.
    fn write_nameless(&mut self, source: usize) {
        let start = self.copy.text().len();
        self.copy.add_name(source);
        self.push_head(start, true);
    }

    fn push_head(&mut self, start: usize, broken: bool) {
        let (end, depth) = (self.copy.text().len(), self.open.len());
        self.heads.push(Head { start, end, block: None, depth, broken });
    }

    /// Enters the block that begins at `open`.
    fn open(&mut self, first: Token, open: Token, report: &mut Report) {
        if self.head.is_empty() {
            let finding = report.rule(&INVALID, open.start(), open.end(), "this block belongs to no node");
            report.push(finding.help("write the node's name before `{`, on the same line"));
            self.write_nameless(open.start());
        } else {
            self.write_head(first, false, report);
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("blocks are nested more than {MAX_DEPTH} deep here");
            let finding = report.rule(&TOO_DEEP, open.start(), open.end(), message);
            report.push(finding.help("move this block outwards"));
            self.cursor.skip_block();
            return self.after_block(report);
        }
        self.copy.add(" ");
        if open.start() < open.end() {
            self.copy.take(self.text, open.start(), open.end());
        } else {
            self.copy.add("{");
        }
        self.cursor.at += 1;
        self.open.push(self.heads.len() - 1);
    }

    /// Leaves a block at `close`.
    fn close(&mut self, close: Token, report: &mut Report) {
        self.cursor.at += 1;
        if close.start() < close.end() {
            self.copy.take(self.text, close.start(), close.end());
        } else {
            self.copy.add("}");
        }
        if let Some(head) = self.open.pop().and_then(|head| self.heads.get_mut(head)) {
            head.block = Some(self.copy.text().len());
        }
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
                Kind::Close | Kind::Stray => return,
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
        if self.open.len() >= MAX_DEPTH {
            return self.cursor.skip_block();
        }
        self.write_nameless(open.start());
        self.copy.add(" ");
        self.copy.take(self.text, open.start(), open.end());
        self.cursor.at += 1;
        self.open.push(self.heads.len() - 1);
    }
}
