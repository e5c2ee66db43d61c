//! Tables straight into bytes, laid out as Python's `json.dumps(indent=4)` does it.

use std::ops::Range;

use super::alike::{Known, Neighbours, Pieces};
use super::config_db::Value;
use super::sink::{Origin, Sink};

/// Writes config_db.json into a buffer. [`JsonSink::finish`] closes it.
#[derive(Debug)]
pub struct JsonSink<'a> {
    out: &'a mut Vec<u8>,
    /// Table that was begun and has no row yet.
    pending: &'static str,
    tables: bool,
    rows: bool,
    fields: bool,
    /// Where the table begins that was begun last.
    start: usize,
    likes: Likes<'a>,
    /// What is known of rows on neighbours.
    neighbours: Option<&'a Neighbours>,
    /// What is left of a known table whose gaps are being filled.
    filling: Option<Filling<'a>>,
    /// Values of the switch's own in the table that is being made, from its beginning.
    own: Vec<Range<usize>>,
    #[cfg(debug_assertions)]
    order: Order,
}

/// A known table that is copied from gap to gap.
#[derive(Debug)]
struct Filling<'a> {
    known: Known<'a>,
    /// Up to where it is copied.
    from: usize,
    /// The next gap.
    gap: usize,
}

/// What is known of switches that are alike.
#[derive(Debug, Default)]
enum Likes<'a> {
    /// Nothing, and it isn't asked for.
    #[default]
    Alone,
    /// The tables that another switch has, too.
    Known(&'a Pieces),
    /// Those that are made now.
    Made(Pieces),
}

impl<'a> JsonSink<'a> {
    /// Begins a file at the end of `out`.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        JsonSink {
            out,
            pending: "",
            tables: false,
            rows: false,
            fields: false,
            start: 0,
            likes: Likes::Alone,
            neighbours: None,
            filling: None,
            own: Vec::new(),
            #[cfg(debug_assertions)]
            order: Order::default(),
        }
    }

    /// A file of a switch that is like others: takes what is known of them, else remembers it.
    pub(super) fn like(out: &'a mut Vec<u8>, known: Option<&'a Pieces>) -> Self {
        JsonSink { likes: known.map_or(Likes::Made(Pieces::default()), Likes::Known), ..JsonSink::new(out) }
    }

    /// The same, with rows that other switches' files have, too.
    pub(super) fn among(self, neighbours: &'a Neighbours) -> Self {
        JsonSink { neighbours: Some(neighbours), ..self }
    }

    /// Closes what is open.
    pub fn finish(self) {
        self.finish_made();
    }

    /// Closes what is open, and gives what others like it will have too, where that was not known.
    pub(super) fn finish_made(mut self) -> Option<Pieces> {
        self.close_table();
        self.out.extend_from_slice(if self.tables { b"\n}\n" } else { b"}\n" });
        match self.likes {
            Likes::Made(pieces) => Some(pieces),
            _ => None,
        }
    }

    pub(super) fn begin_table(&mut self, name: &str) {
        #[cfg(debug_assertions)]
        self.order.table(name);
        self.separate_table();
        quote(self.out, name);
        self.out.extend_from_slice(b": {");
    }

    fn separate_table(&mut self) {
        self.close_table();
        self.out.extend_from_slice(if self.tables { b",\n    " } else { b"\n    " });
        self.tables = true;
        self.start = self.out.len();
    }

    /// A table that is known: copied, with the switch's own values put in. Debug builds, and with them all tests, see that
    /// it is what would be made.
    fn copy(&mut self, name: &'static str, known: Known<'a>, emit: impl Fn(&mut Self)) {
        let before = (self.out.len(), self.tables, self.rows, self.fields);
        if !known.bytes.is_empty() {
            self.separate_table();
            if !known.gaps.is_empty() {
                self.filling = Some(Filling { known, from: 0, gap: 0 });
                emit(self);
            }
            let from = self.filling.take().map_or(0, |filling| filling.from);
            self.out.extend_from_slice(known.bytes.get(from..).unwrap_or_default());
            (self.rows, self.fields) = (true, known.fields);
        }
        if cfg!(debug_assertions) {
            let (copied, after) = (self.out.split_off(before.0), (self.rows, self.fields));
            (self.tables, self.rows, self.fields) = (before.1, before.2, before.3);
            self.table(name);
            emit(self);
            debug_assert!(self.out.get(before.0..) == Some(&copied), "{name} is not alike");
            debug_assert!(self.rows == after.0 && self.fields == after.1, "{name} ends otherwise");
        }
    }

    /// The table of this name as far as it is written; empty if it has no row yet.
    fn last_table(&self, name: &str) -> &[u8] {
        if self.pending == name { &[] } else { self.out.get(self.start..).unwrap_or_default() }
    }

    fn close_row(&mut self) {
        if self.rows {
            self.out.extend_from_slice(if self.fields { b"\n        }" } else { b"}" });
        }
        self.fields = false;
    }

    fn close_table(&mut self) {
        self.close_row();
        if self.rows {
            self.out.extend_from_slice(b"\n    }");
        }
        self.rows = false;
    }

    /// Begins a row of any key.
    pub(super) fn begin_row(&mut self, key: &str) {
        #[cfg(debug_assertions)]
        self.order.row(key);
        self.close_row();
        self.out.extend_from_slice(if self.rows { b",\n        " } else { b"\n        " });
        self.rows = true;
        quote(self.out, key);
        self.out.extend_from_slice(b": {");
    }

    /// Begins a field of any name.
    fn begin_field(&mut self, name: &str) {
        #[cfg(debug_assertions)]
        self.order.field(name);
        self.separate();
        quote(self.out, name);
        self.out.extend_from_slice(b": ");
    }

    /// Begins a field whose name is known to need no escape, as all of ours; inlined, it is copied as a constant. The
    /// value, of at most `length` bytes, and all around it find room.
    #[inline]
    fn begin_known(&mut self, name: &'static str, length: usize) {
        #[cfg(debug_assertions)]
        self.order.field(name);
        self.out.reserve(name.len() + length + 32);
        self.out.extend_from_slice(if self.fields { b",\n            \"" } else { b"\n            \"" });
        self.fields = true;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\": ");
    }

    fn separate(&mut self) {
        self.out.extend_from_slice(if self.fields { b",\n            " } else { b"\n            " });
        self.fields = true;
    }

    /// A field of any name.
    pub(super) fn any_field(&mut self, name: &str, value: &Value) {
        self.begin_field(name);
        match value {
            Value::Text(text) => quote(self.out, text),
            Value::List(list) => self.items(list.iter().map(String::as_str)),
        }
    }

    fn items<'t>(&mut self, values: impl Iterator<Item = &'t str>) {
        self.out.push(b'[');
        let mut any = false;
        for value in values {
            let first = !std::mem::replace(&mut any, true);
            self.out.extend_from_slice(if first { b"\n                " } else { b",\n                " });
            quote(self.out, value);
        }
        self.out.extend_from_slice(if any { b"\n            ]" } else { b"]" });
    }
}

