//! Lines of sonic-cli.txt: told by the words in them.

use super::frr::holds;
use super::{Reason, WhyError};
use crate::device::Device;
use crate::sonic::cli::{self, Script};

pub(super) fn why(device: &Device<'_>, what: &str) -> Result<Vec<Reason>, WhyError> {
    if !cli::is_written(device.release.nos) {
        return Err(WhyError::File);
    }
    let script = Script::new(device);
    let lines = script.lines().iter().enumerate().filter(|(_, line)| holds(&line.text, what));
    Ok(lines.map(|(n, line)| Reason::new(format!("line {}", n + 1), line.text.trim(), line.origin)).collect())
}
