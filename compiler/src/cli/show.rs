//! `fabc show`: what a fabric comes to, as tables.

mod buffers;
mod lossless;

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
    Lossless(lossless::Args),
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    match &args.what {
        What::Buffers(args) => buffers::run(args, screen),
        What::Lossless(args) => lossless::run(args, screen),
    }
}
