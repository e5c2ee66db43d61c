//! Tables straight into bytes, laid out as Python's `json.dumps(indent=4)` does it.

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
    #[cfg(debug_assertions)]
    order: Order,
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
            #[cfg(debug_assertions)]
            order: Order::default(),
        }
    }

    /// Closes what is open.
    pub fn finish(mut self) {
        self.close_table();
        self.out.extend_from_slice(if self.tables { b"\n}\n" } else { b"}\n" });
    }

    pub(super) fn begin_table(&mut self, name: &str) {
        #[cfg(debug_assertions)]
        self.order.table(name);
        self.close_table();
        self.out.extend_from_slice(if self.tables { b",\n    " } else { b"\n    " });
        self.tables = true;
        quote(self.out, name);
        self.out.extend_from_slice(b": {");
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

    fn name(&mut self, name: &str) {
        #[cfg(debug_assertions)]
        self.order.field(name);
        self.out.extend_from_slice(if self.fields { b",\n            " } else { b"\n            " });
        self.fields = true;
        quote(self.out, name);
        self.out.extend_from_slice(b": ");
    }
}

impl Sink for JsonSink<'_> {
    fn table(&mut self, name: &'static str) {
        self.pending = name;
    }

    fn row(&mut self, key: &str, _: Origin) {
        if !self.pending.is_empty() {
            self.begin_table(self.pending);
            self.pending = "";
        }
        #[cfg(debug_assertions)]
        self.order.row(key);
        self.close_row();
        self.out.extend_from_slice(if self.rows { b",\n        " } else { b"\n        " });
        self.rows = true;
        quote(self.out, key);
        self.out.extend_from_slice(b": {");
    }

    fn field(&mut self, name: &str, value: &str, _: Origin) {
        self.name(name);
        quote(self.out, value);
    }

    fn list(&mut self, name: &str, values: &[&str], _: Origin) {
        self.name(name);
        self.out.push(b'[');
        for (i, value) in values.iter().enumerate() {
            self.out.extend_from_slice(if i > 0 { b",\n                " } else { b"\n                " });
            quote(self.out, value);
        }
        self.out.extend_from_slice(if values.is_empty() { b"]" } else { b"\n            ]" });
    }
}

/// Writes a JSON string as Python does: all but ASCII escaped.
pub(crate) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if text.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\') {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.chars().for_each(|c| escape(out, c));
    }
    out.push(b'"');
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
