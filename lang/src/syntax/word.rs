//! Single tokens: bare words, numbers, keywords and what is inside strings.

use super::lex::{Kind, Token, is_forbidden, is_space};
use super::rules::{BARE_WORD, INVALID, KDL1, NUMBER, STRING};
use super::{Report, cut};
use crate::diagnostic::nearest;
use crate::source::is_newline;

/// What a token is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The node's name.
    Name,
    /// A property's name.
    Key,
    /// An argument, or a property's value.
    Value,
}

const KEYWORDS: [&str; 6] = ["#true", "#false", "#null", "#nan", "#inf", "#-inf"];

/// Whether a token may stand in this role; reports why not.
pub(super) fn check(text: &str, token: Token, role: Role, report: &mut Report) -> bool {
    let spelt = token.of(text);
    let (start, end) = (token.start(), token.end());
    match token.kind {
        Kind::Quoted => string(spelt, start, report),
        Kind::Multiline => string(spelt, start, report) && margin(spelt, start, report),
        Kind::Raw => allowed(spelt, start, "remove it", report) && margin(spelt, start, report),
        Kind::Word => word(spelt, start, role, report),
        Kind::Keyword if role == Role::Value && KEYWORDS.contains(&spelt) => true,
        Kind::Keyword => {
            let finding = report.rule(&INVALID, start, end, format!("`{}` is no keyword of KDL", cut(spelt)));
            let known = nearest(spelt, KEYWORDS).filter(|_| role == Role::Value);
            let help = match known {
                Some(word) => format!("did you mean `{word}`?"),
                None if role == Role::Value => {
                    format!("put it in quotes, or write one of {}", KEYWORDS.join(", "))
                }
                None => "a comment begins with `//`; a name with `#` is put in quotes".into(),
            };
            report.push(finding.help(help).instead_opt(known));
            false
        }
        _ => {
            let shown = cut(spelt);
            let finding = report.rule(&INVALID, start, end, format!("`{shown}` has no meaning here"));
            report.push(finding.help("remove it"));
            false
        }
    }
}

/// Reports text that only quotes make a value or a name.
pub(super) fn unquoted(spelt: &str, start: usize, role: Role, report: &mut Report) {
    let shown = cut(spelt);
    let message = match (role, spelt.starts_with(|c: char| c.is_ascii_digit())) {
        (Role::Value, true) => format!("`{shown}` is neither a number nor a bare word"),
        (Role::Value, false) => format!("`{shown}` is no bare word"),
        (Role::Name, _) => format!("`{shown}` is no name of a node"),
        (Role::Key, _) => format!("`{shown}` is no name of a property"),
    };
    let finding = report.rule(&BARE_WORD, start, start + spelt.len(), message);
    let mut quoted = None;
    let help = if spelt.chars().any(is_forbidden) {
        "remove the control characters".to_owned()
    } else if role == Role::Value {
        quoted = Some(format!("\"{}\"", spelt.replace('\\', "\\\\"))).filter(|_| shown == spelt);
        format!("put it in quotes: \"{}\"", shown.replace('\\', "\\\\"))
    } else if spelt.starts_with('#') {
        "a comment begins with `//`".into()
    } else {
        "write a name that begins with a letter".into()
    };
    report.push(finding.help(help).instead_opt(quoted.as_deref()));
}

fn word(spelt: &str, start: usize, role: Role, report: &mut Report) -> bool {
    let end = start + spelt.len();
    if let "true" | "false" | "null" | "inf" | "nan" = spelt {
        if role == Role::Value {
            let finding = report.rule(&KDL1, start, end, format!("`{spelt}` is KDL 1"));
            let finding = finding.instead(format!("#{spelt}"));
            report.push(finding.help(format!("write `#{spelt}`, or `\"{spelt}\"` for the text")));
        } else {
            unquoted(spelt, start, role, report);
        }
        return false;
    }
    let unsigned = spelt.strip_prefix(['+', '-']).unwrap_or(spelt);
    let digit = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    if !digit(unsigned) && !unsigned.strip_prefix('.').is_some_and(digit) {
        return true;
    }
    let message = match number(unsigned) {
        Number::Fits if role == Role::Value => return true,
        Number::Wide if role == Role::Value => {
            format!("`{}` has more digits than a number can have", cut(spelt))
        }
        _ => {
            unquoted(spelt, start, role, report);
            return false;
        }
    };
    let finding = report.rule(&NUMBER, start, end, message);
    report.push(finding.help("write a smaller number: 38 digits are the limit"));
    false
}

enum Number {
    Fits,
    Wide,
    Not,
}

