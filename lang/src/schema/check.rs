//! A tree against its declarations: unknown words, wrong kinds, what is missing or double.

use std::collections::BTreeMap;

use super::{Arg, Kind, Node, Occurs, Prop, Typed};
use crate::diagnostic::{Diagnostic, Findings, Rule, nearest};
use crate::source::{Span, Spanned};
use crate::syntax;

crate::rule! {
    /// This word is not one that may stand here. The reference page lists those that may.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; mtuu 9100; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; mtu 9100; }
    /// ```
    pub static UNKNOWN_NODE = Error "intent/unknown-node" "unknown node";
}
crate::rule! {
    /// This property is not one of the node's. The reference page lists them.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" releas="202505"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static UNKNOWN_PROPERTY = Error "intent/unknown-property" "unknown property";
}
crate::rule! {
    /// The node has more arguments than it can take.
    ///
    /// ```kdl bad
    /// fabric "f" "g" { nos "sonic" release="202505"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static EXTRA_ARGUMENT = Error "intent/extra-argument" "argument too many";
}
crate::rule! {
    /// The value is of another kind, lacks its unit, or is out of range.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; mtu "9100B"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; mtu 9100; }
    /// ```
    pub static WRONG_VALUE = Error "intent/wrong-value" "value of the wrong kind";
}
crate::rule! {
    /// An argument, a property or a child that the node can't do without is not there.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic"; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; }
    /// ```
    pub static MISSING = Error "intent/missing" "something is missing";
}
crate::rule! {
    /// What may be said once is said twice. The two may disagree, so neither is taken silently.
    ///
    /// ```kdl bad
    /// fabric "f" { nos "sonic" release="202505"; mtu 9100; mtu 9216; }
    /// ```
    /// ```kdl good
    /// fabric "f" { nos "sonic" release="202505"; mtu 9100; }
    /// ```
    pub static TWICE = Error "intent/said-twice" "said twice";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] =
    &[&UNKNOWN_NODE, &UNKNOWN_PROPERTY, &EXTRA_ARGUMENT, &WRONG_VALUE, &MISSING, &TWICE];

/// Checks `nodes`, the children of `parent`, and gives what is right of them. `parent_at` is underlined where a child
/// is missing; none suppresses that (files that are included may lack what the whole needs).
pub fn check(
    nodes: &[syntax::Node],
    parent: &'static Node,
    parent_at: Option<Span>,
    findings: &mut Findings,
) -> Vec<Typed> {
    block(nodes, parent, parent, parent_at, findings)
}

/// The same below `root`, where words that stand elsewhere are looked for.
fn block(
    nodes: &[syntax::Node],
    root: &'static Node,
    parent: &'static Node,
    parent_at: Option<Span>,
    findings: &mut Findings,
) -> Vec<Typed> {
    let typed: Vec<Typed> = nodes.iter().filter_map(|n| node(n, root, parent, findings)).collect();
    count(nodes, &typed, parent, parent_at, findings);
    typed
}

/// Reports children that stand too often or not at all; one that could not be read, or whose name is a
/// slip, may be the one that is missing.
fn count(
    nodes: &[syntax::Node],
    typed: &[Typed],
    parent: &'static Node,
    parent_at: Option<Span>,
    findings: &mut Findings,
) {
    for schema in parent.children {
        let broken = |n: &syntax::Node| n.broken && (n.name.v.is_empty() || n.name.v == schema.name);
        let names = || parent.children.iter().map(|n| n.name);
        let slip = |n: &syntax::Node| {
            names().all(|name| name != n.name.v) && nearest(&n.name.v, names()) == Some(schema.name)
        };
        let unread = || nodes.iter().any(|n| broken(n) || slip(n));
        let mut of_kind = typed.iter().filter(|t| std::ptr::eq(t.schema, *schema));
        let first = of_kind.next();
        match (schema.occurs, first, parent_at) {
            (Occurs::Once | Occurs::Some, None, Some(at)) if !unread() => {
                let message = if parent.name.is_empty() {
                    format!("there is no `{}` node", schema.name)
                } else {
                    format!("`{}` has no `{}`", parent.name, schema.name)
                };
                findings.push(MISSING.at(at, message).help(format!("add `{}`", usage(schema))));
            }
            (Occurs::Once | Occurs::Optional, Some(first), _) => {
                for again in of_kind {
                    let message = format!("`{}` stands here a second time; once is the limit", schema.name);
                    findings.push(
                        TWICE
                            .at(again.head, message)
                            .label(first.head, "first here")
                            .help("remove one of the two"),
                    );
                }
            }
            _ => {}
        }
    }
}

