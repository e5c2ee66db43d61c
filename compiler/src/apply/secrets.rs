//! Secrets, at the moment at which they are written. Nothing here prints one, and an error names variables only.
//!
//! Patches of GCU are no way for them: it writes every patch to the switch's syslog (sonic-utilities
//! generic_config_updater/generic_updater.py, "Patch:", 202305 to 202605), and `config tacacs` and `config snmp` take them as
//! arguments. hostcfgd hides keys before it logs (sonic-host-services scripts/hostcfgd, `obfuscate`).

use std::collections::BTreeMap;

use fabc_targets::sonic::Value;
use fabc_targets::sonic::secrets::{Kind, Secrets};
use serde_json::{Map, Value as Json};

use crate::deployed::canonical::Name;
use crate::deployed::mask::is_masked;
use crate::plan::db::Db;
use crate::plan::secrets::{SecretRow, SecretText};

/// Rows with their secrets.
pub struct Filled(Vec<(String, String, Map<String, Json>)>);

/// Takes what the rows of switches need from an environment. The errors name each variable that holds nothing, or nothing that
/// SONiC takes.
pub fn take<'a>(
    switches: impl IntoIterator<Item = (&'a str, &'a [SecretRow])>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Secrets, Vec<String>> {
    let mut needed: BTreeMap<&str, (&str, usize, Vec<Kind>)> = BTreeMap::new();
    for (switch, rows) in switches {
        let mut here: BTreeMap<&str, Vec<Kind>> = BTreeMap::new();
        for row in rows {
            let variables = row.texts().filter_map(SecretText::variable);
            variables.for_each(|variable| here.entry(variable).or_default().push(Kind::of(&row.table)));
        }
        for (variable, kinds) in here {
            let known = needed.entry(variable).or_insert((switch, 0, Vec::new()));
            known.1 += 1;
            known.2.extend(kinds);
        }
    }
    let (mut secrets, mut wrong) = (Secrets::default(), Vec::new());
    for (variable, (first, count, kinds)) in needed {
        match env(variable) {
            None => {
                let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
                wrong.push(format!(
                    "`{variable}` is not set in the environment, or empty: the plan writes what it holds to {first}{more}"
                ));
            }
            Some(value) => match kinds.iter().find(|kind| !kind.takes(&value)) {
                None => secrets.put(variable, value),
                Some(kind) => wrong.push(format!(
                    "what `{variable}` holds can't be {}: SONiC takes {}",
                    kind.name(),
                    kind.limits()
                )),
            },
        }
    }
    if wrong.is_empty() { Ok(secrets) } else { Err(wrong) }
}

/// Rows of a ConfigDB, by table and key.
fn row<'a>(config: &'a Json, table: &str, key: &str) -> Option<&'a Map<String, Json>> {
    config.get(table)?.get(key)?.as_object()
}

impl Filled {
    /// The rows of a switch. None where a secret is not at hand.
    pub fn of(rows: &[SecretRow], secrets: &Secrets) -> Option<Filled> {
        let text = |text: &SecretText| match text {
            SecretText::Plain(text) => Some(text.clone()),
            SecretText::Env { env } => secrets.get(env).map(str::to_owned),
        };
        let filled = rows.iter().map(|row| {
            let fields = row.fields.iter().map(|(name, value)| Some((name.clone(), text(value)?.into())));
            Some((row.table.clone(), text(&row.key)?, fields.collect::<Option<_>>()?))
        });
        filled.collect::<Option<_>>().map(Filled)
    }

    /// Whether a ConfigDB that hides nothing has them.
    pub fn is_in(&self, config: &Json) -> bool {
        self.0.iter().all(|(table, key, fields)| {
            let there = row(config, table, key);
            there.is_some_and(|row| fields.iter().all(|(name, value)| row.get(name) == Some(value)))
        })
    }

    /// How many communities a ConfigDB has besides: they are somebody else's, or the ones before.
    pub fn other_communities(&self, config: &Json) -> usize {
        let ours = |key: &String| self.0.iter().any(|(table, k, _)| table == "SNMP_COMMUNITY" && k == key);
        let asked = self.0.iter().any(|(table, ..)| table == "SNMP_COMMUNITY");
        let there = config.get("SNMP_COMMUNITY").and_then(Json::as_object).filter(|_| asked);
        there.map_or(0, |rows| rows.keys().filter(|key| !ours(key)).count())
    }

    /// What the job on the switch reads: `[[table, key, fields, fields that go], …]`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let rows = self.0.iter().map(|(table, key, fields)| serde_json::json!([table, key, fields, []]));
        padded(&rows.collect::<Json>())
    }
}

/// Its length stands in a command line: what it is made of must not be counted by it.
fn padded(rows: &Json) -> Vec<u8> {
    const BLOCK: usize = 4096;
    let mut bytes = rows.to_string().into_bytes();
    bytes.resize(bytes.len().div_ceil(BLOCK) * BLOCK, b' ');
    bytes
}

