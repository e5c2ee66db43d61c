//! `fabc platforms`: what switches there are.

use super::screen::Screen;
use super::{Exit, Failure};

/// List the switches that fabc knows, or draw one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the limits and the front panel of this one
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: &Args, _screen: &Screen) -> Result<Exit, Failure> {
    Err(Failure::new(format!("there are no platforms yet{}", args.name.as_deref().unwrap_or_default())))
}
