use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

type Memory = BTreeMap<String, Vec<u8>>;

const NONE: Options = Options { force: false, progress: None };
const FORCE: Options = Options { force: true, progress: None };

fn tree(files: &[(&str, &str)]) -> Memory {
    files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect()
}

/// A folder of its own, with `out` in it.
struct World {
    home: TempDir,
}

impl World {
    fn new() -> Self {
        World { home: tempfile::tempdir().unwrap() }
    }

    fn out(&self) -> PathBuf {
        self.home.path().join("build")
    }

    fn write(&self, files: &[(&str, &str)]) -> Result<Written, Error> {
        self.write_with(files, NONE)
    }

    fn write_with(&self, files: &[(&str, &str)], options: Options) -> Result<Written, Error> {
        let written = write(&self.out(), &tree(files), ORIGIN, options);
        assert!(!self.staging().exists(), "staging folder left behind");
        written
    }

    fn check(&self, files: &[(&str, &str)]) -> Differences {
        check(&self.out(), &tree(files), ORIGIN, NONE).unwrap()
    }

    fn staging(&self) -> PathBuf {
        self.home.path().join(".build.fabc-staging")
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.out().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.out().join(path)).unwrap_or_else(|_| "nothing".to_owned())
    }

    /// Inode and time of a file.
    fn identity(&self, path: &str) -> (u64, i64, i64) {
        let meta = fs::symlink_metadata(self.out().join(path)).unwrap();
        (meta.ino(), meta.mtime(), meta.mtime_nsec())
    }

    /// All paths in the home, folders with a slash.
    fn listing(&self) -> Vec<String> {
        let mut folders = vec![self.home.path().to_owned()];
        let mut list = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                let name = path.strip_prefix(self.home.path()).unwrap().to_str().unwrap().to_owned();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(path);
                    list.push(name + "/");
                } else {
                    list.push(name);
                }
            }
        }
        list.sort();
        list
    }
}

const ORIGIN: Origin = Origin { version: "0.0.1", inputs: &[], likely: &[], program: None };
const AB: &[(&str, &str)] = &[("a/x.json", "one"), ("b.csv", "two")];

#[test]
fn a_first_build_makes_all_and_nothing_else() {
    let world = World::new();
    let written = world.write(AB).unwrap();
    assert_eq!(written.created, ["a/x.json", "b.csv"]);
    assert_eq!(world.read("a/x.json"), "one");
    let listing =
        ["build/", "build/.fabc-cache", "build/a/", "build/a/x.json", "build/b.csv", "build/manifest.json"];
    assert_eq!(world.listing(), listing);
    assert!(world.check(AB).is_empty());
}

#[test]
fn folders_above_out_are_made_and_an_empty_out_keeps_its_rights() {
    let world = World::new();
    fs::create_dir(world.out()).unwrap();
    fs::set_permissions(world.out(), fs::Permissions::from_mode(0o750)).unwrap();
    world.write(AB).unwrap();
    assert_eq!(fs::metadata(world.out()).unwrap().mode() & 0o777, 0o750);
    world.write(&[("b.csv", "three")]).unwrap();
    assert_eq!(fs::metadata(world.out()).unwrap().mode() & 0o777, 0o750);
    write(&world.home.path().join("p/q"), &tree(AB), ORIGIN, NONE).unwrap();
    assert_eq!(fs::read(world.home.path().join("p/q/b.csv")).unwrap(), b"two");
}

#[test]
fn what_is_unchanged_is_not_touched() {
    let world = World::new();
    world.write(AB).unwrap();
    let before = (world.identity("a/x.json"), world.identity("b.csv"), world.identity("."));
    let written = world.write(AB).unwrap();
    assert_eq!(written, Written { unchanged: 2, ..Written::default() });
    assert_eq!((world.identity("a/x.json"), world.identity("b.csv"), world.identity(".")), before);

    let written = world.write(&[("a/x.json", "one"), ("b.csv", "TWO")]).unwrap();
    assert_eq!(written, Written { unchanged: 1, changed: vec!["b.csv".into()], ..Written::default() });
    assert_eq!(world.identity("a/x.json"), before.0);
    assert_eq!(fs::metadata(world.out().join("a/x.json")).unwrap().nlink(), 1);
    assert_ne!(world.identity("b.csv"), before.1);
    assert_eq!(world.read("b.csv"), "TWO");
}

