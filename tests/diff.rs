//! `fabc diff` against what a build wrote, what was edited there, a Git revision, real FRR, and the schema that it promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use fabc::deployed::state::{Neighbour, SCHEMA_VERSION, State};
use serde_json::{Value, json};

const FABRIC: &str = r#"
fabric "f" { nos "sonic" release="202505"; mtu 9100; }
hosts "gpu" count=12 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
tier "spine" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; media "DAC"; }
link "leaf" "spine" speed="800G" per-pair=2 { length "30m"; }
class "rdma" dscp=26 priority=3 lossless=#true { schedule weight=70; ecn min="1MiB" max="4MiB" probability=10; }
class "bulk" default=#true priority=0 { schedule weight=30; }
watchdog detect="200ms" restore="400ms"
routing { asn leaf=4210000000 spine=4200000000; loopbacks "10.255.0.0/18"; host-subnets "10.64.0.0/10"; }
"#;

fn write(folder: &Path, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("fabric.kdl"), text).unwrap();
}

/// Exit code, and what is printed. Its cache is the folder's own.
fn fabc(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabc"));
    let command = command.current_dir(folder).args(args).env("NO_COLOR", "1");
    let output = command.env("XDG_CACHE_HOME", folder.join("cache")).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn diff(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    fabc(folder, &[&["diff", "fabric.kdl", "--deployed", "build", "--no-cache"], args].concat())
}

/// A folder with a build of [`FABRIC`], and another fabric.
fn built(edit: (&str, &str)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), FABRIC);
    let (code, told) = fabc(folder.path(), &["build", "--quiet"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(FABRIC.contains(edit.0), "{}", edit.0);
    write(folder.path(), &FABRIC.replace(edit.0, edit.1));
    folder
}

fn config_db(folder: &Path, switch: &str) -> (PathBuf, Value) {
    let path = folder.join("build/switches").join(switch).join("config_db.json");
    let db = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    (path, db)
}

#[test]
fn what_examples_build_is_as_it_should_be() {
    let home = tempfile::tempdir().unwrap();
    for example in common::entries(&common::project().join("examples")) {
        let (path, out) = (example.to_string_lossy(), home.path().join(common::name(&example)));
        let out = out.to_string_lossy();
        fabc(home.path(), &["build", "--quiet", &path, "--out", &out]);
        let (code, page) = fabc(home.path(), &["diff", &path, "--deployed", &out, "--no-cache"]);
        assert_eq!(code, Some(0), "{path}: {page}");
        assert!(page.contains("as they should be") && page.lines().count() == 1, "{page}");
    }
}

#[test]
fn a_longer_frame_is_one_line() {
    let folder = built(("mtu 9100", "mtu 9214"));
    let (code, page) = diff(folder.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(page.contains("  PORT mtu 9100 → 9214: "), "{page}");
    assert!(
        page.contains(" ports on each of leaf-01, leaf-02; ") && page.contains(" on each of spine-01"),
        "{page}"
    );
    assert!(page.contains("      fabric.kdl:2:48: fabric \"f\""), "{page}");
}

#[test]
fn the_document_is_as_promised() {
    let edits = [
        ("count=12", "count=12"),
        ("mtu 9100", "mtu 9214"),
        ("min=\"1MiB\"", "min=\"2MiB\""),
        ("class \"bulk\"", "class \"more\" dscp=10 priority=1 { schedule weight=1; }\nclass \"bulk\""),
        ("speed=\"400G\"", "speed=\"200G\""),
        ("\"spine\" count=2", "\"spine\" count=1"),
        ("leaf=4210000000", "leaf=4220000000"),
    ];
    for edit in edits {
        let folder = built(edit);
        let (code, text) = diff(folder.path(), &["--format", "json"]);
        let page: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert_eq!(common::schema::wrong(&page, "diff"), Vec::<String>::new(), "{edit:?}");
        assert_eq!(page["differs"], edit.0 != edit.1);
        assert_eq!(code, Some(i32::from(edit.0 != edit.1)));
        let (_, comment) = diff(folder.path(), &["--format", "markdown"]);
        assert!(comment.starts_with("<!-- fabc diff -->\n"), "{comment}");
        assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
        patched(folder.path());
    }
}

/// Applies the patches, after which nothing of config_db.json differs any more.
fn patched(folder: &Path) {
    let (_, text) = diff(folder, &["--format", "patch"]);
    let patches: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    for (switch, operations) in patches.as_object().unwrap() {
        let (path, mut db) = config_db(folder, switch);
        operations.as_array().unwrap().iter().for_each(|operation| apply(&mut db, operation));
        std::fs::write(path, db.to_string()).unwrap();
    }
    let (_, text) = diff(folder, &["--format", "patch"]);
    assert_eq!(text, "{}\n");
}

fn apply(db: &mut Value, operation: &Value) {
    let path = operation["path"].as_str().unwrap();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = db.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match operation["op"].as_str().unwrap() {
        "remove" => assert!(parent.remove(&name).is_some(), "{path}"),
        "replace" => assert!(parent.insert(name, operation["value"].clone()).is_some(), "{path}"),
        _ => assert!(parent.insert(name, operation["value"].clone()).is_none(), "{path}"),
    }
}

#[test]
fn what_others_put_there_is_told_from_what_is_fabcs() {
    let folder = built(("count=12", "count=12"));
    let (path, mut db) = config_db(folder.path(), "leaf-01");
    db["VLAN"] = json!({ "Vlan7": { "vlanid": "7" } });
    db["DEVICE_METADATA"]["localhost"]["mac"] = json!("02:00:00:00:00:01");
    db["BUFFER_PROFILE"]["pg_lossless_400000_5m_profile"] = json!({ "size": "1" });
    db["BUFFER_PG"]["Ethernet0|6"] = json!({ "profile": "ingress_lossy_profile" });
    std::fs::write(&path, db.to_string()).unwrap();
    let (code, page) = diff(folder.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(page.contains("1 of 4 switches differs"), "{page}");
    let foreign = "BUFFER_PG|Ethernet0|6 removed (foreign: fabc's table, not its row)";
    assert!(page.contains(foreign) && !page.contains("VLAN") && !page.contains("_5m_profile"), "{page}");
    let (_, page) = diff(folder.path(), &["--all"]);
    for kept in
        ["VLAN|Vlan7", "DEVICE_METADATA|localhost mac", "BUFFER_PROFILE|pg_lossless_400000_5m_profile"]
    {
        assert!(page.contains(kept), "{kept}: {page}");
    }
}

#[test]
fn a_file_that_was_dumped_by_hand_will_do() {
    let folder = built(("count=12", "count=12"));
    let (_, db) = config_db(folder.path(), "leaf-01");
    let text = db.to_string().replace("\"9100\"", "\"1500\"");
    std::fs::create_dir(folder.path().join("dump")).unwrap();
    std::fs::write(folder.path().join("dump/leaf-01.json"), text).unwrap();
    let args = ["diff", "fabric.kdl", "--deployed", "dump", "--no-cache", "leaf-01"];
    let (code, page) = fabc(folder.path(), &args);
    assert_eq!(code, Some(1));
    assert!(page.contains("PORT mtu 1500 → 9100") && !page.contains("frr.conf"), "{page}");
}

#[test]
fn a_cable_in_the_wrong_port_is_seen() {
    let folder = built(("count=12", "count=12"));
    let cables: Vec<Value> = {
        let model = std::fs::read(folder.path().join("build/fabric.json")).unwrap();
        let model: Value = serde_json::from_slice(&model).unwrap();
        model["links"].as_array().unwrap().iter().filter(|l| l["a"] == "leaf-01").cloned().collect()
    };
    let [one, two, ..] = cables.as_slice() else { panic!("{cables:?}") };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let seen = |port: &Value, far: &Value| Neighbour {
        port: text(&port["a_if"]),
        neighbour: text(&far["b"]),
        neighbour_port: text(&far["b_if"]),
        neighbour_description: None,
    };
    let lldp = vec![seen(one, two), seen(two, one)];
    let state = State { schema_version: SCHEMA_VERSION, lldp, ..State::default() };
    std::fs::write(folder.path().join("build/switches/leaf-01/state.json"), state.to_bytes()).unwrap();
    let (code, page) = diff(folder.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(page.contains("LLDP sees") && page.matches("swapped with leaf-01").count() == 2, "{page}");
    let (_, text) = diff(folder.path(), &["--format", "json"]);
    assert_eq!(common::schema::wrong(&serde_json::from_str(&text).unwrap(), "diff"), Vec::<String>::new());
}

#[test]
fn a_revision_is_compared_with_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, FABRIC);
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").arg("-C").arg(folder).args(who).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "fabric.kdl"]);
    git(&["commit", "--quiet", "--message", "one"]);
    let (code, page) = fabc(folder, &["diff", "--against", "HEAD"]);
    assert_eq!((code, page.as_str()), (Some(0), "HEAD to fabric.kdl: 4 switches as they should be\n"));
    write(folder, &FABRIC.replace("watchdog", "// watchdog"));
    let (code, page) = fabc(folder, &["diff", "--against", "HEAD"]);
    assert_eq!(code, Some(1));
    assert!(page.contains("PFC_WD") && page.contains("removed") && !page.contains("foreign"), "{page}");
    let (code, page) = fabc(folder, &["diff", "--against", "v9"]);
    assert!(code == Some(2) && page.contains("`v9`"), "{page}");
}

#[test]
fn a_file_that_changes_is_seen_through_the_cache() {
    let folder = built(("count=12", "count=12"));
    let folder = folder.path();
    let run = || fabc(folder, &["diff", "fabric.kdl", "--deployed", "build"]);
    // Files that have just been written may change again and look the same.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(run().0, Some(0));
    let kept = || std::fs::read_dir(folder.join("cache/fabc/diff")).unwrap().count();
    assert_eq!(kept(), 1);
    assert_eq!(run().0, Some(0));
    let (path, _) = config_db(folder, "spine-02");
    let text = std::fs::read_to_string(&path).unwrap();
    let then = std::fs::metadata(&path).unwrap().modified().unwrap();
    std::fs::write(&path, text.replacen("\"9100\"", "\"9000\"", 1)).unwrap();
    // Of the same length, and as old as it was.
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
    let (code, page) = run();
    assert!(code == Some(1) && page.contains("mtu 9000 → 9100"), "{page}");
    std::fs::remove_dir_all(folder.join("cache")).unwrap();
    assert_eq!(run().1, page);
}

/// Tells that something can't be proven here.
fn skip(why: &str) {
    assert!(std::env::var_os("FABC_CI").is_none(), "skipped where nothing may be: {why}");
    eprintln!("skipped: {why}");
}

/// Loads a frr.conf into FRR in namespaces of its own, and prints the running configuration.
const LOAD: &str = r#"
mount -t proc proc "$ROOT/proc" && run=""
[ -z "$ROOT" ] || run="chroot $ROOT"
for d in run:run/frr tmp:var/tmp/frr etc:etc/frr log:var/log/frr; do
    mkdir -p "$ROOT/${d#*:}" && mount --bind "$1/${d%%:*}" "$ROOT/${d#*:}" || exit 90
done
hostname "$2"
for d in mgmtd zebra staticd bgpd bfdd; do
    [ -x "$ROOT/usr/lib/frr/$d" ] || continue
    more=""
    if [ "$d" = zebra ]; then more="-M dplane_fpm_nl"; fi
    $run /usr/lib/frr/$d -d -P 0 -A 127.0.0.1 $more >>"$1/said" 2>&1 || exit 91
done
# mgmtd of FRR 10 may still hold its datastore for a daemon that has just come up.
for try in 1 2 3 4; do
    $run vtysh -b >"$1/said" 2>&1
    grep -q "datastore locked" "$1/said" || break
    sleep 1
done
$run vtysh -c "show running-config"
"#;

fn running(root: &str, conf: &str, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for part in ["run", "tmp", "etc", "log"] {
        std::fs::create_dir(path.join(part)).unwrap();
    }
    std::fs::write(path.join("etc/frr.conf"), conf).unwrap();
    std::fs::write(path.join("etc/vtysh.conf"), "service integrated-vtysh-config\n").unwrap();
    let users = std::fs::read_to_string(format!("{root}/etc/passwd")).unwrap();
    let user =
        users.lines().find_map(|line| line.strip_prefix("frr:")?.split(':').nth(1)).unwrap().to_owned();
    let path = path.to_string_lossy();
    assert!(Command::new("chown").args(["-R", &user, &path]).status().unwrap().success());
    let spaces = ["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--propagation", "private"];
    let mut command = Command::new("unshare");
    command.args(spaces).args(["sh", "-c", LOAD, "load", &path, name]).env("ROOT", root);
    let ran = command.output().unwrap();
    let said = std::fs::read_to_string(folder.path().join("said")).unwrap_or_default();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// What FRR makes of frr.conf is no difference: every kind of switch of every example.
#[test]
fn frr_says_the_same_otherwise() {
    if !Path::new("/usr/lib/frr/bgpd").is_file() {
        return skip("FRR is not installed (Debian: frr)");
    }
    if Command::new("id").arg("-u").output().unwrap().stdout != b"0\n" {
        return skip("network namespaces need root");
    }
    let newer = std::env::var("FABC_FRR_ROOT").ok();
    let roots: Vec<String> = std::iter::once(String::new()).chain(newer).collect();
    let home = tempfile::tempdir().unwrap();
    let mut count = 0;
    for example in common::entries(&common::project().join("examples")) {
        let (path, out) = (example.to_string_lossy(), home.path().join(common::name(&example)));
        fabc(home.path(), &["build", "--quiet", &path, "--out", &out.to_string_lossy()]);
        let model: Value = serde_json::from_slice(&std::fs::read(out.join("fabric.json")).unwrap()).unwrap();
        let mut seen = BTreeSet::new();
        for switch in model["switches"].as_array().unwrap() {
            let kind = (switch["tier"].as_str(), switch["maintenance"].as_bool(), switch["plane"].as_str());
            if switch["absent"] == true || !seen.insert(kind) {
                continue;
            }
            let name = switch["name"].as_str().unwrap();
            let conf = out.join("switches").join(name).join("frr.conf");
            // Debian's build of FRR ends at 256 paths, SONiC's at 514: each leaves out its own.
            let text = std::fs::read_to_string(&conf).unwrap();
            for root in &roots {
                let its = running(root, &text.replace("maximum-paths 514", "maximum-paths 256"), name);
                assert!(its.contains("frr version") && its.contains("router bgp"), "{its}");
                std::fs::write(&conf, its).unwrap();
                let args =
                    ["diff", &path, "--deployed", &out.to_string_lossy(), "--no-cache", "--text", name];
                let (code, page) = fabc(home.path(), &args);
                let head = page.lines().next().unwrap_or_default();
                assert!(
                    code == Some(0) && head.ends_with("1 switch as it should be"),
                    "{path} {name}: {page}"
                );
                count += 1;
            }
        }
    }
    println!("{count} running configurations of {} FRR", roots.len());
    assert!(count > 20, "{count}");
}
