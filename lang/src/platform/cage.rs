//! `cages`: what is at the front, lane by lane, and how it breaks out.

use super::{CONFIDENCE, CONTRADICTION, Fact, INCOMPLETE, SOURCE, arg_of, args_of, prop_of};
use crate::diagnostic::Findings;
use crate::schema::{Arg, Kind, Node, Occurs, Typed, arg, opt_arg, prop, prop_needed, prop_or, some_args};
use crate::units::{Power, Speed};

pub(super) static FIRST: Node =
    Node::new("first", "Number of the first cage of this group; 1 where it isn't given.")
        .args(&[arg("NUMBER", Kind::Int(1, 4096), "cages are numbered through, from 1")])
        .optional();
static PORT_NAMES: Node =
    Node::new("name", "SONiC's name of each cage: Ethernet and base + step × place in the group.")
        .args(&[arg("PREFIX", Kind::Word(&["Ethernet"]), "")])
        .props(&[
            prop_needed("base", Kind::Int(0, 65535), "number of the first"),
            prop_needed("step", Kind::Int(1, 4096), "to the next"),
            SOURCE,
            CONFIDENCE,
        ])
        .optional();
static INDEX: Node = Node::new("index", "SONiC's index of each cage, where they count up by one.")
    .props(&[prop_needed("first", Kind::Int(0, 65535), "that of the first cage"), SOURCE, CONFIDENCE])
    .optional();
