//! What resolving reports, each rule with an example that raises it and one that doesn't.

use fabc_lang::diagnostic::Rule;

fabc_lang::rule! {
    /// A link, an ASN base or an expectation names hosts or a tier that the program doesn't declare. A bare name is looked up in
    /// its own scope, then in the scopes around it, then inside.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leef" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static UNKNOWN_NODE = Error "resolve/unknown-node" "a name that no node has";
}
fabc_lang::rule! {
    /// Two tiers, hosts, pods or planes in the same block have the same name, so nothing can refer to either.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static DUPLICATE_NODE = Error "resolve/duplicate-node" "two nodes of one name in one place";
}
fabc_lang::rule! {
    /// Two devices would get the same name. Names are folders, host names and keys, so each is there once; whether in upper
    /// or lower case counts for nothing (RFC 4343).
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" { name "leaf-{index:02}"; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static DUPLICATE_NAME = Error "resolve/duplicate-name" "two devices of one name";
}
fabc_lang::rule! {
    /// Templates know {index}, {pod} and {plane}; {index:02} pads to two digits.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" { name "sp{rack}"; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f" { name "sp{index:02}"; }
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static TEMPLATE = Error "resolve/template" "a field that a name template doesn't know";
}
fabc_lang::rule! {
    /// The first name of a link is the lower node, hosts or tier; the second is the tier above it. Tiers form no circle.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "leaf" "gpu" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static LINK_ENDS = Error "resolve/link-ends" "a link between nodes that can't be joined";
}
fabc_lang::rule! {
    /// A line is known by the two nodes that it joins; a second one would have no place of its own. The same holds for ASN bases.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static DUPLICATE_LINE = Error "resolve/duplicate-line" "said twice for the same nodes";
}
fabc_lang::rule! {
    /// Properties that share out servers belong on lines from hosts; `per-pair` and `uplinks` on lines between tiers.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4 leaves=2
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NOT_HERE = Error "resolve/not-here" "a property that means nothing here";
}
fabc_lang::rule! {
    /// By rail, by rack and by spread are three different fabrics; none is a safe guess.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static BY_NEEDED = Error "resolve/by-needed" "a link from hosts that doesn't say how";
}
fabc_lang::rule! {
    /// Where the two platforms differ in the speed of a whole cage, the link says which holds.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9664f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static SPEED_NEEDED = Error "resolve/speed-needed" "a link without a speed";
}
fabc_lang::rule! {
    /// A port runs at one speed; the NIC's is the one that the servers have.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" speed="800G"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static SPEEDS_DIFFER = Error "resolve/speeds-differ" "the link and the NIC say different speeds";
}
fabc_lang::rule! {
    /// The platform's cages have no mode with this speed, these lanes, or this name. Modes come from the platform's own data; a
    /// mode that SONiC doesn't list can't be set.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="1600G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NO_BREAKOUT = Error "resolve/no-breakout" "no break-out mode gives such a port";
}
fabc_lang::rule! {
    /// NIC port p goes into plane p, so there are as many of one as of the other.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 ports=2 speed="200G"; }
    /// plane "a" "b" "c" {
    ///     tier "leaf" count=2 switch="dell-z9864f"
    ///     link "gpu" "leaf" by="rail"
    /// }
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 ports=2 speed="200G"; }
    /// plane "a" "b" {
    ///     tier "leaf" count=2 switch="dell-z9864f"
    ///     link "gpu" "leaf" by="rail"
    /// }
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static PLANES_AND_PORTS = Error "resolve/planes-and-ports" "NIC ports and planes differ in number";
}
fabc_lang::rule! {
    /// `model=` is looked up in the catalogue: lanes, connector and default marks follow from it. Whoever states `lanes=`
    /// and `connector=` may call a NIC as they please; `fabc platforms --nics` lists those that are known.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G" model="connectx7"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G" model="connectx-7"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static UNKNOWN_NIC = Error "resolve/unknown-nic" "unknown model of NIC";
}
fabc_lang::rule! {
    /// No port of this model of NIC runs so fast. Where its limit is only likely, that is a warning.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="800G" model="connectx-7"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G" model="connectx-7"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NIC_TOO_FAST = Error "resolve/nic-too-fast" "a NIC faster than its model";
}
fabc_lang::rule! {
    /// The lines of a tier need more cages than its switches have, or than `ports` and `reserve` leave them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=33
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static PORTS_RUN_OUT = Error "resolve/ports-run-out" "more cages needed than there are";
}
fabc_lang::rule! {
    /// Every child of a broken-out cage is a logical port, used or not, and an unused cage is one. The chip has a fixed number.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=160 { nic count=2 speed="100G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="100G" per-pair=80
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static CHIP_PORTS = Error "resolve/chip-ports" "more logical ports than the chip has";
}
fabc_lang::rule! {
    /// Each pipe of a chip has a maximum of logical ports, and cages that share a pipe are not always neighbours. No choice of
    /// cages puts these ports within the limit of every pipe.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=264 { nic count=1 speed="100G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=256 { nic count=1 speed="100G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NO_PLACEMENT = Error "resolve/no-placement" "no legal place for the ports";
}
fabc_lang::rule! {
    /// Several leaves share a rail and several host lines share the leaves, so no formula says who gets how many cages.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=64 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="400G"; }
    /// tier "leaf" count=4 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "store" "leaf" by="spread"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=64 { nic count=2 speed="400G"; }
    /// hosts "store" count=2 gpus=0 { nic count=2 speed="400G"; }
    /// tier "leaf" count=4 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" servers-per-leaf=32
    /// link "store" "leaf" by="spread"
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static SERVERS_PER_LEAF = Error "resolve/servers-per-leaf" "how many servers a leaf serves isn't said";
}
fabc_lang::rule! {
    /// There are fewer leaves than the servers need at so many servers to a leaf.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" servers-per-leaf=2
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NO_LEAF = Error "resolve/no-leaf" "a server that finds no leaf";
}
fabc_lang::rule! {
    /// Two lines wire the same NIC port. A port takes one cable, has one address and one gateway.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "gpu" "spine" by="spread"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static NIC_WIRED_TWICE = Error "resolve/nic-wired-twice" "a NIC port with two cables";
}
fabc_lang::rule! {
    /// Every upper switch gets the same number of links from each lower unit, or some carry more than others: traffic that ECMP
    /// spreads evenly then overloads the rest.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" uplinks=3
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" uplinks=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static UNEVEN_STRIPING = Error "resolve/uneven-striping" "uplinks that don't share out evenly";
}
fabc_lang::rule! {
    /// Each tier node owns an equal share of every pool, four shares for up to four tiers, else eight.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f" share=1
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static SHARE = Error "resolve/share" "two tiers own one share of the pools";
}
fabc_lang::rule! {
    /// Addresses follow from identity: every tier has a fixed share of each pool and every switch a fixed number in it. The share
    /// is too small for the highest number.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/20"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static EXHAUSTED = Error "resolve/exhausted" "a pool that is too small";
}
fabc_lang::rule! {
    /// A pinned value, or an address that `management` names, is another switch's as well; or a pinned address is one that no
    /// single device can have.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { loopback "10.0.0.2"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static PIN = Error "resolve/pin" "an address or ASN that two things have";
}
fabc_lang::rule! {
    /// So many members or links are a slip of the pen; fabc refuses before it runs out of memory.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// pod "p" count=100000 { tier "leaf" count=100000 switch="dell-z9864f"; }
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=4
    /// class "bulk" default=#true priority=0
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    pub static TOO_LARGE = Error "resolve/too-large" "larger than a fabric can be";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[
    &UNKNOWN_NODE,
    &DUPLICATE_NODE,
    &DUPLICATE_NAME,
    &TEMPLATE,
    &LINK_ENDS,
    &DUPLICATE_LINE,
    &NOT_HERE,
    &BY_NEEDED,
    &SPEED_NEEDED,
    &SPEEDS_DIFFER,
    &NO_BREAKOUT,
    &PLANES_AND_PORTS,
    &UNKNOWN_NIC,
    &NIC_TOO_FAST,
    &PORTS_RUN_OUT,
    &CHIP_PORTS,
    &NO_PLACEMENT,
    &SERVERS_PER_LEAF,
    &NO_LEAF,
    &NIC_WIRED_TWICE,
    &UNEVEN_STRIPING,
    &SHARE,
    &EXHAUSTED,
    &PIN,
    &TOO_LARGE,
];
