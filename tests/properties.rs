//! What holds for any input: quantities round-trip, natural order is an order, and no text brings fabc down.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::cmp::Ordering;
use std::path::Path;

use common::built::copies_are_what_would_be_made;
use fabc::host::MemoryHost;
use fabc::pipeline;
use fabc_lang::diagnostic::Severity;
use fabc_lang::fabric::{natural_cmp, natural_path_cmp};
use fabc_lang::units::{Length, Power, Ratio, Size, Speed, Time};
use proptest::prelude::*;

/// As the smallest stacks that fabc may run on.
const STACK: usize = 2 << 20;

/// Words and signs that fabrics are made of, and what spoils them.
const WORDS: &[&str] = &[
    "fabric",
    "hosts",
    "tier",
    "pod",
    "plane",
    "link",
    "class",
    "routing",
    "switch",
    "expect",
    "nic",
    "asn",
    "include",
    "\"leaf\"",
    "\"gpu\"",
    "\"a\"",
    "\"\"",
    "\"su1/leaf\"",
    "\"400G\"",
    "\"dell-z9864f\"",
    "\"10.0.0.0/8\"",
    "count=4",
    "count=0",
    "max=2",
    "speed=\"400G\"",
    "by=\"rail\"",
    "uplinks=3",
    "switch=\"dell-z9864f\"",
    "switch=\"dell-z9664f\"",
    "leaf=4210000000",
    "{",
    "}",
    ";",
    "\n",
    " ",
    "=",
    "\"",
    "\\",
    "/*",
    "*/",
    "//",
    "/-",
    "#true",
    "#\"",
    "\"\"\"",
    "-1",
    "1e9",
    "99999999999999999999",
    "\u{feff}",
    "\u{0}",
    "é",
    "(u8)",
    "\r\n",
    "sonic",
    "nos \"sonic\" release=\"202505\"",
];

fn analyzed(text: String) -> usize {
    let run = move || {
        let host = MemoryHost::default().file("fabric.kdl", text);
        pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default()).findings.len()
    };
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().expect("no panic")
}

/// A right fabric, cut into its lines.
fn lines() -> Vec<String> {
    include_str!("../examples/day2/fabric.kdl").lines().map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn speeds_round_trip(n in 0..=Speed::MOST.0) {
        prop_assert_eq!(Speed::parse(&format!("{n}M")), Ok(Speed(n)));
        let whole = n - n % 1_000;
        prop_assert_eq!(Speed::parse(&Speed(whole).to_string()), Ok(Speed(whole)));
    }

    #[test]
    fn lengths_and_times_round_trip(mm in 0..=Length::MOST.0, us in 0..=Time::MOST.0, mw in 0..=Power::MOST.0) {
        prop_assert_eq!(Length::parse(&Length(mm).to_string()), Ok(Length(mm)));
        prop_assert_eq!(Time::parse(&format!("{us}us")), Ok(Time(us)));
        prop_assert_eq!(Power::parse(&format!("{mw}mW")), Ok(Power(mw)));
    }

    #[test]
    fn sizes_know_their_units(n in 0..=Size::MOST.0 >> 10) {
        prop_assert_eq!(Size::parse(&format!("{n}KiB")), Ok(Size(n << 10)));
        prop_assert_eq!(Size::parse(&format!("{n}KB")), Ok(Size(n * 1_000)));
    }

    #[test]
    fn nothing_above_the_most_is_read(over in 1..1_000_000_000_000u64) {
        let text = format!("{}M", u64::from(Speed::MOST.0) + over);
        prop_assert!(Speed::parse(&text).is_err());
        let text = format!("{}mm", u64::from(Length::MOST.0) + over);
        prop_assert!(Length::parse(&text).is_err());
        let text = format!("{}us", Time::MOST.0 + over);
        prop_assert!(Time::parse(&text).is_err());
        let text = format!("{}mW", Power::MOST.0 + over);
        prop_assert!(Power::parse(&text).is_err());
        let text = format!("{}B", Size::MOST.0 + over);
        prop_assert!(Size::parse(&text).is_err());
    }

    #[test]
    fn decimals_are_exact(whole in 0..1_000_000u64, part in 0..1_000_000u64) {
        let read = Ratio::parse(&format!("{whole}.{part:06}")).unwrap();
        prop_assert_eq!(read, Ratio::new(whole * 1_000_000 + part, 1_000_000));
    }

    #[test]
    fn no_quantity_panics(text: String) {
        let _ = (Speed::parse(&text), Size::parse(&text), Length::parse(&text), Time::parse(&text), Ratio::parse(&text));
    }

    #[test]
    fn natural_order_is_total(a in name(), b in name(), c in name()) {
        for order in [natural_cmp, natural_path_cmp] {
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &b) == Ordering::Equal, a == b);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
        }
    }
}

