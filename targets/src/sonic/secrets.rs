//! Rows that hold secrets. They stand in no build: whoever needs them, ZTP say, has them written apart from it.

use std::fmt;

use fabc_lang::fabric::Fabric;
use fabc_lang::source::Spanned;

use super::{ConfigDb, Value};

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
            Kind::Community => "4 to 32 characters without blanks, `@`, `,`, `\\` and `'`",
            Kind::Passkey => "1 to 256 characters without blanks, `#` and `,`",
        }
    }

    /// Whether SONiC takes this text.
    pub fn takes(self, text: &str) -> bool {
        let (least, most, refused) = match self {
            Kind::Community => (4, 32, " @,\\'"),
            Kind::Passkey => (1, 256, " #,"),
        };
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

    fn get(&self, variable: Option<&Spanned<String>>) -> Option<&str> {
        let variable = variable?;
        self.known.iter().find(|(name, _)| *name == variable.v).map(|(_, value)| value.as_str())
    }

    /// Lays the rows with secrets over what the tables give. Log-ins are then asked of TACACS+ first, and of the switch
    /// where no server answers.
    pub(super) fn lay_over(&self, fabric: &Fabric, db: &mut ConfigDb) {
        let Some(management) = &fabric.intent.management else { return };
        let text = |value: &str| Value::Text(value.to_owned());
        if let Some(community) = self.get(management.community_env.as_ref()) {
            db.row_mut("SNMP_COMMUNITY", community).set("TYPE", text("RO"));
        }
        for server in &management.tacacs {
            let Some(key) = self.get(server.secret_env.as_ref()) else { continue };
            db.row_mut("TACPLUS_SERVER", &server.address.v.to_string()).set("passkey", text(key));
            // AAA takes TACACS+ only where TACPLUS has a key; it holds for servers without one of their own.
            let global = db.row_mut("TACPLUS", "global");
            if global.get("passkey").is_none() {
                global.set("passkey", text(key));
            }
            db.row_mut("AAA", "authentication").set("login", text("tacacs+,local"));
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
        for text in ["abc", "a b c d", "ab@cd", "ab,cd", "ab\\cd", "ab'cd", &"x".repeat(33), "abcd\n"] {
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
        assert_eq!(format!("{secrets:?}"), "1 secrets");
    }
}