impl Sink for JsonSink<'_> {
    fn table(&mut self, name: &'static str) {
        self.pending = name;
    }

    fn alike(&mut self, name: &'static str, emit: impl Fn(&mut Self)) {
        let pieces = match &self.likes {
            Likes::Known(pieces) => Some(*pieces),
            _ => None,
        };
        if let Some(known) = pieces.and_then(|pieces| pieces.find(name)) {
            return self.copy(name, known, emit);
        }
        self.table(name);
        self.own.clear();
        emit(self);
        if let Likes::Made(mut pieces) = std::mem::take(&mut self.likes) {
            pieces.add(name, self.last_table(name), &self.own, self.fields);
            self.likes = Likes::Made(pieces);
        }
    }

    fn row(&mut self, key: &str, _: Origin) {
        if self.filling.is_some() {
            return;
        }
        if !self.pending.is_empty() {
            self.begin_table(self.pending);
            self.pending = "";
        }
        self.begin_row(key);
    }

    fn of_neighbour(&mut self, key: &str, switch: usize, origin: Origin, emit: impl Fn(&mut Self)) {
        self.row(key, origin);
        let Some(known) = self.neighbours.and_then(|neighbours| neighbours.row(switch)) else {
            return emit(self);
        };
        let from = self.out.len();
        if let Some(row) = known.get() {
            self.out.extend_from_slice(row);
            self.fields = !row.is_empty();
            if !cfg!(debug_assertions) {
                return;
            }
            self.out.truncate(from);
            self.fields = false;
        }
        emit(self);
        let made = self.out.get(from..).unwrap_or_default();
        let first = known.get_or_init(|| made.into());
        debug_assert!(**first == *made, "{key} is not the same in all files");
    }

    #[inline]
    fn field(&mut self, name: &'static str, value: &str, _: Origin) {
        if self.filling.is_some() {
            return;
        }
        self.begin_known(name, value.len());
        quote(self.out, value);
    }

    fn own(&mut self, name: &'static str, value: &str, _: Origin) {
        if let Some(filling) = &mut self.filling {
            let gap = filling.known.gaps.get(filling.gap).copied().unwrap_or(filling.known.bytes.len());
            self.out.extend_from_slice(filling.known.bytes.get(filling.from..gap).unwrap_or_default());
            (filling.from, filling.gap) = (gap, filling.gap + 1);
            return quote(self.out, value);
        }
        self.begin_known(name, value.len());
        let from = self.out.len() - self.start;
        quote(self.out, value);
        if let Likes::Made(_) = self.likes {
            self.own.push(from..self.out.len() - self.start);
        }
    }

    fn list(&mut self, name: &'static str, values: &[&str], _: Origin) {
        if self.filling.is_some() {
            return;
        }
        self.begin_known(name, 0);
        self.items(values.iter().copied());
    }

    #[inline]
    fn number(&mut self, name: &'static str, value: impl Into<u64>, _: Origin) {
        if self.filling.is_some() {
            return;
        }
        self.begin_known(name, 20);
        self.out.push(b'"');
        self.out.extend_from_slice(itoa::Buffer::new().format(value.into()).as_bytes());
        self.out.push(b'"');
    }

    fn entry(&mut self, name: &str, value: &str, _: Origin) {
        if self.filling.is_some() {
            return;
        }
        self.begin_field(name);
        quote(self.out, value);
    }
}

