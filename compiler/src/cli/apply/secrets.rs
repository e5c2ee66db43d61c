//! Rows of one switch that hold secrets: written, and put back.

use super::remote::Fault;
use super::switch::{Stop, Work, failed};
use crate::apply::notes::names;
use crate::apply::preflight::Seen;
use crate::apply::secrets::{is_back, undone};

/// What became of secrets on the way back.
pub(super) enum Secrets {
    /// They are as they were.
    Back,
    /// Nobody knows the old ones any more.
    Stay,
    /// They are not as they were, and why.
    Stuck(String),
}

impl Work<'_> {
    /// Rows that hold secrets; where they are there already nothing is done.
    pub(super) fn secrets(&self) -> Result<(), Stop> {
        let Some(filled) = &self.secrets else { return Err(failed("its secrets are not at hand")) };
        let mut config = self.remote.config()?;
        // Begun before, it may have written all of them and not started snmp anew.
        let again = self.notes().has_failed_or_stopped(names::SECRETS);
        if again || !filled.is_in(&config) {
            self.well(&["secrets"], &filled.to_bytes(), 30)?;
            config = self.remote.config()?;
            if !filled.is_in(&config) {
                return Err(failed("the secrets that were written are not there"));
            }
        }
        let others = filled.other_communities(&config);
        if others > 0 {
            (self.tell)(self.name, &format!("other SNMP communities that stay, and are answered: {others}"));
        }
        Ok(())
    }

    /// Secrets as they were, by the record that the switch keeps of what it wrote over; of a switch that was at an end only what
    /// shows behind masks.
    pub(super) fn secrets_back(&self, was_new: bool, locked: bool, before: &Seen) -> Result<Secrets, Stop> {
        if !self.notes().has_begun(names::SECRETS) {
            return Ok(Secrets::Back);
        }
        let done = self.step("put back secrets", || {
            if was_new {
                return self.well(&["secrets_undo"], &undone(&self.doc.secrets, &before.db), 30);
            }
            if !locked {
                return Err(failed("the record of its secrets went with the lock"));
            }
            self.well(&["secrets_back"], b"", 30)?;
            match is_back(&self.doc.secrets, &self.remote.before()?, &self.remote.config()?) {
                true => Ok(()),
                false => Err(failed("its secrets are not as they were")),
            }
        });
        match done {
            Ok(()) if was_new => Ok(Secrets::Stay),
            Ok(()) => Ok(Secrets::Back),
            // All else goes back nevertheless.
            Err(Stop::Fault(Fault::Failed(why))) => Ok(Secrets::Stuck(why)),
            Err(stop) => Err(stop),
        }
    }
}
