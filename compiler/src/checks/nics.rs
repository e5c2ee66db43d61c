//! What NICs mark their packets with until they are told otherwise, and which class takes that.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Class;
use fabc_lang::platform::nic::Marking;
use fabc_lang::platform::{Confidence, Fact, NicModel};
use fabc_lang::source::Span;

use super::optics::resting_on;

/// DSCP of RoCE, as all models of the NIC catalogue have it that say one (`lang/platforms/nic`, with their sources): for
/// those of which no model is named.
const ROCE: u8 = 26;
/// The same of congestion notifications, by the same catalogue.
const CNP: u8 = 48;

/// A mark that packets leave the fabric's NICs with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark<'a> {
    pub(super) dscp: u8,
    /// A `nic` line whose model is known to mark so; none where no model is named.
    pub(super) whose: Option<Whose<'a>>,
}

/// A `nic` line, and what the catalogue knows of its model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) model: &'a str,
    pub(super) priority: Option<u8>,
    pub(super) at: Span,
    pub(super) confidence: Confidence,
}

impl Mark<'_> {
    /// A finding that names the NIC, where one is known.
    pub(super) fn label(&self, found: Diagnostic, what: &str) -> Diagnostic {
        match self.whose {
            Some(whose) => {
                let text = format!("a {} marks {what} with DSCP {}", whose.model, self.dscp);
                resting_on(whose.confidence, found.label(whose.at, text))
            }
            None => found,
        }
    }
}

/// What RoCE is marked with, by DSCP.
pub(super) fn roce(fabric: &Fabric) -> Vec<Mark<'_>> {
    marks(fabric, ROCE, |model| model.roce.as_ref())
}

/// What congestion notifications are marked with, by DSCP.
pub(super) fn cnp(fabric: &Fabric) -> Vec<Mark<'_>> {
    marks(fabric, CNP, |model| model.cnp.as_ref())
}

fn marks<'a>(fabric: &'a Fabric, usual: u8, of: fn(&NicModel) -> Option<&Fact<Marking>>) -> Vec<Mark<'a>> {
    let mut marks: BTreeMap<u8, Option<Whose<'a>>> = BTreeMap::new();
    if fabric.groups.is_empty() {
        marks.insert(usual, None);
    }
    for group in &fabric.groups {
        for (index, nic) in group.node.nics.iter().enumerate() {
            match (group.model(index), &nic.model) {
                (Some(model), Some(named)) => {
                    let Some(marking) = of(model) else { continue };
                    let whose = Whose {
                        model: &model.name,
                        priority: marking.v.priority,
                        at: named.at,
                        confidence: marking.confidence,
                    };
                    marks.entry(marking.v.dscp).or_insert(None).get_or_insert(whose);
                }
                (_, None) => {
                    marks.entry(usual).or_insert(None);
                }
                (None, Some(_)) => {}
            }
        }
    }
    marks.into_iter().map(|(dscp, whose)| Mark { dscp, whose }).collect()
}

/// The class that takes a DSCP: the one that names it, else the default.
pub(super) fn class_of(classes: &[Class], dscp: u8) -> Option<&Class> {
    let named = classes.iter().find(|c| c.dscp.iter().any(|d| d.v == dscp));
    named.or_else(|| classes.iter().find(|c| c.is_default()))
}

/// Classes that take congestion notifications, each with the mark that brings them there.
pub(super) fn cnp_classes(fabric: &Fabric) -> Vec<(Mark<'_>, &Class)> {
    let classes = &fabric.intent.classes;
    let mut taken: Vec<(Mark<'_>, &Class)> = Vec::new();
    for mark in cnp(fabric) {
        let Some(class) = class_of(classes, mark.dscp) else { continue };
        if !taken.iter().any(|(_, known)| std::ptr::eq(*known, class)) {
            taken.push((mark, class));
        }
    }
    taken
}

/// The edit that gives congestion notifications a strict class of their own.
pub(super) fn strict_class(classes: &[Class], class: &Class, dscp: u8) -> String {
    if !class.is_default() {
        return format!("`schedule strict=#true` on `{}`", class.name.v);
    }
    let free = |p: &u8| !classes.iter().any(|c| c.priority.v == *p);
    let priority = [6, 5, 7, 2, 1, 4, 0, 3].into_iter().find(free).unwrap_or(6);
    format!("`class \"cnp\" dscp={dscp} priority={priority} {{ schedule strict=#true; }}`")
}

#[cfg(test)]
mod tests {
    use fabc_lang::diagnostic::Findings;
    use fabc_lang::platform::{Catalog, nics};
    use fabc_lang::source::Sources;

    use super::*;

    #[test]
    fn what_is_taken_without_a_model_is_what_the_catalogue_has() {
        let (mut catalog, mut sources) = (Catalog::default(), Sources::default());
        let models: Vec<_> =
            nics().filter_map(|name| catalog.nic(name, &mut sources, &mut Findings::default())).collect();
        let of = |mark: fn(&NicModel) -> Option<&Fact<Marking>>| {
            models.iter().filter_map(|model| mark(model)).map(|fact| fact.v.dscp).collect::<Vec<_>>()
        };
        let (roce, cnp) = (of(|model| model.roce.as_ref()), of(|model| model.cnp.as_ref()));
        assert!(roce.len() > 2 && cnp.len() > 2, "{roce:?} {cnp:?}");
        assert!(
            roce.iter().all(|dscp| *dscp == ROCE) && cnp.iter().all(|dscp| *dscp == CNP),
            "{roce:?} {cnp:?}"
        );
    }
}