static INDEXES: Node = Node::new("indexes", "SONiC's index of each cage.")
    .args(&[some_args("INDEX", Kind::Int(0, 65535), "one for each cage")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static LANES: Node = Node::new("lanes", "Lanes of each cage, as SONiC lists them.")
    .args(&[some_args(
        "LANES",
        Kind::Text,
        "one text for each cage: numbers and ranges, as \"1-8\" or \"1,1,2,2\"",
    )])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static PHYSICAL_LANES: Node = Node::new(
    "physical-lanes-per-lane",
    "Physical lanes that one listed lane stands for; 1 where it isn't given.",
)
.args(&[arg("COUNT", Kind::Int(1, 8), "")])
.props(&[SOURCE, CONFIDENCE])
.optional();
static PIPE: Node = Node::new("pipe", "Pipe of each cage.")
    .args(&[some_args("PIPE", Kind::Int(0, 255), "one for each cage, from 0")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static HALF: Node = Node::new("half", "Half of the buffer that each cage uses.")
    .args(&[some_args("HALF", Kind::Int(0, 15), "one for each cage, from 0")])
    .props(&[SOURCE, CONFIDENCE])
    .optional()
    .ordered();
static ALIAS: Node = Node::new(
    "alias",
    "SONiC's alias of each port, with {cage} number of the cage, {index} its index, {n} 1, 2 …, {a} a, b …, {lane} \
     first lane of the port, from 1 in its cage.",
)
.args(&[arg("PATTERN", Kind::Text, "as \"etp{cage}{a}\"")])
.optional();
static ALIASES: Node = Node::new("aliases", "SONiC's alias of each port, where no pattern gives them.")
    .args(&[some_args("ALIAS", Kind::Text, "cage by cage, in each cage port by port")])
    .optional()
    .ordered();
static ALSO: Node = Node::new("also", "Further speeds that the ports of this mode may run at.")
    .args(&[some_args("SPEED", Kind::Speed, "")])
    .optional();
static MODE: Node = Node::new("mode", "A way to break out each cage of the group.")
    .args(&[arg("NAME", Kind::Text, "as in platform.json")])
    .props(&[
        prop_needed("ports", Kind::Int(1, 64), "ports"),
        prop_needed("speed", Kind::Speed, "of each"),
        prop_needed("lanes", Kind::Int(1, 64), "listed lanes of each"),
        prop_or(
            "community",
            Kind::Bool,
            "#true",
            "whether platform.json lists it; if not, community SONiC has no BREAKOUT_CFG for it and only the default mode \
             can be used there",
        ),
        SOURCE,
        CONFIDENCE,
    ])
    .children(&[&ALIAS, &ALIASES, &ALSO])
    .ordered();
const WORDS: Arg = Arg {
    name: "WORD",
    kind: Kind::Name,
    occurs: Occurs::Many,
    doc: "those that may be chosen; none where only the default is known",
};
/// What PORT's `fec` may be: sonic-port.yang. Boxes list finer words of their own; none of them is written.
const PORT_FEC: Kind = Kind::Word(&["auto", "fc", "none", "rs"]);
/// PORT's words, and the finer ones of boxes.
const FEC_WORDS: Arg =
    Arg { kind: Kind::Word(&["auto", "fc", "none", "rs", "rs528", "rs544", "rs544_2xn"]), ..WORDS };
static FEC: Node =
    Node::new("fec", "FEC modes of ports with this many lanes at this speed.").args(&[FEC_WORDS]).props(&[
        prop_needed("lanes", Kind::Int(1, 64), "listed lanes of a port"),
        prop_needed("speed", Kind::Speed, ""),
        prop("default", PORT_FEC, "what holds if nothing is said"),
        SOURCE,
        CONFIDENCE,
    ]);
static AUTONEG: Node =
    Node::new("autoneg", "Extended auto-negotiation modes of ports with this many lanes at this speed.")
        .args(&[WORDS])
        .props(&[
            prop_needed("lanes", Kind::Int(1, 64), "listed lanes of a port"),
            prop_needed("speed", Kind::Speed, ""),
            prop("default", Kind::Name, "what holds if nothing is said; the other end must match"),
            SOURCE,
            CONFIDENCE,
        ]);
static POWER: Node = Node::new("power", "What a module may draw in each cage.")
    .args(&[some_args("POWER", Kind::Power, "one for each cage")])
    .props(&[
        prop_needed("airflow", Kind::Word(&["normal", "reverse"]), "direction in which the fans blow"),
        SOURCE,
        CONFIDENCE,
    ])
    .ordered();
pub(super) static CAGES: Node = Node::new(
    "cages",
    "A group of cages of one kind. Under `like=`, a group with the same `first` changes only what it states.",
)
.args(&[opt_arg("COUNT", Kind::Int(1, 4096), "cages; needed in a new group")])
.props(&[
    prop("form", Kind::Name, "what plugs in, as OSFP112; needed in a new group"),
    prop("lanes", Kind::Int(1, 64), "listed lanes of a cage; needed in a new group"),
    prop("default", Kind::Text, "mode in which the box ships; needed in a new group"),
    SOURCE,
    CONFIDENCE,
])
.children(&[
    &FIRST,
    &PORT_NAMES,
    &INDEX,
    &INDEXES,
    &LANES,
    &PHYSICAL_LANES,
    &PIPE,
    &HALF,
    &MODE,
    &FEC,
    &AUTONEG,
    &POWER,
]);

/// Aliases of the ports of a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aliases {
    /// No source tells.
    Unknown,
    /// With `{cage}`, `{index}`, `{n}`, `{a}`, `{lane}`.
    Pattern(String),
    /// Cage by cage, in each cage port by port.
    List(Vec<String>),
}

/// A way to break out a cage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// Key in platform.json.
    pub name: String,
    /// Ports that it makes.
    pub ports: u16,
    /// Speed of each.
    pub speed: Speed,
    /// Listed lanes of each.
    pub lanes: u16,
    /// Whether platform.json lists it: community SONiC takes a BREAKOUT_CFG for it.
    pub community: bool,
    /// Aliases of its ports.
    pub aliases: Aliases,
    /// Further speeds that its ports may run at.
    pub also: Vec<Speed>,
}

/// What may be chosen for ports with this many lanes at this speed: FEC, or extended auto-negotiation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Listed lanes of a port.
    pub lanes: u16,
    /// Its speed.
    pub speed: Speed,
    /// SONiC's words; empty where only the default is known.
    pub words: Vec<String>,
    /// What holds if nothing is said.
    pub default: Option<String>,
}

/// What modules may draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerLimits {
    /// `normal` or `reverse`.
    pub airflow: String,
    /// One for each cage of the group.
    pub limits: Vec<Power>,
}

