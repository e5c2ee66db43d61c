//! What libyang says, in words of ours.

use crate::Kind;

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// What kind of rule is broken.
    pub(crate) kind: Kind,
    /// How, without the field.
    pub(crate) words: String,
    /// The value that refers to nothing, and the tables where it was looked for.
    pub(crate) reference: Option<(String, Vec<String>)>,
    /// The field that is missing.
    pub(crate) missing: Option<String>,
    /// Whether the words say what the model wants instead.
    pub(crate) is_whole: bool,
}

/// Takes a message apart.
pub(crate) fn tell(text: &str) -> Reason {
    let plain = |kind, words| Reason { kind, words, reference: None, missing: None, is_whole: false };
    let targets: Vec<String> = text.split(NO_TARGET).skip(1).filter_map(table).collect();
    if let Some(value) = quoted(text).filter(|_| text.contains(NO_TARGET)) {
        let words = match &targets[..] {
            [] => format!("`{value}` refers to nothing"),
            [one] => format!("`{value}` is not in {one}"),
            more => format!("`{value}` is in none of {}", more.join(", ")),
        };
        return Reason { reference: Some((value, targets)), ..plain(Kind::Reference, words) };
    }
    if text.starts_with("Mandatory ") {
        let name = quoted(text);
        let words = name.as_ref().map_or_else(|| styled(text), |name| format!("`{name}` is missing"));
        return Reason { missing: name, ..plain(Kind::Missing, words) };
    }
    if let Some(rest) = text.strip_prefix("Unsatisfied pattern - ")
        && let Some((value, pattern)) = rest.split_once(" does not match ")
    {
        let words = format!("{} does not match {}", ticked(value), ticked(pattern));
        return Reason { is_whole: true, ..plain(Kind::Value, words) };
    }
    if let Some(value) = quoted(text) {
        if text.starts_with("Unsatisfied range") || text.contains(" out of type ") {
            return plain(Kind::Value, format!("`{value}` is out of range"));
        }
        if text.starts_with("Unsatisfied length") {
            return plain(Kind::Value, format!("`{value}` is too short or too long"));
        }
        if text.starts_with("Invalid enumeration value") {
            return plain(Kind::Value, format!("`{value}` is none of the words that the model has"));
        }
        if text.starts_with("Invalid union value") {
            return plain(Kind::Value, format!("`{value}` is of no type that the model allows"));
        }
        if let Some(rest) = text.strip_prefix("Invalid type ") {
            let name = rest.split(' ').next().unwrap_or_default();
            return plain(Kind::Value, format!("`{value}` is no {name}"));
        }
        if text.starts_with("Invalid boolean value") {
            let words = format!("`{value}` is neither `true` nor `false`");
            return Reason { is_whole: true, ..plain(Kind::Value, words) };
        }
    }
    plain(if is_condition(text) { Kind::Condition } else { Kind::Value }, short(styled(text)))
}

/// The longest words, in bytes: some conditions are a page of XPath.
const LONGEST: usize = 300;

/// Words that are too long, cut.
fn short(mut words: String) -> String {
    if let Some(end) =
        (0..=LONGEST).rev().find(|&at| words.is_char_boundary(at)).filter(|_| words.len() > LONGEST)
    {
        words.truncate(end);
        words.push_str(" ...");
    }
    words
}

/// Between the value of a reference and the path that it was looked for at.
const NO_TARGET: &str = " - no target instance ";

/// Messages on conditions that libyang words itself. A model's own words for a `must` begin as they like: whoever calls
/// knows whether it speaks of a type.
fn is_condition(text: &str) -> bool {
    ["Must ", "When ", "Duplicate ", "Unique ", "Data for both ", "Too many ", "Too few "]
        .iter()
        .any(|start| text.starts_with(start))
}

/// The table in a path as `"/prt:sonic-port/prt:PORT/prt:PORT_LIST/prt:name" with the same value`.
fn table(path: &str) -> Option<String> {
    let path = path.trim_start_matches('"').split('"').next()?;
    let step = path.strip_prefix('/')?.split('/').nth(1)?;
    Some(step.split_once(':').map_or(step, |(_, name)| name).to_owned())
}

/// What stands in the first quotes.
fn quoted(text: &str) -> Option<String> {
    let rest = text.split_once('"')?.1;
    // A value may hold quotes itself; the message goes on after the last of it.
    let end = ["\" - no ", "\" instance", "\" is out", "\" length", "\"."];
    let end = end.iter().filter_map(|end| rest.find(end)).min().or_else(|| rest.find('"'))?;
    rest.get(..end).map(str::to_owned)
}

/// A quoted piece in ticks.
fn ticked(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let text = text.strip_prefix("inverted ").unwrap_or(text);
    format!("`{}`", text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text))
}

/// A message as our findings are written: no capital, no full stop, in one line.
fn styled(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut rest = text.chars();
    let lower = text.chars().nth(1).is_some_and(|second| second.is_lowercase() || second == ' ');
    let head = rest.next().map_or_else(String::new, |first| match lower {
        true => first.to_lowercase().to_string(),
        false => first.to_string(),
    });
    (head + rest.as_str()).replace('"', "`").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_in_our_words() {
        let words = |text: &str| {
            let reason = tell(text);
            format!("{:?}: {}", reason.kind, reason.words)
        };
        let path =
            "no target instance \"/prt:sonic-port/prt:PORT/prt:PORT_LIST/prt:name\" with the same value.";
        assert_eq!(
            words(&format!("Invalid leafref value \"Ethernet0\" - {path}")),
            "Reference: `Ethernet0` is not in PORT"
        );
        assert_eq!(
            words(&format!(
                "Invalid union value \"[A|x]\" - no matching subtype found:\n    ly2 leafref: Invalid leafref value \
                 \"[A|x]\" - {path}\n    ly2 string: Unsatisfied pattern - \"[A|x]\" does not match \"NULL\".\n"
            )),
            "Reference: `[A|x]` is not in PORT"
        );
        assert_eq!(words("Mandatory node \"speed\" instance does not exist."), "Missing: `speed` is missing");
        assert_eq!(
            words("Unsatisfied pattern - \"rs544\" does not match \"rs|fc|none|auto\"."),
            "Value: `rs544` does not match `rs|fc|none|auto`"
        );
        assert_eq!(
            words("Unsatisfied range - value \"12\" is out of the allowed range."),
            "Value: `12` is out of range"
        );
        assert_eq!(words("Invalid type uint16 value \"a\"b\"."), "Value: `a\"b` is no uint16");
        assert_eq!(words("Invalid DSCP"), "Value: invalid DSCP");
        assert_eq!(
            words("Must condition \"a > b\" not satisfied."),
            "Condition: must condition `a > b` not satisfied"
        );
        assert_eq!(words(""), "Value: ");
        assert_eq!(
            words(&format!("Must {}", "ü".repeat(500))).len(),
            "Condition: ".len() + LONGEST - 1 + " ...".len()
        );
    }
}
