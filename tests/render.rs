//! Files with secrets: where they may go, what stands in them, and that nothing else ever holds a secret.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, and says what it skipped"
)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const FABRIC: &str = r#"
fabric "f" { nos "sonic" release="202505"; }
hosts "gpu" count=4 { nic count=2 speed="400G"; }
tier "leaf" count=2 switch="dell-z9864f"
link "gpu" "leaf" by="rail" { length "3m"; }
class "bulk" default=#true priority=0
routing { asn leaf=4210000000; loopbacks "10.255.0.0/24"; host-subnets "10.64.0.0/16"; }
management {
    subnet "10.11.0.0/24" gateway="10.11.0.1"
    snmp { community secret-env="FABC_TEST_COMMUNITY"; }
    tacacs "10.11.0.6" secret-env="FABC_TEST_KEY"
    tacacs "10.11.0.7" secret-env="FABC_TEST_KEY_2"
}
findings { allow "topology/parts-apart"; }
"#;

/// What must be nowhere but in the folder.
const SECRETS: [(&str, &str); 3] =
    [("FABC_TEST_COMMUNITY", "hush-hush"), ("FABC_TEST_KEY", "open=sesame"), ("FABC_TEST_KEY_2", "x%y\"z")];

struct Site(tempfile::TempDir);

impl Site {
    fn new() -> Self {
        let site = Site(tempfile::tempdir().unwrap());
        std::fs::write(site.path("fabric.kdl"), FABRIC).unwrap();
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str], secrets: &[(&str, &str)]) -> Output {
        let mut fabc = Command::new(env!("CARGO_BIN_EXE_fabc"));
        fabc.current_dir(self.0.path()).args(args);
        SECRETS.iter().for_each(|(name, _)| _ = fabc.env_remove(name));
        fabc.envs(secrets.iter().copied()).output().unwrap()
    }

    /// Renders into `s`, and gives the exit code and all that was said.
    fn render(&self, more: &[&str], secrets: &[(&str, &str)]) -> (Option<i32>, String) {
        let args = [&["render", "--secrets-from-env", "--format", "short"], more].concat();
        let output = self.run(&args, secrets);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        for (_, secret) in SECRETS.iter().chain(secrets) {
            assert!(!said.contains(secret), "a secret is printed: {said}");
        }
        (output.status.code(), said)
    }
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn files_are_those_of_the_build_and_the_secrets() {
    let site = Site::new();
    let (code, said) = site.render(&["--out", "s"], &SECRETS);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("s: 4 files with 3 secrets") && !said.contains("login-stays-local"), "{said}");
    let built = site.run(&["build"], &SECRETS);
    assert!(built.status.success() && String::from_utf8_lossy(&built.stderr).contains("login-stays-local"));
    let file = |root: &str, name: &str| site.path(root).join("switches/leaf-01").join(name);
    assert_eq!(
        std::fs::read(file("s", "frr.conf")).unwrap(),
        std::fs::read(file("build", "frr.conf")).unwrap()
    );
    let (mut with, without) = (json(&file("s", "config_db.json")), json(&file("build", "config_db.json")));
    let said = serde_json::to_string(&without).unwrap();
    assert!(SECRETS.iter().all(|(_, secret)| !said.contains(secret)));
    assert_eq!(with["AAA"], serde_json::json!({ "authentication": { "login": "tacacs+,local" } }));
    assert_eq!(with["SNMP_COMMUNITY"], serde_json::json!({ "hush-hush": { "TYPE": "RO" } }));
    assert_eq!(with["TACPLUS"]["global"]["passkey"], "open=sesame");
    assert_eq!(with["TACPLUS_SERVER"]["10.11.0.7"]["passkey"], "x%y\"z");
    let tables = with.as_object_mut().unwrap();
    for table in ["AAA", "SNMP_COMMUNITY"] {
        tables.remove(table);
    }
    for (table, row) in
        [("TACPLUS", "global"), ("TACPLUS_SERVER", "10.11.0.6"), ("TACPLUS_SERVER", "10.11.0.7")]
    {
        with[table][row].as_object_mut().unwrap().remove("passkey");
    }
    assert_eq!(with, without);
    for folder in ["s", "s/switches", "s/switches/leaf-01"] {
        assert_eq!(site.path(folder).metadata().unwrap().mode() & 0o777, 0o700);
    }
    assert_eq!(file("s", "config_db.json").metadata().unwrap().mode() & 0o777, 0o600);
}

