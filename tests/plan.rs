//! Plans, proven without a switch: over examples and a catalogue of changes, all stages together turn what is observed into
//! what is wanted, exactly, by somebody else's RFC 6902; each way back leads back; and no stage mixes what must not be mixed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test crate"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::built::whole;
use common::changes::{CHANGES, Change, Pair, edited, plain, some_switches};
use common::stages::{judge, planned};
use fabc::plan::switch::Way;
use fabc_lang::intent::Nos;
use fabc_targets::sonic::Release;
use serde_json::Value as Json;

/// Examples of community SONiC that are small enough to be built so often.
const EXAMPLES: &[&str] =
    &["arista-256", "day2", "nokia-128", "own-platform", "rack-tor", "rail-512", "rail-only", "telemetry"];

/// What was tried, by change: how many needed nothing of ConfigDB, patches, a reload.
type Tried = BTreeMap<&'static str, [usize; 3]>;

fn catalogue(at: usize, example: &str) -> (Tried, Vec<String>) {
    let (mut tried, mut wrong) = (Tried::new(), Vec::new());
    let releases = [["202505", "202605"], ["202511", "202405"]][at % 2];
    for (turn, name) in releases.into_iter().enumerate() {
        let release = Release::find(Nos::Sonic, name).unwrap();
        let text = of_release(example, name);
        let Some(old) = some_switches(&text) else { continue };
        // Each change on half of the examples and on one of them all, on one of two releases, is enough.
        let whole = example == "rail-512";
        let here =
            |number: usize| (whole || (number + at / 2).is_multiple_of(2)) && (number / 2 + at) % 2 == turn;
        let changes = CHANGES.iter().enumerate().filter(|(number, _)| here(*number));
        for (_, change) in changes {
            let Some(new) = edited(&text, change).and_then(|text| some_switches(&text)) else { continue };
            for (switch, old) in &old {
                let Some(new) = new.get(switch) else { continue };
                for (from, to) in [(old, new), (new, old)] {
                    let plan = planned(release, from, to);
                    if let Err(error) = judge(&plan, from, to) {
                        wrong.push(format!("{example}, {name}, {}, {switch}: {error}", change.0));
                    }
                    let way = match plan.way {
                        Way::None => 0,
                        Way::Patch => 1,
                        Way::Reload => 2,
                    };
                    tried.entry(change.0).or_default()[way] += 1;
                    assert!(plan.way != Way::Reload || !plan.reasons.is_empty());
                    let stages = plan.stages.len();
                    assert!(stages <= 4 * 4 + 2, "{example}, {}: {stages} stages", change.0);
                }
            }
        }
    }
    (tried, wrong)
}

#[test]
fn every_change_leads_to_what_is_wanted_and_back() {
    let results: Vec<(Tried, Vec<String>)> = std::thread::scope(|scope| {
        let all: Vec<_> = EXAMPLES
            .iter()
            .enumerate()
            .map(|(at, example)| scope.spawn(move || catalogue(at, example)))
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (mut tried, mut wrong) = (Tried::new(), Vec::new());
    for (some, more) in results {
        some.iter().for_each(|(change, of)| {
            let sum = tried.entry(change).or_default();
            *sum = [0, 1, 2].map(|i| sum[i] + of[i]);
        });
        wrong.extend(more);
    }
    for (change, [none, patch, reload]) in &tried {
        println!("{change}: {none} without ConfigDB, {patch} by patches, {reload} by a reload");
    }
    let few: Vec<String> = wrong.iter().take(20).cloned().collect();
    assert!(wrong.is_empty(), "{} wrong, as\n{}", wrong.len(), few.join("\n"));
    let never: Vec<&str> = CHANGES.iter().map(|c| c.0).filter(|name| !tried.contains_key(name)).collect();
    assert!(never.is_empty(), "never tried: {never:?}");
    let [_, patches, reloads] = tried.values().fold([0; 3], |sum, of| [0, 1, 2].map(|i| sum[i] + of[i]));
    assert!(patches > 150 && reloads > 75, "{patches} by patches, {reloads} by reloads");
}

/// Numbers that are the same everywhere: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most as u64) as usize
    }
}

/// An example as one release has it.
fn of_release(name: &str, release: &str) -> String {
    let text = plain(&whole(&common::project().join("examples").join(name).join("fabric.kdl")));
    let written = text.split("release=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    text.replace(&format!("release=\"{written}\""), &format!("release=\"{release}\""))
}

