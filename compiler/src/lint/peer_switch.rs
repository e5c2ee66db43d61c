use fabc_lang::diagnostic::Findings;

use super::base_row_idle::unnumbered;
use crate::lint::view::Ctx;

lint! {
    /// PEER_SWITCH says that the switch is one of two top-of-rack switches for the same servers. neighsyncd then drops IPv4
    /// link-local neighbours, and with them 169.254.0.1, over which zebra of FRR up to 10.4 sends IPv4 routes whose next hop is an
    /// IPv6 link-local address (RFC 8950): unnumbered sessions come up, and IPv4 isn't forwarded.
    ///
    /// ```json bad
    /// {
    ///     "INTERFACE": { "Ethernet0": { "ipv6_use_link_local_only": "enable" } },
    ///     "PEER_SWITCH": { "leaf-02": { "address_ipv4": "10.1.0.2" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "INTERFACE": { "Ethernet0": { "ipv6_use_link_local_only": "enable" } }
    /// }
    /// ```
    Warning "lint/peer-switch" "PEER_SWITCH beside unnumbered ports" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if let (Some(peer), Some(port)) = (ctx.db.rows("PEER_SWITCH").first(), unnumbered(ctx)) {
        let message = format!("PEER_SWITCH has `{}`: IPv4 over unnumbered ports isn't forwarded", peer.key.v);
        let found = RULE.at(peer.key.at, message).label(port.key.at, "unnumbered");
        findings.push(found.help("remove PEER_SWITCH, or number the links"));
    }
}
