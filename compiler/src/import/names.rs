//! What names tell: pod, node and index of `su1-leaf-03`, or a template for `sp01`.

use std::collections::{BTreeMap, BTreeSet};

/// A name in its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parts {
    /// `su` and 1 of `su1-leaf-03`.
    pub(super) pod: Option<(String, u32)>,
    /// `leaf`; with a plane before it, `a-leaf`.
    pub(super) node: String,
    /// From 1.
    pub(super) index: u32,
    /// Where the name is not as the language would have it by itself.
    pub(super) template: Option<String>,
}

/// Names of switches or servers in their parts; pods only where there are several.
pub(super) fn parts<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, Parts> {
    let mut all: BTreeMap<String, Parts> = names.map(|name| (name.to_owned(), split(name))).collect();
    let mut pods: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (pod, at) in all.values().filter_map(|parts| parts.pod.as_ref()) {
        pods.entry(pod.clone()).or_default().insert(*at);
    }
    for parts in all.values_mut() {
        let Some((pod, at)) = &parts.pod else { continue };
        if pods.get(pod).is_some_and(|seen| seen.len() < 2) {
            let width = if parts.index >= 10 || parts.template.is_none() { ":02" } else { "" };
            parts.template = Some(format!("{pod}{at}-{}-{{index{width}}}", parts.node));
            parts.pod = None;
        }
    }
    all
}

fn split(name: &str) -> Parts {
    if let Some((head, tail)) = name.rsplit_once('-') {
        let usual = tail.parse::<u32>().ok().filter(|n| *n > 0 && format!("{n:02}") == tail);
        if let (Some(index), false) = (usual, head.is_empty()) {
            let pod = head.split_once('-').and_then(|(first, rest)| {
                let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
                let at: u32 = first[letters.len()..].parse().ok().filter(|at| *at > 0)?;
                let plain = !letters.is_empty() && !rest.is_empty() && format!("{letters}{at}") == first;
                plain.then(|| ((letters.to_owned(), at), rest.to_owned()))
            });
            let (pod, node) = match pod {
                Some((pod, node)) => (Some(pod), node),
                None => (None, head.to_owned()),
            };
            return Parts { pod, node, index, template: None };
        }
    }
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = name[..end].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (before, digits, after) = (&name[..start], &name[start..end], &name[end..]);
    let node: String = before.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let node = if node.is_empty() { "switch".to_owned() } else { node };
    match digits.parse::<u32>() {
        Ok(index) if index > 0 => {
            let field =
                if digits.len() > 1 { format!("{{index:0{}}}", digits.len()) } else { "{index}".into() };
            let width = if digits.starts_with('0') || digits.len() > 1 { field } else { "{index}".into() };
            Parts { pod: None, node, index, template: Some(format!("{before}{width}{after}")) }
        }
        _ => Parts { pod: None, node, index: 1, template: Some(name.to_owned()) },
    }
}

/// Names of planes: first parts that all have the same nodes behind them.
pub(super) fn planes(nodes: &BTreeSet<String>) -> Vec<String> {
    let mut behind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for node in nodes {
        if let Some((first, rest)) = node.split_once('-') {
            behind.entry(first).or_default().insert(rest);
        }
    }
    let firsts: Vec<&&str> = behind.keys().collect();
    for first in &firsts {
        let same: Vec<String> =
            firsts.iter().filter(|f| behind[**f] == behind[**first]).map(|f| (**f).to_owned()).collect();
        if same.len() > 1 {
            return same;
        }
    }
    Vec::new()
}

/// Fields of interfaces of servers: `nic{index}p{port}` and what they are for each name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interfaces {
    pub(super) template: String,
    pub(super) of: BTreeMap<String, (u32, u32)>,
}

