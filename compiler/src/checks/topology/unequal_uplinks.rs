use std::collections::{BTreeMap, BTreeSet};

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::Line;
use fabc_lang::units::Ratio;

use crate::checks::load::tera;
use crate::checks::lost::stands;
use crate::checks::{Ctx, count};

check! {
    /// Plain ECMP chooses among equal paths by count: a link of 400G gets as many flows as one of 800G beside it. `wcmp` doesn't
    /// help, for what it weighs by is the number of paths behind a link, not their speed. So the slower links are full while
    /// the faster ones are half empty.
    ///
    /// Lines to tiers at different levels are not equal paths, and not compared. Where `load-balancing { adaptive; }` moves
    /// flows by load, nothing is said.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// tier "old" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// link "leaf" "old" speed="400G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000 old=4205000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// hosts "gpu" count=4 { nic count=2 speed="400G"; }
    /// tier "leaf" count=2 switch="dell-z9864f"
    /// tier "spine" count=1 switch="dell-z9864f"
    /// tier "old" count=1 switch="dell-z9864f"
    /// link "gpu" "leaf" by="rail"
    /// link "leaf" "spine" speed="800G" per-pair=1
    /// link "leaf" "old" speed="800G" per-pair=1
    /// routing {
    ///     asn leaf=4210000000 spine=4200000000 old=4205000000
    ///     loopbacks "10.0.0.0/20"
    ///     host-subnets "10.64.0.0/12"
    /// }
    /// ```
    Warning "topology/unequal-uplinks" "equal paths over links of different speeds" => run
}

/// What a switch has up to one level: lines and how many links of each, and the switches above by line.
type Up = BTreeMap<u32, Vec<usize>>;

fn run(ctx: &Ctx, findings: &mut Findings) {
    let fabric = ctx.fabric;
    if !ctx.sound || fabric.intent.load_balancing.as_ref().is_some_and(|l| l.adaptive.is_some()) {
        return;
    }
    let speed = |line: u32| fabric.lines[line as usize].speed.v;
    let differs = |t: usize| {
        let mut speeds = fabric.tiers[t].up.iter().map(|&l| fabric.lines[l].speed.v);
        speeds.next().is_some_and(|first| speeds.any(|s| s != first))
    };
    let uneven: Vec<bool> = (0..fabric.tiers.len()).map(differs).collect();
    // By tier and level above: the switch whose slow links are fullest, by how much, and what it has up.
    let mut worst: BTreeMap<(usize, u32), (Ratio, usize, Up)> = BTreeMap::new();
    for (index, switch) in fabric.switches.iter().enumerate().filter(|(_, s)| !s.absent && uneven[s.tier]) {
        let mut levels: BTreeMap<u32, Up> = BTreeMap::new();
        for wire in fabric.switch_wires(index) {
            let link = &fabric.links[wire.link as usize];
            if link.b as usize != index && stands(fabric, link) {
                let level = fabric.tiers[fabric.line_of(link).upper].distance;
                levels.entry(level).or_default().entry(link.line).or_default().push(link.b as usize);
            }
        }
        for (level, up) in levels {
            let links: u64 = up.values().map(|u| u.len() as u64).sum();
            let Some(slow) = up.keys().map(|&l| speed(l)).min() else { continue };
            let over = Ratio::new(ctx.evidence.loads[index].down, links * u64::from(slow.0));
            let known = worst.get(&(switch.tier, level));
            let fuller = over > Ratio::new(1, 1) && known.is_none_or(|(known, ..)| over > *known);
            if fuller && up.keys().any(|&l| speed(l) != slow) && meet(ctx, index, &up) {
                worst.insert((switch.tier, level), (over, index, up));
            }
        }
    }
    let said = worst.into_values().filter_map(|(over, switch, up)| finding(ctx, over, switch, &up));
    said.for_each(|found| findings.push(found));
}

/// Whether a slowest link and a faster one lead to the same device: only then is there a choice between them.
fn meet(ctx: &Ctx, switch: usize, up: &Up) -> bool {
    let (fabric, graph) = (ctx.fabric, ctx.evidence.graph());
    let speed = |line: u32| fabric.lines[line as usize].speed.v;
    let slow = up.keys().map(|&l| speed(l)).min();
    let beyond = |slowest: bool| {
        let lines = up.iter().filter(|(line, _)| (Some(speed(**line)) == slow) == slowest);
        let uppers: BTreeSet<usize> = lines.flat_map(|(_, uppers)| uppers.iter().copied()).collect();
        let near = |&u: &usize| graph.up[u].iter().chain(&graph.down[u]).map(|e| e.to as usize);
        let mut all: BTreeSet<usize> = uppers.iter().flat_map(near).filter(|&s| s != switch).collect();
        all.extend(uppers);
        all
    };
    !beyond(true).is_disjoint(&beyond(false))
}

