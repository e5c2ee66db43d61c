//! The whole compiler in one screen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Diagnostic, Findings, Label, Severity};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::{self, Intent, PresetUse};
use fabc_lang::platform::Catalog;
use fabc_lang::source::{FileId, Sources};
use fabc_targets::Lab;

use crate::growth::{self, Census};
use crate::host::{Host, RevisionHost};
use crate::output::Tree;
use crate::report::levels::Levels;
use crate::{checks, deadlock, files, lint, load, resolve};

/// What the user may set about the way from text to fabric.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder that includes may not leave; the root file's own where none is given.
    pub include_root: Option<PathBuf>,
    /// Whether templates of the user's own stand in for the built-in ones: then these prove nothing.
    pub own_templates: bool,
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
    let mut intent = intent::read(&loaded.nodes, loaded.top, findings);
    *levels = Levels::of_file(&intent.levels, findings);
    let mut catalog = Catalog::new(&intent.platforms, findings);
    take_in_preset(&mut intent, &mut catalog, sources, findings);
    let preset = intent.preset.clone();
    *fabric = resolve::resolve(intent, &mut catalog, sources, findings);
    if let Some(fabric) = fabric {
        let mut circles = Findings::default();
        rayon::join(
            || checks::run(fabric, findings),
            || (!options.own_templates).then(|| deadlock::look(fabric, BTreeMap::new(), &mut circles)),
        );
        findings.extend(circles);
        // Of a fabric with errors, rows may be missing; what is wrong with overrides takes none away.
        let is_sound = |d: &Diagnostic| d.severity < Severity::Error || d.code().starts_with("overrides/");
        if findings.iter().all(is_sound) {
            lint::overrides(fabric, findings);
        }
    }
    if let Some(preset) = preset {
        blame(&preset, findings);
    }
    analysis
}

/// What `preset` names, under what the file says.
fn take_in_preset(
    intent: &mut Intent,
    catalog: &mut Catalog,
    sources: &mut Sources,
    findings: &mut Findings,
) {
    let Some(asked) = &intent.preset else { return };
    if let Some(preset) = catalog.preset(&asked.name.v, Some(asked.name.at), sources, findings) {
        intent.take_in(&preset);
    }
}

/// Findings in the preset's text also underline the line that asked for it.
fn blame(preset: &PresetUse, findings: &mut Findings) {
    for finding in findings.iter_mut() {
        if preset.explains(finding.labels.iter().map(|label| label.span)) {
            finding.labels.push(Label { span: preset.at, text: "taken in here".to_owned() });
        }
    }
}

/// What the user may set about the way from fabric to files.
#[derive(Debug, Clone, Default)]
pub struct EmitOptions {
    /// The root file, for `since` a revision.
    pub source: PathBuf,
    /// The folder that includes may not leave.
    pub include_root: Option<PathBuf>,
    /// Templates that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// Whether there is a lab beside the switches' files, and of what.
    pub lab: Option<Lab>,
    /// Where switches find the build, if there are files for ZTP: a URL without a `/` at its end.
    pub ztp: Option<String>,
    /// A former `fabric.json`, or a Git revision, that nothing may move against; the one in `out` otherwise.
    pub since: Option<String>,
    /// The folder of the former build.
    pub out: PathBuf,
    /// Whether existing things may move.
    pub allow_moves: bool,
    /// Whether the build in `out` was made by this fabc from the same input: then nothing can move against it.
    pub unchanged: bool,
}

/// Fabric to files, which are rendered one by one as they are asked for. Findings (the growth guard, templates) go to
/// `findings`; none of the files may be written if one of them is an error.
pub fn emit<'a>(
    fabric: &'a Fabric,
    sources: &mut Sources,
    host: &dyn Host,
    options: &EmitOptions,
    findings: &mut Findings,
) -> Option<Box<dyn Tree + 'a>> {
    if let Some(old) = former(host, options, findings) {
        growth::guard(&old, fabric, options.allow_moves, findings);
    }
    let templates = options.templates.as_deref();
    files::tree(fabric, templates, options.lab, options.ztp.as_deref(), sources, host, findings)
}

/// What stood before: `--since`, or the last build where there is one.
fn former(host: &dyn Host, options: &EmitOptions, findings: &mut Findings) -> Option<Census> {
    let Some(since) = &options.since else {
        if options.unchanged {
            return None;
        }
        let path = options.out.join("fabric.json");
        let bytes = host.read(&path, usize::MAX - 1).ok()?;
        return census(&bytes, &path.to_string_lossy(), findings);
    };
    if let Ok(bytes) = host.read(Path::new(since), usize::MAX - 1) {
        return census(&bytes, since, findings);
    }
    let then = match at_revision(&options.source, since, host, options.include_root.as_deref()) {
        Ok(then) => then,
        Err(finding) => {
            findings.push(finding);
            return None;
        }
    };
    if then.fabric.is_none() {
        let text = format!("the fabric at `{since}` has errors of its own");
        findings.push(growth::UNREADABLE.anywhere(text).help("give a revision that builds"));
    }
    then.fabric.as_ref().map(Census::of)
}

/// A fabric as its files were at a Git revision; a finding where it wasn't there.
pub fn at_revision(
    source: &Path,
    revision: &str,
    host: &dyn Host,
    include_root: Option<&Path>,
) -> Result<Analysis, Diagnostic> {
    let past = RevisionHost { host, revision };
    past.read(source, 0).map_err(|error| {
        let text = format!("`{revision}` is no file, and no revision with this fabric: {error}");
        growth::UNREADABLE.anywhere(text).help("give a fabric.json, or a commit, branch or tag")
    })?;
    let include_root = include_root.map(Path::to_path_buf);
    Ok(analyze(source, &past, &Options { include_root, ..Options::default() }))
}

fn census(json: &[u8], name: &str, findings: &mut Findings) -> Option<Census> {
    Census::read(json)
        .map_err(|error| {
            let text = format!("`{name}` is no fabric.json: {error}");
            findings
                .push(growth::UNREADABLE.anywhere(text).help("give the one of a former build, or remove it"));
        })
        .ok()
}
