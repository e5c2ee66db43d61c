//! Strings and comments that don't end, or end in the wrong place, wherever they stand.

use super::lex::{Kind, Token};
use super::rules::{HASH_COMMENT, STRING, UNCLOSED_COMMENT, UNCLOSED_STRING};
use super::{Report, cut};

/// Reports such tokens.
pub(super) fn check(text: &str, tokens: &[Token], report: &mut Report) {
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
            Kind::OpenString => {
                let (culprit, quote) = culprit(text, tokens, i);
                let finding = report.rule(
                    &UNCLOSED_STRING,
                    culprit.start(),
                    culprit.end(),
                    "this string is not closed",
                );
                match quote.len() {
                    0..3 => finding.help(format!("add `{quote}` where it ends")),
                    _ => finding.help(format!("add `{quote}` on a line of its own where it ends")),
                }
            }
            _ => continue,
        };
        report.push(finding);
    }
}

/// The string that lacks its end, and the end: the `i`-th token, or the first string of its line that runs into a word,
/// because there the opening and closing quotes began to change places.
fn culprit<'a>(text: &str, tokens: &'a [Token], i: usize) -> (&'a Token, String) {
    let before = tokens.get(..i).unwrap_or_default();
    let line = before.iter().rposition(|t| t.kind == Kind::Newline).map_or(0, |n| n + 1);
    let rest = tokens.get(line..=i).unwrap_or_default();
    let early = rest.windows(2).find(|pair| pair[0].kind == Kind::Quoted && pair[1].kind == Kind::Word);
    if let Some([quoted, _]) = early {
        return (quoted, "\"".into());
    }
    let token = &tokens[i];
    let spelt = token.of(text);
    let hashes = spelt.len() - spelt.trim_start_matches('#').len();
    let fence = spelt.get(..hashes).unwrap_or_default();
    let triple = spelt.get(hashes..).is_some_and(|s| s.starts_with("\"\"\""));
    (token, format!("{}{fence}", if triple { "\"\"\"" } else { "\"" }))
}
