//! Names of devices, and the ordinals of pods.

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Spanned;

use super::nodes::{Instance, NodeInfo, Nodes, ScopeKind};
use super::rules;

/// First ordinal of each pod node, by scope: they count through all pod nodes in order of their paths.
pub(super) fn first_ordinals(nodes: &Nodes<'_>) -> Vec<u32> {
    let mut firsts = vec![0; nodes.scopes.len()];
    let mut pods: Vec<usize> = (0..nodes.scopes.len()).filter(|&s| is_pod(nodes, s)).collect();
    pods.sort_by(|&a, &b| fabc_lang::fabric::natural_path_cmp(&nodes.scopes[a].path, &nodes.scopes[b].path));
    let mut next = 1u32;
    for scope in pods {
        let ScopeKind::Pod(pod) = nodes.scopes[scope].kind else { continue };
        let mut size = pod.max.v;
        let mut at = nodes.scopes[scope].parent;
        while let Some(parent) = at {
            if is_pod(nodes, parent) {
                size = size.saturating_mul(nodes.radix(parent));
            }
            at = nodes.scopes[parent].parent;
        }
        match pod.first {
            Some(first) => firsts[scope] = first.v,
            None => {
                firsts[scope] = next;
                next = next.saturating_add(size);
            }
        }
    }
    firsts
}

/// Whether a scope is a pod.
pub(super) fn is_pod(nodes: &Nodes<'_>, scope: usize) -> bool {
    matches!(nodes.scopes[scope].kind, ScopeKind::Pod(_))
}

/// Names the members of a node.
pub(super) struct Namer<'n, 'a> {
    pub(super) nodes: &'n Nodes<'a>,
    pub(super) node: &'n NodeInfo<'a>,
    pub(super) template: Option<&'n Spanned<String>>,
    pub(super) firsts: &'n [u32],
}

impl Namer<'_, '_> {
    /// Reports fields that a template can't have.
    pub(super) fn check(&self, findings: &mut Findings) -> bool {
        let Some(template) = self.template else { return true };
        match render(&template.v, 1, 1, "a") {
            Ok(_) => true,
            Err(field) => {
                let text = format!("a name template has no field `{{{field}}}`");
                findings.push(
                    rules::TEMPLATE
                        .at(template.at, text)
                        .help("it knows {index}, {pod} and {plane}; {index:02} pads to two digits"),
                );
                false
            }
        }
    }

    /// The name of a member of an instance.
    pub(super) fn name(&self, instance: &Instance, index: u32) -> String {
        let plane = self
            .nodes
            .plane_of(&self.node.chain)
            .map(|(i, p)| p.names[instance.coords[i] as usize].v.as_str());
        if let Some(template) = self.template {
            return render(&template.v, index, self.pod_ordinal(instance), plane.unwrap_or(""))
                .unwrap_or_default();
        }
        let mut name = String::new();
        for (&scope, &at) in self.node.chain.iter().zip(&instance.coords) {
            if let ScopeKind::Pod(pod) = self.nodes.scopes[scope].kind {
                name = format!("{name}{}{at}-", pod.name.v);
            }
        }
        if let Some(plane) = plane {
            name = format!("{name}{plane}-");
        }
        format!("{name}{}-{index:02}", self.node.name().v)
    }

    /// Ordinal of the innermost pod; 0 where there is none.
    pub(super) fn pod_ordinal(&self, instance: &Instance) -> u32 {
        let pods: Vec<(usize, u32)> = self
            .node
            .chain
            .iter()
            .copied()
            .zip(instance.coords.iter().copied())
            .filter(|(s, _)| is_pod(self.nodes, *s))
            .collect();
        let Some(&(innermost, _)) = pods.last() else { return 0 };
        let (chain, coords): (Vec<usize>, Vec<u32>) = pods.into_iter().unzip();
        self.firsts[innermost].saturating_add(self.nodes.unit(&chain, &coords))
    }
}

/// Fills a template; the error is the field that is not known.
fn render(template: &str, index: u32, pod: u32, plane: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { return Err(rest[open + 1..].to_owned()) };
        let field = &rest[open + 1..open + close];
        let (name, width) = field.split_once(':').unwrap_or((field, "0"));
        let width: usize = width.parse().ok().filter(|w| *w <= 9).ok_or_else(|| field.to_owned())?;
        match name {
            "index" => out.push_str(&format!("{index:0width$}")),
            "pod" => out.push_str(&format!("{pod:0width$}")),
            "plane" if width == 0 => out.push_str(plane),
            _ => return Err(field.to_owned()),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn templates_know_three_fields() {
        assert_eq!(render("sp{index:02}", 7, 0, ""), Ok("sp07".into()));
        assert_eq!(render("p{pod}{plane}l{index}", 7, 3, "b"), Ok("p3bl7".into()));
        assert_eq!(render("x{rack}", 1, 1, ""), Err("rack".into()));
        assert_eq!(render("x{index", 1, 1, ""), Err("index".into()));
        assert_eq!(render("x{index:99}", 1, 1, ""), Err("index:99".into()));
    }
}
