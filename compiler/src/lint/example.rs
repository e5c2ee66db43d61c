//! Examples of lints: a table or two, of a switch that is sound otherwise.

use fabc_lang::diagnostic::Findings;
use fabc_lang::source::Sources;

use crate::config_db::Db;

/// A switch with one port, of which no lint has anything to say.
static SOUND: &str = include_str!("sound.json");

/// The example with the tables of the sound switch that it doesn't have itself.
pub fn over_sound(example: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("example", example);
    let Some(source) = sources.get(file) else { return String::new() };
    let Some(db) = Db::read(source, file, &mut Findings::default()) else { return example.to_owned() };
    let Some(open) = example.trim_end().strip_suffix('}') else { return example.to_owned() };
    let mut text = open.trim_end().to_owned();
    for table in SOUND.split_inclusive("\n    }").map(|table| table.trim_start_matches(['{', ',', '\n'])) {
        let name = table.split('"').nth(1).unwrap_or_default();
        if !name.is_empty() && db.table(name).is_none() {
            text.push_str(if text.ends_with('{') { "\n" } else { ",\n" });
            text.push_str(table);
        }
    }
    text + "\n}\n"
}
