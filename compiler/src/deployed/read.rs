//! Finds what is known of a switch in a folder: pulled, built before, or dumped by hand.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::failed::{Failed, Failures};
use super::state::State;
use super::{CONFIG_DB, FAILED, FRR, SAVED, STATE};
use crate::config_db::LIMIT;
use crate::host::Host;
use crate::tame::line;

/// What a switch runs, as it lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// The running ConfigDB.
    pub config_db: Vec<u8>,
    /// frr.conf; none where the folder has none.
    pub frr: Option<Vec<u8>>,
    /// The ConfigDB that a reboot would load; none where the folder has none.
    pub saved: Option<Vec<u8>>,
    /// What was pulled besides.
    pub state: Option<State>,
    /// Where config_db.json was found, for people.
    pub path: PathBuf,
}

/// Where files of switches lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    root: PathBuf,
    /// The part between the folder and a switch's own, where there is one: `switches` of a build.
    inner: PathBuf,
}

impl Folder {
    /// A folder that there is. The error says what it is instead.
    pub fn open(root: &Path, host: &dyn Host) -> Result<Folder, String> {
        let shown = root.display();
        let names = host.list(root).map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("there is no folder {shown}; `fabc pull --out {shown}` makes one"),
            ErrorKind::NotADirectory => format!("{shown} is no folder"),
            _ => format!("cannot read {shown}: {error}"),
        })?;
        let folder = Folder { root: root.to_path_buf(), inner: PathBuf::new() };
        let has = |name: &str| names.iter().any(|path| path.ends_with(name));
        // A folder of that name beside what was pulled makes no build.
        let built = has("switches") && (has(MANIFEST) || folder.switches(host).is_empty());
        Ok(if built { Folder { inner: "switches".into(), ..folder } } else { folder })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it is a build: what switches were to run, without their secrets.
    pub fn is_build(&self) -> bool {
        !self.inner.as_os_str().is_empty()
    }

    /// Files of a switch that may be there; the first that is there counts.
    pub fn candidates(&self, switch: &str) -> [PathBuf; 2] {
        let inside = self.root.join(&self.inner);
        [inside.join(switch).join(CONFIG_DB), inside.join(format!("{switch}.json"))]
    }

    /// What is known of a switch; nothing where the folder has none of its files. The error names what can't be read.
    pub fn switch(&self, switch: &str, host: &dyn Host) -> Result<Option<Observed>, String> {
        let read = |path: &Path| match host.read(path, LIMIT) {
            Ok(bytes) if bytes.len() > LIMIT => Err(format!("{} is too long", path.display())),
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        };
        let [own, plain] = self.candidates(switch);
        let (config_db, path) = match (read(&own)?, own) {
            (Some(_), path) if host.canonical(&plain).is_ok() => {
                let (path, plain) = (path.display(), plain.display());
                return Err(format!("{path} and {plain} are both there, and only one can be what it runs"));
            }
            (Some(bytes), path) => (bytes, path),
            (None, _) => match read(&plain)? {
                Some(bytes) => {
                    return Ok(Some(Observed { config_db: bytes, path: plain, ..Observed::default() }));
                }
                None => return Ok(None),
            },
        };
        let beside = |name: &str| path.with_file_name(name);
        let state = match read(&beside(STATE))? {
            Some(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned());
                let state = text.and_then(|text| State::read(&text));
                Some(state.map_err(|error| format!("{}: {error}", beside(STATE).display()))?)
            }
            None => None,
        };
        let (frr, saved) = (read(&beside(FRR))?, read(&beside(SAVED))?);
        Ok(Some(Observed { config_db, frr, saved, state, path }))
    }

    /// Switches that `fabc pull` could not read, by name. The error names the file.
    pub fn failed(&self, host: &dyn Host) -> Result<BTreeMap<String, Failed>, String> {
        let path = self.root.join(FAILED);
        let bytes = match host.read(&path, LIMIT) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        };
        Failures::read(&bytes).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// What to say where it holds nothing of any switch that is asked for.
    pub fn holds_none(&self, host: &dyn Host) -> String {
        let others = self.switches(host);
        let held = match others.as_slice() {
            [] => String::new(),
            [one] => format!(", but one of {}", line(one)),
            [first, .., last] => {
                format!(", but {} others, {} … {}", others.len(), line(first), line(last))
            }
        };
        let root = self.root.display();
        format!(
            "{root} holds no config_db.json of any switch that is looked at{held}; name the folder that does, or write it: `fabc pull --out {root}`"
        )
    }

    /// Every file that [`Folder::switch`] may read of any switch, whether it is there or not; in order.
    pub fn files(&self, host: &dyn Host) -> std::io::Result<Vec<PathBuf>> {
        let inside = host.list(&self.root.join(&self.inner))?;
        let of = |path: PathBuf| {
            let own = [CONFIG_DB, SAVED, FRR, STATE].map(|name| path.join(name));
            std::iter::once(path).chain(own)
        };
        Ok(inside.into_iter().flat_map(of).collect())
    }

    /// Switches that the folder has something of, in order of their names.
    pub fn switches(&self, host: &dyn Host) -> Vec<String> {
        let paths = host.list(&self.root.join(&self.inner)).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_folder = host.canonical(&path.join(CONFIG_DB)).is_ok();
            match name.strip_suffix(".json") {
                _ if is_folder => names.push(name),
                Some(plain) if !RESERVED.contains(&name.as_str()) => names.push(plain.to_owned()),
                _ => {}
            }
        }
        names.sort_by(|a, b| fabc_lang::fabric::natural_cmp(a, b));
        names.dedup();
        names
    }
}

