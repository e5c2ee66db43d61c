use fabc_lang::diagnostic::Findings;

use crate::checks::Ctx;
use crate::checks::facts::is_of_no_device;

check! {
    /// Switches let in what lies in the fabric's pools and nothing else. A loopback that is pinned outside of the pool of
    /// loopbacks is announced, and no neighbour takes it.
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
    /// switch "leaf-01" { loopback "192.0.2.1"; }
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
    /// switch "leaf-01" { loopback "10.0.0.200"; }
    /// ```
    Error "addressing/loopback-outside" "a pinned loopback outside of the pool" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let Some(routing) = &intent.routing else { return };
    let others = [
        ("host-subnets", routing.host_subnets),
        ("numbered", routing.numbered),
        ("the management net", intent.management.as_ref().map(|m| m.subnet)),
    ];
    for switch in &intent.switches {
        let Some(pin) = switch.loopback.filter(|pin| !is_of_no_device(pin.v)) else { continue };
        let outside = |pool: &fabc_lang::source::Spanned<ipnet::Ipv4Net>| !pool.v.contains(&pin.v);
        if routing.loopbacks.is_some_and(|pool| !outside(&pool)) {
            continue;
        }
        let other = others.iter().find_map(|(name, pool)| Some((name, pool.filter(|p| !outside(p))?)));
        let within = other.map_or(String::new(), |(name, pool)| format!(", inside of {name} {}", pool.v));
        let name = &switch.name.v;
        let found = match routing.loopbacks {
            Some(pool) => RULE
                .at(pin.at, format!("`{name}` is pinned to {}, outside of {}{within}", pin.v, pool.v))
                .label(pool.at, "the pool")
                .help(format!("an address of {}, or a pool that holds this one", pool.v)),
            None => RULE
                .at(
                    pin.at,
                    format!("`{name}` is pinned to {}, and there is no pool of loopbacks{within}", pin.v),
                )
                .help("add `loopbacks` with a pool that holds it"),
        };
        findings.push(found);
    }
}
