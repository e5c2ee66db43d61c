//! Other machines, through the system's `ssh`: the third door to the outside, beside [`crate::host`] and `lab`.
//!
//! Which user, key, port, jump host or agent: all of that is the operator's own ssh configuration. What fabc sets stands
//! first, where ssh lets nothing undo it: it asks nobody (BatchMode), takes no host key that isn't known already, forwards
//! nothing, and opens no connection that others would go on using.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// What ssh is always told.
const FIXED: &[&str] = &[
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ClearAllForwardings=yes",
    "ControlMaster=no",
    "ForwardAgent=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
    "RequestTTY=no",
    "ServerAliveCountMax=3",
    "ServerAliveInterval=5",
];
/// The longest text of ssh itself that is read, in bytes.
const SAID: usize = 64 << 10;
/// How long ssh may take to end once it is told to, or its machine has said all.
const GRACE: Duration = Duration::from_secs(2);

/// How machines are reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// An ssh configuration in place of the user's own.
    pub(crate) config: Option<PathBuf>,
    /// Further options, `KEY=VALUE`.
    pub(crate) more: Vec<String>,
    /// How long a connection may take, in seconds.
    pub(crate) connect: u64,
    /// Whether ssh is spared the signals of fabc's terminal: what is begun is brought to an end.
    pub(crate) apart: bool,
    /// Environment variables that ssh is not given, nor what it starts: SendEnv would carry them on.
    pub(crate) hidden: Vec<String>,
}

/// A machine.
#[derive(Debug, Clone)]
pub(crate) struct Target<'a> {
    /// Its name, which ssh's configuration may know.
    pub(crate) name: &'a str,
    /// Where it is; none where ssh is to find out.
    pub(crate) address: Option<IpAddr>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What the machine printed.
    pub(crate) out: Vec<u8>,
    /// What ssh, and programs on the machine, said beside it.
    pub(crate) said: String,
    /// Why it is not whole; none where the command ended by itself.
    pub(crate) broken: Option<Broken>,
    /// The exit code; ssh's own failures are 255.
    pub(crate) code: Option<i32>,
}

/// What ended a command from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It took too long.
    TimedOut,
    /// It said too much.
    TooLong,
}

/// Why a machine can't be talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no `ssh` program, or it can't be started.
    NoSsh,
    /// It isn't there, or lets nobody in.
    Unreachable,
    /// It has another key than the one that is known, or none is known.
    HostKey,
    /// It is there, and refuses the user.
    Login,
}

impl Trouble {
    /// Its name in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Trouble::NoSsh => "no-ssh",
            Trouble::Unreachable => "unreachable",
            Trouble::HostKey => "host-key",
            Trouble::Login => "login",
        }
    }

    /// By what ssh says when it fails.
    pub(crate) fn of(said: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["Host key verification failed", "No ED25519 host key", "REMOTE HOST IDENTIFICATION"]) {
            Trouble::HostKey
        } else if has(&["Permission denied (", "Too many authentication failures"]) {
            Trouble::Login
        } else {
            Trouble::Unreachable
        }
    }
}

