//! A switch, over ssh: what it is seen to run, and what it is told to do.

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::apply::preflight::{Beside, Seen};
use crate::deployed::observed::{self, LIMIT, Unfit};
use crate::ssh::{self, Answer, Broken, Target, Trouble};

/// What is run on the switch.
const SCRIPT: &str = include_str!("switch.sh");
/// Between two attempts to reach a switch.
const PAUSE: Duration = Duration::from_secs(1);

/// Why something didn't happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The switch says so: its state can be looked at.
    Failed(String),
    /// It can't be reached: nobody knows what it does.
    Lost(String),
}

impl Fault {
    /// Why nothing can be done.
    pub(super) fn why(self) -> String {
        match self {
            Fault::Failed(why) => why,
            Fault::Lost(why) => format!("it can't be reached: {why}"),
        }
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// With this code; and what it said last.
    Code(u32, String),
    /// By a signal, or nobody knows how: only what the switch runs tells.
    Somehow,
}

/// A switch.
#[derive(Debug)]
pub(super) struct Remote<'a> {
    pub(super) name: &'a str,
    /// Where it is; none where its name leads there.
    pub(super) address: Option<IpAddr>,
    /// The plan's id.
    pub(super) plan: &'a str,
    pub(super) options: &'a ssh::Options,
    /// How long one answer may take.
    pub(super) timeout: Duration,
    /// How long a switch may be away in the middle of its change.
    pub(super) patience: Duration,
}

/// A word that a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The command that runs a verb of the script as root.
fn command(words: &[&str]) -> String {
    let mut command = format!(
        "S={}; if [ \"$(id -u)\" -eq 0 ]; then exec sh -c \"$S\" fabc \"$@\"; else exec sudo -n sh -c \"$S\" fabc \"$@\"; fi",
        quoted(SCRIPT)
    );
    let mut all = String::from("set --");
    for word in words {
        let _ = write!(all, " {}", quoted(word));
    }
    command.insert_str(0, &(all + "; "));
    command
}

