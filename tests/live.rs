//! What runs for real: fabrics on real FRR, and switches with a real sshd. They are one program, in which they
//! wait beside one another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;
#[cfg(target_os = "linux")]
mod device;

#[cfg(target_os = "linux")]
#[path = "live/ansible.rs"]
mod ansible;
#[cfg(target_os = "linux")]
#[path = "live/apply.rs"]
mod apply;
#[path = "live/lab.rs"]
mod lab;
#[cfg(target_os = "linux")]
#[path = "live/pull.rs"]
mod pull;
#[cfg(target_os = "linux")]
#[path = "live/secrets.rs"]
mod secrets;
