//! Secrets leave no switch: what is one, and what stands in its place.
//!
//! The lists are data. Sources: SONiC's YANG models (sonic-snmp, sonic-system-tacacs, -radius, -ldap, sonic-macsec, sonic-ntp,
//! sonic-bgp-common), `config snmptrap` of sonic-utilities, and FRR's command lists. A word in a field's name makes it a
//! secret in any table: better one text too many than a key in Git.

use std::collections::BTreeMap;
use std::fmt::Write;

use fabc_targets::sonic::{ConfigDb, Value};

use super::canonical::Name;
use crate::diff::rows::RowChange;

/// What stands in place of a secret.
pub const MASK: &str = "<masked>";

/// Tables whose keys are secrets.
const KEYS: &[&str] = &["SNMP_COMMUNITY", "SNMP_SERVER_COMMUNITY"];

/// Parts of names of fields that hold secrets, in lower case.
const WORDS: &[&str] = &[
    "auth_key",
    "authkey",
    "bindpw",
    "credential",
    "passkey",
    "passphrase",
    "passwd",
    "password",
    "priv_key",
    "private_key",
    "privkey",
    "psk",
    "secret",
    "shared_key",
    "token",
];

/// Fields that hold secrets under a name that says nothing of it: table and field, in lower case.
const FIELDS: &[(&str, &str)] = &[
    ("MACSEC_PROFILE", "fallback_cak"),
    ("MACSEC_PROFILE", "primary_cak"),
    ("NTP_AUTHENTICATION_KEY", "value"),
    ("NTP_KEY", "value"),
    ("SNMP_SERVER_USER", "aeskey"),
    ("SNMP_SERVER_USER", "deskey"),
    ("SNMP_SERVER_USER", "md5key"),
    ("SNMP_SERVER_USER", "shakey"),
    ("SNMP_TRAP_CONFIG", "community"),
];

/// Fields that have such a part in their name, and hold no secret.
const OPEN: &[(&str, &str)] = &[("SSH_SERVER", "password_authentication")];

/// Words of frr.conf after which the rest of the line is a secret; a word alone, or with the one before it.
const AFTER: &[&[&str]] = &[
    &["password"],                 // neighbor, line, isis, msdp, ldp
    &["area-password"],            // isis
    &["domain-password"],          // isis
    &["authentication-key"],       // ospf
    &["message-digest-key"],       // ospf: its number, then md5 and the key
    &["key-string"],               // key chain
    &["authentication", "string"], // rip
    &["nhrp", "authentication"],
    &["hmac-sha-1", "key"], // ospf6: hash-algo NAME key
    &["hmac-sha-256", "key"],
    &["hmac-sha-384", "key"],
    &["hmac-sha-512", "key"],
    &["md5", "key"],
];

/// Whether a field holds a secret.
pub fn is_secret(table: &str, field: &str) -> bool {
    let name = field.to_lowercase();
    let listed = |list: &[(&str, &str)]| list.contains(&(table, name.as_str()));
    !listed(OPEN) && (listed(FIELDS) || WORDS.iter().any(|word| name.contains(word)))
}

/// The lists of what is a secret in ConfigDB, for whoever masks it elsewhere: tables whose `keys` are, `words` in names of
/// fields, `fields` beside them, and those that are `open` all the same.
pub fn lists() -> serde_json::Value {
    serde_json::json!({ "keys": KEYS, "words": WORDS, "fields": FIELDS, "open": OPEN })
}

/// Whether a key or a value stands in place of a secret, in part or as a whole.
pub fn is_masked(text: &str) -> bool {
    text.contains("<masked")
}

