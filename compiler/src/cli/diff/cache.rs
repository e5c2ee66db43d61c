//! What the last run printed, for as long as nothing that it came from has changed.
//!
//! It stands in the user's cache folder, one file for each fabric, folder and set of options, and is known by a hash of
//! the sources, the program, the options, and how each file of the folder looks. Whatever is doubtful is looked at anew;
//! the file may be deleted at any time.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Sources;
use fabc_targets::frr;
use rayon::prelude::*;

use super::{Args, Exit, Screen};
use crate::deployed::read::Folder;
use crate::files::VERSION;
use crate::host::{Host, Stamp};
use crate::load;
use crate::output::Hash;

const HEAD: &str = "fabc-diff 1";
/// What is longer isn't kept.
const LIMIT: usize = 64 << 20;
/// File times move in steps, and other machines' clocks may be ahead: what was changed this shortly ago may be changed
/// again and look the same.
const SETTLED_NS: i128 = 2_000_000_000;

/// Where the output of a run is kept, and what it came from.
pub(super) struct Slot {
    path: PathBuf,
    key: Hash,
    /// Whether all files have been as they are for long enough.
    settled: bool,
}

impl Slot {
    /// None where there is no cache folder, or something can't be read: then the run itself says what.
    pub(super) fn of(args: &Args, folder: &Folder, screen: &Screen) -> Option<Slot> {
        let host = screen.host;
        let base = match host.env("XDG_CACHE_HOME").filter(|path| Path::new(path).is_absolute()) {
            Some(path) => PathBuf::from(path),
            None => Path::new(&host.env("HOME")?).join(".cache"),
        };
        let source = args.source().path(screen).ok()?;
        let options = format!("{args:?} {:?}", screen.columns());
        let mut text = format!("{HEAD}\n{VERSION}\n{:?}\n{options}\n", Hash::of_program());
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let loaded = load::load(&source, args.root.as_deref(), host, &mut sources, &mut findings);
        if findings.has_errors() {
            return None;
        }
        for (name, file) in loaded.inputs {
            let bytes = sources.get(file).map_or("", fabc_lang::source::Source::text).as_bytes();
            text += &format!("{name:?} {}\n", Hash::of(bytes));
        }
        if let Some(templates) = &args.templates {
            let bytes = host.read(&templates.join(frr::NAME), LIMIT).ok()?;
            text += &format!("template {}\n", Hash::of(&bytes));
        }
        let mut settled = host.now();
        for (path, stamp) in stamps(folder, host)? {
            let newest = stamp.map_or(i128::MIN, |stamp| stamp.modified_ns.max(stamp.changed_ns));
            settled = settled.filter(|now| newest.saturating_add(SETTLED_NS) < *now);
            text += &format!("{path:?} {stamp:?}\n");
        }
        let places = [source.as_path(), folder.root()].map(|path| host.canonical(path).ok());
        let name = Hash::of(format!("{places:?} {options}").as_bytes()).0;
        let path = base.join("fabc").join("diff").join(format!("{name:032x}"));
        Some(Slot { path, key: Hash::of(text.as_bytes()), settled: settled.is_some() })
    }

    /// What the last run printed, where it came from the same.
    pub(super) fn read(&self, host: &dyn Host) -> Option<(Exit, String)> {
        let bytes = host.read(&self.path, LIMIT).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (head, text) = text.split_once('\n')?;
        let exit = [Exit::Clean, Exit::Findings].into_iter().find(|exit| head == self.head(*exit, text))?;
        Some((exit, text.to_owned()))
    }

    /// Keeps what a run has printed. Where that fails there is nothing to say: the next run takes its time.
    pub(super) fn write(&self, exit: Exit, text: &str, host: &dyn Host) {
        let kept = format!("{}\n{text}", self.head(exit, text));
        if self.settled && kept.len() <= LIMIT {
            let _ = host.keep(&self.path, kept.as_bytes());
        }
    }

    fn head(&self, exit: Exit, text: &str) -> String {
        format!("{HEAD} {} {} {}", self.key, exit as u8, Hash::of(text.as_bytes()))
    }
}

/// How all files look that the folder may be read from; none where that can't be told.
fn stamps(folder: &Folder, host: &dyn Host) -> Option<Vec<(PathBuf, Option<Stamp>)>> {
    let files: Vec<PathBuf> = folder.files(host).ok()?;
    let stamp = |path: PathBuf| match host.stamp(&path) {
        Ok(stamp) => Some((path, Some(stamp))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Some((path, None))
        }
        Err(_) => None,
    };
    files.into_par_iter().map(stamp).collect()
}
