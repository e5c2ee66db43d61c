//! Files through all lints, with what is known about their boxes.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::Fabric;
use fabc_lang::intent::Nos;
use fabc_lang::platform::{Catalog, NicModel, Platform, nics};
use fabc_lang::source::{FileId, Sources};
use fabc_targets::sonic::Release;

use super::across::{self, Claims};
use super::blame::{Blame, Switch};
use super::{Given, frr, model_of, run};
use crate::config_db::Db;

/// The number of a file that is not among the sources yet.
pub(super) const LOOSE: FileId = FileId(u32::MAX);

/// Findings of an frr.conf whose lines are looked for in the fabric.
const BLAMED: usize = 32;

/// Where files are looked at, from any thread.
pub struct Desk<'f> {
    shelf: Mutex<Shelf>,
    nics: Vec<Arc<NicModel>>,
    /// The box that all files are for, where the user says so.
    model: Option<Arc<Platform>>,
    /// The release that all files are for, where the user says so.
    release: Option<&'static Release>,
    blame: Option<Blame<'f>>,
}

/// Platforms, each read when a file first asks for it.
struct Shelf {
    catalog: Catalog,
    sources: Sources,
    findings: Findings,
    /// By `platform` and `hwsku` of DEVICE_METADATA.
    known: BTreeMap<[String; 2], (Option<Arc<Platform>>, bool)>,
}

/// What there is to say of a file.
#[derive(Debug)]
pub struct Looked {
    name: String,
    /// None where nothing is said, or it is no text.
    text: Option<String>,
    findings: Findings,
    claims: Claims,
    /// Of its text.
    hash: u64,
}

impl<'f> Desk<'f> {
    /// A desk with the built-in platforms, and those of the fabric, which was read from `sources`. Files of its switches
    /// are told which lines asked for their rows.
    pub fn new(fabric: Option<&'f Fabric>, sources: Sources) -> Self {
        let own = fabric.map_or(&[][..], |fabric| &fabric.intent.platforms);
        // Mistakes in platforms are the fabric's own; it was read before.
        let catalog = Catalog::new(own, &mut Findings::default());
        let mut shelf = Shelf { catalog, sources, findings: Findings::default(), known: BTreeMap::new() };
        let Shelf { catalog, sources, findings, .. } = &mut shelf;
        let nics = nics().filter_map(|name| catalog.nic(name, sources, findings)).collect();
        Desk {
            shelf: Mutex::new(shelf),
            nics,
            model: None,
            release: None,
            blame: fabric.and_then(Blame::new),
        }
    }

    /// All files are for this box. The error tells what there is instead.
    pub fn set_platform(&mut self, name: &str) -> Result<(), String> {
        let mut findings = Findings::default();
        let mut shelf = self.shelf();
        let Shelf { catalog, sources, .. } = &mut *shelf;
        let model = catalog.platform(name, None, sources, &mut findings);
        drop(shelf);
        self.model = model;
        if self.model.is_some() {
            return Ok(());
        }
        let told = |d: &Diagnostic| format!("{}; {}", d.message, d.help.as_deref().unwrap_or_default());
        Err(findings.iter().next().map_or_else(String::new, told))
    }

    /// All files are for this release. The error tells what there is instead.
    pub fn set_release(&mut self, name: &str) -> Result<(), String> {
        self.release = Release::find(Nos::Sonic, name).or_else(|| Release::find(Nos::EnterpriseSonic, name));
        let names = || Release::all().iter().map(|release| release.name).collect::<Vec<_>>().join(", ");
        self.release
            .map(|_| ())
            .ok_or_else(|| format!("no release is called `{name}`; there are {}", names()))
    }

    /// Looks at a file; `name` is its path.
    pub fn look(&self, name: &str, text: String) -> Looked {
        if frr::is_frr(name, &text) {
            self.look_at_frr(name, text, None)
        } else {
            self.look_at_db(name, text)
        }
    }

    /// Looks at an frr.conf, with the text of the config_db.json of the same switch.
    pub fn look_at_frr(&self, name: &str, text: String, beside: Option<String>) -> Looked {
        let mut own = Sources::default();
        let id = own.add(name, text);
        let mut findings = Findings::default();
        let beside = beside.map(|text| own.add("config_db.json", text)).and_then(|id| own.get(id));
        let db = beside.and_then(|source| Db::read(source, LOOSE, &mut Findings::default()));
        let given = db.as_ref().map_or_else(frr::Given::default, frr::Given::beside);
        let device = self.blame.as_ref().and_then(|blame| blame.named(name));
        let release = self.release.or(device.as_ref().map(Switch::release)).or(given.release);
        let given = frr::Given {
            release,
            sonic: given.sonic || release.is_some(),
            alone: frr::is_of_one_daemon(name),
            ..given
        };
        if let Some(source) = own.get(id) {
            frr::run(source, LOOSE, given, &mut findings);
            if let Some(switch) = device {
                // Each is looked for in the whole file.
                findings
                    .iter_mut()
                    .take(BLAMED)
                    .for_each(|finding| switch.blame_line(finding, source.text()));
            }
        }
        let text = own.get(id).filter(|_| !findings.is_empty()).map(|source| source.text().to_owned());
        Looked { name: name.to_owned(), text, findings, claims: Claims::default(), hash: 0 }
    }

