//! What a rule's text says, for `fabc explain` and for reports.

use fabc_lang::diagnostic::Rule;

/// The text and its examples, as they are read in a terminal.
pub fn plain(rule: &Rule, bold: impl Fn(&str) -> String) -> String {
    let (mut out, mut example) = (String::new(), false);
    for line in lines(rule) {
        let fence = line.trim().strip_prefix("```");
        match fence.map(|kind| kind.rsplit(' ').next().unwrap_or(kind)) {
            Some("bad") => out += &format!("{}\n\n", bold(BAD)),
            Some("good") => out += &format!("{}\n\n", bold(GOOD)),
            Some(_) if example => out.push('\n'),
            Some(_) => {}
            None if example => out += &format!("    {line}\n"),
            None => out += &format!("{line}\n"),
        }
        example ^= fence.is_some();
    }
    out.trim_end().to_owned() + "\n"
}

/// The same as Markdown that every reader knows.
pub fn markdown(rule: &Rule) -> String {
    let mut out = String::new();
    for line in lines(rule) {
        let fence = line.trim().strip_prefix("```").map(|kind| kind.split_once(' ').unwrap_or((kind, "")));
        match fence {
            Some((form, "bad")) => out += &format!("{BAD}\n\n```{form}\n"),
            Some((form, "good")) => out += &format!("\n{GOOD}\n\n```{form}\n"),
            _ => out += &format!("{line}\n"),
        }
    }
    out.trim_end().to_owned() + "\n"
}

/// The text without its examples, in one line.
pub fn summary(rule: &Rule) -> String {
    let text = lines(rule).take_while(|line| !line.trim().starts_with("```"));
    text.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

const BAD: &str = "What is wrong:";
const GOOD: &str = "What is right:";

fn lines(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.text.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line))
}
