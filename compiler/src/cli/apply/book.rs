//! The journal on disk, and the locks of the machine that fabc runs on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, flock};

use crate::apply::notes::{self, Event, Line, Notes};
use crate::apply::preflight::Seen;
use crate::cli::Failure;
use crate::output::write_private;

/// The journal of one plan, and what its switches ran before.
#[derive(Debug)]
pub(super) struct Book {
    folder: PathBuf,
    plan: String,
    open: Mutex<(Option<File>, BTreeMap<String, Notes>)>,
    /// Held as long as this lives: one at a time for a fabric.
    _lock: File,
}

fn at<'a>(what: &'a str, path: &'a Path) -> impl Fn(std::io::Error) -> Failure + 'a {
    move |error| Failure::new(format!("cannot {what} {}: {error}", path.display()))
}

impl Book {
    /// Opens or begins the journal of a plan in `home`, and locks the fabric.
    pub(super) fn open(home: &Path, plan: &str, fabric: &str) -> Result<Book, Failure> {
        std::fs::create_dir_all(home).map_err(at("make", home))?;
        let name: String =
            fabric.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        let path = home.join(format!("{name}.lock"));
        let lock = OpenOptions::new().create(true).append(true).open(&path).map_err(at("open", &path))?;
        if let Err(rustix::io::Errno::WOULDBLOCK) = flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            return Err(Failure::new(format!(
                "another `fabc apply` is at work on fabric `{fabric}`: {} is locked; wait for its end",
                path.display()
            )));
        }
        let folder = home.join(plan);
        let journal = folder.join("journal");
        let notes = match std::fs::read_to_string(&journal) {
            Ok(text) => {
                let whole = text.rfind('\n').map_or(0, |end| end + 1);
                let notes = notes::read(&text, plan)
                    .map_err(|error| Failure::new(format!("{}: {error}", journal.display())))?;
                if whole < text.len() {
                    // Cut off in its middle: nothing was done after it.
                    let file = OpenOptions::new().write(true).open(&journal).map_err(at("open", &journal))?;
                    file.set_len(whole as u64).map_err(at("shorten", &journal))?;
                }
                notes
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(at("read", &journal)(error)),
        };
        Ok(Book { folder, plan: plan.to_owned(), open: Mutex::new((None, notes)), _lock: lock })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// What is noted of a switch.
    pub(super) fn notes(&self, switch: &str) -> Notes {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).1.get(switch).cloned().unwrap_or_default()
    }

    /// Switches of which something was begun that isn't at an end.
    pub(super) fn unfinished(&self) -> Vec<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.1.iter().filter(|(_, notes)| notes.is_open()).map(|(name, _)| name.clone()).collect()
    }

    /// Writes a line, and waits until it is on the disk.
    pub(super) fn note(
        &self,
        switch: &str,
        step: Option<&str>,
        event: Event,
        why: Option<&str>,
    ) -> Result<(), Failure> {
        let path = self.path();
        let line = Line {
            plan: self.plan.clone(),
            switch: switch.to_owned(),
            step: step.map(str::to_owned),
            event,
            why: why.map(str::to_owned),
        };
        let text = serde_json::to_string(&line).map_err(|error| Failure::new(error.to_string()))? + "\n";
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match open.0.take() {
            Some(file) => file,
            None => self.begin(&path)?,
        };
        file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(at("write", &path))?;
        open.0 = Some(file);
        open.1.entry(switch.to_owned()).or_default().note(step, event);
        Ok(())
    }

    /// The file of the journal. Its name, too, outlives a power cut.
    fn begin(&self, path: &Path) -> Result<File, Failure> {
        std::fs::create_dir_all(&self.folder).map_err(at("make", &self.folder))?;
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        let file = file.map_err(at("open", path))?;
        for folder in [Some(self.folder.as_path()), self.folder.parent()].into_iter().flatten() {
            File::open(folder).and_then(|f| f.sync_all()).map_err(at("write", folder))?;
        }
        Ok(file)
    }

    fn before_path(&self, switch: &str) -> String {
        format!("before/{switch}.json")
    }

    /// Keeps what a switch ran before; its secrets are masked.
    pub(super) fn keep(&self, switch: &str, before: &Seen) -> Result<(), Failure> {
        let bytes = before.to_json().to_string();
        write_private(&self.folder, &self.before_path(switch), bytes.as_bytes())
            .map_err(|error| Failure::new(error.to_string()))
    }

    /// What a switch ran before.
    pub(super) fn before(&self, switch: &str) -> Result<Seen, Failure> {
        let path = self.folder.join(self.before_path(switch));
        let text = std::fs::read_to_string(&path).map_err(at("read", &path))?;
        let json = serde_json::from_str(&text).map_err(|error| error.to_string());
        json.and_then(|json| Seen::read(&json))
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}