/// A group of cages of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CageGroup {
    /// Number of its first cage.
    pub first: u16,
    /// Cages.
    pub count: u16,
    /// What plugs in: `OSFP112`.
    pub form: Fact<String>,
    /// Listed lanes of a cage.
    pub lanes: u16,
    /// Mode in which the box ships.
    pub default: String,
    /// Physical lanes that one listed lane stands for; 1 where it isn't said.
    pub physical_lanes: Option<Fact<u16>>,
    /// Modes, as listed.
    pub modes: Vec<Fact<Mode>>,
    /// FEC.
    pub fec: Vec<Fact<Choice>>,
    /// Extended auto-negotiation.
    pub autoneg: Vec<Fact<Choice>>,
    /// Power limits by direction of air.
    pub power: Vec<Fact<PowerLimits>>,
    /// SONiC's port number of each cage.
    pub ids: Fact<Vec<u32>>,
    /// SONiC's index of each cage.
    pub indexes: Fact<Vec<u32>>,
    /// Listed lanes of each cage.
    pub lane_lists: Fact<Vec<Vec<u16>>>,
    /// Pipe of each cage.
    pub pipes: Option<Fact<Vec<u16>>>,
    /// Half of the buffer of each cage.
    pub halves: Option<Fact<Vec<u8>>>,
}

/// A cage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cage {
    /// Front-panel number, from 1.
    pub number: u16,
    /// What plugs in.
    pub form: String,
    /// Number in SONiC's name of the unbroken port.
    pub id: u32,
    /// SONiC's index.
    pub index: u32,
    /// Lanes as SONiC lists them.
    pub lanes: Vec<u16>,
    /// Its pipe, from 0.
    pub pipe: Option<u16>,
    /// Its half of the buffer, from 0.
    pub half: Option<u8>,
    /// Its group: place in [`Platform::groups`](super::Platform::groups).
    pub group: usize,
    /// Its place in the group, from 0.
    pub place: usize,
}

impl Cage {
    /// SONiC's name of the unbroken port, as BREAKOUT_CFG has it: `Ethernet8`.
    pub fn name(&self) -> String {
        format!("Ethernet{}", self.id)
    }

    /// The ports that `mode` makes of the cage, as sonic-config-engine counts them: each takes the next lanes, and its
    /// number is that of the cage plus the lanes before it.
    pub fn children(&self, mode: &Mode) -> Vec<Child> {
        let port = |n: u16| {
            let before = n * mode.lanes;
            Child {
                name: format!("Ethernet{}", self.id + u32::from(before)),
                alias: mode.alias(self, n),
                lanes: self.lanes.iter().skip(before.into()).take(mode.lanes.into()).copied().collect(),
                index: self.index,
                subport: if mode.ports == 1 { 0 } else { n + 1 },
                speed: mode.speed,
            }
        };
        (0..mode.ports).map(port).collect()
    }
}

/// A port of a cage in some mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// SONiC's name: `Ethernet4`.
    pub name: String,
    /// SONiC's alias, where it is known.
    pub alias: Option<String>,
    /// Its listed lanes.
    pub lanes: Vec<u16>,
    /// SONiC's index: that of its cage.
    pub index: u32,
    /// SONiC's subport: 0 where the cage isn't broken out, else from 1.
    pub subport: u16,
    /// Its speed.
    pub speed: Speed,
}

impl CageGroup {
    /// Reads `cages` over `old`, the group that had this first cage before.
    pub(super) fn read(
        node: &Typed,
        first: u16,
        old: Option<CageGroup>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let count = need(arg_of(node), &old, |g| g.count, node, "its count", findings)?;
        let form = prop_of::<String>(node, "form").and_then(|form| Fact::read(node, |_| Some(form)));
        let form = need(form, &old, |g| g.form.clone(), node, "`form=`", findings)?;
        let lanes = need(prop_of(node, "lanes"), &old, |g| g.lanes, node, "`lanes=`", findings)?;
        let default =
            need(prop_of(node, "default"), &old, |g| g.default.clone(), node, "`default=`", findings)?;
        let all = 0..u32::from(count);
        let ids = node.child(&PORT_NAMES).and_then(|n| {
            let (base, step): (u32, u32) = (prop_of(n, "base")?, prop_of(n, "step")?);
            Fact::read(n, |_| Some(all.clone().map(|i| base + i * step).collect()))
        });
        let ids = need(ids, &old, |g| g.ids.clone(), node, "`name`", findings)?;
        let indexes = match (node.child(&INDEX), node.child(&INDEXES)) {
            (_, Some(n)) => Fact::read(n, |n| Some(args_of(n))),
            (Some(n), None) => {
                Fact::read(n, |n| prop_of::<u32>(n, "first").map(|at| all.map(|i| at + i).collect()))
            }
            (None, None) => None,
        };
        let indexes = need(indexes, &old, |g| g.indexes.clone(), node, "`index`", findings)?;
        let lane_lists = node.child(&LANES).and_then(|n| read_lane_lists(n, findings));
        let lane_lists = need(lane_lists, &old, |g| g.lane_lists.clone(), node, "`lanes`", findings)?;
        let mut group = match old {
            Some(old) => CageGroup { count, form, lanes, default, ids, indexes, lane_lists, ..old },
            None => CageGroup {
                first,
                count,
                form,
                lanes,
                default,
                ids,
                indexes,
                lane_lists,
                physical_lanes: None,
                modes: Vec::new(),
                fec: Vec::new(),
                autoneg: Vec::new(),
                power: Vec::new(),
                pipes: None,
                halves: None,
            },
        };
        group.lay_over(node);
        group.check(node, findings).then_some(group)
    }

