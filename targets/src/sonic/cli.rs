//! `sonic-cli.txt`: what Enterprise SONiC is certain to take on its command line only, in the order in which it is typed.
//!
//! - Break-outs come first: a port that is made on a switch with lossless buffers is lossy until the next reboot.
//! - Then config_db.json and the reboot that sets up the buffers. Neither `roce enable` nor `buffer init` is typed: they
//!   refuse to run beside the rows of the file, or overwrite them, and exclude each other.
//! - Then what has no certain place in ConfigDB: the watchdog, and the route map that hands routes to adaptive load
//!   balancing. BGP's routes go through the route map that frr.conf sets for BGP and through no other, so that is where
//!   the line is added: a map under `ip protocol any` would never be asked.
//! - Ports are called by one way of naming from top to bottom.

use fabc_lang::intent::{InterfaceNaming, Nos};

use super::ars;
use super::sink::Origin;
use super::tables::poll_interval;
use crate::device::{Device, DevicePort};

/// The lines of a switch's sonic-cli.txt.
#[derive(Debug)]
pub struct Script {
    lines: Vec<Line>,
    doubts: Vec<(String, &'static str)>,
}

/// A line: typed, or a comment with `!` before it.
#[derive(Debug)]
pub struct Line {
    /// As it stands in the file.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

const HEAD: Origin = Origin::rule("what has no certain place in config_db.json is typed");
const NAMING: Origin = Origin::rule("ports have other names after the next log-in, and only then");
const BREAKOUT: Origin = Origin::rule("the mode that gives the link's speed with the fewest lanes");
const WATCHDOG: Origin = Origin::rule("as `watchdog` says");
const OBJECT: Origin = Origin::rule("what is moved to the less loaded link");
const ROUTES: Origin =
    Origin::rule("without a route map that names the object no route is balanced adaptively");

/// Whether switches of this system have a sonic-cli.txt.
pub(crate) fn is_written(nos: Nos) -> bool {
    nos == Nos::EnterpriseSonic
}

impl Script {
    /// What is to be typed on a switch.
    pub fn new(device: &Device<'_>) -> Self {
        let mut script = Script { lines: Vec::new(), doubts: Vec::new() };
        script.head(device);
        script.naming(device);
        script.breakouts(device);
        script.load(device);
        let before = script.lines.len();
        script.watchdog(device);
        script.adaptive(device);
        if script.lines.len() > before {
            script.lines.insert(before, Line { text: "configure terminal".to_owned(), origin: HEAD });
            script.add("end", HEAD);
            script.add("write memory", HEAD);
        } else {
            script.note("Nothing else is to be typed on this switch.");
        }
        script
    }

    /// Its lines, in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Lines that are likely, not certain, and why.
    pub fn doubts(self) -> Vec<(String, &'static str)> {
        self.doubts
    }

    /// Appends the file.
    pub(crate) fn render(&self, out: &mut Vec<u8>) {
        for line in &self.lines {
            out.extend_from_slice(line.text.as_bytes());
            out.push(b'\n');
        }
    }

    fn add(&mut self, text: impl Into<String>, origin: Origin) {
        self.lines.push(Line { text: text.into(), origin });
    }

    fn note(&mut self, text: &str) {
        self.add(if text.is_empty() { "!".to_owned() } else { format!("! {text}") }, HEAD);
    }

    /// Says of the next line that it is likely.
    fn likely(&mut self, line: &str, why: &'static str) {
        self.note(&format!("Likely, not certain: {why}."));
        self.doubts.push((line.to_owned(), why));
    }

    fn head(&mut self, device: &Device<'_>) {
        let names = match naming(device) {
            InterfaceNaming::Native => "native (Ethernet0)",
            InterfaceNaming::Standard => "standard (Eth1/1)",
            InterfaceNaming::StandardExtended => "standard extended (Eth1/1)",
        };
        self.note(&format!("{}: what is typed in sonic-cli, from top to bottom", device.switch.name));
        self.note(&format!("Ports are named in mode {names}: in another mode these names mean nothing."));
    }

    fn naming(&mut self, device: &Device<'_>) {
        let Some(naming) = device.fabric.intent.fabric.naming else { return };
        let origin = NAMING.at(naming.at);
        self.note("");
        self.note("Names of ports: log in anew afterwards, or the session keeps the old ones.");
        self.add("configure terminal", origin);
        self.add(
            match naming.v {
                InterfaceNaming::Native => "no interface-naming standard",
                InterfaceNaming::Standard => "interface-naming standard",
                InterfaceNaming::StandardExtended => "interface-naming standard extended",
            },
            origin,
        );
        self.add("end", origin);
        self.add("write memory", origin);
        self.add("exit", origin);
    }

