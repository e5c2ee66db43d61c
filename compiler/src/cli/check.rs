//! `fabc check`: all but the files.

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};

/// Report everything that is wrong with a fabric; write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let analysis = args.source.analyze(screen)?;
    Ok(args.source.report(&analysis.sources, analysis.findings, screen))
}
