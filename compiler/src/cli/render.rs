//! `fabc render`: files of switches with their secrets, apart from the build.

use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::{Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_targets::sonic::secrets::{self, Secrets};

use super::screen::Screen;
use super::source::Source;
use super::{Exit, Failure, known};
use crate::files;
use crate::host::Host;
use crate::output::{FAILED, MANIFEST, Manifest, write_private};
use crate::pipeline::Analysis;

fabc_lang::rule! {
    /// An environment variable that `secret-env` names is not set, or is empty. `fabc render --secrets-from-env` needs all of
    /// them: a file that lacks one of its secrets looks as if it were whole.
    pub static NOT_SET = Error "render/secret-not-set" "a secret that is not in the environment";
}
fabc_lang::rule! {
    /// An environment variable that `secret-env` names holds a text that SONiC's YANG refuses: a community has 4 to 32
    /// characters without blanks, `@`, `,`, `:`, `|`, `\` and `'`; a TACACS+ key has 1 to 256 without blanks, `#` and `,`.
    pub static NOT_TAKEN = Error "render/secret-refused" "a secret that SONiC refuses";
}
fabc_lang::rule! {
    /// No source says in which tables Enterprise SONiC keeps communities and keys, so `fabc render` writes none of its files.
    pub static NO_TABLES = Error "render/no-tables" "secrets of a system whose tables aren't known";
}

/// Rules that this command reports under.
pub(crate) static RULES: &[&Rule] = &[&NOT_SET, &NOT_TAKEN, &NO_TABLES];

/// Write the files of switches together with their secrets, for ZTP and the like
///
/// A build holds no secrets. This writes the files of the switches named, or of all, config_db.json with the rows that hold
/// secrets, which it takes from the environment variables that the source names by `secret-env`. Folders get mode 0700,
/// files 0600; no secret is ever printed. Folders inside of a build, or in a Git work tree that does not ignore them, are
/// refused.
#[derive(Debug, clap::Args)]
#[command(after_help = super::EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Switches to write; all where none is named
    #[arg(value_name = "SWITCH")]
    switches: Vec<String>,
    /// Take the secrets from the environment
    #[arg(long, required = true)]
    secrets_from_env: bool,
    /// The folder to write
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Take frr.conf.j2 from DIR in place of the built-in one
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Write what ZTP asks for too, as `fabc build --ztp` does; switches find the folder at URL
    #[arg(long, value_name = "URL", value_parser = files::base_url)]
    ztp: Option<String>,
    /// Write into a build, or where Git would take the files up
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, screen: &Screen) -> Result<Exit, Failure> {
    let Analysis { mut sources, mut findings, levels, fabric, .. } =
        args.source.analyze_for(args.templates.is_some(), screen)?;
    let Some(fabric) = fabric.filter(|_| !findings.has_errors()) else {
        return Ok(args.source.report(&sources, findings, screen));
    };
    known(&args.switches, &fabric)?;
    if !args.force {
        apart(&args.out, screen.host)?;
    }
    let mut late = Findings::default();
    let (secrets, count) = take(&fabric, screen.host, &mut late);
    let templates = args.templates.as_deref();
    let bundle = files::with_templates(&fabric, templates, &mut sources, screen.host, &mut late);
    let bundle = bundle.map(|bundle| match &args.ztp {
        Some(base) => files::with_ztp(bundle, &fabric, base, &mut late),
        None => bundle,
    });
    levels.apply(&mut late, bundle.is_some());
    // True of a build, not of these files.
    findings.retain(|d| d.code() != "nos/login-stays-local");
    let bundle = bundle.filter(|_| !late.has_errors());
    findings.extend(late);
    let mut written = 0u32;
    for i in 0..bundle.as_ref().map_or(0, fabc_targets::Bundle::len) {
        let Some((path, bytes)) = bundle.as_ref().and_then(|b| files::with_secrets(b, &secrets, i)) else {
            continue;
        };
        let name = path.split('/').nth(1).unwrap_or_default();
        let of_all = path.starts_with("ztp/");
        if !of_all && !args.switches.is_empty() && !args.switches.iter().any(|s| s == name) {
            continue;
        }
        if let Err(error) = write_private(&args.out, &path, &bytes) {
            findings.push(FAILED.anywhere(error.to_string()));
            args.source.report(&sources, findings, screen);
            return Ok(Exit::Failed);
        }
        written += 1;
    }
    let failure = bundle.as_ref().and_then(fabc_targets::Bundle::failure);
    let done = bundle.is_some();
    drop(bundle);
    if let Some(error) = failure {
        findings.push(files::TEMPLATE.anywhere(error.message));
    }
    let exit = args.source.report(&sources, findings, screen);
    if done {
        let s = if count == 1 { "" } else { "s" };
        screen.status(&format!("{}: {written} files with {count} secret{s}", args.out.display()))?;
    }
    Ok(exit)
}

/// Whether nothing that others read is around the folder: no build, no Git work tree that would take the files up.
fn apart(out: &Path, host: &dyn Host) -> Result<(), Failure> {
    let refused = |why: String| {
        Failure::new(format!(
            "{} {why}: secrets stay out of it; name another folder, or say --force",
            out.display()
        ))
    };
    let absolute = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let real = absolute.ancestors().find_map(|folder| host.canonical(folder).ok().map(|real| (folder, real)));
    let real = real.and_then(|(folder, real)| Some(real.join(absolute.strip_prefix(folder).ok()?)));
    for folder in real.as_deref().unwrap_or(&absolute).ancestors() {
        let manifest = host.read(&folder.join(MANIFEST), usize::MAX - 1).ok();
        if manifest.is_some_and(|bytes| Manifest::parse(&bytes).is_some()) {
            return Err(refused(format!("is in the build {}", folder.display())));
        }
    }
    if host.is_ignored(&out.join("switches/any/config_db.json")) == Some(false) {
        return Err(refused("is in a Git work tree that does not ignore it".into()));
    }
    Ok(())
}

/// The secrets that the fabric asks for, and their number.
fn take(fabric: &Fabric, host: &dyn Host, findings: &mut Findings) -> (Secrets, usize) {
    let (mut secrets, asked) = (Secrets::default(), secrets::asked(fabric));
    let node = &fabric.intent.fabric;
    if let Some(first) = asked.first().filter(|_| node.nos.v != fabc_lang::intent::Nos::Sonic) {
        let text = format!("where {} keeps secrets is not known", node.nos.v.name());
        findings.push(
            NO_TABLES
                .at(first.variable.at, text)
                .label(node.nos.at, "this system")
                .help("set them on the switches"),
        );
    }
    for secret in &asked {
        let (name, at) = (&secret.variable.v, secret.variable.at);
        match host.env(name) {
            Some(value) if secret.kind.takes(&value) => secrets.put(name, value),
            Some(_) => {
                let text = format!("what `{name}` holds can't be {}", secret.kind.name());
                findings.push(NOT_TAKEN.at(at, text).help(format!("SONiC takes {}", secret.kind.limits())));
            }
            None => {
                let text = format!("`{name}` is not set in the environment, or empty");
                findings.push(NOT_SET.at(at, text).help(format!("set {name} before you run `fabc render`")));
            }
        }
    }
    (secrets, asked.len())
}
