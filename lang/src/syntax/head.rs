//! A node's head, token by token: name, arguments, properties.

use super::lex::{Kind, Token};
use super::rules::{EQUALS, INVALID, KDL1, TYPE};
use super::word::{self, Role};
use super::{Report, cut};

/// What is left of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// All of it.
    Whole,
    /// Its name, the first token.
    Named,
    /// Nothing.
    Nameless,
}

/// Checks a head and takes type annotations out of it. Reports everything that kdl would not read.
pub(super) fn check(text: &str, head: &mut Vec<Token>, report: &mut Report) -> Health {
    // Where a string without an end stands close to a word, the quotes went wrong before it, and that has been reported.
    let mut quiet = report.quiet();
    let open = head.iter().any(|t| t.kind == Kind::OpenString);
    let close = |pair: &[Token]| pair[0].end() == pair[1].start();
    let word = |t: &Token| t.kind == Kind::Word;
    let flips = |pair: &[Token]| {
        close(pair) && (word(&pair[0]) && pair[1].is_string() || pair[0].is_string() && word(&pair[1]))
    };
    let report = if open && head.windows(2).any(flips) { &mut quiet } else { report };
    let types = remove_types(text, head, report);
    let mut reader = Reader { text, head, at: 0, sound: true, report };
    let named = match reader.cluster() {
        Some(cluster) => reader.check_cluster(cluster, Role::Name),
        None if types => return Health::Nameless,
        None => false,
    };
    if let Some(equals) = reader.equals() {
        if named {
            let name = reader.head.first().map_or("", |t| t.of(text));
            let (name, value) = (cut(name), reader.peek().map_or("…".into(), |t| cut(t.of(text))));
            let message = format!("`{name}` is a node; its value follows without `=`");
            let finding = reader.report.rule(&EQUALS, equals.start(), equals.end(), message);
            reader.report.push(finding.help(format!("write `{name} {value}`")));
        } else if reader.sound {
            reader.no_key(equals);
        }
        reader.sound = false;
        reader.cluster();
    }
    while reader.at < reader.head.len() {
        reader.entry();
    }
    match (named, reader.sound) {
        (true, true) => Health::Whole,
        (true, false) => Health::Named,
        (false, _) => Health::Nameless,
    }
}

/// Takes `(type)` out where it stands before a name or a value. What else is between parentheses is left to be junk.
fn remove_types(text: &str, head: &mut Vec<Token>, report: &mut Report) -> bool {
    if !head.iter().any(|t| t.kind == Kind::TypeOpen) {
        return false;
    }
    let mut kept: Vec<Token> = Vec::with_capacity(head.len());
    let mut rest = head.as_slice();
    let mut any = false;
    while let Some((&first, tail)) = rest.split_first() {
        let glued = kept.last().is_some_and(|t| t.end() == first.start() && t.kind != Kind::Equals);
        if let (Kind::TypeOpen, false, [inner, close, after @ ..]) = (first.kind, glued, tail)
            && close.kind == Kind::TypeClose
            && (inner.is_string() || inner.kind == Kind::Word)
        {
            let shown = cut(text.get(first.start()..close.end()).unwrap_or_default());
            let message = format!("`{shown}` is a type annotation; fabc has none");
            let finding = report.rule(&TYPE, first.start(), close.end(), message);
            report.push(finding.help("remove it"));
            any = true;
            rest = after;
            continue;
        }
        kept.push(first);
        rest = tail;
    }
    *head = kept;
    any
}

struct Reader<'a, 'b> {
    text: &'a str,
    head: &'a [Token],
    at: usize,
    sound: bool,
    report: &'b mut Report,
}

