//! Fabric to files: the targets' bundle as a tree that the writer takes, with the user's templates.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use fabc_lang::diagnostic::{Diagnostic, Findings, Rule};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Nos;
use fabc_lang::source::{Sources, Span};
use fabc_targets::frr::{self, TemplateError};
use fabc_targets::sonic::secrets::Secrets;
use fabc_targets::{Bundle, BundleError, File, Lab, sonic};

use crate::host::Host;
use crate::output::Tree;
use crate::{checks, deadlock, lint};

/// fabc's own version, as it stands in the files.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest template, in bytes.
const TEMPLATE_LIMIT: usize = 1 << 20;

fabc_lang::rule! {
    /// A template in `--templates` doesn't compile, or can't be rendered with what fabc gives it.
    pub static TEMPLATE = Error "template/invalid" "a template that can't be rendered";
}
fabc_lang::rule! {
    /// With the reload at its end ZTP lets go of the address that DHCP gave to eth0. A config_db.json without MGMT_INTERFACE
    /// leaves eth0 to DHCP again, so that the switch is where the lease says, and not where the fabric does.
    pub static NO_ADDRESS = Warning "ztp/no-address" "ZTP for switches without a management address";
}
fabc_lang::rule! {
    /// Files for ZTP place frr.conf before the reload, as community SONiC starts FRR. What Enterprise SONiC does with it, and
    /// which of its rows need `roce enable` and a reboot first, is stated by no public source.
    pub static NOT_KNOWN = Error "ztp/not-known" "ZTP of a system whose first day isn't known";
}
/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[&TEMPLATE, &NO_ADDRESS, &NOT_KNOWN];

struct Files<'a>(Bundle<'a>);

impl Tree for Files<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn path(&self, i: usize) -> Cow<'_, str> {
        self.0.path(i)
    }

    fn render(&self, i: usize, out: &mut Vec<u8>) {
        self.0.render(i, out);
    }

    fn part(&self, i: usize, part: usize, out: &mut Vec<u8>) -> bool {
        self.0.part(i, part, out)
    }
}

/// The files of a fabric; none where a template is wrong.
pub(crate) fn tree<'a>(
    fabric: &'a Fabric,
    templates: Option<&Path>,
    lab: Option<Lab>,
    ztp: Option<&str>,
    sources: &mut Sources,
    host: &dyn Host,
    findings: &mut Findings,
) -> Option<Box<dyn Tree + 'a>> {
    let mut bundle = with_templates(fabric, templates, sources, host, findings)?;
    if let Some(lab) = lab {
        bundle = bundle.with_lab(lab);
    }
    if let Some(base) = ztp {
        bundle = with_ztp(bundle, fabric, base, findings);
    }
    Some(Box::new(Files(bundle)))
}

/// The same with what ZTP asks for, and what is to be said of that.
pub(crate) fn with_ztp<'a>(
    bundle: Bundle<'a>,
    fabric: &Fabric,
    base: &str,
    findings: &mut Findings,
) -> Bundle<'a> {
    let nos = &fabric.intent.fabric.nos;
    if nos.v != Nos::Sonic {
        let text = format!("what ZTP has to do for {} is not known", nos.v.name());
        findings.push(NOT_KNOWN.at(nos.at, text).help("leave --ztp out"));
    }
    let there = fabric.switches.iter().filter(|switch| !switch.absent);
    let lacking: Vec<&str> = there.filter(|s| s.mgmt.is_none()).map(|s| s.name.as_str()).collect();
    if let Some(first) = lacking.first() {
        let es = if lacking.len() == 1 { "" } else { "es" };
        let text = format!("{} switch{es} without a management address, first `{first}`", lacking.len());
        findings.push(NO_ADDRESS.anywhere(text).help("`management { subnet \"…\" gateway=\"…\"; }`"));
    }
    bundle.with_ztp(base.to_owned())
}

