//! What a switch does with each class: the plan that all its QoS and buffer tables are written from.
//!
//! - A class's priority is its traffic class, its queue, its PFC priority and, where it is lossless, its priority group.
//!   All lossy classes, TC 7 too, share one priority group: the first that isn't lossless, under Enterprise SONiC the
//!   last. It is the only lossy one with a profile.
//! - Names are those of the system's [`Dialect`]. Maps and the list of cable lengths are called `AZURE`, as in SONiC's
//!   own templates: its tools and tests look there. Schedulers (`scheduler.3`) and WRED profiles (`ECN_3`, `ECN_3_400G`)
//!   are named by queue, so that a new class renames nothing.
//! - Pools and lossy profiles are the vendor's, by role: t0 for a ToRRouter, t1 for all others.
//! - A port's lossless profile goes one of two ways, for there is no third that a switch leaves alone. If the box's own
//!   table (`pg_profile_lookup.ini`) has the values under speed and length, CABLE_LENGTH says that length, and profile
//!   and priority groups are called and filled as buffermgrd itself would do. Otherwise CABLE_LENGTH says `0m`, which
//!   buffermgrd takes for "hands off", and the profile is ours. The name of ours holds its xoff: a profile can't be
//!   changed on a switch that runs, but another can be put in its place.
//! - Ports without a wire get a cable length, `0m`, and nothing else. BUFFER_PORT_*_PROFILE_LIST isn't written: no
//!   template of a Broadcom box does.
//! - Where a box's pools, profiles or headroom aren't known, nothing on it is lossless: PFC without headroom pauses and
//!   drops all the same, nor WRED, which would drop what can't be marked. [`Lack`] says what is missing.
//! - Under Enterprise SONiC there is a third way: PORT says `default_lossless_buffer_profile` `false`, and every port has
//!   a profile of ours. All that `roce enable` would make is written: its flag in SWITCH alone makes nothing for ports
//!   that have rows. Ports without a wire have none, and may get the box's own when it boots. Without a lossless class no
//!   buffers are written there: the SDK's own stay.

use std::fmt;

use fabc_lang::fabric::{Fabric, HeadroomSource, Tier, natural_cmp};
use fabc_lang::intent::{Class, Ecn, PoolOverride, Schedule, Trimming};
use fabc_lang::platform::buffers::{Pool, Profile};
use fabc_lang::platform::{Fact, Platform};
use fabc_lang::source::Span;
use fabc_lang::units::{Length, Speed};

use super::TRIMMING;
use super::dialect::{Colours, Dialect, HandsOff, Lossy};
use super::sink::Origin;
use crate::device::{Device, DevicePort, Wired};

/// The pool that buffermgrd puts lossless profiles into.
pub const LOSSLESS_POOL: &str = "ingress_lossless_pool";
const INGRESS_LOSSY: &str = "ingress_lossy_profile";
const EGRESS_LOSSLESS: &str = "egress_lossless_profile";
const EGRESS_LOSSY: &str = "egress_lossy_profile";

/// The vendor's lossy profile, for queues whose packets are trimmed.
pub(super) const EGRESS_TRIMMED: &str = "egress_lossy_trim_profile";

/// Priorities of PFC, queues and priority groups.
pub(super) const PRIORITIES: u8 = 8;

/// What keeps a box from being lossless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// A pool that no source tells.
    Pool(String),
    /// A profile that no source tells.
    Profile(&'static str),
    /// Headroom for ports of this speed.
    Headroom(Speed),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lack::Pool(name) => write!(f, "pool `{name}`"),
            Lack::Profile(name) => write!(f, "profile `{name}`"),
            Lack::Headroom(speed) => write!(f, "headroom at {speed}"),
        }
    }
}

