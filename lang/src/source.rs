//! Source files, and places in them.

use std::sync::Arc;

/// Number of a file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes in one file: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end` of `file`; offsets beyond 4 GiB are cut off (files are limited far below that).
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let cut = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { file, start: cut(start), end: cut(end.max(start)) }
    }

    /// Its first byte, to be underlined where the whole would be too much.
    pub fn to_start(self) -> Span {
        Span { end: self.end.min(self.start + 1), ..self }
    }

    /// The smallest span that holds both; spans of different files give `self`.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A value and the place that it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub v: T,
    /// Where it stands.
    pub at: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(v: T, at: Span) -> Self {
        Spanned { v, at }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { v: f(self.v), at: self.at }
    }
}

/// KDL's newlines, apart from CR LF, which is one: LF, CR, NEL, VT, FF, LS, PS.
pub fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{0B}' | '\u{0C}' | '\u{2028}' | '\u{2029}')
}

/// Where the lines of a text begin, in bytes; they end where KDL's do.
pub fn line_starts(text: &str) -> Vec<u32> {
    let ends = text.bytes().enumerate().filter_map(|(i, byte)| {
        let next = |n: usize| text.as_bytes().get(i + n).copied();
        match (byte, next(1), next(2)) {
            (b'\r', Some(b'\n'), _) => None,
            (b'\n' | b'\r' | 0x0B | 0x0C, ..) => Some(i + 1),
            (0xC2, Some(0x85), _) => Some(i + 2),
            (0xE2, Some(0x80), Some(0xA8 | 0xA9)) => Some(i + 3),
            _ => None,
        }
    });
    std::iter::once(0).chain(ends).map(|n| u32::try_from(n).unwrap_or(u32::MAX)).collect()
}

/// One file: its name as shown to the user, its text, and where its lines begin.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: Arc<str>,
    lines: Arc<[u32]>,
    /// Whether each byte is a character: then columns need no counting, however long the line.
    ascii: bool,
    built_in: bool,
}

impl Source {
    /// The name as shown to the user: relative to the root file's folder, or `platforms/…` for built-in files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is part of fabc, rather than a file.
    pub fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column, both from 1; the column counts characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.line_start(line);
        let end = (offset as usize).min(self.text.len());
        if self.ascii {
            return (line, end.saturating_sub(start) + 1);
        }
        let column = self.text.get(start..end).map_or(end.saturating_sub(start), |s| s.chars().count());
        (line, column + 1)
    }

    /// Byte offset at which line `line` (from 1) begins; the length of the text beyond the last line.
    pub fn line_start(&self, line: usize) -> usize {
        self.lines.get(line.saturating_sub(1)).map_or(self.text.len(), |&n| n as usize)
    }

    /// The text of line `line` (from 1), with its newline; empty beyond the last line.
    pub fn line(&self, line: usize) -> &str {
        self.text.get(self.line_start(line)..self.line_start(line + 1)).unwrap_or_default()
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

/// All files that took part in a compilation, in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.push(name.into(), text.into(), false)
    }

    /// The same for what is part of fabc.
    pub fn add_built_in(&mut self, name: impl Into<String>, text: &str) -> FileId {
        self.push(name.into(), text.into(), true)
    }

    fn push(&mut self, name: String, text: Arc<str>, built_in: bool) -> FileId {
        let lines = line_starts(&text).into();
        let ascii = text.is_ascii();
        self.files.push(Source { name, text, lines, ascii, built_in });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file with this number.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The file with this name.
    pub fn find(&self, name: &str) -> Option<FileId> {
        self.iter().find(|(_, s)| s.name == name).map(|(id, _)| id)
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(i, s)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), s))
    }

    /// The text under a span; empty where the span is out of range.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|s| s.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// `name:line:column` of a span's beginning.
    pub fn place(&self, span: Span) -> String {
        self.get(span.file).map_or_else(String::new, |s| {
            let (line, column) = s.line_column(span.start);
            format!("{}:{line}:{column}", s.name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.kdl", "ab\nzß x\n");
        let source = sources.get(id).unwrap();
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(3), (2, 1));
        assert_eq!(source.line_column(6), (2, 3)); // ß is two bytes, one column
        assert_eq!(source.line_column(99), (3, 1));
        assert_eq!(sources.place(Span::new(id, 3, 4)), "a.kdl:2:1");
    }

    #[test]
    fn lines_end_where_those_of_kdl_do() {
        let text = "\n\r\r\n\u{85}é\u{0B}\u{0C}\u{2027}\u{2028}\u{2029}x";
        let kdl = text.char_indices().filter(|&(i, c)| is_newline(c) && !text[i..].starts_with("\r\n"));
        let kdl: Vec<usize> = std::iter::once(0).chain(kdl.map(|(i, c)| i + c.len_utf8())).collect();
        assert_eq!(kdl.len(), 9);
        assert_eq!(line_starts(text), kdl.iter().map(|&n| n as u32).collect::<Vec<_>>());
    }
}
