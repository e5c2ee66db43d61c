use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use fabc_lang::diagnostic::Findings;
use fabc_lang::units::grouped;
use ipnet::IpNet;

use crate::config_db::Value;
use crate::lint::view::{Alike, Ctx, Guesses, list, metres};

lint! {
    /// A word where a number is read, a number out of its range, a word that the field doesn't have. `config reload` refuses
    /// it from the release on whose model says so; before, the daemon that reads the row drops it, or ends. Ranges are those
    /// of the release where it is known, else the widest of all.
    ///
    /// Enterprise SONiC has words and ranges of its own: in a file of it only what is no number at all is reported.
    ///
    /// ```json bad
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "sideways", "restoration_time": "400" },
    ///         "GLOBAL": { "POLL_INTERVAL": "200" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "PFC_WD": {
    ///         "Ethernet0": { "action": "drop", "detection_time": "200", "restoration_time": "400" },
    ///         "GLOBAL": { "POLL_INTERVAL": "200" }
    ///     }
    /// }
    /// ```
    Error "lint/wrong-form" "a value that its field can't have" Nothing => run
}

/// Fields and their forms, with their source.
static TEXT: &str = include_str!("forms.txt");

/// The lines by table.
static LINES: LazyLock<BTreeMap<&str, Vec<Line>>> = LazyLock::new(|| {
    let mut tables: BTreeMap<&str, Vec<Line>> = BTreeMap::new();
    for (table, line) in TEXT.lines().filter_map(Line::read) {
        tables.entry(table).or_default().push(line);
    }
    tables
});

/// What one line says.
struct Line {
    fields: Vec<&'static str>,
    form: Form,
    since: Option<&'static str>,
    until: Option<&'static str>,
}

