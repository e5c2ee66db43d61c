//! Limits of the kernel that all labs of a machine share. Each notes what stood there before the first of them raised it; the
//! last one to go puts it back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a lab notes it, in its folder.
const NOTE: &str = "sysctl";

/// Where the kernel keeps how many neighbours it knows at most, the largest first.
pub(super) fn files() -> Vec<PathBuf> {
    let path = |family: &str, level: u32| {
        PathBuf::from(format!("/proc/sys/net/{family}/neigh/default/gc_thresh{level}"))
    };
    ["ipv4", "ipv6"].iter().flat_map(|family| [3, 2, 1].map(|level| path(family, level))).collect()
}

/// Raises what is below `least`; `others` are the folders of other labs that run.
pub(super) fn raise(own: &Path, others: &[PathBuf], files: &[PathBuf], least: usize) -> Result<(), String> {
    let theirs: Vec<_> = others.iter().map(|other| notes(other, files)).collect();
    let (mut noted, mut low) = (BTreeMap::new(), Vec::new());
    for file in files {
        let Ok(now) = fs::read_to_string(file) else { continue };
        let Ok(now) = now.trim().parse::<u32>() else { continue };
        let first = theirs.iter().find_map(|notes| notes.get(file)).copied();
        let is_low = usize::try_from(now).is_ok_and(|now| now < least);
        if is_low {
            low.push(file);
        }
        if is_low || first.is_some() {
            noted.insert(file.clone(), first.unwrap_or(now));
        }
    }
    // First the note: who is killed in between has left it.
    write(own, &noted)?;
    low.into_iter().try_for_each(|file| {
        fs::write(file, least.to_string()).map_err(|e| format!("{}: {e}", file.display()))
    })
}

/// Puts back what a lab has noted, or hands the note on to another one that still runs.
pub(super) fn give_back(own: &Path, others: &[PathBuf], files: &[PathBuf]) {
    let mine = notes(own, files);
    if let Some(other) = others.first() {
        let mut theirs = notes(other, files);
        for (file, was) in mine {
            theirs.entry(file).or_insert(was);
        }
        let _ = write(other, &theirs);
        return;
    }
    for (file, was) in mine {
        let _ = fs::write(file, was.to_string());
    }
}

/// What a lab has noted, of these files alone, whoever wrote the note.
fn notes(folder: &Path, files: &[PathBuf]) -> BTreeMap<PathBuf, u32> {
    let note = fs::read_to_string(folder.join(NOTE)).unwrap_or_default();
    let lines = note.lines().filter_map(|line| line.split_once(' '));
    let known = lines.filter_map(|(file, was)| Some((PathBuf::from(file), was.trim().parse().ok()?)));
    known.filter(|(file, _)| files.contains(file)).collect()
}

fn write(folder: &Path, notes: &BTreeMap<PathBuf, u32>) -> Result<(), String> {
    let text: String = notes.iter().map(|(file, was)| format!("{} {was}\n", file.display())).collect();
    fs::write(folder.join(NOTE), text).map_err(|e| format!("{}: {e}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labs that begin and end, over two files that stand for the kernel's.
    struct Kernel {
        root: tempfile::TempDir,
        live: Vec<PathBuf>,
    }

    impl Kernel {
        fn new() -> Self {
            let kernel = Kernel { root: tempfile::tempdir().unwrap(), live: Vec::new() };
            kernel.files().iter().for_each(|file| fs::write(file, "128\n").unwrap());
            kernel
        }

        fn files(&self) -> Vec<PathBuf> {
            ["one", "two"].map(|name| self.root.path().join(name)).to_vec()
        }

        fn begin(&mut self, name: &str, least: usize) {
            let own = self.root.path().join(name);
            fs::create_dir(&own).unwrap();
            raise(&own, &self.live, &self.files(), least).unwrap();
            self.live.push(own);
        }

        fn end(&mut self, name: &str) {
            let own = self.root.path().join(name);
            self.live.retain(|other| *other != own);
            give_back(&own, &self.live, &self.files());
            fs::remove_dir_all(own).unwrap();
        }

        fn now(&self) -> Vec<String> {
            self.files().iter().map(|f| fs::read_to_string(f).unwrap().trim().to_owned()).collect()
        }
    }

    #[test]
    fn the_last_lab_puts_back_what_stood_before_the_first() {
        for (first, second) in [("a", "b"), ("b", "a")] {
            for (a, b) in [(1000, 2000), (2000, 1000), (100, 1000), (1000, 100)] {
                let mut kernel = Kernel::new();
                kernel.begin("a", a);
                kernel.begin("b", b);
                let most = a.max(b).to_string();
                assert_eq!(kernel.now(), [most.as_str(), &most]);
                kernel.end(first);
                assert_eq!(kernel.now(), [most.as_str(), &most], "{second} still runs");
                kernel.end(second);
                assert_eq!(kernel.now(), ["128", "128"], "{a} {b}");
            }
        }
    }

    #[test]
    fn a_note_speaks_of_these_files_alone() {
        let mut kernel = Kernel::new();
        kernel.begin("a", 1000);
        let (own, else_) = (kernel.root.path().join("a"), kernel.root.path().join("else"));
        fs::write(&else_, "7").unwrap();
        let note = fs::read_to_string(own.join(NOTE)).unwrap();
        fs::write(own.join(NOTE), format!("{note}{} 9\n", else_.display())).unwrap();
        kernel.end("a");
        assert_eq!((kernel.now(), fs::read_to_string(else_).unwrap()), (vec!["128".into(); 2], "7".into()));
    }
}
