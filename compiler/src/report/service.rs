//! What the reports for services share: where a finding stands in a repository, and what tells it from all others.
//!
//! Code hosts show a finding beside the line that it speaks of, so paths count from the top of the repository, and every
//! finding gets a place: the first line of the first file where no line asked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Diagnostic, Edit, Label};
use fabc_lang::source::{Source, Sources, Span};
use serde::Serialize;
use twox_hash::XxHash3_128;

use super::tame;
use crate::host::Host;

/// A line that is longer says nothing of a finding: there the marked words are what is remembered.
const LONG_LINE: usize = 400;

/// Where the files of a run lie, and what was looked for in them.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// Path in its repository by the name that a file has among the sources.
    paths: BTreeMap<String, String>,
    /// The file that findings without a place are put at.
    first: String,
    /// Families of rules that were looked for.
    pub families: BTreeSet<&'static str>,
}

impl Subject {
    /// Finds where all files lie. `first` is the file that was asked for.
    pub fn new(
        sources: &Sources,
        first: &Path,
        families: BTreeSet<&'static str>,
        host: &dyn Host,
    ) -> Subject {
        let (mut tops, mut paths) = (BTreeMap::new(), BTreeMap::new());
        for (_, source) in sources.iter().filter(|(_, source)| !source.is_built_in()) {
            if let Some(path) = in_repository(Path::new(source.name()), &mut tops, host) {
                paths.insert(source.name().to_owned(), path);
            }
        }
        let own = sources.iter().map(|(_, s)| s).find(|s| paths.contains_key(s.name()));
        let own = own.and_then(|source| paths.get(source.name()).cloned());
        let first = own.or_else(|| in_repository(first, &mut tops, host)).unwrap_or_else(|| slashes(first));
        Subject { paths, first, families }
    }

    /// The path of a file in its repository; none of what lies in no folder.
    pub fn path(&self, source: &Source) -> Option<&str> {
        self.paths.get(source.name()).map(String::as_str).filter(|_| !source.is_built_in())
    }

    /// Where a finding is shown.
    pub fn place<'a>(&'a self, sources: &'a Sources, finding: &'a Diagnostic) -> Place<'a> {
        let found = finding.labels.iter().enumerate().find_map(|(index, label)| {
            let source = sources.get(label.span.file)?;
            Some(Place { path: self.path(source)?, at: Some((source, label)), index })
        });
        found.unwrap_or(Place { path: &self.first, at: None, index: usize::MAX })
    }
}

/// Where a finding is shown.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file's path in its repository.
    pub path: &'a str,
    /// The file and the label; none where no line of a file asked.
    pub at: Option<(&'a Source, &'a Label)>,
    /// Which label it is.
    pub index: usize,
}

impl Place<'_> {
    /// First and last line, from 1. A label that ends with its line doesn't reach into the next.
    pub fn lines(&self) -> (usize, usize) {
        self.at.map_or((1, 1), |(source, label)| {
            let (first, _) = source.line_column(label.span.start);
            let (last, column) = source.line_column(label.span.end);
            (first, if last > first && column == 1 { last - 1 } else { last })
        })
    }

    /// What stays as it is when lines above come and go.
    fn context(&self) -> String {
        let Some((source, label)) = self.at else { return String::new() };
        let (line, _) = source.line_column(label.span.start);
        let line = Some(source.line(line)).filter(|line| line.len() <= LONG_LINE);
        let marked = || source.text().get(label.span.start as usize..label.span.end as usize);
        words(line.or_else(marked).unwrap_or_default())
    }
}

/// A fingerprint for each finding: of its code, its file, and the words of its line. It stays when the line moves, and no two
/// are the same: findings that differ in nothing of this are counted.
pub fn fingerprints(subject: &Subject, sources: &Sources, findings: &[Diagnostic]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let print = |finding: &Diagnostic| {
        let place = subject.place(sources, finding);
        let mut key = format!("{}\0{}\0{}", finding.code(), place.path, place.context());
        let before = seen.entry(key.clone()).or_default();
        if *before > 0 {
            key += &format!("\0{before}");
        }
        *before += 1;
        format!("{:032x}", XxHash3_128::oneshot(key.as_bytes()))
    };
    findings.iter().map(print).collect()
}

/// The message, the edit and the notes, a line each.
pub fn told(finding: &Diagnostic) -> String {
    let remarks = finding.help.iter().map(|text| ("help", text));
    let remarks = remarks.chain(finding.notes.iter().map(|text| ("note", text)));
    let text = remarks
        .fold(finding.message.clone(), |told, (word, text)| format!("{told}\n{word}: {}", text.trim_end()));
    tame(&text).into_owned()
}

/// What an edit writes: in quotes where what goes is.
pub fn written(sources: &Sources, edit: &Edit) -> String {
    let quoted = sources.text(edit.span).starts_with('"') && !edit.word.starts_with('"');
    if quoted { format!("\"{}\"", edit.word) } else { edit.word.clone() }
}

/// Line and column of both ends, from 1; columns count UTF-16 code units.
pub fn region(source: &Source, span: Span) -> ((usize, usize), (usize, usize)) {
    let of = |offset: u32| {
        let (line, column) = source.line_column(offset);
        let start = source.line_start(line);
        let before = source.text().get(start..(offset as usize).min(source.text().len()));
        (line, before.map_or(column, |text| text.encode_utf16().count() + 1))
    };
    (of(span.start), of(span.end.max(span.start)))
}

/// A document in one line, in which nothing can drive a terminal.
pub fn line(document: &impl Serialize) -> String {
    let text = serde_json::to_string(document).unwrap_or_default();
    let mut line = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        match c.is_control() {
            true => line += &format!("\\u{:04x}", u32::from(c)),
            false => line.push(c),
        }
    }
    line + "\n"
}

/// The words of a text, one blank between each.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The path of a file from the top of its Git repository; from the folder that fabc runs in where it lies in none; and as it
/// was given where it lies elsewhere. None where it doesn't lie in a folder at all.
fn in_repository(
    path: &Path,
    tops: &mut BTreeMap<PathBuf, Option<PathBuf>>,
    host: &dyn Host,
) -> Option<String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    host.canonical(path).ok()?;
    let real = host.canonical(folder).ok()?;
    let top = tops.entry(real.clone()).or_insert_with(|| {
        let git = real.ancestors().find(|folder| host.canonical(&folder.join(".git")).is_ok());
        git.map(Path::to_path_buf).or_else(|| host.canonical(Path::new(".")).ok())
    });
    let whole = real.join(path.file_name()?);
    Some(match top.as_ref().and_then(|top| whole.strip_prefix(top).ok()) {
        Some(inside) => slashes(inside),
        None => slashes(path),
    })
}
