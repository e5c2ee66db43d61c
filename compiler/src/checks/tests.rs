//! The examples of every check are its tests.

use std::collections::BTreeSet;
use std::path::Path;

use fabc_lang::diagnostic::{Diagnostic, Rule, Severity};

use super::CHECKS;
use crate::examples::{Found, drawn, wrong_bad, wrong_good};
use crate::host::MemoryHost;
use crate::pipeline::{Options, analyze};

fn findings(program: &str) -> Found {
    let host = MemoryHost::default().file("fabric.kdl", program);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    (analysis.sources, analysis.findings.into_sorted())
}

/// Said of every fabric under Enterprise SONiC.
const ALWAYS: &str = "nos/likely-row";

/// What is found in the example of a check.
fn of_example(rule: &Rule, kind: &str) -> Found {
    let program = rule.example(kind).unwrap_or_else(|| panic!("{} has no {kind}", rule.code));
    let (sources, mut findings) = findings(&program);
    findings.retain(|f| f.code() != ALWAYS || rule.code == ALWAYS);
    (sources, findings)
}

#[test]
fn the_bad_example_raises_its_code_and_nothing_else() {
    let wrong = wrong_bad(CHECKS.iter().map(|c| c.rule), of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_good_example_raises_nothing() {
    let wrong = wrong_good(CHECKS.iter().map(|c| c.rule), Severity::Warning, of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn bad_examples_are_drawn() {
    for (name, text) in drawn(CHECKS.iter().map(|c| c.rule), of_example) {
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn the_list_is_the_folders_and_the_code_is_the_path() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let mut files = BTreeSet::new();
    for family in std::fs::read_dir(root).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_dir()) {
        let name = family.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "snapshots" {
            continue;
        }
        for file in std::fs::read_dir(&family).unwrap() {
            let stem = file.unwrap().path().file_stem().unwrap().to_str().unwrap().replace('_', "-");
            files.insert(format!("{name}/{stem}"));
        }
    }
    let codes: BTreeSet<String> = CHECKS.iter().map(|c| c.rule.code.to_owned()).collect();
    assert_eq!(codes.len(), CHECKS.len());
    assert_eq!(codes, files);
}

#[test]
fn paths_mean_what_they_mean_in_links() {
    let text = r#"
        fabric "f" { nos "sonic" release="202505"; }
        pod "su" count=2 {
            hosts "gpu" count=2 { nic count=2 ports=2 speed="200G"; }
            plane "a" "b" {
                tier "leaf" count=2 switch="dell-z9864f"
                link "gpu" "leaf" by="rail"
            }
        }
    "#;
    let host = MemoryHost::default().file("fabric.kdl", text);
    let analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
    let fabric = analysis.fabric.unwrap();
    let names = |path: &str| {
        let found = super::select::select(&fabric, path);
        let switches = found.switches.iter().map(|&s| fabric.switches[s].name.as_str());
        switches.chain(found.hosts.iter().map(|&h| fabric.hosts[h].name.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(names("leaf").len(), 8);
    assert_eq!(names("su2/b/leaf"), ["su2-b-leaf-01", "su2-b-leaf-02"]);
    assert_eq!(names("a/leaf").len(), 4);
    assert_eq!(names("su1/gpu"), ["su1-gpu-01", "su1-gpu-02"]);
    assert_eq!(names("su3/gpu"), [""; 0]);
}

/// One leaf with servers: the `nic`, the switch, and what hangs between; gives what is worth more than a note.
fn racked(nic: &str, switch: &str, link: &str, dscp: u8) -> String {
    let program = format!(
        r#"
        fabric "f" {{ nos "enterprise-sonic" release="4.5.0"; }}
        hosts "gpu" count=4 {{ nic {nic}; }}
        tier "leaf" count=1 switch="{switch}"
        link "gpu" "leaf" by="rail" {{ {link}; }}
        class "rdma" dscp={dscp} priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
        class "cnp" dscp=48 priority=6 {{ schedule strict=#true; }}
        class "bulk" default=#true priority=0 {{ schedule weight=30; }}
        watchdog detect="200ms" restore="400ms"
        routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
        "#
    );
    let (_, found) = findings(&program);
    let serious = found.iter().filter(|f| f.severity > Severity::Note);
    let text = serious.map(|f| format!("{} {}: {}\n", f.severity.name(), f.code(), f.message));
    text.filter(|t| !t.contains(" nos/") && !t.contains(" buffers/")).collect()
}

#[test]
fn a_model_brings_lanes_and_connector() {
    let (th4, th5) = ("arista-7060px5-64s", "dell-z9864f");
    let dac = r#"media "DAC"; length "1m""#;
    let (cx7, thor2) = (r#"speed="400G" model="connectx-7""#, r#"speed="400G" model="bcm57608""#);
    let differ = "ports/lanes-differ: 400G on 4 lanes below and on 8 lanes above\n";
    let ends = "ports/connectors-differ: a DAC has its ends moulded on: QSFP112 below, OSFP";
    assert_eq!(racked(cx7, th5, dac, 26), "");
    assert_eq!(racked(cx7, th4, dac, 26), format!("error {differ}"));
    assert_eq!(racked(cx7, th4, r#"media "DR4"; length "1m""#, 26), "");
    assert_eq!(racked(thor2, th5, dac, 26), format!("warning {ends}112 above\n"));
    let likely = racked(thor2, th4, dac, 26);
    assert!(likely.contains(&format!("warning {differ}")) && !likely.contains("error"), "{likely}");
    // What is stated wins.
    assert_eq!(racked(&format!("{thor2} connector=\"OSFP\""), th5, dac, 26), "");
    assert_eq!(racked(r#"speed="400G" model="mine" lanes=4 connector="OSFP""#, th5, dac, 26), "");
}

#[test]
fn a_model_marks_roce_in_its_own_way() {
    let lossy = "warning classes/nic-default-lossy: DSCP 26 goes to lossy class `bulk`, not to `rdma`\n";
    let nic = |model: &str| racked(&format!(r#"speed="400G" {model}"#), "dell-z9864f", r#"length "1m""#, 24);
    assert_eq!(nic(""), lossy);
    assert_eq!(nic(r#"model="bcm57608""#), lossy);
    assert_eq!(nic(r#"model="pollara-400""#), "");
}

#[test]
fn media_are_looked_up_as_they_stand() {
    let text = |media: &str, length: &str| {
        let link = format!(r#"media "{media}"; length "{length}""#);
        racked(r#"speed="400G" model="connectx-7""#, "dell-z9864f", &link, 26)
    };
    let far = |media: &str, length: &str, most: &str| {
        format!("error media/too-long: {length} of cable: {media} at 400G reaches {most}\n")
    };
    // A cage of two ports: two DR4 are a 2xDR4, and copper is a splitter.
    assert_eq!(text("DR4", "510m"), far("DR4", "510m", "500m"));
    assert_eq!(text("2xDR4", "510m"), far("2xDR4", "510m", "500m"));
    assert_eq!((text("DAC", "3m"), text("DAC", "4m")), (String::new(), far("DAC", "4m", "3m")));
    assert_eq!(text("my own", "10km"), "");
}

/// What is said of `buffers` on the switch: severity, code and message, and what is to be done.
fn buffers(nos: &str, switch: &str, text: &str) -> String {
    let program = format!(
        r#"
        fabric "f" {{ nos {nos}; }}
        hosts "gpu" count=4 {{ nic speed="400G"; }}
        tier "leaf" count=1 switch="{switch}"
        link "gpu" "leaf" by="rail" {{ length "3m"; }}
        class "rdma" dscp=26 priority=3 lossless=#true {{ schedule weight=70; ecn min="1MiB" max="4MiB"; }}
        class "bulk" default=#true priority=0 {{ schedule weight=30; }}
        watchdog detect="200ms" restore="400ms"
        buffers {{ {text}; }}
        routing {{ asn leaf=4210000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }}
        "#
    );
    let (_, found) = findings(&program);
    let serious = found.iter().filter(|f| f.severity > Severity::Note && f.code().starts_with("buffers/"));
    let text = serious.map(|f| {
        let help = f.help.as_deref().unwrap_or_default();
        format!("{} {}: {} ({help})\n", f.severity.name(), &f.code()["buffers/".len()..], f.message)
    });
    text.collect()
}

#[test]
fn pools_and_measurements_are_held_against_chip_box_and_system() {
    const SONIC: &str = r#""sonic" release="202505""#;
    const ENTERPRISE: &str = r#""enterprise-sonic" release="4.5.0""#;
    let th5 = |text: &str| buffers(SONIC, "dell-z9864f", text);
    for right in [
        r#"pool size="165867080B"; pool "egress_lossless_pool" size="165867080B""#,
        r#"pool size="120MB" xoff="60MB""#,
        r#"pool "egress_lossless_pool" size="165867080B""#,
        r#"measured speed="400G" length="3m" xoff="390144B""#,
    ] {
        assert_eq!(th5(right), "", "{right}");
    }
    // A vendor's own egress pool of half the size is his business.
    let nokia = |text: &str| buffers(SONIC, "nokia-ixr7220-h4", text);
    assert!(!nokia(r#"pool size="110MB""#).contains("egress-too-small"));
    assert!(
        nokia(r#"pool "egress_lossless_pool" size="50MB""#)
            .contains("`pool \"egress_lossless_pool\" size=\"56571896B\"` or more")
    );
    let wrong = [
        th5(r#"pool size="500MB"; pool "egress_lossless_pool" size="165867080B""#),
        th5(r#"pool size="20MB""#),
        th5(r#"pool "egress_lossless_pool" xoff="5MB""#),
        th5(r#"pool "nonsense" size="500MB""#),
        th5(r#"pool size="165MB""#),
        th5(r#"measured speed="400G" length="3m" xoff="34MB""#),
        buffers(SONIC, "micas-m2-w6940-64oc", r#"measured speed="400G" length="3m" xoff="34MB""#),
        buffers(ENTERPRISE, "dell-z9864f", r#"measured speed="400G" length="3m" xoff="9MB""#),
        buffers(ENTERPRISE, "dell-z9864f", r#"pool "nonsense" size="10MB""#),
        buffers(SONIC, "nexthop-4010", r#"pool size="160MB" xoff="30MB""#),
    ];
    insta::assert_snapshot!(wrong.join("\n"));
}

#[test]
fn the_table_of_a_half_chip_is_held_against_a_whole_one() {
    let said = |switch: &str| {
        let (_, found) = findings(&format!(
            r#"
            fabric "f" {{ nos "sonic" release="202505"; }}
            hosts "gpu" count=4 {{ nic speed="400G"; }}
            tier "leaf" count=1 switch="{switch}"
            link "gpu" "leaf" by="rail" {{ length "40m"; }}
            class "rdma" dscp=26 priority=3 lossless=#true
            "#
        ));
        let low = found.into_iter().find(|f| f.code() == "buffers/table-too-low").unwrap();
        (low.message, low.notes.join("\n"))
    };
    for (half, whole, kin) in [
        ("nokia-ixr7220-h5-32d", "nokia-ixr7220-h5-64d", "bcm78900"),
        ("nokia-ixr7220-h4-32d", "nokia-ixr7220-h4", "bcm56990"),
    ] {
        let ((half_text, notes), (text, own)) = (said(half), said(whole));
        assert_eq!(half_text.replace(half, whole), text);
        assert!(notes.contains(&format!("the formula is that of `{kin}`")), "{notes}");
        assert!(!own.contains("of the same family"), "{own}");
    }
}

/// Words of the example that name a node or a property, and where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    for (line, start) in text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((line, start))
    }) {
        let code = line.split("//").next().unwrap();
        let mut quoted = false;
        let mut from = None;
        for (i, c) in code.char_indices() {
            quoted ^= c == '"';
            let is_word = !quoted && (c.is_ascii_lowercase() || c == '-');
            match (from, is_word) {
                (None, true) if i == 0 || !code[..i].ends_with(['#', '"', '=']) => from = Some(i),
                (Some(begin), false) => {
                    let word = &code[begin..i];
                    if word.len() > 3 && (c == '=' || c == ' ') && !code[..begin].ends_with('#') {
                        words.push((start + begin, word));
                    }
                    from = None;
                }
                _ => {}
            }
        }
    }
    words
}

#[test]
fn a_slip_of_the_pen_is_one_finding() {
    let mut wrong = BTreeSet::new();
    let mut tried = 0;
    for (name, text) in [
        ("telemetry", include_str!("../../../examples/telemetry/fabric.kdl")),
        ("enterprise-256", include_str!("../../../examples/enterprise-256/fabric.kdl")),
        ("own-platform", include_str!("../../../examples/own-platform/fabric.kdl")),
        ("rail-512", include_str!("../../../examples/rail-512/fabric.kdl")),
    ] {
        let said = |text: &str| {
            let host = MemoryHost::default().file("fabric.kdl", text);
            let mut analysis = analyze(Path::new("fabric.kdl"), &host, &Options::default());
            analysis.levels.apply(&mut analysis.findings, true);
            analysis.findings.iter().map(Diagnostic::code).collect::<Vec<_>>()
        };
        let usual: BTreeSet<&str> = said(text).into_iter().collect();
        for (at, word) in words(text) {
            // Names of tiers are words of `asn`, and are looked up where they are resolved.
            let is_slip = |code: &&str| code.starts_with("intent/") || *code == "resolve/unknown-node";
            // `findings` sets what weighs, and says nothing of the fabric.
            if word == "findings" || word == "allow" {
                continue;
            }
            let slipped =
                format!("{}{}{}", &text[..at + 2], &text[at + 3..at + word.len()], &text[at + word.len()..]);
            let said = said(&slipped);
            tried += 1;
            if !said.iter().any(is_slip) {
                wrong.insert(format!("{name} {word}: nothing of it in {said:?}"));
            }
            let more: Vec<_> = said.iter().filter(|c| !is_slip(c) && !usual.contains(*c)).collect();
            if !more.is_empty() {
                wrong.insert(format!("{name} {word}: {more:?}"));
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A word that is read as what was meant takes no other finding with it.
#[test]
fn a_slip_of_the_pen_hides_nothing() {
    let text = include_str!("../../../examples/rail-512/fabric.kdl");
    let wrong = text.replace("expect {", "expect {\n    gpus 7").replace("gpus 512\n", "\n");
    let codes = |text: &str| findings(text).1.iter().map(Diagnostic::code).collect::<Vec<_>>();
    assert!(codes(&wrong).contains(&"expect/gpus"));
    for (word, slip) in
        [("tier \"leaf\" count", "tier \"leaf\" cout"), ("hosts \"", "hots \""), ("link \"", "lnk \"")]
    {
        let slipped = wrong.replacen(word, slip, 1);
        assert_ne!(slipped, wrong, "{word}");
        let said = codes(&slipped);
        assert!(
            said.contains(&"expect/gpus") && said.iter().any(|c| c.starts_with("intent/unknown-")),
            "{said:?}"
        );
    }
}
