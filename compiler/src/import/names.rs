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

/// The largest index, and the most pods: those of the language.
const MOST: u32 = 100_000;

/// Names of switches or servers in their parts; pods only where there are several.
pub(super) fn parts<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, Parts> {
    let names: BTreeSet<&str> = names.collect();
    // Of names that differ in their number only, all have one form: the widest number with a zero before it tells.
    let mut forms: BTreeMap<(&str, &str), (bool, usize)> = BTreeMap::new();
    for name in &names {
        let (before, digits, after) = number(name);
        let form = forms.entry((before, after)).or_insert((true, 1));
        form.0 &= usual(name).is_some();
        if digits.starts_with('0') {
            form.1 = form.1.max(digits.len());
        }
    }
    let split = |name: &str| {
        let (before, _, after) = number(name);
        let (is_usual, width) = forms.get(&(before, after)).copied().unwrap_or((false, 1));
        usual(name).filter(|_| is_usual).unwrap_or_else(|| other(name, width))
    };
    let mut all: BTreeMap<String, Parts> =
        names.iter().map(|name| ((*name).to_owned(), split(name))).collect();
    let mut pods: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (pod, at) in all.values().filter_map(|parts| parts.pod.as_ref()) {
        pods.entry(pod.clone()).or_default().insert(*at);
    }
    for parts in all.values_mut() {
        let Some((pod, at)) = &parts.pod else { continue };
        if pods.get(pod).is_some_and(|seen| seen.len() < 2) {
            parts.template = Some(format!("{pod}{at}-{}-{{index:02}}", parts.node));
            parts.pod = None;
        }
    }
    all
}

/// What stands before the last number of a name, the number, and what stands behind it.
fn number(name: &str) -> (&str, &str, &str) {
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = name[..end].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    (&name[..start], &name[start..end], &name[end..])
}

/// `su1-leaf-03`, as the language names by itself.
fn usual(name: &str) -> Option<Parts> {
    let (head, tail) = name.rsplit_once('-').filter(|(head, _)| !head.is_empty())?;
    let index: u32 = tail.parse().ok().filter(|n| (1..=MOST).contains(n) && format!("{n:02}") == tail)?;
    let pod = head.split_once('-').and_then(|(first, rest)| {
        let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
        let at: u32 = first[letters.len()..].parse().ok().filter(|at| (1..=MOST).contains(at))?;
        let plain = !letters.is_empty() && !rest.is_empty() && format!("{letters}{at}") == first;
        plain.then(|| ((letters.to_owned(), at), rest.to_owned()))
    });
    let (pod, node) = match pod {
        Some((pod, node)) => (Some(pod), node),
        None => (None, head.to_owned()),
    };
    Some(Parts { pod, node, index, template: None })
}

/// Any other name: a template with its last number as the index.
fn other(name: &str, width: usize) -> Parts {
    let (before, digits, after) = number(name);
    let usable = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let node: String = before.chars().filter(usable).collect();
    let node = node.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let node = if node.is_empty() { "switch" } else { node }.to_owned();
    match digits.parse::<u32>() {
        Ok(index) if (1..=MOST).contains(&index) && width <= 9 => {
            let field = if width > 1 { format!("{{index:0{width}}}") } else { "{index}".into() };
            Parts { pod: None, node, index, template: Some(format!("{before}{field}{after}")) }
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
            let p = parts([name].into_iter()).remove(name).unwrap();
            (p.node, p.index, p.template)
        };
        assert_eq!(of("leaf-03"), ("leaf".into(), 3, None));
        assert_eq!(of("sp07"), ("sp".into(), 7, Some("sp{index:02}".into())));
        assert_eq!(of("rack9"), ("rack".into(), 9, Some("rack{index}".into())));
        assert_eq!(of("alone"), ("switch".into(), 1, Some("alone".into())));
        assert_eq!(of("leaf-4000000000"), ("leaf".into(), 1, Some("leaf-4000000000".into())));
        let all = parts(["su1-leaf-103", "su2-leaf-103"].into_iter());
        let first = &all["su1-leaf-103"];
        assert_eq!((&first.pod, first.index, &first.template), (&Some(("su".into(), 1)), 103, &None));
    }

    #[test]
    fn names_with_one_form_are_one_node() {
        let templates = |names: &[&str]| {
            let all = parts(names.iter().copied());
            all.values().map(|p| p.template.clone().unwrap_or_default()).collect::<BTreeSet<String>>()
        };
        assert_eq!(templates(&["leaf-1", "leaf-10"]), BTreeSet::from(["leaf-{index}".into()]));
        assert_eq!(templates(&["sp9", "sp10"]), BTreeSet::from(["sp{index}".into()]));
        assert_eq!(templates(&["sp009", "sp010", "sp100"]), BTreeSet::from(["sp{index:03}".into()]));
        assert_eq!(templates(&["leaf-09", "leaf-10", "leaf-100"]), BTreeSet::from([String::new()]));
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
