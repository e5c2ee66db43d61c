//! What hangs on each switch, below and above: the figures that bandwidth checks share.

use std::cmp::Ordering;

use fabc_lang::fabric::{Fabric, Lower};
use fabc_lang::units::Ratio;

use super::lost::{Lost, stands};

/// Links and bandwidth of one switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Bandwidth of links that are there, towards servers and lower tiers, Mb/s.
    pub(crate) down: u64,
    /// Bandwidth of links that are there, towards upper tiers, Mb/s.
    pub(crate) up: u64,
    /// Links to servers, there or not.
    pub(crate) servers: u32,
    /// Links to servers that are there.
    pub(crate) servers_present: u32,
    /// Links to lower tiers, there or not.
    pub(crate) lower: u32,
    /// Links to upper tiers, there or not.
    pub(crate) upper: u32,
    /// Links to upper tiers that are there.
    pub(crate) upper_present: u32,
}

impl Load {
    /// Bandwidth below over bandwidth above; none without links up.
    pub(crate) fn ratio(&self) -> Option<Ratio> {
        (self.up > 0).then(|| Ratio::new(self.down, self.up))
    }

    /// Orders by ratio; no bandwidth above is the worst, unless there is none below either.
    pub(crate) fn worse(&self, other: &Load) -> Ordering {
        let stuck = |load: &Load| load.up == 0 && load.down > 0;
        let cross = |below: &Load, above: &Load| u128::from(below.down) * u128::from(above.up.max(1));
        let ratio = || cross(self, other).cmp(&cross(other, self));
        stuck(self).cmp(&stuck(other)).then_with(ratio)
    }
}

/// `25.6 Tb/s`
pub(crate) fn tera(megabits: u64) -> String {
    format!("{} Tb/s", Ratio::new(megabits, 1_000_000))
}

/// The load of every switch.
pub(crate) fn loads(fabric: &Fabric) -> Vec<Load> {
    let mut loads = vec![Load::default(); fabric.switches.len()];
    for link in &fabric.links {
        let line = fabric.line_of(link);
        let (present, speed) = (stands(fabric, link), u64::from(line.speed.v.0));
        let flow = if present { speed } else { 0 };
        let upper = &mut loads[link.b as usize];
        upper.down += flow;
        match line.lower {
            Lower::Hosts { .. } => {
                upper.servers += 1;
                upper.servers_present += u32::from(present);
            }
            Lower::Tier(_) => {
                upper.lower += 1;
                let lower = &mut loads[link.a as usize];
                lower.up += flow;
                lower.upper += 1;
                lower.upper_present += u32::from(present);
            }
        }
    }
    loads
}

/// The same loads without what has failed; work is that of what has.
pub(crate) fn without(loads: &[Load], fabric: &Fabric, lost: &Lost) -> Vec<Load> {
    let mut loads = loads.to_vec();
    for index in lost.links_gone(fabric) {
        let link = &fabric.links[index as usize];
        let line = fabric.line_of(link);
        let speed = u64::from(line.speed.v.0);
        let upper = &mut loads[link.b as usize];
        upper.down -= speed;
        match line.lower {
            Lower::Hosts { .. } => upper.servers_present -= 1,
            Lower::Tier(_) => {
                let lower = &mut loads[link.a as usize];
                lower.up -= speed;
                lower.upper_present -= 1;
            }
        }
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(down: (u64, u64), up: (u64, u64)) -> Option<Ratio> {
        Load { down: down.0 * down.1, up: up.0 * up.1, ..Load::default() }.ratio()
    }

    #[test]
    fn ratios_of_published_fabrics_are_exact() {
        assert_eq!(ratio((64, 400), (32, 800)), Some(Ratio::new(1, 1)));
        assert_eq!(ratio((16, 400), (18, 400)), Some(Ratio::new(8, 9))); // 16 down, 18 up
        assert_eq!(ratio((16, 400), (16, 400)), Some(Ratio::new(1, 1))); // the same after two losses
        assert_eq!(ratio((128, 200), (60, 400)), Some(Ratio::new(16, 15)));
        assert_eq!(ratio((120, 400), (8, 400)), Some(Ratio::new(15, 1)));
        assert_eq!(ratio((32, 400), (31, 400)), Some(Ratio::new(32, 31)));
        assert_eq!(ratio((66, 400), (28, 800)), Some(Ratio::new(33, 28)));
        assert_eq!(ratio((1, 400), (0, 400)), None);
        assert_eq!(ratio((64, 400), (64, 400)), Some(Ratio::new(1, 1))); // 8,192 GPUs in two tiers
        assert_eq!(ratio((17, 400), (2, 800)), Some(Ratio::new(17, 4)));
    }

    #[test]
    fn losses_of_32_uplinks() {
        for (lost, shown) in [(1, "~1.032"), (2, "~1.067"), (4, "~1.143"), (8, "~1.333")] {
            let left = ratio((32, 400), (32 - lost, 400)).map(|r| r.to_string());
            assert_eq!(left.as_deref(), Some(shown));
        }
    }

    #[test]
    fn a_switch_without_a_way_up_is_the_worst() {
        let load = |down, up| Load { down, up, ..Load::default() };
        assert_eq!(load(1, 0).worse(&load(9, 1)), Ordering::Greater);
        assert_eq!(load(3, 2).worse(&load(4, 3)), Ordering::Greater);
        assert_eq!(load(0, 0).worse(&load(1, 9)), Ordering::Less);
    }
}
