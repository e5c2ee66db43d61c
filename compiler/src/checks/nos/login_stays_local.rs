use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// SONiC refuses TACACS+ in AAA while TACPLUS has no `passkey`, and a build holds no secrets. So the servers are
    /// written, and with the build's files log-ins stay local. `fabc render --secrets-from-env --out DIR` writes the same
    /// files with the key, and with AAA; `fabc plan` and `fabc apply` write both to switches that run.
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
    /// management { subnet "10.11.0.0/24" gateway="10.11.0.1"; tacacs "10.11.0.6" secret-env="TACACS_KEY"; }
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
    /// ```
    Note "nos/login-stays-local" "TACACS+ servers that nobody asks yet" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let tacacs = ctx.fabric.intent.management.as_ref().and_then(|management| management.tacacs.first());
    if let Some(first) = tacacs.filter(|_| ctx.sound) {
        let found = RULE.at(first.address.at, "log-ins stay local: a build holds no key for TACACS+");
        let variable =
            ctx.fabric.intent.management.iter().flat_map(|m| &m.tacacs).find_map(|t| t.secret_env.as_ref());
        findings.push(match variable {
            Some(variable) => found.help(format!(
                "set {} in the environment: `fabc render --secrets-from-env --out DIR` writes the files with key and AAA, `fabc apply` writes both to switches that run",
                variable.v
            )),
            None => found.help("name where its key is read from, secret-env=\"TACACS_KEY\", then `fabc render` or `fabc apply`"),
        });
    }
}
