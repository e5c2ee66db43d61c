use super::*;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use fabc_lang::diagnostic::Findings;

use crate::host::MemoryHost;
use crate::report::Format;
use put::Put;

fn fabc(host: &MemoryHost, args: &[&str]) -> Exit {
    run(std::iter::once("fabc").chain(args.iter().copied()), host)
}

#[test]
fn the_command_line_is_well_formed() {
    command().debug_assert();
}

#[test]
fn wrong_usage_and_unreachable_files_end_with_two() {
    let host = MemoryHost::default();
    assert_eq!(fabc(&host, &["biuld"]), Exit::Failed);
    assert_eq!(fabc(&host, &["check", "none.kdl"]), Exit::Failed);
    assert!(host.written(Stream::Err).contains("cannot read none.kdl"));
    assert_eq!(host.written(Stream::Out), "");
}

#[test]
#[cfg(not(feature = "yang"))]
fn without_libyang_validate_says_how_to_get_it() {
    let host = MemoryHost::default().file("config_db.json", "{}");
    assert_eq!(fabc(&host, &["validate", "--yang", "models", "config_db.json"]), Exit::Failed);
    assert!(host.written(Stream::Err).contains("--features yang"));
    assert_eq!(host.written(Stream::Out), "");
}

#[test]
fn an_unknown_code_names_the_nearest() {
    let host = MemoryHost::default().file("fabric.kdl", "");
    assert_eq!(fabc(&host, &["check", "--deny", "syntax/invald"]), Exit::Failed);
    assert!(host.written(Stream::Err).contains("did you mean `syntax/invalid`?"));
}

#[test]
fn help_is_data_and_tells_the_exit_codes() {
    let host = MemoryHost::default();
    assert_eq!(fabc(&host, &["build", "--help"]), Exit::Clean);
    assert!(host.written(Stream::Out).contains("Exit codes:"));
    assert_eq!(host.written(Stream::Err), "");
}

#[test]
fn findings_go_to_stderr_in_every_format() {
    for format in ["human", "short", "json"] {
        let host = MemoryHost::default().file("f.kdl", "fabric \"x\" {\n  mtu =\n}\n");
        assert_eq!(fabc(&host, &["check", "f.kdl", "--format", format]), Exit::Findings);
        assert_eq!(host.written(Stream::Out), "");
        assert!(host.written(Stream::Err).contains("syntax/equals"), "{format}");
    }
}

#[test]
fn init_writes_once() {
    let host = MemoryHost::default();
    assert_eq!(fabc(&host, &["init", "site"]), Exit::Clean);
    assert_eq!(fabc(&host, &["init", "site"]), Exit::Failed);
    assert!(host.written(Stream::Err).contains("exists already"));
}

#[test]
fn every_rule_is_listed_and_explained() {
    let host = MemoryHost::default();
    assert_eq!(fabc(&host, &["explain", "--list"]), Exit::Clean);
    let listed = host.written(Stream::Out);
    for rule in crate::rules::rules() {
        assert!(listed.contains(rule.code));
        assert_eq!(fabc(&host, &["explain", rule.code]), Exit::Clean);
    }
}

#[test]
fn every_platform_has_a_page() {
    let host = MemoryHost::default();
    for name in fabc_lang::platform::built_in() {
        assert_eq!(fabc(&host, &["platforms", name]), Exit::Clean, "{}", host.written(Stream::Err));
    }
    assert_eq!(fabc(&host, &["platforms", "dell-z9864"]), Exit::Failed);
    assert!(host.written(Stream::Err).contains("did you mean `dell-z9864f`?"));
}

#[test]
fn optics_and_nics_are_listed() {
    let host = MemoryHost::default();
    assert_eq!(fabc(&host, &["platforms", "--optics"]), Exit::Clean);
    assert_eq!(fabc(&host, &["platforms", "--nics"]), Exit::Clean);
    insta::assert_snapshot!("parts", host.written(Stream::Out));
    assert_eq!(fabc(&host, &["platforms", "--nics", "--optics"]), Exit::Failed);
    assert_eq!(fabc(&host, &["platforms", "--nics", "dell-z9864f"]), Exit::Failed);
}

