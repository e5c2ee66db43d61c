//! `fabc show ports`: every port of a switch, with what hangs on it and what it needs.

use std::collections::BTreeMap;

use fabc_lang::fabric::{Headroom, LengthSource};
use fabc_lang::units::{Length, grouped};
use fabc_targets::sonic::{self, ConfigDb, Row};
use fabc_targets::{Device, DevicePort, End};
use serde_json::{Value, json};

use super::rows::{Rows, text};
use super::table::{Table, cut};
use super::{Which, bundle};
use crate::budget::lossless;
use crate::cli::screen::Screen;
use crate::cli::{Exit, Failure};
use crate::report::Format;

/// Show the ports of a switch: cage, lanes, speed, FEC, peer, cable, headroom, state, pipe and half
///
/// A table that is wider than the terminal goes on below; into a pipe each port is one line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    args.which.show(screen, |fabric, switch, format| {
        let Some(index) = switch else {
            let mut names = fabric.switches.iter().filter(|s| !s.absent).map(|s| s.name.as_str());
            let first = names.next().unwrap_or("SWITCH");
            let last = names.next_back().map_or_else(String::new, |last| format!(" to `{last}`"));
            return Err(Failure::new(format!("name a switch, `{first}`{last}: fabc show ports {first}")));
        };
        let bundle = bundle(fabric)?;
        let Some(device) = bundle.device(index) else { return Ok(String::new()) };
        let db = sonic::config_db(&device);
        let (rows, profiles) = (db.rows("PORT").map(|row| (row.key.as_str(), row)).collect(), profiles(&db));
        let ports: Vec<Port> =
            device.ports.iter().map(|port| Port::new(&device, port, &rows, &profiles)).collect();
        Ok(match format {
            Format::Json => format!("{:#}\n", document(&device, &ports)),
            _ => page(&device, &ports, screen.columns()),
        })
    })
}

/// What there is to say of a port.
struct Port<'a> {
    port: &'a DevicePort<'a>,
    fec: Option<&'a str>,
    /// `up`, `down`, `absent` (the peer) or `unused`.
    state: &'static str,
    /// Device and port.
    peer: Option<(&'a str, &'a str)>,
    media: Option<&'a str>,
    length: Option<(Length, &'static str)>,
    /// Where a class is lossless.
    headroom: Option<Headroom>,
    /// Its lossless profile, as the file has it.
    profile: Option<&'a str>,
    pipe: Option<u16>,
    half: Option<u8>,
}

impl<'a> Port<'a> {
    fn new(
        device: &Device<'a>,
        port: &'a DevicePort<'a>,
        rows: &BTreeMap<&str, &'a Row>,
        profiles: &BTreeMap<&'a str, &'a str>,
    ) -> Self {
        let fabric = device.fabric;
        let cage = port.port.cage.and_then(|plan| device.platform.cage(plan.number));
        let wired = match &port.end {
            End::Wired(wired) => Some(wired),
            End::Unused => None,
        };
        let length = |link| {
            let source =
                fabric.length(link).map_or("assumed", |(_, source): (_, LengthSource)| source.name());
            (fabric.planned_length(link).0, source)
        };
        let needs = port.wired().is_some() && lossless(fabric).next().is_some();
        Port {
            port,
            fec: rows.get(port.name()).and_then(|row| text(row, "fec")),
            state: match (wired, port.is_up()) {
                (_, true) => "up",
                (None, false) => "unused",
                (Some(wired), false) if !wired.present => "absent",
                (Some(_), false) => "down",
            },
            peer: wired.map(|wired| (wired.peer, wired.peer_port)),
            media: wired.and_then(|w| fabric.line_of(w.link).media.as_ref()).map(|media| media.v.as_str()),
            length: wired.map(|wired| length(wired.link)),
            headroom: fabric.headroom(device.index, &port.port).filter(|_| needs),
            profile: profiles.get(port.name()).copied(),
            pipe: cage.and_then(|cage| cage.pipe),
            half: cage.and_then(|cage| cage.half),
        }
    }

    /// `17/2`; `17` for a whole cage.
    fn cage(&self) -> Option<String> {
        let plan = self.port.port.cage?;
        let whole = self.port.port.layout.is_none_or(|layout| layout.ports.len() == 1);
        let child = u32::from(self.port.port.id.child) + 1;
        Some(if whole { plan.number.to_string() } else { format!("{}/{child}", plan.number) })
    }

    fn cells(&self) -> [String; 14] {
        let spec = self.port.port.spec;
        let shown = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
        let unlisted = |h: &Headroom| if h.listed { "" } else { ", own profile" };
        [
            spec.name.clone(),
            self.cage().unwrap_or_default(),
            lanes(&spec.lanes),
            spec.speed.to_string(),
            self.fec.unwrap_or_default().to_owned(),
            self.state.to_owned(),
            self.peer.map_or_else(String::new, |(device, port)| format!("{device}:{port}")),
            self.media.unwrap_or_default().to_owned(),
            self.length.map_or_else(String::new, |(length, source)| format!("{length} {source}")),
            self.headroom.map_or_else(String::new, |h| format!("{} B", grouped(h.xoff))),
            self.headroom.map_or_else(String::new, |h| format!("{}{}", h.source.name(), unlisted(&h))),
            self.profile.unwrap_or_default().to_owned(),
            shown(self.pipe.map(u64::from)),
            shown(self.half.map(u64::from)),
        ]
    }