fn node(
    raw: &syntax::Node,
    root: &'static Node,
    parent: &'static Node,
    findings: &mut Findings,
) -> Option<Typed> {
    let schema = parent.children.iter().copied().find(|n| n.name == raw.name.v);
    if raw.broken {
        // It has been reported; its block may hold more.
        if let Some(schema) = schema.filter(|s| !s.children.is_empty()) {
            block(raw.children.as_deref().unwrap_or_default(), root, schema, None, findings);
        }
        return None;
    }
    if let Some(schema) = schema {
        return Some(known(raw, root, schema, findings));
    }
    // A slip of the pen is read as what was meant, where that makes sense: it hides nothing, and nothing follows from it.
    let meant = unknown_node(raw, root, parent, findings)?;
    let mut more = Findings::default();
    let typed = known(raw, root, meant, &mut more);
    let sense = |d: &Diagnostic| [&UNKNOWN_NODE, &UNKNOWN_PROPERTY].iter().any(|rule| rule.code == d.code());
    let sense = more.iter().all(sense);
    findings.extend(if sense { more } else { Findings::default() });
    sense.then_some(typed)
}

/// A node whose declaration is known.
fn known(raw: &syntax::Node, root: &'static Node, schema: &'static Node, findings: &mut Findings) -> Typed {
    let end = raw.entries.iter().map(|e| e.at).fold(raw.name.at, Span::to);
    let head = raw.name.at.to(end);
    let before = findings.len();
    let mut meant = Vec::new();
    let args = arguments(raw, schema, head, &mut meant, findings);
    let mut slips = 0;
    let props = properties(raw, schema, head, meant, &mut slips, findings);
    let flawed = findings.len() > before + slips;
    let children = raw.children.as_deref().unwrap_or_default();
    if schema.children.is_empty() && !children.is_empty() {
        let at = children.iter().map(|c| c.at).fold(children[0].at, Span::to);
        findings
            .push(UNKNOWN_NODE.at(at, format!("`{}` takes no block", schema.name)).help("remove the block"));
        return Typed {
            schema,
            name: raw.name.at,
            at: raw.at,
            head,
            flawed,
            args,
            props,
            children: Vec::new(),
        };
    }
    let children = block(children, root, schema, Some(head), findings);
    Typed { schema, name: raw.name.at, at: raw.at, head, flawed, args, props, children }
}

/// Gives the node that was meant, where one is near.
fn unknown_node(
    raw: &syntax::Node,
    root: &'static Node,
    parent: &'static Node,
    findings: &mut Findings,
) -> Option<&'static Node> {
    let names = || parent.children.iter().map(|n| n.name);
    let place =
        if parent.name.is_empty() { "at the top of a file".into() } else { format!("in `{}`", parent.name) };
    let mut found = UNKNOWN_NODE.at(raw.name.at, format!("`{}` is not known {place}", cut(&raw.name.v)));
    let places = places(root, &raw.name.v);
    let near = nearest(&raw.name.v, names());
    found = match near {
        Some(word) => found.help(format!("did you mean `{word}`?")).instead(word),
        None if parent.props.iter().any(|p| p.name == raw.name.v) => {
            found.help(format!("`{}` is a property: write `{} … {}=…`", raw.name.v, parent.name, raw.name.v))
        }
        None if !places.is_empty() => found.help(format!("it stands {}", places.join(" or "))),
        None => found.help(format!("what may stand here: {}", names().collect::<Vec<_>>().join(", "))),
    };
    findings.push(found);
    parent.children.iter().copied().find(|n| near == Some(n.name))
}