/// Files of a build, of `fabc pull` or `fabc plan`, that are no switch's.
const RESERVED: [&str; 4] = ["fabric.json", MANIFEST, FAILED, "plan.json"];
/// What every build has.
const MANIFEST: &str = "manifest.json";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::MemoryHost;

    #[test]
    fn pulled_built_and_dumped_by_hand() {
        let state = String::from_utf8(State { schema_version: 1, ..State::default() }.to_bytes()).unwrap();
        let host = MemoryHost::default()
            .file("d/leaf-10/config_db.json", "{}")
            .file("d/leaf-10/frr.conf", "x")
            .file("d/leaf-10/state.json", state)
            .file("d/leaf-9.json", "{\"A\": {}}")
            .file("d/failed.json", "{}")
            .file("b/switches/s/config_db.json", "{}")
            .file("b/fabric.json", "{}");
        let open = |path: &str| Folder::open(Path::new(path), &host);
        let folder = open("d").unwrap();
        assert_eq!(folder.switches(&host), ["leaf-9", "leaf-10"]);
        let leaf = folder.switch("leaf-10", &host).unwrap().unwrap();
        assert_eq!((leaf.frr.as_deref(), leaf.state.is_some()), (Some(&b"x"[..]), true));
        assert_eq!(folder.switch("leaf-9", &host).unwrap().unwrap().config_db, b"{\"A\": {}}");
        assert_eq!(folder.switch("leaf-1", &host), Ok(None));
        assert_eq!(open("b").unwrap().switches(&host), ["s"]);
        assert!(open("no").unwrap_err().contains("there is no folder no"));
        assert!(open("b/fabric.json").unwrap_err().contains("is no folder"));
    }

    #[test]
    fn a_folder_that_is_called_switches_makes_no_build() {
        let host = MemoryHost::default().file("d/a/config_db.json", "{}").file("d/switches/notes.txt", "");
        let folder = Folder::open(Path::new("d"), &host).unwrap();
        assert_eq!(folder.switches(&host), ["a"]);
        let host = host.file("d/manifest.json", "{}").file("d/switches/s/config_db.json", "{}");
        assert_eq!(Folder::open(Path::new("d"), &host).unwrap().switches(&host), ["s"]);
    }

    #[test]
    fn two_files_of_one_switch_are_said() {
        let host = MemoryHost::default().file("d/a/config_db.json", "{}").file("d/a.json", "{}");
        let error = Folder::open(Path::new("d"), &host).unwrap().switch("a", &host).unwrap_err();
        assert!(error.contains("d/a/config_db.json and d/a.json are both there"), "{error}");
    }

    #[test]
    fn what_could_not_be_read_is_known() {
        let of = |text: &str| {
            let host = MemoryHost::default().file("d/failed.json", text);
            Folder::open(Path::new("d"), &host).unwrap().failed(&host)
        };
        let all =
            of(r#"{"schema_version": 1, "failed": [{"switch": "a", "what": "timeout", "reason": "r"}]}"#)
                .unwrap();
        assert!(
            all["a"].told(true).contains("(timeout: r), and what is known of it is of before"),
            "{all:?}"
        );
        assert!(of("{}").unwrap_err().starts_with("d/failed.json: "));
        assert!(of(r#"{"schema_version": 2, "failed": []}"#).unwrap_err().contains("form 2"));
    }

    #[test]
    fn a_broken_state_is_said() {
        let host = MemoryHost::default().file("d/a/config_db.json", "{}").file("d/a/state.json", "{");
        let folder = Folder::open(Path::new("d"), &host).unwrap();
        assert!(folder.switch("a", &host).unwrap_err().contains("state.json"));
    }
}