    fn look_at_db(&self, name: &str, text: String) -> Looked {
        let mut own = Sources::default();
        let id = own.add(name, text);
        let mut findings = Findings::default();
        let mut claims = Claims::default();
        if let Some(db) = own.get(id).and_then(|source| Db::read(source, LOOSE, &mut findings)) {
            let switch = self.blame.as_ref().and_then(|blame| blame.switch(name, &db));
            let (model, sku) = match (&self.model, switch.as_ref()) {
                (Some(model), _) => (Some(Arc::clone(model)), true),
                (None, Some(switch)) => (Some(switch.model()), true),
                (None, None) => self.shelf().model_of(&db),
            };
            let buffers = switch.as_ref().and_then(Switch::buffers);
            let release = self.release.or(switch.as_ref().map(Switch::release));
            let (nos, release) = (release.map(|r| r.nos), release.map(|r| r.name));
            let given = Given { model: model.as_deref(), sku, nics: &self.nics, nos, release, buffers };
            run(&db, given, &mut findings);
            claims = Claims::of(&db);
            if let Some(switch) = switch {
                findings.iter_mut().for_each(|finding| switch.blame(finding, &db));
            }
        }
        let hash = own.get(id).map_or(0, |source| hash(source.text()));
        let text = own.get(id).filter(|_| !findings.is_empty()).map(|source| source.text().to_owned());
        Looked { name: name.to_owned(), text, findings, claims, hash }
    }

    /// A file that could not be read as text.
    pub fn unread(name: &str, found: Diagnostic) -> Looked {
        let mut findings = Findings::default();
        findings.push(found);
        Looked { name: name.to_owned(), text: None, findings, claims: Claims::default(), hash: 0 }
    }

    /// All that was found, and the sources that it is found in; files of which nothing is said are not among them. A file of
    /// which something is said only beside others is read `again`, by its path.
    pub fn report(
        self,
        looked: impl IntoIterator<Item = Looked>,
        again: impl Fn(&str) -> Option<String>,
    ) -> (Sources, Findings) {
        let shelf = self.shelf.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (mut sources, mut findings) = (shelf.sources, shelf.findings);
        let mut looked: Vec<Looked> = looked.into_iter().collect();
        let clashes = across::clashes(looked.iter().map(|looked| (&*looked.name, &looked.claims)));
        for index in clashes.iter().flat_map(|clash| clash.files) {
            let Looked { name, text, hash: known, .. } = &mut looked[index];
            if text.is_none() {
                // One that was changed meanwhile has its words elsewhere.
                *text = again(name).filter(|text| hash(text) == *known);
            }
        }
        let mut files = Vec::with_capacity(looked.len());
        for Looked { name, text, findings: mut found, .. } in looked {
            let Some(text) = text else {
                files.push(None);
                findings.extend(found);
                continue;
            };
            let file = sources.add(name.clone(), text);
            files.push(Some((file, name)));
            let labels = found.iter_mut().flat_map(|finding| &mut finding.labels);
            labels.filter(|label| label.span.file == LOOSE).for_each(|label| label.span.file = file);
            findings.extend(found);
        }
        for clash in clashes {
            if let [Some((later, path)), Some((first, other))] = clash.files.map(|index| &files[index]) {
                findings.push(clash.finding([*later, *first], [path, other]));
            }
        }
        (sources, findings)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Shelf {
    /// See [`model_of`]; each pair of names is looked up once.
    fn model_of(&mut self, db: &Db<'_>) -> (Option<Arc<Platform>>, bool) {
        let row = db.row("DEVICE_METADATA", "localhost");
        let text = |name: &str| row.and_then(|row| row.text(name)).map(|text| text.v.to_string());
        let key = ["platform", "hwsku"].map(|name| text(name).unwrap_or_default());
        let Shelf { catalog, sources, findings, known } = self;
        known.entry(key).or_insert_with(|| model_of(db, catalog, sources, findings)).clone()
    }
}
