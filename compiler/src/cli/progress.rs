//! A line that counts, for whoever watches and has waited a moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::screen::Screen;

/// Nothing is shown before this many milliseconds have passed.
const PATIENCE_MS: u64 = 500;
/// Milliseconds between two pictures.
const PACE_MS: u64 = 100;

/// Counts files on stderr. What it showed is gone when it goes.
pub(crate) struct Progress<'a> {
    screen: &'a Screen<'a>,
    begun: Instant,
    next_ms: AtomicU64,
    watched: bool,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(screen: &'a Screen<'a>) -> Self {
        let watched = screen.is_watched();
        Progress { screen, begun: Instant::now(), next_ms: AtomicU64::new(PATIENCE_MS), watched }
    }

    /// `done` of `of` files are done.
    pub(crate) fn tick(&self, done: usize, of: usize) {
        if !self.watched {
            return;
        }
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let next = self.next_ms.load(Ordering::Relaxed);
        let mine =
            || self.next_ms.compare_exchange(next, now + PACE_MS, Ordering::Relaxed, Ordering::Relaxed);
        if now >= next && mine().is_ok() {
            self.screen.drawn(&format!("\r{done} of {of} files\u{1b}[K"));
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.watched && self.next_ms.load(Ordering::Relaxed) > PATIENCE_MS {
            self.screen.drawn("\r\u{1b}[K");
        }
    }
}
