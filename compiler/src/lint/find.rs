//! Which box a file is for.

use std::sync::Arc;

use fabc_lang::diagnostic::Findings;
use fabc_lang::platform::switch::Sonic;
use fabc_lang::platform::{Catalog, Platform};
use fabc_lang::source::Sources;

use crate::config_db::Db;

/// The model that DEVICE_METADATA names, by `platform`, else by `hwsku`, and whether its buffer tables are those of the
/// hwsku. Its file is added to `sources`.
pub fn model_of(
    db: &Db<'_>,
    catalog: &mut Catalog,
    sources: &mut Sources,
    findings: &mut Findings,
) -> (Option<Arc<Platform>>, bool) {
    let field = |name: &str| {
        let text = db.row("DEVICE_METADATA", "localhost")?.text(name)?;
        Some(&*text.v).filter(|text| !text.is_empty())
    };
    let (platform, hwsku) = (field("platform"), field("hwsku"));
    let model = platform.or(hwsku).and_then(|word| catalog.by_sonic_name(word, sources, findings));
    let sku =
        model.as_ref().is_some_and(|model| names(model).any(|s| hwsku.is_none_or(|sku| sku == s.hwsku)));
    (model, sku)
}

/// What community and Enterprise SONiC call the box.
fn names(model: &Platform) -> impl Iterator<Item = &Sonic> {
    model.sonic.iter().chain(&model.enterprise_sonic).map(|fact| &fact.v)
}
