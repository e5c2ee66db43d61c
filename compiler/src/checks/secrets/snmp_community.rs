use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::rows;

check! {
    /// A community is a password, and here it is the row's key: it stands in the source, in the build and in
    /// every diff. `snmp { community secret-env="…"; }` reads it when configs are applied instead.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { config-db "SNMP_COMMUNITY" "public" TYPE="RO"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// management {
    ///     subnet "10.200.0.0/24" gateway="10.200.0.1"
    ///     snmp { community secret-env="FABC_COMMUNITY"; }
    /// }
    /// ```
    Warning "secrets/snmp-community" "an SNMP community in the source" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    for row in rows(ctx.fabric).filter(|r| r.table.v == "SNMP_COMMUNITY") {
        let found = RULE.at(row.at, "an SNMP community is a secret, and stands in the source");
        findings.push(found.help("`management { snmp { community secret-env=\"FABC_COMMUNITY\"; }; }`"));
    }
}
