use fabc_lang::diagnostic::Findings;
use fabc_targets::sonic::{self, Doubt};

use crate::checks::{Ctx, count};

check! {
    /// Not all that Enterprise SONiC takes is public. What is certain is written. What is likely, for an older design
    /// document has it, or community SONiC, is written too, but never silently: it is named here and in `manifest.json`,
    /// and `--deny nos/likely-row` makes it an error. A word that nobody knows is never written.
    ///
    /// `lang/docs/enterprise.md` has every table with how certain it is, and where that is from.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "enterprise-sonic" release="4.5"; }
    /// hosts "gpu" count=4 { nic speed="400G"; }
    /// tier "leaf" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// routing {
    ///     asn leaf=4210000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
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
    /// ```
    Warning "nos/likely-row" "rows that are likely, not certain" => run
}

fn run(ctx: &Ctx, findings: &mut Findings) {
    let nos = ctx.fabric.intent.fabric.nos;
    let doubts = sonic::doubts(ctx.fabric);
    let Some(first) = doubts.first() else { return };
    let message = format!("likely, not certain: {}", parts(&doubts));
    let mut found = RULE.at(nos.at, message);
    // Those of one reason together, in the order in which the reasons come.
    let mut rest: Vec<&Doubt> = doubts.iter().collect();
    let mut why = Some(first.why);
    while let Some(reason) = why {
        let (same, other): (Vec<&Doubt>, Vec<&Doubt>) = rest.into_iter().partition(|d| d.why == reason);
        let names: Vec<String> = same.iter().map(|d| name(d)).collect();
        found = found.note(format!("{}: {reason}", names.join("; ")));
        why = other.first().map(|d| d.why);
        rest = other;
    }
    findings.push(found.help("compare them with /etc/sonic/config_db.json of a box before you load them"));
}

/// `20 tables of config_db.json`, `20 tables of config_db.json, 1 line of sonic-cli.txt, frr.conf`.
fn parts(doubts: &[Doubt]) -> String {
    let mut tables: Vec<&str> =
        doubts.iter().filter(|d| d.file == "config_db.json").map(|d| d.what.as_str()).collect();
    tables.dedup();
    let mut parts = format!("{} of config_db.json", count(tables.len() as u64, "table"));
    let lines = doubts.iter().filter(|d| d.file == "sonic-cli.txt").count();
    if lines > 0 {
        parts += &format!(", {} of sonic-cli.txt", count(lines as u64, "line"));
    }
    if doubts.iter().any(|d| d.file == "frr.conf") {
        parts += ", frr.conf";
    }
    parts
}

/// `BUFFER_POOL mode, size`, `PFC_WD`.
fn name(doubt: &Doubt) -> String {
    let fields = doubt.fields.join(", ");
    match (doubt.file, fields.as_str()) {
        ("config_db.json", "") => doubt.what.clone(),
        ("config_db.json", fields) => format!("{} {fields}", doubt.what),
        (file, _) if file == doubt.what => file.to_owned(),
        (file, _) => format!("`{}` of {file}", doubt.what),
    }
}
