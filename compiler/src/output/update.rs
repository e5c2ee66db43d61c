//! From what is on disk to what shall be.

use super::cache::Cache;
use super::carry::{self, Stale};
use super::compare::{Disk, State, Verdict};
use super::files::Files;
use super::staging::Staging;
use super::{CACHE, Error, MANIFEST, Manifest, Options, Origin, Written, work};

/// The first build into an absent or empty folder: nothing to compare, nothing to carry.
pub(super) fn fresh(
    files: &Files,
    staging: &Staging,
    origin: Origin,
    options: Options,
) -> Result<Written, Error> {
    let verdicts = work::each(files.len(), options.progress, |i, buffer| staging.make(files, i, buffer))?;
    let manifest = Manifest::new(origin, files, &verdicts).to_bytes();
    staging.finish(&manifest, &Cache::new(origin, files, &verdicts).to_bytes())?;
    if staging.out().exists() {
        carry::same_rights(staging.out(), &staging.join(""))?;
        staging.exchange()?;
    } else {
        staging.appear()?;
    }
    Ok(Written { created: files.sorted().map(|(path, _)| path.to_owned()).collect(), ..Written::default() })
}

/// A tree that has been compared with the folder.
pub(super) struct Update<'a> {
    pub(super) files: Files<'a>,
    pub(super) disk: Disk<'a>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) stale: Stale,
}

impl Update<'_> {
    /// Whether any file is to be made, replaced or removed.
    pub(super) fn touches_files(&self) -> bool {
        !self.stale.removed.is_empty() || self.verdicts.iter().any(|v| v.state != State::Same)
    }

    /// Brings manifest and cache up to date, where no file is touched. Mostly they are already.
    pub(super) fn refresh(
        self,
        staging: impl FnOnce() -> Result<Staging, Error>,
        origin: Origin,
    ) -> Result<Written, Error> {
        let manifest = Manifest::new(origin, &self.files, &self.verdicts).to_bytes();
        let cache = Cache::new(origin, &self.files, &self.verdicts);
        if self.disk.manifest_bytes() != manifest {
            let staging = staging()?;
            staging.replace(CACHE, &cache.to_bytes())?;
            staging.replace(MANIFEST, &manifest)?;
        } else if self.disk.cache() != &cache {
            // It is only a help: where it can't be written, there is none.
            let _ = staging().and_then(|s| s.replace(CACHE, &cache.to_bytes()));
        }
        Ok(Written { unchanged: self.files.len(), kept: self.stale.kept, ..Written::default() })
    }

    /// Builds the new tree beside the old one, and swaps them.
    pub(super) fn apply(self, staging: &Staging, origin: Origin) -> Result<Written, Error> {
        let Update { files, disk, verdicts, stale } = self;
        let verdicts = work::each(files.len(), None, |i, buffer| match &verdicts[i] {
            same if same.state == State::Same => staging.link(files.path(i)).map(|()| same.clone()),
            other => Ok(Verdict { state: other.state, ..staging.make(&files, i, buffer)? }),
        })?;
        disk.carry(&files, &stale, staging)?;
        let manifest = Manifest::new(origin, &files, &verdicts).to_bytes();
        staging.finish(&manifest, &Cache::new(origin, &files, &verdicts).to_bytes())?;
        disk.rights(staging)?;
        staging.exchange()?;
        let named = |wanted: fn(State) -> bool| {
            let chosen = files.sorted().filter(|&(_, i)| wanted(verdicts[i].state));
            chosen.map(|(path, _)| path.to_owned()).collect()
        };
        Ok(Written {
            created: named(|s| s == State::New),
            changed: named(|s| matches!(s, State::Changed { .. } | State::Foreign)),
            edited: named(|s| s == State::Changed { edited: true }),
            unchanged: verdicts.iter().filter(|v| v.state == State::Same).count(),
            removed: stale.removed,
            kept: stale.kept,
        })
    }
}
