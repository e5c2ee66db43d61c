//! What switches one after another have in common in the document: said once, shared by all.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::cost::Model;
use super::document::{Counted, StageDoc, natural, seconds};
use super::switch::{Stage, SwitchPlan, Way};

/// How many of each are remembered.
const REMEMBERED: usize = 8;

/// What was said of switches before.
#[derive(Debug, Default)]
pub struct Common {
    /// Hashes.
    pub(super) counted: Counted,
    stages: VecDeque<Staged>,
    names: VecDeque<(BTreeSet<String>, Arc<[String]>)>,
    lists: VecDeque<Arc<[String]>>,
}

/// Stages, the way that they go, and what is said of them.
type Staged = (Arc<Vec<Stage>>, Way, Arc<Vec<StageDoc>>);

impl Common {
    /// What is said of the stages of a switch.
    pub(super) fn stages(&mut self, plan: &SwitchPlan, model: &Model) -> Arc<Vec<StageDoc>> {
        let same = |(stages, way, _): &&Staged| Arc::ptr_eq(stages, &plan.stages) && *way == plan.way;
        if let Some((.., said)) = self.stages.iter().find(same) {
            return Arc::clone(said);
        }
        let mut said: Vec<StageDoc> = plan.stages.iter().map(StageDoc::from).collect();
        if plan.way == Way::Reload {
            for stage in &mut said {
                stage.title = "reload".to_owned();
                stage.seconds = seconds(model.reload);
                stage.back = "reload".to_owned();
            }
        }
        let known = self.stages.iter().find(|(.., known)| **known == said);
        let said = known.map_or_else(|| Arc::new(said), |(.., known)| Arc::clone(known));
        remember(&mut self.stages, (Arc::clone(&plan.stages), plan.way, Arc::clone(&said)));
        said
    }

    /// Names in natural order.
    pub(super) fn sorted(&mut self, names: &BTreeSet<String>) -> Arc<[String]> {
        if let Some((_, known)) = self.names.iter().find(|(known, _)| known == names) {
            return Arc::clone(known);
        }
        let sorted = self.list(natural(names));
        remember(&mut self.names, (names.clone(), Arc::clone(&sorted)));
        sorted
    }

    /// A list as it is.
    pub fn list(&mut self, names: Vec<String>) -> Arc<[String]> {
        if let Some(known) = self.lists.iter().find(|known| ***known == *names) {
            return Arc::clone(known);
        }
        let list: Arc<[String]> = names.into();
        remember(&mut self.lists, Arc::clone(&list));
        list
    }
}

fn remember<T>(all: &mut VecDeque<T>, one: T) {
    all.truncate(REMEMBERED - 1);
    all.push_front(one);
}