/// Names that are alike.
fn name() -> impl Strategy<Value = String> {
    "[ab0-9/.-]{0,6}"
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    #[test]
    fn any_text_ends_with_findings_and_no_panic(text: String) {
        prop_assert!(analyzed(text) > 0);
    }

    #[test]
    fn any_words_end_with_findings_and_no_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..120)) {
        analyzed(words.concat());
        analyzed(words.join(" "));
    }

    #[test]
    fn a_fabric_with_lines_lost_or_doubled_does_not_panic(keep in prop::collection::vec(0..3usize, 70)) {
        let repeated = lines().into_iter().zip(keep).flat_map(|(line, n)| std::iter::repeat_n(line, n));
        analyzed(repeated.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_fabric_with_other_numbers_does_not_panic(numbers in prop::collection::vec(0..70u32, 40)) {
        let mut numbers = numbers.into_iter().cycle();
        let whole = lines().join("\n");
        let text = whole.split_inclusive('=').map(|part| {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() < part.len() { format!("{}{rest}", numbers.next().unwrap()) } else { part.to_owned() }
        });
        analyzed(text.collect());
    }
}

/// Small fabrics of which some members are absent: spread or by rail, one tier or two, with and without classes. What takes a
/// cage for one link comes often: there a wire to nobody shows.
fn with_gaps() -> impl Strategy<Value = String> {
    let absent = |most: usize, count: std::ops::Range<usize>| prop::collection::btree_set(1..=most, count);
    let shape = (
        2..5usize,
        2..4usize,
        0..3usize,
        1..3usize,
        prop::sample::select(vec![true, true, false]),
        any::<bool>(),
    );
    let rest = (
        prop::sample::select(vec!["400G", "400G", "400G", "800G"]),
        prop::sample::select(vec!["1x400G(8)", "1x400G(8)", ""]),
        any::<bool>(),
    );
    (shape, rest, absent(4, 1..4), absent(3, 0..2), absent(2, 0..2)).prop_map(|(shape, rest, gone, leaves_gone, spines_gone)| {
        let (servers, leaves, spines, pairs, spread, lossless) = shape;
        let (speed, breakout, own) = rest;
        // Some stay.
        let list = |gone: &std::collections::BTreeSet<usize>, of: usize| {
            let gone = gone.iter().rev().filter(|n| **n <= of).take(of - 1);
            let gone: Vec<String> = gone.map(usize::to_string).collect();
            if gone.is_empty() { String::new() } else { format!("absent {};", gone.join(" ")) }
        };
        let (nics, by) = if spread { (1, "spread") } else { (leaves, "rail") };
        let breakout = if breakout.is_empty() || speed != "400G" { String::new() } else { format!(" breakout=\"{breakout}\"") };
        let mut text = format!(
            "fabric \"f\" {{ nos \"sonic\" release=\"202505\"; }}\n\
             hosts \"gpu\" count={servers} {{ nic count={nics} speed=\"{speed}\"; {} }}\n\
             tier \"leaf\" count={leaves} switch=\"dell-z9864f\" {{ {} }}\n\
             link \"gpu\" \"leaf\" by=\"{by}\"{breakout} {{ length \"3m\"; }}\n\
             routing {{ asn leaf=4210000000 spine=4200000000; loopbacks \"10.0.0.0/20\"; host-subnets \"10.64.0.0/12\"; }}\n",
            list(&gone, servers),
            list(&leaves_gone, leaves),
        );
        if spines > 0 {
            text += &format!(
                "tier \"spine\" count={spines} switch=\"dell-z9864f\" {{ {} }}\n\
                 link \"leaf\" \"spine\" speed=\"800G\" per-pair={pairs} {{ length \"30m\"; }}\n",
                list(&spines_gone, spines)
            );
        } else {
            text = text.replace(" spine=4200000000", "");
        }
        if lossless {
            text += "class \"rdma\" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min=\"1MiB\" max=\"4MiB\"; }\n\
                     class \"cnp\" dscp=48 priority=6 { schedule strict=#true; }\n\
                     class \"bulk\" default=#true priority=0 { schedule weight=30; }\n\
                     watchdog detect=\"200ms\" restore=\"400ms\"\n";
        }
        if own {
            text += "switch \"leaf-01\" { port \"1\" { admin \"down\"; } }\n";
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(250) })]

    /// Rows that like switches share are made once; on each switch they are what it would have alone, in whatever order the
    /// files are rendered.
    #[test]
    fn what_is_shared_is_what_each_switch_has_alone(text in with_gaps()) {
        let host = MemoryHost::default().file("fabric.kdl", text.clone());
        let analysis = pipeline::analyze(Path::new("fabric.kdl"), &host, &pipeline::Options::default());
        let errors: Vec<_> = analysis.findings.iter().filter(|d| d.severity == Severity::Error).map(|d| (d.code(), &d.message)).collect();
        prop_assert!(errors.is_empty(), "{errors:?}\n{text}");
        copies_are_what_would_be_made(&text, &analysis);
    }
}
