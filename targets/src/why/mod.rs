//! Why a value stands in a file: the rule that made it, and the lines that asked for it.

mod cli;
mod config_db;
mod frr;
mod rows;

use fabc_lang::fabric::Fabric;
use fabc_lang::source::{Span, Spanned};

use crate::device::Device;
use crate::names::Names;
use crate::sonic::{Origin, Release};

/// Why one value is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Where it stands in its file: `PORT|Ethernet8 speed`, a line of frr.conf, a column of a row.
    pub place: String,
    /// The value.
    pub value: String,
    /// The rule that made it.
    pub rule: String,
    /// The places that asked for it, the first one above all.
    pub at: Vec<Span>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyError {
    /// The build has no such file, or one that isn't explained.
    File,
    /// The release is unknown, so nothing is emitted.
    Release,
    /// The file has nothing of that name.
    Nothing,
}

/// Why `what` stands in the file at `path`, which may have the build's folder before it.
///
/// - config_db.json: `PORT|Ethernet8 speed`, `PORT|Ethernet8` for a whole row, `PORT` for a table, or a JSON pointer as
///   `/PORT/Ethernet8/speed`;
/// - frr.conf: a statement or a part of one, as `neighbor Ethernet256`;
/// - sonic-cli.txt: a line or a part of one, as `ars object`;
/// - hosts.csv: a server, or a server and its interface, as `gpu-01 nic0`;
/// - cables.csv: a cable or a link, as `leaf-01:17` or `gpu-01:nic0`.
pub fn why(fabric: &Fabric, path: &str, what: &str) -> Result<Vec<Reason>, WhyError> {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let names = Names::new(fabric);
    let reasons = match file {
        "config_db.json" => config_db::why(&device(fabric, &names, parts.next())?, what),
        "sonic-cli.txt" => cli::why(&device(fabric, &names, parts.next())?, what)?,
        "frr.conf" => frr::why(&device(fabric, &names, parts.next())?, what),
        "hosts.csv" => rows::host(fabric, &names, what),
        "cables.csv" => rows::cable(fabric, &names, what),
        _ => return Err(WhyError::File),
    };
    if reasons.is_empty() { Err(WhyError::Nothing) } else { Ok(reasons) }
}

/// Why `what` (`PORT|Ethernet8 speed`) stands in the config_db.json of a switch; nothing where it doesn't.
pub fn why_row(device: &Device<'_>, what: &str) -> Vec<Reason> {
    config_db::why(device, what)
}

/// Why lines with `what` in them (`neighbor Ethernet256`) stand in the frr.conf of a switch; nothing where none does.
pub fn why_line(device: &Device<'_>, what: &str) -> Vec<Reason> {
    frr::why(device, what)
}

fn device<'a>(fabric: &'a Fabric, names: &'a Names, name: Option<&str>) -> Result<Device<'a>, WhyError> {
    let node = &fabric.intent.fabric;
    let release = Release::find(node.nos.v, &node.release.v).ok_or(WhyError::Release)?;
    let index = fabric.switches.iter().position(|s| Some(s.name.as_str()) == name && !s.absent);
    index.and_then(|index| Device::new(fabric, names, release, index)).ok_or(WhyError::File)
}

impl Reason {
    fn new(place: impl Into<String>, value: impl Into<String>, origin: Origin) -> Self {
        let at = origin.at.into_iter().flatten().collect();
        Reason { place: place.into(), value: value.into(), rule: origin.rule.to_owned(), at }
    }
}

/// `rule`, asked for by `first` and `second` where they are there.
fn origin<T, U>(rule: &'static str, first: Option<&Spanned<T>>, second: Option<&Spanned<U>>) -> Origin {
    let origin = Origin::rule(rule).of(first);
    second.map_or(origin, |second| origin.and(second.at))
}