#[test]
fn only_the_switches_that_are_named() {
    let site = Site::new();
    let (code, said) = site.render(&["fabric.kdl", "leaf-02", "--out", "s"], &SECRETS);
    assert!(
        code == Some(0) && said.contains("2 files") && !site.path("s/switches/leaf-01").exists(),
        "{said}"
    );
    // With what ZTP asks for, the script is there for each of them.
    let ztp = ["fabric.kdl", "leaf-02", "--out", "z", "--ztp", "https://10.11.0.2/day0"];
    let (code, said) = site.render(&ztp, &SECRETS);
    assert!(code == Some(0) && said.contains("5 files"), "{said}");
    assert!(site.path("z/ztp/place-frr.sh").exists() && !site.path("z/switches/leaf-01").exists());
    let json = std::fs::read_to_string(site.path("z/switches/leaf-02/ztp.json")).unwrap();
    assert!(json.contains("\"https://10.11.0.2/day0/switches/leaf-02/config_db.json\""), "{json}");
    let (code, said) = site.render(&["fabric.kdl", "leaf-2", "--out", "s"], &SECRETS);
    assert!(code == Some(2) && said.contains("did you mean `leaf-02`?"), "{said}");
}

#[test]
fn a_variable_that_is_missing_or_unfit_is_named_with_its_line() {
    let site = Site::new();
    let (code, said) = site.render(&["--out", "s"], &SECRETS[..1]);
    assert_eq!(code, Some(1));
    for line in [
        "fabric.kdl:11:35: error[render/secret-not-set]: `FABC_TEST_KEY`",
        "fabric.kdl:12:35: error[render/secret-not-set]",
    ] {
        assert!(said.contains(line), "{said}");
    }
    let unfit = [SECRETS[0], ("FABC_TEST_KEY", "with blanks"), ("FABC_TEST_KEY_2", "with#mark")];
    let (code, said) = site.render(&["--out", "s"], &unfit);
    assert!(code == Some(1) && said.matches("error[render/secret-refused]").count() == 2, "{said}");
    assert!(!site.path("s").exists());
}

#[test]
fn secrets_stay_out_of_builds_and_work_trees() {
    let site = Site::new();
    assert!(site.run(&["build"], &[]).status.success());
    for inside in ["build", "build/secret"] {
        let (code, said) = site.render(&["--out", inside], &SECRETS);
        assert!(code == Some(2) && said.contains("is in the build"), "{said}");
    }
    let git = Command::new("git").arg("init").arg("-q").arg(site.0.path()).status();
    assert!(git.unwrap().success());
    let (code, said) = site.render(&["--out", "s"], &SECRETS);
    assert!(code == Some(2) && said.contains("does not ignore it"), "{said}");
    std::fs::write(site.path(".gitignore"), "/s/\n").unwrap();
    assert_eq!(site.render(&["--out", "s"], &SECRETS).0, Some(0));
    assert_eq!(site.render(&["--out", "t", "--force"], &SECRETS).0, Some(0));
}

#[test]
fn a_folder_that_others_can_read_is_refused() {
    let site = Site::new();
    std::fs::create_dir(site.path("s")).unwrap();
    std::fs::set_permissions(site.path("s"), PermissionsExt::from_mode(0o755)).unwrap();
    let (code, said) = site.render(&["--out", "s"], &SECRETS);
    assert!(code == Some(2) && said.contains("chmod 700"), "{said}");
    assert_eq!(std::fs::read_dir(site.path("s")).unwrap().count(), 0);
}
