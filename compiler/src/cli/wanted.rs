//! How findings are wanted: their form, and what weighs how much.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use fabc_lang::diagnostic::{Findings, Rule, Severity};
use fabc_lang::source::Sources;

use super::screen::Screen;
use super::{Exit, Failure};
use crate::host::Stream;
use crate::report::levels::{Level, Levels};
use crate::report::service::Subject;
use crate::report::{self, Format};
use crate::rules::rules;

/// Findings that are written at most; nobody reads further.
const MAX_SHOWN: usize = 5000;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Wanted {
    /// Form of the findings on stderr
    #[arg(long, value_parser = plain(), default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) weights: Weights,
}

/// What weighs how much.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Weights {
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

/// Formats of commands whose data go to stdout, where no service's report may stand.
fn plain() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::PLAIN).map(|name| Format::from_str(&name, false).unwrap_or_default())
}

/// Lets a command write reports for services too, as `mut_arg("format", reports)`.
pub(crate) fn reports(arg: clap::Arg) -> clap::Arg {
    arg.value_parser(ValueParser::new(clap::builder::EnumValueParser::<Format>::new()))
        .help("Form of the findings: the first three on stderr, those for services on stdout, alone")
}

/// The first part of the codes of these rules.
pub(crate) fn families<'a>(rules: impl IntoIterator<Item = &'a &'static Rule>) -> BTreeSet<&'static str> {
    rules.into_iter().filter_map(|rule| rule.code.split('/').next()).collect()
}

/// What was looked at.
pub(crate) struct Looked<'a> {
    /// The file or folder that was asked for.
    pub(crate) at: &'a Path,
    /// The families of rules that it was held against.
    pub(crate) families: BTreeSet<&'static str>,
}

impl Wanted {
    /// What findings are to become; an unknown code is a failure.
    pub(crate) fn levels(&self) -> Result<Levels, Failure> {
        let (rules, mut levels) = (rules(), Levels::default());
        let Weights { deny, warn, allow } = &self.weights;
        let all = [(Level::Allow, allow), (Level::Warn, warn), (Level::Deny, deny)];
        for (level, codes) in all {
            for code in codes {
                levels.set(&rules, code, level).map_err(Failure::new)?;
            }
        }
        Ok(levels)
    }

    /// Writes the findings, and tells how the run ends by them.
    pub(crate) fn report(
        &self,
        sources: &Sources,
        findings: Findings,
        looked: Looked,
        screen: &Screen,
    ) -> Exit {
        let findings = findings.into_sorted();
        let failed = findings.iter().any(|d| d.severity == Severity::Error);
        let shown = findings.len().min(MAX_SHOWN);
        let (first, paper) = (&findings[..shown], screen.paper(Stream::Err));
        if self.format.is_report() {
            let subject = Subject::new(sources, looked.at, looked.families, screen.host);
            let text = report::report(self.format, &subject, sources, first, paper);
            if let Err(failure) = screen.data(&text) {
                screen.failure(&failure.0);
                return Exit::Failed;
            }
        } else {
            screen.drawn(&report::render(self.format, sources, first, paper));
        }
        if shown < findings.len() && self.format != Format::Json {
            screen.findings(&format!("and {} more findings, not shown\n", findings.len() - shown));
        }
        if failed { Exit::Findings } else { Exit::Clean }
    }
}
