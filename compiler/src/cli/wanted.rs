//! How findings are wanted: their form, and what weighs how much.

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::source::Sources;

use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;
use crate::report::levels::{Level, Levels};
use crate::report::{self, Format};
use crate::rules::rules;

/// Findings that are written at most; nobody reads further.
const MAX_SHOWN: usize = 5000;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Wanted {
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

impl Wanted {
    /// What findings are to become; an unknown code is a failure.
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