#[test]
fn the_manifest_holds_hashes_only_and_follows_the_inputs() {
    let world = World::new();
    world.write(AB).unwrap();
    insta::assert_snapshot!(world.read(MANIFEST), @r#"
    {
      "schema_version": 1,
      "fabc": "0.0.1",
      "inputs": {},
      "files": {
        "a/x.json": "xxh3:0a1c6d4cf41eb499911faba7321fe1a0",
        "b.csv": "xxh3:35d5c8cc887e4da96c0560bdcb29998b"
      }
    }
    "#);
    let inputs = [("fabric.kdl".to_owned(), Hash::of(b"intent"))];
    let origin = Origin { inputs: &inputs, ..ORIGIN };
    let before = world.identity("b.csv");
    let differences = check(&world.out(), &tree(AB), origin, NONE).unwrap();
    assert_eq!(differences.changed, [MANIFEST]);
    let written = write(&world.out(), &tree(AB), origin, NONE).unwrap();
    assert_eq!(written, Written { unchanged: 2, ..Written::default() });
    assert!(world.read(MANIFEST).contains("\"fabric.kdl\": \"xxh3:"));
    assert_eq!(world.identity("b.csv"), before);
    assert!(check(&world.out(), &tree(AB), origin, NONE).unwrap().is_empty());
}

#[test]
fn stale_files_go_only_as_they_were_written() {
    let world = World::new();
    world.write(&[("a/x", "1"), ("a/y", "2"), ("z", "3")]).unwrap();
    world.put("a/y", "by hand");
    assert_eq!(world.check(&[("z", "3")]).stale, ["a/x"]);
    let written = world.write(&[("z", "3")]).unwrap();
    assert_eq!((written.removed, written.kept), (vec!["a/x".to_owned()], vec!["a/y".to_owned()]));
    assert_eq!((world.read("a/x"), world.read("a/y")), ("nothing".into(), "by hand".into()));
    // From now on it is foreign, and no longer spoken of.
    assert_eq!(world.write(&[("z", "3")]).unwrap(), Written { unchanged: 1, ..Written::default() });
    assert_eq!(world.read("a/y"), "by hand");
}

#[test]
fn a_folder_whose_last_file_goes_goes_too() {
    let world = World::new();
    world.write(&[("a/b/x", "1"), ("z", "3")]).unwrap();
    world.write(&[("z", "3")]).unwrap();
    assert!(!world.out().join("a").exists());
}

#[test]
fn what_was_changed_by_hand_is_replaced_and_told() {
    let world = World::new();
    world.write(AB).unwrap();
    world.put("b.csv", "tw0"); // the same length, a moment later
    assert_eq!(world.check(AB).changed, ["b.csv"]);
    let written = world.write(AB).unwrap();
    assert_eq!((written.changed, written.edited), (vec!["b.csv".to_owned()], vec!["b.csv".to_owned()]));
    assert_eq!(world.read("b.csv"), "two");
    fs::remove_file(world.out().join("b.csv")).unwrap();
    assert_eq!(world.check(AB).missing, ["b.csv"]);
    assert_eq!(world.write(AB).unwrap().created, ["b.csv"]);
}

#[test]
fn foreign_files_stay_as_they_are() {
    let world = World::new();
    world.write(AB).unwrap();
    world.put("notes.txt", "mine");
    world.put("a/deep/er/n", "mine too");
    fs::create_dir_all(world.out().join("empty/er")).unwrap();
    symlink("/nowhere", world.out().join("a/link")).unwrap();
    let before = (world.identity("notes.txt"), world.identity("a/link"));
    assert!(world.check(AB).is_empty());
    world.write(&[("a/x.json", "changed")]).unwrap();
    assert_eq!((world.identity("notes.txt"), world.identity("a/link")), before);
    assert_eq!((world.read("a/deep/er/n"), world.read("a/x.json")), ("mine too".into(), "changed".into()));
    assert!(world.out().join("empty/er").is_dir());
}

#[test]
fn foreign_files_in_the_way_are_replaced_only_by_force() {
    let world = World::new();
    world.put("b.csv", "mine");
    let before = world.listing();
    let error = world.write(AB).unwrap_err();
    assert!(error.to_string().contains("fabc did not write b.csv"), "{error}");
    assert_eq!((world.listing(), world.read("b.csv")), (before, "mine".into()));
    world.write_with(AB, FORCE).unwrap();
    assert_eq!(world.read("b.csv"), "two");
}

#[test]
fn a_foreign_file_that_is_just_right_is_taken_over() {
    let world = World::new();
    world.put("b.csv", "two");
    let written = world.write(AB).unwrap();
    assert_eq!((written.created, written.unchanged), (vec!["a/x.json".to_owned()], 1));
}

#[test]
fn a_manifest_that_is_not_ours_is_foreign() {
    for text in [
        "{\"name\": \"app\"}",
        "",
        "{\"schema_version\":1,\"fabc\":\"1\",\"inputs\":{},\"files\":{\"../x\":\"xxh3:00000000000000000000000000000000\"}}",
    ] {
        let world = World::new();
        world.put(MANIFEST, text);
        fs::write(world.home.path().join("x"), "").unwrap();
        assert_eq!(world.write(AB).is_err(), !text.is_empty());
        world.write_with(AB, FORCE).unwrap();
        assert!(world.home.path().join("x").exists() && world.check(AB).is_empty());
    }
}

#[test]
fn folders_in_the_way_are_never_replaced() {
    let world = World::new();
    world.put("b.csv/mine", "precious");
    let error = world.write_with(AB, FORCE).unwrap_err();
    assert!(error.to_string().contains("b.csv"), "{error}");
    let other = World::new();
    other.put("manifest.json/mine", "precious");
    assert!(other.write_with(AB, FORCE).is_err());
    assert_eq!(
        (world.read("b.csv/mine"), other.read("manifest.json/mine")),
        ("precious".into(), "precious".into())
    );
}

#[test]
fn links_lead_no_write_outside() {
    let world = World::new();
    let outside = world.home.path().join("outside");
    fs::create_dir_all(outside.join("deep")).unwrap();
    fs::write(outside.join("x.json"), "theirs").unwrap();
    fs::create_dir(world.out()).unwrap();
    symlink(&outside, world.out().join("a")).unwrap();
    symlink(outside.join("x.json"), world.out().join("b.csv")).unwrap();
    assert!(matches!(world.write(AB), Err(Error::Foreign(_))));
    world.write_with(AB, FORCE).unwrap();
    assert_eq!(fs::read_to_string(outside.join("x.json")).unwrap(), "theirs");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 2);
    assert_eq!((world.read("a/x.json"), world.read("b.csv")), ("one".into(), "two".into()));
    assert!(!world.out().join("a").is_symlink() && !world.out().join("b.csv").is_symlink());
}