/// Masks several states of one switch: a key that stands in more than one of them has the same name in all. Gives JSON
/// pointers to what is masked, state by state.
pub fn config_dbs(dbs: &mut [ConfigDb]) -> Vec<Vec<String>> {
    let mut keys: BTreeMap<(&str, Name), String> = BTreeMap::new();
    for table in dbs.iter().flat_map(|db| &db.tables) {
        let Some(known) = KEYS.iter().find(|name| **name == table.name) else { continue };
        keys.extend(table.rows.iter().map(|row| ((*known, Name(row.key.clone())), String::new())));
    }
    let (mut last, mut number) = ("", 0);
    for ((table, _), mask) in &mut keys {
        number = if last == *table { number + 1 } else { 1 };
        last = table;
        *mask = format!("<masked-{number}>");
    }
    dbs.iter_mut().map(|db| config_db(db, &keys)).collect()
}

/// Masks what a difference shows: files that were dumped by hand are masked by nobody.
pub fn change(change: &mut RowChange) {
    if KEYS.contains(&change.table.as_str()) && !is_masked(&change.key) {
        MASK.clone_into(&mut change.key);
    }
    for field in &mut change.fields {
        let secret = is_secret(&change.table, &field.name);
        for value in [&mut field.old, &mut field.new].into_iter().flatten() {
            if secret {
                whole(value)
            } else {
                in_urls(value)
            };
        }
    }
}

fn config_db(db: &mut ConfigDb, keys: &BTreeMap<(&str, Name), String>) -> Vec<String> {
    let mut places = Vec::new();
    for table in &mut db.tables {
        for row in &mut table.rows {
            if let Some(mask) = keys.get(&(table.name.as_str(), Name(row.key.clone()))) {
                row.key.clone_from(mask);
                places.push(pointer(&[&table.name, &row.key]));
            }
            for (field, value) in &mut row.fields {
                let masked = if is_secret(&table.name, field) { whole(value) } else { in_urls(value) };
                if masked {
                    places.push(pointer(&[&table.name, &row.key, field]));
                }
            }
        }
    }
    places
}

/// Masks a whole value; one that is empty hides nothing.
fn whole(value: &mut Value) -> bool {
    let mask = |text: &mut String| {
        let holds = !text.is_empty();
        if holds {
            MASK.clone_into(text);
        }
        holds
    };
    each(value, mask)
}

/// Masks passwords in addresses: `https://user:password@host`.
fn in_urls(value: &mut Value) -> bool {
    each(value, |text| {
        let Some(begin) = text.find("://").map(|at| at + 3) else { return false };
        let authority =
            &text[begin..begin + text[begin..].find(['/', ' ', '?']).unwrap_or(text.len() - begin)];
        let Some(end) = authority.rfind('@') else { return false };
        let Some(colon) = authority[..end].find(':') else { return false };
        text.replace_range(begin + colon + 1..begin + end, MASK);
        true
    })
}

fn each(value: &mut Value, mut mask: impl FnMut(&mut String) -> bool) -> bool {
    match value {
        Value::Text(text) => mask(text),
        Value::List(items) => items.iter_mut().fold(false, |any, item| mask(item) | any),
    }
}

/// A JSON pointer (RFC 6901).
fn pointer(parts: &[&str]) -> String {
    parts.iter().fold(String::new(), |mut out, part| {
        let _ = write!(out, "/{}", part.replace('~', "~0").replace('/', "~1"));
        out
    })
}

