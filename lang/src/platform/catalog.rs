//! The catalogue: built-in files and the program's own nodes, each read when it is first asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contradictions;
use super::nic::{NIC, NicModel};
use super::optic::{OPTIC, Optic};
use super::{ASIC, Asic, CONTRADICTION, FILE, Fact, PLATFORM, Platform, UNKNOWN, UNKNOWN_PRESET, arg_of};
use crate::diagnostic::{Findings, nearest};
use crate::intent::preset::{self, Preset};
use crate::schema::{self, Node, Typed};
use crate::source::{Sources, Span, Spanned};
use crate::syntax;

macro_rules! built_in {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../platforms/", $folder, "/", $name, ".kdl")))),*]
    };
}

/// Name and text of each built-in file, in order of the names.
type Files = &'static [(&'static str, &'static str)];

static ASICS: Files = built_in! { "asic": "bcm56990" "bcm56993" "bcm78900" "bcm78902" "bcm78907" };
static SWITCHES: Files = built_in! { "switch":
    "accton-as9736-64d"
    "accton-as9817-64d"
    "arista-7060dx5-32"
    "arista-7060dx5-64s"
    "arista-7060px5-64s"
    "arista-7060x6-16pe-384c"
    "arista-7060x6-16pe-384c-b"
    "arista-7060x6-32pe"
    "arista-7060x6-64de"
    "arista-7060x6-64pe"
    "arista-7060x6-64pe-b"
    "dell-z9664f"
    "dell-z9864f"
    "micas-m2-w6930-64qc"
    "micas-m2-w6940-128qc"
    "micas-m2-w6940-128x1-fr4"
    "micas-m2-w6940-128x1-fr4-pure-pd"
    "micas-m2-w6940-64oc"
    "nexthop-4010"
    "nexthop-4010-r1"
    "nexthop-4020"
    "nokia-ixr7220-h4"
    "nokia-ixr7220-h4-32d"
    "nokia-ixr7220-h5-32d"
    "nokia-ixr7220-h5-64d"
    "nokia-ixr7220-h5-64o"
    "supermicro-sse-t8164"
    "supermicro-sse-t8196"
    "tencent-tcs9400"
    "ufispace-s9311-64d"
    "ufispace-s9321-64e"
    "ufispace-s9321-64eo"
};
static OPTICS: Files = built_in! { "optic":
    "2xDR4" "2xFR4" "2xSR4" "2xVR4" "ACC" "AEC" "AOC" "DAC" "DR4" "DR8" "FR4" "LR4" "SR4" "SR4.2" "SR8" "VR4" "XDR4"
};
static PRESETS: Files = built_in! { "preset":
    "cisco-nexus" "dcqcn-scaled" "dell-roce" "meta-pfc-only" "nvidia-roce" "sonic-azure"
};
static NICS: Files = built_in! { "nic": "bcm57608" "bluefield-3" "connectx-7" "connectx-8" "pollara-400" };

/// Names of the built-in platforms, sorted. Reads no file.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    SWITCHES.iter().map(|&(name, _)| name)
}

/// Names of the optics, sorted. Reads no file.
pub fn optics() -> impl Iterator<Item = &'static str> {
    OPTICS.iter().map(|&(name, _)| name)
}

/// Names of the models of NIC, sorted. Reads no file.
pub fn nics() -> impl Iterator<Item = &'static str> {
    NICS.iter().map(|&(name, _)| name)
}

/// Names of the presets, sorted. Reads no file.
pub fn presets() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|&(name, _)| name)
}

/// The text of a preset's file.
pub fn preset_text(name: &str) -> Option<&'static str> {
    PRESETS.iter().find(|&&(file, _)| file == name).map(|&(_, text)| text)
}

/// Platforms, chips, optics and NICs by name. A program's own node wins over a built-in file of its name, and may be `like` it.
#[derive(Debug, Default)]
pub struct Catalog {
    own_platforms: BTreeMap<String, Typed>,
    own_asics: BTreeMap<String, Typed>,
    platforms: BTreeMap<String, Option<Arc<Platform>>>,
    asics: BTreeMap<String, Option<Arc<Asic>>>,
    optics: BTreeMap<String, Option<Arc<Optic>>>,
    nics: BTreeMap<String, Option<Arc<NicModel>>>,
    /// Platforms that are being read, outermost first.
    reading: Vec<String>,
}

