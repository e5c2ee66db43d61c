//! One run of one program, and what it took.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

use crate::Result;

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    /// User and system, all threads.
    pub(crate) cpu: Duration,
    /// Most memory held, bytes. What this program holds itself counts as long as the child hasn't become another one;
    /// it holds next to nothing.
    pub(crate) memory: u64,
}

/// Runs a command that must end with this exit code. What it prints is dropped.
pub(crate) fn run(command: &mut Command, exit: i32) -> Result<Usage> {
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let ended = child.wait4()?;
    let wall = begun.elapsed();
    if ended.status.code() != Some(exit) {
        return Err(format!("{command:?} ended with {}", ended.status).into());
    }
    let used = ended.rusage;
    Ok(Usage { wall, cpu: used.utime + used.stime, memory: used.maxrss })
}
