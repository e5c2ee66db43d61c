//! A smaller fabric of the same shape and policy: members are left out, as `absent` does, so that all that stays keeps its
//! name, port, address and ASN.

use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::fabric::{Fabric, Lower};

/// How far a fabric is cut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    /// Switches of each bottom tier that stay in each pod and plane.
    bottom: usize,
    /// Upper switches that each switch keeps, on each of its lines.
    width: usize,
    /// Instances of each pod node that stay.
    pods: u32,
    /// Planes that stay.
    planes: u32,
}

/// What was cut: for each tier its label, and how many of its switches stay of how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) tiers: Vec<(String, usize, usize)>,
    /// Pods and planes that stay, of how many.
    pub(crate) pods: (usize, usize),
    pub(crate) planes: (usize, usize),
}

/// Why a fabric can't be cut down that far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooSmall {
    /// The least that shows the same shape.
    pub(crate) least: usize,
}

/// Leaves out switches until no more than `most` stay; `needed` stay in any case. Nothing is left out where all fit.
pub(crate) fn shrink(
    fabric: &mut Fabric,
    most: usize,
    needed: &BTreeSet<usize>,
) -> Result<Option<Kept>, TooSmall> {
    let present = fabric.switches.iter().filter(|s| !s.absent).count();
    if present <= most {
        return Ok(None);
    }
    let above = above(fabric);
    let mut cut = Cut { bottom: 2, width: 2, pods: 2, planes: 2 };
    let mut best = keep(fabric, &above, cut, needed);
    if best.len() > most {
        // One plane is like the other; they never meet.
        cut.planes = 1;
        best = keep(fabric, &above, cut, needed);
    }
    if best.len() > most {
        return Err(TooSmall { least: best.len() });
    }
    // What is cut down furthest grows first, as long as it fits; what doesn't, or has no more, stays.
    let mut grows = [true; 3];
    while grows.contains(&true) {
        let shares = shares(fabric, &above, &best);
        let ways = (0..3usize).filter(|&way| grows[way]);
        let Some(way) = ways.min_by_key(|&way| shares[way]) else { break };
        let mut next = cut;
        match way {
            0 => next.bottom += 1,
            1 => next.width += 1,
            _ => next.pods += 1,
        }
        let kept = keep(fabric, &above, next, needed);
        grows[way] = kept.len() > best.len() && kept.len() <= most;
        if grows[way] {
            (cut, best) = (next, kept);
        }
    }
    let kept = told(fabric, &best);
    for (index, switch) in fabric.switches.iter_mut().enumerate() {
        switch.absent |= !best.contains(&index);
    }
    Ok(Some(kept))
}

/// How much stays of the bottom switches, of all others, and of the pods, in thousandths.
fn shares(fabric: &Fabric, above: &[BTreeMap<u32, BTreeSet<usize>>], kept: &BTreeSet<usize>) -> [usize; 3] {
    let uppers: BTreeSet<usize> = above.iter().flat_map(|lines| lines.values().flatten().copied()).collect();
    let mut of = [(0, 0); 2];
    for (index, _) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let (some, all) = &mut of[usize::from(uppers.contains(&index))];
        *some += usize::from(kept.contains(&index));
        *all += 1;
    }
    let pods = told(fabric, kept).pods;
    [of[0], of[1], pods].map(|(some, all): (usize, usize)| (some * 1000).checked_div(all).unwrap_or(1000))
}

/// Upper switches of each switch, by line, each once and in order.
fn above(fabric: &Fabric) -> Vec<BTreeMap<u32, BTreeSet<usize>>> {
    let mut above: Vec<BTreeMap<u32, BTreeSet<usize>>> = vec![BTreeMap::new(); fabric.switches.len()];
    for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
        if let Lower::Tier(_) = fabric.line_of(link).lower {
            above[link.a as usize].entry(link.line).or_default().insert(link.b as usize);
        }
    }
    above
}

/// The switches that stay.
fn keep(
    fabric: &Fabric,
    above: &[BTreeMap<u32, BTreeSet<usize>>],
    cut: Cut,
    needed: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let lower: BTreeSet<usize> = above.iter().flat_map(|lines| lines.values().flatten().copied()).collect();
    let pods = pods(fabric, cut);
    let stays = |index: usize| {
        let s = &fabric.switches[index];
        !s.absent && s.plane < cut.planes && pods.contains(&(pod_node(fabric, s.tier), s.pod))
    };
    let mut kept = needed.clone();
    // Bottom switches, the first of each pod and plane.
    let mut counts: BTreeMap<(usize, u32, u32), usize> = BTreeMap::new();
    for (index, s) in fabric.switches.iter().enumerate() {
        if lower.contains(&index) || !stays(index) {
            continue;
        }
        let count = counts.entry((s.tier, s.plane, s.pod)).or_default();
        if *count < cut.bottom {
            *count += 1;
            kept.insert(index);
        }
    }
    // Upwards: those that are kept already before others, so that ways meet again.
    let mut order: Vec<usize> = (0..fabric.switches.len()).collect();
    order.sort_by_key(|&index| (fabric.tier_of(&fabric.switches[index]).distance, index));
    for index in order {
        if !kept.contains(&index) {
            continue;
        }
        for upper in above[index].values() {
            let known = upper.iter().filter(|u| kept.contains(u)).count();
            let more = upper.iter().filter(|u| !kept.contains(u)).copied();
            let more: Vec<usize> = more.take(cut.width.saturating_sub(known)).collect();
            kept.extend(more);
        }
    }
    kept
}