    /// Takes from `node` what a group may lack.
    fn lay_over(&mut self, node: &Typed) {
        Fact::set(&mut self.physical_lanes, node, &PHYSICAL_LANES, arg_of);
        Fact::set(&mut self.pipes, node, &PIPE, |n| Some(args_of(n)));
        Fact::set(&mut self.halves, node, &HALF, |n| Some(args_of(n)));
        Fact::lay_over(&mut self.modes, node, &MODE, |a, b| a.name == b.name, Mode::read);
        let same = |a: &Choice, b: &Choice| (a.lanes, a.speed) == (b.lanes, b.speed);
        Fact::lay_over(&mut self.fec, node, &FEC, same, Choice::read);
        Fact::lay_over(&mut self.autoneg, node, &AUTONEG, same, Choice::read);
        Fact::lay_over(
            &mut self.power,
            node,
            &POWER,
            |a, b| a.airflow == b.airflow,
            |n| Some(PowerLimits { airflow: prop_of(n, "airflow")?, limits: args_of(n) }),
        );
    }

    /// Reports lists of the wrong length and modes that don't fit; whether all is well.
    fn check(&self, node: &Typed, findings: &mut Findings) -> bool {
        let before = findings.len();
        let count = usize::from(self.count);
        let lists = [
            ("name", Some((self.ids.v.len(), self.ids.at))),
            ("index", Some((self.indexes.v.len(), self.indexes.at))),
            ("lanes", Some((self.lane_lists.v.len(), self.lane_lists.at))),
            ("pipe", self.pipes.as_ref().map(|f| (f.v.len(), f.at))),
            ("half", self.halves.as_ref().map(|f| (f.v.len(), f.at))),
        ];
        let power = self.power.iter().map(|f| ("power", Some((f.v.limits.len(), f.at))));
        for (what, list) in lists.into_iter().chain(power) {
            if let Some((length, at)) = list.filter(|&(length, _)| length != count) {
                let message = format!("`{what}` is for {length} cages, the group has {count}");
                findings.push(CONTRADICTION.at(at, message).help("state one value for each cage"));
            }
        }
        if let Some(list) = self.lane_lists.v.iter().find(|l| l.len() != usize::from(self.lanes)) {
            let message = format!("{} lanes are listed, a cage of the group has {}", list.len(), self.lanes);
            findings
                .push(CONTRADICTION.at(self.lane_lists.at, message).help("list as many as `lanes=` says"));
        }
        for Fact { v: mode, at, .. } in &self.modes {
            let needed = mode.lanes_used();
            if needed > u32::from(self.lanes) {
                let message = format!("mode `{}` needs {needed} lanes, a cage has {}", mode.name, self.lanes);
                findings.push(CONTRADICTION.at(*at, message).help("`lanes=` counts the lanes of one port"));
            }
            if let Aliases::List(list) = &mode.aliases {
                let ports = count * usize::from(mode.ports);
                if list.len() != ports {
                    let message =
                        format!("mode `{}` has {ports} ports, {} aliases are listed", mode.name, list.len());
                    findings.push(CONTRADICTION.at(*at, message).help("state one alias for each port"));
                }
            }
        }
        if !self.modes.iter().any(|m| m.v.name == self.default) {
            let names: Vec<&str> = self.modes.iter().map(|m| m.v.name.as_str()).collect();
            let message = format!("the default mode `{}` is not one of the group's modes", self.default);
            findings
                .push(CONTRADICTION.at(node.head, message).help(format!("its modes: {}", names.join(", "))));
        }
        findings.len() == before
    }

