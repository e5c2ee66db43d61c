use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// An ASN that BGP keeps for itself: 23456 stands for those that don't fit, 65535 and 4294967295 are the last ones,
    /// 65552 to 131071 are set aside (RFC 6793, RFC 7300, IANA). Peers refuse it. 0 and `None` are SONiC's words for none.
    ///
    /// ```json bad
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "bgp_asn": "65535", "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "DEVICE_METADATA": {
    ///         "localhost": { "bgp_asn": "65100", "docker_routing_config_mode": "split-unified", "hostname": "leaf-01", "hwsku": "Dell-Z9864f-O64", "mac": "02:00:00:00:00:01", "platform": "x86_64-dell_z9864f-r0", "type": "LeafRouter" }
    ///     }
    /// }
    /// ```
    Error "lint/asn-reserved" "an ASN that BGP keeps for itself" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let own = ctx.metadata().and_then(|row| row.text("bgp_asn"));
    let globals = ctx.db.rows("BGP_GLOBALS").iter().filter_map(|row| row.text("local_asn"));
    let neighbours = ctx.db.rows("BGP_NEIGHBOR").iter().filter_map(|row| row.text("asn"));
    for asn in
        own.into_iter().chain(globals).chain(neighbours).filter(|asn| !matches!(&*asn.v, "0" | "None" | ""))
    {
        let number = asn.v.parse::<u32>();
        let message = match number {
            Ok(number) if crate::checks::reserved(number) => format!("ASN {number} is reserved"),
            Ok(_) => continue,
            // Words that FRR takes in place of a neighbour's.
            Err(_) if matches!(&*asn.v, "external" | "internal" | "auto") => continue,
            Err(_) => format!("`{}` is no ASN: SONiC takes a whole number up to 4,294,967,295", asn.v),
        };
        findings.push(
            RULE.at(asn.at, message).help("a private one: 64512 to 65534, or 4200000000 to 4294967294"),
        );
    }
}