#[test]
fn a_link_to_a_folder_may_be_out() {
    let world = World::new();
    fs::create_dir(world.home.path().join("real")).unwrap();
    symlink("real", world.out()).unwrap();
    write(&world.out(), &tree(AB), ORIGIN, NONE).unwrap();
    assert!(world.out().is_symlink());
    assert_eq!(fs::read(world.home.path().join("real/b.csv")).unwrap(), b"two");
}

#[test]
fn paths_that_lead_astray_are_a_fault_of_fabc() {
    let bad = ["", "/etc/x", "../x", "a/../x", "a//x", "a/", "./x", "a\\x", "a\nb", MANIFEST, CACHE];
    for path in bad {
        let world = World::new();
        assert!(matches!(world.write(&[(path, "")]), Err(Error::Internal(_))), "{path}");
        assert_eq!(world.listing(), Vec::<String>::new());
    }
    assert!(matches!(World::new().write(&[("a", ""), ("a/b", "")]), Err(Error::Internal(_))));
}

#[test]
fn out_must_be_a_folder() {
    let world = World::new();
    fs::write(world.out(), "a file").unwrap();
    let error = world.write(AB).unwrap_err().to_string();
    assert!(error.contains("build is a file"), "{error}");
    let below = write(&world.out().join("deeper"), &tree(AB), ORIGIN, NONE).unwrap_err().to_string();
    assert!(below.contains("build"), "{below}");
    assert!(write(std::path::Path::new("/"), &tree(AB), ORIGIN, NONE).is_err());
    assert!(write(std::path::Path::new("."), &tree(AB), ORIGIN, NONE).is_err());
    assert_eq!(fs::read(world.out()).unwrap(), b"a file");
}

