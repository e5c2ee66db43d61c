//! Which cages each line takes on each tier.
//!
//! Down lines take the lowest free cages, up lines the highest below the reserve. A cage is skipped only where no legal
//! placement of the rest of the line and of all later lines exists with it: [`Search`] decides that exactly, pipe by
//! pipe.

use std::collections::BTreeSet;

use fabc_lang::diagnostic::{Diagnostic, Findings};
use fabc_lang::fabric::{CagePlan, Line, Lower};
use fabc_lang::intent::{Striping, TierNode};
use fabc_lang::platform::Asic;
use fabc_lang::source::Span;

use super::boxes::{Boxes, SwitchBox};
use super::lines::{Plan, Scheme};
use super::nodes::{Member, Nodes};
use super::rules;
use super::search::{Claim, Search};

/// Gives every line its cages. `None` where the file is wrong in a way that leaves no fabric.
pub(super) fn allocate(
    nodes: &Nodes<'_>,
    boxes: &Boxes,
    mut plan: Plan,
    findings: &mut Findings,
) -> Option<Plan> {
    let mut fine = !plan.broken;
    for (tier, &node) in nodes.tiers.iter().enumerate() {
        let (Member::Tier(declared), Some(which)) = (nodes.nodes[node].member, boxes.of(tier)) else {
            continue;
        };
        let attempt = |plan: &mut Plan, findings: &mut Findings| {
            let mut stage = Stage { tier, declared, which, findings };
            let enough = stage.servers_per_leaf(plan);
            let claims = stage.claims(plan);
            stage.place(plan, &claims) && enough
        };
        let touched = |line: &Line| line.lower == Lower::Tier(tier) || line.upper == tier;
        let saved: Vec<(usize, Line, Scheme)> = (0..plan.lines.len())
            .filter(|&i| touched(&plan.lines[i]))
            .map(|i| (i, plan.lines[i].clone(), plan.drafts[i].scheme.clone()))
            .collect();
        let mut said = Findings::default();
        let mut placed = attempt(&mut plan, &mut said);
        for (line, mode, children) in substitutes(&plan, tier, which) {
            if placed {
                break;
            }
            restore(&mut plan, &saved);
            let line = &mut plan.lines[line];
            let side = line.lower_side.as_mut().filter(|_| line.lower == Lower::Tier(tier));
            let side = side.unwrap_or(&mut line.upper_side);
            (side.mode, side.children) = (mode, children);
            placed = attempt(&mut plan, &mut Findings::default());
        }
        if !placed {
            restore(&mut plan, &saved);
            findings.extend(said);
        }
        fine &= placed;
    }
    fine.then_some(plan)
}

/// Lines as they were before an attempt.
fn restore(plan: &mut Plan, saved: &[(usize, Line, Scheme)]) {
    for (i, line, scheme) in saved {
        plan.lines[*i].clone_from(line);
        plan.drafts[*i].scheme.clone_from(scheme);
    }
}

/// Break-outs that a line of this tier could have instead, with as many lanes to a port: a box with two kinds of cages
/// may place one where it can't place the other.
fn substitutes(plan: &Plan, tier: usize, which: &SwitchBox) -> Vec<(usize, String, u32)> {
    let mut list = Vec::new();
    for (i, line) in plan.lines.iter().enumerate().filter(|(i, _)| !plan.drafts[*i].fixed) {
        let lower = line.lower_side.as_ref().filter(|_| line.lower == Lower::Tier(tier));
        let Some(side) = lower.or(Some(&line.upper_side).filter(|_| line.upper == tier)) else { continue };
        let others = which.alternatives(line.speed.v, &side.mode);
        list.extend(others.into_iter().map(|m| (i, m.name.clone(), m.children)));
    }
    list
}

/// Cages of a tier in order of the front panel, with what its lines make of them.
pub(super) fn plan_of_tier(tier: usize, which: &SwitchBox, lines: &[Line]) -> Vec<CagePlan> {
    let owner = |number: u16| {
        let mine = |line: &Line| -> Option<(String, fabc_lang::units::Speed)> {
            let lower = line.lower_side.as_ref().filter(|_| line.lower == Lower::Tier(tier));
            let upper = Some(&line.upper_side).filter(|_| line.upper == tier);
            let side = lower.into_iter().chain(upper).find(|s| s.cages.binary_search(&number).is_ok())?;
            Some((side.mode.clone(), line.speed.v))
        };
        lines.iter().enumerate().find_map(|(i, line)| mine(line).map(|m| (i, m)))
    };
    let cages = which.cages.iter().map(|cage| {
        let default = which.layout(cage.number, &cage.default, None);
        let owner = owner(cage.number);
        let broken = owner.as_ref().map(|(_, (mode, speed))| which.layout(cage.number, mode, Some(*speed)));
        CagePlan {
            number: cage.number,
            line: owner.as_ref().map(|o| o.0),
            broken: broken.filter(|b| *b != default),
            default,
        }
    });
    cages.collect()
}

