//! The longest pause that ends by itself: what a watchdog must outlast.
//!
//! A port is paused until what stands above the resume threshold has drained. At worst every switch on the way down is
//! full of lossless packets, all of its pool, and drains through its slowest lossless port, and the one above it begins
//! only then; at the end the resume travels back. That is more than traffic does, and no more than a buffer allows.

use fabc_lang::fabric::Fabric;
use fabc_lang::units::{Speed, Time, grouped};

use crate::budget::Budget;

/// A round trip through two tiers, where the file says none.
pub(crate) const ROUND_TRIP: Time = Time(8);

/// What the longest lawful pause is made of.
#[derive(Debug)]
pub(crate) struct Pause {
    /// From the bottom to the top.
    steps: Vec<Step>,
    round_trip: Time,
}

/// The slowest switch at one distance from the servers.
#[derive(Debug)]
struct Step {
    tier: usize,
    /// What it may hold of lossless classes, bytes.
    held: u64,
    /// Its slowest lossless port.
    speed: Speed,
    /// How often a way meets such a switch: going up and coming down.
    times: u64,
}

impl Step {
    /// Bytes over Mb/s, rounded up.
    fn drain(&self) -> u64 {
        self.held.saturating_mul(8).div_ceil(u64::from(self.speed.0.max(1)))
    }
}

impl Pause {
    /// Over all switches whose pools are known; none where there are none.
    pub(crate) fn longest(fabric: &Fabric, budgets: &[Budget]) -> Option<Self> {
        let mut steps: Vec<(u32, Step)> = Vec::new();
        for budget in budgets {
            let (Some(pool), Some(speed)) = (&budget.pool, budget.groups.iter().map(|g| g.kind.speed).min())
            else {
                continue;
            };
            let beside = if pool.holds_xoff == Some(false) { pool.xoff.map_or(0, |x| x.0) } else { 0 };
            let distance = fabric.tiers[budget.tier].distance;
            let step = Step { tier: budget.tier, held: pool.size.0 + beside, speed, times: 2 };
            match steps.iter_mut().find(|(d, _)| *d == distance) {
                Some((_, known)) if known.drain() >= step.drain() => {}
                Some((_, known)) => *known = step,
                None => steps.push((distance, step)),
            }
        }
        steps.sort_by_key(|(distance, _)| *distance);
        let mut steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
        steps.last_mut()?.times = 1;
        let stated = fabric.intent.buffers.as_ref().and_then(|b| b.round_trip);
        Some(Pause { steps, round_trip: stated.map_or(ROUND_TRIP, |t| t.v) })
    }

    /// All of it.
    pub(crate) fn time(&self) -> Time {
        Time(
            self.steps
                .iter()
                .map(|s| s.times.saturating_mul(s.drain()))
                .fold(self.round_trip.0, u64::saturating_add),
        )
    }

    /// The sum, as it could be done by hand.
    pub(crate) fn lines<'a>(&'a self, fabric: &'a Fabric) -> impl Iterator<Item = String> + 'a {
        let step = |s: &'a Step| {
            let label = &fabric.tiers[s.tier].label;
            let (held, drain) = (grouped(s.held), Time(s.drain()));
            format!("`{label}`: {held} B drain at {} in {drain}, {} × on the way", s.speed, s.times)
        };
        let back = format!("and the round trip of {}: {} in all", self.round_trip, self.time());
        self.steps.iter().map(step).chain([back])
    }
}
