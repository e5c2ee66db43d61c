//! The same switch gives the same bytes, whatever order its programs print in.

use std::cmp::Ordering;

use fabc_lang::fabric::natural_cmp;
use fabc_targets::sonic::ConfigDb;
use serde::{Deserialize, Serialize};

/// A name that sorts naturally: `Ethernet8` before `Ethernet16`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(pub String);

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        natural_cmp(&self.0, &other.0)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Name(name.to_owned())
    }
}

/// config_db.json as fabc and SONiC's own tools lay it out; tables by name, rows and fields in natural order.
pub fn config_db(db: &ConfigDb) -> Vec<u8> {
    let mut out = Vec::new();
    db.render(&mut out);
    out
}

/// frr.conf from what `show running-config` prints: without its headings, its last `end`, blanks at the ends of lines.
pub fn frr(text: &str) -> String {
    let headings = ["Building configuration...", "Current configuration:"];
    let lines = text.lines().map(str::trim_end).filter(|line| !headings.contains(line));
    let mut lines: Vec<&str> = lines.skip_while(|line| line.is_empty()).collect();
    while lines.last().is_some_and(|line| line.is_empty() || *line == "end") {
        lines.pop();
    }
    let mut out = lines.join("\n");
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn names_sort_naturally() {
        let names = ["Ethernet16", "Ethernet8", "eth0"].map(|n| (Name::from(n), ()));
        let map = BTreeMap::from(names);
        assert_eq!(
            serde_json::to_string(&map).unwrap(),
            r#"{"Ethernet8":null,"Ethernet16":null,"eth0":null}"#
        );
    }

    #[test]
    fn order_in_the_text_means_nothing() {
        let bytes = |text: &str| config_db(&ConfigDb::read(text).unwrap());
        let one = bytes(r#"{"B":{"Ethernet16":{"x":"1","a":"2"},"Ethernet8":{}},"A":{"k":{}}}"#);
        let other = bytes(r#"{"A":{"k":{}},"B":{"Ethernet8":{},"Ethernet16":{"a":"2","x":1}}}"#);
        assert_eq!(one, other);
    }

    #[test]
    fn frr_is_without_what_vtysh_says_around_it() {
        let printed = "Building configuration...\r\n\r\nCurrent configuration:\r\n!\r\nfrr version 10.3 \r\nrouter bgp 1\r\nexit\r\n!\r\nend\r\n";
        assert_eq!(frr(printed), "!\nfrr version 10.3\nrouter bgp 1\nexit\n!\n");
        assert_eq!(frr(&frr(printed)), frr(printed));
        assert_eq!(frr(""), "");
    }
}
