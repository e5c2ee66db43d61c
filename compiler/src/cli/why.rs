//! `fabc why`: where a value comes from.

use std::path::{Path, PathBuf};

use fabc_lang::source::{Sources, Span};
use fabc_targets::{Reason, WhyError};
use serde_json::{Value, json};

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::report::Format;

/// Print the line of the source and the rule that made a value
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The fabric is resolved anew: the answer tells of its files as a build would write them now."
)]
pub(crate) struct Args {
    /// A file of the build, such as build/switches/leaf-01/config_db.json
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// `PORT|Ethernet8 speed`, `PORT|Ethernet8`, `PORT` or a JSON pointer; part of a line of frr.conf or sonic-cli.txt; a server or
    /// a cable of a CSV file
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    source: Source,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let source = args.source.or_beside(&args.file, screen);
    let analysis = source.analyze(screen)?;
    let Some(fabric) = analysis.fabric.filter(|_| !analysis.findings.has_errors()) else {
        return Ok(source.report(&analysis.sources, analysis.findings, screen));
    };
    let file = args.file.to_string_lossy().replace('\\', "/");
    let mut reasons =
        fabc_targets::why(&fabric, &file, &args.key).map_err(|error| failure(error, &file, &args.key))?;
    // What stands in a preset was asked for by the line that took it in.
    if let Some(preset) = &fabric.intent.preset {
        let theirs = reasons.iter_mut().filter(|reason| preset.explains(reason.at.iter().copied()));
        theirs.for_each(|reason| reason.at.push(preset.at));
    }
    let text = match source.wanted.format {
        Format::Json => {
            let list: Vec<Value> = reasons.iter().map(|r| object(r, &analysis.sources)).collect();
            format!("{:#}\n", Value::from(list))
        }
        _ => reasons.iter().map(|r| told(r, &analysis.sources)).collect(),
    };
    screen.data(&text)?;
    Ok(Exit::Clean)
}

fn failure(error: WhyError, file: &str, key: &str) -> Failure {
    Failure::new(match error {
        WhyError::File => {
            format!("{file}: the build of this fabric has no such file, or one that isn't explained")
        }
        WhyError::Release => "the release is not known, so nothing is built".to_owned(),
        WhyError::Nothing => format!("{file} has nothing that is called `{key}`"),
    })
}

/// A value, its rule, and the lines that asked for it.
fn told(reason: &Reason, sources: &Sources) -> String {
    let mut text = format!("{} = {}\n    {}\n", reason.place, reason.value, reason.rule);
    for &span in &reason.at {
        text = format!("{text}    {}: {}\n", sources.place(span), line(sources, span));
    }
    text
}

/// The source line that a span begins in, without its indentation.
pub(super) fn line(sources: &Sources, span: Span) -> String {
    sources.get(span.file).map_or("", |s| s.line(s.line_column(span.start).0)).trim().to_owned()
}

fn object(reason: &Reason, sources: &Sources) -> Value {
    let place = |span: &Span| {
        let source = sources.get(span.file);
        let (row, column) = source.map_or((1, 1), |s| s.line_column(span.start));
        json!({ "file": source.map(fabc_lang::source::Source::name), "line": row, "column": column, "text": sources.text(*span) })
    };
    let at: Vec<Value> = reason.at.iter().map(place).collect();
    json!({ "place": reason.place, "value": reason.value, "rule": reason.rule, "at": at })
}

impl Source {
    /// The same, with the fabric.kdl beside the build that holds `file` where none is given and none is here.
    fn or_beside(&self, file: &Path, screen: &Screen) -> Source {
        let is_there = |path: &Path| screen.host.canonical(path).is_ok();
        let mut source = self.clone();
        if !is_there(&self.fabric) && self.fabric == Path::new("fabric.kdl") {
            let beside = file.ancestors().skip(1).map(|folder| folder.join("fabric.kdl"));
            if let Some(found) = beside.into_iter().find(|path| is_there(path)) {
                source.fabric = found;
            }
        }
        source
    }
}
