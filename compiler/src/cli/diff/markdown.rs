//! A comment for a pull request: about ten lines, the rest folded.

use std::fmt::Write;

use super::Report;
use super::fold::{Group, by_lines, fold};
use super::page::{cable, does, places, some, summary, told, unfit, unsaved};
use crate::cli::fold::Ranks;
use crate::cli::why::line;
use crate::tame::is_wild;

/// By this a program finds the comment that it has to update.
const MARKER: &str = "<!-- fabc diff -->";
/// What GitHub takes, in characters.
const LIMIT: usize = 65_536;
/// Kept for what must stand at the end.
const RESERVE: usize = 300;
/// Rows of the table.
const ROWS: usize = 6;

/// A text that can't be taken for markup, on one line, in a cell too.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '@' | '!' | '$' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if is_wild(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", safe(text))
}

/// What is written so far, and what did not fit.
struct Comment {
    text: String,
    length: usize,
    left: usize,
}

impl Comment {
    /// Adds a piece as a whole, or counts it as left out.
    fn add(&mut self, piece: &str, entries: usize) -> bool {
        let length = piece.chars().count();
        let fits = self.left == 0 && self.length + length + RESERVE <= LIMIT;
        if fits {
            self.text += piece;
            self.length += length;
        } else {
            self.left += entries;
        }
        fits
    }
}

pub(super) fn comment(report: &Report<'_>) -> String {
    let ranks = Ranks::of_fabric(report.fabric);
    let groups = fold(&report.switches, |found| &found.drift.differences);
    let mut comment = Comment { text: String::new(), length: 0, left: 0 };
    let (old, new) = &report.names;
    comment.add(
        &format!("{MARKER}\n**fabc diff**, {} to {}: {}\n", code(old), code(new), safe(&summary(report))),
        0,
    );
    if !groups.is_empty() {
        table(&mut comment, &groups, &ranks);
        for group in &groups {
            details(&mut comment, report, group, &ranks);
        }
    }
    let mut notes: Vec<String> = unfit(report, &ranks);
    if !report.missing.is_empty() {
        notes.push(format!("nothing is known of {}", ranks.names(&report.missing.iter().copied().collect())));
    }
    notes.extend(report.unknown.iter().map(|name| format!("{name} is not in the fabric")));
    notes.extend(report.cabling.iter().map(cable));
    notes.extend(unsaved(report, &ranks));
    list(&mut comment, "besides", &notes);
    let mut text = comment.text;
    if comment.left > 0 {
        let _ = write!(
            text,
            "\n{} left out: a comment takes {LIMIT} characters.\n",
            some(comment.left, "entry is", "entries are")
        );
    }
    text
}

/// The worst, a line for each group.
fn table(comment: &mut Comment, groups: &[Group<'_>], ranks: &Ranks<'_>) {
    let mut text = "\n| effect | what | where |\n|---|---|---|\n".to_owned();
    for group in groups.iter().take(ROWS) {
        let Some(first) = group.entries.first() else { continue };
        let more = match group.entries.len() {
            1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        let level = group.first.effect.level.name();
        let likely = if group.first.effect.likely { "likely " } else { "" };
        let what = code(&told(first.what, first.key, first.values));
        let _ = writeln!(text, "| {likely}{level} | {what}{more} | {} |", safe(&places(first, ranks)));
    }
    if groups.len() > ROWS {
        let _ = writeln!(text, "| | and {} more effects | |", groups.len() - ROWS);
    }
    comment.add(&text, 0);
}

fn details(comment: &mut Comment, report: &Report<'_>, group: &Group<'_>, ranks: &Ranks<'_>) {
    let instead = group.first.round.map(|round| format!("\ninstead: {}\n", safe(round))).unwrap_or_default();
    let count = some(group.entries.len(), "entry", "entries");
    let head = format!("\n<details><summary>{}, {count}</summary>\n{instead}\n", safe(&does(group.first)));
    if !comment.add(&head, group.entries.len()) {
        return;
    }
    for (at, entries) in by_lines(report, &group.entries) {
        for entry in &entries {
            let what = code(&told(entry.what, entry.key, entry.values));
            comment.add(&format!("- {what}: {}\n", safe(&places(entry, ranks))), 1);
        }
        let lines = at.iter().map(|&span| {
            format!("  - {} {}\n", safe(&report.sources.place(span)), code(&line(report.sources, span)))
        });
        comment.add(&lines.collect::<String>(), 0);
    }
    // Closed in any case: room is kept for it.
    comment.text += "\n</details>\n";
    comment.length += "\n</details>\n".len();
}

fn list(comment: &mut Comment, title: &str, notes: &[String]) {
    if notes.is_empty()
        || !comment.add(&format!("\n<details><summary>{title}: {}</summary>\n\n", notes.len()), notes.len())
    {
        return;
    }
    for note in notes {
        comment.add(&format!("- {}\n", safe(note)), 1);
    }
    comment.text += "\n</details>\n";
    comment.length += "\n</details>\n".len();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_markup() {
        assert_eq!(safe("a\u{202e}b\u{1b}"), "a b ");
        assert_eq!(safe("a|b `c` <b>\n@me"), "a&#124;b &#96;c&#96; &#60;b&#62; &#64;me");
        assert_eq!(code("x</code>"), "<code>x&#60;/code&#62;</code>");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut comment = Comment { text: String::new(), length: 0, left: 0 };
        assert!(comment.add(&"é".repeat(LIMIT - RESERVE), 1));
        assert!(!comment.add("x", 3));
        assert_eq!((comment.left, comment.text.chars().count()), (3, LIMIT - RESERVE));
    }
}
