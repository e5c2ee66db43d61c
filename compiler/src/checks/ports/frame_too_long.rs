use fabc_lang::diagnostic::Findings;
use fabc_lang::units::{FRAME_AROUND, frame};

use crate::checks::Ctx;

check! {
    /// PORT.mtu counts from the IP header: the frame is 22 bytes longer (Ethernet header 14, VLAN tag 4,
    /// check sum 4). A chip drops what is longer than its longest frame, silently, and only large messages
    /// hang.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; mtu 9216; }
    /// platform "lab" like="dell-z9864f" { max-frame 9216; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; mtu 9194; }
    /// platform "lab" like="dell-z9864f" { max-frame 9216; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="lab"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "ports/frame-too-long" "frames longer than the chip takes" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let frame = frame(fabric.mtu.v);
    for platform in &fabric.platforms {
        let Some(limit) = platform.max_frame().filter(|limit| frame > limit.v) else { continue };
        let (mtu, most, name) = (fabric.mtu.v, limit.v, &platform.name);
        let message = format!("mtu {mtu} makes frames of {frame} bytes, `{name}` takes {most}");
        let found = RULE.at(fabric.mtu.at, message).label(limit.at, "the longest frame");
        findings.push(found.help(format!("`mtu {}` or less", most.saturating_sub(FRAME_AROUND))));
    }
}
