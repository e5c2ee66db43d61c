use std::net::IpAddr;

use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::source::Span;

fabc_lang::rule! {
    /// Two switches of one run have the same address on a port, a port channel, the management port or Loopback0, in the same
    /// table of routes: what is sent to one ends at the other. VLANs and further loopbacks may be shared on purpose and aren't
    /// looked at. The example stands beside the file of another switch, `leaf-01`, whose Loopback0 is 10.1.0.1.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-02", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:02", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.0/31": {} },
    ///     "LOOPBACK_INTERFACE": { "Loopback0": {}, "Loopback0|10.1.0.1/32": {} }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "docker_routing_config_mode": "split-unified", "frr_mgmt_framework_config": "true", "hostname": "leaf-02", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:02", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     },
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.0/31": {} },
    ///     "LOOPBACK_INTERFACE": { "Loopback0": {}, "Loopback0|10.1.0.2/32": {} }
    /// }
    /// ```
    pub(super) static RULE = Warning "lint/shared-address" "two switches with one address";
}

pub(super) fn finding(
    address: IpAddr,
    more: usize,
    later: Span,
    first: Span,
    [_, other]: [&str; 2],
) -> Diagnostic {
    let found = RULE.at(later, format!("{address} is also in {other}")).label(first, "there");
    let found = found.help("an address of its own for each switch");
    if more > 0 { found.note(format!("and {more} more addresses of the two")) } else { found }
}
