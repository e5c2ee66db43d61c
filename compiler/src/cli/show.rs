//! `fabc show`: what a fabric comes to, as tables.

mod buffers;
mod lossless;
mod ports;
mod qos;
mod routing;
mod rows;
pub(in crate::cli) mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;

use fabc_lang::diagnostic::nearest;
use fabc_lang::fabric::Fabric;
use fabc_targets::{Bundle, BundleError};

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure};
use crate::files::VERSION;
use crate::report::Format;

/// Show what a fabric comes to, switch by switch
///
/// --format json prints one document; its schema is in targets/schemas of fabc's sources.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Buffers(buffers::Args),
    Lossless(lossless::Args),
    Ports(ports::Args),
    Qos(qos::Args),
    Routing(routing::Args),
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    match &args.what {
        What::Buffers(args) => buffers::run(args, screen),
        What::Lossless(args) => lossless::run(args, screen),
        What::Ports(args) => ports::run(args, screen),
        What::Qos(args) => qos::run(args, screen),
        What::Routing(args) => routing::run(args, screen),
    }
}

/// A fabric, and one switch of it.
#[derive(Debug, clap::Args)]
struct Which {
    #[command(flatten)]
    source: Source,
    /// Show this switch only
    #[arg(value_name = "SWITCH")]
    switch: Option<String>,
}

impl Which {
    /// Reads the fabric and prints what `make` makes of it and of the switch's index. Errors of the source are reported
    /// behind it.
    fn show(
        &self,
        screen: &Screen,
        make: impl FnOnce(&Fabric, Option<usize>, Format) -> Result<String, Failure>,
    ) -> Result<Exit, Failure> {
        let (source, switch) = self.places(screen);
        let analysis = source.analyze(screen)?;
        let Some(fabric) = &analysis.fabric else {
            return Ok(source.report(&analysis.sources, analysis.findings, screen));
        };
        let switch = switch.map(|name| find(fabric, &name)).transpose()?;
        screen.painted(&make(fabric, switch, source.wanted.format)?)?;
        if analysis.findings.has_errors() {
            return Ok(source.report(&analysis.sources, analysis.findings, screen));
        }
        Ok(Exit::Clean)
    }

    /// The source and the switch: a single word that is no file, where there is a fabric.kdl, is a switch.
    fn places(&self, screen: &Screen) -> (Source, Option<String>) {
        let mut source = self.source.clone();
        let is_there = |path: &PathBuf| screen.host.canonical(path).is_ok();
        let here = PathBuf::from("fabric.kdl");
        if self.switch.is_none() && !is_there(&source.fabric) && is_there(&here) {
            let name = source.fabric.to_string_lossy().into_owned();
            source.fabric = here;
            return (source, Some(name));
        }
        (source, self.switch.clone())
    }
}

fn find(fabric: &Fabric, name: &str) -> Result<usize, Failure> {
    fabric.switches.iter().position(|s| s.name == name).ok_or_else(|| {
        let near = nearest(name, fabric.switches.iter().map(|s| s.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Failure::new(format!("there is no switch `{name}`{hint}"))
    })
}

/// The files that a build would write.
fn bundle(fabric: &Fabric) -> Result<Bundle<'_>, Failure> {
    Bundle::new(fabric, VERSION, BTreeMap::new()).map_err(|error| {
        Failure::new(match error {
            BundleError::Release => "the release is not known, so nothing is built".to_owned(),
            BundleError::Template(error) => format!("internal error: {}", error.message),
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::cli::{Exit, run};
    use crate::host::{MemoryHost, Stream};

    const FABRIC: &str = r#"
        fabric "f" { nos "sonic" release="202505"; mtu 9100; }
        hosts "gpu" count=64 { nic count=8 speed="400G"; }
        tier "leaf" count=8 switch="dell-z9864f"
        tier "spine" count=4 switch="dell-z9864f"
        link "gpu" "leaf" by="rail" { length "3m"; }
        link "leaf" "spine" speed="800G" per-pair=8 { length "40m"; media "2xDR4"; }
        class "rdma" dscp=26 priority=3 lossless=#true {
            schedule weight=70
            ecn min="1MiB" max="4MiB" probability=10 scale-from="400G"
        }
        class "cnp" dscp=48 priority=6 { schedule strict=#true; }
        class "bulk" default=#true priority=0 { schedule weight=30; }
        watchdog detect="200ms" restore="400ms"
        buffers { headroom oversubscription=2; }
        routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
    "#;

    /// Exit, stdout and stderr of `fabc show`, on a terminal of so many columns or into a pipe.
    pub(super) fn show(args: &[&str], columns: Option<usize>) -> (Exit, String, String) {
        show_with("", args, columns)
    }

    /// The same with more in the file.
    pub(super) fn show_with(more: &str, args: &[&str], columns: Option<usize>) -> (Exit, String, String) {
        let mut host =
            MemoryHost::default().file("fabric.kdl", format!("{FABRIC}{more}")).var("NO_COLOR", "1");
        if let Some(columns) = columns {
            host = host.terminal(columns);
        }
        let exit = run(["fabc", "show"].iter().chain(args).copied(), &host);
        (exit, host.written(Stream::Out), host.written(Stream::Err))
    }

    #[test]
    fn a_single_word_may_be_the_switch() {
        let (_, text, _) = show(&["qos", "spine-02"], None);
        assert_eq!(show(&["qos", "fabric.kdl", "spine-02"], None).1, text);
        let (exit, _, error) = show(&["qos", "fabric.kdl", "spine-2"], None);
        assert_eq!(exit, Exit::Failed);
        assert!(error.contains("did you mean `spine-0"), "{error}");
    }
}
