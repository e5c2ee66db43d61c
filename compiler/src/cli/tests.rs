use super::*;
use crate::host::MemoryHost;

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
