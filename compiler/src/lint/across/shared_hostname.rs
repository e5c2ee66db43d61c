use fabc_lang::diagnostic::Diagnostic;
use fabc_lang::source::Span;

fabc_lang::rule! {
    /// Two files of one run have the same host name: a copy whose name was forgotten, or one switch that was read twice. LLDP,
    /// logs and the cabling check tell switches apart by it. Addresses of such files aren't compared. The example stands
    /// beside the file of another switch, `leaf-01`.
    ///
    /// ```json bad
    /// {
    ///     "INTERFACE": { "Ethernet0": {}, "Ethernet0|10.0.0.0/31": {} },
    ///     "LOOPBACK_INTERFACE": { "Loopback0": {}, "Loopback0|10.1.0.2/32": {} }
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
    pub(super) static RULE = Warning "lint/shared-hostname" "two files with one host name";
}

pub(super) fn finding(name: &str, later: Span, first: Span, [_, other]: [&str; 2]) -> Diagnostic {
    let found = RULE.at(later, format!("`{name}` is also the host name in {other}")).label(first, "there");
    found.help("a name of its own for each switch; of one switch, one file")
}
