//! Comma-separated rows by RFC 4180, with line feeds as all of Unix reads them.

use std::net::Ipv4Addr;

use crate::address;

/// Writes one row, cell by cell. [`Row::end`] closes it.
pub(crate) struct Row<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Row<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Row { out, first: true }
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    pub fn cell(&mut self, text: &str) -> &mut Self {
        self.separate();
        if needs_quotes(text) {
            self.out.push(b'"');
            self.out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.out.push(b'"');
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
        self
    }

    pub fn number(&mut self, n: impl Into<u64>) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(itoa::Buffer::new().format(n.into()).as_bytes());
        self
    }

    /// A cell in pieces.
    pub fn joined(&mut self, pieces: &[&str]) -> &mut Self {
        if pieces.iter().any(|piece| needs_quotes(piece)) {
            return self.cell(&pieces.concat());
        }
        self.separate();
        pieces.iter().for_each(|piece| self.out.extend_from_slice(piece.as_bytes()));
        self
    }

    pub fn address(&mut self, address: Option<Ipv4Addr>) -> &mut Self {
        self.separate();
        if let Some(address) = address {
            address::pieces(address, |piece| self.out.extend_from_slice(piece.as_bytes()));
        }
        self
    }

    pub fn value(&mut self, value: Option<impl Into<u64>>) -> &mut Self {
        match value {
            Some(value) => self.number(value),
            None => self.cell(""),
        }
    }

    pub fn end(self) {
        self.out.push(b'\n');
    }
}

/// Looks at all bytes without an early end, so that many can be looked at at once.
fn needs_quotes(text: &str) -> bool {
    text.bytes().fold(false, |found, b| found | matches!(b, b',' | b'"' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_only_where_needed() {
        let mut out = Vec::new();
        let mut row = Row::new(&mut out);
        row.cell("a").cell("b,c").cell("say \"x\"").cell("").number(7u32).value(None::<u8>);
        row.value(Some(8u8)).joined(&["a", ":b"]).joined(&["a", ",b"]).address(None);
        row.end();
        assert_eq!(String::from_utf8(out).unwrap(), "a,\"b,c\",\"say \"\"x\"\"\",,7,,8,a:b,\"a,b\",\n");
    }
}
