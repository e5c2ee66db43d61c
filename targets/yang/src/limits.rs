//! What a type allows, in the words of the model: libyang says only that a value is beyond it.

use std::collections::BTreeMap;

use yang5::context::Context;

/// The models' own text, module by module, as far as it was asked for.
pub(crate) struct Limits<'a> {
    context: &'a Context,
    modules: BTreeMap<String, Statement>,
    known: BTreeMap<String, Option<String>>,
}

/// How many typedefs and groupings may lie between a leaf and its limits.
const DEEPEST: usize = 16;

/// The longest limit that is told, in bytes: patterns of addresses explain nothing.
const LONGEST: usize = 300;

impl<'a> Limits<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Limits { context, modules: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// What a leaf takes: `68..9216`, `one of drop, forward, alert`; none where that isn't found. `way` leads from the
    /// module's top container to the list or container that holds the leaf.
    pub(crate) fn of(&mut self, module: &str, way: &[&str], leaf: &str) -> Option<String> {
        let place = format!("{module}/{}/{leaf}", way.join("/"));
        if let Some(known) = self.known.get(&place) {
            return known.clone();
        }
        let found = self.find(module, way, leaf).filter(|limit| limit.len() <= LONGEST);
        self.known.insert(place, found.clone());
        found
    }

    fn find(&mut self, module: &str, way: &[&str], leaf: &str) -> Option<String> {
        let mut at = self.module(module)?.inside("container", module)?;
        for step in way {
            at = at.below(step)?;
        }
        let (mut module, mut holders) = (module.to_owned(), vec![at]);
        for _ in 0..DEEPEST {
            let of_leaf = holders.iter().find_map(|holder| holder.below(leaf));
            if let Some(leaf) = of_leaf {
                let kind = leaf.children.iter().find(|child| child.word == "type")?.clone();
                return self.kind(&module, &kind, 0);
            }
            let used = holders.iter().find_map(|holder| holder.used())?.to_owned();
            let (home, name) = self.home(&module, &used)?;
            holders = vec![self.module(&home)?.defined("grouping", &name)?];
            module = home;
        }
        None
    }

    /// What a type allows.
    fn kind(&mut self, module: &str, kind: &Statement, depth: usize) -> Option<String> {
        let words: Vec<&str> = kind.args("enum").collect();
        if !words.is_empty() {
            return Some(format!("one of {}", words.join(", ")));
        }
        for word in ["range", "length"] {
            if let Some(limit) = kind.args(word).next() {
                return Some(limit.replace('|', " | ").split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
        if let Some(pattern) = kind.args("pattern").next() {
            return Some(format!("`{pattern}`"));
        }
        let bounds = match kind.arg.as_str() {
            "uint8" => "0..255",
            "uint16" => "0..65535",
            "uint32" => "0..4294967295",
            "int8" => "-128..127",
            "int16" => "-32768..32767",
            "int32" => "-2147483648..2147483647",
            _ => "",
        };
        if !bounds.is_empty() {
            return Some(bounds.to_owned());
        }
        if depth == DEEPEST {
            return None;
        }
        if kind.arg == "union" {
            let members: Vec<Statement> =
                kind.children.iter().filter(|child| child.word == "type").cloned().collect();
            let of_members = members.iter().filter_map(|member| self.kind(module, member, depth + 1));
            return Some(of_members.collect::<Vec<_>>().join(" or ")).filter(|text| !text.is_empty());
        }
        let (home, name) = self.home(module, &kind.arg)?;
        let defined = self.module(&home)?.defined("typedef", &name)?;
        let kind = defined.children.iter().find(|child| child.word == "type")?.clone();
        self.kind(&home, &kind, depth + 1)
    }

    /// The module of a name with or without a prefix.
    fn home(&mut self, module: &str, name: &str) -> Option<(String, String)> {
        let Some((prefix, name)) = name.split_once(':') else {
            return Some((module.to_owned(), name.to_owned()));
        };
        let text = self.module(module)?;
        let of_prefix = |import: &&Statement| import.args("prefix").next() == Some(prefix);
        let import = text.children.iter().filter(|child| child.word == "import").find(of_prefix);
        let home = import.map_or_else(|| module.to_owned(), |import| import.arg.clone());
        Some((home, name.to_owned()))
    }

    fn module(&mut self, name: &str) -> Option<&Statement> {
        if !self.modules.contains_key(name) {
            let module = self.context.get_module_latest(name)?;
            let text = std::fs::read_to_string(module.filepath()?).ok()?;
            self.modules.insert(name.to_owned(), parse(&text)?);
        }
        self.modules.get(name)
    }
}

/// A statement of YANG: `word arg { children }`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Statement {
    word: String,
    arg: String,
    children: Vec<Statement>,
}

impl Statement {
    fn args<'s>(&'s self, word: &'s str) -> impl Iterator<Item = &'s str> {
        self.children.iter().filter(move |child| child.word == word).map(|child| child.arg.as_str())
    }

    fn inside(&self, word: &str, arg: &str) -> Option<&Statement> {
        self.children.iter().find(|child| child.word == word && child.arg == arg)
    }

    /// A typedef or grouping, wherever in the module it stands: names are not used twice.
    fn defined(&self, word: &str, name: &str) -> Option<&Statement> {
        self.inside(word, name).or_else(|| self.children.iter().find_map(|child| child.defined(word, name)))
    }

    /// The data node of this name, those within choices too.
    fn below(&self, name: &str) -> Option<&Statement> {
        self.children.iter().find_map(|child| match child.word.as_str() {
            "container" | "list" | "leaf" | "leaf-list" if child.arg == name => Some(child),
            "choice" | "case" => child.below(name),
            _ => None,
        })
    }

    /// The first grouping that is used here.
    fn used(&self) -> Option<&str> {
        self.args("uses").next()
    }
}

/// The first statement of a text; it has been loaded by libyang, so it is sound.
fn parse(text: &str) -> Option<Statement> {
    let mut open = vec![Statement::default()];
    let mut words: Vec<String> = Vec::new();
    let mut joins = false;
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            ';' | '{' => {
                let mut parts = std::mem::take(&mut words).into_iter();
                let (word, arg) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let statement = Statement { word, arg, children: Vec::new() };
                match first {
                    '{' => open.push(statement),
                    _ => open.last_mut()?.children.push(statement),
                }
                1
            }
            '}' => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
                1
            }
            '+' if words.len() > 1 => {
                joins = true;
                1
            }
            '"' | '\'' => {
                let (piece, length) = quoted(rest, first);
                match words.last_mut().filter(|_| joins) {
                    Some(last) => last.push_str(&piece),
                    None => words.push(piece),
                }
                joins = false;
                length
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || ";{}".contains(c)).unwrap_or(rest.len());
                words.push(rest.get(..end)?.to_owned());
                end.max(first.len_utf8())
            }
        };
        rest = rest.get(taken..)?.trim_start();
    }
    open.pop()?.children.into_iter().next()
}

/// A quoted text without its quotes, and how many bytes it takes with them.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut piece = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return (piece, at + 1),
            '\\' if quote == '"' => match chars.next() {
                Some((_, 'n')) => piece.push('\n'),
                Some((_, 't')) => piece.push('\t'),
                Some((_, c @ ('"' | '\\'))) => piece.push(c),
                Some((_, c)) => piece.extend(['\\', c]),
                None => {}
            },
            c => piece.push(c),
        }
    }
    (piece, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_as_yang_has_them() {
        let text = "// a\nmodule m { /* b; { */ leaf \"x\" { type uint8 { range \"1\" + '..2'; } } description 'a \"b\" {';\n}";
        let module = parse(text).unwrap();
        assert_eq!((module.word.as_str(), module.arg.as_str()), ("module", "m"));
        let leaf = module.below("x").unwrap();
        assert_eq!(leaf.children[0].args("range").collect::<Vec<_>>(), ["1..2"]);
        assert_eq!(module.args("description").collect::<Vec<_>>(), ["a \"b\" {"]);
        assert_eq!(parse(""), None);
        assert_eq!(parse("}"), None);
    }
}
