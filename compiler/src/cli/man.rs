//! `fabc man`: manual pages.

use std::path::PathBuf;

use super::screen::Screen;
use super::{Exit, Failure};

/// Print the manual page, or write all of them into a folder
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write fabc.1 and one page for each command into DIR, over those of a former version
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let Some(dir) = &args.out else {
        let mut page = Vec::new();
        let made = clap_mangen::Man::new(super::command()).render(&mut page);
        made.map_err(|e| Failure::new(format!("cannot make the manual page: {e}")))?;
        screen.data(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Clean);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(super::command(), dir))
        .map_err(|e| Failure::new(format!("cannot write into {}: {e}", dir.display())))?;
    Ok(Exit::Clean)
}
