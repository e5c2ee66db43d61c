//! Many files on all cores, with one buffer for each core.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Error;

/// Calls `work` for each number below `count`, in no order, and gives the results in order. The first error, by number
/// among those met, ends it.
pub(super) fn each<T: Send>(
    count: usize,
    progress: Option<&(dyn Fn(usize, usize) + Sync)>,
    work: impl Fn(usize, &mut Vec<u8>) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let (next, done, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let parts = rayon::broadcast(|_| {
        let (mut buffer, mut results) = (Vec::new(), Vec::new());
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count || stop.load(Ordering::Relaxed) {
                return results;
            }
            let result = work(i, &mut buffer);
            stop.fetch_or(result.is_err(), Ordering::Relaxed);
            results.push((i, result));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = progress {
                progress(done, count);
            }
        }
    });
    let mut results: Vec<(usize, Result<T, Error>)> = parts.into_iter().flatten().collect();
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}