    /// Cages that are broken out otherwise than they ship.
    fn breakouts(&mut self, device: &Device<'_>) {
        let mut last = 0;
        let mut begun = false;
        for port in &device.ports {
            let (Some(cage), Some(layout)) = (port.port.cage, port.port.layout) else { continue };
            if cage.number == last || layout.mode == cage.default.mode {
                continue;
            }
            last = cage.number;
            let line = cage.line.and_then(|line| device.fabric.lines.get(line));
            let origin = line.map_or(BREAKOUT, |line| BREAKOUT.at(line.at));
            if !begun {
                self.note("");
                self.note("Break-outs, before config_db.json: a port that is made on a switch with lossless buffers is");
                self.note("lossy until the next reboot.");
                self.add("configure terminal", HEAD);
                begun = true;
            }
            self.add(
                format!("interface breakout port 1/{} mode {}", cage.number, mode(&layout.mode)),
                origin,
            );
        }
        if begun {
            self.add("end", HEAD);
            self.add("write memory", HEAD);
        }
    }

    fn load(&mut self, device: &Device<'_>) {
        self.note("");
        if device.qos().is_some_and(|qos| qos.lossless != 0) {
            self.note("Now put config_db.json and frr.conf in place, and reboot: the switch sets up lossless buffers when");
            self.note("it boots, and at no other time. Type neither `roce enable` nor `buffer init`: the file has what they");
            self.note("would make; each reboots the switch, and refuses these rows or overwrites them.");
        } else {
            self.note("Now put config_db.json and frr.conf in place, and reload.");
        }
        self.note("");
    }

    fn watchdog(&mut self, device: &Device<'_>) {
        let Some(qos) = device.qos().filter(|qos| qos.lossless != 0) else { return };
        let Some(watchdog) = &device.fabric.intent.watchdog else { return };
        let (Some(detect), Some(restore)) = (watchdog.detect, watchdog.restore) else { return };
        let Some(poll) = poll_interval(device) else { return };
        let action = watchdog.action.as_ref();
        let word = action.map_or("drop", |a| a.v.as_str());
        self.add(format!("priority-flow-control watchdog polling-interval {poll}"), WATCHDOG.at(watchdog.at));
        for (port, _, _) in qos.wired(device) {
            let on = "priority-flow-control watchdog";
            self.add(format!("interface {}", name(device, port)), WATCHDOG.at(watchdog.at));
            self.add(format!(" {on} action {word}"), WATCHDOG.at(action.map_or(watchdog.at, |a| a.at)));
            self.add(format!(" {on} on detect-time {}", detect.v.ms()), WATCHDOG.at(detect.at));
            self.add(format!(" {on} restore-time {}", restore.v.ms()), WATCHDOG.at(restore.at));
            self.add(" exit", WATCHDOG.at(watchdog.at));
        }
    }

    fn adaptive(&mut self, device: &Device<'_>) {
        let Some(adaptive) = ars::asked(device) else { return };
        let at = adaptive.at;
        if let Some(mode) = adaptive.mode.as_ref().filter(|mode| mode.v == "packet") {
            self.add(format!("ars object {}", ars::NAME), OBJECT.at(mode.at));
            self.likely(
                "mode packet-quality",
                "the word is that of Dell's Ansible collection; that of the command line wasn't seen",
            );
            self.add(" mode packet-quality", OBJECT.at(mode.at));
            self.add(" exit", OBJECT.at(mode.at));
        }
        let object = format!(" set ars-object {}", ars::NAME);
        if device.switch.loopback.is_some() {
            self.likely(
                "route-map RM_SET_SRC",
                "each line is certain; that it adds to the route map of frr.conf, and doesn't replace it, is not",
            );
            self.add("route-map RM_SET_SRC permit 10", ROUTES.at(at));
            self.add(object, ROUTES.at(at));
            self.add(" exit", ROUTES.at(at));
        } else {
            self.add(format!("route-map {} permit 10", ars::NAME), ROUTES.at(at));
            self.add(object, ROUTES.at(at));
            self.add(" exit", ROUTES.at(at));
            self.add(format!("ip protocol any route-map {}", ars::NAME), ROUTES.at(at));
        }
        self.note("Again after each `config reload` and each restart of the bgp container: frr.conf doesn't know the line.");
    }
}

fn naming(device: &Device<'_>) -> InterfaceNaming {
    device.fabric.intent.fabric.naming.map_or(InterfaceNaming::Native, |naming| naming.v)
}

/// What the command line calls a port: `Ethernet8`, or its alias, `Eth1/2` and `Eth1/2/1`.
fn name<'a>(device: &Device<'_>, port: &DevicePort<'a>) -> &'a str {
    match naming(device) {
        InterfaceNaming::Native => &port.port.spec.name,
        InterfaceNaming::Standard | InterfaceNaming::StandardExtended => &port.port.spec.alias,
    }
}

/// A break-out mode as the command line has it: `2x400G(8)` without its lanes.
pub(super) fn mode(name: &str) -> &str {
    name.split_once('(').map_or(name, |(mode, _)| mode)
}
