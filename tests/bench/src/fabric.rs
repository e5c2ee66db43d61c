//! Fabrics as text: three tiers of Tomahawk 5, every port 400G, 1:1 all the way; and one that is all wrong.

use std::fmt::Write;

use crate::Result;

/// Ports of 400G on one switch.
const RADIX: u32 = 128;
/// GPUs in a server, each with a NIC of its own.
const SERVER: u32 = 8;

/// Counts of a fabric. A switch has as many ports down as up, but for the cores, which have all of them down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) gpus: u32,
    pods: u32,
    /// Leaves in a pod, and as many spines.
    leaves: u32,
    cores: u32,
}

impl Shape {
    pub(crate) fn new(gpus: u32) -> Result<Self> {
        let half = RADIX / 2;
        let leaves = match gpus {
            2048 => half / 4,
            _ => half,
        };
        let pods = gpus / (leaves * half);
        let whole = pods * leaves * half == gpus && pods.is_power_of_two() && (2..=32).contains(&pods);
        if !whole {
            return Err(format!("{gpus} GPUs are not 2048, nor 4096 times 2, 4, 8, 16 or 32").into());
        }
        Ok(Shape { gpus, pods, leaves, cores: pods * leaves / 2 })
    }

    pub(crate) fn switches(self) -> u32 {
        2 * self.pods * self.leaves + self.cores
    }

    /// The fabric's root file.
    pub(crate) fn kdl(self) -> String {
        let Shape { gpus, pods, leaves, cores } = self;
        let servers = leaves * (RADIX / 2) / SERVER;
        let parallel = RADIX / 2 / leaves;
        let uplinks = if cores >= RADIX / 2 {
            format!("uplinks={}", RADIX / 2)
        } else {
            format!("per-pair={}", RADIX / 2 / cores)
        };
        format!(
            r#"fabric "bench" {{
    nos "sonic" release="202505"
}}

pod "pod" count={pods} {{
    hosts "gpu" count={servers} {{
        nic count={SERVER} speed="400G"
    }}
    tier "leaf" count={leaves} switch="dell-z9864f"
    tier "spine" count={leaves} switch="dell-z9864f"
    link "gpu" "leaf" by="rail"
    link "leaf" "spine" speed="400G" per-pair={parallel}
}}
tier "core" count={cores} switch="dell-z9864f"
link "spine" "core" speed="400G" {uplinks}

class "rdma" dscp=26 priority=3 lossless=#true {{
    schedule weight=70
    ecn min="1MiB" max="4MiB" probability=10
}}
class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
class "bulk" default=#true priority=0 {{ schedule weight=30; }}

watchdog detect="200ms" restore="400ms" action="drop"

routing {{
    asn leaf=4210000000 spine=4201000000 core=4200000000
    loopbacks "172.16.0.0/16" "fd00:10::/48"
    host-subnets "10.0.0.0/8"
    bfd interval="300ms" multiplier=3
}}

management {{
    subnet "192.168.0.0/16" gateway="192.168.0.1"
    ntp "192.168.0.2" "192.168.0.3"
    syslog "192.168.0.4"
}}

expect {{
    gpus {gpus}
    oversubscription "leaf" max=1.0
    oversubscription "spine" max=1.0
    hops max=5
}}
"#
        )
    }
}

/// A file with this many errors: unknown names, missing units, values of a wrong kind, KDL that is none.
pub(crate) fn wrong(errors: usize) -> String {
    let mut text = String::from("fabric \"wrong\" {\n    nos \"sonic\" release=\"202505\"\n}\n");
    for i in 0..errors {
        let _ = match i % 5 {
            0 => writeln!(text, "hosts \"gpu-{i}\" count=2 {{ nic count=8 speed=400; }}"),
            1 => writeln!(text, "tier \"leaf-{i}\" count=2 swich=\"dell-z9864f\" switch=\"dell-z9864f\""),
            2 => writeln!(text, "tier \"core-{i}\" count=\"two\" switch=\"dell-z9864f\""),
            3 => writeln!(text, "class \"c-{i}\" priority=\"three\""),
            _ => writeln!(text, "tier \"spine-{i}\" count="),
        };
    }
    text
}
