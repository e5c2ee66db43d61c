//! The commands: one file each. Each is an `Args` and a `run`.

mod apply;
mod build;
mod check;
mod completions;
mod config_db;
mod diff;
mod explain;
mod fold;
mod grow;
mod import;
mod init;
#[cfg(target_os = "linux")]
mod lab;
mod lint;
mod man;
mod panel;
mod plan;
mod platforms;
mod presets;
mod progress;
mod pull;
mod put;
mod reach;
mod reference;
mod render;
mod screen;
mod show;
mod source;
mod tell;
mod validate;
mod wanted;
mod whatif;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::Fabric;

use crate::host::{Host, Stream};
pub(crate) use render::RULES;
use screen::{Color, Screen};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing to report; warnings alone are nothing.
    Clean = 0,
    /// Errors in the source, or differences.
    Findings = 1,
    /// Wrong usage, an internal error, or something that could not be reached.
    Failed = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work, in words for the user.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Failure(message.into())
    }
}

const EXIT_CODES: &str = "Exit codes:
  0  nothing to report (warnings alone are nothing)
  1  errors in the source, or differences
  2  wrong usage, an internal error, or something that could not be reached

Findings, progress and failures go to stderr, data goes to stdout:
fabc check --format json 2>&1 | jq . shows the findings, and build --format json lists files on stdout.
A report for a service (--format sarif, github, gitlab, junit) goes to stdout, alone.
Colours follow --color, then NO_COLOR, then whether stderr is a terminal.";

/// A network-as-code compiler for GPU back-end fabrics
///
/// One KDL file in; SONiC config_db.json, frr.conf and cabling out; or every error at once.
#[derive(Debug, Parser)]
#[command(name = "fabc", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, clap::Args)]
struct Global {
    /// Use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Say nothing but findings and data
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Apply(apply::Args),
    Build(build::Args),
    Check(check::Args),
    Diff(diff::Args),
    Grow(grow::Args),
    #[cfg(target_os = "linux")]
    Lab(lab::Args),
    Lint(lint::Args),
    Plan(plan::Args),
    Platforms(platforms::Args),
    Presets(presets::Args),
    Pull(pull::Args),
    Show(show::Args),
    Render(render::Args),
    Validate(validate::Args),
    Whatif(whatif::Args),
    Why(why::Args),
    Explain(explain::Args),
    Import(import::Args),
    Init(init::Args),
    Completions(completions::Args),
    Man(man::Args),
    Reference(reference::Args),
}

/// Whether all switches that are named exist.
fn known(names: &[String], fabric: &Fabric) -> Result<(), Failure> {
    let all = || fabric.switches.iter().filter(|s| !s.absent).map(|s| s.name.as_str());
    let Some(unknown) = names.iter().find(|name| all().all(|s| s != name.as_str())) else { return Ok(()) };
    let guess = nearest(unknown, all()).map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    Err(Failure::new(format!("no switch is called `{unknown}`{guess}")))
}

/// Runs one command line, from the program's name on.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>, host: &dyn Host) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, host),
    };
    let screen = Screen::new(host, cli.global.color, cli.global.quiet);
    let result = match &cli.command {
        Command::Apply(args) => apply::run(args, &screen),
        Command::Build(args) => build::run(args, &screen),
        Command::Check(args) => check::run(args, &screen),
        Command::Diff(args) => diff::run(args, &screen),
        Command::Grow(args) => grow::run(args, &screen),
        #[cfg(target_os = "linux")]
        Command::Lab(args) => lab::run(args, &screen),
        Command::Lint(args) => lint::run(args, &screen),
        Command::Plan(args) => plan::run(args, &screen),
        Command::Platforms(args) => platforms::run(args, &screen),
        Command::Presets(args) => presets::run(args, &screen),
        Command::Pull(args) => pull::run(args, &screen),
        Command::Show(args) => show::run(args, &screen),
        Command::Render(args) => render::run(args, &screen),
        Command::Validate(args) => validate::run(args, &screen),
        Command::Whatif(args) => whatif::run(args, &screen),
        Command::Why(args) => why::run(args, &screen),
        Command::Explain(args) => explain::run(args, &screen),
        Command::Import(args) => import::run(args, &screen),
        Command::Init(args) => init::run(args, &screen),
        Command::Completions(args) => completions::run(args, &screen),
        Command::Man(args) => man::run(args, &screen),
        Command::Reference(args) => reference::run(args, &screen),
    };
    result.unwrap_or_else(|failure| {
        screen.failure(&failure.0);
        Exit::Failed
    })
}

/// The whole command line as data.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Help and version are data; everything else that clap says is wrong usage.
fn usage(error: &clap::Error, host: &dyn Host) -> Exit {
    let (stream, exit) =
        if error.use_stderr() { (Stream::Err, Exit::Failed) } else { (Stream::Out, Exit::Clean) };
    let text = error.render();
    let color = Color::Auto.on(host, stream);
    let text = if color { text.ansi().to_string() } else { text.to_string() };
    match host.write(stream, text.as_bytes()) {
        Ok(()) => exit,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit,
        Err(_) => Exit::Failed,
    }
}

#[cfg(test)]
mod tests;