impl Remote<'_> {
    fn ask(&self, command: &str, input: &[u8], patience: Duration) -> Result<Answer, Fault> {
        let target = Target { name: self.name, address: self.address };
        let answer = ssh::run(self.options, &target, command, input, patience, LIMIT)
            .map_err(|error| Fault::Lost(format!("cannot run ssh: {error}")))?;
        match answer.broken {
            Some(Broken::TimedOut) => Err(Fault::Lost(format!("no answer in {} s", patience.as_secs()))),
            Some(Broken::TooLong) => Err(Fault::Failed("it says too much".into())),
            None => Ok(answer),
        }
    }

    /// Runs a verb, and gives what it prints if that ends as it should; else what is wrong with the connection.
    fn verb(&self, words: &[&str], input: &[u8], ends: &str) -> Result<String, Fault> {
        let answer = self.ask(&command(words), input, self.timeout)?;
        let out = String::from_utf8_lossy(&answer.out).into_owned();
        if out.lines().any(|line| line.split(' ').next() == Some(ends)) {
            return Ok(out);
        }
        if answer.code == Some(255) || answer.code.is_none() {
            return Err(Fault::Lost(reason(&answer)));
        }
        if matches!(words.first(), Some(&("config" | "before"))) {
            // What it printed until then may be a secret.
            let code = answer.code.unwrap_or_default();
            return Err(Fault::Failed(format!("its ConfigDB can't be read: exit code {code}")));
        }
        Err(Fault::Failed(last_words(&out).unwrap_or_else(|| answer.last_line())))
    }

    /// What it runs, at once or never; if not the `whole`, which patches it takes is left out.
    pub(super) fn look_once(&self, whole: bool) -> Result<Seen, Fault> {
        let script = observed::script((self.timeout.as_secs() / 2).clamp(1, 60), whole);
        let answer = self.ask("sh -s", script.as_bytes(), self.timeout)?;
        let observed = observed::observe(&answer.out).map_err(|unfit| match unfit {
            Unfit::Needed(program, why) => Fault::Failed(format!("{program}: {why}")),
            Unfit::CutOff => Fault::Lost(format!("the connection ended: {}", answer.last_line())),
            Unfit::Foreign if answer.code == Some(255) => Fault::Lost(reason(&answer)),
            Unfit::Foreign => Fault::Failed("it runs no POSIX shell for us".to_owned()),
        })?;
        let beside = self.verb(&["look"], b"", "@end")?;
        let beside = Beside::read(&beside).ok_or_else(|| Fault::Lost("the connection ended".into()))?;
        Seen::new(&observed, beside).map_err(Fault::Failed)
    }

    /// What it runs; a switch that is away is waited for.
    pub(super) fn look(&self) -> Result<Seen, Fault> {
        self.patiently(|| self.look_once(false).map_err(|fault| (fault, true)))
    }

    /// The same, and which patches it takes.
    pub(super) fn look_at_all(&self) -> Result<Seen, Fault> {
        self.patiently(|| self.look_once(true).map_err(|fault| (fault, true)))
    }

    /// Asks until there is an answer, for as long as a switch may be away. What comes with `true` is tried again.
    fn patiently<T>(&self, mut ask: impl FnMut() -> Result<T, (Fault, bool)>) -> Result<T, Fault> {
        let mut away = Instant::now();
        loop {
            let begun = Instant::now();
            match ask() {
                Ok(answer) => return Ok(answer),
                Err((fault, again)) => {
                    let for_good = matches!(&fault, Fault::Lost(why) if why.starts_with("host-key") || why.starts_with("login"));
                    // Whoever was there so long is away since now.
                    if begun.elapsed() > 10 * PAUSE {
                        away = Instant::now();
                    }
                    if !again || for_good || away.elapsed() >= self.patience {
                        return Err(fault);
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn insist(&self, words: &[&str], input: &[u8], ends: &str) -> Result<String, Fault> {
        self.patiently(|| {
            let answer = self.verb(words, input, ends);
            answer.map_err(|fault| {
                let again = matches!(fault, Fault::Lost(_));
                (fault, again)
            })
        })
    }

    /// The whole ConfigDB with its secrets, at once or never. It stays in memory.
    pub(super) fn config_once(&self) -> Result<serde_json::Value, Fault> {
        read(&self.verb(&["config"], b"", "@end")?)
    }

    /// The same of a switch that may be away.
    pub(super) fn config(&self) -> Result<serde_json::Value, Fault> {
        self.whole(&["config"])
    }

    /// The same as it ran before, of the copy that the switch keeps.
    pub(super) fn before(&self) -> Result<serde_json::Value, Fault> {
        self.whole(&["before", self.plan])
    }

    fn whole(&self, words: &[&str]) -> Result<serde_json::Value, Fault> {
        read(&self.insist(words, b"", "@end")?)
    }

    /// Takes the lock and, where nothing was done yet, copies of what is there.
    pub(super) fn lock(&self, early: bool, gcu: bool) -> Result<(), Fault> {
        let words =
            ["lock", self.plan, if early { "early" } else { "late" }, if gcu { "gcu" } else { "none" }];
        let said = self.patiently(|| match self.verb(&words, SCRIPT.as_bytes(), "@locked") {
            Ok(_) => Ok(None),
            Err(Fault::Failed(why)) if why.starts_with("@taken") => Ok(Some(why)),
            Err(fault) => {
                let again = matches!(fault, Fault::Lost(_));
                Err((fault, again))
            }
        })?;
        match said {
            None => Ok(()),
            Some(_) => Err(Fault::Failed("another change is at work there: /etc/sonic/fabc.lock".to_owned())),
        }
    }

    /// Gives lock, copies and checkpoint up.
    pub(super) fn free(&self) -> Result<(), Fault> {
        self.insist(&["free", self.plan], b"", "@freed").map(|_| ())
    }

    /// Runs a job, once, and waits for its end over as many connections as that needs; one that takes longer than `patience`
    /// is stopped.
    pub(super) fn job(
        &self,
        name: &str,
        what: &[&str],
        input: &[u8],
        patience: Duration,
    ) -> Result<Ended, Fault> {
        let size = input.len().to_string();
        let start = [&["job", self.plan, name, &size], what].concat();
        self.wait(&start, name, input, patience)
    }

    /// Waits for a job that was begun before; it may never have been.
    pub(super) fn wait_for(&self, name: &str, patience: Duration) -> Result<Ended, Fault> {
        self.wait(&["wait", self.plan, name], name, b"", patience)
    }

    fn wait(&self, words: &[&str], name: &str, input: &[u8], patience: Duration) -> Result<Ended, Fault> {
        let begun = Instant::now();
        let stopped = AtomicBool::new(false);
        self.patiently(|| {
            let is_over = || stopped.load(Ordering::Relaxed);
            let left = patience.saturating_sub(begun.elapsed()).max(Duration::from_secs(1));
            let left = if is_over() { self.timeout } else { left };
            let answer = match self.ask(&command(words), input, left) {
                Err(Fault::Lost(_)) if begun.elapsed() >= patience && !is_over() => {
                    self.ask(&command(&["stop", self.plan, name]), b"", self.timeout)
                        .map_err(|fault| (fault, true))?;
                    stopped.store(true, Ordering::Relaxed);
                    self.ask(&command(words), input, self.timeout)
                }
                answer => answer,
            };
            let answer = answer.map_err(|fault| (fault, true))?;
            let out = String::from_utf8_lossy(&answer.out);
            if out.lines().any(|line| line == "@unlocked") {
                let why = "the lock is no longer this plan's: somebody removed /etc/sonic/fabc.lock";
                return Err((Fault::Failed(why.to_owned()), false));
            }
            match out.lines().rev().find_map(|line| line.strip_prefix("@code ")) {
                Some(_) if is_over() => Ok(Ended::Code(124, format!("no end in {} s", patience.as_secs()))),
                Some("died" | "none") => Ok(Ended::Somehow),
                Some(code) => Ok(match code.parse::<u32>() {
                    Ok(code) if code <= 128 => Ended::Code(code, last_words(&out).unwrap_or_default()),
                    _ => Ended::Somehow,
                }),
                None => Err((Fault::Lost(reason(&answer)), true)),
            }
        })
    }
}

/// A ConfigDB that was printed. Nothing of it is told: it may be a secret.
fn read(printed: &str) -> Result<serde_json::Value, Fault> {
    let text = printed.trim_end().strip_suffix("@end").unwrap_or_default();
    serde_json::from_str(text).map_err(|_| Fault::Failed("its ConfigDB is no JSON".to_owned()))
}

/// What ssh says of a connection that failed.
fn reason(answer: &Answer) -> String {
    match Trouble::of(&answer.said) {
        Trouble::Unreachable => answer.last_line(),
        trouble => format!("{}: {}", trouble.name(), answer.last_line()),
    }
}

/// The last line that is no mark of ours, fit to be shown.
fn last_words(out: &str) -> Option<String> {
    let ours = |line: &&str| ["@code", "@end", "@lock", "@free"].iter().any(|mark| line.starts_with(mark));
    let line = out.lines().map(str::trim).rfind(|line| !line.is_empty() && !ours(line))?;
    Some(line.chars().filter(|c| !c.is_control()).take(300).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        let command = command(&["job", "a b"]);
        assert!(command.starts_with("set -- 'job' 'a b'; S='"), "{command}");
        assert_eq!(last_words("one\n\n two \n@code 1\n").as_deref(), Some("two"));
    }
}
