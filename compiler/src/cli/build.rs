//! `fabc build`: files, or every error.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::Findings;
use fabc_targets::frr::NAME as TEMPLATE_NAME;
use fabc_targets::{Lab, sonic};

use super::put::Put;
use super::screen::Screen;
use super::source::Source;
use super::wanted::reports;
use super::{Exit, Failure};
use crate::files::{VERSION, base_url};
use crate::growth::UNREADABLE;
use crate::output::{FAILED, Hash, Likely, MANIFEST, Manifest};
use crate::pipeline::{self, Analysis, EmitOptions};

/// Write all files of a fabric, or report every error and write nothing
///
/// All or nothing: the new tree is built in a hidden folder beside --out and swapped in, so that a build that fails or is
/// killed leaves the old one. What a killed build leaves beside it goes with the next. Unchanged files are not touched, and
/// files in --out that fabc did not write stay.
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES, mut_arg("format", reports))]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// The folder to write; nothing outside of it is touched but a staging folder beside it
    #[arg(short, long, value_name = "DIR", default_value = "build")]
    out: PathBuf,
    /// Write nothing; list what differs on disk, and exit with 1 if anything does
    #[arg(long)]
    check: bool,
    /// Compare with this fabric.json or Git revision, rather than with the last build, when guarding against moves
    #[arg(long, value_name = "FILE|REV")]
    since: Option<String>,
    /// Let existing ports, cables, addresses, ASNs and names move
    #[arg(long)]
    allow_moves: bool,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Write lab/ too: a containerlab topology whose switches are FRR, or SONiC in containers, and a Batfish snapshot
    #[arg(long, value_name = "KIND", num_args = 0..=1, require_equals = true, default_missing_value = "frr")]
    lab: Option<LabKind>,
    /// Write what ZTP asks for too: a ztp.json beside each switch's files, and ztp/; switches find the build at URL
    #[arg(long, value_name = "URL", value_parser = base_url)]
    ztp: Option<String>,
    /// Replace files that fabc did not write where they stand in the way
    #[arg(long)]
    force: bool,
}

/// What stands for a switch.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LabKind {
    /// FRR alone, with each switch's frr.conf and addresses
    Frr,
    /// SONiC in a container, with both files
    SonicVs,
}

impl From<LabKind> for Lab {
    fn from(kind: LabKind) -> Self {
        match kind {
            LabKind::Frr => Lab::Frr,
            LabKind::SonicVs => Lab::SonicVs,
        }
    }
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let Analysis { mut sources, mut findings, levels, fabric, inputs } =
        args.source.analyze_for(args.templates.is_some(), screen)?;
    let Some(fabric) = fabric.filter(|_| !findings.has_errors()) else {
        return Ok(args.source.report(&sources, findings, screen));
    };
    // The process ends with this command, and takes it along faster than it could be taken apart.
    let fabric = ManuallyDrop::new(fabric);
    let hash = |id| Hash::of(sources.get(id).map_or("", fabc_lang::source::Source::text).as_bytes());
    let mut inputs: Vec<_> = inputs.into_iter().map(|(name, id)| (name, hash(id))).collect();
    inputs.extend(args.templates.iter().filter_map(|folder| template_hash(folder, screen)));
    let lab = args.lab.map(Lab::from);
    // As an input it is in the manifest, and a build with another lab is another one.
    inputs.extend(lab.map(|lab| ("--lab".to_owned(), Hash::of(lab.name().as_bytes()))));
    inputs.extend(args.ztp.iter().map(|base| ("--ztp".to_owned(), Hash::of(base.as_bytes()))));
    let options = EmitOptions {
        source: args.source.path(screen)?,
        include_root: args.source.root.clone(),
        unchanged: same_origin(args, &inputs, screen),
        templates: args.templates.clone(),
        lab,
        ztp: args.ztp.clone(),
        since: args.since.clone(),
        out: args.out.clone(),
        allow_moves: args.allow_moves,
    };
    let likely = sonic::doubts(&fabric).into_iter().map(Likely::from).collect();
    let put = Put::new(&args.out, inputs, likely, args.source.wanted.format, args.force, screen);
    let mut late = Findings::default();
    let tree = pipeline::emit(&fabric, &mut sources, screen.host, &options, &mut late);
    levels.apply(&mut late, tree.is_some());
    let tree = tree.filter(|_| !late.has_errors());
    let unreached = late.iter().any(|d| d.code() == UNREADABLE.code);
    findings.extend(late);
    let Some(tree) = tree else {
        let reported = args.source.report(&sources, findings, screen);
        return Ok(if unreached { Exit::Failed } else { reported });
    };
    let mut late = Findings::default();
    let done = if args.check { put.check(&*tree, &mut late) } else { put.write(&*tree, &mut late) };
    levels.apply(&mut late, true);
    findings.extend(late);
    let (exit, told) = done.unwrap_or_else(|error| {
        findings.push(FAILED.anywhere(error.to_string()));
        (Exit::Failed, String::new())
    });
    let reported = args.source.report(&sources, findings, screen);
    screen.data(&told)?;
    Ok(exit.max(reported))
}

/// Whether the build on disk was made by this fabc from the same input.
fn same_origin(args: &Args, inputs: &[(String, Hash)], screen: &Screen) -> bool {
    let bytes = screen.host.read(&args.out.join(MANIFEST), usize::MAX - 1).unwrap_or_default();
    let manifest = Manifest::parse(&bytes);
    manifest.is_some_and(|m| m.fabc == VERSION && m.inputs == inputs.iter().cloned().collect())
}

/// The user's template as an input of the build.
fn template_hash(folder: &Path, screen: &Screen) -> Option<(String, Hash)> {
    let bytes = screen.host.read(&folder.join(TEMPLATE_NAME), usize::MAX - 1).ok()?;
    Some((format!("templates/{TEMPLATE_NAME}"), Hash::of(&bytes)))
}
