//! Platforms as the layout sees them: cages, the modes that each has, and the limits of pipe and chip.

use std::collections::BTreeMap;
use std::sync::Arc;

use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::{Layout, PortSpec};
use fabc_lang::intent::Nos;
use fabc_lang::platform::{CONTRADICTION, Cage, Catalog, Platform};
use fabc_lang::source::Sources;
use fabc_lang::units::Speed;

use super::nodes::{Member, Nodes};

/// A break-out mode of a cage.
#[derive(Debug, Clone)]
pub(super) struct BoxMode {
    pub(super) name: String,
    pub(super) children: u32,
    pub(super) speeds: Vec<Speed>,
    /// Electrical lanes per port.
    pub(super) lanes: u32,
    /// Whether community SONiC can set it.
    pub(super) community: bool,
}

/// A cage.
#[derive(Debug, Clone)]
pub(super) struct BoxCage {
    pub(super) number: u16,
    pub(super) pipe: Option<u16>,
    pub(super) modes: Vec<BoxMode>,
    pub(super) default: String,
}

/// A platform that some tier uses.
#[derive(Debug)]
pub(super) struct SwitchBox {
    pub(super) platform: Arc<Platform>,
    pub(super) cages: Vec<BoxCage>,
    /// Logical ports that one pipe can have.
    pub(super) per_pipe: Option<u32>,
    /// Logical ports that the chip can have.
    pub(super) per_chip: Option<u32>,
    /// What calls its ports.
    nos: Nos,
}

/// Platforms by tier.
#[derive(Debug)]
pub(super) struct Boxes {
    pub(super) list: Vec<SwitchBox>,
    /// Index in `list` by tier; none where the platform is unknown.
    pub(super) of_tier: Vec<Option<usize>>,
}

impl Boxes {
    pub(super) fn load(
        nodes: &Nodes<'_>,
        nos: Nos,
        catalog: &mut Catalog,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Self {
        let mut boxes = Boxes { list: Vec::new(), of_tier: Vec::new() };
        for &id in &nodes.tiers {
            let Member::Tier(tier) = nodes.nodes[id].member else { continue };
            let known = boxes.list.iter().position(|b| b.platform.name == tier.switch.v);
            let index = known.or_else(|| {
                let platform = catalog.platform(&tier.switch.v, Some(tier.switch.at), sources, findings)?;
                // Built-in ones are looked at by a test.
                if catalog.is_own(&tier.switch.v) {
                    unique_names(&platform, findings)?;
                }
                boxes.list.push(SwitchBox::new(platform, nos));
                Some(boxes.list.len() - 1)
            });
            boxes.of_tier.push(index);
        }
        boxes
    }

    /// The box of a tier (index among the tiers).
    pub(super) fn of(&self, tier: usize) -> Option<&SwitchBox> {
        self.list.get((*self.of_tier.get(tier)?)?)
    }

    pub(super) fn into_platforms(self) -> Vec<Arc<Platform>> {
        self.list.into_iter().map(|b| b.platform).collect()
    }
}

impl SwitchBox {
    fn new(platform: Arc<Platform>, nos: Nos) -> Self {
        let cages = platform.cages().iter().map(|cage| BoxCage {
            number: cage.number,
            pipe: cage.pipe,
            modes: modes(&platform, cage),
            default: platform.group(cage).map_or_else(String::new, |g| g.default.clone()),
        });
        let cages = cages.collect();
        let asic = &platform.asic.v;
        let per_pipe = asic.pipes.as_ref().map(|p| u32::from(p.v.logical_ports));
        let per_chip = asic.logical_ports.as_ref().map(|p| p.v);
        SwitchBox { platform, cages, per_pipe, per_chip, nos }
    }

    /// The mode for ports of this speed: fewest lanes per port, then most ports, unless the lanes or the mode are
    /// given. Modes whose first speed it is come before those that merely can do it.
    pub(super) fn choose(
        &self,
        speed: Speed,
        lanes: Option<u32>,
        breakout: Option<&str>,
    ) -> Option<&BoxMode> {
        let all = self.cages.iter().flat_map(|c| &c.modes);
        all.filter(|m| m.speeds.contains(&speed))
            .filter(|m| lanes.is_none_or(|l| m.lanes == l))
            .filter(|m| breakout.is_none_or(|b| m.name == b))
            .min_by_key(|m| (m.speeds.first() != Some(&speed), m.lanes, u32::MAX - m.children))
    }

    /// Other modes with ports of this speed over as many lanes as `mode` has.
    pub(super) fn alternatives(&self, speed: Speed, mode: &str) -> Vec<&BoxMode> {
        let all = || self.cages.iter().flat_map(|c| &c.modes);
        let Some(chosen) = all().find(|m| m.name == mode) else { return Vec::new() };
        let mut others: Vec<&BoxMode> = Vec::new();
        for other in all().filter(|m| m.lanes == chosen.lanes && m.community == chosen.community) {
            let fits = other.speeds.first() == Some(&speed) && other.name != mode;
            if fits && others.iter().all(|o| o.name != other.name) {
                others.push(other);
            }
        }
        others
    }

    /// Names of all modes: for messages.
    pub(super) fn offers(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for mode in self.cages.iter().flat_map(|c| &c.modes) {
            if !names.contains(&mode.name.as_str()) {
                names.push(&mode.name);
            }
        }
        names.join(", ")
    }

