use fabc_lang::diagnostic::Findings;

use super::read::Block;
use super::view::Ctx;

lint! {
    /// On SONiC an `ip address` in frr.conf ends in the kernel: orchagent learns addresses from INTERFACE and
    /// LOOPBACK_INTERFACE in ConfigDB alone, and the chip has no router interface of this one. Looked for where the file is
    /// known to be of SONiC. The example stands beside a config_db.json.
    ///
    /// ```frr bad
    /// interface Ethernet0
    ///  ip address 10.1.0.0/31
    /// exit
    /// ```
    /// ```frr good
    /// interface Ethernet0
    ///  ipv6 nd ra-interval 10
    /// exit
    /// ```
    Warning "frr/address-aside" "an address that the chip doesn't learn" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if !ctx.given.sonic {
        return;
    }
    let mut name = "";
    for line in ctx.lines.iter().filter(|line| !line.no) {
        match (line.block, line.text().as_slice()) {
            (Block::Top, ["interface", interface, ..]) => name = interface,
            (Block::Interface, ["ip" | "ipv6", "address", address, ..]) => {
                let table = if name.starts_with("Loopback") || name == "lo" {
                    "LOOPBACK_INTERFACE"
                } else {
                    "INTERFACE"
                };
                let message =
                    format!("{address} on {name}: SONiC gives the kernel this address, and the chip none");
                findings
                    .push(RULE.at(line.at, message).help(format!("\"{name}|{address}\": {{}} in {table}")));
            }
            _ => {}
        }
    }
}
