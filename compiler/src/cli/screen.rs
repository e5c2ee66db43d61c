//! What a command may say, and where it goes.

use std::io::ErrorKind;

use super::Failure;
use crate::host::{Host, Stream};
use crate::report::Paper;
use crate::tame;

/// Columns of a terminal that doesn't tell.
const UNKNOWN: usize = 80;

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to use colours on a stream.
    pub(crate) fn on(self, host: &dyn Host, stream: Stream) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let plain = host.env("NO_COLOR").is_some() || host.env("TERM").as_deref() == Some("dumb");
                host.is_terminal(stream) && !plain
            }
        }
    }
}

/// The streams, and how the user wants them used.
pub(crate) struct Screen<'a> {
    /// The outside.
    pub(crate) host: &'a dyn Host,
    color: Color,
    quiet: bool,
}

impl<'a> Screen<'a> {
    pub(crate) fn new(host: &'a dyn Host, color: Color, quiet: bool) -> Self {
        Screen { host, color, quiet }
    }

    /// The paper that a stream is.
    pub(crate) fn paper(&self, stream: Stream) -> Paper {
        let width = self.host.width().filter(|_| self.host.is_terminal(stream)).unwrap_or(100);
        Paper { color: self.color.on(self.host, stream), width }
    }

    /// Columns of the terminal that data goes to; none where it goes into a pipe or a file.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.host.is_terminal(Stream::Out).then(|| self.host.width().unwrap_or(UNKNOWN))
    }

    /// Data, to stdout, in which nothing drives a terminal, whatever it tells of. A reader that has gone away is no failure.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        self.painted(&tame::page(text))
    }

    /// Data with colours of its own, which tells of nothing but fabc and sources that it has read: they hold no such thing.
    pub(crate) fn painted(&self, text: &str) -> Result<(), Failure> {
        match self.host.write(Stream::Out, text.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("cannot write to stdout: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// A line about what was done, to stdout, unless that is unwanted.
    pub(crate) fn status(&self, line: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { self.data(&format!("{line}\n")) }
    }

    /// Lines for people, to stderr, in which nothing drives a terminal.
    pub(crate) fn findings(&self, text: &str) {
        self.drawn(&tame::page(text));
    }

    /// The same with colours, or moves of the cursor, that fabc itself put there; what it tells is tamed already. Where stderr
    /// is gone there is nobody left to tell.
    pub(crate) fn drawn(&self, text: &str) {
        let _ = self.host.write(Stream::Err, text.as_bytes());
    }

    /// Why the command could not do its work.
    pub(crate) fn failure(&self, message: &str) {
        let word = if self.paper(Stream::Err).color { "\u{1b}[31;1merror\u{1b}[0m" } else { "error" };
        self.drawn(&format!("{word}: {}\n", tame::page(message)));
    }

    /// Whether the user wants findings and data only.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a person sits before stderr, and wants to be told.
    pub(crate) fn is_watched(&self) -> bool {
        !self.quiet && self.host.is_terminal(Stream::Err)
    }
}
