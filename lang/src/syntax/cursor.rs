//! A place among the tokens: moving over blanks, and over what is commented out.

use super::lex::{Kind, Token};

/// Tokens, of which those from `at` on are still to be read.
pub(super) struct Cursor<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
}

impl Cursor<'_> {
    /// The next token.
    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// What the next token is.
    pub(super) fn next_kind(&self) -> Option<Kind> {
        self.peek().map(|t| t.kind)
    }

    /// Moves over a run of tokens of one kind and blanks between them; gives the end of the last.
    pub(super) fn run(&mut self, kind: Kind, first: Token) -> usize {
        let mut end = first.end();
        while let Some(token) =
            self.peek().filter(|t| t.kind == kind || matches!(t.kind, Kind::Space | Kind::Newline))
        {
            if token.kind == kind {
                end = token.end();
            }
            self.at += 1;
        }
        end
    }

    /// Moves over blanks, comments and continued line ends, if there are any.
    pub(super) fn skip_blanks(&mut self) -> bool {
        let from = self.at;
        while let Some(kind) = self.next_kind() {
            match kind {
                k if k.is_blank() => self.at += 1,
                Kind::Backslash => match self.continued() {
                    Some(next) => self.at = next,
                    None => break,
                },
                _ => break,
            }
        }
        self.at > from
    }

    /// Where the text goes on after the backslash here, if that continues the line.
    fn continued(&self) -> Option<usize> {
        let rest = self.tokens.get(self.at + 1..)?;
        let blanks = rest.iter().take_while(|t| matches!(t.kind, Kind::Space | Kind::Comment)).count();
        let next = self.at + 1 + blanks;
        match self.tokens.get(next) {
            None => Some(next),
            Some(t) if t.kind == Kind::Newline => Some(next + 1),
            Some(_) => None,
        }
    }

    /// Moves over blanks, comments and newlines.
    fn skip_lines(&mut self) {
        while self.skip_blanks() || self.next_kind() == Some(Kind::Newline) {
            self.at += usize::from(self.next_kind() == Some(Kind::Newline));
        }
    }

    /// Moves over a node that is commented out, with its block and its `;`.
    pub(super) fn skip_node(&mut self) -> bool {
        self.skip_lines();
        let from = self.at;
        loop {
            self.skip_blanks();
            match self.next_kind() {
                None | Some(Kind::Newline | Kind::Close | Kind::Stray) => break,
                Some(Kind::Semicolon) if self.at == from => return false,
                Some(Kind::Semicolon) => {
                    self.at += 1;
                    break;
                }
                Some(Kind::Open) if self.at == from => return false,
                Some(Kind::Open) => self.skip_block(),
                Some(Kind::Slashdash) => {
                    self.at += 1;
                    self.skip_lines();
                }
                Some(_) => self.at += 1,
            }
        }
        self.at > from
    }

    /// Moves over a block, as deep as it may be.
    pub(super) fn skip_block(&mut self) {
        let mut depth = 0usize;
        while let Some(kind) = self.next_kind() {
            match kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// Moves over an entry or a block that is commented out.
    pub(super) fn skip_entry(&mut self) -> bool {
        self.skip_lines();
        if self.next_kind() == Some(Kind::Open) {
            self.skip_block();
            return true;
        }
        if !self.skip_value() {
            return false;
        }
        let end = self.at;
        self.skip_blanks();
        if self.next_kind() != Some(Kind::Equals) {
            self.at = end;
            return true;
        }
        self.at += 1;
        self.skip_blanks();
        self.skip_value()
    }

    fn skip_value(&mut self) -> bool {
        if self.next_kind() == Some(Kind::TypeOpen) {
            while self.next_kind().is_some_and(|k| matches!(k, Kind::TypeOpen | Kind::Space | Kind::Word)) {
                self.at += 1;
            }
            self.at += usize::from(self.next_kind() == Some(Kind::TypeClose));
            self.skip_blanks();
        }
        let from = self.at;
        while self
            .peek()
            .is_some_and(|t| t.is_string() || matches!(t.kind, Kind::Word | Kind::Keyword | Kind::Junk))
        {
            self.at += 1;
        }
        self.at > from
    }
}
