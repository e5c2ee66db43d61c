//! The seed of the ECMP hash, by the type of a switch: what switch.json.j2 of SONiC's docker-orchagent sets.

/// Types that have a seed of their own, each by a part of its name, in the order in which they are looked for.
pub(crate) const SEEDS: &[(&str, u32)] = &[("ToRRouter", 0), ("LeafRouter", 10), ("SpineRouter", 25)];

/// The seed of a switch of this DEVICE_METADATA type; none where it isn't known.
pub(crate) fn seed(kind: &str) -> Option<u32> {
    SEEDS.iter().find(|(part, _)| kind.contains(part)).map(|&(_, seed)| seed)
}
