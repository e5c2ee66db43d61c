//! The `fabc` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    fabc::run(std::env::args_os(), &fabc::host::RealHost).into()
}
