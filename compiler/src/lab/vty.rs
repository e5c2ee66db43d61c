//! vtysh's own way to talk to FRR's daemons: a command and a zero; the answer, three zeros and a status. It saves a
//! process for every question.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// A daemon's ear.
#[derive(Debug)]
pub(crate) struct Vty(UnixStream);

impl Vty {
    /// Connects to a daemon's socket.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut vty = Vty(stream);
        vty.ask("enable")?;
        Ok(vty)
    }

    /// What the daemon says to a command.
    pub(crate) fn ask(&mut self, command: &str) -> io::Result<String> {
        self.0.write_all(command.as_bytes())?;
        self.0.write_all(&[0])?;
        let mut said = Vec::new();
        let mut part = vec![0; 1 << 16];
        loop {
            if let [text @ .., 0, 0, 0, _status] = said.as_slice() {
                return Ok(String::from_utf8_lossy(text).into_owned());
            }
            match self.0.read(&mut part) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => said.extend(part.get(..read).unwrap_or_default()),
                // A socket with a time-out is not taken up again by itself.
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// The same, read as JSON; null where it is none.
    pub(crate) fn json(&mut self, command: &str) -> io::Result<Value> {
        Ok(serde_json::from_str(&self.ask(command)?).unwrap_or(Value::Null))
    }
}
