use fabc_lang::diagnostic::Findings;

use super::view::Ctx;

lint! {
    /// `fpm …` is a statement of a module of zebra's, `agentx` of one of each daemon: without `-M dplane_fpm_nl` or `-M snmp`
    /// on its command line a daemon refuses the line. Whether it has it stands in no frr.conf. Said where nothing tells that
    /// the file is of SONiC, whose zebra has its FPM module.
    ///
    /// ```frr bad
    /// fpm address 127.0.0.1
    /// ```
    /// ```frr good
    /// log syslog informational
    /// ```
    Note "frr/needs-module" "a statement of a module" => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.given.sonic {
        return;
    }
    let mut told = [false; 2];
    for line in &ctx.lines {
        let (slot, module) = match line.text().as_slice() {
            ["fpm", ..] => (0, "zebra -M dplane_fpm_nl"),
            ["agentx"] => (1, "each daemon with -M snmp"),
            _ => continue,
        };
        if !std::mem::replace(&mut told[slot], true) {
            let found = RULE.at(line.at, format!("only {module} knows this line"));
            findings.push(found.help("--release 202505, or the like, where it is SONiC's"));
        }
    }
}
