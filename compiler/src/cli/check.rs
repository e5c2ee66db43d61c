//! `fabc check`: all but the files.

use std::path::PathBuf;

use fabc_lang::diagnostic::Findings;

use super::screen::Screen;
use super::source::Source;
use super::wanted::reports;
use super::{Exit, Failure};
use crate::files;
use crate::pipeline::Analysis;

/// Report everything that is wrong with a fabric; write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES, mut_arg("format", reports))]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Look at the frr.conf.j2 in DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let analysis = args.source.analyze_for(args.templates.is_some(), screen)?;
    let Analysis { mut sources, mut findings, levels, fabric, .. } = analysis;
    if let (Some(fabric), Some(folder)) = (fabric.filter(|_| !findings.has_errors()), &args.templates) {
        let mut late = Findings::default();
        files::with_templates(&fabric, Some(folder), &mut sources, screen.host, &mut late);
        levels.apply(&mut late, true);
        findings.extend(late);
    }
    Ok(args.source.report(&sources, findings, screen))
}