/// The plan of one switch.
#[derive(Debug)]
pub(crate) struct Qos<'a> {
    /// How its rows are written.
    pub(super) dialect: &'static Dialect,
    /// Classes, by priority.
    pub(super) queues: Vec<Queue<'a>>,
    /// Takes every DSCP that no class names.
    pub(super) rest: (u8, Option<Span>),
    /// Pools and profiles; none where they aren't known.
    pub(super) buffers: Option<Buffers<'a>>,
    /// Priorities that are paused instead of dropped, a bit for each.
    pub(super) lossless: u8,
    /// The same as PORT_QOS_MAP has them: `3,4`.
    pub(super) pfc: String,
    /// Priority groups with a profile, as ranges; whether they are lossless.
    pub(super) groups: Vec<(String, bool)>,
    /// All queues as ranges, by what is done with a packet that finds no room.
    pub(super) ranges: Vec<(String, Full)>,
    /// Where packets that are trimmed go on, where there are any.
    pub(super) trimming: Option<(&'a Trimming, &'a Class)>,
    /// Lossless profiles, by name.
    pub(super) profiles: Vec<Lossless>,
    /// By port of the device: its profile.
    ports: Vec<Option<usize>>,
}

/// What is done with a packet of a queue that is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// Nothing: it never is.
    Never,
    /// Dropped.
    Drop,
    /// Cut and sent on.
    Trim,
}

/// A class and its queue.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    pub(super) class: &'a Class,
    pub(super) priority: u8,
    /// Its scheduler, where the file says how it is served.
    pub(super) scheduler: Option<(String, Schedule, Span)>,
    /// Its WRED profiles that some port uses.
    pub(super) wred: Vec<Wred<'a>>,
}

/// A WRED profile.
#[derive(Debug)]
pub(super) struct Wred<'a> {
    pub(super) name: String,
    pub(super) ecn: &'a Ecn,
    /// The line rate that it is for; none where it is for all that no other is for.
    speed: Option<Speed>,
    /// Marking begins, bytes.
    pub(super) min: u64,
    /// Every packet is marked, bytes.
    pub(super) max: u64,
}

/// Buffers as the box ships.
#[derive(Debug)]
pub(super) struct Buffers<'a> {
    /// Pools that are used, by name.
    pub(super) pools: Vec<StatedPool<'a>>,
    pub(super) egress_lossless: &'a Fact<Profile>,
    pub(super) egress_lossy: &'a Fact<Profile>,
    pub(super) ingress_lossy: &'a Fact<Profile>,
}

/// A pool of a box, with what the file says of it: that wins over the vendor's figures, and of what is said twice the last.
#[derive(Debug, Clone, Copy)]
pub struct StatedPool<'a> {
    /// As the box ships.
    pub pool: &'a Fact<Pool>,
    /// Bytes, and where the file says so.
    pub size: (u64, Option<Span>),
    /// Bytes of shared headroom, and where the file says so.
    pub xoff: Option<(u64, Option<Span>)>,
}

/// A lossless profile.
#[derive(Debug)]
pub(super) struct Lossless {
    pub(super) name: String,
    /// What CABLE_LENGTH says of its ports.
    pub(super) cable: String,
    pub(super) xoff: u64,
    pub(super) size: u64,
    pub(super) xon: u64,
    pub(super) xon_offset: Option<u64>,
    pub(super) dynamic_th: i32,
    /// Why it is as it is.
    pub(super) origin: Origin,
    /// Whether the file states its xoff.
    pub(super) measured: bool,
    speed: Speed,
    length: Length,
}