/// Where switches find a build: an address that ZTP's curl knows, without a `/` at its end.
pub(crate) fn base_url(text: &str) -> Result<String, String> {
    let schemes = ["http://", "https://", "ftp://", "tftp://", "file:///"];
    let plain = |c: char| c.is_ascii_graphic() && !"\"'`\\$<>{}|^?#,;".contains(c);
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    match rest.is_some_and(|rest| !rest.is_empty()) && text.chars().all(plain) && !text.contains('@') {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("not a plain URL of a folder, like http://10.0.0.5/fabric".to_owned()),
    }
}

/// The same, as the targets have it.
pub(crate) fn with_templates<'a>(
    fabric: &'a Fabric,
    templates: Option<&Path>,
    sources: &mut Sources,
    host: &dyn Host,
    findings: &mut Findings,
) -> Option<Bundle<'a>> {
    let own = templates.map_or_else(BTreeMap::new, |folder| self::templates(folder, host, findings));
    match Bundle::new(fabric, VERSION, own.clone()) {
        Ok(bundle) => {
            // The built-in template has been looked at with the other checks.
            if !own.is_empty() {
                lint::frr::of_templates(fabric, own.clone(), sources, findings);
                deadlock::look(fabric, own, findings);
            }
            Some(bundle)
        }
        Err(BundleError::Release) => {
            findings.push(checks::unknown_release(fabric));
            None
        }
        Err(BundleError::Template(error)) => {
            findings.push(template(&error, &own, sources));
            None
        }
    }
}

/// The files of a fabric by the built-in templates, switch by switch.
#[cfg(feature = "yang")]
pub(crate) fn bundle<'a>(fabric: &'a Fabric, findings: &mut Findings) -> Option<Bundle<'a>> {
    let bundle = Bundle::new(fabric, VERSION, BTreeMap::new());
    if bundle.is_err() {
        // The built-in templates always render.
        findings.push(checks::unknown_release(fabric));
    }
    bundle.ok()
}

/// Files of one switch with its secrets: path within the folder, and bytes.
pub(crate) fn with_secrets(
    bundle: &Bundle<'_>,
    secrets: &Secrets,
    i: usize,
) -> Option<(Cow<'static, str>, Vec<u8>)> {
    let mut bytes = Vec::new();
    match bundle.file(i)? {
        File::ConfigDb(index) => sonic::config_db_with(&bundle.device(index)?, secrets).render(&mut bytes),
        File::FrrConf(_) | File::SonicCli(_) | File::ZtpJson(_) | File::ZtpScript | File::ZtpSwitches => {
            bundle.render(i, &mut bytes);
        }
        _ => return None,
    }
    Some((bundle.path(i), bytes))
}

/// The user's templates by name. A folder without any is a mistake.
pub(crate) fn templates(folder: &Path, host: &dyn Host, findings: &mut Findings) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    let path = folder.join(frr::NAME);
    match host.read(&path, TEMPLATE_LIMIT).map(String::from_utf8) {
        Ok(Ok(text)) => {
            own.insert(frr::NAME.to_owned(), text);
        }
        Ok(Err(_)) => findings.push(TEMPLATE.anywhere(format!("`{}` is not UTF-8", path.display()))),
        Err(error) => {
            let text = format!("cannot read `{}`: {error}", path.display());
            findings.push(
                TEMPLATE.anywhere(text).help(format!("--templates takes a folder that holds {}", frr::NAME)),
            );
        }
    }
    own
}

fn template(error: &TemplateError, own: &BTreeMap<String, String>, sources: &mut Sources) -> Diagnostic {
    let Some(text) = own.get(&error.name) else { return TEMPLATE.anywhere(error.message.clone()) };
    let file = sources.add(error.name.clone(), text.as_str());
    let of_line = |line: usize| {
        let source = sources.get(file)?;
        let start = source.line_start(line);
        Some(start..source.line_start(line + 1).saturating_sub(1).max(start))
    };
    let range = error.range.clone().or_else(|| error.line.and_then(of_line)).unwrap_or(0..0);
    let span = Span::new(file, range.start, range.end);
    TEMPLATE.at(span, error.message.clone())
}