    pub(super) fn cages(&self, group: usize) -> impl Iterator<Item = Cage> {
        let rows = self.ids.v.iter().zip(&self.indexes.v).zip(&self.lane_lists.v).enumerate();
        rows.zip(self.first..).map(move |((place, ((&id, &index), lanes)), number)| Cage {
            number,
            form: self.form.v.clone(),
            id,
            index,
            lanes: lanes.clone(),
            pipe: self.pipes.as_ref().and_then(|p| p.v.get(place).copied()),
            half: self.halves.as_ref().and_then(|h| h.v.get(place).copied()),
            group,
            place,
        })
    }
}

/// The value given, else the one of the group that is changed, else a finding.
fn need<T>(
    given: Option<T>,
    old: &Option<CageGroup>,
    of: impl FnOnce(&CageGroup) -> T,
    node: &Typed,
    what: &str,
    findings: &mut Findings,
) -> Option<T> {
    let value = given.or_else(|| old.as_ref().map(of));
    if value.is_none() {
        let message = format!("a new group of cages needs {what}");
        findings.push(INCOMPLETE.at(node.head, message).help(format!("add {what}")));
    }
    value
}

fn read_lane_lists(node: &Typed, findings: &mut Findings) -> Option<Fact<Vec<Vec<u16>>>> {
    let mut lists = Vec::new();
    for text in node.args::<String>(0) {
        match lane_list(&text.v) {
            Some(list) => lists.push(list),
            None => {
                let message = format!("`{}` is no list of lanes", text.v);
                findings.push(CONTRADICTION.at(text.at, message).help("write it as \"1-8\" or \"1,1,2,2\""));
            }
        }
    }
    Fact::read(node, |_| Some(lists))
}

/// `"1-4,7"` as 1, 2, 3, 4, 7; at most 64 lanes.
pub(super) fn lane_list(text: &str) -> Option<Vec<u16>> {
    let mut lanes = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (u16, u16) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        if from > to || to - from >= 64 {
            return None;
        }
        lanes.extend(from..=to);
    }
    (lanes.len() <= 64).then_some(lanes)
}

impl Mode {
    /// Alias of the `n`-th port (from 0) of a cage.
    fn alias(&self, cage: &Cage, n: u16) -> Option<String> {
        match &self.aliases {
            Aliases::Unknown => None,
            Aliases::List(list) => list.get(cage.place * usize::from(self.ports) + usize::from(n)).cloned(),
            Aliases::Pattern(pattern) => Some(
                pattern
                    .replace("{cage}", &cage.number.to_string())
                    .replace("{index}", &cage.index.to_string())
                    .replace("{n}", &(n + 1).to_string())
                    .replace("{a}", &char::from_digit(u32::from(n) + 10, 36).unwrap_or('?').to_string())
                    .replace("{lane}", &(n * self.lanes + 1).to_string()),
            ),
        }
    }

    /// Listed lanes that all its ports take together, from the cage's first on; the rest of the cage stays dark.
    pub fn lanes_used(&self) -> u32 {
        u32::from(self.ports) * u32::from(self.lanes)
    }

    fn read(node: &Typed) -> Option<Self> {
        let aliases = match (node.child(&ALIAS), node.child(&ALIASES)) {
            (Some(n), _) => Aliases::Pattern(arg_of(n)?),
            (None, Some(n)) => Aliases::List(args_of(n)),
            (None, None) => Aliases::Unknown,
        };
        Some(Mode {
            name: arg_of(node)?,
            ports: prop_of(node, "ports")?,
            speed: prop_of(node, "speed")?,
            lanes: prop_of(node, "lanes")?,
            community: prop_of(node, "community").unwrap_or(true),
            aliases,
            also: node.child(&ALSO).map(args_of).unwrap_or_default(),
        })
    }
}

impl Choice {
    fn read(node: &Typed) -> Option<Self> {
        let (lanes, speed) = (prop_of(node, "lanes")?, prop_of(node, "speed")?);
        Some(Choice { lanes, speed, words: args_of(node), default: prop_of(node, "default") })
    }
}