fn finding(ctx: &Ctx, over: Ratio, switch: usize, up: &Up) -> Option<Diagnostic> {
    let fabric = ctx.fabric;
    let line = |l: &u32| &fabric.lines[*l as usize];
    let slow: &Line = up.keys().map(line).min_by_key(|l| l.speed.v)?;
    let fast: &Line = up.keys().map(line).max_by_key(|l| l.speed.v)?;
    let links: u64 = up.values().map(|u| u.len() as u64).sum();
    let down = ctx.evidence.loads[switch].down;
    let (low, high) = (slow.speed.v, fast.speed.v);
    let message = format!(
        "`{}` has links of {low} and of {high} up to the same places, and plain ECMP loads them alike: of {} below, each of \
         {} gets {} Gb/s, {} times what {low} carries",
        fabric.switches[switch].name,
        tera(down),
        count(links, "link"),
        Ratio::new(down, links * 1000),
        over,
    );
    let help = format!(
        "`speed=\"{high}\"` on both, or the slower links to a tier of its own level; or `load-balancing {{ adaptive; }}` where \
         switch and release have it"
    );
    let found = RULE.at(slow.speed.at, message).label(fast.speed.at, "beside these").help(help);
    let wcmp = fabric.intent.load_balancing.as_ref().is_some_and(|l| l.wcmp.is_some());
    let note = "`wcmp` counts paths, not their speed: it changes nothing here";
    Some(if wcmp { found.note(note) } else { found })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::host::MemoryHost;
    use crate::pipeline::{Options, analyze};

    /// What is said of a leaf with four ports of 400G below, 800G and 400G up.
    fn said(change: &[(&str, &str)]) -> Vec<String> {
        let text = r#"
            fabric "f" { nos "sonic" release="202505"; }
            hosts "gpu" count=4 { nic count=2 speed="400G"; }
            tier "leaf" count=2 switch="dell-z9864f"
            tier "spine" count=1 switch="dell-z9864f"
            tier "old" count=1 switch="dell-z9864f"
            link "gpu" "leaf" by="rail" { length "3m"; }
            link "leaf" "spine" speed="800G" per-pair=1 { length "30m"; }
            link "leaf" "old" speed="400G" per-pair=1 { length "30m"; }
            routing { asn leaf=4210000000 spine=4200000000 old=4205000000; loopbacks "10.0.0.0/20"; host-subnets "10.64.0.0/12"; }
        "#;
        let mut text = text.to_owned();
        for (from, to) in change {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let host = MemoryHost::default().file("fabric.kdl", text.as_str());
        let findings = analyze(Path::new("fabric.kdl"), &host, &Options::default()).findings;
        let all: Vec<String> = findings.iter().map(|f| format!("{}: {}", f.code(), f.message)).collect();
        assert!(!findings.has_errors(), "{all:?}");
        all.into_iter().filter(|f| f.starts_with("topology/unequal-uplinks")).collect()
    }

    #[test]
    fn only_equal_paths_are_compared() {
        let [one] = &said(&[])[..] else { panic!("one is wanted") };
        assert!(
            one.ends_with("of 1.6 Tb/s below, each of 2 links gets 800 Gb/s, 2 times what 400G carries"),
            "{one}"
        );
        // Four links of 400G and one of 800G: 320G each.
        let four = ("speed=\"400G\" per-pair=1", "speed=\"400G\" per-pair=4");
        assert_eq!(said(&[four]), [""; 0]);
        let three = said(&[("speed=\"400G\" per-pair=1", "speed=\"200G\" per-pair=3")]);
        assert!(three[0].ends_with("each of 4 links gets 400 Gb/s, 2 times what 200G carries"), "{three:?}");
        // A level further up is another way.
        let skip = (
            "tier \"old\"",
            "link \"spine\" \"old\" speed=\"800G\" per-pair=1 { length \"30m\"; }\ntier \"old\"",
        );
        assert_eq!(said(&[skip]), [""; 0]);
        // No choice where nothing else hangs on either.
        let alone = [
            ("tier \"leaf\" count=2", "tier \"leaf\" count=1"),
            ("count=4 { nic count=2", "count=8 { nic count=1"),
        ];
        assert_eq!(said(&alone), [""; 0]);
        // A port that is put down is no path.
        let down = ("routing {", "switch \"old-01\" { port \"1\" { admin \"down\"; } }\nrouting {");
        assert_eq!(said(&[down]).len(), 0);
    }

    #[test]
    fn only_adaptive_load_balancing_helps() {
        let enterprise = ("nos \"sonic\" release=\"202505\"", "nos \"enterprise-sonic\" release=\"4.5\"");
        let adaptive = ("routing {", "load-balancing { adaptive mode=\"flowlet\"; }\nrouting {");
        assert_eq!(said(&[enterprise]).len(), 1);
        assert_eq!(said(&[enterprise, adaptive]).len(), 0);
        assert_eq!(said(&[("routing {", "load-balancing { wcmp; }\nrouting {")]).len(), 1);
    }
}