/// frr.conf without its secrets, and the numbers of the lines that held some.
pub fn frr(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut lines) = (String::with_capacity(text.len()), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match secret_in(line) {
            Some(at) => {
                lines.push(number + 1);
                let _ = writeln!(out, "{}{MASK}", &line[..at]);
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    (out, lines)
}

/// Where the secret of a line begins.
fn secret_in(line: &str) -> Option<usize> {
    let words: Vec<(usize, &str)> = line
        .split_ascii_whitespace()
        .map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
        .collect();
    let texts: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
    if texts.first().is_some_and(|word| word.starts_with(['!', '#'])) || texts.contains(&"description") {
        return None; // what people write
    }
    let after = (1..words.len()).find(|&i| AFTER.iter().any(|words| texts[..i].ends_with(words)))?;
    Some(words[after].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db(text: &str) -> ConfigDb {
        ConfigDb::read(text).unwrap()
    }

    #[test]
    fn keys_and_values_are_masked_and_told() {
        let running = db(r#"{"SNMP_COMMUNITY":{"hidden-b":{"TYPE":"RO"},"hidden-a":{"TYPE":"RW"}},
            "TACPLUS_SERVER":{"10.0.0.1":{"passkey":"hidden","priority":"1"}},
            "BGP_NEIGHBOR":{"default|10.1.1.1/x":{"auth_password":"hidden"}},
            "SNMP_USER":{"ops":{"SNMP_USER_AUTH_PASSWORD":"hidden","SNMP_USER_AUTH_TYPE":"SHA"}},
            "NTP_KEY":{"1":{"value":"hidden","trusted":"yes"}},"MACSEC_PROFILE":{"p":{"primary_cak":"hidden","primary_ckn":"01"}},
            "SSH_SERVER":{"POLICIES":{"password_authentication":"false"}},
            "RADIUS":{"global":{"passkey":""}},
            "X":{"y":{"proxy":["http://me:hidden@10.0.0.1:3128/","http://10.0.0.1:80/a@b"]}}}"#);
        let saved = db(r#"{"SNMP_COMMUNITY":{"hidden-b":{"TYPE":"RO"}}}"#);
        let mut dbs = [running, saved];
        let places = config_dbs(&mut dbs);
        assert_eq!(
            places[0],
            [
                "/BGP_NEIGHBOR/default|10.1.1.1~1x/auth_password",
                "/MACSEC_PROFILE/p/primary_cak",
                "/NTP_KEY/1/value",
                "/SNMP_COMMUNITY/<masked-1>",
                "/SNMP_COMMUNITY/<masked-2>",
                "/SNMP_USER/ops/SNMP_USER_AUTH_PASSWORD",
                "/TACPLUS_SERVER/10.0.0.1/passkey",
                "/X/y/proxy",
            ]
        );
        // The same community has the same name in both.
        assert_eq!(places[1], ["/SNMP_COMMUNITY/<masked-2>"]);
        assert_eq!(
            dbs[0].row("SNMP_COMMUNITY", "<masked-2>").unwrap().get("TYPE"),
            Some(&Value::Text("RO".into()))
        );
        let text = format!("{dbs:?}");
        assert!(!text.contains("hidden"), "{text}");
        assert!(
            text.contains("http://me:<masked>@10.0.0.1:3128/") && text.contains("http://10.0.0.1:80/a@b")
        );
        assert!(text.contains("\"false\"") && is_masked("<masked-2>") && !is_masked("masked"));
    }

    #[test]
    fn frr_keeps_no_secret() {
        let text = "\
router bgp 1
 neighbor UP password hidden word
 neighbor Ethernet0 description our password is kept
interface Ethernet0
 ip ospf message-digest-key 1 md5 hidden
 ip ospf authentication-key hidden
 ipv6 ospf6 authentication key-id 1 hash-algo hmac-sha-256 key hidden
 isis password md5 hidden
 ip rip authentication string hidden
key chain a
 key 1
  key-string hidden
! password of a comment
password 8 hidden
 ip rip authentication mode md5
password
";
        let (masked, lines) = frr(text);
        assert_eq!(lines, [2, 5, 6, 7, 8, 9, 12, 14]);
        assert!(!masked.contains("hidden"), "{masked}");
        assert!(
            masked.contains(" neighbor UP password <masked>\n") && masked.contains("our password is kept")
        );
        assert!(masked.contains("message-digest-key <masked>\n") && masked.ends_with(" md5\npassword\n"));
        assert_eq!(frr(&masked).0, masked);
    }

    #[test]
    fn lists_are_sorted_and_in_lower_case() {
        assert!(KEYS.is_sorted() && WORDS.is_sorted() && FIELDS.is_sorted() && OPEN.is_sorted());
        assert!(FIELDS.iter().chain(OPEN).all(|(_, field)| *field == field.to_lowercase()));
    }
}
