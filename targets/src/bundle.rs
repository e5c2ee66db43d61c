//! The list of files that a build consists of.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use fabc_lang::fabric::Fabric;

use crate::device::Device;
use crate::frr::{self, TemplateError, Templates};
use crate::lab::{self, Lab};
use crate::names::Names;
use crate::sonic::{self, Release};
use crate::{cabling, model, telemetry, ztp};

/// A file of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// `switches/NAME/config_db.json` of the switch with this index.
    ConfigDb(usize),
    /// `switches/NAME/frr.conf` of the switch with this index.
    FrrConf(usize),
    /// `switches/NAME/sonic-cli.txt` of the switch with this index; under Enterprise SONiC.
    SonicCli(usize),
    /// `hosts.csv`
    Hosts,
    /// `cabling/cables.csv`
    Cables,
    /// `cabling/topology.dot`
    Topology,
    /// `fabric.json`
    Fabric,
    /// `telemetry/gnmic.yaml`
    Gnmic,
    /// `ztp/switches.csv`
    ZtpSwitches,
    /// `ztp/place-frr.sh`
    ZtpScript,
    /// `switches/NAME/ztp.json` of the switch with this index.
    ZtpJson(usize),
    /// `lab/topology.clab.yml`
    LabTopology,
    /// `lab/daemons`
    LabDaemons,
    /// `lab/batfish/batfish/layer1_topology.json`
    LabLayer1,
    /// `lab/batfish/sonic_configs/NAME/config_db.json` of the switch with this index.
    LabConfigDb(usize),
    /// `lab/batfish/sonic_configs/NAME/frr.conf` of the switch with this index.
    LabFrrConf(usize),
}

/// Files of the whole fabric, the longest first. They come before those of the switches: each is made on one core, and
/// begun last it would keep the others waiting.
const WHOLE: [File; 4] = [File::Fabric, File::Cables, File::Topology, File::Hosts];

/// All files of a build. Each is made when it is asked for, from any thread; none is kept.
#[derive(Debug)]
pub struct Bundle<'a> {
    fabric: &'a Fabric,
    names: Names,
    release: &'static Release,
    version: &'a str,
    templates: Templates,
    kinds: sonic::Kinds,
    neighbours: sonic::Neighbours,
    present: Vec<usize>,
    whole: Vec<File>,
    /// The files of one switch.
    own: Vec<fn(usize) -> File>,
    lab: Option<Lab>,
    ztp: Option<String>,
    failure: Mutex<Option<TemplateError>>,
}

/// Why there is nothing to emit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleError {
    /// The fabric asks for a release that fabc doesn't know.
    Release,
    /// A template doesn't compile, or doesn't render for some switch.
    Template(TemplateError),
}

impl<'a> Bundle<'a> {
    /// The files of a fabric. `version` is fabc's own; `templates` are the user's, by name ([`frr::NAME`]). They are
    /// tried on a switch of each tier.
    pub fn new(
        fabric: &'a Fabric,
        version: &'a str,
        templates: BTreeMap<String, String>,
    ) -> Result<Self, BundleError> {
        let node = &fabric.intent.fabric;
        let release = Release::find(node.nos.v, &node.release.v).ok_or(BundleError::Release)?;
        let present = (0..fabric.switches.len()).filter(|&i| !fabric.switches[i].absent).collect();
        let templates = Templates::new(templates);
        let names = Names::new(fabric);
        let mut whole = WHOLE.to_vec();
        if fabric.intent.telemetry.as_ref().is_some_and(|t| t.subscriptions.is_some()) {
            whole.push(File::Gnmic);
        }
        let mut own: Vec<fn(usize) -> File> = vec![File::ConfigDb, File::FrrConf];
        if sonic::cli::is_written(release.nos) {
            own.push(File::SonicCli);
        }
        let bundle = Bundle {
            fabric,
            names,
            release,
            version,
            templates,
            kinds: sonic::Kinds::default(),
            neighbours: sonic::Neighbours::new(fabric.switches.len()),
            present,
            whole,
            own,
            lab: None,
            ztp: None,
            failure: Mutex::new(None),
        };
        let mut tried = vec![false; fabric.tiers.len()];
        let mut out = Vec::new();
        for &index in &bundle.present {
            if let Some(tried) = tried.get_mut(fabric.switches[index].tier)
                && !std::mem::replace(tried, true)
            {
                out.clear();
                bundle.frr(index, &mut out).map_err(BundleError::Template)?;
            }
        }
        Ok(bundle)
    }

    /// The same with `lab/`.
    #[must_use]
    pub fn with_lab(mut self, lab: Lab) -> Self {
        self.lab = Some(lab);
        self.whole.extend([File::LabTopology, File::LabLayer1]);
        if lab == Lab::Frr {
            self.whole.push(File::LabDaemons);
        }
        self.own.extend([File::LabConfigDb as fn(usize) -> File, File::LabFrrConf]);
        self
    }

    /// The same with what ZTP asks for; `base` is where the build lies for switches, a URL without a `/` at its end.
    #[must_use]
    pub fn with_ztp(mut self, base: String) -> Self {
        self.ztp = Some(base);
        self.whole.extend([File::ZtpSwitches, File::ZtpScript]);
        self.own.push(File::ZtpJson);
        self
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.own.len() * self.present.len() + self.whole.len()
    }

    /// Whether there are no files: never.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Which file number `i` is; none beyond the last.
    pub fn file(&self, i: usize) -> Option<File> {
        let (whole, own) = (&self.whole, &self.own);
        let Some(i) = i.checked_sub(whole.len()) else { return whole.get(i).copied() };
        let index = *self.present.get(i / own.len())?;
        own.get(i % own.len()).map(|file| file(index))
    }