/// Where else a word may stand, in words.
fn places(root: &'static Node, word: &str) -> Vec<String> {
    let (mut seen, mut next, mut places) = (Vec::new(), vec![root], Vec::new());
    while let Some(parent) = next.pop() {
        if seen.iter().any(|n| std::ptr::eq(*n, parent)) {
            continue;
        }
        seen.push(parent);
        if parent.children.iter().any(|c| c.name == word) {
            places.push(if parent.name.is_empty() {
                "at the top of a file".into()
            } else {
                format!("in `{}`", parent.name)
            });
        }
        next.extend(parent.children);
    }
    places.sort();
    places.dedup();
    places
}

/// Arguments by their declarations. `meant` gathers properties that some of them were meant for.
fn arguments(
    raw: &syntax::Node,
    schema: &'static Node,
    head: Span,
    meant: &mut Vec<&'static str>,
    findings: &mut Findings,
) -> Vec<Option<Spanned<super::Value>>> {
    let mut values = Vec::new();
    let given = |p: &Prop| raw.entries.iter().filter_map(|e| e.key.as_ref()).any(|k| k.v == p.name);
    let waiting: Vec<&'static Prop> = schema.props.iter().filter(|p| p.required && !given(p)).collect();
    let mut entries = raw.entries.iter().filter(|e| e.key.is_none()).peekable();
    while let Some(entry) = entries.next() {
        let colon = entry.text.strip_suffix(':').and_then(|key| schema.props.iter().find(|p| p.name == key));
        if let Some(prop) = colon {
            let value = entries.next_if(|e| e.at.start <= entry.at.end + 1);
            let edit = format!("{}={}", prop.name, value.map_or("…", |v| &v.text));
            let message = format!("`{}` is not how a property begins", entry.text);
            let at = value.map_or(entry.at, |v| entry.at.to(v.at));
            findings.push(EXTRA_ARGUMENT.at(at, message).help(format!("write `{edit}`")));
            meant.push(prop.name);
            continue;
        }
        let declared = schema.args.get(values.len()).or_else(|| schema.args.last().filter(|a| repeats(a)));
        let Some(declared) = declared else {
            let message = match schema.args.len() {
                0 => format!("`{}` takes no argument", schema.name),
                n => format!(
                    "`{}` takes {n} argument{}, this is one more",
                    schema.name,
                    if n == 1 { "" } else { "s" }
                ),
            };
            let told = |p: &Prop| !matches!(p.kind, Kind::Name | Kind::Text) && p.kind.read(entry).is_ok();
            let prop = waiting.iter().find(|p| !meant.contains(&p.name) && told(p));
            let help = prop.map_or("remove it".into(), |p| format!("write `{}={}`", p.name, entry.text));
            meant.extend(prop.map(|p| p.name));
            findings.push(EXTRA_ARGUMENT.at(entry.at, message).help(help));
            continue;
        };
        values.push(read(declared.kind, entry, &format!("`{}` {}", schema.name, declared.name), findings));
    }
    if let Some(missing) = schema.args.get(values.len())
        && matches!(missing.occurs, Occurs::Once | Occurs::Some)
    {
        let message = format!("`{}` lacks its {}: {}", schema.name, missing.name, missing.kind.expects());
        findings.push(MISSING.at(head, message).help(format!("write `{}`", usage(schema))));
    }
    values
}

fn repeats(arg: &Arg) -> bool {
    matches!(arg.occurs, Occurs::Many | Occurs::Some)
}

