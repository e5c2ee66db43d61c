use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;

check! {
    /// There is nothing to build: the file has no `tier`, or only empty ones. A build of it would be an empty folder,
    /// and would remove all that a former build has left there.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
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
    Error "topology/no-switch" "a fabric without a switch" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    if ctx.sound && fabric.switches.is_empty() {
        let found = RULE.at(fabric.intent.fabric.at, "nothing to build: there is not one switch");
        findings
            .push(found.help("add `tier \"leaf\" count=1 switch=\"…\"`; `fabc platforms` lists switches"));
    }
}
