use fabc_lang::diagnostic::{Findings, nearest};
use fabc_lang::fabric::natural_cmp;

use crate::checks::Ctx;

check! {
    /// `switch NAME` takes the full name, as the build gives it: pods and planes before the tier, two digits
    /// at least.
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
    /// switch "leaf-1" { maintenance; }
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
    /// switch "leaf-01" { maintenance; }
    /// ```
    Error "overrides/unknown-switch" "an override for a switch that is not there" => run
}

/// So many unknown names get a "did you mean": looking through thousands of switches takes its time.
const GUESSES: usize = 20;

/// A name without the number at its end, and that number.
fn parts(name: &str) -> (&str, Option<u64>) {
    let front = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (front, name.get(front.len()..).and_then(|digits| digits.parse().ok()))
}

/// What the switches are called that this name differs from by its number.
fn siblings(ctx: &Ctx, name: &str) -> Option<String> {
    let (front, number) = parts(name);
    number?;
    let mut names =
        ctx.fabric.switches.iter().map(|s| s.name.as_str()).filter(|other| parts(other).0 == front);
    if let Some(same) = names.clone().find(|other| parts(other).1 == number) {
        return Some(format!("did you mean \"{same}\"?"));
    }
    let first = names.next()?;
    let last = names.next_back().unwrap_or(first);
    Some(if first == last {
        format!("there is \"{first}\" only")
    } else {
        format!("there are \"{first}\" to \"{last}\"")
    })
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    let known = |name: &str| fabric.switches.binary_search_by(|s| natural_cmp(&s.name, name)).is_ok();
    let unknown = fabric.intent.switches.iter().filter(|s| !known(&s.name.v));
    for (n, switch) in unknown.enumerate() {
        let name = &switch.name.v;
        let names = fabric.switches.iter().map(|s| s.name.as_str());
        let near = if n < GUESSES { nearest(name, names) } else { None };
        let help = match (near, fabric.switches.first()) {
            (Some(near), _) => format!("did you mean \"{near}\"?"),
            (None, Some(first)) => format!("names are like \"{}\"", first.name),
            (None, None) => "there are no switches".to_owned(),
        };
        let sibling = Some(name).filter(|_| n < GUESSES).and_then(|name| siblings(ctx, name));
        let found = RULE.at(switch.name.at, format!("there is no switch `{name}`"));
        let found = found.instead_opt(near.filter(|_| sibling.is_none()));
        findings.push(found.help(sibling.unwrap_or(help)));
    }
}
