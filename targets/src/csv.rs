//! Comma-separated rows by RFC 4180, with line feeds as all of Unix reads them.

use std::fmt::Display;

/// Writes one row, cell by cell. [`Row::end`] closes it.
pub(crate) struct Row<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Row<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Row { out, first: true }
    }

    pub fn cell(&mut self, text: &str) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        if text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
            self.out.push(b'"');
            self.out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
        self
    }

    pub fn number(&mut self, n: impl Into<u64>) -> &mut Self {
        self.cell(itoa::Buffer::new().format(n.into()))
    }

    pub fn value(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.cell(&value.to_string()),
            None => self.cell(""),
        }
    }

    pub fn end(self) {
        self.out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_only_where_needed() {
        let mut out = Vec::new();
        let mut row = Row::new(&mut out);
        row.cell("a").cell("b,c").cell("say \"x\"").cell("").number(7u32).value(None::<u8>);
        row.end();
        assert_eq!(String::from_utf8(out).unwrap(), "a,\"b,c\",\"say \"\"x\"\"\",,7,\n");
    }
}