impl Catalog {
    /// A catalogue with the program's own `platform` and `asic` nodes; none of them is read yet.
    pub fn new(own: &[Typed], findings: &mut Findings) -> Self {
        let mut catalog = Catalog::default();
        for node in own {
            let Some(name) = node.arg::<String>(0) else { continue };
            let platform = std::ptr::eq(node.schema, &PLATFORM);
            let map = if platform { &mut catalog.own_platforms } else { &mut catalog.own_asics };
            if let Some(first) = map.get(&name.v) {
                let message = format!("`{}` is declared a second time", name.v);
                findings.push(
                    CONTRADICTION
                        .at(name.at, message)
                        .label(first.head, "first here")
                        .help("give one of the two another name"),
                );
                continue;
            }
            map.insert(name.v, node.clone());
        }
        catalog
    }

    /// Names of all platforms, sorted. Reads no file.
    pub fn names(&self) -> Vec<&str> {
        let own = self.own_platforms.keys().map(String::as_str);
        let mut names: Vec<&str> = SWITCHES.iter().map(|&(name, _)| name).chain(own).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the platform of this name is the program's own.
    pub fn is_own(&self, name: &str) -> bool {
        self.own_platforms.contains_key(name)
    }

    /// The platform of this name. `asked` is underlined where there is none. Built-in files are added to `sources`.
    pub fn platform(
        &mut self,
        name: &str,
        asked: Option<Span>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<Platform>> {
        if let Some(known) = self.platforms.get(name) {
            return known.clone();
        }
        let own = self.own_platforms.get(name).cloned();
        let Some(node) = own.or_else(|| open("switch", SWITCHES, name, &PLATFORM, sources, findings)) else {
            findings.push(unknown("platform", name, asked, self.names().into_iter()));
            return None;
        };
        if self.reading.iter().any(|n| n == name) {
            let message = format!("`{name}` is like itself, by way of {}", self.reading.join(", "));
            findings
                .push(CONTRADICTION.at(node.head, message).help("start from a platform that stands alone"));
            return None;
        }
        self.reading.push(name.to_owned());
        let platform = self.read(&node, sources, findings).map(Arc::new);
        self.reading.pop();
        // Built-in files are looked at by tests.
        if let Some(platform) = platform.as_ref().filter(|_| self.own_platforms.contains_key(name)) {
            contradictions::look(platform, &node, findings);
        }
        self.platforms.insert(name.to_owned(), platform.clone());
        platform
    }

    /// The box that SONiC calls so, by `platform` or `hwsku` of DEVICE_METADATA: the program's own first, then the built-in
    /// ones. Only files that hold the word are read, and added to `sources`.
    pub fn by_sonic_name(
        &mut self,
        word: &str,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<Platform>> {
        let quoted = format!("\"{word}\"");
        let own: Vec<String> = self.own_platforms.keys().cloned().collect();
        let built_in =
            SWITCHES.iter().filter(|(_, text)| text.contains(&quoted)).map(|&(name, _)| name.to_owned());
        own.into_iter().chain(built_in).find_map(|name| {
            let platform = self.platform(&name, None, sources, findings)?;
            let called = platform.sonic.iter().chain(&platform.enterprise_sonic);
            let is = called.into_iter().any(|fact| fact.v.platform == word || fact.v.hwsku == word);
            is.then_some(platform)
        })
    }

    /// The chip of this name. `asked` is underlined where there is none. Built-in files are added to `sources`.
    pub fn asic(
        &mut self,
        name: &str,
        asked: Option<Span>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<Asic>> {
        if let Some(known) = self.asics.get(name) {
            return known.clone();
        }
        let own = self.own_asics.get(name).cloned();
        let Some(node) = own.or_else(|| open("asic", ASICS, name, &ASIC, sources, findings)) else {
            let names = ASICS.iter().map(|&(name, _)| name).chain(self.own_asics.keys().map(String::as_str));
            findings.push(unknown("chip", name, asked, names));
            return None;
        };
        let mut asic = Asic::read(&node);
        // Known before its kin is read, which may be a kin of it.
        self.asics.insert(name.to_owned(), None);
        if let Some(kin) = asic.as_mut().and_then(|asic| asic.kin.as_mut()) {
            kin.asic = self.asic(&kin.name.v, Some(kin.name.at), sources, findings);
        }
        let asic = asic.map(Arc::new);
        self.asics.insert(name.to_owned(), asic.clone());
        asic
    }

    /// The module or cable of this name; none where it is the user's own. Its file is added to `sources`.
    pub fn optic(
        &mut self,
        name: &str,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<Optic>> {
        if let Some(known) = self.optics.get(name) {
            return known.clone();
        }
        let optic = Optic::read(&open("optic", OPTICS, name, &OPTIC, sources, findings)?).map(Arc::new);
        self.optics.insert(name.to_owned(), optic.clone());
        optic
    }

    /// The model of NIC of this name, where there is one. Its file is added to `sources`.
    pub fn nic(
        &mut self,
        name: &str,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<NicModel>> {
        if let Some(known) = self.nics.get(name) {
            return known.clone();
        }
        let nic = NicModel::read(&open("nic", NICS, name, &NIC, sources, findings)?).map(Arc::new);
        self.nics.insert(name.to_owned(), nic.clone());
        nic
    }

    /// The preset of this name. `asked` is underlined where there is none. Its file is added to `sources`.
    pub fn preset(
        &mut self,
        name: &str,
        asked: Option<Span>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Preset> {
        let Some(node) = open("preset", PRESETS, name, &preset::FILE, sources, findings) else {
            let text = format!("there is no preset `{name}`");
            let found =
                asked.map_or_else(|| UNKNOWN_PRESET.anywhere(&text), |at| UNKNOWN_PRESET.at(at, &text));
            let near = nearest(name, presets());
            let found = found.instead_opt(near).help(near.map_or_else(
                || "`fabc presets` lists those that there are".to_owned(),
                |word| format!("did you mean `{word}`?"),
            ));
            findings.push(found);
            return None;
        };
        Preset::read(&node, findings)
    }

    /// Reads a node, with what it is like and its chip.
    fn read(&mut self, node: &Typed, sources: &mut Sources, findings: &mut Findings) -> Option<Platform> {
        let base = match Platform::like(node) {
            Some(like) if arg_of(node).as_ref() == Some(&like.v) => {
                Some(self.shadowed(&like, sources, findings)?)
            }
            Some(like) => Some(self.platform(&like.v, Some(like.at), sources, findings)?),
            None => None,
        };
        let asic = match Platform::chip(node) {
            Some(Fact { v: chip, source, confidence, at }) => {
                let v = self.asic(&chip, Some(at), sources, findings)?;
                Some(Fact { v, source, confidence, at })
            }
            None => None,
        };
        Platform::read(node, asic, base.as_deref(), findings)
    }

    /// The built-in platform behind the program's own of the same name.
    fn shadowed(
        &mut self,
        like: &Spanned<String>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Arc<Platform>> {
        let Some(node) = open("switch", SWITCHES, &like.v, &PLATFORM, sources, findings) else {
            findings.push(unknown("built-in platform", &like.v, Some(like.at), built_in()));
            return None;
        };
        self.read(&node, sources, findings).map(Arc::new)
    }
}

/// The node of a built-in file, checked; none where there is no such file.
fn open(
    folder: &str,
    files: Files,
    name: &str,
    kind: &'static Node,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Typed> {
    let &(_, text) = files.iter().find(|&&(file, _)| file == name)?;
    let file = sources.add_built_in(format!("platforms/{folder}/{name}.kdl"), text);
    let nodes = syntax::parse(file, text, findings);
    let typed = schema::check(&nodes, &FILE, None, findings);
    typed.into_iter().find(|n| std::ptr::eq(n.schema, kind) && arg_of::<String>(n).as_deref() == Some(name))
}

fn unknown<'a>(
    what: &str,
    name: &str,
    asked: Option<Span>,
    names: impl Iterator<Item = &'a str>,
) -> crate::diagnostic::Diagnostic {
    let message = format!("there is no {what} `{name}`");
    let finding = match asked {
        Some(at) => UNKNOWN.at(at, message),
        None => UNKNOWN.anywhere(message),
    };
    match nearest(name, names) {
        Some(word) => finding.help(format!("did you mean `{word}`?")).instead(word),
        None => finding.help("`fabc platforms` lists those that there are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Length, Size, Speed};

    fn own(text: &str, sources: &mut Sources, findings: &mut Findings) -> Catalog {
        let file = sources.add("fabric.kdl", text);
        let nodes = syntax::parse(file, text, findings);
        let typed = schema::check(&nodes, &FILE, None, findings);
        Catalog::new(&typed, findings)
    }

    fn platform(text: &str, name: &str) -> (Option<Arc<Platform>>, Vec<String>) {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = own(text, &mut sources, &mut findings);
        let platform = catalog.platform(name, None, &mut sources, &mut findings);
        (platform, findings.iter().map(|f| format!("{}: {}", f.code(), f.message)).collect())
    }

    fn sound(text: &str, name: &str) -> Arc<Platform> {
        let (platform, findings) = platform(text, name);
        assert!(findings.is_empty(), "{name}: {findings:#?}");
        platform.unwrap()
    }

    #[test]
    fn every_file_is_sound_and_every_figure_has_its_source() {
        for name in built_in() {
            let p = sound("", name);
            assert_eq!(p.name, name);
            let mut contradictory = Findings::default();
            let mut sources = Sources::default();
            let node = open("switch", SWITCHES, name, &PLATFORM, &mut sources, &mut contradictory).unwrap();
            contradictions::look(&p, &node, &mut contradictory);
            let said: Vec<_> = contradictory.iter().map(|f| f.message.as_str()).collect();
            assert!(said.is_empty(), "{name}: {said:#?}");
            assert!(p.asic.source.is_some() && p.tree.is_some() && p.sonic.is_some(), "{name}");
            for cage in p.cages() {
                for mode in p.modes(cage) {
                    let children = p.children(cage, &mode.v);
                    assert!(
                        mode.source.is_some()
                            && children.iter().all(|c| c.lanes.len() == usize::from(mode.v.lanes))
                    );
                    let all: Vec<u16> = children.into_iter().flat_map(|c| c.lanes).collect();
                    assert!(cage.lanes.starts_with(&all), "{name} {} {}", cage.number, mode.v.name);
                }
            }
            assert!(
                p.pools.iter().all(|f| f.source.is_some()) && p.headroom.iter().all(|f| f.source.is_some())
            );
        }
    }

    #[test]
    fn the_list_is_the_directory() {
        for (folder, files) in
            [("asic", ASICS), ("switch", SWITCHES), ("optic", OPTICS), ("nic", NICS), ("preset", PRESETS)]
        {
            let path = format!("{}/platforms/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut found: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|f| f.unwrap().file_name().into_string().unwrap().trim_end_matches(".kdl").to_owned())
                .collect();
            found.sort();
            assert_eq!(files.iter().map(|f| f.0).collect::<Vec<_>>(), found);
        }
    }

    #[test]
    fn every_optic_and_nic_is_sound_and_every_figure_has_its_source() {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = Catalog::default();
        for name in optics() {
            let optic = catalog.optic(name, &mut sources, &mut findings).unwrap();
            assert!(optic.name == name && optic.title.is_some() && !optic.speeds.is_empty(), "{name}");
            for at in &optic.speeds {
                let all = |lanes: &Fact<super::super::optic::Lanes>| lanes.v.count * lanes.v.rate.0;
                assert!(at.electrical.iter().chain(&at.optical).all(|l| all(l) == at.speed.0), "{name}");
                assert!(at.reach(false).is_some(), "{name} reaches nowhere");
            }
        }
        for name in nics() {
            let nic = catalog.nic(name, &mut sources, &mut findings).unwrap();
            assert!(nic.name == name && nic.title.is_some() && !nic.ports.is_empty(), "{name}");
            let fastest = nic.max_speed.as_ref().unwrap().v;
            assert!(nic.ports.iter().all(|p| p.v.speed <= fastest), "{name}");
        }
        let findings: Vec<_> = findings.iter().map(|f| &f.message).collect();
        assert!(findings.is_empty(), "{findings:#?}");
        let figures = ["electrical", "optical", "connector", "reach", "power", "break-out", "whole"];
        let figures = figures.iter().chain(&["max-speed", "lane-rate", "ports", "roce", "cnp"]);
        let figures: Vec<String> = figures.map(|f| format!("{f} ")).collect();
        for (name, text) in OPTICS.iter().chain(NICS) {
            let stated = text.lines().filter(|l| figures.iter().any(|f| l.trim_start().starts_with(f)));
            assert!(stated.clone().count() > 0 && stated.clone().all(|l| l.contains(" source=\"")), "{name}");
        }
    }

    #[test]
    fn optics_are_as_stated() {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = Catalog::default();
        let mut at = |name: &str, speed: u32| {
            let optic = catalog.optic(name, &mut sources, &mut findings).unwrap();
            optic.at_speed(Speed(speed * 1000)).unwrap().clone()
        };
        let reach = |at: &super::super::OpticSpeed, split: bool| at.reach(split).unwrap().v.length.0 / 1000;
        assert_eq!((reach(&at("DAC", 800), false), reach(&at("DAC", 800), true)), (2, 3));
        assert_eq!((reach(&at("DR8", 800), false), reach(&at("SR4", 400), true)), (500, 100));
        assert_eq!(at("SR4", 400).draw().unwrap().v.max.0, 9_000);
        assert_eq!(at("2xDR4", 800).draw().unwrap().v.max.0, 17_000);
        assert_eq!(at("2xFR4", 800).whole.unwrap().v, Speed(400_000));
        assert!(at("SR8", 400).draw().is_none());
    }

    #[test]
    fn a_nic_says_what_all_its_cards_agree_on() {
        use super::super::Confidence::{Confirmed, Likely};
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let mut catalog = Catalog::default();
        let mut nic = |name: &str| catalog.nic(name, &mut sources, &mut findings);
        let cx7 = nic("connectx-7").unwrap();
        assert_eq!(cx7.lanes(1, Speed(400_000)), Some((4, Confirmed)));
        assert_eq!(cx7.connector(1, Speed(400_000)), None);
        assert_eq!(cx7.connector(2, Speed(200_000)), Some(("QSFP112", Confirmed)));
        assert_eq!((cx7.lanes(2, Speed(200_000)), cx7.lanes(1, Speed(100_000))), (None, None));
        assert_eq!(nic("pollara-400").unwrap().lanes(2, Speed(200_000)), Some((2, Likely)));
        assert_eq!(nic("bcm57608").unwrap().cnp.as_ref().unwrap().v.priority, Some(7));
        assert!(nic("connectx-9").is_none());
    }

    #[test]
    fn z9864f_breaks_out_as_sonic_does() {
        let p = sound("", "dell-z9864f");
        let cage = &p.cages()[0];
        let children = p.children(cage, &p.mode(cage, "2x400G(8)").unwrap().v);
        let names: Vec<_> =
            children.iter().map(|c| (c.name.as_str(), c.alias.as_deref(), c.subport)).collect();
        assert_eq!(names, [("Ethernet0", Some("etp1a"), 1), ("Ethernet4", Some("etp1b"), 2)]);
        assert_eq!(children[1].lanes, [5, 6, 7, 8]);
        let whole = p.children(cage, &p.default_mode(cage).unwrap().v);
        assert_eq!((whole.len(), whole[0].subport, whole[0].alias.as_deref()), (1, 0, Some("etp1")));
        assert_eq!((p.cages()[33].pipe, p.cages()[33].half), (Some(0), Some(0))); // shares its pipe with cage 1
        assert_eq!(p.fec(cage, 4, Speed(100_000)).unwrap().v.default.as_deref(), Some("none"));
        assert_eq!(p.power_limit(&p.cages()[13], "reverse").unwrap().0.0, 6_000);
        assert_eq!(p.headroom_row(Speed(800_000), Length(40_000)).unwrap().v.xoff, Size(835_406));
        assert_eq!(p.ecmp().unwrap().v.members, Some(128));
        assert_eq!(p.asic.v.pipes.as_ref().unwrap().v.logical_ports, 10);
    }

    #[test]
    fn z9664f_counts_in_software_lanes() {
        let p = sound("", "dell-z9664f");
        let cage = &p.cages()[1];
        let children = p.children(cage, &p.mode(cage, "4x100G").unwrap().v);
        assert_eq!(
            children.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
            ["Ethernet4", "Ethernet5", "Ethernet6", "Ethernet7"]
        );
        assert!(!p.mode(cage, "4x100G").unwrap().v.community);
        assert_eq!(children[0].alias, None);
        assert_eq!(cage.half, None);
    }

    #[test]
    fn like_changes_only_what_is_stated() {
        let text = r#"
            platform "lab" like="dell-z9864f" {
                sonic platform="x86_64-lab-r0" hwsku="Lab"
                ecmp members=64
                cages { mode "2x400G(8)" ports=2 speed="400G" lanes=4 { alias "lab{cage}/{n}"; }; }
                pool "ingress_lossless_pool" type="ingress" mode="dynamic" size="100MB" xoff="20MB"
                headroom speed="800G" length="60m" size="1KB" xon="0B" xoff="900KB" dynamic-th=0
            }
            platform "lab2" like="lab"
            platform "dell-z9664f" like="dell-z9664f" { ecmp members=32; }
        "#;
        let (base, lab) = (sound("", "dell-z9864f"), sound(text, "lab2"));
        assert_eq!(lab.sonic.as_ref().unwrap().v.hwsku, "Lab");
        assert_eq!(lab.ecmp().unwrap().v.members, Some(64));
        assert_eq!((lab.cages().len(), lab.groups[0].modes.len()), (64, base.groups[0].modes.len()));
        let cage = &lab.cages()[1];
        let children = lab.children(cage, &lab.mode(cage, "2x400G(8)").unwrap().v);
        assert_eq!(children[1].alias.as_deref(), Some("lab2/2"));
        assert_eq!(lab.pools.len(), base.pools.len());
        assert_eq!(lab.pool("ingress_lossless_pool", "t1").unwrap().v.size, Size(100_000_000));
        assert_eq!(lab.headroom.len(), base.headroom.len() + 1);
        assert_eq!(sound(text, "dell-z9664f").ecmp().unwrap().v.members, Some(32));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |text: &str, name: &str| platform(text, name).1;
        assert_eq!(said("", "dell-z9864"), ["platform/unknown: there is no platform `dell-z9864`"]);
        assert_eq!(
            said(r#"platform "a" like="b"; platform "b" like="a""#, "a"),
            ["platform/contradiction: `a` is like itself, by way of a, b"]
        );
        assert_eq!(
            said(r#"platform "a" like="a""#, "a"),
            ["platform/unknown: there is no built-in platform `a`"]
        );
        assert_eq!(
            said(r#"platform "a" { asic "bcm78901"; }"#, "a"),
            ["platform/unknown: there is no chip `bcm78901`"]
        );
        assert_eq!(said(r#"platform "a""#, "a"), ["platform/incomplete: platform `a` has no chip"]);
        assert_eq!(
            said(r#"platform "a" like="dell-z9864f" { cages { pipe 0 1 2; }; }"#, "a"),
            ["platform/contradiction: `pipe` is for 3 cages, the group has 64"]
        );
        assert_eq!(
            said(r#"platform "a" { asic "bcm78900"; cages 2 lanes=8 default="x"; }"#, "a"),
            ["platform/incomplete: a new group of cages needs `form=`"]
        );
    }
}
