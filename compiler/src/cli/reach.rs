//! How switches are reached: what all commands that talk to switches take.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use crate::ssh;

/// How switches are reached.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Reach {
    /// Connect to the switch's name, as ssh resolves it, or to the management address that the fabric gives it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) connect: Connect,
    /// Use this ssh configuration in place of your own
    #[arg(long, value_name = "FILE")]
    ssh_config: Option<PathBuf>,
    /// A further option for ssh, as in `ssh -o`; what fabc itself sets stays
    #[arg(long, value_name = "KEY=VALUE")]
    ssh_option: Vec<String>,
    /// Switches to talk to at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) parallel: u16,
    /// Seconds that one answer of a switch may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub(crate) timeout: u64,
}

/// Where a connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Connect {
    /// The switch's name
    #[default]
    Name,
    /// Its management address
    Address,
}

impl Reach {
    /// What ssh is told. `apart` from the terminal, what is begun is brought to an end.
    pub(crate) fn options(&self, apart: bool) -> ssh::Options {
        ssh::Options {
            config: self.ssh_config.clone(),
            more: self.ssh_option.clone(),
            connect: (self.timeout / 2).min(10),
            apart,
            hidden: Vec::new(),
        }
    }

    /// Where a switch is; none where ssh is to find out by its name. The error says why it can't be told.
    pub(crate) fn address(&self, mgmt: Option<Ipv4Addr>) -> Result<Option<IpAddr>, String> {
        match (self.connect, mgmt) {
            (Connect::Name, _) => Ok(None),
            (Connect::Address, Some(address)) => Ok(Some(address.into())),
            (Connect::Address, None) => {
                Err("the fabric gives it no management address: `management { subnet … }`".into())
            }
        }
    }

    /// How long an answer may take.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}
