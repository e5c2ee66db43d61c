//! What all commands share that read a fabric: its path, the format of findings, their levels.

use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::source::Sources;

use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;
use crate::pipeline::{self, Analysis};
use crate::report::levels::{Level, Levels};
use crate::report::{self, Format};
use crate::rules::rules;

/// Findings that are written at most; nobody reads further.
const MAX_SHOWN: usize = 5000;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Source {
    /// The fabric's root file, or the folder that holds a fabric.kdl
    #[arg(value_name = "FABRIC", default_value = "fabric.kdl")]
    pub(crate) fabric: PathBuf,
    /// Let includes reach all of DIR, rather than the root file's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Form of the findings on stderr
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Make findings of these rules errors
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    deny: Vec<String>,
    /// Make findings of these rules warnings
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    warn: Vec<String>,
    /// Drop findings of these rules
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    allow: Vec<String>,
}

impl Source {
    /// Reads the fabric; an unknown code or an unreachable file is a failure, all else is a finding.
    pub(crate) fn analyze(&self, screen: &Screen) -> Result<Analysis, Failure> {
        let levels = self.levels()?;
        let path = self.path(screen)?;
        let options = pipeline::Options { include_root: self.root.clone() };
        let mut analysis = pipeline::analyze(&path, screen.host, &options);
        analysis.levels.extend(&levels);
        analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
        Ok(analysis)
    }

    /// The root file itself.
    pub(crate) fn path(&self, screen: &Screen) -> Result<PathBuf, Failure> {
        let inside = self.fabric.join("fabric.kdl");
        let path = if screen.host.canonical(&inside).is_ok() { inside } else { self.fabric.clone() };
        let unread = |p: &Path, e| Failure::new(format!("cannot read {}: {e}", p.display()));
        screen.host.read(&path, 0).map_err(|e| unread(&path, e))?;
        if let Some(root) = &self.root {
            screen.host.canonical(root).map_err(|e| unread(root, e))?;
        }
        Ok(path)
    }

    /// What the user wants findings to be.
    pub(crate) fn levels(&self) -> Result<Levels, Failure> {
        let (rules, mut levels) = (rules(), Levels::default());
        let all = [(Level::Allow, &self.allow), (Level::Warn, &self.warn), (Level::Deny, &self.deny)];
        for (level, codes) in all {
            for code in codes {
                levels.set(&rules, code, level).map_err(Failure::new)?;
            }
        }
        Ok(levels)
    }

    /// Writes the findings to stderr, and tells how the run ends by them.
    pub(crate) fn report(&self, sources: &Sources, findings: Findings, screen: &Screen) -> Exit {
        let findings = findings.into_sorted();
        let failed = findings.iter().any(|d| d.severity == Severity::Error);
        let shown = findings.len().min(MAX_SHOWN);
        screen.findings(&report::render(self.format, sources, &findings[..shown], screen.paper(Stream::Err)));
        if shown < findings.len() && self.format != Format::Json {
            screen.findings(&format!("and {} more findings, not shown\n", findings.len() - shown));
        }
        if failed { Exit::Findings } else { Exit::Clean }
    }
}
