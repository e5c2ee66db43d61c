//! Severities as the user wants them: `--deny`, `--warn`, `--allow`, and the same in the file.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, Rule, Severity, nearest};

/// What a finding under a rule becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// An error.
    Deny,
    /// A warning.
    Warn,
    /// Nothing.
    Allow,
}

/// Levels by code. A later setting replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// Sets the level of one rule. An unknown code is an error, which names the nearest one.
    pub fn set(&mut self, rules: &[&'static Rule], code: &str, level: Level) -> Result<(), String> {
        let Some(rule) = rules.iter().find(|r| r.code == code) else {
            let near = nearest(code, rules.iter().map(|r| r.code));
            let hint = near.map_or_else(
                || "`fabc explain --list` lists all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("there is no rule `{code}`; {hint}"));
        };
        self.set.insert(rule.code, level);
        Ok(())
    }

    /// Takes over all settings of another, which win.
    pub fn extend(&mut self, other: &Levels) {
        self.set.extend(&other.set);
    }

    /// Changes severities. Errors of a source that gave no fabric stay: something must say why there is none.
    pub fn apply(&self, findings: &mut Findings, has_fabric: bool) {
        let level = |code: &str, severity: Severity| {
            self.set.get(code).filter(|_| has_fabric || severity != Severity::Error)
        };
        findings.retain(|d| level(d.code(), d.severity) != Some(&Level::Allow));
        for finding in findings.iter_mut() {
            match level(finding.code(), finding.severity) {
                Some(Level::Deny) => finding.severity = Severity::Error,
                Some(Level::Warn) => finding.severity = Severity::Warning,
                Some(Level::Allow) | None => {}
            }
        }
    }
}
