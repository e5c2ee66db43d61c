//! Small facts that several checks ask for.

use fabc_lang::fabric::Fabric;
use fabc_lang::intent::ConfigDb;

/// All `config-db` rows of the file.
pub(super) fn rows(fabric: &Fabric) -> impl Iterator<Item = &ConfigDb> {
    let tiers = fabric.tiers.iter().flat_map(|t| &t.node.config_db);
    let switches = fabric.intent.switches.iter().flat_map(|s| &s.config_db);
    fabric.intent.fabric.config_db.iter().chain(tiers).chain(switches)
}

/// Whether BGP keeps the ASN for itself (RFC 6793, RFC 7300, IANA).
pub(super) fn reserved(asn: u32) -> bool {
    matches!(asn, 0 | 23_456 | 65_535 | 65_552..=131_071 | u32::MAX)
}
