//! What SONiC's models may refuse: a rule for each kind of refusal.

use fabc_lang::diagnostic::Rule;

fabc_lang::rule! {
    /// The key of a row has another form than the YANG model of its table knows: too many parts between `|`, too few, or
    /// a part that its type refuses.
    pub static KEY = Error "yang/key" "a key that SONiC's model refuses";
}
fabc_lang::rule! {
    /// The YANG model of the table has no field of this name: it is misspelt, or of another release.
    pub static FIELD = Error "yang/field" "a field that SONiC's model doesn't have";
}
fabc_lang::rule! {
    /// A list where the YANG model has one value, or one value where it has a list.
    pub static FORM = Error "yang/form" "a list for a value, or a value for a list";
}
fabc_lang::rule! {
    /// The YANG model has another range, pattern or set of words for the field.
    pub static VALUE = Error "yang/value" "a value that SONiC's model refuses";
}
fabc_lang::rule! {
    /// The value names a row that the file doesn't have.
    pub static REFERENCE = Error "yang/reference" "a reference to nothing";
}
fabc_lang::rule! {
    /// The YANG model asks for a field that the row doesn't have.
    pub static MISSING = Error "yang/missing" "a field that SONiC's model asks for";
}
fabc_lang::rule! {
    /// A condition of the YANG model between fields or rows doesn't hold.
    pub static CONDITION = Error "yang/condition" "a condition of SONiC's model that doesn't hold";
}
fabc_lang::rule! {
    /// No YANG model describes the table, so nobody checks it, on the switch neither: a misspelt name of a table is taken
    /// without a word. SONiC's Generic Config Updater refuses every patch that touches such a table.
    pub static NO_MODEL = Warning "yang/no-model" "a table without a model";
}

fabc_lang::rule! {
    /// The YANG models are those of community SONiC, and the fabric runs Enterprise SONiC: what both have is checked, the
    /// rest is named.
    pub static APART = Note "yang/apart" "what only another system has";
}

/// Rules that validation reports under.
pub static RULES: &[&Rule] =
    &[&KEY, &FIELD, &FORM, &VALUE, &REFERENCE, &MISSING, &CONDITION, &NO_MODEL, &APART];
