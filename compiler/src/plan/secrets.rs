//! Rows that hold secrets, as a plan has them: by the names of the variables that hold these when it is applied.

use std::collections::{BTreeMap, BTreeSet};

use fabc_targets::Device;
use fabc_targets::sonic::Value;
use fabc_targets::sonic::secrets::{Row, Text, rows_of};
use serde::{Deserialize, Serialize};

use super::db::{Db, Row as Fields};
use crate::deployed::canonical::Name;

/// A row that holds secrets, or that SONiC takes only beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRow {
    /// As in SONiC.
    pub table: String,
    /// A community is a key.
    pub key: SecretText,
    /// Fields that are set; the row may have others.
    pub fields: BTreeMap<String, SecretText>,
}

/// A text of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretText {
    /// As it is.
    Plain(String),
    /// What an environment variable holds: `{"env": "TACACS_KEY"}`.
    Env {
        /// Its name.
        env: String,
    },
}

impl SecretText {
    /// As it stands in the plan.
    fn shown(&self) -> &str {
        match self {
            SecretText::Plain(text) => text,
            SecretText::Env { env } => env,
        }
    }

    /// The variable that holds it; none where it is plain.
    pub fn variable(&self) -> Option<&str> {
        match self {
            SecretText::Plain(_) => None,
            SecretText::Env { env } => Some(env),
        }
    }
}

impl From<&Text> for SecretText {
    fn from(text: &Text) -> Self {
        match text {
            Text::Plain(text) => SecretText::Plain(text.clone()),
            Text::Env(env) => SecretText::Env { env: env.clone() },
        }
    }
}

impl From<&Row> for SecretRow {
    fn from(row: &Row) -> Self {
        SecretRow {
            table: row.table.to_owned(),
            key: (&row.key).into(),
            fields: row.fields.iter().map(|(name, text)| ((*name).to_owned(), text.into())).collect(),
        }
    }
}

impl SecretRow {
    /// Those of a switch.
    pub fn all_of(device: &Device<'_>) -> Vec<SecretRow> {
        rows_of(device).iter().map(SecretRow::from).collect()
    }

    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &SecretText> {
        [&self.key].into_iter().chain(self.fields.values())
    }

    /// Why no plan may have it. What a variable holds goes to where the rows of a fabric have it and nowhere else, and no other
    /// change comes that way.
    pub fn wrong(&self) -> Option<String> {
        let fields: Vec<(&str, &SecretText)> =
            self.fields.iter().map(|(n, text)| (n.as_str(), text)).collect();
        let fits = match (self.table.as_str(), &self.key, fields.as_slice()) {
            ("SNMP_COMMUNITY", SecretText::Env { .. }, [("TYPE", SecretText::Plain(kind))]) => kind == "RO",
            ("TACPLUS", SecretText::Plain(key), [("passkey", SecretText::Env { .. })]) => key == "global",
            ("TACPLUS_SERVER", SecretText::Plain(key), [("passkey", SecretText::Env { .. })]) => {
                key.parse::<std::net::IpAddr>().is_ok()
            }
            ("AAA", SecretText::Plain(key), [("login", SecretText::Plain(login))]) => {
                key == "authentication" && login == "tacacs+,local"
            }
            _ => false,
        };
        let told = || format!("no row with secrets has this form: {} {:?}", self.table, self.key.shown());
        (!fits).then(told)
    }

    /// Whether a ConfigDB, its secrets masked or not, has such a row; whether its secrets are the right ones, nobody can tell.
    pub fn is_in(&self, db: &Db) -> bool {
        let Some(table) = db.0.get(&self.table) else { return false };
        let has = |row: &Fields| {
            self.fields.iter().all(|(name, text)| match (row.get(&Name::from(name.as_str())), text) {
                (Some(Value::Text(value)), SecretText::Plain(text)) => value == text,
                (Some(value), SecretText::Env { .. }) => *value != Value::Text(String::new()),
                _ => false,
            })
        };
        match &self.key {
            SecretText::Plain(key) => table.get(&Name::from(key.as_str())).is_some_and(|row| has(row)),
            SecretText::Env { .. } => table.values().any(|row| has(row)),
        }
    }
}

/// Whether one of these rows isn't there at all.
pub fn is_missing(db: &Db, rows: &[SecretRow]) -> bool {
    rows.iter().any(|row| !row.is_in(db))
}

/// The variables that hold what these rows need.
pub fn variables(rows: &[SecretRow]) -> BTreeSet<&str> {
    rows.iter().flat_map(SecretRow::texts).filter_map(SecretText::variable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<SecretRow> {
        serde_json::from_str(
            r#"[{"table": "SNMP_COMMUNITY", "key": {"env": "C"}, "fields": {"TYPE": "RO"}},
                {"table": "TACPLUS", "key": "global", "fields": {"passkey": {"env": "K"}}},
                {"table": "AAA", "key": "authentication", "fields": {"login": "tacacs+,local"}}]"#,
        )
        .unwrap()
    }

    #[test]
    fn what_is_missing_is_seen_behind_masks() {
        let all = r#"{"SNMP_COMMUNITY": {"<masked-1>": {"TYPE": "RO"}}, "TACPLUS": {"global": {"passkey": "<masked>"}},
            "AAA": {"authentication": {"login": "tacacs+,local", "failthrough": "True"}}}"#;
        let missing = |text: &str| is_missing(&Db::read(text).unwrap(), &rows());
        assert!(!missing(all));
        for (from, to) in [
            ("RO", "RW"),
            ("\"passkey\": \"<masked>\"", ""),
            ("\"<masked>\"", "\"\""),
            ("tacacs+,local", "local"),
        ] {
            assert!(missing(&all.replace(from, to)), "{from}");
        }
        assert!(missing("{}"));
        assert_eq!(variables(&rows()), BTreeSet::from(["C", "K"]));
    }

    #[test]
    fn secrets_go_nowhere_else() {
        assert!(rows().iter().all(|row| row.wrong().is_none()));
        let [mut community, mut key, _] = <[SecretRow; 3]>::try_from(rows()).unwrap();
        community.table = "PORT".into();
        assert_eq!(community.wrong().unwrap(), "no row with secrets has this form: PORT \"C\"");
        key.fields = BTreeMap::from([("src_ip".into(), SecretText::Env { env: "HOME".into() })]);
        assert!(key.wrong().is_some());
        let trap = r#"{"table": "SNMP_TRAP_CONFIG", "key": "v2TrapDest", "fields": {"Community": {"env": "TOKEN"}}}"#;
        assert!(serde_json::from_str::<SecretRow>(trap).unwrap().wrong().is_some());
        let plain =
            r#"{"table": "DEVICE_METADATA", "key": "localhost", "fields": {"default_bgp_status": "down"}}"#;
        assert!(serde_json::from_str::<SecretRow>(plain).unwrap().wrong().is_some());
    }
}
