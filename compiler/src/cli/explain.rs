//! `fabc explain`: what a rule means.

use std::fmt::Write;

use fabc_lang::diagnostic::{Rule, nearest};

use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;
use crate::report::explained;
use crate::rules::rules;

/// Explain the rule behind a code, with an example of what it forbids and one of what it wants
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code, as findings show it: family/name
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,
    /// List all codes
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let rules = rules();
    let Some(code) = &args.code else {
        screen.data(&list(&rules))?;
        return Ok(Exit::Clean);
    };
    let Some(rule) = rules.iter().find(|r| r.code == code) else {
        let near = nearest(code, rules.iter().map(|r| r.code));
        let holding: Vec<&str> =
            rules.iter().map(|r| r.code).filter(|c| c.contains(code.as_str())).take(6).collect();
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if holding.is_empty() => "`fabc explain --list` lists all".into(),
            None => format!("there are `{}`", holding.join("`, `")),
        };
        return Err(Failure::new(format!("there is no rule `{code}`; {hint}")));
    };
    screen.painted(&page(rule, screen.paper(Stream::Out).color))?;
    Ok(Exit::Clean)
}

/// Code, severity and title of each rule, in columns.
fn list(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|r| r.code.len()).max().unwrap_or(0);
    rules.iter().fold(String::new(), |mut out, r| {
        let _ = writeln!(out, "{:width$}  {:7}  {}", r.code, r.severity.name(), r.title);
        out
    })
}

/// Title, text and examples of a rule.
fn page(rule: &Rule, color: bool) -> String {
    let bold = |text: &str| if color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() };
    let head = bold(&format!("{}[{}]", rule.severity.name(), rule.code));
    format!("{head}: {}\n\n{}", rule.title, explained::plain(rule, bold))
}
