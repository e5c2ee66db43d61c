//! The reference page, written from the declarations.

use std::fmt::Write;

use super::{Node, Occurs};

/// Markdown for every node reachable from `root`, parents before children, each once.
pub fn reference(root: &'static Node) -> String {
    let mut out = String::new();
    let mut seen: Vec<&'static Node> = Vec::new();
    walk(root, &mut Vec::new(), &mut seen, &mut out);
    out
}

fn walk(node: &'static Node, path: &mut Vec<&'static str>, seen: &mut Vec<&'static Node>, out: &mut String) {
    if seen.iter().any(|n| std::ptr::eq(*n, node)) {
        return;
    }
    seen.push(node);
    if !node.name.is_empty() {
        path.push(node.name);
        section(node, path, out);
    }
    for child in node.children {
        walk(child, path, seen, out);
    }
    if !node.name.is_empty() {
        path.pop();
    }
}

fn section(node: &'static Node, path: &[&'static str], out: &mut String) {
    let depth = "#".repeat((path.len() + 1).min(5));
    let _ = writeln!(out, "{depth} `{}`\n", path.join(" › "));
    let often = match node.occurs {
        Occurs::Once => " Exactly once.",
        Occurs::Optional => " At most once.",
        Occurs::Some => " At least once.",
        Occurs::Many => "",
    };
    let order = if node.ordered { " **Its order has a meaning.**" } else { "" };
    let _ = writeln!(out, "{}{often}{order}\n", node.doc);
    if node.args.is_empty() && node.props.is_empty() && node.children.is_empty() {
        return;
    }
    if !node.args.is_empty() || !node.props.is_empty() {
        let _ = writeln!(out, "| word | value | default | meaning |\n|---|---|---|---|");
    }
    for arg in node.args {
        let name = if matches!(arg.occurs, Occurs::Some | Occurs::Many) {
            format!("{} …", arg.name)
        } else {
            arg.name.into()
        };
        let default = if matches!(arg.occurs, Occurs::Once | Occurs::Some) { "needed" } else { "" };
        row(out, &name, &arg.kind.expects(), default, arg.doc);
    }
    for prop in node.props {
        let default = if prop.required { "needed" } else { prop.default };
        let name = if prop.name == "*" { "NAME=".to_owned() } else { format!("{}=", prop.name) };
        row(out, &name, &prop.kind.expects(), default, prop.doc);
    }
    if !node.args.is_empty() || !node.props.is_empty() {
        out.push('\n');
    }
    if !node.children.is_empty() {
        let names: Vec<String> = node.children.iter().map(|c| format!("`{}`", c.name)).collect();
        let _ = writeln!(out, "In its block: {}.\n", names.join(", "));
    }
}

fn row(out: &mut String, name: &str, value: &str, default: &str, doc: &str) {
    let cell = |s: &str| s.replace('|', "\\|");
    let _ = writeln!(out, "| `{}` | {} | {} | {} |", cell(name), cell(value), cell(default), cell(doc));
}
