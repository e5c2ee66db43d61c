use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::rows;

check! {
    /// Sources are shared, kept for ever and copied into builds. Passwords and keys are named by `secret-env`
    /// only and read when configs are applied; fabc never writes them.
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
    /// switch "leaf-01" { config-db "TACPLUS" "global" passkey="hunter2"; }
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
    ///     tacacs "10.200.0.6" secret-env="FABC_TACACS_KEY"
    /// }
    /// ```
    Error "secrets/in-source" "a secret in the source" => run
}

/// Parts of names of fields that hold secrets in SONiC's tables.
const SECRET: &[&str] =
    &["passkey", "password", "passwd", "passphrase", "secret", "private_key", "auth_key", "psk"];

/// Fields that hold secrets under a name that says nothing of it: table and field (sonic-ntp.yang, sonic-macsec.yang).
const PLAIN: &[(&str, &str)] =
    &[("NTP_KEY", "value"), ("MACSEC_PROFILE", "primary_cak"), ("MACSEC_PROFILE", "fallback_cak")];

fn run(ctx: &Ctx, findings: &mut Findings) {
    for row in rows(ctx.fabric) {
        for (field, value) in &row.fields {
            let name = field.v.to_lowercase();
            let plain = || PLAIN.contains(&(row.table.v.as_str(), name.as_str()));
            if (SECRET.iter().any(|word| name.contains(word)) || plain()) && !value.v.is_empty() {
                let message = format!("{} {} holds a secret in `{}`", row.table.v, row.key.v, field.v);
                let found = RULE.at(field.at, message);
                findings.push(found.help(if row.table.v.starts_with("TACPLUS") {
                    "remove it; `tacacs … secret-env=` names a variable that holds the key"
                } else {
                    "remove it; set it on the switch"
                }));
            }
        }
    }
}