/// Names of pods in a tier's path.
fn pod_node(fabric: &Fabric, tier: usize) -> &str {
    fabric.tiers[tier].path.rsplit_once('/').map_or("", |(node, _)| node)
}

/// Pods that stay, by node: the first ones that have a switch.
fn pods(fabric: &Fabric, cut: Cut) -> BTreeSet<(&str, u32)> {
    let mut known: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for switch in fabric.switches.iter().filter(|s| !s.absent) {
        known.entry(pod_node(fabric, switch.tier)).or_default().insert(switch.pod);
    }
    let first = |(node, pods): (_, BTreeSet<u32>)| {
        pods.into_iter().take(cut.pods as usize).map(move |pod| (node, pod))
    };
    known.into_iter().flat_map(first).collect()
}

fn told(fabric: &Fabric, kept: &BTreeSet<usize>) -> Kept {
    let mut tiers: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let (mut pods, mut planes) = ((BTreeSet::new(), BTreeSet::new()), (BTreeSet::new(), BTreeSet::new()));
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let count = tiers.entry(switch.tier).or_default();
        let pod = (pod_node(fabric, switch.tier), switch.pod);
        let planed = !fabric.tier_of(switch).planes.is_empty();
        count.1 += 1;
        if switch.pod > 0 {
            pods.1.insert(pod);
        }
        if planed {
            planes.1.insert(switch.plane);
        }
        if kept.contains(&index) {
            count.0 += 1;
            if switch.pod > 0 {
                pods.0.insert(pod);
            }
            if planed {
                planes.0.insert(switch.plane);
            }
        }
    }
    Kept {
        tiers: tiers.into_iter().map(|(t, (k, of))| (fabric.tiers[t].label.clone(), k, of)).collect(),
        pods: (pods.0.len(), pods.1.len()),
        planes: (planes.0.len(), planes.1.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::host::RealHost;
    use crate::pipeline;

    fn examples() -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let mut all: Vec<PathBuf> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path().join("fabric.kdl")).collect();
        all.sort();
        all
    }

    fn fabric(path: &Path) -> Fabric {
        pipeline::analyze(path, &RealHost, &pipeline::Options::default()).fabric.unwrap()
    }

    /// Distinct switches above each one, by line.
    fn widths(fabric: &Fabric) -> Vec<Vec<usize>> {
        above(fabric).iter().map(|lines| lines.values().map(BTreeSet::len).collect()).collect()
    }

    #[test]
    fn what_stays_has_the_same_shape() {
        let mut cut = 0;
        for path in examples() {
            let whole = fabric(&path);
            let mut small = whole.clone();
            let kept = shrink(&mut small, 24, &BTreeSet::new()).unwrap();
            let count = small.switches.iter().filter(|s| !s.absent).count();
            assert!(count <= 24, "{}: {count}", path.display());
            let Some(kept) = kept else { continue };
            cut += 1;
            assert_eq!(kept.tiers.iter().map(|(_, k, _)| k).sum::<usize>(), count);
            assert_eq!(kept.tiers.len(), whole.tiers.len(), "{}: a tier is gone", path.display());
            for (s, (was, is)) in small.switches.iter().zip(widths(&whole).iter().zip(&widths(&small))) {
                if s.absent {
                    continue;
                }
                // Several ways stay several, and no line is lost.
                let wanted: Vec<usize> = was.iter().map(|&n| n.min(2)).collect();
                let has: Vec<usize> = is.iter().map(|&n| n.min(2)).collect();
                assert_eq!(has, wanted, "{}: {}", path.display(), s.name);
            }
            assert!(kept.pods.0 >= kept.pods.1.min(2), "{}: {kept:?}", path.display());
        }
        assert!(cut >= 4, "{cut}");
    }

    #[test]
    fn what_is_named_stays_and_what_is_too_small_is_told() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pods-16k/fabric.kdl");
        let mut small = fabric(&path);
        let named = small.switches.iter().position(|s| s.name == "pod9-leaf-11").unwrap();
        shrink(&mut small, 30, &BTreeSet::from([named])).unwrap();
        assert!(!small.switches[named].absent);
        assert!(!widths(&small)[named].is_empty());
        assert_eq!(shrink(&mut fabric(&path), 3, &BTreeSet::new()), Err(TooSmall { least: 12 }));
    }
}
