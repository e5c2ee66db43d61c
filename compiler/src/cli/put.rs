//! From a tree to the disk, and what to say about it.

use std::path::Path;

use fabc_lang::diagnostic::Findings;

use super::progress::Progress;
use super::screen::Screen;
use super::{Exit, tell};
use crate::files::VERSION;
use crate::output::{self, Error, Hash, Likely, Options, Origin, Tree};
use crate::report::Format;

/// Where a tree goes, and how.
pub(crate) struct Put<'a> {
    out: &'a Path,
    inputs: Vec<(String, Hash)>,
    likely: Vec<Likely>,
    program: Option<Hash>,
    format: Format,
    force: bool,
    screen: &'a Screen<'a>,
}

impl<'a> Put<'a> {
    pub(crate) fn new(
        out: &'a Path,
        inputs: Vec<(String, Hash)>,
        likely: Vec<Likely>,
        format: Format,
        force: bool,
        screen: &'a Screen<'a>,
    ) -> Self {
        Put { out, inputs, likely, program: Hash::of_program(), format, force, screen }
    }

    /// Writes the tree; gives what to say on stdout.
    pub(crate) fn write(&self, tree: &dyn Tree, findings: &mut Findings) -> Result<(Exit, String), Error> {
        let written = self.watched(|options| output::write(self.out, tree, self.origin(), options))?;
        tell::findings(&written, findings);
        Ok((Exit::Clean, tell::written(self.out, &written, self.format, self.screen.is_quiet())))
    }

    /// Compares the tree; gives what to say on stdout.
    pub(crate) fn check(&self, tree: &dyn Tree, findings: &mut Findings) -> Result<(Exit, String), Error> {
        let differences = self.watched(|options| output::check(self.out, tree, self.origin(), options))?;
        let exit = if differences.is_empty() { Exit::Clean } else { Exit::Findings };
        if self.format.is_report() {
            findings.extend(tell::differing(&differences));
        }
        Ok((exit, tell::differences(&differences, self.format)))
    }

    fn origin(&self) -> Origin<'_> {
        Origin { version: VERSION, inputs: &self.inputs, likely: &self.likely, program: self.program }
    }

    fn watched<T>(&self, act: impl FnOnce(Options) -> T) -> T {
        let progress = Progress::new(self.screen);
        let tick = |done: usize, of: usize| progress.tick(done, of);
        act(Options { force: self.force, progress: Some(&tick) })
    }
}