/// Reads the names of all interfaces of a group; none where they have no common form.
pub(super) fn interfaces(names: &BTreeSet<String>) -> Option<Interfaces> {
    let tokens: Vec<(Vec<String>, Vec<u32>)> = names.iter().map(|name| tokens(name)).collect();
    let (texts, numbers) = tokens.first()?;
    if tokens.iter().any(|(t, n)| t != texts || n.len() != numbers.len()) {
        return None;
    }
    let varies = |at: usize| tokens.iter().any(|(_, n)| n[at] != numbers[at]);
    let zero = |at: usize| tokens.iter().all(|(_, n)| n[at] == 0);
    // Fields are numbers that vary; one that is 0 everywhere may be the only NIC, or its only port.
    let mut fields: Vec<usize> = (0..numbers.len()).filter(|&at| varies(at) || zero(at)).collect();
    if fields.len() > 2 {
        fields.retain(|&at| varies(at));
    }
    if fields.len() > 2 {
        return None;
    }
    let (index, port) = (fields.first().copied(), fields.get(1).copied());
    let mut template = String::new();
    for (at, text) in texts.iter().enumerate() {
        template.push_str(text);
        match numbers.get(at) {
            Some(_) if Some(at) == index => template.push_str("{index}"),
            Some(_) if Some(at) == port => template.push_str("{port}"),
            Some(number) => template.push_str(&number.to_string()),
            None => {}
        }
    }
    let value = |n: &[u32], at: Option<usize>| at.and_then(|at| n.get(at)).copied().unwrap_or(0);
    let of =
        names.iter().zip(&tokens).map(|(name, (_, n))| (name.clone(), (value(n, index), value(n, port))));
    Some(Interfaces { template, of: of.collect() })
}

/// Texts, and the numbers between them.
fn tokens(name: &str) -> (Vec<String>, Vec<u32>) {
    let (mut texts, mut numbers) = (vec![String::new()], Vec::new());
    let mut rest = name;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if let Ok(number) = rest[..end].parse() {
            numbers.push(number);
            texts.push(String::new());
            rest = &rest[end..];
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_digit()).filter(|&at| at > 0).unwrap_or(rest.len());
        if let Some(last) = texts.last_mut() {
            last.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    (texts, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_parts() {
        let of = |name: &str| {
            let p = split(name);
            (p.pod, p.node, p.index, p.template)
        };
        assert_eq!(of("leaf-03"), (None, "leaf".into(), 3, None));
        assert_eq!(of("su1-leaf-103"), (Some(("su".into(), 1)), "leaf".into(), 103, None));
        assert_eq!(of("sp07"), (None, "sp".into(), 7, Some("sp{index:02}".into())));
        assert_eq!(of("rack9"), (None, "rack".into(), 9, Some("rack{index}".into())));
        assert_eq!(of("alone"), (None, "switch".into(), 1, Some("alone".into())));
    }

    #[test]
    fn one_pod_is_no_pod() {
        let all = parts(["dc1-leaf-01", "dc1-leaf-02"].into_iter());
        assert_eq!(all["dc1-leaf-02"].template.as_deref(), Some("dc1-leaf-{index:02}"));
        let all = parts(["su1-leaf-01", "su2-leaf-01"].into_iter());
        assert_eq!(all["su2-leaf-01"].pod, Some(("su".into(), 2)));
    }

    #[test]
    fn planes_have_the_same_nodes() {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        assert_eq!(planes(&set(&["a-leaf", "a-spine", "b-leaf", "b-spine"])), ["a", "b"]);
        assert!(planes(&set(&["a-leaf", "b-spine", "core"])).is_empty());
    }

    #[test]
    fn interfaces_have_two_fields() {
        let of = |names: &[&str]| interfaces(&names.iter().map(|n| (*n).to_owned()).collect());
        let nic = of(&["nic0", "nic1"]).unwrap();
        assert_eq!((nic.template.as_str(), nic.of["nic1"]), ("nic{index}", (1, 0)));
        let ens = of(&["ens0np0", "ens0np1"]).unwrap();
        assert_eq!((ens.template.as_str(), ens.of["ens0np1"]), ("ens{index}np{port}", (0, 1)));
        assert_eq!(of(&["nic0", "eth1"]), None);
    }
}