impl<'a> Reader<'a, '_> {
    fn peek(&self) -> Option<Token> {
        self.head.get(self.at).copied()
    }

    /// Moves over `=`, if it is next.
    fn equals(&mut self) -> Option<Token> {
        let token = self.peek().filter(|t| t.kind == Kind::Equals)?;
        self.at += 1;
        Some(token)
    }

    /// Moves over tokens that stand together without a blank or `=`: a word or a value, if they are one token.
    fn cluster(&mut self) -> Option<&'a [Token]> {
        let rest = self.head.get(self.at..)?;
        let apart = |pair: &[Token]| pair[0].end() != pair[1].start() || pair[1].kind == Kind::Equals;
        rest.first().filter(|t| t.kind != Kind::Equals)?;
        let long = rest.windows(2).take_while(|pair| !apart(pair)).count() + 1;
        self.at += long;
        rest.get(..long)
    }

    /// Reads an argument or a property.
    fn entry(&mut self) {
        if let Some(equals) = self.equals() {
            return self.no_key(equals);
        }
        let Some(cluster) = self.cluster() else { return };
        let Some(equals) = self.equals() else {
            self.sound &= self.check_cluster(cluster, Role::Value);
            return;
        };
        self.sound &= self.check_cluster(cluster, Role::Key);
        // `a= b=1`: the first has no value, and `b` is not it.
        let loose = self.peek().is_some_and(|t| t.start() > equals.end());
        let from = self.at;
        let value = self.cluster();
        let next_is_equals = self.peek().is_some_and(|t| t.kind == Kind::Equals);
        match value {
            Some(value) if !(loose && next_is_equals) => self.sound &= self.check_cluster(value, Role::Value),
            _ => {
                self.at = from;
                self.sound = false;
                let key = cluster.first().map_or("", |t| t.of(self.text));
                let message = format!("`{}=` has no value", cut(key));
                let finding = self.report.rule(&EQUALS, equals.start(), equals.end(), message);
                self.report.push(finding.help("write the value right after `=`"));
                while self.peek().is_some_and(|t| t.kind == Kind::Equals) {
                    self.at += 1;
                }
            }
        }
    }

    fn no_key(&mut self, equals: Token) {
        self.sound = false;
        let finding =
            self.report.rule(&EQUALS, equals.start(), equals.end(), "no name stands before this `=`");
        self.report.push(finding.help("write a property as `name=value`"));
        self.cluster();
    }

    /// Whether these tokens are one that may stand here; reports why not.
    fn check_cluster(&mut self, cluster: &[Token], role: Role) -> bool {
        if cluster.iter().any(|t| matches!(t.kind, Kind::OpenString | Kind::BadMultiline)) {
            return false; // reported when the text was read
        }
        let (Some(first), Some(last)) = (cluster.first(), cluster.last()) else { return false };
        let shown = self.text.get(first.start()..last.end()).unwrap_or_default();
        match cluster {
            [one] => return word::check(self.text, *one, role, self.report),
            [r, raw] if r.of(self.text) == "r" && matches!(raw.kind, Kind::OldRaw | Kind::Raw) => {
                let body = raw.of(self.text);
                let new = if raw.kind == Kind::Raw { body.to_owned() } else { format!("#{body}#") };
                let finding =
                    self.report.rule(&KDL1, first.start(), last.end(), "a raw string as KDL 1 spells it");
                self.report.push(finding.help(format!("write {}", cut(&new))));
                return false;
            }
            _ => {}
        }
        if let Some(i) = cluster.iter().position(|t| t.is_string()) {
            self.glued_string(cluster, i);
        } else if cluster.iter().all(|t| matches!(t.kind, Kind::TypeOpen | Kind::TypeClose | Kind::Backslash))
        {
            let finding = self.report.rule(
                &INVALID,
                first.start(),
                last.end(),
                format!("`{}` has no meaning here", cut(shown)),
            );
            self.report.push(finding.help("remove it"));
        } else {
            word::unquoted(shown, first.start(), role, self.report);
        }
        false
    }

    /// A string without a blank before or behind it.
    fn glued_string(&mut self, cluster: &[Token], string: usize) {
        let second = if string + 1 < cluster.len() { string + 1 } else { string };
        if let Some(second) = cluster.get(second) {
            let message = format!("a blank is missing before `{}`", cut(second.of(self.text)));
            let finding = self.report.rule(&INVALID, second.start(), second.end(), message);
            let help = match second.of(self.text).chars().next() {
                Some(',') => "remove the comma; a blank parts two values",
                Some(':') => "a property is written name=value",
                _ => "put a blank between the two",
            };
            self.report.push(finding.help(help));
        }
    }
}
