//! Fabrics built in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fabc::host::MemoryHost;
use fabc::pipeline::{self, Analysis, EmitOptions};
use fabc_lang::diagnostic::{Findings, Severity};
use fabc_lang::source::Sources;
use fabc_lang::syntax::{self, Node, Value};
use fabc_targets::{Bundle, File, sonic};
use serde_json::Value as Json;

/// Files by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A build: its files, and what was said against it.
pub struct Built {
    pub files: Files,
    pub errors: Vec<String>,
}

/// Builds a program of one file. `former` is the `fabric.json` of an earlier build.
pub fn build(text: &str, former: Option<&[u8]>) -> Built {
    let mut host = MemoryHost::default().file("fabric.kdl", text);
    if let Some(json) = former {
        host = host.file("build/fabric.json", json);
    }
    let mut analysis = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default());
    let options = EmitOptions { out: "build".into(), ..EmitOptions::default() };
    let (sources, findings) = (&mut analysis.sources, &mut analysis.findings);
    let mut files = Files::new();
    if let Some(fabric) = &analysis.fabric {
        let tree = pipeline::emit(fabric, sources, &host, &options, findings);
        let tree = tree.expect("a tree");
        for i in 0..tree.len() {
            let (mut bytes, mut part) = (Vec::new(), 0);
            while tree.part(i, part, &mut bytes) {
                part += 1;
            }
            files.insert(tree.path(i).into_owned(), bytes);
        }
    }
    Built { files, errors: errors(&analysis.findings, &analysis.sources) }
}

fn errors(findings: &Findings, sources: &Sources) -> Vec<String> {
    let list = findings.iter().filter(|d| d.severity == Severity::Error);
    list.map(|d| {
        let place = d.span().map_or_else(String::new, |s| sources.place(s));
        let help = d.help.as_ref().map_or_else(String::new, |help| format!(" (help: {help})"));
        format!("{place}: {}: {}{help}", d.code(), d.message)
    })
    .collect()
}

/// The files of a program that must be right.
pub fn files(text: &str) -> Files {
    let built = build(text, None);
    assert!(built.errors.is_empty() && !built.files.is_empty(), "{:#?}\n{text}", built.errors);
    built.files
}

/// Rows that switches have in common are copied from one to the next (`sonic::alike`), whichever comes first.
pub fn copies_are_what_would_be_made(name: &str, analysis: &Analysis) {
    let Some(fabric) = &analysis.fabric else { panic!("{name}: no fabric") };
    let Ok(bundle) = Bundle::new(fabric, "0", BTreeMap::new()) else { panic!("{name}: no bundle") };
    let Ok(backwards) = Bundle::new(fabric, "0", BTreeMap::new()) else { panic!("{name}: no bundle") };
    let files: Vec<(usize, usize)> = (0..bundle.len())
        .filter_map(|i| match bundle.file(i) {
            Some(File::ConfigDb(index)) => Some((i, index)),
            _ => None,
        })
        .collect();
    assert!(!files.is_empty(), "{name}");
    // Of many switches of a tier a few of each are enough: the first ones, and the last.
    let few: Vec<_> = files.iter().take(24).chain(files.iter().rev().take(24)).copied().collect();
    for (bundle, files) in [(&bundle, few.clone()), (&backwards, few.into_iter().rev().collect())] {
        for (i, index) in files {
            let (mut copied, mut made) = (Vec::new(), Vec::new());
            bundle.render(i, &mut copied);
            sonic::config_db(&bundle.device(index).unwrap()).render(&mut made);
            assert!(copied == made, "{name}: {}", bundle.path(i));
        }
    }
}

/// Every fabric that laws hold for: examples, cases, and the wish files where they are beside the project.
pub fn fabrics() -> Vec<(String, String)> {
    let project = super::project();
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["examples", "tests/cases"] {
        paths.extend(super::entries(&project.join(folder)).iter().map(|p| p.join("fabric.kdl")));
    }
    let wishes = project.join("../shared/intents");
    if wishes.is_dir() {
        paths.extend(super::entries(&wishes));
    } else {
        assert!(std::env::var_os("FABC_CI").is_none(), "the wish files are missing");
        println!("the wish files are not beside the project: skipped");
    }
    let fabrics = paths.iter().filter(|p| p.is_file());
    fabrics.map(|p| (p.display().to_string(), whole(p))).collect()
}

/// A file with its includes put in their places.
pub fn whole(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let (mut out, mut from) = (String::new(), 0);
    for node in nodes(&text).iter().filter(|n| n.name.v == "include") {
        let Some(Value::Text(name)) = node.entries.first().map(|e| &e.value) else { continue };
        out += &text[from..node.at.start as usize];
        out += &whole(&path.parent().unwrap().join(name));
        from = node.at.end as usize;
    }
    out + &text[from..]
}

/// The nodes of a text.
pub fn nodes(text: &str) -> Vec<Node> {
    let mut sources = Sources::default();
    let file = sources.add("fabric.kdl", text);
    let mut findings = Findings::default();
    let nodes = syntax::parse(file, text, &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.iter().map(|f| &f.message).collect::<Vec<_>>());
    nodes
}

/// What `fabric.json` says.
pub struct Census {
    /// Rows of switches and hosts by name; those that are absent are left out.
    pub devices: BTreeMap<String, Json>,
    /// All links.
    pub links: Vec<Json>,
}

impl Census {
    pub fn of(files: &Files) -> Self {
        let json: Json = serde_json::from_slice(&files["fabric.json"]).unwrap();
        let list = |word: &str| json[word].as_array().cloned().unwrap_or_default();
        let present = |d: &Json| d["absent"] != true;
        let rows = list("switches").into_iter().chain(list("hosts")).filter(present);
        let devices = rows.map(|d| (d["name"].as_str().unwrap().to_owned(), d)).collect();
        Census { devices, links: list("links") }
    }

    /// Devices that have a link to one of these.
    pub fn wired_to(&self, names: &BTreeSet<String>) -> BTreeSet<String> {
        let ends = |l: &Json| [l["a"].as_str().unwrap().to_owned(), l["b"].as_str().unwrap().to_owned()];
        let touching = self.links.iter().map(ends).filter(|pair| pair.iter().any(|e| names.contains(e)));
        touching.flatten().collect()
    }
}
