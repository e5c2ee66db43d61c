use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::rows;
use crate::deployed::mask::is_secret;

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

fn run(ctx: &Ctx, findings: &mut Findings) {
    for row in rows(ctx.fabric) {
        for (field, value) in &row.fields {
            if is_secret(&row.table.v, &field.v) && !value.v.is_empty() {
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