impl<'a> Qos<'a> {
    /// The plan of a switch; none where the file names no class.
    pub(crate) fn new(device: &Device<'a>) -> Option<Self> {
        let intent = &device.fabric.intent;
        if intent.classes.is_empty() {
            return None;
        }
        let dialect = device.release.dialect;
        let mut classes: Vec<&Class> = intent.classes.iter().filter(|c| c.priority.v < PRIORITIES).collect();
        classes.sort_by_key(|c| c.priority.v);
        classes.dedup_by_key(|c| c.priority.v);
        let wanted = classes.iter().filter(|c| c.is_lossless()).fold(0, |mask, c| mask | 1 << c.priority.v);
        let buffers = Buffers::new(device.fabric, device.tier).ok();
        let (profiles, ports) = match (&buffers, wanted) {
            (Some(_), 1..) => Lossless::of(device).unwrap_or_default(),
            _ => Default::default(),
        };
        let lossless = if ports.is_empty() { 0 } else { wanted };
        let buffers = buffers.filter(|_| lossless != 0 || !dialect.lossless_only);
        let default =
            classes.iter().find_map(|c| c.default.filter(|d| d.v).map(|d| (c.priority.v, Some(d.at))));
        let lossy = dialect.lossy.of(lossless);
        let mut groups: Vec<_> = runs(|p| lossless & 1 << p != 0).filter(|(_, is)| *is).collect();
        let trimming = trimming(device).filter(|_| buffers.is_some());
        let trimmed = |class: &Class| {
            trimming.is_some_and(|(said, _)| said.classes.iter().any(|name| name.v == class.name.v))
        };
        let trimmed = classes.iter().filter(|c| trimmed(c)).fold(0, |mask, c| mask | 1 << c.priority.v);
        let full = |p| match 1u8 << p {
            bit if lossless & bit != 0 => Full::Never,
            bit if trimmed & bit != 0 => Full::Trim,
            _ => Full::Drop,
        };
        groups.push((lossy.to_string(), false));
        groups.sort_by(|a, b| natural_cmp(&a.0, &b.0));
        Some(Qos {
            dialect,
            queues: classes.iter().map(|class| Queue::new(class, device, lossless)).collect(),
            rest: default.unwrap_or((first_without(wanted), None)),
            buffers,
            lossless,
            pfc: list(lossless),
            groups,
            ranges: runs(full).collect(),
            trimming: trimming.filter(|_| trimmed & !lossless != 0),
            profiles,
            ports,
        })
    }

    /// The priority group of a traffic class.
    pub(super) fn group(&self, priority: u8) -> u8 {
        if self.is_lossless(priority) { priority } else { self.dialect.lossy.of(self.lossless) }
    }

    /// Whether a priority is paused on this switch.
    pub(super) fn is_lossless(&self, priority: u8) -> bool {
        self.lossless & 1 << priority != 0
    }

    /// Ports whose far end is there, each with its lossless profile.
    pub(super) fn wired<'d>(
        &'d self,
        device: &'d Device<'a>,
    ) -> impl Iterator<Item = (&'d DevicePort<'a>, &'d Wired<'a>, Option<&'d Lossless>)> {
        let wired = device.ports.iter().enumerate().filter_map(|(i, p)| p.wired().map(|w| (i, p, w)));
        wired.map(|(i, port, wired)| (port, wired, self.profile(i)))
    }

    /// The lossless profile of the port with this index.
    pub(super) fn profile(&self, port: usize) -> Option<&Lossless> {
        self.profiles.get((*self.ports.get(port)?)?)
    }
}

impl<'a> Queue<'a> {
    /// A queue that is meant to be lossless and isn't on this switch has no WRED: it would drop what can't be marked.
    fn new(class: &'a Class, device: &Device<'a>, lossless: u8) -> Self {
        let priority = class.priority.v;
        let mut wred: Vec<Wred<'_>> = Vec::new();
        let meant = !class.is_lossless() || lossless & 1 << priority != 0;
        for (port, _) in device.wired().take_while(|_| meant && !class.ecn.is_empty()) {
            let Some(new) = Wred::new(class, port.port.spec.speed, device.release.dialect) else { continue };
            if !wred.iter().any(|known| known.is(new.ecn, new.speed)) {
                wred.push(new);
            }
        }
        wred.sort_by(|a, b| natural_cmp(&a.name, &b.name));
        let scheduler =
            class.schedule.map(|s| (format!("{}{priority}", device.release.dialect.scheduler), s.v, s.at));
        Queue { class, priority, scheduler, wred }
    }

    /// The WRED profile of the queue on ports of this speed.
    pub(super) fn wred_of(&self, speed: Speed) -> Option<&Wred<'a>> {
        let ecn = self.class.ecn_at(speed)?;
        self.wred.iter().find(|known| known.is(ecn, of_speed(ecn, speed)))
    }
}

/// The line rate that a profile has in its name: one of its own, or one that it is scaled to.
fn of_speed(ecn: &Ecn, speed: Speed) -> Option<Speed> {
    ecn.scale_from.map(|_| speed).or(ecn.speed.map(|own| own.v))
}