/// Writes a JSON string as Python does: all but ASCII escaped.
pub(crate) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.chars().for_each(|c| escape(out, c));
    }
    out.push(b'"');
}

/// Whether no byte has to be escaped. Eight bytes at a time, without a branch for each: names and values are short, and
/// this is most of the work of writing them.
fn is_plain(text: &[u8]) -> bool {
    // What is left after the last whole word is looked at together with some bytes before it.
    if let Some(last) = text.last_chunk::<8>() {
        let (words, _) = text.as_chunks::<8>();
        let last = is_plain_word(u64::from_le_bytes(*last));
        return words.iter().fold(last, |plain, word| plain & is_plain_word(u64::from_le_bytes(*word)));
    }
    let word = match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        // Filled up with spaces.
        _ => text.iter().fold(ONES * 0x20, |word, &byte| word << 8 | u64::from(byte)),
    };
    is_plain_word(word)
}

const ONES: u64 = u64::from_le_bytes([1; 8]);

fn is_plain_word(word: u64) -> bool {
    const HIGH: u64 = ONES << 7;
    // A byte becomes 0 where it is equal; below 0x20, and 0 by borrow, show in the high bit. 0x7f plus one, and what is
    // beyond ASCII, show there too.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let bad =
        zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | (word.wrapping_sub(ONES * 0x20) & !word);
    (bad | word | word.wrapping_add(ONES)) & HIGH == 0
}

fn escape(out: &mut Vec<u8>, c: char) {
    let short = match c {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        ' '..='~' => return out.extend(u8::try_from(c)),
        _ => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
            return;
        }
    };
    out.extend_from_slice(short);
}

/// Sees in debug builds that nothing has to be sorted.
#[cfg(debug_assertions)]
#[derive(Debug, Default)]
struct Order {
    table: String,
    row: Option<String>,
    field: Option<String>,
}

#[cfg(debug_assertions)]
impl Order {
    fn table(&mut self, name: &str) {
        debug_assert!(self.table.as_str() < name, "table {name} after {}", self.table);
        *self = Order { table: name.to_owned(), row: None, field: None };
    }

    fn row(&mut self, key: &str) {
        Order::next(&mut self.row, key, &self.table);
        self.field = None;
    }

    fn field(&mut self, name: &str) {
        Order::next(&mut self.field, name, &self.table);
    }

    fn next(last: &mut Option<String>, name: &str, table: &str) {
        let follows = last.as_deref().is_none_or(|last| fabc_lang::fabric::natural_cmp(last, name).is_lt());
        debug_assert!(follows, "{table}: {name} after {}", last.as_deref().unwrap_or_default());
        *last = Some(name.to_owned());
    }
}