enum Form {
    Number(RangeInclusive<i64>),
    Numbers(RangeInclusive<i64>),
    Words(Vec<&'static str>),
    Rows(Vec<&'static str>),
    Several(Vec<&'static str>),
    Address,
    Mac,
    Path,
    Metres,
    Template,
}

/// A number without a range: what fits 64 bits, in either sign.
const ANY: RangeInclusive<i64> = i64::MIN..=i64::MAX;

impl Line {
    fn read(line: &'static str) -> Option<(&'static str, Line)> {
        let mut words = line.split_whitespace();
        let table = words.next().filter(|word| !word.starts_with('#'))?;
        let fields = words.next()?.split(',').collect();
        let form = words.next()?;
        let mut rest: Vec<&str> = words.collect();
        let mut after = |name: &str| {
            let at = rest.iter().position(|word| *word == name)?;
            rest.drain(at..(at + 2).min(rest.len())).nth(1)
        };
        let (since, until) = (after("since"), after("until"));
        let range = || match rest.first() {
            Some(range) => {
                let (low, high) = range.split_once("..")?;
                Some(low.parse().ok()?..=high.parse().ok()?)
            }
            None => Some(ANY),
        };
        let form = match form {
            "number" => Form::Number(range()?),
            "numbers" => Form::Numbers(range()?),
            "words" => Form::Words(rest),
            "rows" => Form::Rows(rest),
            "several" => Form::Several(rest),
            "address" => Form::Address,
            "mac" => Form::Mac,
            "path" => Form::Path,
            "metres" => Form::Metres,
            "template" => Form::Template,
            _ => return None,
        };
        Some((table, Line { fields, form, since, until }))
    }

    fn is_for(&self, field: &str, release: Option<&str>) -> bool {
        let within = |r: &str| self.since.is_none_or(|s| s <= r) && self.until.is_none_or(|u| r <= u);
        (self.fields == ["*"] || self.fields.contains(&field)) && release.is_none_or(within)
    }
}

impl Form {
    fn takes(&self, value: &Value<'_>, ctx: &Ctx<'_>) -> bool {
        let Some(text) = value.text().map(|text| text.v.trim()) else {
            // Of lists, items are judged where there may be several.
            return match self {
                Form::Numbers(_) | Form::Rows(_) | Form::Several(_) => {
                    value.items().all(|item| self.takes_item(item, ctx))
                }
                _ => true,
            };
        };
        match self {
            Form::Number(range) => number(text).is_some_and(|n| ctx.enterprise || range.contains(&n)),
            Form::Numbers(_) | Form::Rows(_) | Form::Several(_) => {
                value.items().all(|item| self.takes_item(item, ctx))
            }
            Form::Words(words) => words.contains(&text),
            Form::Address => text.parse::<IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok(),
            Form::Mac => {
                let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
                text.split([':', '-']).count() == 6 && text.split([':', '-']).all(pair)
            }
            Form::Path => text.starts_with('/'),
            Form::Metres => metres(text).is_some(),
            Form::Template => ["{{", "{%"].iter().any(|mark| text.contains(mark)),
        }
    }

    fn takes_item(&self, item: &str, ctx: &Ctx<'_>) -> bool {
        match self {
            Form::Numbers(range) => number(item).is_some_and(|n| range.contains(&n)),
            Form::Rows(tables) => {
                let key = item.split('|').next().unwrap_or(item);
                tables.iter().any(|table| *table == item || ctx.db.row(table, key).is_some())
            }
            Form::Several(words) => words.contains(&item),
            _ => true,
        }
    }

    /// What the field takes, in words.
    fn told(&self) -> String {
        let plain = |n: i64| match n {
            0.. => grouped(n.unsigned_abs()),
            _ => format!("-{}", grouped(n.unsigned_abs())),
        };
        let span = |range: &RangeInclusive<i64>| match *range == ANY {
            true => String::new(),
            false => format!(" from {} to {}", plain(*range.start()), plain(*range.end())),
        };
        match self {
            Form::Number(range) => format!("a number{}", span(range)),
            Form::Numbers(range) => format!("a list of numbers{}", span(range)),
            Form::Words(words) => match words.as_slice() {
                [one] => format!("`{one}`"),
                _ => format!("one of {}", list(words)),
            },
            Form::Rows(tables) => format!("a row of {}", list(tables)),
            Form::Several(words) => format!("some of {}", list(words)),
            Form::Address => "an address".to_owned(),
            Form::Mac => "a MAC address, as 02:00:00:00:00:01".to_owned(),
            Form::Path => "a path from the root, as /etc/sonic/x".to_owned(),
            Form::Metres => "a length in whole metres, as 40m".to_owned(),
            Form::Template => "a template".to_owned(),
        }
    }
}

/// A whole number; one of more than 63 bits is cut to the largest.
fn number(text: &str) -> Option<i64> {
    let number: i128 =
        text.parse::<i64>().map(i128::from).or_else(|_| text.parse::<u64>().map(i128::from)).ok()?;
    Some(i64::try_from(number).unwrap_or(i64::MAX))
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    let (mut alike, mut guesses) = (Alike::default(), Guesses::new());
    for table in &ctx.db.tables {
        let Some(lines) = LINES.get(&*table.name.v) else { continue };
        for row in &table.rows {
            for (name, value) in &row.fields {
                let lines =
                    lines.iter().filter(|line| line.is_for(&name.v, ctx.release.filter(|_| !ctx.enterprise)));
                let forms: Vec<&Form> = lines.map(|line| &line.form).collect();
                let open = ctx.enterprise && !forms.iter().all(|form| matches!(form, Form::Number(_)));
                if forms.is_empty() || open || forms.iter().any(|form| form.takes(value, ctx)) {
                    continue;
                }
                let text = value.items().collect::<Vec<_>>().join(",");
                alike.push(format!("{} {} {text}", table.name.v, name.v), &row.key.v, || {
                    let message = format!("`{}` of {} `{}` is `{text}`", name.v, table.name.v, row.key.v);
                    let found = RULE.at(value.at(), message);
                    found.help(help(&text, &forms, &mut guesses))
                });
            }
        }
    }
    alike.tell(findings);
}

/// The largest number that a field may be, in the file's release; none where that isn't known.
pub(super) fn most(ctx: &Ctx<'_>, table: &str, field: &str) -> Option<u64> {
    let lines = LINES.get(table).filter(|_| !ctx.enterprise)?;
    let high = |line: &Line| if let Form::Number(range) = &line.form { Some(*range.end()) } else { None };
    let highs = lines.iter().filter(|line| line.is_for(field, ctx.release)).filter_map(high);
    u64::try_from(highs.max()?).ok()
}

/// What would pass.
fn help(text: &str, forms: &[&Form], guesses: &mut Guesses) -> String {
    let words =
        || forms.iter().filter_map(|form| if let Form::Words(words) = form { Some(words) } else { None });
    let listed =
        forms.iter().filter_map(|form| if let Form::Several(words) = form { Some(words) } else { None });
    let item = |item: &&str| !listed.clone().flatten().any(|word| word == item);
    let wrong = listed.clone().next().and_then(|_| text.split(',').find(item)).unwrap_or(text);
    if let Some(near) = guesses.near(wrong, words().chain(listed.clone()).flatten().copied()) {
        return format!("did you mean \"{near}\"?");
    }
    let mut told: Vec<String> =
        forms.iter().filter(|f| !matches!(f, Form::Words(_))).map(|f| f.told()).collect();
    let all: Vec<&str> = words().flatten().copied().collect();
    if !all.is_empty() {
        told.push(Form::Words(all).told());
    }
    told.join(", or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            assert!(Line::read(line).is_some(), "{line}");
        }
    }

    #[test]
    fn a_range_is_that_of_the_release() {
        let lines = |release| {
            let of = LINES["PFC_WD"].iter().filter(move |line| line.is_for("POLL_INTERVAL", release));
            of.map(|line| line.form.told()).collect::<Vec<_>>()
        };
        assert_eq!(lines(Some("202505")), ["a number from 100 to 3,000"]);
        assert_eq!(lines(Some("202511")), ["a number from 100 to 1,000"]);
        assert_eq!(lines(Some("master")), ["a number from 100 to 1,000"]);
        assert_eq!(lines(None).len(), 2);
    }

    #[test]
    fn an_item_that_is_wrong_has_a_near_one() {
        let of = |table: &str, field| {
            let lines = LINES[table].iter().filter(move |line| line.is_for(field, None));
            lines.map(|line| &line.form).collect::<Vec<_>>()
        };
        let told = |text| help(text, &of("SWITCH_HASH", "ecmp_hash"), &mut Guesses::new());
        assert_eq!(told("DST_IP,SCR_IP"), "did you mean \"SRC_IP\"?");
        assert!(told("sideways").starts_with("some of IN_PORT, DST_MAC"), "{}", told("sideways"));
    }

    #[test]
    fn numbers_are_whole_and_may_be_long() {
        assert_eq!(number("18446744073709551615"), Some(i64::MAX));
        assert_eq!(number("-4"), Some(-4));
        assert_eq!([number(""), number("1.5"), number("0x10"), number("sideways")], [None; 4]);
    }
}
