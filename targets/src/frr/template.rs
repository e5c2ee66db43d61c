//! The template of frr.conf: built in, or the user's own.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};

use super::{Config, text};

/// The name under which a user's own template replaces the built-in one.
pub const NAME: &str = "frr.conf.j2";

/// A template may do this many steps: far beyond what a switch of a thousand ports needs, and an end to endless loops.
const FUEL: u64 = 10_000_000;

/// The built-in template: what a user's own starts from.
pub static BUILT_IN: &str = include_str!("frr.conf.j2");

/// Templates by name: the user's own first, then the built-in one.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// Whether frr.conf is the user's own.
    own: bool,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The template's name.
    pub name: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Bytes of the template to underline.
    pub range: Option<Range<usize>>,
    /// What is wrong.
    pub message: String,
}

impl Templates {
    /// Takes the user's own templates: name to text. Those that it doesn't have are built in.
    pub fn new(own: BTreeMap<String, String>) -> Self {
        let replaced = own.contains_key(NAME);
        let mut environment = Environment::new();
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
        if let Ok(syntax) = syntax.build() {
            environment.set_syntax(syntax);
        }
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_debug(true);
        environment.set_loader(move |name| {
            let own = own.get(name).cloned();
            Ok(own.or_else(|| (name == NAME).then(|| BUILT_IN.to_owned())))
        });
        Templates { environment, own: replaced }
    }

    /// Whether frr.conf is laid out by a template of the user's own.
    pub fn is_own(&self) -> bool {
        self.own
    }

    /// Appends frr.conf.
    pub fn frr(&self, config: &Config<'_>, out: &mut Vec<u8>) -> Result<(), TemplateError> {
        if !self.own {
            text::write(config, out);
            return Ok(());
        }
        let template = self.environment.get_template(NAME).map_err(TemplateError::from)?;
        template.render_captured_to(Value::from(Serde(config)), out).map(|_| ()).map_err(TemplateError::from)
    }
}

impl From<Error> for TemplateError {
    fn from(error: Error) -> Self {
        let message = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        let name = error.name().unwrap_or(NAME).to_owned();
        TemplateError { name, line: error.line(), range: error.range(), message }
    }
}
