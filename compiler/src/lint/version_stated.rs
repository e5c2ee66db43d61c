use fabc_lang::diagnostic::Findings;

use crate::lint::view::Ctx;

lint! {
    /// VERSIONS says how far db_migrator has brought the database. A version that the image doesn't know ends `config reload`
    /// with a Python error after the database was flushed and before any service is started again. Without the row all is
    /// brought up to date. What a switch itself saved fits its own image, and no other.
    ///
    /// ```json bad
    /// {
    ///     "VERSIONS": { "DATABASE": { "VERSION": "version_202505_01" } }
    /// }
    /// ```
    /// ```json good
    /// {
    ///     "NTP_SERVER": { "10.0.0.1": {} }
    /// }
    /// ```
    Note "lint/version-stated" "a file for one image" Nothing => run
}

fn run(ctx: &Ctx<'_>, findings: &mut Findings) {
    if let Some(version) = ctx.db.rows("VERSIONS").iter().find_map(|row| row.text("VERSION")) {
        let message = format!("the file is for images that know database version `{}`", version.v);
        findings.push(
            RULE.at(version.at, message).help("remove VERSIONS, if it is to be loaded on other images too"),
        );
    }
}