impl<'a> Wred<'a> {
    fn new(class: &'a Class, speed: Speed, dialect: &Dialect) -> Option<Self> {
        let ecn = class.ecn_at(speed)?;
        let (min, max) = ecn.thresholds(speed);
        let speed = of_speed(ecn, speed);
        let name = dialect.colours.name(class.priority.v, speed);
        Some(Wred { name, ecn, speed, min, max })
    }

    fn is(&self, ecn: &Ecn, speed: Option<Speed>) -> bool {
        std::ptr::eq(self.ecn, ecn) && self.speed == speed
    }
}

impl<'a> Buffers<'a> {
    fn new(fabric: &'a Fabric, tier: &'a Tier) -> Result<Self, Lack> {
        let (platform, role) = (fabric.platform_of(tier), role(tier));
        // A limit of ours is a power of two, as all vendors' tables have it for a dynamic pool.
        let lossless = platform.pool(LOSSLESS_POOL, role).filter(|pool| pool.v.dynamic && pool.v.ingress);
        let lossless = lossless.map(|pool| StatedPool::new(fabric, pool)).filter(|plan| plan.xoff.is_some());
        let lossless = lossless.ok_or(Lack::Pool(LOSSLESS_POOL.to_owned()))?;
        let egress_lossless = profile(platform, EGRESS_LOSSLESS, role)?;
        let egress_lossy = profile(platform, EGRESS_LOSSY, role)?;
        let ingress_lossy = profile(platform, INGRESS_LOSSY, role)?;
        let mut pools = vec![lossless];
        for profile in [egress_lossless, egress_lossy, ingress_lossy] {
            let pool = platform.pool(&profile.v.pool, role);
            let pool = pool.ok_or_else(|| Lack::Pool(profile.v.pool.clone()))?;
            pools.push(StatedPool::new(fabric, pool));
        }
        pools.sort_by(|a, b| natural_cmp(&a.pool.v.name, &b.pool.v.name));
        pools.dedup_by(|a, b| a.pool.v.name == b.pool.v.name);
        Ok(Buffers { pools, egress_lossless, egress_lossy, ingress_lossy })
    }
}

/// The pool that `buffers { pool … }` means.
pub fn pool_name(said: &PoolOverride) -> &str {
    said.name.as_ref().map_or(LOSSLESS_POOL, |name| name.v.as_str())
}

impl<'a> StatedPool<'a> {
    /// What a pool comes to in a fabric.
    pub fn new(fabric: &Fabric, pool: &'a Fact<Pool>) -> Self {
        let all = fabric.intent.buffers.iter().flat_map(|b| b.pools.iter().rev());
        let said = all.filter(|p| pool_name(p) == pool.v.name);
        let size = said.clone().find_map(|p| p.size).map(|s| (s.v.0, Some(s.at)));
        let xoff = said.clone().find_map(|p| p.xoff).map(|x| (x.v.0, Some(x.at)));
        StatedPool {
            pool,
            size: size.unwrap_or((pool.v.size.0, None)),
            xoff: xoff.or(pool.v.xoff.map(|x| (x.0, None))),
        }
    }
}

impl Lossless {
    /// The profiles of a switch, and which of them each port has; none where headroom isn't known for some port.
    fn of(device: &Device<'_>) -> Option<(Vec<Self>, Vec<Option<usize>>)> {
        let mut profiles: Vec<Self> = Vec::new();
        let mut ports = Vec::with_capacity(device.ports.len());
        for port in &device.ports {
            let Some(wired) = port.wired() else {
                ports.push(None);
                continue;
            };
            let (speed, (length, _)) = (port.port.spec.speed, device.fabric.planned_length(wired.link));
            let known = profiles.iter().position(|p| (p.speed, p.length) == (speed, length));
            let index = match known {
                Some(index) => index,
                None => {
                    profiles.push(Lossless::new(device, wired, speed, length)?);
                    profiles.len() - 1
                }
            };
            ports.push(Some(index));
        }
        // By name; two lengths may come to one profile.
        let mut order: Vec<usize> = (0..profiles.len()).collect();
        order.sort_by(|&a, &b| natural_cmp(&profiles[a].name, &profiles[b].name));
        let mut place = vec![0; profiles.len()];
        let mut next = 0;
        for (i, &old) in order.iter().enumerate() {
            if i > 0 && profiles[old].name != profiles[order[i - 1]].name {
                next += 1;
            }
            place[old] = next;
        }
        profiles.sort_by(|a, b| natural_cmp(&a.name, &b.name));
        profiles.dedup_by(|a, b| a.name == b.name);
        ports.iter_mut().flatten().for_each(|port| *port = place[*port]);
        Some((profiles, ports))
    }

