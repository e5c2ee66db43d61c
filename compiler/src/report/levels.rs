//! Severities as the user wants them: `--deny`, `--warn`, `--allow`, and the same in the file.

use std::collections::BTreeMap;

use fabc_lang::diagnostic::{Findings, Rule, Severity, nearest};
use fabc_lang::intent;

use crate::rules::rules;

fabc_lang::rule! {
    /// `findings` names a code that no rule has, or lowers an error that can't be lowered. `fabc explain --list` lists
    /// all codes.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// findings { deny "resolve/no-leef"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// findings { deny "resolve/no-leaf"; }
    /// ```
    pub static UNKNOWN_CODE = Error "findings/unknown-code" "a code that can't be set so";
}

/// Rules that reading levels reports under.
pub static RULES: &[&Rule] = &[&UNKNOWN_CODE];

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

/// Families whose errors say that the source can't be taken as it stands.
const FIRM: &[&str] = &[
    "syntax", "include", "intent", "findings", "platform", "resolve", "names", "nos", "secrets", "growth",
    "template", "output", "render",
];

/// Whether an error of a code, or of a family, leaves nothing whole to go on with.
pub fn is_firm(code: &str) -> bool {
    code.split('/').next().is_some_and(|family| FIRM.contains(&family))
}

/// Levels by code. A later setting replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    set: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// Sets the level of one rule. An unknown code is an error, which names the nearest one; so is lowering an error
    /// without which there is nothing whole to build.
    pub fn set(&mut self, rules: &[&'static Rule], code: &str, level: Level) -> Result<(), String> {
        let Some(rule) = rules.iter().find(|r| r.code == code) else {
            let near = nearest(code, rules.iter().map(|r| r.code));
            let hint = near.map_or_else(
                || "`fabc explain --list` lists all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("there is no rule `{code}`; {hint}"));
        };
        if level != Level::Deny && rule.severity == Severity::Error && is_firm(rule.code) {
            return Err(format!(
                "`{code}` is an error that can't be lowered: what it finds leaves nothing whole to build"
            ));
        }
        self.set.insert(rule.code, level);
        Ok(())
    }

    /// What `findings` nodes set.
    pub fn of_file(file: &intent::Levels, findings: &mut Findings) -> Self {
        let (all, mut levels) = (rules(), Levels::default());
        let sets = [(Level::Allow, &file.allow), (Level::Warn, &file.warn), (Level::Deny, &file.deny)];
        for (level, codes) in sets {
            for code in codes {
                if let Err(message) = levels.set(&all, &code.v, level) {
                    findings.push(UNKNOWN_CODE.at(code.at, message));
                }
            }
        }
        levels
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
