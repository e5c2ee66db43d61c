//! Where tables go: bytes, a typed [`ConfigDb`](super::ConfigDb), or reasons. Emission is written once, over any sink.

use fabc_lang::source::{Span, Spanned};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The rule that made it, in words.
    pub rule: &'static str,
    /// The place that asked for it, and a second one that had a say.
    pub at: [Option<Span>; 2],
    /// Whether the value itself stands there, as it is.
    pub stated: bool,
}

impl Origin {
    /// A rule that nobody asked for in particular.
    pub const fn rule(rule: &'static str) -> Self {
        Origin { rule, at: [None, None], stated: false }
    }

    /// The same rule, asked for here.
    pub const fn at(mut self, span: Span) -> Self {
        self.at[0] = Some(span);
        self
    }

    /// The same rule, asked for by this value where there is one.
    pub fn of<T>(self, value: Option<&Spanned<T>>) -> Self {
        match value {
            Some(value) => self.at(value.at),
            None => self,
        }
    }

    /// The same, for a value that stands there as it is.
    pub const fn stated(mut self) -> Self {
        self.stated = true;
        self
    }

    /// The same, where this place had a say too.
    pub const fn and(mut self, span: Span) -> Self {
        self.at[1] = Some(span);
        self
    }
}

/// Takes tables in alphabetical order, their rows and fields in natural order.
pub trait Sink {
    /// Begins a table. One without rows leaves no trace.
    fn table(&mut self, name: &'static str);

    /// A table whose rows are the same on switches that are alike, but for what is put in with [`own`](Sink::own).
    fn alike(&mut self, name: &'static str, emit: impl Fn(&mut Self))
    where
        Self: Sized,
    {
        self.table(name);
        emit(self);
    }

    /// Begins a row.
    fn row(&mut self, key: &str, origin: Origin);

    /// A row on a switch, by its index, that is the same in the files of all its neighbours.
    fn of_neighbour(&mut self, key: &str, _switch: usize, origin: Origin, emit: impl Fn(&mut Self))
    where
        Self: Sized,
    {
        self.row(key, origin);
        emit(self);
    }

    /// A field of the row. Its name is plain ASCII without quotes, as all names of SONiC's tables.
    fn field(&mut self, name: &'static str, value: &str, origin: Origin);

    /// A field of the switch's own in a table that is [`alike`](Sink::alike) otherwise.
    fn own(&mut self, name: &'static str, value: &str, origin: Origin) {
        self.field(name, value, origin);
    }

    /// A field whose value is a list.
    fn list(&mut self, name: &'static str, values: &[&str], origin: Origin);

    /// A field whose value is a number: a string too, as all that Redis holds.
    fn number(&mut self, name: &'static str, value: impl Into<u64>, origin: Origin) {
        self.field(name, itoa::Buffer::new().format(value.into()), origin);
    }

    /// An entry of a map: a field whose name is data, as a DSCP or a port.
    fn entry(&mut self, name: &str, value: &str, origin: Origin);
}
