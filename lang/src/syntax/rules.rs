//! Rules of the syntax.

use crate::diagnostic::Rule;

crate::rule! {
    /// The text is not KDL 2 at this place.
    ///
    /// ```kdl bad
    /// {
    ///     mtu 9100
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" {
    ///     mtu 9100
    /// }
    /// ```
    pub static INVALID = Error "syntax/invalid" "not valid KDL";
}
crate::rule! {
    /// A `{` has no `}`. Where braces don't pair, the indentation of the lines tells which one is meant.
    ///
    /// ```kdl bad
    /// fabric "f" {
    ///     host "gpu" {
    ///         count 4
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" {
    ///     host "gpu" {
    ///         count 4
    ///     }
    /// }
    /// ```
    pub static UNCLOSED_BRACE = Error "syntax/unclosed-brace" "block without its end";
}
crate::rule! {
    /// A `}` has no `{`. Where braces don't pair, the indentation of the lines tells which one is meant.
    ///
    /// ```kdl bad
    /// mtu 9100
    /// }
    /// ```
    /// ```kdl good
    /// mtu 9100
    /// ```
    pub static STRAY_BRACE = Error "syntax/stray-brace" "brace without its other half";
}
crate::rule! {
    /// A string ends on its line. One over several lines is written between `"""`, each on a line of its own.
    ///
    /// ```kdl bad
    /// fabric "f {
    ///     mtu 9100
    /// }
    /// ```
    /// ```kdl good
    /// fabric "f" {
    ///     mtu 9100
    /// }
    /// ```
    pub static UNCLOSED_STRING = Error "syntax/unclosed-string" "string without its end";
}
crate::rule! {
    /// A string holds an escape that KDL does not know, a control character, or lines that are indented less than the
    /// closing quotes.
    ///
    /// ```kdl bad
    /// banner "C:\pub"
    /// ```
    /// ```kdl good
    /// banner #"C:\pub"#
    /// ```
    pub static STRING = Error "syntax/string" "malformed string";
}
crate::rule! {
    /// A `/*` has no `*/`. Comments nest, so each needs its own. What follows on later lines is read as if the comment ended
    /// with its line.
    ///
    /// ```kdl bad
    /// /* mtu as on the storage side
    /// mtu 9100
    /// ```
    /// ```kdl good
    /// /* mtu as on the storage side */
    /// mtu 9100
    /// ```
    pub static UNCLOSED_COMMENT = Error "syntax/unclosed-comment" "comment without its end";
}
crate::rule! {
    /// In KDL a comment begins with `//`; `/-` comments out a node, a value or a block.
    ///
    /// ```kdl bad
    /// mtu 9100 # as on the storage side
    /// ```
    /// ```kdl good
    /// mtu 9100 // as on the storage side
    /// ```
    pub static HASH_COMMENT = Error "syntax/hash-comment" "comment that begins with #";
}
crate::rule! {
    /// Blocks nest 64 deep at most, so that no file can exhaust the stack.
    ///
    /// ```kdl bad
    /// a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{
    /// a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{
    /// }}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
    /// ```
    /// ```kdl good
    /// a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{
    /// a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{a{
    /// }}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}
    /// ```
    pub static TOO_DEEP = Error "syntax/too-deep" "nested too deep";
}
crate::rule! {
    /// A number, or a part of it before or after the point, has more digits than can be held: 38.
    ///
    /// ```kdl bad
    /// mtu 999999999999999999999999999999999999999999
    /// ```
    /// ```kdl good
    /// mtu 9100
    /// ```
    pub static NUMBER = Error "syntax/number" "number too large";
}
crate::rule! {
    /// A word without quotes can't begin with a digit and can't hold `/`, `\`, `(`, `)`, `[`, `]`, `#` or `"`.
    ///
    /// ```kdl bad
    /// loopbacks 10.0.0.0/16
    /// ```
    /// ```kdl good
    /// loopbacks "10.0.0.0/16"
    /// ```
    pub static BARE_WORD = Error "syntax/bare-word" "text that needs quotes";
}
crate::rule! {
    /// `name=value` is a property and stands behind a node's name. A node's own value follows its name without `=`.
    ///
    /// ```kdl bad
    /// mtu = 9100
    /// ```
    /// ```kdl good
    /// mtu 9100
    /// ```
    pub static EQUALS = Error "syntax/equals" "misplaced =";
}
crate::rule! {
    /// A node ends with its line or with one `;`, also after its block.
    ///
    /// ```kdl bad
    /// tier "a" { count 2; } tier "b"
    /// ```
    /// ```kdl good
    /// tier "a" { count 2; }; tier "b"
    /// ```
    pub static TERMINATOR = Error "syntax/terminator" "nodes not separated";
}
crate::rule! {
    /// The file is spelt as KDL 1 in this place; fabc reads KDL 2. There, `true`, `false` and `null` carry a `#`, and a raw
    /// string is `#"…"#`.
    ///
    /// ```kdl bad
    /// pfc true
    /// ```
    /// ```kdl good
    /// pfc #true
    /// ```
    pub static KDL1 = Error "syntax/kdl1" "KDL 1";
}
crate::rule! {
    /// KDL has `(type)value`. fabc knows the type of every value, so an annotation could only contradict it.
    ///
    /// ```kdl bad
    /// mtu (u16)9100
    /// ```
    /// ```kdl good
    /// mtu 9100
    /// ```
    pub static TYPE = Error "syntax/type" "type annotation";
}
crate::rule! {
    /// The file is not UTF-8 text. A byte order mark at its beginning is fine.
    pub static NOT_UTF8 = Error "syntax/not-utf8" "not UTF-8";
}
crate::rule! {
    /// A file has 4 MiB at most. Lists of that length are better split over several files.
    pub static TOO_LARGE = Error "syntax/too-large" "file too large";
}

/// Rules that this stage reports under.
pub static RULES: &[&Rule] = &[
    &INVALID,
    &UNCLOSED_BRACE,
    &STRAY_BRACE,
    &UNCLOSED_STRING,
    &STRING,
    &UNCLOSED_COMMENT,
    &HASH_COMMENT,
    &TOO_DEEP,
    &NUMBER,
    &BARE_WORD,
    &EQUALS,
    &TERMINATOR,
    &KDL1,
    &TYPE,
    &NOT_UTF8,
    &TOO_LARGE,
];
