//! `fabc reference`: the language.

use fabc_lang::intent;

use super::screen::Screen;
use super::{Exit, Failure};

/// Print the reference of the language, as Markdown
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, screen: &Screen) -> Result<Exit, Failure> {
    screen.data(&intent::reference())?;
    Ok(Exit::Clean)
}
