//! Strings and comments that don't end, don't begin, or end in the wrong place, wherever they stand.

use super::lex::{Kind, Token};
use super::rules::{HASH_COMMENT, INVALID, STRING, UNCLOSED_COMMENT, UNCLOSED_STRING};
use super::{Report, cut};
use crate::diagnostic::Diagnostic;
use crate::source::is_newline;

/// Reports such tokens.
pub(super) fn check(text: &str, tokens: &[Token], report: &mut Report) {
    // The first string of the line that runs into a word: there the opening and the closing quotes change places.
    let mut early: Option<&Token> = None;
    for (i, token) in tokens.iter().enumerate() {
        let (start, spelt) = (token.start(), token.of(text));
        let finding = match token.kind {
            Kind::OpenComment => report
                .rule(&UNCLOSED_COMMENT, start, start + 2, "this comment is not closed")
                .help("add `*/`; comments nest, so each `/*` needs its own"),
            Kind::HashComment => report
                .rule(&HASH_COMMENT, start, token.end(), "`#` begins no comment")
                .help(format!("write `// {}`", cut(spelt.trim_start_matches('#').trim()))),
            Kind::BadMultiline => {
                let message = "the quotes of a multi-line string stand on lines of their own";
                let text = spelt.trim_matches('"');
                let help = match text.contains(['\n', '\r']) {
                    true => {
                        "begin a new line after the opening quotes and before the closing ones".to_owned()
                    }
                    false => format!("write \"{}\"", cut(text)),
                };
                report.rule(&STRING, start, token.end(), message).help(help)
            }
            Kind::EndComment => report
                .rule(&INVALID, start, token.end(), "this `*/` closes no comment")
                .help("remove it, or put `/*` where the comment begins"),
            Kind::OpenString => open_string(text, early.take().unwrap_or(token), report),
            Kind::Newline => {
                early = None;
                continue;
            }
            Kind::Quoted if early.is_none() => {
                early = tokens.get(i + 1).filter(|next| next.kind == Kind::Word).map(|_| token);
                continue;
            }
            _ => continue,
        };
        report.push(finding);
    }
}

/// A string without its end.
fn open_string(text: &str, token: &Token, report: &Report) -> Diagnostic {
    let spelt = token.of(text);
    let body = spelt.trim_start_matches('#');
    let fence = spelt.get(..spelt.len() - body.len()).unwrap_or_default();
    let first = spelt.find(is_newline).unwrap_or(spelt.len());
    let end = token.start() + first;
    let finding = report.rule(&UNCLOSED_STRING, token.start(), end, "this string is not closed");
    if body.starts_with("\"\"\"") {
        return finding.help(format!("add `\"\"\"{fence}` on a line of its own where it ends"));
    }
    let finding = finding.help(format!("add `\"{fence}` where it ends"));
    if first == spelt.len() {
        return finding;
    }
    finding.note("a string over several lines is written between `\"\"\"`, each on a line of its own")
}
