//! Text to tokens: one linear pass that never fails. What can't be a token of KDL is a token all the same, of a kind
//! that says so.

use std::cell::Cell;

use crate::source::is_newline;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blanks other than newlines.
    Space,
    /// One newline of any of KDL's eight kinds.
    Newline,
    /// `// …` or a closed `/* … */`
    Comment,
    /// `/*` without its `*/`; reaches to the end of its line.
    OpenComment,
    /// `# …`, no comment in KDL; reaches to the end of its line.
    HashComment,
    /// `/-`
    Slashdash,
    /// `;`
    Semicolon,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `(`
    TypeOpen,
    /// `)`
    TypeClose,
    /// `=`
    Equals,
    /// `"…"`
    Quoted,
    /// `"""…"""` over several lines.
    Multiline,
    /// `#"…"#`, also over several lines.
    Raw,
    /// `r"…"` without its `r`: KDL 1.
    OldRaw,
    /// A string without its end; reaches to the end of its line.
    OpenString,
    /// A multi-line string whose quotes don't stand on lines of their own.
    BadMultiline,
    /// A bare word or a number.
    Word,
    /// `#true` and its like.
    Keyword,
    /// `\`
    Backslash,
    /// `*/` where no comment is open.
    EndComment,
    /// A closing brace that closes nothing; known only when braces have been paired.
    Stray,
    /// A character that belongs to no token.
    Junk,
}

impl Kind {
    /// Whether this is a blank or a comment, whatever it looks like.
    pub(super) fn is_blank(self) -> bool {
        use Kind::{Comment, EndComment, HashComment, OpenComment, Space};
        matches!(self, Space | Comment | OpenComment | EndComment | HashComment)
    }
}

/// A piece of the text. The tokens of a text, in order, are the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    /// A token that the text has not, at byte `at`.
    pub(super) fn empty(kind: Kind, at: usize) -> Self {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        Token { kind, start: at, end: at }
    }

    /// The same place as a brace that closes nothing.
    pub(super) fn stray(self) -> Self {
        Token { kind: Kind::Stray, ..self }
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or_default()
    }

    /// Whether this is a string, well-formed or not.
    pub(super) fn is_string(self) -> bool {
        use Kind::{BadMultiline, Multiline, OldRaw, OpenString, Quoted, Raw};
        matches!(self.kind, Quoted | Multiline | Raw | OldRaw | OpenString | BadMultiline)
    }
}

/// How often the length of the text may be searched in vain for the end of a comment or a string. Beyond that, what does not
/// end on its line does not end: otherwise a file of openers would take time in the square of its size.
const LOST_SEARCHES: usize = 3;

/// `# ` fences longer than this are no raw strings.
const MAX_HASHES: usize = 255;