/// A fabric with up to so many changes at once; with fewer where they are refused together.
fn altered(text: &str, most: usize, dice: &mut Dice) -> Option<(String, BTreeMap<String, Pair>)> {
    let mut made: Vec<(&Change, String)> = Vec::new();
    for _ in 0..most {
        let change = &CHANGES[dice.below(CHANGES.len())];
        // Two additions of one node are one too many.
        let node = |of: &Change| of.2.split('{').next().filter(|_| of.1.is_empty()).map(str::to_owned);
        let twice =
            made.iter().any(|(of, _)| of.0 == change.0 || node(change).is_some() && node(of) == node(change));
        let last = made.last().map_or(text, |(_, text)| text.as_str());
        match edited(last, change) {
            Some(text) if !twice => made.push((change, text)),
            _ => {}
        }
    }
    loop {
        let names = made.iter().map(|(change, _)| change.0).collect::<Vec<_>>().join(" + ");
        if let Some(switches) = some_switches(made.last().map_or(text, |(_, text)| text)) {
            return Some((if names.is_empty() { "as it is".to_owned() } else { names }, switches));
        }
        made.pop()?;
    }
}

/// One pair of fabrics: an example with changes and with others, or two examples. How many switches by patches and by a
/// reload, and what is wrong.
fn pair(round: usize) -> ([usize; 2], Vec<String>) {
    let mut dice = Dice(round as u64);
    let releases = ["202405", "202411", "202505", "202511", "202605"];
    let release = releases[dice.below(releases.len())];
    let first = EXAMPLES[dice.below(EXAMPLES.len())];
    let second = if dice.below(4) == 0 { EXAMPLES[dice.below(EXAMPLES.len())] } else { first };
    let (mut ways, mut wrong) = ([0; 2], Vec::new());
    let old = altered(&of_release(first, release), dice.below(5), &mut dice);
    let new = altered(&of_release(second, release), 1 + dice.below(6), &mut dice);
    let (Some((before, old)), Some((after, new))) = (old, new) else { return (ways, wrong) };
    let release = Release::find(Nos::Sonic, release).unwrap();
    for (switch, old) in &old {
        let Some(new) = new.get(switch) else { continue };
        for (from, to) in [(old, new), (new, old)] {
            let plan = planned(release, from, to);
            if let Err(error) = judge(&plan, from, to) {
                let way = plan.way.name();
                wrong.push(format!(
                    "{round}: {} {first} ({before}) {second} ({after}), {switch}, {way}: {error}",
                    release.name
                ));
            }
            match plan.way {
                Way::None => {}
                Way::Patch => ways[0] += 1,
                Way::Reload => ways[1] += 1,
            }
        }
    }
    (ways, wrong)
}

/// `FABC_ROUNDS=3000` draws more of them than the few that are drawn always, `FABC_FROM=145` begins there.
#[test]
fn random_pairs_lead_to_each_other() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let (from, rounds) = (number("FABC_FROM").unwrap_or(0), number("FABC_ROUNDS").unwrap_or(48));
    let next = AtomicUsize::new(from);
    let drawn = || {
        let mut sum = ([0; 2], Vec::new());
        loop {
            let round = next.fetch_add(1, Ordering::Relaxed);
            if round >= from + rounds {
                return sum;
            }
            let (ways, wrong) = pair(round);
            sum.0 = [0, 1].map(|i| sum.0[i] + ways[i]);
            sum.1.extend(wrong);
        }
    };
    let results: Vec<([usize; 2], Vec<String>)> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(drawn)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let [patches, reloads] = [0, 1].map(|i| results.iter().map(|of| of.0[i]).sum::<usize>());
    println!("{rounds} pairs: {patches} switches by patches, {reloads} by a reload");
    let mut wrong: Vec<&String> = results.iter().flat_map(|of| &of.1).collect();
    wrong.sort();
    let few: Vec<&str> = wrong.iter().take(20).map(|text| text.as_str()).collect();
    assert!(wrong.is_empty(), "{} wrong, as\n{}", wrong.len(), few.join("\n"));
    let few = rounds < 48;
    assert!(few || patches >= rounds && reloads >= rounds / 2, "{patches} by patches, {reloads} by reloads");
}

#[test]
fn the_document_is_what_its_schema_promises() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fabric.kdl");
    let text = whole(&common::project().join("examples/rail-512/fabric.kdl")).replace("202505", "202605");
    let fabc = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_fabc"))
            .current_dir(folder.path())
            .args(args)
            .output();
        let output = output.unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    std::fs::write(&path, &text).unwrap();
    let built = fabc(&["build", "--quiet"]);
    assert_eq!(built.0, Some(0), "{}", built.2);
    for (from, to) in
        [("\"30m\"", "\"40m\""), ("detect=\"200ms\"", "detect=\"300ms\""), ("asn leaf=42", "asn leaf=41")]
    {
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let (code, out, err) = fabc(&["plan", "--deployed", "build", "-o", "plan.json"]);
        assert_eq!(code, Some(1), "{err}");
        assert!(out.lines().count() <= 40, "more than a screen:\n{out}");
        let bytes = std::fs::read(folder.path().join("plan.json")).unwrap();
        let plan: Json = serde_json::from_slice(&bytes).unwrap();
        let wrong = common::schema::wrong(&plan, "plan");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(fabc::plan::document::Plan::read(&bytes).unwrap().to_bytes(), bytes);
    }
}
