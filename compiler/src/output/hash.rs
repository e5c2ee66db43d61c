//! Hashes of files.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_128;

/// XXH3 of 128 bits, written `xxh3:` and 32 hexadecimal digits. It tells edits, not forgeries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash(pub u128);

impl Hash {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Hash(XxHash3_128::oneshot(bytes))
    }

    /// A hash of what tells the program that runs from any other on this machine, where it can be seen. Reading all of it
    /// would take longer than small builds do; and the time of the last change to a file can't be set.
    pub fn of_program() -> Option<Self> {
        let meta = std::env::current_exe().ok()?.metadata().ok()?;
        let (changed, ns) = (meta.ctime(), meta.ctime_nsec());
        let told = format!("{} {} {} {changed}.{ns}", meta.dev(), meta.ino(), meta.len());
        Some(Hash::of(told.as_bytes()))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xxh3:{:032x}", self.0)
    }
}

impl FromStr for Hash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("xxh3:").filter(|d| d.len() == 32 && !d.starts_with('+'));
        let number = digits.and_then(|d| u128::from_str_radix(d, 16).ok());
        number.map(Hash).ok_or("not `xxh3:` and 32 hexadecimal digits")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
