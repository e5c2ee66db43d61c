use std::fmt::Display;

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::source::Span;

use crate::checks::Ctx;

check! {
    /// Addresses of 0/8, 127/8, 169.254/16 and from 224.0.0.0 on (in IPv6 of ::/8, fe80::/10 and ff00::/8)
    /// are kept for other uses: no interface takes them, or no router forwards to them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "127.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
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
    Error "addressing/reserved-range" "a pool in a reserved range" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let intent = &ctx.fabric.intent;
    let routing = intent.routing.as_ref();
    let v4 = [
        routing.and_then(|r| r.loopbacks),
        routing.and_then(|r| r.host_subnets),
        routing.and_then(|r| r.numbered),
        intent.management.as_ref().map(|m| m.subnet),
    ];
    for pool in v4.into_iter().flatten() {
        let [a, b, ..] = pool.v.network().octets();
        if matches!((a, b), (0 | 127 | 224.., _) | (169, 254)) {
            findings.push(finding(pool.at, &pool.v, "`10.0.0.0/8`, `172.16.0.0/12` or `192.168.0.0/16`"));
        }
    }
    let v6 = [routing.and_then(|r| r.loopbacks6), routing.and_then(|r| r.numbered6)];
    for pool in v6.into_iter().flatten() {
        let [first, ..] = pool.v.network().segments();
        if matches!(first, 0..=0xff | 0xfe80..=0xfebf | 0xff00..) {
            findings.push(finding(pool.at, &pool.v, "`fd00::/8`"));
        }
    }
}

fn finding(at: Span, pool: &dyn Display, free: &str) -> Diagnostic {
    RULE.at(at, format!("{pool} is in a reserved range")).help(format!("a range of {free}"))
}
