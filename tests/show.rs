//! `fabc show --format json` has the shape that its schema promises, for every example.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use serde_json::Value;

/// Fails where what is printed isn't what the schema promises.
fn as_promised(example: &std::path::Path, args: &[&str], schema: &str) {
    let output = common::fabc(example, &[args, &["--format", "json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let page: Value = serde_json::from_str(&text).unwrap();
    let mut wrong = common::schema::wrong(&page, schema);
    wrong.truncate(10);
    assert!(wrong.is_empty(), "{} {args:?}: {wrong:#?}", example.display());
}

#[test]
fn what_if_is_as_promised() {
    let mut seen = 0;
    for example in common::entries(&common::project().join("examples")) {
        for args in
            [&["whatif"][..], &["whatif", "--any", "1", "switches"], &["whatif", "--any", "2", "links"]]
        {
            as_promised(&example, args, "whatif");
        }
        seen += 1;
    }
    let rails = common::project().join("examples/rail-512");
    as_promised(&rails, &["whatif", "--fail", "leaf-01", "--fail", "leaf-02:Ethernet256"], "whatif");
    assert!(seen > 8);
}

#[test]
fn every_document_is_as_promised() {
    let project = common::project();
    let mut seen = 0;
    for example in common::entries(&project.join("examples")) {
        let output = common::fabc(&example, &["show", "qos", "--format", "json"]);
        let page: Value = serde_json::from_slice(&output.stdout).unwrap();
        let switch = page["switches"][0]["switches"][0].as_str().unwrap();
        for (what, args) in [
            ("qos", vec![]),
            ("buffers", vec![]),
            ("lossless", vec![]),
            ("ports", vec!["fabric.kdl", switch]),
            ("routing", vec![]),
        ] {
            let args: Vec<&str> = ["show", what].into_iter().chain(args).collect();
            as_promised(&example, &args, &format!("show-{what}"));
            seen += 1;
        }
    }
    assert!(seen > 30);
}

#[test]
fn ways_between_switches_are_as_promised() {
    let fabric = common::project().join("tests/cases/wcmp");
    for (from, to) in [("su1-leaf-01", "su2-leaf-02"), ("su1-leaf-01", "su1-leaf-01"), ("core-01", "core-02")]
    {
        as_promised(&fabric, &["show", "routing", "--from", from, "--to", to], "show-routing-ways");
    }
}
