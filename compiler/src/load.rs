//! Files to one tree: the root file with everything that it includes.

use std::io;
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::source::{FileId, Sources, Span, Spanned};
use fabc_lang::syntax::{self, MAX_BYTES, Node, Value};

use crate::host::Host;

fabc_lang::rule! {
    /// The file that `include` names can't be read.
    ///
    /// ```kdl bad
    /// include "common/clases.kdl"
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static MISSING = Error "include/missing" "an included file that can't be read";
}
fabc_lang::rule! {
    /// A file includes itself, directly or by way of others.
    ///
    /// ```kdl bad
    /// include "fabric.kdl"
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static CYCLE = Error "include/cycle" "a file that includes itself";
}
fabc_lang::rule! {
    /// An include may not leave the folder of the root file, so that a fabric is one folder that can be moved and
    /// reviewed. `--root DIR` widens it.
    ///
    /// ```kdl bad
    /// include "../classes.kdl"
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static OUTSIDE = Error "include/outside" "an include that leaves the root folder";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[&MISSING, &CYCLE, &OUTSIDE];

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The nodes of all files; `include` is replaced by what it names, or by a broken node where that can't be read.
    pub(crate) nodes: Vec<Node>,
    /// The beginning of the root file, to be underlined where something is missing altogether.
    pub(crate) top: Span,
    /// Every file: its name relative to the root file's folder, and its text.
    pub(crate) inputs: Vec<(String, FileId)>,
}

struct Loader<'l> {
    host: &'l dyn Host,
    /// Includes may not leave this folder.
    fence: Option<PathBuf>,
    /// The root file's folder, as the user wrote it.
    base: PathBuf,
    sources: &'l mut Sources,
    findings: &'l mut Findings,
    inputs: Vec<(String, FileId)>,
    /// Canonical paths of the files that are being read, outermost first; and of all that were.
    open: Vec<PathBuf>,
    seen: Vec<PathBuf>,
}

/// Reads `path` and all that it includes. A file that is included twice is taken once.
pub(crate) fn load(
    path: &Path,
    fence: Option<&Path>,
    host: &dyn Host,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Loaded {
    let base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let folder = |p: &Path| host.canonical(if p.as_os_str().is_empty() { Path::new(".") } else { p }).ok();
    let mut loader = Loader {
        host,
        fence: folder(fence.unwrap_or(&base)),
        base,
        sources,
        findings,
        inputs: Vec::new(),
        open: Vec::new(),
        seen: Vec::new(),
    };
    let nodes = loader.file(path, None).unwrap_or_else(|| vec![unread(Span::default())]);
    let top = loader.inputs.first().map_or(Span::default(), |(_, file)| Span::new(*file, 0, 0));
    Loaded { nodes, top, inputs: loader.inputs }
}

impl Loader<'_> {
    /// The nodes of one file. `asked` is the `include` that named it.
    fn file(&mut self, path: &Path, asked: Option<(Span, &str)>) -> Option<Vec<Node>> {
        let bytes = match self.host.read(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => {
                let what =
                    asked.map_or_else(|| path.to_string_lossy().into_owned(), |(_, name)| name.to_owned());
                let text = format!("cannot read `{what}`: {}", why(&error));
                let found = asked.map_or_else(|| MISSING.anywhere(&text), |(at, _)| MISSING.at(at, &text));
                self.findings.push(found.help("the path is relative to the including file"));
                return None;
            }
        };
        let shown = path.to_string_lossy().replace('\\', "/");
        let text = match syntax::decode(&shown, &bytes) {
            Ok(text) => text,
            Err(found) => {
                self.findings.push(match asked {
                    Some((at, _)) => found.label(at, "included here"),
                    None => *found,
                });
                return None;
            }
        };
        let file = self.sources.add(shown, text);
        let relative = path.strip_prefix(&self.base).unwrap_or(path).to_string_lossy().replace('\\', "/");
        self.inputs.push((relative, file));
        let canonical = self.host.canonical(path).unwrap_or_else(|_| path.to_path_buf());
        self.seen.push(canonical.clone());
        self.open.push(canonical);
        let before = self.findings.len();
        let mut nodes = syntax::parse(file, text, self.findings);
        if nodes.is_empty() && self.findings.len() > before {
            nodes.push(unread(Span::new(file, 0, 0)));
        }
        let nodes = nodes.into_iter().flat_map(|node| self.node(node, path)).collect();
        self.open.pop();
        Some(nodes)
    }

    /// A node itself, or what it includes.
    fn node(&mut self, node: Node, from: &Path) -> Vec<Node> {
        let argument = match node.entries.as_slice() {
            [entry] if entry.key.is_none() => Some(entry),
            _ => None,
        };
        let (true, Some(Value::Text(name))) = (node.name.v == "include", argument.map(|e| &e.value)) else {
            return vec![node]; // the schema says what is wrong with it
        };
        let at = argument.map_or(node.at, |e| e.at);
        let path = from.parent().unwrap_or(Path::new("")).join(name);
        let inside = |canonical: &Path| self.fence.as_ref().is_some_and(|fence| canonical.starts_with(fence));
        let canonical = self.host.canonical(&path);
        let escapes = Path::new(name).is_absolute()
            || canonical.as_deref().map_or(leaves(name, from, &self.base), |c| !inside(c));
        if escapes {
            let found = OUTSIDE.at(at, format!("`{name}` is outside of the root file's folder"));
            self.findings.push(found.help("move it inside, or give a wider folder with --root"));
            return vec![unread(at)];
        }
        if let Ok(canonical) = &canonical {
            if self.open.contains(canonical) {
                let found = CYCLE.at(at, format!("`{name}` is being read already: it includes itself"));
                self.findings.push(found.help("remove this include"));
                return Vec::new();
            }
            if self.seen.contains(canonical) {
                return Vec::new();
            }
        }
        self.file(&path, Some((at, name))).unwrap_or_else(|| vec![unread(at)])
    }
}

/// Stands for nodes that are not known.
fn unread(at: Span) -> Node {
    Node { name: Spanned::new(String::new(), at), entries: Vec::new(), children: None, at, broken: true }
}

/// Why a file can't be read, in words that are the same on every system.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        io::ErrorKind::PermissionDenied => "this user may not read it".into(),
        _ => error.to_string(),
    }
}

/// Whether a path that doesn't exist would lie outside of the base folder, by its names alone.
fn leaves(name: &str, from: &Path, base: &Path) -> bool {
    let inner = from.parent().and_then(|p| p.strip_prefix(base).ok()).map_or(0, |p| p.components().count());
    let mut depth = i64::try_from(inner).unwrap_or(0);
    for part in Path::new(name).components() {
        match part {
            std::path::Component::ParentDir => depth -= 1,
            std::path::Component::Normal(_) => depth += 1,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    false
}
