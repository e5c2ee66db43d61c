//! `fabc why`: where a value comes from.

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};

/// Print the line of the source and the rule that made a value
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file of the build, such as build/switches/leaf-01/config_db.json
    #[arg(value_name = "FILE")]
    file: std::path::PathBuf,
    /// `TABLE|key field`, or a JSON pointer
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    source: Source,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let analysis = args.source.analyze(screen)?;
    let _ = (analysis, &args.key);
    Err(Failure::new(format!("{}: origins are not traced yet", args.file.display())))
}
