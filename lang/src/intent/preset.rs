//! `preset`: classes and watchdog as a known practice has them, taken in by name. What the file says itself wins.

use super::class::{CLASS, Class, WATCHDOG, Watchdog};
use super::{Ecn, Intent};
use crate::diagnostic::Findings;
use crate::schema::{Kind, Node, Typed, arg, prop};
use crate::source::{FileId, Span, Spanned};
use crate::units::Speed;

pub(super) static PRESET: Node = Node::new(
    "preset",
    "Takes in the classes and the watchdog of a known practice; `fabc presets` lists them, `fabc presets NAME` prints one \
     with its sources. A `class` of the file stands in place of the preset's class of that name, any other is added; \
     `watchdog` stands in place of the preset's.",
)
.args(&[arg("NAME", Kind::Name, "as \"sonic-azure\"")])
.props(&[prop(
    "scale-from",
    Kind::Speed,
    "the line rate that ECN thresholds are meant for which the preset gives once: at another they are scaled",
)])
.optional();

static TITLE: Node = Node::new("title", "Whose practice it is.").args(&[arg("TEXT", Kind::Text, "")]).once();
static NOTE: Node = Node::new("note", "What the sources leave open, and what was put there.")
    .args(&[arg("TEXT", Kind::Prose, "")])
    .ordered();

/// `preset NAME` in the catalogue, with what it holds.
pub(crate) static FILE: Node = Node::new("preset", "A known practice.")
    .args(&[arg("NAME", Kind::Name, "")])
    .children(&[&TITLE, &CLASS, &WATCHDOG, &NOTE]);

/// A known practice.
#[derive(Debug, Clone)]
pub struct Preset {
    /// `sonic-azure`
    pub name: String,
    /// Whose it is.
    pub title: String,
    /// Its classes.
    pub classes: Vec<Class>,
    /// Its watchdog, where it has one.
    pub watchdog: Option<Watchdog>,
    /// What the sources leave open.
    pub notes: Vec<String>,
    /// Its node.
    pub at: Span,
}

impl Preset {
    /// Reads the node of a catalogue file.
    pub(crate) fn read(node: &Typed, findings: &mut Findings) -> Option<Self> {
        let name: Spanned<String> = node.arg(0)?;
        let title: Spanned<String> = node.value(&TITLE)?;
        Some(Preset {
            name: name.v,
            title: title.v,
            classes: node.children_of(&CLASS).filter_map(|n| Class::read(n, findings)).collect(),
            watchdog: node.child(&WATCHDOG).map(Watchdog::read),
            notes: node.children_of(&NOTE).filter_map(|n| n.arg(0)).map(|text| text.v).collect(),
            at: node.head,
        })
    }
}

/// `preset`: which one is asked for, and where it was found.
#[derive(Debug, Clone)]
pub struct PresetUse {
    /// Its name.
    pub name: Spanned<String>,
    /// The line rate that thresholds are meant for which it gives once.
    pub scale_from: Option<Spanned<Speed>>,
    /// Whether something of it could not be read.
    pub flawed: bool,
    /// What to underline.
    pub at: Span,
    /// Its file, once it was taken in.
    pub file: Option<FileId>,
}

impl PresetUse {
    pub(super) fn read(node: &Typed) -> Option<Self> {
        Some(PresetUse {
            name: node.arg(0)?,
            scale_from: node.prop("scale-from"),
            flawed: node.flawed,
            at: node.head,
            file: None,
        })
    }

    /// Whether this place is in the preset's own text.
    pub fn holds(&self, at: Span) -> bool {
        self.file == Some(at.file)
    }

    /// Whether this place is the line that asked for it, or a part of it.
    pub fn asked_at(&self, at: Span) -> bool {
        at.file == self.at.file && self.at.start <= at.start && at.end <= self.at.end
    }

    /// Whether one of these places is in its text, and none of them leads to who asked for it.
    pub fn explains(&self, mut places: impl Iterator<Item = Span> + Clone) -> bool {
        places.clone().any(|at| self.holds(at)) && !places.any(|at| self.asked_at(at))
    }
}

impl Intent {
    /// Takes from the preset what the file doesn't say.
    pub fn take_in(&mut self, preset: &Preset) {
        if let Some(asked) = &mut self.preset {
            asked.file = Some(preset.at.file);
        }
        let own: Vec<String> = self.classes.iter().map(|c| c.name.v.clone()).collect();
        let mut theirs = preset.classes.clone();
        theirs.retain(|class| !own.contains(&class.name.v));
        let from = self.preset.as_ref().and_then(|asked| asked.scale_from);
        let flawed = self.preset.as_ref().is_some_and(|asked| asked.flawed);
        for ecn in theirs.iter_mut().flat_map(|class| &mut class.ecn).filter(|ecn| ecn.speed.is_none()) {
            ecn.scale_from = ecn.scale_from.or(from);
            ecn.flawed |= flawed;
        }
        self.classes.extend(theirs);
        if self.watchdog.is_none() {
            self.watchdog.clone_from(&preset.watchdog);
        }
    }

    /// `ecn` of classes that came from the preset.
    pub fn preset_ecn(&self) -> impl Iterator<Item = (&Class, &Ecn)> {
        let theirs = |c: &&Class| self.preset.as_ref().is_some_and(|p| p.holds(c.at));
        self.classes.iter().filter(theirs).flat_map(|c| c.ecn.iter().map(move |e| (c, e)))
    }
}