    fn new(device: &Device<'_>, wired: &Wired<'_>, speed: Speed, length: Length) -> Option<Self> {
        let found = device.fabric.headroom_for(device.platform, speed, length)?;
        let row = device.platform.headroom_row(speed, found.table_length).filter(|_| found.listed);
        let by_length = device.release.dialect.hands_off == HandsOff::CableLength;
        let listed = row.filter(|_| by_length && found.table_length.0.is_multiple_of(1000));
        let rule = match (listed, found.source) {
            (Some(_), _) => {
                "the box's own table has speed and length: buffermgrd's own name and values, so that it finds its work done"
            }
            (None, HeadroomSource::Measured(_)) => "a stated measurement",
            (None, HeadroomSource::TableShorter(_)) => {
                "the vendor's row for a shorter length, which asks for more than the formula"
            }
            (None, HeadroomSource::TableLonger(_)) => "the vendor's row for the next longer length",
            (None, HeadroomSource::Table(_) | HeadroomSource::Formula) => {
                if by_length {
                    "the formula with margin, for the box's own table hasn't this length: a profile of ours, CABLE_LENGTH 0m"
                } else if row.is_some() {
                    "the vendor's row for this speed and length, in a profile of ours"
                } else {
                    "the formula with margin, for the vendor's table hasn't this length: a profile of ours"
                }
            }
        };
        let stated = device.fabric.stated_length(wired.link);
        let mut origin =
            Origin::rule(rule).at(stated.map_or(device.fabric.line_of(wired.link).at, |length| length.at));
        if let Some(at) = found.source.at() {
            origin = origin.and(at);
        }
        let (name, cable) = match listed {
            Some(_) => {
                let cable = format!("{}m", found.table_length.0 / 1000);
                (format!("pg_lossless_{}_{cable}_profile", speed.0), cable)
            }
            None => {
                let metres = length.metres_up();
                (format!("pg_lossless_{}_{metres}m_{}_profile", speed.0, found.xoff), "0m".to_owned())
            }
        };
        Some(Lossless {
            name,
            cable,
            xoff: found.xoff,
            size: found.size,
            xon: found.xon,
            xon_offset: match listed {
                Some(row) => row.v.xon_offset.map(|offset| offset.0),
                None => Some(found.xon_offset).filter(|&offset| offset > 0),
            },
            dynamic_th: found.dynamic_th,
            origin,
            measured: matches!(found.source, HeadroomSource::Measured(_)),
            speed,
            length,
        })
    }
}

/// What keeps switches of a tier from being lossless: the first thing that is missing.
pub fn lack(fabric: &Fabric, tier: &Tier) -> Option<Lack> {
    if let Err(lack) = Buffers::new(fabric, tier) {
        return Some(lack);
    }
    let platform = fabric.platform_of(tier);
    let lines = || tier.up.iter().chain(&tier.down).filter_map(|&line| Some((line, fabric.lines.get(line)?)));
    let unknown = lines().find(|&(index, line)| {
        let none = |length| fabric.headroom_for(platform, line.speed.v, length).is_none();
        // Without a formula it depends on the length, and the longest is the first to be missing.
        none(Length(u32::MAX / 2))
            && fabric.links.iter().any(|link| {
                link.line as usize == index && fabric.is_present(link) && none(fabric.planned_length(link).0)
            })
    });
    unknown.map(|(_, line)| Lack::Headroom(line.speed.v))
}

/// The profile of lossless queues on their way out; it names the pool that they leave by.
pub fn egress_lossless<'a>(platform: &'a Platform, role: &str) -> Option<&'a Fact<Profile>> {
    profile(platform, EGRESS_LOSSLESS, role).ok()
}