    fn object(&self) -> Value {
        let spec = self.port.port.spec;
        let lanes: Vec<u64> = spec.lanes.split(',').filter_map(|lane| lane.parse().ok()).collect();
        json!({
            "name": spec.name,
            "alias": spec.alias,
            "cage": self.port.port.cage.map(|plan| plan.number),
            "child": self.port.port.cage.map(|_| u32::from(self.port.port.id.child) + 1),
            "mode": self.port.port.layout.map(|layout| layout.mode.as_str()),
            "lanes": lanes,
            "speed": spec.speed.0,
            "fec": self.fec,
            "state": self.state,
            "peer": self.peer.map(|(device, port)| json!({ "device": device, "port": port })),
            "media": self.media,
            "length_mm": self.length.map(|(length, _)| length.0),
            "length_source": self.length.map(|(_, source)| source),
            "xoff": self.headroom.map(|h| h.xoff),
            "headroom_source": self.headroom.map(|h| h.source.name()),
            "listed": self.headroom.map(|h| h.listed),
            "profile": self.profile,
            "pipe": self.pipe,
            "half": self.half,
        })
    }
}

/// The profile with headroom that each port's priority groups have.
fn profiles(db: &ConfigDb) -> BTreeMap<&str, &str> {
    let with_headroom: Vec<&str> = db
        .rows("BUFFER_PROFILE")
        .filter(|row| row.get("xoff").is_some())
        .map(|row| row.key.as_str())
        .collect();
    let groups =
        db.rows("BUFFER_PG").filter_map(|row| Some((row.key.split('|').next()?, text(row, "profile")?)));
    groups.filter(|(_, profile)| with_headroom.contains(profile)).collect()
}

/// `1-4` for lanes that follow each other.
fn lanes(list: &str) -> String {
    let numbers: Vec<u32> = list.split(',').filter_map(|lane| lane.parse().ok()).collect();
    match (numbers.first(), numbers.last()) {
        (Some(first), Some(last))
            if numbers.windows(2).all(|pair| pair[1] == pair[0] + 1) && first < last =>
        {
            format!("{first}-{last}")
        }
        _ => list.to_owned(),
    }
}

fn page(device: &Device<'_>, ports: &[Port<'_>], width: Option<usize>) -> String {
    let mut table = Table::new(&[
        "port",
        ">cage",
        "lanes",
        ">speed",
        "fec",
        "state",
        "peer",
        "media",
        "length",
        ">headroom",
        "from",
        "profile",
        ">pipe",
        ">half",
    ]);
    for port in ports {
        table.row(port.cells());
    }
    let up = ports.iter().filter(|p| p.state == "up").count();
    let Device { switch, tier, platform, .. } = device;
    let head =
        format!("{}: {}, {}, {up} of {} ports up", switch.name, tier.label, platform.name, ports.len());
    cut(&head, width.unwrap_or(usize::MAX)) + "\n\n" + &table.render(0, width)
}

fn document(device: &Device<'_>, ports: &[Port<'_>]) -> Value {
    let ports: Vec<Value> = ports.iter().map(Port::object).collect();
    json!({
        "schema_version": 1,
        "switch": device.switch.name,
        "tier": device.tier.label,
        "platform": device.platform.name,
        "ports": ports,
    })
}

#[cfg(test)]
mod tests {
    use crate::cli::Exit;
    use crate::cli::show::tests::show;

    #[test]
    fn every_port_is_a_line_in_a_pipe_and_fits_a_terminal() {
        let (exit, text, _) = show(&["ports", "leaf-01"], None);
        assert_eq!(exit, Exit::Clean);
        let some: Vec<&str> =
            text.lines().filter(|l| !l.contains("Ethernet1") && !l.contains("Ethernet3")).collect();
        insta::assert_snapshot!("ports", some.join("\n"));
        for width in [60, 80, 120] {
            let (_, text, _) = show(&["ports", "leaf-01"], Some(width));
            assert!(text.lines().all(|l| l.chars().count() <= width), "{text}");
            assert!(text.matches("Ethernet0 ").count() > 1);
        }
    }

    #[test]
    fn programs_get_numbers() {
        let (_, text, _) = show(&["ports", "leaf-01", "--format", "json"], None);
        let page: serde_json::Value = serde_json::from_str(&text).unwrap();
        let port = &page["ports"][0];
        assert_eq!((&page["schema_version"], &port["name"]), (&1.into(), &"Ethernet0".into()));
        assert_eq!(port["lanes"].as_array().unwrap().len(), 4);
        assert_eq!(port["peer"]["device"], "gpu-01");
        assert_eq!((&port["length_mm"], &port["length_source"]), (&3000.into(), &"stated".into()));
        assert_eq!((&port["xoff"], &port["listed"]), (&390_144.into(), &false.into()));
        assert_eq!(port["profile"], "pg_lossless_400000_3m_390144_profile");
    }

    #[test]
    fn without_a_switch_one_is_proposed() {
        let (exit, _, error) = show(&["ports"], None);
        assert_eq!(exit, Exit::Failed);
        assert!(error.contains("fabc show ports leaf-01"), "{error}");
    }
}
