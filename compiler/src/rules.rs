//! The registry of all rules: one list for `explain`, `--deny`, `--warn` and `--allow`.

use fabc_lang::diagnostic::Rule;

use crate::report::levels;
use crate::{checks, cli, config_db, deadlock, files, growth, lint, load, output, resolve, validate};

/// The lists that the registry is made of, in the order of the stages; checks and lints have their own.
static LISTS: &[&[&Rule]] = &[
    fabc_lang::syntax::RULES,
    load::RULES,
    fabc_lang::schema::RULES,
    fabc_lang::intent::RULES,
    levels::RULES,
    fabc_lang::platform::RULES,
    resolve::rules::RULES,
    growth::RULES,
    deadlock::RULES,
    files::RULES,
    output::RULES,
    cli::RULES,
    config_db::RULES,
    validate::RULES,
];

/// All rules, by code.
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> =
        LISTS.iter().copied().flatten().copied().chain(checks::rules()).chain(lint::rules()).collect();
    rules.sort_by_key(|r| r.code);
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_every_rule_has_words() {
        let rules = rules();
        assert!(rules.windows(2).all(|w| w[0].code < w[1].code));
        for rule in rules {
            assert!(!rule.title.is_empty() && !rule.text.trim().is_empty(), "{}", rule.code);
        }
    }
}
