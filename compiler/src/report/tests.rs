use clap::ValueEnum;
use fabc_lang::diagnostic::Findings;
use fabc_lang::source::{FileId, Span};

use super::*;

fabc_lang::rule! {
    /// For tests.
    static SHORT = Error "ports/short" "too few ports";
}

fabc_lang::rule! {
    /// For tests.
    static UNUSED = Warning "names/unused" "unused";
}

const PAPER: Paper = Paper { color: false, width: 80 };

fn world() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let fabric =
        sources.add("fabric.kdl", "tier \"leaf\" count=8 {\n    ports down=99\n}\n\nhosts \"gpu\"\n");
    let chip = sources.add("platforms/asic/th5.kdl", "asic \"th5\" {\n    ports 64\n}\n");
    let mut findings = Findings::default();
    findings.push(
        SHORT
            .at(Span::new(fabric, 26, 39), "99 ports asked for, 64 are there")
            .here("asked for here")
            .label(Span::new(chip, 17, 25), "limit declared here")
            .help("write down=64")
            .note("64 cages, 8 lanes each"),
    );
    findings.push(UNUSED.at(Span::new(fabric, 43, 54), "nothing is linked to `gpu`"));
    findings.push(UNUSED.anywhere("no line is to blame for this"));
    (sources, findings.into_sorted())
}

#[test]
fn human_shows_lines_of_both_files() {
    let (sources, findings) = world();
    insta::assert_snapshot!(render(Format::Human, &sources, &findings, PAPER));
}

#[test]
fn short_is_one_line_each() {
    let (sources, findings) = world();
    insta::assert_snapshot!(render(Format::Short, &sources, &findings, PAPER), @r"
    fabric.kdl:2:5: error[ports/short]: 99 ports asked for, 64 are there (help: write down=64)
    fabric.kdl:5:1: warning[names/unused]: nothing is linked to `gpu`
    warning[names/unused]: no line is to blame for this
    ");
}

#[test]
fn json_is_one_document() {
    let (sources, findings) = world();
    let text = render(Format::Json, &sources, &findings, PAPER);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}

/// Messages of SARIF know links and placeholders; properties of GitHub's commands end at commas.
#[test]
fn what_a_format_would_read_is_escaped() {
    let mut sources = Sources::default();
    let file = sources.add("f.kdl", "a\n");
    let found = SHORT.at(Span::new(file, 0, 1), "50% of [a](b): {0} {1x} { wcmp; }\r\n<b>&");
    let written = |format| render(format, &sources, std::slice::from_ref(&found), PAPER);
    let log: serde_json::Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(text, "50% of \\[a](b): {{0}} {1x} { wcmp; }\r\n<b>&");
    let line = written(Format::Github);
    assert!(line.ends_with("::50%25 of [a](b): {0} {1x} { wcmp; }%0D%0A<b>&\n"), "{line}");
    assert!(written(Format::Junit).contains("&lt;b&gt;&amp;"));
}

/// Places that a drawing must survive: beyond the end, inside a character, over many lines, in an endless line.
#[test]
fn odd_places_are_drawn() {
    let mut sources = Sources::default();
    let long = format!("a {}\nb\n", "ß".repeat(500_000));
    let files = ["", "\n", "x", "zß\r\ny\r\n", "a\nb\nc\nd\ne\n", &long].map(|text| sources.add("f", text));
    for file in files.into_iter().chain([FileId(77)]) {
        for (start, end) in [(0, 0), (0, 1), (2, 3), (0, 9), (1, 2_000_000), (2_000_000, 3_000_000)] {
            let finding =
                SHORT.at(Span::new(file, start, end), "m").label(Span::new(file, 900_000, 900_001), "n");
            let text = render(Format::Human, &sources, &[finding], PAPER);
            assert!(text.contains("ports/short") && text.len() < 10_000, "{text}");
            assert!(!text.contains("Failed to read"), "{text}");
        }
    }
}

#[test]
fn terminals_are_not_driven_by_the_source() {
    let mut sources = Sources::default();
    let file = sources.add("f.kdl", "a \u{1b}[31m \u{9b}x\n");
    let finding = SHORT.at(Span::new(file, 0, 1), "bad \u{1b}]0;title\u{7}");
    for format in Format::value_variants() {
        let text = render(*format, &sources, std::slice::from_ref(&finding), PAPER);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}

#[test]
fn levels_drop_lower_and_raise() {
    use levels::{Level, Levels};
    let sorted = |set: &[(&str, Level)], has_fabric| {
        let mut levels = Levels::default();
        for &(code, level) in set {
            levels.set(&[&SHORT, &UNUSED], code, level).unwrap();
        }
        let mut findings = Findings::default();
        world().1.into_iter().for_each(|d| findings.push(d));
        levels.apply(&mut findings, has_fabric);
        summary(&findings.into_sorted())
    };
    assert_eq!(sorted(&[], true), "1 error, 2 warnings");
    assert_eq!(sorted(&[("names/unused", Level::Deny)], true), "3 errors");
    assert_eq!(sorted(&[("names/unused", Level::Allow), ("ports/short", Level::Warn)], true), "1 warning");
    assert_eq!(sorted(&[("ports/short", Level::Allow)], false), "1 error, 2 warnings");
    assert!(
        Levels::default().set(&[&SHORT], "ports/sort", Level::Warn).unwrap_err().contains("`ports/short`")
    );
}
