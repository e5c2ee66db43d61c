//! What Enterprise SONiC has only since some 4.N, as far as public texts tell: data.

use fabc_lang::intent::{FabricNode, Nos};
use fabc_lang::platform::Feature;

/// What not every 4.N has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Lossless classes: all of RoCE.
    Lossless,
    /// Lossless priorities other than 3 and 4.
    OtherPriorities,
    /// A feature; its first release is likely, not certain.
    Feature(Feature),
}

/// The first release with a part.
#[derive(Debug, PartialEq, Eq)]
pub struct First {
    /// Of what.
    pub part: Part,
    /// The N of its 4.N.
    pub minor: u8,
    /// Who says so.
    pub source: &'static str,
}

const BINDINGS: &str = "Go bindings of a release between 4.4 and 4.6 are the oldest text with its tables; Dell's Ansible collection \
                        has it since 3.x, which is for 4.4 and later";

static FIRST: &[First] = &[
    First {
        part: Part::Lossless,
        minor: 1,
        source: "design document on RoCEv2, Broadcom and Dell, rev 0.5: for release 4.1",
    },
    First {
        part: Part::OtherPriorities,
        minor: 2,
        source: "design document on RoCEv2, Broadcom and Dell, rev 0.5: 4.1 takes 3 and 4 only",
    },
    First { part: Part::Feature(Feature::Adaptive), minor: 4, source: BINDINGS },
    First {
        part: Part::Feature(Feature::QpnHash),
        minor: 4,
        source: "Go bindings of a release between 4.4 and 4.6 are the oldest text with its table",
    },
];

impl First {
    /// The first release with a part, where the fabric's is older. `4.x` names none that could be.
    pub fn after(node: &FabricNode, part: Part) -> Option<&'static First> {
        let minor = node.release.v.strip_prefix("4.").filter(|_| node.nos.v == Nos::EnterpriseSonic)?;
        let minor: u8 = minor.split('.').next()?.parse().ok()?;
        FIRST.iter().find(|first| first.part == part && minor < first.minor)
    }

    /// Its release as the language has it: `4.4`.
    pub fn release(&self) -> String {
        format!("4.{}", self.minor)
    }
}