/// Reads what follows the sign as kdl does: every run of digits must fit an `i128`.
fn number(unsigned: &str) -> Number {
    let radix = match unsigned.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => 10,
    };
    if radix != 10 {
        return digits(unsigned.get(2..).unwrap_or_default(), radix);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['+', '-']).unwrap_or(e))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) => (w, Some(f)),
        None => (mantissa, None),
    };
    let mut wide = false;
    for part in [Some(whole), fraction, exponent].into_iter().flatten() {
        match digits(part, 10) {
            Number::Not => return Number::Not,
            Number::Wide => wide = true,
            Number::Fits => {}
        }
    }
    let float = (fraction.is_some() || exponent.is_some()) && !wide;
    let finite = |s: &str| s.replace('_', "").parse::<f64>().is_ok_and(f64::is_finite);
    if wide || float && !finite(unsigned) { Number::Wide } else { Number::Fits }
}

fn digits(spelt: &str, radix: u32) -> Number {
    if !spelt.starts_with(|c: char| c.is_digit(radix))
        || spelt.contains(|c: char| c != '_' && !c.is_digit(radix))
    {
        return Number::Not;
    }
    match i128::from_str_radix(&spelt.replace('_', ""), radix) {
        Ok(_) => Number::Fits,
        Err(_) => Number::Wide,
    }
}

/// Checks the escapes of a quoted string.
fn string(spelt: &str, start: usize, report: &mut Report) -> bool {
    let mut sound = allowed(spelt, start, "write it as an escape: \\u{…}", report);
    let mut rest = spelt;
    while let Some(i) = rest.find('\\') {
        let escape = rest.get(i..).unwrap_or_default();
        let length = escape_length(escape);
        if length.is_none() {
            let shown: String = escape.chars().take(2).collect();
            let at = start + spelt.len() - escape.len();
            let finding = report.rule(&STRING, at, at + shown.len(), format!("`{shown}` is no escape"));
            let help = if shown == "\\u" {
                "write \\u{…} with one to six hex digits, and a character that exists".to_owned()
            } else {
                format!("write `\\{shown}`, or a raw string: #\"…\"#")
            };
            report.push(finding.help(help));
            sound = false;
        }
        rest = escape.get(length.unwrap_or(1)..).unwrap_or_default();
    }
    sound
}

/// Length of the escape that `text` begins with; none where it is wrong.
fn escape_length(text: &str) -> Option<usize> {
    let c = text.chars().nth(1)?;
    match c {
        '\\' | '"' | 'b' | 'f' | 'n' | 'r' | 't' | 's' => Some(2),
        'u' => {
            let hex = text.strip_prefix("\\u{")?;
            let hex = hex.get(..hex.find('}').filter(|n| (1..=6).contains(n))?)?;
            let code =
                hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok())??;
            char::from_u32(code).map(|_| hex.len() + 4)
        }
        c if is_space(c) || is_newline(c) => Some(1 + c.len_utf8()),
        _ => None,
    }
}

/// Reports the first character that may not stand in a file.
fn allowed(spelt: &str, start: usize, help: &str, report: &mut Report) -> bool {
    let Some((i, c)) = spelt.char_indices().find(|&(_, c)| is_forbidden(c)) else { return true };
    let message = format!("the character U+{:04X} may not stand in a file", u32::from(c));
    let finding = report.rule(&STRING, start + i, start + i + c.len_utf8(), message);
    report.push(finding.help(help));
    false
}

/// Checks that each line of a multi-line string, raw or not, begins with the blanks before its closing quotes.
fn margin(spelt: &str, start: usize, report: &mut Report) -> bool {
    let fence = spelt.len() - spelt.trim_start_matches('#').len() + 3;
    let Some(body) = spelt.get(fence..spelt.len().saturating_sub(fence)) else { return true };
    let margin = body.rsplit(is_newline).next().unwrap_or_default();
    if !body.contains(is_newline) || fence == 3 && body.contains('\\') {
        return true; // on one line; or with escapes, which are left to kdl
    }
    let mut at = start + fence;
    for line in body.split_inclusive(is_newline) {
        if !line.starts_with(margin) && !line.chars().all(|c| is_space(c) || is_newline(c)) {
            let blanks = line.len() - line.trim_start_matches(is_space).len();
            let first = line.chars().next().map_or(0, char::len_utf8);
            let message = "this line is indented less than the closing quotes";
            let finding = report.rule(&STRING, at, at + blanks.max(first), message);
            report.push(finding.help("begin it with the same blanks as the closing quotes"));
            return false;
        }
        at += line.len();
    }
    true
}
