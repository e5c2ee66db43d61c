use fabc_lang::diagnostic::Findings;
use fabc_lang::fabric::names_cage;
use fabc_lang::source::Span;

use crate::checks::Ctx;
use crate::checks::selector::means;

check! {
    /// It states what holds anyway: a wired port is up, a switch is not drained, a cable is as long as its
    /// line says. Harmless today; but when the default changes this line will not, and nobody remembers why.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { port 1 { admin "up"; }; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// switch "leaf-01" { port 1 { admin "down"; note "dirty fibre"; }; }
    /// ```
    Warning "overrides/nothing" "an override that overrides nothing" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    for own in &fabric.intent.switches {
        let says =
            own.maintenance.is_some() || own.asn.is_some() || own.loopback.is_some() || own.mgmt.is_some();
        let is = own.serial.is_some() || own.mac.is_some();
        if ctx.sound
            && !says
            && !is
            && own.ports.is_empty()
            && own.cables.is_empty()
            && own.config_db.is_empty()
        {
            push(findings, own.at, format!("nothing is said of `{}`", own.name.v));
        }
        if let Some(maintenance) = own.maintenance.filter(|m| !m.v) {
            push(findings, maintenance.at, format!("`{}` isn't drained anyway", own.name.v));
        }
    }
    for (index, switch) in fabric.switches.iter().enumerate() {
        let Some(own) = switch.own.map(|own| &fabric.intent.switches[own]) else { continue };
        // One port that is up of a cage that is down is said for a reason.
        let down = || own.ports.iter().filter(|p| p.up.is_some_and(|up| !up.v) && names_cage(&p.port.v));
        for port in own.ports.iter().filter(|p| p.note.is_none()) {
            let ports = means(fabric, index, &port.port.v);
            if ports.is_empty() {
                continue; // that it isn't there is another finding
            }
            let lies_over =
                || down().any(|cage| ports.iter().all(|&id| fabric.selects(switch, &cage.port.v, id)));
            match port.up {
                None => push(findings, port.at, format!("nothing is said of port `{}`", port.port.v)),
                Some(up) if up.v && (names_cage(&port.port.v) || !lies_over()) => {
                    push(findings, up.at, format!("port `{}` is up anyway", port.port.v));
                }
                Some(_) => {}
            }
        }
        for (port, length) in &own.cables {
            let wires = fabric.switch_wires(index).iter().filter(|w| fabric.selects(switch, &port.v, w.port));
            let mut lines = wires.map(|w| fabric.line_of(&fabric.links[w.link as usize]).length);
            let first = lines.next().flatten().filter(|line| line.v == length.v);
            if let Some(line) = first.filter(|l| lines.all(|o| o.is_some_and(|o| o.v == l.v))) {
                let message = format!("cables of port `{}` are {} anyway", port.v, line.v);
                let found = RULE.at(length.at, message).label(line.at, "by the line");
                findings.push(found.help("remove it"));
            }
        }
    }
}

fn push(findings: &mut Findings, at: Span, message: String) {
    findings.push(RULE.at(at, message).help("remove it"));
}