#[test]
fn missing_rights_are_named_and_change_nothing() {
    let world = World::new();
    world.write(AB).unwrap();
    fs::set_permissions(world.home.path(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(world.home.path().join("probe"), "").is_ok() {
        return; // root may do anything
    }
    let error = world.write(&[("b.csv", "new")]).unwrap_err().to_string();
    fs::set_permissions(world.home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(error.contains(".build.fabc-staging") && error.contains("denied"), "{error}");
    assert_eq!(world.read("b.csv"), "two");
}

#[test]
fn leftovers_of_a_killed_build_are_cleared() {
    let world = World::new();
    world.write(AB).unwrap();
    for marked in [true, false] {
        fs::create_dir_all(world.staging()).unwrap();
        if marked {
            fs::write(world.staging().join("lock"), "fabc-staging\n").unwrap();
            fs::create_dir_all(world.staging().join("tree/a")).unwrap();
            fs::write(world.staging().join("tree/a/x.json"), "half").unwrap();
        }
        world.write(AB).unwrap();
        assert_eq!(world.read("a/x.json"), "one");
    }
}

#[test]
fn a_swap_that_was_cut_off_is_undone() {
    let world = World::new();
    world.write(AB).unwrap();
    world.put("notes.txt", "mine");
    let identity = world.identity("a/x.json");
    fs::create_dir(world.staging()).unwrap();
    fs::write(world.staging().join("lock"), "fabc-staging\n").unwrap();
    fs::rename(world.out(), world.staging().join("old")).unwrap();
    let written = world.write(AB).unwrap();
    assert_eq!(written.unchanged, 2);
    assert_eq!((world.identity("a/x.json"), world.read("notes.txt")), (identity, "mine".into()));
}

#[test]
fn a_staging_folder_that_is_not_ours_is_left_alone() {
    let world = World::new();
    let mine = world.staging().join("mine");
    fs::create_dir(world.staging()).unwrap();
    fs::write(&mine, "precious").unwrap();
    for also in ["lock", "tree"] {
        let error = write(&world.out(), &tree(AB), ORIGIN, NONE).unwrap_err().to_string();
        assert!(error.contains("not fabc's"), "{error}");
        fs::write(world.staging().join(also), "fabc-staging\n").unwrap();
    }
    assert_eq!(fs::read(&mine).unwrap(), b"precious");
}

#[test]
fn two_builds_do_not_mix() {
    let world = World::new();
    world.write(AB).unwrap();
    let place = Place::for_writing(&world.out()).unwrap();
    let lock = place.lock().unwrap();
    assert!(matches!(world.write(AB), Err(Error::Busy(_))));
    drop(lock);
    let staging = Staging::open(&place).unwrap();
    assert!(matches!(write(&world.out(), &tree(AB), ORIGIN, NONE), Err(Error::Busy(_))));
    drop(staging);
    world.write(AB).unwrap();
}

#[test]
fn without_exchange_two_renames_do() {
    let world = World::new();
    world.write(AB).unwrap();
    let staging = Staging::open(&Place::for_writing(&world.out()).unwrap()).unwrap();
    fs::write(staging.join("new"), "new").unwrap();
    staging.two_renames().unwrap();
    drop(staging);
    assert_eq!((world.read("new"), world.read("b.csv")), ("new".into(), "nothing".into()));
    assert_eq!(world.listing(), ["build/", "build/new"]);
}

#[test]
fn a_cache_that_is_broken_or_gone_is_no_harm() {
    let world = World::new();
    world.write(AB).unwrap();
    let whole = world.read(CACHE);
    for broken in ["", "nonsense", &whole[..whole.len() / 2], &whole.replace("b.csv", "b.cvs")] {
        world.put(CACHE, broken);
        assert!(world.check(AB).is_empty());
        assert_eq!(world.write(AB).unwrap().unchanged, 2);
        assert_eq!(world.read(CACHE), whole);
    }
    fs::remove_file(world.out().join(CACHE)).unwrap();
    assert_eq!(world.write(AB).unwrap().unchanged, 2);
    assert!(!world.read(MANIFEST).contains(CACHE));
}

#[test]
fn an_old_cached_file_is_not_read_but_its_edit_is_seen() {
    let world = World::new();
    world.write(AB).unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    let path = world.out().join("b.csv");
    fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    world.write(AB).unwrap(); // remembers the time
    let (_, seconds, nanoseconds) = world.identity("b.csv");
    // The same time, length and inode: only a reader could tell. This is what the cache trusts.
    fs::write(&path, "tw0").unwrap();
    let same = std::time::UNIX_EPOCH + std::time::Duration::new(seconds as u64, nanoseconds as u32);
    fs::File::options().write(true).open(&path).unwrap().set_modified(same).unwrap();
    assert!(world.check(AB).is_empty());
    fs::write(&path, "tw0").unwrap();
    assert_eq!(world.check(AB).changed, ["b.csv"]);
}

#[test]
fn what_the_same_program_makes_of_the_same_input_is_not_made_again() {
    let world = World::new();
    let build = |program, files: &Memory| {
        write(&world.out(), files, Origin { program: Some(Hash(program)), ..ORIGIN }, NONE).unwrap()
    };
    let mut files = tree(AB);
    build(1, &files);
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    fs::File::options().write(true).open(world.out().join("b.csv")).unwrap().set_modified(old).unwrap();
    build(1, &files); // remembers the time
    // No program makes other bytes of the same input, but so one sees whether they were made.
    files.insert("b.csv".to_owned(), b"other".to_vec());
    assert_eq!(build(1, &files).changed, [""; 0]);
    assert_eq!(build(2, &files).changed, ["b.csv"]);
}

/// A tree whose only file comes in three parts.
struct Parts;

impl Tree for Parts {
    fn len(&self) -> usize {
        1
    }

    fn path(&self, _: usize) -> Cow<'_, str> {
        "big".into()
    }

    fn render(&self, _: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&[b"x".repeat(100_000), b"y".repeat(100_000), b"z".to_vec()].concat());
    }

    fn part(&self, _: usize, part: usize, out: &mut Vec<u8>) -> bool {
        match part {
            0 => out.extend(b"x".repeat(100_000)),
            1 => out.extend(b"y".repeat(100_000)),
            _ => out.push(b'z'),
        }
        part < 2
    }
}

#[test]
fn a_file_in_parts_is_the_same_file() {
    let world = World::new();
    write(&world.out(), &Parts, ORIGIN, NONE).unwrap();
    let mut whole = Vec::new();
    Parts.render(0, &mut whole);
    assert_eq!(fs::read(world.out().join("big")).unwrap(), whole);
    let same: Memory = [("big".to_owned(), whole)].into();
    assert!(check(&world.out(), &same, ORIGIN, NONE).unwrap().is_empty());
    assert!(check(&world.out(), &Parts, ORIGIN, NONE).unwrap().is_empty());
    world.put("big", &"x".repeat(100_001));
    assert_eq!(check(&world.out(), &Parts, ORIGIN, NONE).unwrap().changed, ["big"]);
}

#[test]
fn a_failure_in_the_middle_leaves_the_old_tree() {
    let world = World::new();
    world.write(AB).unwrap();
    let before = (world.listing(), world.identity("a/x.json"));
    // A name that no file system takes: found only when it is written.
    let long = format!("{}/x", ["n"; 30].map(|n| n.repeat(200)).join("/"));
    let error = world.write(&[("a/x.json", "new"), (&long, "")]).unwrap_err().to_string();
    assert!(error.contains("nnn"), "{error}");
    assert_eq!((world.listing(), world.identity("a/x.json")), before);
    assert_eq!(world.read("a/x.json"), "one");
}

#[test]
fn progress_reaches_the_number_of_files() {
    let world = World::new();
    let most = std::sync::atomic::AtomicUsize::new(0);
    let progress = |done: usize, of: usize| {
        assert_eq!(of, 2);
        most.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
    };
    world.write_with(AB, Options { force: false, progress: Some(&progress) }).unwrap();
    assert_eq!(most.into_inner(), 2);
}
