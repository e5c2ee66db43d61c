//! `fabc validate`: config_db.json against SONiC's own YANG models.

use std::path::PathBuf;

use super::screen::Screen;
use super::source::Source;
use super::wanted::reports;
use super::{Exit, Failure};

/// Check config_db.json against SONiC's own YANG models
///
/// Files are checked as they lie there. A fabric is made in memory, and each refusal is shown at the line that asked for
/// the value.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Rows of tables that have no model are not checked, as on a switch; fabc says how many there are.\n\n\
    Exit codes: 0 nothing is refused, 1 something is, 2 it could not be checked.",
    mut_arg("format", reports),
    mut_arg("fabric", |arg| arg.index(1).value_name("FABRIC|FILE").help(
        "A config_db.json, or a fabric: its root file, or the folder that holds a fabric.kdl"
    )),
)]
pub(crate) struct Args {
    /// The models: a folder as /usr/local/yang-models on a switch
    #[arg(long, value_name = "DIR")]
    yang: PathBuf,
    /// Check every switch of a fabric, not one of each kind
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    source: Source,
    /// Further config_db.json
    #[arg(value_name = "FILE", index = 2)]
    more: Vec<PathBuf>,
}

#[cfg(not(feature = "yang"))]
pub(crate) fn run(args: &Args, _: &Screen) -> Result<Exit, Failure> {
    let Args { yang: _, all: _, source: _, more: _ } = args;
    Err(Failure::new(
        "this fabc was built without libyang: build it with `cargo install --path compiler --features yang`, which \
         needs a C compiler, cmake and PCRE2 (Debian: cmake, libpcre2-dev)",
    ))
}

#[cfg(feature = "yang")]
pub(crate) use with_libyang::run;

#[cfg(feature = "yang")]
mod with_libyang {
    use std::collections::BTreeMap;
    use std::path::Path;

    use fabc_lang::diagnostic::Findings;
    use fabc_lang::source::Sources;
    use fabc_lang::syntax::utf8;
    use fabc_lang::units::grouped;
    use fabc_yang::{Models, Verdict};
    use serde_json::{Value, json};

    use super::{Args, Exit, Failure, PathBuf, Screen};
    use crate::checks::count;
    use crate::cli::config_db::read;
    use crate::cli::wanted::{Looked, families};
    use crate::files;
    use crate::report::Format;
    use crate::validate::{self, fabric, file};

    /// What was judged: a file, or a switch that stands for its like.
    struct Judged {
        name: String,
        alike: usize,
        verdict: Verdict,
        own: BTreeMap<String, usize>,
    }

    pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
        let models = Models::load(&args.yang).map_err(|error| {
            Failure::new(format!("cannot read the YANG models in {}: {}", args.yang.display(), error.0))
        })?;
        let inputs: Vec<&PathBuf> = std::iter::once(&args.source.fabric).chain(&args.more).collect();
        let fabric = inputs.iter().find(|path| is_fabric(path, screen));
        let what = if fabric.is_some() { "switch" } else { "file" };
        let (sources, findings, judged) = match fabric {
            Some(path) if inputs.len() > 1 => {
                let path = path.display();
                return Err(Failure::new(format!(
                    "{path} is a fabric: it is checked alone, without other files"
                )));
            }
            Some(_) => of_fabric(args, &models, screen)?,
            None => of_files(&inputs, args, &models, screen)?,
        };
        let failed = findings.has_errors();
        let looked = Looked { at: &args.source.fabric, families: families(validate::RULES) };
        let exit = args.source.wanted.report(&sources, findings, looked, screen);
        if args.source.wanted.format == Format::Json {
            screen.data(&document(&judged))?;
        } else if !failed && !args.source.wanted.format.is_report() {
            screen.status(&summary(&judged, what))?;
        }
        Ok(exit)
    }

    /// A folder, or a file of the language.
    fn is_fabric(path: &Path, screen: &Screen) -> bool {
        path.extension().is_some_and(|extension| extension == "kdl")
            || screen.host.canonical(&path.join("fabric.kdl")).is_ok()
    }

    type Outcome = (Sources, Findings, Vec<Judged>);

    fn of_fabric(args: &Args, models: &Models, screen: &Screen) -> Result<Outcome, Failure> {
        let mut analysis = args.source.analyze(screen)?;
        let mut findings = std::mem::take(&mut analysis.findings);
        let Some(fabric) = analysis.fabric.filter(|_| !findings.has_errors()) else {
            return Ok((analysis.sources, findings, Vec::new()));
        };
        // What `fabc check` says beside errors is its own.
        findings = Findings::default();
        let Some(bundle) = files::bundle(&fabric, &mut findings) else {
            return Ok((analysis.sources, findings, Vec::new()));
        };
        let heads = match args.all {
            true => fabric::every(&fabric),
            false => fabric::one_of_each(&fabric, &bundle),
        };
        let judged = fabric::validate(models, &fabric, &bundle, &heads, &mut findings);
        analysis.levels.apply(&mut findings, true);
        let judged = judged.into_iter();
        let judged = judged
            .map(|j| Judged { name: j.switch, alike: j.alike, verdict: j.verdict, own: j.own })
            .collect();
        Ok((analysis.sources, findings, judged))
    }

    fn of_files(
        inputs: &[&PathBuf],
        args: &Args,
        models: &Models,
        screen: &Screen,
    ) -> Result<Outcome, Failure> {
        let (mut sources, mut findings, mut judged) = (Sources::default(), Findings::default(), Vec::new());
        for path in inputs {
            let name = path.display().to_string();
            let bytes = read(path, screen)?;
            let text = match utf8(&name, &bytes) {
                Ok(text) => text,
                Err(found) => {
                    findings.push(*found);
                    continue;
                }
            };
            let id = sources.add(name.clone(), text);
            if let Some(verdict) = file::validate(models, &sources, id, &mut findings) {
                judged.push(Judged { name, alike: 1, verdict, own: BTreeMap::new() });
            }
        }
        args.source.wanted.levels()?.apply(&mut findings, true);
        Ok((sources, findings, judged))
    }

    /// Of files where `what` is "file", of switches where it is "switch".
    fn summary(judged: &[Judged], what: &str) -> String {
        let count = |n: usize, what: &str| count(n as u64, what);
        let rows: usize = judged.iter().map(|one| one.verdict.rows).sum();
        let alike: usize = judged.iter().map(|one| one.alike).sum();
        let bare: usize = judged.iter().flat_map(|one| &one.verdict.unmodelled).map(|(_, rows)| rows).sum();
        let stands = if alike > judged.len() {
            format!(", which stand for {}", grouped(alike as u64))
        } else {
            String::new()
        };
        let own: usize = judged.iter().flat_map(|one| one.own.values()).sum();
        let mut rest = [(bare, "row", "without a model"), (own, "field", "that the models don't know")]
            .into_iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, what, how)| format!("{} {how}", count(n, what)))
            .collect::<Vec<_>>()
            .join(", ");
        if !rest.is_empty() {
            rest = format!("; not checked: {rest}");
        }
        format!("valid: {} of {}{stands}{rest}", count(rows, "row"), count(judged.len(), what))
    }

    fn document(judged: &[Judged]) -> String {
        let one = |one: &Judged| {
            let Judged { name, alike, verdict, own } = one;
            let bare: Vec<Value> = verdict
                .unmodelled
                .iter()
                .map(|(table, rows)| json!({ "table": table, "rows": rows }))
                .collect();
            json!({
                "name": name, "stands_for": alike, "rows": verdict.rows, "refused": verdict.violations.len(),
                "without_model": bare, "unknown_fields": own,
            })
        };
        let list: Vec<Value> = judged.iter().map(one).collect();
        json!({ "schema_version": 1, "checked": list }).to_string() + "\n"
    }
}
