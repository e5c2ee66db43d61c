use fabc_lang::diagnostic::{Diagnostic, Findings, Severity};
use fabc_lang::fabric::{Line, Lower, Side};
use fabc_lang::intent::Claim;
use fabc_lang::units::Power;

use crate::checks::optics::{Standing, in_cage, in_port};
use crate::checks::{Ctx, count};

check! {
    /// Adds up what transceivers may draw at the most, at both ends of every cable whose `media` is known.
    /// What isn't known (the switches' own power, cables without `media`) is counted apart and said, never
    /// guessed: the sum is a lower bound.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail" { media "2xDR4"; length "5m"; }
    /// link "leaf" "spine" speed="800G" per-pair=1 { media "2xDR4"; length "30m"; }
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// expect { power max="100W"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=2 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Error "expect/power" "more power than expected" => run
}

/// Watts so far, and what is missing from them.
#[derive(Default)]
struct Sum {
    known: u64,
    modules: u64,
    unknown: u64,
}

impl Sum {
    fn add(&mut self, standing: Option<Standing<'_>>) {
        match standing.and_then(|s| s.figures.draw()) {
            Some(draw) => (self.known, self.modules) = (self.known + draw.v.max.0, self.modules + 1),
            None => self.unknown += 1,
        }
    }
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    if !ctx.whole {
        return;
    }
    for expect in &ctx.fabric.intent.expect {
        let Claim::Power(max) = &expect.claim else { continue };
        let sum = sum(ctx);
        let known = format!("{} draw up to {}", count(sum.modules, "module"), Power(sum.known));
        let switches = ctx.fabric.switches.iter().filter(|s| !s.absent).count() as u64;
        let unknown = format!("{} and {}", count(switches, "switch"), count(sum.unknown, "cable end"));
        let found = match sum.known > max.v.0 {
            true => RULE.at(max.at, format!("{known}, more than {}", max.v)),
            false => Diagnostic {
                severity: Severity::Note,
                ..RULE.at(max.at, format!("{known}, not all of it is known"))
            },
        };
        findings.push(found.note(format!("not known, hence not in the sum: {unknown}")));
    }
}

fn sum(ctx: &Ctx) -> Sum {
    let fabric = ctx.fabric;
    let mut sum = Sum::default();
    let optic =
        |line: &Line, side: &Side| in_cage(fabric, &line.media.as_ref()?.v, line.speed.v, side.children);
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent) {
        let mut last = 0;
        for wire in fabric.switch_wires(index) {
            let link = &fabric.links[wire.link as usize];
            if wire.port.cage == last || !fabric.is_present(link) {
                continue;
            }
            last = wire.port.cage;
            let line = fabric.line_of(link);
            let upper = fabric.lines[link.line as usize].upper == switch.tier;
            let side = if upper { Some(&line.upper_side) } else { line.lower_side.as_ref() };
            sum.add(side.and_then(|s| optic(line, s)));
        }
    }
    for link in fabric.links.iter().filter(|l| fabric.is_present(l)) {
        let line = fabric.line_of(link);
        if matches!(line.lower, Lower::Hosts { .. }) {
            sum.add(line.media.as_ref().and_then(|m| in_port(fabric, &m.v, line.speed.v)));
        }
    }
    sum
}
