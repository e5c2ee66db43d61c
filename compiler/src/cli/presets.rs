//! `fabc presets`: known practices, and one of them as it could stand in a file.

use std::fmt::Write;

use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::intent::Preset;
use fabc_lang::platform::{Catalog, preset_text, presets};
use fabc_lang::source::Sources;

use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;
use crate::report::Paper;

/// List the practices that `preset` takes in, or print one with its sources
///
/// What is printed can stand in a file as it is, and be changed there.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print this one
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let mut catalog = Catalog::default();
    let mut preset = |name: &str| catalog.preset(name, None, &mut sources, &mut findings);
    let Some(name) = &args.name else {
        let all: Vec<Preset> = presets().filter_map(&mut preset).collect();
        screen.painted(&list(&all, screen.paper(Stream::Out)))?;
        return Ok(Exit::Clean);
    };
    let text = preset_text(name).zip(preset(name));
    let Some((text, preset)) = text else {
        let hint = nearest(name, presets()).map(|near| format!("did you mean `{near}`?"));
        let hint = hint.unwrap_or_else(|| "`fabc presets` lists all".to_owned());
        return Err(Failure::new(format!("there is no preset `{name}`; {hint}")));
    };
    screen.painted(&page(&preset, text, screen.paper(Stream::Out)))?;
    Ok(Exit::Clean)
}

/// Name and title of each.
fn list(presets: &[Preset], paper: Paper) -> String {
    let width = presets.iter().map(|p| p.name.len()).max().unwrap_or(0);
    let indent = " ".repeat(width + 2);
    let options = textwrap::Options::new(paper.width.max(40)).subsequent_indent(&indent);
    presets
        .iter()
        .map(|p| textwrap::fill(&format!("{:width$}  {}", p.name, p.title), &options) + "\n")
        .collect()
}

/// Its nodes as they stand in the catalogue, with title and notes as comments before them.
fn page(preset: &Preset, text: &str, paper: Paper) -> String {
    let mut out = String::new();
    let mut comment = |text: &str| {
        let options =
            textwrap::Options::new(paper.width.max(40)).initial_indent("// ").subsequent_indent("// ");
        let _ = writeln!(out, "{}", textwrap::fill(text, options));
    };
    comment(&preset.title);
    for note in &preset.notes {
        comment(note);
    }
    if preset.classes.iter().any(|c| !c.ecn.is_empty()) {
        comment("ECN thresholds are a starting point: no source offers them as portable.");
    }
    // The first line and the last are the `preset` node itself.
    let inner = text.lines().filter_map(|line| line.strip_prefix("    "));
    let told = |line: &&str| !line.starts_with("title ") && !line.starts_with("note ");
    inner.filter(told).fold(out, |out, line| out + line + "\n")
}