/// Properties by their declarations. `slips` counts those that were told, and read as what was meant.
fn properties(
    raw: &syntax::Node,
    schema: &'static Node,
    head: Span,
    mut meant: Vec<&'static str>,
    slips: &mut usize,
    findings: &mut Findings,
) -> Vec<(Spanned<String>, Spanned<super::Value>)> {
    let mut props: Vec<(Spanned<String>, Spanned<super::Value>)> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let stands = |name: &str| raw.entries.iter().filter_map(|e| e.key.as_ref()).any(|k| k.v == name);
    for entry in &raw.entries {
        let Some(key) = &entry.key else { continue };
        let mut key = key.clone();
        let declared = match property(schema, &key.v) {
            Some(declared) => declared,
            None => {
                let near = unknown_property(&key, schema, findings);
                meant.extend(near);
                let near = near.and_then(|near| property(schema, near));
                // What was meant may stand there too, and counts then.
                let fits = |near: &&Prop| !stands(near.name) && near.kind.read(entry).is_ok();
                let Some(near) = near.filter(fits) else { continue };
                key.v = near.name.to_owned();
                *slips += 1;
                near
            }
        };
        if let Some(first) = seen.get(key.v.as_str()) {
            let message = format!("`{}` is given a second time", key.v);
            findings
                .push(TWICE.at(key.at, message).label(*first, "first here").help("remove one of the two"));
            continue;
        }
        seen.insert(key.v.clone(), key.at);
        if let Some(value) = read(declared.kind, entry, &format!("`{}`", key.v), findings) {
            props.push((key, value));
        }
    }
    let given = |p: &Prop| seen.contains_key(p.name) || meant.contains(&p.name);
    for missing in schema.props.iter().filter(|p| p.required && !given(p)) {
        let message = format!("`{}` lacks `{}=`: {}", schema.name, missing.name, missing.kind.expects());
        findings.push(MISSING.at(head, message).help(format!("write `{}`", usage(schema))));
    }
    props
}

fn property(schema: &'static Node, name: &str) -> Option<&'static Prop> {
    let props = schema.props.iter();
    props.clone().find(|p| p.name == name).or_else(|| props.clone().find(|p| p.name == "*"))
}

/// Gives the property that was meant, where one is near.
fn unknown_property(
    key: &Spanned<String>,
    schema: &'static Node,
    findings: &mut Findings,
) -> Option<&'static str> {
    let names = || schema.props.iter().map(|p| p.name);
    let mut found =
        UNKNOWN_PROPERTY.at(key.at, format!("`{}` has no property `{}`", schema.name, cut(&key.v)));
    let near = nearest(&key.v, names());
    let secret = matches!(key.v.as_str(), "key" | "passkey" | "password" | "secret" | "community");
    found = match near {
        _ if secret && names().any(|n| n == "secret-env") => found
            .help("a secret never stands in the source: secret-env=\"VARIABLE\" names where it is read from"),
        Some(word) => found.help(format!("did you mean `{word}=`?")).instead(word),
        None if schema.children.iter().any(|c| c.name == key.v) => {
            found.help(format!("`{}` stands in the block: `{} {{ {} …; }}`", key.v, schema.name, key.v))
        }
        None if schema.props.is_empty() => found.help("it takes no properties"),
        None => found.help(format!("its properties: {}", names().collect::<Vec<_>>().join(", "))),
    };
    findings.push(found);
    near
}

fn read(
    kind: super::Kind,
    entry: &syntax::Entry,
    what: &str,
    findings: &mut Findings,
) -> Option<Spanned<super::Value>> {
    match kind.read(entry) {
        Ok(value) => Some(Spanned::new(value, entry.at)),
        Err(mismatch) => {
            let near = match (kind, &entry.value) {
                (Kind::Word(words), syntax::Value::Text(text)) => nearest(text, words.iter().copied()),
                _ => None,
            };
            let found = WRONG_VALUE.at(entry.at, format!("{what}: {}", mismatch.message));
            findings.push(found.help_opt(mismatch.help).instead_opt(near));
            None
        }
    }
}

/// How a node is written: `link LOWER UPPER speed=…`.
fn usage(schema: &Node) -> String {
    let mut text = schema.name.to_owned();
    for arg in schema.args.iter().filter(|a| matches!(a.occurs, Occurs::Once | Occurs::Some)) {
        text = format!("{text} {}", arg.name);
    }
    for prop in schema.props.iter().filter(|p| p.required) {
        text = format!("{text} {}=…", prop.name);
    }
    text
}

/// A word from the file, short enough for a message.
fn cut(word: &str) -> String {
    let short: String = word.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < word.len() { short + "…" } else { short }
}