/// The tokens of `text`.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer =
        Lexer { text, at: 0, start: 0, lost: 0, line_end: Cell::new(0), line: 0, tokens: Vec::new() };
    while lexer.at < text.len() {
        lexer.start = lexer.at;
        let kind = lexer.next();
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        lexer.tokens.push(Token { kind, start: cut(lexer.start), end: cut(lexer.at) });
        if kind == Kind::Newline {
            lexer.line = lexer.tokens.len();
        }
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// Where the token that is read begins.
    start: usize,
    /// Bytes that were searched in vain.
    lost: usize,
    /// Where the line ends whose end was looked for last: a long line is not searched again for each of its tokens.
    line_end: Cell<usize>,
    /// The first token of the line.
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    /// Reads one token; moves by one character at least.
    fn next(&mut self) -> Kind {
        let glued = self.tokens.last().is_some_and(|t| {
            t.is_string() || matches!(t.kind, Kind::Word | Kind::Keyword | Kind::Junk | Kind::TypeClose)
        });
        let Some(c) = self.rest().chars().next() else { return Kind::Junk };
        let kind = match c {
            ';' => Kind::Semicolon,
            '{' => Kind::Open,
            '}' => Kind::Close,
            '(' => Kind::TypeOpen,
            ')' => Kind::TypeClose,
            '=' => Kind::Equals,
            '\\' => Kind::Backslash,
            '"' => return self.string(),
            '#' => return self.hash(glued),
            '/' if self.rest().starts_with("//") => {
                self.skip_line();
                return Kind::Comment;
            }
            '/' if self.rest().starts_with("/*") => return self.comment(),
            // `*//` and `*/*` are a word and a comment.
            '*' if self.rest().strip_prefix("*/").is_some_and(|r| !r.starts_with(['/', '*'])) => {
                self.at += 2;
                return Kind::EndComment;
            }
            '/' if self.rest().starts_with("/-") && !glued => {
                self.at += 2;
                return Kind::Slashdash;
            }
            '\r' if self.rest().starts_with("\r\n") => {
                self.at += 2;
                return Kind::Newline;
            }
            '\u{FEFF}' if self.at == 0 => Kind::Space,
            c if is_newline(c) => Kind::Newline,
            c if is_space(c) => {
                self.skip(is_space);
                return Kind::Space;
            }
            c if is_word(c) => {
                self.skip(is_word);
                return Kind::Word;
            }
            _ => Kind::Junk,
        };
        self.at += c.len_utf8();
        kind
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, is: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !is(c)).unwrap_or(self.rest().len());
    }

    fn skip_line(&mut self) {
        self.skip(|c| !is_newline(c));
    }

    /// What is left of the line that byte `from` stands on.
    fn line(&self, from: usize) -> &'a str {
        // Searches go forward only, so the end found last holds until it is passed.
        if from >= self.line_end.get() {
            let rest = self.text.get(from..).unwrap_or_default();
            self.line_end.set(from + rest.find(is_newline).unwrap_or(rest.len()));
        }
        self.text.get(from..self.line_end.get()).unwrap_or_default()
    }

    /// What may be searched from byte `from` on for an end: all of the text, or the rest of the line.
    fn scope(&self, from: usize) -> &'a str {
        let all = self.lost <= LOST_SEARCHES * self.text.len();
        if all { self.text.get(from..).unwrap_or_default() } else { self.line(from) }
    }

    /// The end of a search that found nothing in so many bytes.
    fn is_lost(&mut self, bytes: usize) {
        self.lost = self.lost.saturating_add(bytes);
    }

    /// `/* … */`; such comments nest.
    fn comment(&mut self) -> Kind {
        let bytes = self.scope(self.at).as_bytes();
        let (mut depth, mut i) = (0usize, 0);
        while let Some(pair) = bytes.get(i..i + 2) {
            match pair {
                b"/*" => depth += 1,
                b"*/" => depth -= 1,
                _ => {
                    i += 1;
                    continue;
                }
            }
            i += 2;
            if depth == 0 {
                self.at += i;
                return Kind::Comment;
            }
        }
        self.is_lost(bytes.len());
        self.skip_line();
        self.skip_text(true);
        Kind::OpenComment
    }

    /// What begins with `#`: a raw string, a keyword, or a comment as other languages write it.
    fn hash(&mut self, glued: bool) -> Kind {
        let hashes = self.rest().bytes().take_while(|&b| b == b'#').count();
        let after = self.rest().get(hashes..).unwrap_or_default();
        if after.starts_with('"') && hashes <= MAX_HASHES {
            return self.raw(hashes);
        }
        if !glued && (hashes > 1 || after.is_empty() || after.starts_with(|c| is_space(c) || is_newline(c))) {
            self.skip_line();
            return Kind::HashComment;
        }
        self.at += hashes;
        self.skip(is_word);
        Kind::Keyword
    }

    fn raw(&mut self, hashes: usize) -> Kind {
        let fence = "#".repeat(hashes);
        let body = self.at + hashes;
        let rest = self.text.get(body..).unwrap_or_default();
        if rest.strip_prefix("\"\"\"").is_some_and(|r| r.starts_with(is_newline)) {
            let close = format!("\"\"\"{fence}");
            let scope = self.scope(body + 3);
            let Some(length) = scope.find(&close) else {
                self.is_lost(scope.len());
                return self.open_string();
            };
            let end = body + 3 + length;
            return self.close_multiline(end, end + close.len(), Kind::Raw);
        }
        let close = format!("\"{fence}");
        match self.line(body + 1).find(&close) {
            Some(length) => {
                self.at = body + 1 + length + close.len();
                Kind::Raw
            }
            None => self.open_string(),
        }
    }

    /// What begins with `"`.
    fn string(&mut self) -> Kind {
        let bare = |t: &Token| t.kind == Kind::Word && t.end() == self.at && t.of(self.text) == "r";
        if self.tokens.last().is_some_and(bare) {
            if let Some(length) = self.line(self.at + 1).find('"') {
                self.at += length + 2;
                return Kind::OldRaw;
            }
            return self.open_string();
        }
        if self.rest().starts_with("\"\"\"") {
            return self.multiline();
        }
        match find_quote(self.scope(self.at + 1), "\"") {
            Ok((length, _)) => {
                self.at += length + 2;
                Kind::Quoted
            }
            Err(length) => {
                self.is_lost(length);
                self.open_string()
            }
        }
    }

    fn multiline(&mut self) -> Kind {
        let body = self.at + 3;
        let line = self.line(body);
        if !line.is_empty() {
            // `"""text"""`, or text after the opening quotes.
            if let Some(length) = line.find("\"\"\"") {
                self.at = body + length + 3;
                return Kind::BadMultiline;
            }
        }
        let glued = !line.is_empty();
        match find_quote(self.scope(body), "\"\"\"") {
            Err(length) => {
                self.is_lost(length);
                self.open_string()
            }
            Ok((length, _)) if glued => {
                self.at = body + length + 3;
                Kind::BadMultiline
            }
            Ok((length, true)) => {
                self.at = body + length + 3;
                Kind::Multiline
            }
            Ok((length, false)) => self.close_multiline(body + length, body + length + 3, Kind::BadMultiline),
        }
    }

    /// Ends a multi-line string at its closing quotes `at..end`, if they do close it. Where they stand behind text, they
    /// either close in the wrong place or open another string, and then this one has no end.
    fn close_multiline(&mut self, at: usize, end: usize, kind: Kind) -> Kind {
        let before = self.text.get(self.at..at).unwrap_or_default();
        let line = before.rsplit(is_newline).next().unwrap_or_default();
        if line.chars().all(is_space) {
            self.at = end;
            kind
        } else if line.ends_with(is_space) || line.ends_with('=') {
            self.is_lost(before.len());
            self.open_string()
        } else {
            self.at = end;
            Kind::BadMultiline
        }
    }

    /// A string without an end stops with its line, or with the text below that is indented deeper. Braces and semicolons
    /// that end the line are left to do their work.
    fn open_string(&mut self) -> Kind {
        let line = self.line(self.at);
        let line = line.get(..line.find(" //").unwrap_or(line.len())).unwrap_or_default();
        let trimmed = line.trim_end_matches(|c| is_space(c) || matches!(c, '{' | '}' | ';'));
        let marks = line.len() - line.trim_start_matches(['#', '"']).len();
        let own = trimmed.len().max(marks);
        let length =
            own + self.swallowed(line.get(..own).unwrap_or_default(), line.get(own..).unwrap_or_default());
        self.at += length;
        if length >= line.trim_end_matches(is_space).len() {
            self.skip_text(false);
        }
        Kind::OpenString
    }

    /// How much of what ends the line closes blocks that begin in strings of the line, where quotes have changed places.
    fn swallowed(&self, own: &str, end: &str) -> usize {
        let excess = |text: &str| {
            let count = |brace| text.matches(brace).count();
            count('{').cast_signed() - count('}').cast_signed()
        };
        let strings = self.tokens.get(self.line..).unwrap_or_default().iter().filter(|t| t.is_string());
        let open = excess(own) + strings.map(|t| excess(t.of(self.text))).sum::<isize>();
        let closing = end.char_indices().filter(|&(_, c)| c == '}').take(usize::try_from(open).unwrap_or(0));
        closing.last().map_or(0, |(i, c)| i + c.len_utf8())
    }

    /// Moves over the lines below that are indented deeper than this one, to the end of the last: they belong to a comment or
    /// a string without an end, as this line opens no block that they could be in. A comment also has the lines that begin
    /// with `*`.
    fn skip_text(&mut self, comment: bool) {
        let tokens = self.tokens.get(self.line..).unwrap_or_default();
        let braces = |kind| tokens.iter().filter(|t| t.kind == kind).count();
        let block = braces(Kind::Open) > braces(Kind::Close);
        let blanks = |text: &str| text.chars().take_while(|&c| is_space(c)).count();
        let first = tokens.first().map_or(self.start, |t| t.start());
        let indent = blanks(self.text.get(first..).unwrap_or_default());
        let mut at = self.at + self.line(self.at).len();
        while let Some(newline) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            at += newline.len_utf8();
            let line = self.line(at);
            at += line.len();
            let text = line.trim_start_matches(is_space);
            let deeper = !block && blanks(line) > indent;
            if deeper && !text.is_empty() || comment && text.starts_with('*') {
                self.at = at;
            } else if !text.is_empty() {
                break;
            }
        }
        self.line_end.set(0); // it may be beyond the lines that have been read
    }
}