/// What takes back all of these rows that `before` shows behind its masks: fields that weren't there, or were no secrets. For the
/// job, as [`Filled::to_bytes`]; the last row first.
pub fn undone(rows: &[SecretRow], before: &Db) -> Vec<u8> {
    let rows = rows.iter().rev().filter_map(|row| {
        let SecretText::Plain(key) = &row.key else { return None };
        let was = |name: &str| before.row(&row.table, key).and_then(|row| row.get(&Name::from(name)));
        let (mut fields, mut gone) = (Map::new(), Vec::new());
        for name in row.fields.keys() {
            match was(name) {
                None => gone.push(name.as_str()),
                Some(Value::Text(text)) if !is_masked(text) => {
                    _ = fields.insert(name.clone(), text.as_str().into())
                }
                Some(_) => {}
            }
        }
        Some(serde_json::json!([row.table, key, fields, gone]))
    });
    padded(&rows.collect())
}

/// Whether what these rows were about is as it was; of both nothing is hidden. Communities that came meanwhile are somebody else's.
pub fn is_back(rows: &[SecretRow], before: &Json, now: &Json) -> bool {
    rows.iter().all(|wanted| match &wanted.key {
        SecretText::Plain(key) => {
            let field = |config, name: &String| {
                row(config, &wanted.table, key).and_then(|row| row.get(name)).cloned()
            };
            wanted.fields.keys().all(|name| field(before, name) == field(now, name))
        }
        SecretText::Env { .. } => {
            let mut were = before.get(&wanted.table).and_then(Json::as_object).into_iter().flatten();
            were.all(|(key, fields)| now.get(&wanted.table).and_then(|rows| rows.get(key)) == Some(fields))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows() -> Vec<SecretRow> {
        serde_json::from_value(json!([
            { "table": "SNMP_COMMUNITY", "key": { "env": "C" }, "fields": { "TYPE": "RO" } },
            { "table": "TACPLUS", "key": "global", "fields": { "passkey": { "env": "K" } } }
        ]))
        .unwrap()
    }

    #[test]
    fn what_is_missing_or_unfit_is_named_and_never_told() {
        let rows = rows();
        let all = [("leaf-01", rows.as_slice()), ("leaf-02", &rows[1..])];
        let of = |env: &dyn Fn(&str) -> Option<String>| take(all, env).unwrap_err().join("\n");
        let none = of(&|_| None);
        assert!(none.contains("`C` is not set") && none.contains("holds to leaf-01\n"), "{none}");
        assert!(none.contains("`K` is not set") && none.contains("leaf-01 and 1 more"), "{none}");
        let unfit = of(&|_| Some("hush hush".into()));
        assert!(unfit.contains("`C` holds can't be an SNMP community: SONiC takes 4 to 32"), "{unfit}");
        assert!(unfit.contains("`K` holds can't be a TACACS+ key") && !unfit.contains("hush"), "{unfit}");
        // A key may be shorter than a community.
        let one = of(&|_| Some("abc".into()));
        assert!(one.contains("`C`") && !one.contains("`K`"), "{one}");
    }

    #[test]
    fn rows_are_filled_and_found() {
        let secrets = take([("leaf-01", rows().as_slice())], &|name| Some(format!("hush-{name}"))).unwrap();
        let filled = Filled::of(&rows(), &secrets).unwrap();
        assert!(Filled::of(&rows(), &Secrets::default()).is_none());
        let before = json!({ "SNMP_COMMUNITY": { "old": { "TYPE": "RO" } }, "TACPLUS": { "global": { "timeout": "5" } } });
        assert!(!filled.is_in(&before) && filled.other_communities(&before) == 1);
        assert_eq!(filled.to_bytes().len(), 4096);
        let written: Json = serde_json::from_slice(&filled.to_bytes()).unwrap();
        let mut now = before.clone();
        for row in written.as_array().unwrap() {
            let (table, key) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
            for (name, value) in row[2].as_object().unwrap() {
                now[table][key][name] = value.clone();
            }
        }
        assert!(filled.is_in(&now) && !is_back(&rows(), &before, &now) && is_back(&rows(), &before, &before));
        assert_eq!(now["TACPLUS"]["global"], json!({ "timeout": "5", "passkey": "hush-K" }));
        let of = |text: &str| {
            let bytes = undone(&rows(), &Db::read(text).unwrap());
            serde_json::from_slice::<Json>(&bytes).unwrap()
        };
        assert_eq!(of("{}"), json!([["TACPLUS", "global", {}, ["passkey"]]]));
        let masked = r#"{"TACPLUS": {"global": {"passkey": "<masked>"}}}"#;
        assert_eq!(of(masked), json!([["TACPLUS", "global", {}, []]]));
        now["TACPLUS"]["global"]["passkey"] = "other".into();
        assert!(!filled.is_in(&now));
    }
}
