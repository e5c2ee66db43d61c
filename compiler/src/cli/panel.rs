//! One switch on a page: limits, modes, and the front panel as a picture.

use std::fmt::{Display, Write};

use fabc_lang::platform::{Cage, Feature, Platform};

use crate::report::Paper;

/// Cages in one row of the picture.
const ROW: usize = 16;

/// "64 x OSFP112", group by group.
pub(crate) fn cages(platform: &Platform) -> String {
    let groups = platform.groups.iter().map(|g| format!("{} x {}", g.count, g.form.v));
    groups.collect::<Vec<_>>().join(", ")
}

/// The whole page.
pub(crate) fn page(platform: &Platform, paper: Paper) -> String {
    let mut out = platform.title.as_ref().map_or_else(String::new, |t| format!("{t}\n\n"));
    limits(platform, &mut out);
    modes(platform, &mut out);
    out.push('\n');
    panel(platform, &mut out);
    for note in &platform.notes {
        let options =
            textwrap::Options::new(paper.width.max(40)).initial_indent("note: ").subsequent_indent("      ");
        let _ = write!(out, "\n{}\n", textwrap::fill(note, options));
    }
    out
}

/// What is known of the limits; what isn't is said.
fn limits(platform: &Platform, out: &mut String) {
    let asic = &platform.asic.v;
    let mut line = |name: &str, value: Option<String>| {
        let _ = writeln!(out, "{name:16}{}", value.as_deref().unwrap_or("unknown"));
    };
    let title = asic.title.as_ref().map_or_else(String::new, |t| format!(", {t}"));
    line("platform", Some(platform.name.clone()));
    line("chip", Some(format!("{}{title}", asic.name)));
    line("hwsku", platform.sonic.as_ref().map(|s| format!("{} ({})", s.v.hwsku, s.v.platform)));
    line("cages", Some(cages(platform)));
    line("logical ports", asic.logical_ports.as_ref().map(|n| format!("{} on the chip", n.v)));
    line("pipes", asic.pipes.as_ref().map(|p| format!("{}, {} ports each", p.v.count, p.v.logical_ports)));
    line("lane rates", asic.serdes.as_ref().map(|s| words(&s.v.rates)));
    line("lossless", asic.lossless_priorities.as_ref().map(|n| format!("{} priorities", n.v)));
    line("longest frame", platform.max_frame().map(|n| format!("{} bytes", n.v)));
    line("ECMP members", platform.ecmp().and_then(|e| e.v.members).map(|n| n.to_string()));
    let pools = platform.pools.iter().map(|p| format!("{} {}", p.v.name, p.v.size));
    line("Enterprise", features(platform));
    line("buffer pools", Some(pools.collect::<Vec<_>>().join(", ")).filter(|p| !p.is_empty()));
}

/// What it does under Enterprise SONiC, `~` before what is only likely, and what it doesn't.
fn features(platform: &Platform) -> Option<String> {
    let word = |feature: Feature| {
        let ability = platform.ability(feature)?;
        let mark = if ability.confidence.is_likely() { "~" } else { "" };
        Some(format!("{mark}{}{}", if ability.can { "" } else { "no " }, feature.name()))
    };
    let words: Vec<String> = Feature::ALL.into_iter().filter_map(word).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Break-outs of each group of cages.
fn modes(platform: &Platform, out: &mut String) {
    for group in &platform.groups {
        let modes = group.modes.iter().map(|m| m.v.name.as_str());
        let last = group.first + group.count - 1;
        let _ = writeln!(out, "{:16}{}", format!("cages {}-{last}", group.first), words(modes));
        for power in &group.power {
            let (least, most) = (power.v.limits.iter().min(), power.v.limits.iter().max());
            if let (Some(least), Some(most)) = (least, most) {
                let watts =
                    if least == most { most.to_string() } else { format!("{least} to {most}, by cage") };
                let _ = writeln!(out, "{:16}{} air: {watts} per module", "", power.v.airflow);
            }
        }
    }
}

fn words<T: Display>(list: impl IntoIterator<Item = T>) -> String {
    list.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// Cages in pairs, odd above even: number, pipe, half of the buffer. It shows the order, not the sheet metal.
fn panel(platform: &Platform, out: &mut String) {
    let cages: Vec<&Cage> = platform.cages().iter().collect();
    for block in cages.chunks(2 * ROW) {
        let columns = block.len().div_ceil(2);
        let rule = |left, middle, right| format!("{left}{}{right}\n", vec!["─────"; columns].join(middle));
        *out += &rule("┌", "┬", "┐");
        for row in 0..2 {
            let cages: Vec<Option<&&Cage>> = (0..columns).map(|c| block.get(2 * c + row)).collect();
            let mut line = |name: &str, show: &dyn Fn(&Cage) -> Option<String>| {
                let cells = cages.iter().map(|c| c.and_then(|c| show(c)).unwrap_or_default());
                let cells: Vec<String> = cells.map(|text| format!("{text:^5}")).collect();
                let _ = writeln!(out, "│{}│ {name}", cells.join("│"));
            };
            line("cage", &|c| Some(c.number.to_string()));
            line("pipe", &|c| c.pipe.map(|n| format!("p{n}")));
            if block.iter().any(|c| c.half.is_some()) {
                line("half", &|c| c.half.map(|n| format!("h{n}")));
            }
            *out += &if row == 0 { rule("├", "┼", "┤") } else { rule("└", "┴", "┘") };
        }
    }
}
