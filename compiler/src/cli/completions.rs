//! `fabc completions`: for the shell.

use super::screen::Screen;
use super::{Exit, Failure};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "fabc", &mut script);
    screen.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