/// The role by whose templates SONiC would set up a switch of this tier's type.
pub fn role(tier: &Tier) -> &'static str {
    if tier.kind == "ToRRouter" { "t0" } else { "t1" }
}

fn profile<'a>(platform: &'a Platform, name: &'static str, role: &str) -> Result<&'a Fact<Profile>, Lack> {
    let fits = |p: &&Fact<Profile>| p.v.name == name && p.v.role.as_deref().is_none_or(|r| r == role);
    platform.profiles.iter().find(fits).ok_or(Lack::Profile(name))
}

impl Lossy {
    /// The priority group of lossy classes, where these are lossless.
    fn of(self, lossless: u8) -> u8 {
        match self {
            Lossy::First => first_without(lossless),
            Lossy::Last => (0..PRIORITIES).rfind(|p| lossless & 1 << p == 0).unwrap_or(0),
        }
    }
}

impl Colours {
    /// The name of a queue's WRED profile, for all speeds or for one.
    fn name(self, priority: u8, speed: Option<Speed>) -> String {
        match (self, speed) {
            (Colours::All, None) => format!("ECN_{priority}"),
            (Colours::All, Some(speed)) => format!("ECN_{priority}_{speed}"),
            (Colours::Green, None) if priority == 3 => "ROCE".to_owned(),
            (Colours::Green, None) => format!("ROCE_{priority}"),
            (Colours::Green, Some(speed)) => format!("ROCE_{priority}_{speed}"),
        }
    }
}

fn first_without(mask: u8) -> u8 {
    (0..PRIORITIES).find(|p| mask & 1 << p == 0).unwrap_or(0)
}

fn list(mask: u8) -> String {
    let mut text = String::new();
    for priority in (0..PRIORITIES).filter(|p| mask & 1 << p != 0) {
        if !text.is_empty() {
            text.push(',');
        }
        text.push(char::from(b'0' + priority));
    }
    text
}

/// All priorities as ranges of neighbours that are the same: `0-2`, `3-4`, `5-7`. Those that are lossless are the keys
/// that buffermgrd makes of `pfc_enable`.
fn runs<T: Copy + PartialEq>(is: impl Fn(u8) -> T) -> impl Iterator<Item = (String, T)> {
    let all: [T; PRIORITIES as usize] = std::array::from_fn(|p| is(u8::try_from(p).unwrap_or(0)));
    let starts = (0..all.len()).filter(move |&p| p == 0 || all[p] != all[p - 1]);
    starts.map(move |start| {
        let end = (start..all.len()).take_while(|&p| all[p] == all[start]).last().unwrap_or(start);
        (if start == end { start.to_string() } else { format!("{start}-{end}") }, all[start])
    })
}

/// `trimming` and the class that what is left goes to, where the release has it and the class is there.
fn trimming<'a>(device: &Device<'a>) -> Option<(&'a Trimming, &'a Class)> {
    let intent = &device.fabric.intent;
    let said = intent.trimming.as_ref().filter(|_| device.release.since(TRIMMING))?;
    Some((said, intent.classes.iter().find(|class| class.name.v == said.to.v)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_told_as_lists_and_ranges() {
        let bits = |mask: u8| move |p: u8| mask & 1 << p != 0;
        let lossless =
            |mask| runs(bits(mask)).filter(|(_, is)| *is).map(|(text, _)| text).collect::<Vec<_>>();
        assert_eq!(lossless(0b0001_1000), ["3-4"]);
        assert_eq!(lossless(0b0000_1000), ["3"]);
        assert_eq!(lossless(0b0101_1100), ["2-4", "6"]);
        assert_eq!(runs(bits(0b0001_1000)).map(|(text, _)| text).collect::<Vec<_>>(), ["0-2", "3-4", "5-7"]);
        assert_eq!(runs(bits(0)).map(|(text, _)| text).collect::<Vec<_>>(), ["0-7"]);
        assert_eq!((list(0b0001_1000), list(0)), ("3,4".to_owned(), String::new()));
        assert_eq!((first_without(0), first_without(0b11)), (0, 2));
        assert_eq!([0, 0b1000_0000, 0b1111_1111].map(|mask| Lossy::Last.of(mask)), [7, 6, 0]);
    }
}
