//! The examples of every lint are its tests.

use std::collections::BTreeSet;
use std::path::Path;

use fabc_lang::diagnostic::{Diagnostic, Rule, Severity};
use fabc_lang::source::Sources;

use super::{LINTS, is_frr, rules};
use crate::examples::{Found, drawn, short, wrong_bad, wrong_good};
use crate::lint::Desk;

/// What stands beside the examples of what is of SONiC.
const BESIDE: &str = r#"{"DEVICE_METADATA": {"localhost": {"hostname": "leaf-01"}}}"#;

fn of_example(rule: &Rule, kind: &str) -> Found {
    let text = rule.example(kind).unwrap_or_else(|| panic!("{}", rule.code));
    let beside = ["frr/no-bfdd", "frr/address-aside"].contains(&rule.code).then_some(BESIDE);
    let release = (rule.code == "frr/not-in-release").then_some("202405");
    look(&text, beside, release)
}

fn look(text: &str, beside: Option<&str>, release: Option<&str>) -> Found {
    let mut desk = Desk::new(None, Sources::default());
    if let Some(release) = release {
        desk.set_release(release).unwrap();
    }
    let looked = desk.look_at_frr("frr.conf", text.to_owned(), beside.map(str::to_owned));
    let (sources, findings) = desk.report([looked], |_| None);
    (sources, findings.into_sorted())
}

/// All that is said of a text of which no release is known.
fn said(text: &str) -> String {
    short(&look(text, None, None))
}

#[test]
fn the_bad_example_raises_its_code_and_nothing_else() {
    let wrong = wrong_bad(rules(), of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_good_example_raises_nothing() {
    let wrong = wrong_good(rules(), Severity::Note, of_example);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn bad_examples_are_drawn() {
    for (name, text) in drawn(rules(), of_example) {
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn every_finding_has_a_help() {
    for rule in rules() {
        let found = of_example(rule, "bad");
        assert!(found.1.iter().all(|f| f.help.is_some()), "{}", short(&found));
    }
}

#[test]
fn the_list_is_the_folder_and_the_code_is_the_path() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/frr");
    let mut files = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()) {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let serves = ["mod", "tests", "missing", "own", "read", "view"].contains(&stem);
        if file.extension().is_some_and(|e| e == "rs") && !serves {
            files.insert(format!("frr/{}", stem.replace('_', "-")));
        }
    }
    let codes: Vec<_> = LINTS.iter().map(|l| l.rule.code.to_owned()).collect();
    assert!(codes.is_sorted(), "{codes:?}");
    assert_eq!(codes.into_iter().collect::<BTreeSet<_>>(), files);
}

#[test]
fn files_are_told_by_name_and_by_what_they_hold() {
    assert!(is_frr("a/frr.conf", "") && is_frr("bgpd.conf", "{"));
    assert!(is_frr("running", "!\nfrr defaults traditional\n"));
    assert!(
        !is_frr("config_db.json", "router bgp 1\n")
            && !is_frr("leaf", "{ \"PORT\": {} }")
            && !is_frr("leaf", "")
    );
}

#[test]
fn what_isnt_known_is_passed_over() {
    let text = "\
!
! a remark: neighbor 10.0.0.1 route-map NOWHERE in
password zebra
vrf Vrf1
 vni 1000
exit-vrf
router ospf
 network 10.0.0.0/8 area 0
 redistribute bgp
exit
router bgp 65001
 no bgp default ipv4-unicast
 bgp unheard-of 12
 neighbor LEAF peer-group
 neighbor LEAF remote-as external
 neighbor LEAF description a route-map NOWHERE in peer-group NONE
 bgp listen range 10.2.0.0/16 peer-group LEAF
 neighbor 10.9.0.1 remote-as 65001
 neighbor 10.9.0.1 update-source lo
 address-family l2vpn evpn
  neighbor 10.9.0.1 activate
  neighbor LEAF activate
  advertise-all-vni
  strange new line
 exit-address-family
exit
line vty
end
";
    assert_eq!(said(text), "");
}

#[test]
fn what_is_used_by_a_line_that_isnt_known_is_used() {
    let text = "ip prefix-list P seq 5 permit 10.0.0.0/8\nrouter pim\n rp 10.0.0.1 prefix-list P\nexit\n";
    assert_eq!(said(text), "");
}

#[test]
fn the_range_of_a_prefix_list_is_closed_at_both_ends() {
    // As FRR 8.4.4 and lib/filter_nb.c have it: mask length <= ge <= le.
    let used = "route-map M permit 10\n match ip address prefix-list P\nip protocol bgp route-map M\n";
    for (range, right) in [
        ("ge 24 le 24", true),
        ("ge 24", true),
        ("le 24", true),
        ("le 32", true),
        ("ge 23", false),
        ("le 23", false),
        ("ge 30 le 28", false),
    ] {
        let found = said(&format!("ip prefix-list P seq 5 permit 10.0.0.0/24 {range}\n{used}"));
        assert_eq!(found.is_empty(), right, "{range}: {found}");
    }
}

#[test]
fn a_neighbour_of_a_group_without_an_as_is_told_of_once() {
    let head = "router bgp 1\n no bgp ebgp-requires-policy\n neighbor G peer-group\n";
    let members = (1..=9).map(|n| format!(" neighbor Ethernet{n} interface peer-group G\n"));
    let found = said(&(head.to_owned() + &members.collect::<String>()));
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains("frr/no-remote-as") && found.contains("neighbor G remote-as external"), "{found}");
}

#[test]
fn what_another_daemon_has_stands_in_its_file() {
    let text = "router bgp 1\n no bgp ebgp-requires-policy\n neighbor 10.0.0.1 remote-as external\n neighbor 10.0.0.1 \
                bfd profile FAST\n";
    let codes = |name: &str| -> Vec<_> {
        let desk = Desk::new(None, Sources::default());
        let looked = desk.look(name, text.to_owned());
        desk.report([looked], |_| None).1.iter().map(Diagnostic::code).collect()
    };
    assert_eq!(codes("leaf-01/frr.conf"), ["frr/unknown-bfd-profile"]);
    assert!(codes("leaf-01/bgpd.conf").is_empty());
}

#[test]
fn words_may_be_cut_short() {
    let text = "router bgp 1\n neighbor 10.0.0.1 remote-as internal\n address-family ipv4 uni\n  neighbor 10.0.0.1 \
                route-reflector-client\n";
    assert_eq!(said(text), "");
}

#[test]
fn releases_are_told_by_the_file_beside() {
    let text = "router bgp 1\n no bgp ebgp-requires-policy\n neighbor 10.0.0.1 remote-as external\n neighbor 10.0.0.1 \
                capability link-local\n";
    let beside = |version: &str| {
        format!(
            r#"{{"DEVICE_METADATA": {{"localhost": {{}}}}, "VERSIONS": {{"DATABASE": {{"VERSION": "{version}"}}}}}}"#
        )
    };
    let codes = |version: &str| -> Vec<_> {
        look(text, Some(&beside(version)), None).1.iter().map(Diagnostic::code).collect()
    };
    assert_eq!(codes("version_202405_01"), ["frr/not-in-release"]);
    assert!(codes("version_202511_01").is_empty() && codes("version_4_0_1").is_empty());
}
