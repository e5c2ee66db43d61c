use fabc_lang::diagnostic::{Findings, nearest};

use crate::lint::view::Ctx;

lint! {
    /// orchagent refuses a whole WRED_PROFILE for one field that it doesn't know, a threshold that is no number below 2^31, a
    /// minimum above its maximum, or an `ecn` it has no word for; the last ends it with an exception, and it starts anew.
    /// Without the profile nothing is marked.
    ///
    /// ```json bad
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_drop_probability": "10", "green_max": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "WRED_PROFILE": {
    ///         "ECN_3": { "ecn": "ecn_all", "green_drop_probability": "10", "green_max_threshold": "4194304", "green_min_threshold": "1048576", "wred_green_enable": "true" }
    ///     }
    /// }
    /// ```
    Error "lint/wred-field" "a WRED profile that orchagent refuses" Nothing => run
}

const COLOURS: &[&str] = &["green", "yellow", "red"];
const ECN: &[&str] = &[
    "ecn_none",
    "ecn_green",
    "ecn_yellow",
    "ecn_red",
    "ecn_green_yellow",
    "ecn_green_red",
    "ecn_yellow_red",
    "ecn_all",
];

/// Fields of qosorch.
fn fields() -> impl Iterator<Item = String> {
    let of_colour = |c: &&str| {
        [
            format!("wred_{c}_enable"),
            format!("{c}_min_threshold"),
            format!("{c}_max_threshold"),
            format!("{c}_drop_probability"),
        ]
    };
    COLOURS.iter().flat_map(of_colour).chain(["ecn".to_owned()])
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if ctx.enterprise {
        return; // it may have more
    }
    for row in ctx.db.rows("WRED_PROFILE") {
        for (name, value) in &row.fields {
            let known: Vec<String> = fields().collect();
            if !known.iter().any(|field| *field == name.v) {
                let message = format!(
                    "WRED_PROFILE has no field `{}`: the whole of `{}` is refused",
                    name.v, row.key.v
                );
                let near = nearest(&name.v, known.iter().map(String::as_str));
                let help =
                    near.map_or_else(|| "remove it".to_owned(), |near| format!("did you mean `{near}`?"));
                findings.push(RULE.at(name.at, message).help(help));
                continue;
            }
            let Some(text) = value.text() else { continue };
            if name.v == "ecn" && !ECN.contains(&&*text.v) {
                let message = format!(
                    "`ecn` of `{}` is `{}`: orchagent has no such word, and exits",
                    row.key.v, text.v
                );
                let near = nearest(&text.v, ECN.iter().copied());
                let help = near.map_or_else(
                    || format!("one of {}", ECN.join(", ")),
                    |near| format!("did you mean \"{near}\"?"),
                );
                findings.push(RULE.at(text.at, message).help(help));
            }
            if name.v.ends_with("_threshold") && text.v.parse::<i32>().is_err() {
                let message = format!("`{}` of `{}` is no number below 2,147,483,648", name.v, row.key.v);
                findings.push(RULE.at(text.at, message).help("bytes, as \"1048576\""));
            }
        }
        for colour in COLOURS {
            let (min, max) = (
                row.number(&format!("{colour}_min_threshold")),
                row.number(&format!("{colour}_max_threshold")),
            );
            if let (Some((min, at)), Some((max, there))) = (min, max)
                && min > max
            {
                let message = format!(
                    "`{colour}_min_threshold` of `{}` is {min}, above its maximum of {max}",
                    row.key.v
                );
                findings.push(RULE.at(at, message).label(there, "the maximum").help("swap the two"));
            }
        }
    }
}