    /// Numbers of the files of the switch with this index; none where it is absent.
    pub fn files_of(&self, index: usize) -> Range<usize> {
        let Ok(at) = self.present.binary_search(&index) else { return 0..0 };
        let first = self.whole.len() + at * self.own.len();
        first..first + self.own.len()
    }

    /// Path of file `i` within the build, parts joined by `/`.
    pub fn path(&self, i: usize) -> Cow<'static, str> {
        let of = |index: usize, file: &str| format!("switches/{}/{file}", self.fabric.switches[index].name);
        let in_lab = |index: usize, file: &str| {
            format!("lab/batfish/sonic_configs/{}/{file}", self.fabric.switches[index].name)
        };
        match self.file(i) {
            Some(File::ConfigDb(index)) => Cow::Owned(of(index, "config_db.json")),
            Some(File::FrrConf(index)) => Cow::Owned(of(index, "frr.conf")),
            Some(File::SonicCli(index)) => Cow::Owned(of(index, "sonic-cli.txt")),
            Some(File::Hosts) => Cow::Borrowed("hosts.csv"),
            Some(File::Cables) => Cow::Borrowed("cabling/cables.csv"),
            Some(File::Topology) => Cow::Borrowed("cabling/topology.dot"),
            Some(File::Fabric) => Cow::Borrowed("fabric.json"),
            Some(File::Gnmic) => Cow::Borrowed(telemetry::PATH),
            Some(File::ZtpSwitches) => Cow::Borrowed("ztp/switches.csv"),
            Some(File::ZtpScript) => Cow::Borrowed(ztp::SCRIPT_PATH),
            Some(File::ZtpJson(index)) => Cow::Owned(of(index, ztp::NAME)),
            Some(File::LabTopology) => Cow::Borrowed("lab/topology.clab.yml"),
            Some(File::LabDaemons) => Cow::Borrowed("lab/daemons"),
            Some(File::LabLayer1) => Cow::Borrowed("lab/batfish/batfish/layer1_topology.json"),
            Some(File::LabConfigDb(index)) => Cow::Owned(in_lab(index, "config_db.json")),
            Some(File::LabFrrConf(index)) => Cow::Owned(in_lab(index, "frr.conf")),
            None => Cow::Borrowed(""),
        }
    }

    /// Appends the whole of file `i`, the same bytes whenever it is asked.
    pub fn render(&self, i: usize, out: &mut Vec<u8>) {
        let mut part = 0;
        while self.part(i, part, out) {
            part += 1;
        }
    }

    /// Appends part `part` of file `i`, from 0, and tells whether another follows. Files of one switch have one part.
    pub fn part(&self, i: usize, part: usize, out: &mut Vec<u8>) -> bool {
        match self.file(i) {
            Some(File::ConfigDb(index) | File::LabConfigDb(index)) => {
                if let Some(device) = self.device(index) {
                    sonic::render(&device, &self.kinds, &self.neighbours, out);
                }
                false
            }
            Some(File::FrrConf(index) | File::LabFrrConf(index)) => {
                if let Err(error) = self.frr(index, out) {
                    let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                    failure.get_or_insert(error);
                }
                false
            }
            Some(File::SonicCli(index)) => {
                if let Some(device) = self.device(index) {
                    sonic::cli::Script::new(&device).render(out);
                }
                false
            }
            Some(File::Hosts) => cabling::hosts(self.fabric, &self.names, part, out),
            Some(File::Cables) => cabling::cables(self.fabric, &self.names, part, out),
            Some(File::Topology) => cabling::topology(self.fabric, &self.names, part, out),
            Some(File::Fabric) => model::fabric_json(self.fabric, &self.names, self.version, part, out),
            Some(File::Gnmic) => telemetry::gnmic(self.fabric, part, out),
            Some(File::ZtpSwitches) => {
                ztp::switches(self.fabric, &self.present, self.base(), out);
                false
            }
            Some(File::ZtpScript) => {
                out.extend_from_slice(ztp::SCRIPT.as_bytes());
                false
            }
            Some(File::ZtpJson(index)) => {
                ztp::json(&self.fabric.switches[index].name, self.base(), out);
                false
            }
            Some(File::LabTopology) => {
                let lab = self.lab.unwrap_or(Lab::Frr);
                lab::topology(self.fabric, &self.names, self.release, lab, part, out)
            }
            Some(File::LabDaemons) => {
                out.extend_from_slice(lab::DAEMONS.as_bytes());
                false
            }
            Some(File::LabLayer1) => lab::layer1(self.fabric, &self.names, part, out),
            None => false,
        }
    }

    /// What went wrong in a template while files were made: to be asked before a tree counts as written.
    pub fn failure(&self) -> Option<TemplateError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What lays out frr.conf.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// What its system knows.
    pub fn release(&self) -> &'static Release {
        self.release
    }

    /// The switch with this index, ready to be emitted.
    pub fn device(&self, index: usize) -> Option<Device<'_>> {
        Device::new(self.fabric, &self.names, self.release, index)
    }

    fn base(&self) -> &str {
        self.ztp.as_deref().unwrap_or_default()
    }

    fn frr(&self, index: usize, out: &mut Vec<u8>) -> Result<(), TemplateError> {
        let Some(device) = self.device(index) else { return Ok(()) };
        self.templates.frr(&frr::Config::new(&device), out)
    }
}