impl Answer {
    /// The last line that ssh said, fit to be shown.
    pub(crate) fn last_line(&self) -> String {
        let line = self.said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        line.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

impl Options {
    /// The arguments of ssh for a command on a machine.
    fn arguments(&self, target: &Target<'_>, command: &str) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        if let Some(config) = &self.config {
            arguments.extend(["-F".into(), config.into()]);
        }
        let fixed = FIXED.iter().map(|&option| option.to_owned());
        let address = target.address.map(|address| format!("HostName={address}"));
        let connect = format!("ConnectTimeout={}", self.connect.max(1));
        for option in fixed.chain(address).chain(self.more.iter().cloned()).chain([connect]) {
            arguments.extend(["-o".into(), option.into()]);
        }
        arguments.extend(["-T".into(), "--".into(), target.name.into(), command.into()]);
        arguments
    }
}

/// Runs a command on a machine, gives it `input`, and waits for at most `patience`; of what it prints, `limit` bytes are
/// taken at most.
pub(crate) fn run(
    options: &Options,
    target: &Target<'_>,
    command: &str,
    input: &[u8],
    patience: Duration,
    limit: usize,
) -> io::Result<Answer> {
    let end = Instant::now() + patience;
    let mut ssh = Command::new("ssh");
    ssh.args(options.arguments(target, command));
    ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    options.hidden.iter().for_each(|name| _ = ssh.env_remove(name));
    if options.apart {
        ssh.process_group(0);
    }
    let mut child = ssh.spawn()?;
    let (out, said) = (collect(child.stdout.take(), limit), collect(child.stderr.take(), SAID));
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A machine that doesn't read must not keep us; one that has ended its connection is told of below.
        std::thread::spawn(move || stdin.write_all(&input));
    }
    let (mut broken, mut printed) = (None, Vec::new());
    match out.recv_timeout(end.saturating_duration_since(Instant::now())) {
        Ok(bytes) if bytes.len() > limit => broken = Some(Broken::TooLong),
        Ok(bytes) => printed = bytes,
        Err(RecvTimeoutError::Timeout) => broken = Some(Broken::TimedOut),
        Err(RecvTimeoutError::Disconnected) => {}
    }
    if broken.is_some() {
        // Asked to end, ssh takes what it has started along: proxies, that is.
        let _ = Pid::from_raw(child.id().cast_signed()).map(|pid| kill_process(pid, Signal::TERM));
    }
    let code = ended(&mut child)?;
    // A connection that others share may keep its end of the pipe open.
    let said = said.recv_timeout(Duration::from_millis(200)).unwrap_or_default();
    Ok(Answer { out: printed, said: String::from_utf8_lossy(&said).into_owned(), broken, code })
}

/// Waits for a process that is about to end; one that doesn't is killed.
fn ended(child: &mut Child) -> io::Result<Option<i32>> {
    let end = Instant::now() + GRACE;
    while Instant::now() < end {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    Ok(child.wait()?.code())
}

/// Reads a pipe to its end, and one byte more than `limit` at most.
fn collect(pipe: Option<impl Read + Send + 'static>, limit: usize) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.take(limit as u64 + 1).read_to_end(&mut bytes);
            let _ = sender.send(bytes); // whoever asked may have gone
        });
    }
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fabc_sets_can_not_be_undone() {
        let options = Options {
            config: Some("their/config".into()),
            more: vec!["StrictHostKeyChecking=no".into(), "ConnectTimeout=1".into()],
            connect: 10,
            apart: false,
            hidden: Vec::new(),
        };
        let target = Target { name: "leaf-01", address: Some(IpAddr::from([10, 0, 0, 1])) };
        let arguments = options.arguments(&target, "sh -s");
        let words: Vec<String> = arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect();
        let place = |word: &str| words.iter().position(|w| w == word).unwrap();
        // ssh takes the first value that it finds.
        assert!(place("StrictHostKeyChecking=yes") < place("StrictHostKeyChecking=no"));
        assert!(place("ConnectTimeout=1") < place("ConnectTimeout=10"));
        assert_eq!(&words[..2], ["-F", "their/config"]);
        assert_eq!(&words[words.len() - 4..], ["-T", "--", "leaf-01", "sh -s"]);
        assert!(words.contains(&"HostName=10.0.0.1".to_owned()));
    }

    #[test]
    fn troubles_are_told_apart() {
        assert_eq!(Trouble::of("x\r\nHost key verification failed.\r\n"), Trouble::HostKey);
        assert_eq!(Trouble::of("admin@10.0.0.1: Permission denied (publickey)."), Trouble::Login);
        assert_eq!(Trouble::of("ssh: connect to host x port 22: Connection refused"), Trouble::Unreachable);
        let said = "Warning\n\u{1b}[31mlast\r\n\n".to_owned();
        let answer = Answer { out: Vec::new(), said, broken: None, code: Some(255) };
        assert_eq!(answer.last_line(), "[31mlast");
    }
}
