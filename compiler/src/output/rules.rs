//! What there is to say about a tree that was written.

use fabc_lang::diagnostic::Rule;

fabc_lang::rule! {
    /// A file that fabc makes was changed by hand since the last build, and has been replaced.
    ///
    /// What fabc makes belongs to fabc: the next build takes every change back. Say it in the source instead; for a
    /// setting that fabc has no word for, `switch NAME { config-db TABLE KEY FIELD=VALUE }`.
    pub static EDITED = Warning "output/edited" "a generated file was changed by hand";
}

fabc_lang::rule! {
    /// A file of a former build is no longer made, but it was changed by hand, so it stays where it is.
    ///
    /// From now on it is not fabc's: delete it once nothing in it is needed.
    pub static KEPT = Warning "output/kept" "a stale file was changed by hand and kept";
}

fabc_lang::rule! {
    /// The files could not be written. The folder is as it was before.
    pub static FAILED = Error "output/failed" "the files could not be written";
}

fabc_lang::rule! {
    /// `fabc build --check` found that the files on disk are not those that the source gives: someone changed the source
    /// without a build, or a file by hand.
    ///
    /// In the form for people it lists the files; reports for services have it as a finding.
    pub static DIFFERS = Error "output/differs" "files that are not what the source gives";
}

/// Rules that writing reports under.
pub static RULES: &[&Rule] = &[&EDITED, &KEPT, &FAILED, &DIFFERS];