    /// The ports of a cage in a mode, each at `speed` where it is given.
    pub(super) fn layout(&self, number: u16, mode: &str, speed: Option<Speed>) -> Layout {
        let mut layout = Layout { mode: mode.to_owned(), ports: Vec::new() };
        let Some(cage) = self.platform.cage(number) else { return layout };
        let Some(mode) = self.platform.mode(cage, mode) else { return layout };
        let children = self.platform.children(cage, &mode.v);
        let is_broken_out = children.len() > 1;
        for (child, n) in children.into_iter().zip(1u32..) {
            let own = match self.nos {
                Nos::Sonic => child.alias,
                Nos::EnterpriseSonic => Some(standard(number.into(), is_broken_out.then_some(n))),
            };
            let speed = speed.unwrap_or(child.speed);
            let lane_count = u16::try_from(child.lanes.len()).unwrap_or(u16::MAX);
            let known = self.platform.fec(cage, lane_count, speed).and_then(|f| f.v.default.clone());
            let fec = known.or_else(|| self.is_pam4(cage, lane_count, speed).then(|| "rs".to_owned()));
            layout.ports.push(PortSpec {
                alias: own.unwrap_or_else(|| child.name.clone()),
                name: child.name,
                lanes: joined(&child.lanes),
                lane_count,
                speed,
                index: child.index,
                subport: u32::from(child.subport),
                fec,
            });
        }
        layout
    }

    /// Whether a port's lanes are PAM4, which never runs without RS-FEC: 50G a lane and more (IEEE 802.3cd, 802.3ck).
    /// SONiC's word for it is `rs`.
    fn is_pam4(&self, cage: &Cage, lanes: u16, speed: Speed) -> bool {
        speed.0 >= u32::from(lanes.max(1)) * physical_lanes(&self.platform, cage) * 50_000
    }

    /// Ports that are no cages.
    pub(super) fn extra(&self) -> Vec<PortSpec> {
        let port = |p: &fabc_lang::platform::switch::ExtraPort| PortSpec {
            name: p.name.clone(),
            alias: match self.nos {
                Nos::Sonic => p.alias.clone(),
                Nos::EnterpriseSonic => standard(p.index, None),
            },
            lanes: joined(&p.lanes),
            lane_count: u16::try_from(p.lanes.len()).unwrap_or(u16::MAX),
            speed: p.speed,
            index: p.index,
            subport: 0,
            fec: None,
        };
        self.platform.extra_ports.iter().map(|p| port(&p.v)).collect()
    }

    /// The largest number of ports that any mode gives any cage.
    pub(super) fn slots(&self) -> u32 {
        self.cages.iter().flat_map(|c| &c.modes).map(|m| m.children).max().unwrap_or(1)
    }
}

/// Enterprise SONiC's standard name of a port: line card, cage, and port of a broken-out cage from 1. Its command line calls
/// ports so unless `interface-naming` is native, and is likely to read the names from PORT.alias.
fn standard(cage: u32, child: Option<u32>) -> String {
    child.map_or_else(|| format!("Eth1/{cage}"), |child| format!("Eth1/{cage}/{child}"))
}

fn joined(lanes: &[u16]) -> String {
    lanes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Reports ports that a platform of the user's own would give the same name. `None` where there are any.
fn unique_names(platform: &Platform, findings: &mut Findings) -> Option<()> {
    let mut names: BTreeMap<String, u16> = BTreeMap::new();
    for cage in platform.cages() {
        for mode in platform.modes(cage) {
            for child in platform.children(cage, &mode.v) {
                let first = *names.entry(child.name.clone()).or_insert(cage.number);
                if first != cage.number {
                    let text = format!(
                        "cages {first} and {} of `{}` both have a port `{}`",
                        cage.number, platform.name, child.name
                    );
                    findings.push(CONTRADICTION.at(mode.at, text).help(
                        "give the cages names that are further apart: `name \"Ethernet\" base=… step=…`",
                    ));
                    return None;
                }
            }
        }
    }
    for extra in &platform.extra_ports {
        if let Some(cage) = names.get(&extra.v.name) {
            let text = format!("`{}` is a port of cage {cage} already", extra.v.name);
            findings.push(CONTRADICTION.at(extra.at, text).help("give it another name"));
            return None;
        }
    }
    Some(())
}

/// SerDes lanes behind each lane that the platform lists.
fn physical_lanes(platform: &Platform, cage: &Cage) -> u32 {
    platform.group(cage).and_then(|g| g.physical_lanes.as_ref()).map_or(1, |p| u32::from(p.v))
}

fn modes(platform: &Platform, cage: &Cage) -> Vec<BoxMode> {
    let physical = physical_lanes(platform, cage);
    let mode = |m: &fabc_lang::platform::Mode| BoxMode {
        name: m.name.clone(),
        children: u32::from(m.ports).max(1),
        speeds: std::iter::once(m.speed).chain(m.also.iter().copied()).collect(),
        lanes: u32::from(m.lanes) * physical,
        community: m.community,
    };
    platform.modes(cage).iter().map(|m| mode(&m.v)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_built_in_platform_gives_two_ports_one_name() {
        for name in fabc_lang::platform::built_in() {
            let (mut sources, mut findings) = (Sources::default(), Findings::default());
            let mut catalog = Catalog::new(&[], &mut findings);
            let platform = catalog.platform(name, None, &mut sources, &mut findings).unwrap();
            assert!(unique_names(&platform, &mut findings).is_some(), "{name}");
        }
    }
}
