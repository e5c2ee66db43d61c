//! Stages that were made before: switches of one class go through the same, and what it takes is worked out once.
//!
//! Two changes have the same stages where all that they are made of is the same. That is the [`key`], byte by byte:
//! - the box, whether it has lossless classes, and whether it must be a reload anyway
//! - all that differs, rows that come or go with all their fields
//! - rows that change with all their fields, as they may name others; of `PORT`, whose rows name none, without: there are
//!   descriptions
//! - of all ports whether they are up
//! - how many rows there are in tables that differ: a table that comes or goes as a whole is another operation
//!
//! The assumed times must be the same, and what the fabric bears, of all sets of ports that were asked for. Where ports or
//! profiles are made anew more counts than this, and nothing is taken from before.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use fabc_targets::sonic::effects::Op;
use fabc_targets::sonic::{Release, Value};

use super::cost::Model;
use super::db::{Db, Reader, Row};
use super::switch::Stage;
use crate::deployed::canonical::Name;
use crate::diff::rows::RowChange;

/// How many are remembered.
const REMEMBERED: usize = 8;

/// What is known from switches before: [`plan_with`](super::switch::plan_with) of the next one takes less.
#[derive(Debug, Default)]
pub struct Before {
    pub(super) reader: Reader,
    staged: VecDeque<Known>,
}

/// What comes of a change.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// Why patches don't do; there may be more reasons that lie elsewhere.
    pub(super) reasons: BTreeSet<String>,
    /// Commands that spare the reload.
    pub(super) by_hand: Option<String>,
    /// Containers that must start anew.
    pub(super) restarts: BTreeSet<String>,
    /// Patches; one that leads all the way where it must be a reload.
    pub(super) stages: Arc<Vec<Stage>>,
}

#[derive(Debug)]
struct Known {
    key: Vec<u8>,
    model: Model,
    /// Ports of which it was asked whether the fabric bears that they are down, and the answers.
    asked: Vec<(BTreeSet<String>, bool)>,
    staged: Staged,
}

/// Of which box, and what.
pub(super) struct Asked<'a> {
    pub(super) release: &'a Release,
    pub(super) model: &'a Model,
    pub(super) hwsku: &'a str,
    pub(super) lossless: bool,
    pub(super) observed: &'a Db,
    pub(super) wanted: &'a Db,
    pub(super) changes: &'a [RowChange],
    /// Whether it must be a reload for reasons that lie elsewhere.
    pub(super) reload: bool,
}

/// Tells whether the fabric bears that these ports are down at the same time.
pub(super) type Bears<'a> = &'a dyn Fn(&BTreeSet<String>) -> bool;

impl Before {
    /// What `make` makes, or has made of the same.
    pub(super) fn staged(
        &mut self,
        asked: &Asked<'_>,
        bears: Bears<'_>,
        make: impl FnOnce(Bears<'_>) -> Staged,
    ) -> Staged {
        let Some(key) = key(asked) else { return make(bears) };
        let same = |known: &Known| {
            known.key == key
                && known.model == *asked.model
                && known.asked.iter().all(|(ports, answer)| bears(ports) == *answer)
        };
        if let Some(known) = self.staged.iter().find(|known| same(known)) {
            return known.staged.clone();
        }
        let questions = RefCell::new(Vec::new());
        let staged = make(&|ports| {
            let answer = bears(ports);
            questions.borrow_mut().push((ports.clone(), answer));
            answer
        });
        self.staged.truncate(REMEMBERED - 1);
        let known = Known { key, model: *asked.model, asked: questions.into_inner(), staged: staged.clone() };
        self.staged.push_front(known);
        staged
    }
}

/// All that decides the stages; nothing where something is made anew.
fn key(asked: &Asked<'_>) -> Option<Vec<u8>> {
    let Asked { release, hwsku, lossless, observed, wanted, changes, reload, .. } = asked;
    let anew = |change: &RowChange| match (change.table.as_str(), change.op) {
        ("PORT", Op::Removed) => true,
        ("PORT", Op::Changed) => change.fields.iter().any(|field| field.name == "lanes"),
        ("BUFFER_PROFILE", Op::Changed) => true,
        _ => false,
    };
    if changes.iter().any(anew) {
        return None;
    }
    let mut key = Key(Vec::with_capacity(128 * changes.len()));
    key.text(release.nos.name());
    key.text(release.name);
    key.text(hwsku);
    key.number(usize::from(*lossless));
    key.number(usize::from(*reload));
    let ports = observed.0.get("PORT");
    key.number(ports.map_or(0, |ports| ports.len()));
    let status = Name::from("admin_status");
    for (port, row) in ports.into_iter().flat_map(|ports| ports.iter()) {
        key.text(&port.0);
        key.value(row.get(&status));
    }
    let mut table = "";
    for change in *changes {
        key.text(&change.table);
        if std::mem::replace(&mut table, &change.table) != change.table {
            [observed, wanted]
                .into_iter()
                .for_each(|db| key.number(db.0.get(table).map_or(0, |rows| rows.len())));
        }
        key.text(&change.key);
        key.text(change.op.name());
        key.number(change.fields.len());
        for field in &change.fields {
            key.text(&field.name);
            key.value(field.old.as_ref());
            key.value(field.new.as_ref());
        }
        if change.op == Op::Changed && table != "PORT" {
            key.row(observed.row(table, &change.key)?);
        }
    }
    Some(key.0)
}

/// Bytes of which each part tells how long it is, so that no two lists of parts are the same bytes.
struct Key(Vec<u8>);

impl Key {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: Option<&Value>) {
        match value {
            None => self.0.push(0),
            Some(Value::Text(text)) => {
                self.0.push(1);
                self.text(text);
            }
            Some(Value::List(items)) => {
                self.0.push(2);
                self.number(items.len());
                items.iter().for_each(|item| self.text(item));
            }
        }
    }

    fn row(&mut self, row: &Row) {
        self.number(row.len());
        for (name, value) in row {
            self.text(&name.0);
            self.value(Some(value));
        }
    }
}