/// The offset of the first `quote` that no backslash hides, and whether only blanks precede it on its line; or how many
/// bytes were searched. One quote is looked for on one line only.
fn find_quote(text: &str, quote: &str) -> Result<(usize, bool), usize> {
    let (mut at, mut blank) = (0, false);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return Err(at) };
        if rest.starts_with(quote) {
            return Ok((at, blank));
        }
        at += c.len_utf8();
        if c == '\\' {
            let next = text.get(at..).unwrap_or_default();
            let gap = next.find(|c| !is_space(c) && !is_newline(c)).unwrap_or(next.len());
            if gap == 0 {
                blank = false;
                at += next.chars().next().map_or(0, char::len_utf8);
            }
            at += gap;
        } else if is_newline(c) {
            if quote.len() == 1 {
                return Err(at);
            }
            blank = true;
        } else {
            blank &= is_space(c);
        }
    }
}

/// KDL's blanks.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// Characters that may not stand in a file, not even in a string.
pub(super) fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{08}' | '\u{0E}'..='\u{1F}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Characters of bare words.
fn is_word(c: char) -> bool {
    let mark = matches!(c, '\\' | '/' | '(' | ')' | '{' | '}' | '[' | ']' | ';' | '"' | '#' | '=');
    !mark && !is_newline(c) && !is_space(c) && !is_forbidden(c)
}
