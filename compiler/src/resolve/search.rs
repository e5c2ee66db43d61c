//! Whether ports still fit: the limits of pipes as a small exact search.

use std::collections::BTreeSet;

use super::boxes::SwitchBox;

/// Steps that the search may take on one tier before it gives up being exact: well under a second.
const SEARCH_LIMIT: usize = 5_000_000;

/// One line's claim on a tier.
pub(super) struct Claim {
    pub(super) line: usize,
    pub(super) up: bool,
    pub(super) mode: String,
    pub(super) children: u32,
    /// Cages.
    pub(super) count: u32,
    /// Cages it may take, by index.
    pub(super) allowed: Vec<bool>,
}

impl Claim {
    /// Indices of cages in the order in which the line takes them.
    pub(super) fn order(&self) -> Box<dyn Iterator<Item = usize>> {
        let all = 0..self.allowed.len();
        if self.up { Box::new(all.rev()) } else { Box::new(all) }
    }
}

/// Whether a demand still fits into the cages that are free.
///
/// A plain placement that succeeds is proof enough. Where it fails, the sets of cages that the pipes can give to each
/// claim are added up pipe by pipe; only sums that no other covers, and that the pipes to come can still complete, are
/// kept. That is exact until it grows over [`SEARCH_LIMIT`].
pub(super) struct Search<'s> {
    which: &'s SwitchBox,
    /// Limit and cages of each pipe; a cage whose pipe is not known stands alone, without a limit.
    pipes: Vec<(u32, Vec<usize>)>,
    steps: usize,
    /// Whether it grew over its limit somewhere, so that a no is no proof.
    pub(super) gave_up: bool,
}

impl<'s> Search<'s> {
    pub(super) fn new(which: &'s SwitchBox) -> Self {
        let mut pipes: Vec<(Option<u16>, Vec<usize>)> = Vec::new();
        for (i, cage) in which.cages.iter().enumerate() {
            match pipes.iter_mut().find(|(p, _)| cage.pipe.is_some() && *p == cage.pipe) {
                Some((_, cages)) => cages.push(i),
                None => pipes.push((cage.pipe, vec![i])),
            }
        }
        let limit = |pipe: Option<u16>| pipe.and(which.per_pipe).unwrap_or(u32::MAX);
        let pipes = pipes.into_iter().map(|(pipe, cages)| (limit(pipe), cages)).collect();
        Search { which, pipes, steps: 0, gave_up: false }
    }

    /// Whether the demand fits beside what is taken (children, by cage).
    pub(super) fn fits(&mut self, taken: &[Option<u32>], demand: &[(&Claim, u32)]) -> bool {
        let demand: Vec<(&Claim, u32)> = demand.iter().filter(|d| d.1 > 0).copied().collect();
        self.plain(taken, &demand) || self.exact(taken, &demand)
    }

    /// Whether every claim can take the first cages that leave its pipe within the limit.
    fn plain(&self, taken: &[Option<u32>], demand: &[(&Claim, u32)]) -> bool {
        let mut room: Vec<u32> = Vec::new();
        let mut pipe_of: Vec<usize> = vec![0; self.which.cages.len()];
        for (p, (limit, cages)) in self.pipes.iter().enumerate() {
            let used: u32 = cages.iter().map(|&i| taken[i].unwrap_or(1)).sum();
            let Some(left) = limit.checked_sub(used) else { return false };
            room.push(left);
            for &i in cages {
                pipe_of[i] = p;
            }
        }
        let mut free: Vec<bool> = taken.iter().map(Option::is_none).collect();
        for (claim, count) in demand {
            let more = claim.children - 1; // one stood for the unused cage
            let mut left = *count;
            for i in claim.order() {
                if left > 0 && free[i] && claim.allowed[i] && room[pipe_of[i]] >= more {
                    free[i] = false;
                    room[pipe_of[i]] -= more;
                    left -= 1;
                }
            }
            if left > 0 {
                return false;
            }
        }
        true
    }

    fn exact(&mut self, taken: &[Option<u32>], demand: &[(&Claim, u32)]) -> bool {
        let goal: Vec<u32> = demand.iter().map(|d| d.1).collect();
        let mut given: Vec<Vec<Vec<u32>>> = Vec::new();
        for (limit, cages) in &self.pipes {
            let fixed: u32 = cages.iter().filter_map(|&i| taken[i]).sum();
            let free: Vec<usize> = cages.iter().copied().filter(|&i| taken[i].is_none()).collect();
            if fixed.saturating_add(u32::try_from(free.len()).unwrap_or(0)) > *limit {
                return false;
            }
            let mut options: BTreeSet<Vec<u32>> = BTreeSet::new();
            fill(demand, &free, limit - fixed, &mut vec![0; goal.len()], &mut options);
            self.steps += options.len() * options.len();
            given.push(frontier(options.into_iter().collect()));
        }
        // What the pipes from each one on can give to each claim at most.
        let mut to_come: Vec<Vec<u32>> = vec![vec![0; goal.len()]];
        for options in given.iter().rev() {
            let best = (0..goal.len()).map(|k| options.iter().map(|o| o[k]).max().unwrap_or(0));
            let sum = best.zip(&to_come[to_come.len() - 1]).map(|(a, b)| a + b).collect();
            to_come.push(sum);
        }
        to_come.reverse();
        let mut reached: Vec<Vec<u32>> = vec![vec![0; goal.len()]];
        for (options, rest) in given.iter().zip(&to_come[1..]) {
            let mut next: BTreeSet<Vec<u32>> = BTreeSet::new();
            for state in &reached {
                for option in options {
                    let sums = state.iter().zip(option).zip(&goal).map(|((a, b), g)| (a + b).min(*g));
                    let sum: Vec<u32> = sums.collect();
                    if sum.iter().zip(rest).zip(&goal).all(|((a, b), g)| a + b >= *g) {
                        next.insert(sum);
                    }
                }
            }
            self.steps += reached.len() * options.len() + next.len() * next.len();
            if self.steps > SEARCH_LIMIT {
                self.gave_up = true;
                return false;
            }
            reached = frontier(next.into_iter().collect());
            if reached.is_empty() {
                return false;
            }
        }
        reached.contains(&goal)
    }
}

/// All ways to fill the free cages of one pipe, as cages per claim.
fn fill(
    demand: &[(&Claim, u32)],
    free: &[usize],
    room: u32,
    counts: &mut Vec<u32>,
    out: &mut BTreeSet<Vec<u32>>,
) {
    let Some((&cage, rest)) = free.split_first() else {
        out.insert(counts.clone());
        return;
    };
    let after = u32::try_from(rest.len()).unwrap_or(0); // one logical port for each cage that stays unused
    if room > after {
        fill(demand, rest, room - 1, counts, out);
    }
    for (k, (claim, _)) in demand.iter().enumerate() {
        if claim.allowed[cage] && room >= claim.children + after {
            counts[k] += 1;
            fill(demand, rest, room - claim.children, counts, out);
            counts[k] -= 1;
        }
    }
}

/// Drops what another vector covers in every place.
fn frontier(list: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let covered = |a: &Vec<u32>| list.iter().any(|b| a != b && a.iter().zip(b).all(|(x, y)| x <= y));
    list.iter().filter(|a| !covered(a)).cloned().collect()
}
