//! config_db.json against the YANG models that SONiC itself checks it with, by libyang.
//!
//! In reading order:
//! - [`Models`]: the models of a release, from a folder as it lies on a switch
//! - `schema`: what they say of each table: its kinds of rows, their keys and fields
//! - `translate`: ConfigDB to YANG data, by the rules of SONiC's own translator (`sonic_yang_ext.py`)
//! - `judge`: what libyang says of the data, table by table, row by row, field by field
//! - `reason`: what it says, in words of ours
//! - `limits`: what it leaves out: ranges, patterns, words
//! - `log`: its messages, collected
//!
//! This is the only part of fabc that needs C. It reads nothing but the folder of the models.

mod judge;
mod limits;
mod log;
mod reason;
mod schema;
mod translate;

use std::path::Path;

use yang5::context::{Context, ContextFlags};

use schema::Tables;

/// The YANG models of one release of SONiC.
#[derive(Debug)]
pub struct Models {
    context: Context,
    tables: Tables,
}

/// Why a folder gives no models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub String);

/// What the models say of a config_db.json.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What they refuse, in the order of tables and rows.
    pub violations: Vec<Violation>,
    /// Tables that have no model, and how many rows each has: nobody checks them, on a switch neither.
    pub unmodelled: Vec<(String, usize)>,
    /// Rows of the other tables.
    pub rows: usize,
}

/// Something that the models refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The table.
    pub table: String,
    /// The row's key; none where the table as a whole is meant.
    pub key: Option<String>,
    /// The field; none where the row or its key is meant.
    pub field: Option<String>,
    /// What kind of rule is broken.
    pub kind: Kind,
    /// What is wrong, in words that name key, field and value where they matter.
    pub reason: String,
    /// What would pass instead, where that is known.
    pub instead: Option<String>,
    /// What libyang said, where it said it.
    pub said: Vec<String>,
}

/// What kind of rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The key has another form than any kind of row in the model.
    Key,
    /// The model has no such field.
    Field,
    /// A list where the model has one value, or one value where it has a list.
    Form,
    /// The value is none that the type takes: range, pattern, enumeration.
    Value,
    /// What is named isn't there.
    Reference,
    /// A field that must be there is missing.
    Missing,
    /// A condition between fields or rows doesn't hold.
    Condition,
}

impl Models {
    /// Reads all models in `folder`: every file `NAME.yang` is a module, as in `/usr/local/yang-models` on a switch.
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let names = modules(folder)?;
        let flags = ContextFlags::NO_YANGLIBRARY | ContextFlags::DISABLE_SEARCHDIR_CWD;
        let error = |said: Vec<log::Message>, error: yang5::Error| {
            LoadError(said.into_iter().next().map_or_else(|| error.to_string(), |message| message.text))
        };
        let mut context = Context::new(flags).map_err(|e| error(Vec::new(), e))?;
        log::listen(&context);
        let (loaded, said) = log::collect(|| {
            // A path that is no UTF-8 has been refused by `modules`.
            context.set_searchdir(folder)?;
            let list: Vec<(&str, Option<&str>, &[&str])> =
                names.iter().map(|name| (name.as_str(), None, &[][..])).collect();
            context.load_modules(&list)
        });
        loaded.map_err(|e| error(said, e))?;
        let tables = Tables::read(&context);
        if tables.is_empty() {
            return Err(LoadError("none of them describes a table of ConfigDB".to_owned()));
        }
        Ok(Models { context, tables })
    }

    /// Whether a table has a model.
    pub fn has(&self, table: &str) -> bool {
        self.tables.get(table).is_some()
    }
}

/// Names of the modules in a folder, sorted.
fn modules(folder: &Path) -> Result<Vec<String>, LoadError> {
    if folder.to_str().is_none_or(|path| path.contains('\0')) {
        return Err(LoadError("libyang takes no path that isn't UTF-8".to_owned()));
    }
    let entries = std::fs::read_dir(folder).map_err(|error| LoadError(error.to_string()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        // A module may carry its revision: `NAME@2024-01-01.yang`.
        .filter_map(|file| Some(file.strip_suffix(".yang")?.split('@').next()?.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(LoadError("it holds no .yang file".to_owned()));
    }
    Ok(names)
}
