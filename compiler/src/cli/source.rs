//! What all commands share that read a fabric: its path, and how its findings are wanted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::fabric::Fabric;
use fabc_lang::source::Sources;

use super::screen::Screen;
use super::wanted::{Looked, Wanted, families};
use super::{Exit, Failure};
use crate::diff::fabrics::Made;
use crate::files;
use crate::pipeline::{self, Analysis};
use crate::rules::rules;

/// Families of rules that a fabric isn't held against by itself: of other files, and of what is written.
const ELSEWHERE: &[&str] =
    &["config-db", "frr", "growth", "lint", "output", "render", "secrets", "template", "yang"];

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Source {
    /// The fabric's root file, or the folder that holds a fabric.kdl
    #[arg(value_name = "FABRIC", default_value = "fabric.kdl")]
    pub(crate) fabric: PathBuf,
    /// Let includes reach all of DIR, rather than the root file's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
}

impl Source {
    /// Reads the fabric; an unknown code or an unreachable file is a failure, all else is a finding.
    pub(crate) fn analyze(&self, screen: &Screen) -> Result<Analysis, Failure> {
        self.analyze_for(false, screen)
    }

    /// The same, where templates of the user's own may stand in for the built-in ones.
    pub(crate) fn analyze_for(&self, own_templates: bool, screen: &Screen) -> Result<Analysis, Failure> {
        let levels = self.wanted.levels()?;
        let path = self.path(screen)?;
        let options = pipeline::Options { include_root: self.root.clone(), own_templates };
        let mut analysis = pipeline::analyze(&path, screen.host, &options);
        analysis.levels.extend(&levels);
        analysis.levels.apply(&mut analysis.findings, analysis.fabric.is_some());
        // Of a file without anything there is nothing to show but what is wrong with it.
        if analysis.findings.has_errors() {
            analysis.fabric = analysis.fabric.filter(|f| !f.switches.is_empty() || !f.hosts.is_empty());
        }
        Ok(analysis)
    }

    /// The root file itself.
    pub(crate) fn path(&self, screen: &Screen) -> Result<PathBuf, Failure> {
        let inside = self.fabric.join("fabric.kdl");
        let path = if screen.host.canonical(&inside).is_ok() { inside } else { self.fabric.clone() };
        let unread = |p: &Path, e| Failure::new(format!("cannot read {}: {e}", p.display()));
        screen.host.read(&path, 0).map_err(|e| match e.kind() {
            ErrorKind::NotFound | ErrorKind::IsADirectory => Failure::new(format!(
                "cannot read {}: there is no such fabric; name a file or a folder with a fabric.kdl, or begin with `fabc init`",
                path.display()
            )),
            _ => unread(&path, e),
        })?;
        if let Some(root) = &self.root {
            screen.host.canonical(root).map_err(|e| unread(root, e))?;
        }
        Ok(path)
    }

    /// Says what keeps a fabric from being built; warnings and notes are for `check` to say.
    pub(crate) fn unsound(&self, analysis: Analysis, screen: &Screen) -> Exit {
        let mut findings = analysis.findings;
        findings.retain(|finding| finding.severity == Severity::Error);
        self.report(&analysis.sources, findings, screen);
        Exit::Failed
    }

    /// Writes the findings, and tells how the run ends by them.
    pub(crate) fn report(&self, sources: &Sources, findings: Findings, screen: &Screen) -> Exit {
        let mut families = families(&rules());
        families.retain(|family| !ELSEWHERE.contains(family));
        self.wanted.report(sources, findings, Looked { at: &self.fabric, families }, screen)
    }
}

/// The files of a fabric; none where a template is wrong, which the findings then say.
pub(crate) fn made<'a>(
    fabric: &'a Fabric,
    templates: Option<&Path>,
    of: &mut Analysis,
    screen: &Screen,
) -> Option<Made<'a>> {
    let mut late = Findings::default();
    let bundle = files::with_templates(fabric, templates, &mut of.sources, screen.host, &mut late);
    let sound = !late.has_errors();
    of.findings.extend(late);
    bundle.filter(|_| sound).map(|bundle| Made::new(fabric, bundle))
}
