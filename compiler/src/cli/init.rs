//! `fabc init`: a fabric to begin with.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::screen::Screen;
use super::{Exit, Failure};

/// Write a starter fabric.kdl, which builds as it is
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to write it into
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// The starter fabric.
pub(crate) const STARTER: &str = include_str!("starter.kdl");

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let here = args.dir.as_os_str() == ".";
    let path = if here { "fabric.kdl".into() } else { args.dir.join("fabric.kdl") };
    match screen.host.create(&path, STARTER.as_bytes()) {
        Ok(()) => {
            let path = path.display();
            screen.status(&format!("wrote {path}; now try: fabc build {path}"))?;
            Ok(Exit::Clean)
        }
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            Err(Failure::new(format!("{} exists already, and stays as it is", path.display())))
        }
        Err(e) => Err(Failure::new(format!("cannot write {}: {e}", path.display()))),
    }
}