struct Stage<'s> {
    tier: usize,
    declared: &'s TierNode,
    which: &'s SwitchBox,
    findings: &'s mut Findings,
}

impl Stage<'_> {
    fn total(&self) -> u32 {
        u32::try_from(self.which.cages.len()).unwrap_or(u32::MAX)
    }

    fn reserve(&self) -> u32 {
        self.declared.reserve.map_or(0, |r| r.v).min(self.total())
    }

    /// Cages that a line needs on one side of this tier.
    fn cages_up(&self, line: &Line) -> u32 {
        let side = line.lower_side.as_ref().filter(|_| line.lower == Lower::Tier(self.tier));
        side.map_or(0, |s| s.need.div_ceil(s.children.max(1)))
    }

    fn cages_down(&self, line: &Line) -> u32 {
        if line.upper == self.tier {
            line.upper_side.need.div_ceil(line.upper_side.children.max(1))
        } else {
            0
        }
    }

    /// Fills B where it follows from the cages that are left. Gives whether that went well.
    fn servers_per_leaf(&mut self, plan: &mut Plan) -> bool {
        let open = |plan: &Plan, i: usize| {
            plan.lines[i].upper == self.tier
                && matches!(&plan.drafts[i].scheme, Scheme::Servers(s) if s.open() && !s.shared())
        };
        let waiting: Vec<usize> = (0..plan.lines.len()).filter(|&i| open(plan, i)).collect();
        let Some(&first) = waiting.first() else { return true };
        let up: u32 = plan.lines.iter().map(|l| self.cages_up(l)).sum();
        let up = up.max(self.declared.up.map_or(0, |u| u.v));
        let side = self.total().saturating_sub(self.reserve()).saturating_sub(up);
        let side = self.declared.down.map_or(side, |d| side.min(d.v));
        let others: u32 = plan
            .lines
            .iter()
            .enumerate()
            .filter(|(i, _)| !waiting.contains(i))
            .map(|(_, l)| self.cages_down(l))
            .sum();
        let left = side.saturating_sub(others);
        let ports = |i: &usize| match &plan.drafts[*i].scheme {
            Scheme::Servers(s) => (s.ports, plan.lines[*i].upper_side.children.max(1)),
            _ => (1, 1),
        };
        let at = plan.lines[first].at;
        let mine: Vec<(u32, u32)> = waiting.iter().filter(|&&i| plan.lines[i].at == at).map(ports).collect();
        let fits = |b: u32| {
            mine.iter().map(|&(p, c)| b.saturating_mul(p).div_ceil(c)).fold(0u32, u32::saturating_add) <= left
        };
        let (mut low, mut high) = (0, left.saturating_mul(8) + 1);
        while low + 1 < high {
            let middle = low.midpoint(high);
            if fits(middle) { low = middle } else { high = middle }
        }
        let lonely = plan.lines.iter().all(|l| l.upper != self.tier || l.by.is_none() || l.at == at);
        if !lonely {
            for &i in &waiting {
                let text = format!(
                    "several host lines share the leaves of `{}`, and this one needs several leaves to a rail: how many servers does a leaf serve?",
                    self.declared.name.v
                );
                let found = rules::SERVERS_PER_LEAF
                    .at(plan.lines[i].at, text)
                    .label(self.declared.at, "these leaves");
                let Scheme::Servers(servers) = &plan.drafts[i].scheme else { continue };
                let groups = (servers.leaves_max / servers.rails.max(1)).max(1);
                let even = servers.servers_max.div_ceil(groups).min(low);
                self.findings.push(found.help(format!(
                    "servers-per-leaf={even} would do; {low} would fit in the {left} cages that are left"
                )));
            }
            return false;
        }
        if low == 0 {
            let text = format!(
                "no cage of `{}` is left for servers: {} of {} go up, {} are reserved, {others} go to lower tiers",
                self.declared.name.v,
                up,
                self.total(),
                self.reserve()
            );
            let found = rules::PORTS_RUN_OUT
                .at(at, text)
                .label(self.declared.switch.at, format!("{} cages", self.total()));
            self.findings.push(found.help("fewer uplinks, a smaller reserve, or more leaves"));
            return false;
        }
        for &i in &waiting {
            if let Scheme::Servers(servers) = &mut plan.drafts[i].scheme {
                servers.b = low;
                plan.lines[i].upper_side.need = u32::try_from(servers.need()).unwrap_or(u32::MAX);
            }
        }
        true
    }

    /// What the lines ask of this tier, in the order in which they take cages.
    fn claims(&self, plan: &Plan) -> Vec<Claim> {
        let (total, end) = (self.total(), self.total() - self.reserve());
        let up_from = self
            .declared
            .up
            .map(|u| end.saturating_sub(u.v))
            .or(self.declared.down.map(|d| d.v))
            .unwrap_or(0);
        let down_to = self
            .declared
            .down
            .map(|d| d.v.min(end))
            .or(self.declared.up.map(|u| end.saturating_sub(u.v)))
            .unwrap_or(end);
        let claim = |line: usize, up: bool, mode: &str, children: u32, count: u32| {
            let side = |i: u32| if up { (up_from..end).contains(&i) } else { i < down_to };
            let able = |i: u32| self.which.cages[i as usize].modes.iter().any(|m| m.name == mode);
            let allowed = (0..total).map(|i| side(i) && able(i)).collect();
            Claim { line, up, mode: mode.to_owned(), children, count, allowed }
        };
        let mut claims = Vec::new();
        for (i, line) in plan.lines.iter().enumerate() {
            let up = self.cages_up(line);
            if let Some(side) = line.lower_side.as_ref().filter(|_| up > 0) {
                claims.push(claim(i, true, &side.mode, side.children, up));
            }
            let down = self.cages_down(line);
            if down > 0 {
                claims.push(claim(i, false, &line.upper_side.mode, line.upper_side.children, down));
            }
        }
        claims
    }

    /// Gives every claim its cages. Gives whether that went well.
    fn place(&mut self, plan: &mut Plan, claims: &[Claim]) -> bool {
        if !self.enough(plan, claims) {
            return false;
        }
        let mut taken: Vec<Option<u32>> = vec![None; self.which.cages.len()];
        let mut search = Search::new(self.which);
        let easy = self.easy(claims);
        let all: Vec<(&Claim, u32)> = claims.iter().map(|c| (c, c.count)).collect();
        if !easy && !search.fits(&taken, &all) {
            self.no_placement(plan, claims, !search.gave_up);
            return false;
        }
        for (at, claim) in claims.iter().enumerate() {
            let mut list: Vec<u16> = Vec::new();
            let mut left = claim.count;
            for i in claim.order() {
                if left == 0 {
                    break;
                }
                if taken[i].is_some() || !claim.allowed[i] {
                    continue;
                }
                taken[i] = Some(claim.children);
                let rest = claims[at + 1..].iter().map(|c| (c, c.count));
                let demand: Vec<(&Claim, u32)> = std::iter::once((claim, left - 1)).chain(rest).collect();
                if easy || search.fits(&taken, &demand) {
                    list.push(self.which.cages[i].number);
                    left -= 1;
                } else {
                    taken[i] = None;
                }
            }
            if left > 0 {
                self.no_placement(plan, claims, !search.gave_up);
                return false;
            }
            list.sort_unstable();
            let line = &mut plan.lines[claim.line];
            match line.lower_side.as_mut().filter(|_| claim.up) {
                Some(side) => side.cages = list,
                None => line.upper_side.cages = list,
            }
        }
        true
    }

    /// Whether no pipe can be overfilled and no cage is wanted by one line for want of another: then counting is enough,
    /// and [`Stage::enough`] has counted.
    fn easy(&self, claims: &[Claim]) -> bool {
        let apart = |a: &Claim, b: &Claim| {
            a.allowed == b.allowed || !a.allowed.iter().zip(&b.allowed).any(|(x, y)| *x && *y)
        };
        let mut worst: Vec<(u16, u32)> = Vec::new();
        for (i, cage) in self.which.cages.iter().enumerate() {
            let Some(pipe) = cage.pipe else { continue };
            let most = claims.iter().filter(|c| c.allowed[i]).map(|c| c.children).max().unwrap_or(1);
            match worst.iter_mut().find(|w| w.0 == pipe) {
                Some(w) => w.1 += most,
                None => worst.push((pipe, most)),
            }
        }
        let room = self.which.per_pipe.unwrap_or(u32::MAX);
        let wide = claims
            .iter()
            .all(|c| u32::try_from(c.allowed.iter().filter(|a| **a).count()).is_ok_and(|n| n >= c.count));
        wide && worst.iter().all(|w| w.1 <= room) && claims.iter().all(|a| claims.iter().all(|b| apart(a, b)))
    }

    /// Whether there are enough cages on each side, and enough logical ports on the chip.
    fn enough(&mut self, plan: &Plan, claims: &[Claim]) -> bool {
        let name = &self.declared.name.v;
        let end = self.total() - self.reserve();
        if let Some(reserve) = self.declared.reserve.filter(|r| r.v > self.total()) {
            let text = format!("`reserve` keeps {} cages of `{name}`, which has {}", reserve.v, self.total());
            let found = rules::PORTS_RUN_OUT.at(reserve.at, text);
            let found = found.label(self.declared.switch.at, format!("{} cages", self.total()));
            self.findings.push(found.help(format!("reserve ports={} or fewer", self.total())));
            return false;
        }
        if let (Some(down), Some(up)) = (self.declared.down, self.declared.up)
            && u64::from(down.v) + u64::from(up.v) > u64::from(end)
        {
            let text = format!(
                "`ports` gives {} cages of `{name}` down and {} up; there are {end} for both",
                down.v, up.v
            );
            let found = rules::PORTS_RUN_OUT.at(down.at.to(up.at), text);
            let found = found.label(self.declared.switch.at, format!("{} cages", self.total()));
            self.findings.push(found.help(format!(
                "down={} or up={}",
                end.saturating_sub(up.v),
                end.saturating_sub(down.v)
            )));
            return false;
        }
        let sum = |up: bool| -> u32 {
            claims.iter().filter(|c| c.up == up).map(|c| c.count).fold(0, u32::saturating_add)
        };
        let (up, down) = (sum(true), sum(false));
        let sides = [
            (self.declared.down.map(|d| (d.v.min(end), "down")), down, false),
            (self.declared.up.map(|u| (u.v.min(end), "up")), up, true),
            (Some((end, "")), up.saturating_add(down), true),
        ];
        for (limit, need, side_up) in sides {
            let Some((limit, word)) = limit.filter(|&(l, _)| need > l) else { continue };
            let of_side = |c: &&Claim| word.is_empty() || c.up == side_up;
            let parts: Vec<String> = claims.iter().filter(of_side).map(|c| self.says(plan, c)).collect();
            let reserved = if self.reserve() > 0 {
                format!(" ({} of {} are reserved)", self.reserve(), self.total())
            } else {
                String::new()
            };
            let kind = if word.is_empty() { String::new() } else { format!("{word} ") };
            let text = format!(
                "each switch of `{name}` needs {need} {kind}cages and has {limit}{reserved}: {} short ({})",
                need - limit,
                parts.join(" + ")
            );
            let heaviest = claims.iter().filter(of_side).max_by_key(|c| c.count);
            let at = heaviest.map_or(self.declared.at, |c| plan.lines[c.line].at);
            let mut found = rules::PORTS_RUN_OUT.at(at, text);
            found = self.with_cages(found);
            for claim in claims.iter().filter(of_side).filter(|c| plan.lines[c.line].at != at) {
                found = found.label(plan.lines[claim.line].at, format!("{} cages", claim.count));
            }
            self.findings.push(found.help_opt(heaviest.map(|c| self.would_fit(plan, c, need - limit))));
            return false;
        }
        let logical: u32 =
            claims.iter().map(|c| c.count * c.children).sum::<u32>() + self.total() - up - down;
        if let Some(limit) = self.which.per_chip.filter(|&l| logical > l) {
            let parts: Vec<String> = claims.iter().map(|c| format!("{} × {}", c.count, c.mode)).collect();
            let text = format!(
                "each switch of `{name}` needs {logical} logical ports and its chip has {limit} ({}, and one for each unused cage)",
                parts.join(" + ")
            );
            let at = claims
                .iter()
                .max_by_key(|c| c.count * c.children)
                .map_or(self.declared.at, |c| plan.lines[c.line].at);
            let found = self
                .with_limit(rules::CHIP_PORTS.at(at, text), |asic| asic.logical_ports.as_ref().map(|p| p.at));
            self.findings.push(
                found.help("fewer children to a cage: a mode with more lanes to a port, or fewer ports"),
            );
            return false;
        }
        true
    }

    fn says(&self, plan: &Plan, claim: &Claim) -> String {
        let line = &plan.lines[claim.line];
        let need =
            if claim.up { line.lower_side.as_ref().map_or(0, |s| s.need) } else { line.upper_side.need };
        format!("{need} × {} on {} cages {}", line.speed.v, claim.count, if claim.up { "up" } else { "down" })
    }

    /// The edit of the heaviest line that would free `short` cages.
    fn would_fit(&self, plan: &Plan, claim: &Claim, short: u32) -> String {
        if let Some(reserve) = self.declared.reserve.filter(|r| r.v >= short && r.v <= self.total()) {
            return format!("reserve ports={} would fit", reserve.v - short);
        }
        let line = &plan.lines[claim.line];
        let left = claim.count.saturating_sub(short) * claim.children;
        let need =
            if claim.up { line.lower_side.as_ref().map_or(0, |s| s.need) } else { line.upper_side.need };
        let groups = need / line.parallel.max(1);
        if line.by.is_none() && line.parallel > 1 && left >= groups && groups > 0 {
            let per_pair = left / groups;
            // In the word that the file has.
            let up = line.lower_side.as_ref().map_or(0, |side| side.need) / line.parallel.max(1);
            return match line.striping.map(|striping| striping.v) {
                Some(Striping::Uplinks(_)) => format!("uplinks={} would fit on this tier", per_pair * up),
                _ => format!("per-pair={per_pair} would fit on this tier"),
            };
        }
        match line.by {
            Some(_) if left > 0 => {
                format!("{left} NIC ports on each leaf would fit: more leaves, or fewer servers")
            }
            None if left > 0 => format!("{left} links on each switch would fit here"),
            _ => "the other lines take all cages; give this one another tier".to_owned(),
        }
    }

    /// The same, with the platform's cages as the limit.
    fn with_cages(&self, found: Diagnostic) -> Diagnostic {
        let groups = self.which.platform.groups.iter();
        groups.fold(found.label(self.declared.switch.at, "its platform"), |found, group| {
            found.label(group.form.at, format!("{} cages", group.count))
        })
    }

    /// The same, with a limit of the chip.
    fn with_limit(&self, found: Diagnostic, limit: impl Fn(&Asic) -> Option<Span>) -> Diagnostic {
        let found = found.label(self.declared.switch.at, "its platform");
        match limit(&self.which.platform.asic.v) {
            Some(at) => found.label(at, "the limit"),
            None => found,
        }
    }

    /// Names the pipe that a plain placement overfills.
    fn no_placement(&mut self, plan: &Plan, claims: &[Claim], exact: bool) {
        let name = &self.declared.name.v;
        let mut weight: Vec<u32> = vec![1; self.which.cages.len()];
        let mut owner: Vec<Option<usize>> = vec![None; self.which.cages.len()];
        for claim in claims {
            let cages: Vec<usize> =
                claim.order().filter(|&i| claim.allowed[i] && owner[i].is_none()).collect();
            for i in cages.into_iter().take(claim.count as usize) {
                weight[i] = claim.children;
                owner[i] = Some(claim.line);
            }
        }
        let pipes: BTreeSet<u16> = self.which.cages.iter().filter_map(|c| c.pipe).collect();
        let limit = self.which.per_pipe.unwrap_or(u32::MAX);
        let in_pipe =
            |pipe: u16| self.which.cages.iter().enumerate().filter(move |(_, c)| c.pipe == Some(pipe));
        let asked = |pipe: u16| in_pipe(pipe).map(|(i, _)| weight[i]).sum::<u32>();
        let tried = if exact {
            "no legal placement exists"
        } else {
            "no placement was found within the search's limit"
        };
        let (text, line) = match pipes.into_iter().find(|&p| asked(p) > limit) {
            Some(pipe) => {
                let cage =
                    |(i, c): (usize, &super::boxes::BoxCage)| format!("cage {} with {}", c.number, weight[i]);
                let cages: Vec<String> = in_pipe(pipe).map(cage).collect();
                let text = format!(
                    "pipe {pipe} of `{name}` would have {} logical ports, {limit} is its maximum ({}); {tried}",
                    asked(pipe),
                    cages.join(", ")
                );
                (text, in_pipe(pipe).max_by_key(|(i, _)| weight[*i]).and_then(|(i, _)| owner[i]))
            }
            None => {
                let text = format!("the cages of `{name}` that have the modes needed are too few; {tried}");
                (text, claims.first().map(|c| c.line))
            }
        };
        let found = rules::NO_PLACEMENT.at(line.map_or(self.declared.at, |l| plan.lines[l].at), text);
        let found = self.with_limit(found, |asic| asic.pipes.as_ref().map(|p| p.at));
        self.findings
            .push(found.help("fewer ports of the mode with the most children, or another break-out"));
    }
}
