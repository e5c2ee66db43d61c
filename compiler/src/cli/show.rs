//! `fabc show`: what a fabric comes to, as tables.

mod buffers;

use super::screen::Screen;
use super::{Exit, Failure};

/// Show what a fabric comes to, switch by switch
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Buffers(buffers::Args),
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    match &args.what {
        What::Buffers(args) => buffers::run(args, screen),
    }
}
