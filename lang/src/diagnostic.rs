//! Findings as data: what is wrong, where, against which limit, and the edit that mends it.
//!
//! A finding is born with a [`Rule`], which gives it its code. Words are chosen where it is born, ink in the
//! compiler's `report`.

use crate::source::Span;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; changes no exit code.
    Note,
    /// Likely wrong; the build goes on.
    Warning,
    /// Wrong; nothing is emitted.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A rule of the language or of the hardware, with the code under which its findings appear.
#[derive(Debug)]
pub struct Rule {
    /// `family/name`, the path of the file that declares it where it has one of its own.
    pub code: &'static str,
    /// Severity unless the user sets another.
    pub severity: Severity,
    /// Names the bad state: lower case, no full stop.
    pub title: &'static str,
    /// Why it matters and how to mend it; Markdown. Holds the examples as ` ```kdl bad` and ` ```kdl good`, or as `json` or
    /// `frr`.
    pub text: &'static str,
}

impl Rule {
    /// A finding under this rule at `span`.
    pub fn at(&'static self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self,
            severity: self.severity,
            message: clip(message.into()),
            labels: vec![Label { span, text: String::new() }],
            help: None,
            edit: None,
            notes: Vec::new(),
        }
    }

    /// A finding that no line of the source caused.
    pub fn anywhere(&'static self, message: impl Into<String>) -> Diagnostic {
        Diagnostic { labels: Vec::new(), ..self.at(Span::default(), message) }
    }

    /// The example of the given kind (`bad` or `good`), without its fences.
    pub fn example(&self, kind: &str) -> Option<String> {
        let begins =
            |line: &str| ["kdl", "json", "frr"].iter().any(|form| line.trim() == format!("```{form} {kind}"));
        let mut lines = self.text.lines().skip_while(|line| !begins(line));
        lines.next()?;
        let body: Vec<&str> =
            lines.take_while(|l| l.trim() != "```").map(|l| l.strip_prefix(' ').unwrap_or(l)).collect();
        Some(body.join("\n") + "\n")
    }
}

/// Declares a [`Rule`]: its doc comment is what `fabc explain` prints.
#[macro_export]
macro_rules! rule {
    ($(#[doc = $text:literal])* $vis:vis static $name:ident = $severity:ident $code:literal $title:literal;) => {
        $(#[doc = $text])*
        $vis static $name: $crate::diagnostic::Rule = $crate::diagnostic::Rule {
            code: $code,
            severity: $crate::diagnostic::Severity::$severity,
            title: $title,
            text: concat!($($text, "\n"),*),
        };
    };
}

/// A marked place, with a few words or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there; may be empty for the first label.
    pub text: String,
}

/// Text in place of what stands at a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// The word that is meant, without the quotes of what goes.
    pub word: String,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Under which rule.
    pub rule: &'static Rule,
    /// Severity after the user's settings.
    pub severity: Severity,
    /// What is and what may be, with units.
    pub message: String,
    /// Places; the first is the line that asked.
    pub labels: Vec<Label>,
    /// The smallest edit that would pass.
    pub help: Option<String>,
    /// The same edit, where it is one word in place of another.
    pub edit: Option<Box<Edit>>,
    /// Further facts: a source, a sum, what was tried.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// The code, `family/name`.
    pub fn code(&self) -> &'static str {
        self.rule.code
    }

    /// The place that asked, where there is one.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }

    /// Words for the first label.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = clip(text.into());
        }
        self
    }

    /// A further place: the limit, the other end, the former declaration.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: clip(text.into()) });
        self
    }

    /// The smallest edit that would pass.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(clip(text.into()));
        self
    }

    /// The word that is meant in place of what stands at the first label. The help says so too.
    #[must_use]
    pub fn instead(mut self, word: impl Into<String>) -> Self {
        self.edit = self.span().map(|span| Box::new(Edit { span, word: word.into() }));
        self
    }

    /// The same, where there is such a word.
    #[must_use]
    pub fn instead_opt(self, word: Option<&str>) -> Self {
        match word {
            Some(word) => self.instead(word),
            None => self,
        }
    }

    /// A further fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(clip(text.into()));
        self
    }

    /// The help line, where there is something to say.
    #[must_use]
    pub fn help_opt(mut self, text: Option<String>) -> Self {
        self.help = text.map(clip).or(self.help);
        self
    }
}

/// Characters of a message and of each remark on it; what is quoted in it may be as long as a file.
const LONGEST: usize = 800;

/// The text, cut where it is too long to be read.
fn clip(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// The sink that every stage writes its findings to.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        self.list.push(finding);
    }

    /// All findings, in the order of their birth.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// All findings, to be changed (severities) in place.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.list.iter_mut()
    }

    /// Keeps only what `keep` says.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Number of findings.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Takes over another list.
    pub fn extend(&mut self, other: Findings) {
        self.list.extend(other.list);
    }

    /// The list in the order of the report: by file and line, then by code; duplicates dropped.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.span().is_none(), d.span(), d.code());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        self.list.dedup_by(|a, b| a.code() == b.code() && a.message == b.message && a.span() == b.span());
        self.list
    }
}

/// "did you mean": the candidate nearest to `word`, if near enough (a third of its length, at least one edit); else the only
/// one that begins with it, for a name that was cut short.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Of a single character all others are one edit away, and a long word is no slip of the pen.
    if !(2..=64).contains(&word.chars().count()) {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    let mut longer: Option<&str> = None;
    let mut longer_ones = 0;
    let near = candidates.into_iter().map(|c| (distance(word, c), c)).inspect(|&(_, c)| {
        if word.len() >= 3 && c.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
            (longer, longer_ones) = (Some(c), longer_ones + 1);
        }
    });
    let near = near.filter(|&(d, _)| d <= limit).min_by_key(|&(d, _)| d).map(|(_, c)| c);
    near.or(longer.filter(|_| longer_ones == 1))
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for (i, &ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &cb) in b.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(ca != cb)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && ca == b[j - 1] && a[i - 1] == cb {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|r| r.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_longer_than_a_screen() {
        assert_eq!(clip("ä".repeat(LONGEST)).chars().count(), LONGEST);
        assert_eq!(clip("ä".repeat(200_000)).chars().count(), LONGEST + 1);
        assert!(clip("ä".repeat(200_000)).ends_with("ä…"));
    }

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        assert_eq!(nearest("sped", ["speed", "count"]), Some("speed"));
        assert_eq!(nearest("leavs", ["leaf", "leaves"]), Some("leaves"));
        assert_eq!(nearest("spien", ["spine"]), Some("spine"));
        assert_eq!(nearest("xyz", ["speed"]), None);
        assert_eq!(nearest("dell", ["dell-roce", "nvidia-roce"]), Some("dell-roce"));
        assert_eq!(nearest("dell", ["dell-z9664f", "dell-z9864f"]), None);
    }
}