/// Writes or checks a tree of one file; gives exit, stdout and codes of findings.
fn put(
    out: &Path,
    text: &str,
    format: Format,
    check: bool,
) -> Result<(Exit, String, Vec<&'static str>), String> {
    let host = MemoryHost::default();
    let screen = Screen::new(&host, Color::Never, false);
    let put = Put::new(out, Vec::new(), Vec::new(), format, false, &screen);
    let tree: BTreeMap<String, Vec<u8>> = [("a/b.json".to_owned(), text.into())].into();
    let mut findings = Findings::default();
    let done = if check { put.check(&tree, &mut findings) } else { put.write(&tree, &mut findings) };
    let (exit, told) = done.map_err(|e| e.to_string())?;
    Ok((exit, told.replace(&out.display().to_string(), "OUT"), findings.iter().map(|d| d.code()).collect()))
}

#[test]
fn a_build_tells_what_it_wrote_and_a_check_what_differs() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("build");
    let told = |text, format, check| put(&out, text, format, check).unwrap();
    assert_eq!(
        told("1", Format::Human, true),
        (Exit::Findings, "missing  a/b.json\nmissing  manifest.json\n".into(), vec![])
    );
    assert_eq!(told("1", Format::Human, false), (Exit::Clean, "OUT: 1 file: 1 created\n".into(), vec![]));
    assert_eq!(told("1", Format::Human, true), (Exit::Clean, String::new(), vec![]));
    assert_eq!(told("2", Format::Short, true).1, "changed  a/b.json\nchanged  manifest.json\n");
    let json: serde_json::Value = serde_json::from_str(&told("2", Format::Json, false).1).unwrap();
    assert_eq!((&json["changed"][0], &json["unchanged"]), (&"a/b.json".into(), &0.into()));
    std::fs::write(out.join("a/b.json"), "by hand").unwrap();
    assert_eq!(
        told("2", Format::Human, false),
        (Exit::Clean, "OUT: 1 file: 1 changed\n".into(), vec!["output/edited"])
    );
    std::fs::remove_file(out.join("manifest.json")).unwrap();
    let error = put(&out, "3", Format::Human, false).unwrap_err();
    assert!(error.contains("a/b.json") && error.contains("--force"), "{error}");
}

/// A world whose stdout is read by nobody, or by a full disk.
struct Closed(MemoryHost, ErrorKind);

impl Host for Closed {
    fn is_ignored(&self, path: &Path) -> Option<bool> {
        self.0.is_ignored(path)
    }
    fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.0.read(path, limit)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.canonical(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.0.list(folder)
    }

    fn read_at(&self, revision: &str, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        self.0.read_at(revision, path, limit)
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.create(path, bytes)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.0.env(name)
    }

    fn write(&self, to: Stream, bytes: &[u8]) -> io::Result<()> {
        if to == Stream::Out { Err(self.1.into()) } else { self.0.write(to, bytes) }
    }

    fn is_terminal(&self, _: Stream) -> bool {
        false
    }

    fn width(&self) -> Option<usize> {
        None
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure_but_a_full_disk_is() {
    for (kind, exit) in [(ErrorKind::BrokenPipe, Exit::Clean), (ErrorKind::StorageFull, Exit::Failed)] {
        for args in [["fabc", "platforms"], ["fabc", "reference"], ["fabc", "--help"], ["fabc", "man"]] {
            assert_eq!(run(args, &Closed(MemoryHost::default(), kind)), exit, "{args:?}");
        }
    }
}

#[test]
fn colours_follow_the_flag_then_the_environment() {
    let plain = MemoryHost::default();
    assert!(Color::Always.on(&plain, Stream::Err) && !Color::Auto.on(&plain, Stream::Err));
    let host = MemoryHost::default().var("NO_COLOR", "1").file("f.kdl", "a =\n");
    assert_eq!(fabc(&host, &["check", "f.kdl", "--color", "always"]), Exit::Findings);
    assert!(host.written(Stream::Err).contains("\u{1b}["));
}

#[test]
fn an_error_that_leaves_nothing_whole_can_not_be_lowered() {
    let host = MemoryHost::default().file("f.kdl", "fabric {\n  mtu =\n}\n");
    for flag in ["--warn", "--allow"] {
        assert_eq!(fabc(&host, &["check", "f.kdl", flag, "syntax/invalid"]), Exit::Failed);
    }
    assert!(host.written(Stream::Err).contains("can't be lowered"));
}
