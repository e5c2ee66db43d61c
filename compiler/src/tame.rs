//! Text of others, made harmless. A switch's description, an LLDP neighbour's name and a file's name can hold characters that
//! drive a terminal, or turn a line around; they are shown as `\u001b`, which is what they are called in JSON too, so that a
//! document stays what it is.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character drives a terminal, or changes the order in which others are shown: Unicode's Cc, and its marks, embeddings,
/// overrides and isolates for text that runs both ways (UAX #9), and its separators of lines and paragraphs.
pub(crate) fn is_wild(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

/// A page, of which the lines stay lines.
pub(crate) fn page(text: &str) -> Cow<'_, str> {
    tamed(text, |c| is_wild(c) && !matches!(c, '\n' | '\t'))
}

/// What stands on one line.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    tamed(text, is_wild)
}

fn tamed(text: &str, wild: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&wild) {
        return Cow::Borrowed(text);
    }
    let mut tamed = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if wild(c) {
            let _ = write!(tamed, "\\u{:04x}", u32::from(c));
        } else {
            tamed.push(c);
        }
    }
    Cow::Owned(tamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_shown() {
        assert_eq!(page("a\n\tb é→"), "a\n\tb é→");
        assert_eq!(page("a\u{1b}[31m\r\u{9b}\u{7f}\u{202e}\n"), "a\\u001b[31m\\u000d\\u009b\\u007f\\u202e\n");
        assert_eq!(line("a\nb\tc"), "a\\u000ab\\u0009c");
        // As JSON it is the same.
        let json = serde_json::json!({ "a": "\u{1b}\u{9b}\u{202e}" });
        let text = json.to_string();
        assert!(text.contains('\u{202e}') && !page(&text).contains('\u{202e}'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&page(&text)).unwrap(), json);
    }
}
