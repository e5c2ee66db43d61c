//! Rows that hold secrets. They stand in no build: whoever needs them has them written apart from it, ZTP by `fabc render`,
//! and a switch that runs by `fabc apply`.

use std::fmt;

use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Nos;
use fabc_lang::source::Spanned;

use super::{ConfigDb, Value, overrides};
use crate::device::Device;

/// What a secret is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The read-only community of SNMP.
    Community,
    /// The key of a TACACS+ server.
    Passkey,
}

impl Kind {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Community => "an SNMP community",
            Kind::Passkey => "a TACACS+ key",
        }
    }

    /// What SONiC takes: sonic-snmp.yang, SNMP_COMMUNITY_LIST name; sonic-system-tacacs.yang, passkey.
    pub fn limits(self) -> &'static str {
        match self {
            Kind::Community => "4 to 32 characters without blanks, `@`, `,`, `:`, `|`, `\\` and `'`",
            Kind::Passkey => "1 to 256 characters without blanks, `#` and `,`",
        }
    }

    /// What the secrets of a table are used as.
    pub fn of(table: &str) -> Kind {
        if table == "SNMP_COMMUNITY" { Kind::Community } else { Kind::Passkey }
    }

    /// The fewest and the most characters, and those that may not be among them.
    fn shape(self) -> (usize, usize, &'static str) {
        match self {
            // A colon `config snmp` refuses, and of a bar in a key SONiC's tools make two keys (swss-common, deserialize_key).
            Kind::Community => (4, 32, " @,:|\\'"),
            Kind::Passkey => (1, 256, " #,"),
        }
    }

    /// A regular expression that a text that SONiC takes matches, as Python has them.
    pub fn pattern(self) -> String {
        let (least, most, refused) = self.shape();
        let refused: String = refused.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("[^\\x00-\\x1f\\x7f-\\x9f{refused}]{{{least},{most}}}\\Z")
    }

    /// Whether SONiC takes this text.
    pub fn takes(self, text: &str) -> bool {
        let (least, most, refused) = self.shape();
        let length = text.chars().count();
        // YANG's `.` and its negated sets take newlines; a ConfigDB that holds one can't be read back by the tools.
        (least..=most).contains(&length) && !text.contains(|c: char| refused.contains(c) || c.is_control())
    }
}

/// A secret that a fabric asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The environment variable that holds it.
    pub variable: &'a Spanned<String>,
    /// What it is used as.
    pub kind: Kind,
}

/// The secrets that a fabric asks for, in the order of its source's words.
pub fn asked(fabric: &Fabric) -> Vec<Asked<'_>> {
    let Some(management) = &fabric.intent.management else { return Vec::new() };
    let community = management.community_env.iter().map(|variable| Asked { variable, kind: Kind::Community });
    let keys = management.tacacs.iter().filter_map(|server| server.secret_env.as_ref());
    community.chain(keys.map(|variable| Asked { variable, kind: Kind::Passkey })).collect()
}

/// A text of a row that holds secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// As it is.
    Plain(String),
    /// What this environment variable holds.
    Env(String),
}

/// A row that holds secrets, or that SONiC takes only beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As in SONiC.
    pub table: &'static str,
    /// A community is a key.
    pub key: Text,
    /// Fields that are set; the row may have others.
    pub fields: Vec<(&'static str, Text)>,
}

/// The rows with secrets that a fabric asks for, in an order in which each may be written after those before it. Log-ins are
/// asked of TACACS+ first, and of the switch where no server answers. Of Enterprise SONiC no source says where they stand.
pub fn rows(fabric: &Fabric) -> Vec<Row> {
    let Some(management) = &fabric.intent.management else { return Vec::new() };
    if fabric.intent.fabric.nos.v != Nos::Sonic {
        return Vec::new();
    }
    let plain = |text: &str| Text::Plain(text.to_owned());
    let env = |variable: &Spanned<String>| Text::Env(variable.v.clone());
    let community = management.community_env.iter().map(|variable| Row {
        table: "SNMP_COMMUNITY",
        key: env(variable),
        fields: vec![("TYPE", plain("RO"))],
    });
    let keys: Vec<_> = management
        .tacacs
        .iter()
        .filter_map(|s| Some((s.address.v.to_string(), s.secret_env.as_ref()?)))
        .collect();
    let passkey =
        |table, key: &str, variable| Row { table, key: plain(key), fields: vec![("passkey", env(variable))] };
    let servers = keys.iter().map(|(address, variable)| passkey("TACPLUS_SERVER", address, variable));
    // AAA takes TACACS+ only where TACPLUS has a key; it holds for servers without one of their own.
    let first = keys.first().into_iter().flat_map(|(_, variable)| {
        let login = vec![("login", plain("tacacs+,local"))];
        [
            passkey("TACPLUS", "global", variable),
            Row { table: "AAA", key: plain("authentication"), fields: login },
        ]
    });
    community.chain(servers).chain(first).collect()
}

/// The same for one switch: what `config-db` says of a field is the last word here too, and stands in the build.
pub fn rows_of(device: &Device<'_>) -> Vec<Row> {
    let mut rows = rows(device.fabric);
    for row in &mut rows {
        let over = |name: &str| {
            overrides(device).any(|over| {
                over.table.v == row.table
                    && row.key == Text::Plain(over.key.v.clone())
                    && over.fields.iter().any(|(field, _)| field.v == name)
            })
        };
        row.fields.retain(|(name, _)| !over(name));
    }
    rows.retain(|row| !row.fields.is_empty());
    rows
}

/// Secrets by environment variable. Nothing prints them.
#[derive(Default)]
pub struct Secrets {
    known: Vec<(String, String)>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.known.len())
    }
}

impl Secrets {
    /// Takes a variable's value.
    pub fn put(&mut self, variable: &str, value: String) {
        self.known.push((variable.to_owned(), value));
    }

    /// The value of a variable that was taken.
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.known.iter().find(|(name, _)| name == variable).map(|(_, value)| value.as_str())
    }

    fn text(&self, text: &Text) -> Option<String> {
        match text {
            Text::Plain(text) => Some(text.clone()),
            Text::Env(variable) => self.get(variable).map(str::to_owned),
        }
    }

    /// Lays the rows with secrets over what the tables give; without secrets nothing.
    pub(super) fn lay_over(&self, fabric: &Fabric, db: &mut ConfigDb) {
        if self.known.is_empty() {
            return;
        }
        for row in rows(fabric) {
            let Some(key) = self.text(&row.key) else { continue };
            for (name, text) in &row.fields {
                if let Some(text) = self.text(text) {
                    db.row_mut(row.table, &key).set(name, Value::Text(text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sonic_refuses_is_refused() {
        assert!(
            Kind::Community.takes("s3cret") && Kind::Passkey.takes("k") && Kind::Passkey.takes("a@b'c\\d")
        );
        for text in [
            "abc",
            "a b c d",
            "ab@cd",
            "ab,cd",
            "ab\\cd",
            "ab'cd",
            "ab|cd",
            "ab:cd",
            &"x".repeat(33),
            "abcd\n",
        ] {
            assert!(!Kind::Community.takes(text), "{text}");
        }
        for text in ["", "a b", "a#b", "a,b", &"x".repeat(257), "a\tb"] {
            assert!(!Kind::Passkey.takes(text), "{text}");
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let mut secrets = Secrets::default();
        secrets.put("KEY", "hidden".into());
        assert_eq!((secrets.get("KEY"), secrets.get("OTHER")), (Some("hidden"), None));
        assert_eq!(format!("{secrets:?}"), "1 secrets");
    }
}
