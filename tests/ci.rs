//! What is there for Git and CI: hooks for pre-commit, an action for GitHub, jobs for GitLab, and the exit codes that
//! `compiler/docs/ci.md` promises.
//!
//! Under `FABC_CI=1` shellcheck must be there, and `FABC_PRE_COMMIT` must name pre-commit; then the hooks are built from the
//! repository too, which takes minutes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skipped"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_yaml::Value;

const ACTION: &str = ".github/actions/fabc/action.yml";
const JOBS: &str = ".gitlab/fabc.gitlab-ci.yml";
const HOOKS: &str = ".pre-commit-hooks.yaml";
const DOCS: &str = "compiler/docs/ci.md";

fn read(path: &str) -> String {
    std::fs::read_to_string(common::project().join(path)).unwrap()
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}"))
}

/// Entries of a mapping, in order.
fn entries(value: &Value) -> Vec<(&str, &Value)> {
    value.as_mapping().unwrap().iter().map(|(key, value)| (text(key), value)).collect()
}

/// Every piece of shell, with where it stands.
fn shell() -> Vec<(String, String)> {
    let (action, jobs) = (yaml(ACTION), yaml(JOBS));
    let steps = action["runs"]["steps"].as_sequence().unwrap().iter();
    let mut all: Vec<(String, String)> = steps
        .map(|step| (format!("{ACTION}: {}", text(&step["name"])), text(&step["run"]).to_owned()))
        .collect();
    for (name, job) in entries(&jobs) {
        for part in ["before_script", "script"] {
            let lines = job.get(part).and_then(Value::as_sequence).into_iter().flatten();
            all.extend(lines.map(|lines| (format!("{JOBS}: {name}"), text(lines).to_owned())));
        }
    }
    assert!(all.len() >= 9, "{all:?}");
    all
}

/// Arguments of every fabc that a piece of shell runs; what is only known then is a word.
fn commands(shell: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for line in shell.lines().map(str::trim) {
        let Some(rest) = line.strip_prefix("fabc ").or_else(|| line.strip_prefix("fabc-hook ")) else {
            continue;
        };
        let words =
            rest.split_whitespace().take_while(|word| !matches!(*word, "||" | "&&" | "|" | ";" | ">"));
        let words = words.filter(|word| !word.starts_with('>') && !word.contains("[@]"));
        let word = |word: &str| {
            if word.contains('$') { "word".to_owned() } else { word.trim_matches('"').to_owned() }
        };
        all.push(words.map(word).collect());
    }
    all
}

/// Why fabc doesn't take a command line; nothing where it does.
fn refused(args: &[String]) -> Option<String> {
    let line = std::iter::once("fabc").chain(args.iter().map(String::as_str));
    fabc::cli::command().try_get_matches_from(line).err().map(|error| error.to_string())
}

fn is_command(name: &str) -> bool {
    fabc::cli::command().find_subcommand(name).is_some()
}

#[test]
fn every_line_that_runs_fabc_is_one_that_it_takes() {
    let hooks = yaml(HOOKS);
    let entries =
        hooks.as_sequence().unwrap().iter().map(|hook| (HOOKS.to_owned(), text(&hook["entry"]).to_owned()));
    let documented =
        read(DOCS).lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect::<Vec<_>>();
    let documented = documented.into_iter().map(|line| (DOCS.to_owned(), line));
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (place, shell) in shell().into_iter().chain(entries).chain(documented) {
        for args in commands(&shell) {
            seen += 1;
            if args[0] == "diff" && !is_command("diff") {
                println!("{place}: fabc has no `diff` yet: skipped");
                continue;
            }
            wrong.extend(refused(&args).map(|why| format!("{place}: {args:?}: {why}")));
        }
    }
    assert!(seen >= 14, "only {seen} lines");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let slip: Vec<String> = ["check", "--formt", "sarif"].map(str::to_owned).into();
    assert!(refused(&slip).is_some());
}

/// A program, or a failure in CI and a word elsewhere.
fn program(name: &str) -> bool {
    let is_there = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = is_there.is_ok_and(|status| status.success());
    if !is_there {
        assert!(std::env::var_os("FABC_CI").is_none(), "{name} is missing");
        println!("{name} is missing: skipped");
    }
    is_there
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if !program("shellcheck") {
        return;
    }
    let check = |shell: &str| {
        let mut command = Command::new("shellcheck");
        command.args(["--shell=bash", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(format!("set -eo pipefail\n{shell}").as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let scripts =
        [".ci/run", ".ci/beside", ".ci/judges", ".ci/frr-next"].map(|path| (path.to_owned(), read(path)));
    for (place, shell) in shell().into_iter().chain(scripts) {
        let (good, said) = check(&shell);
        assert!(good, "{place}\n{said}");
    }
    assert!(!check("echo $missing_quotes").0);
}

#[test]
fn inputs_of_the_action_are_used_and_documented() {
    let (action, source, docs) = (yaml(ACTION), read(ACTION), read(DOCS));
    assert_eq!(text(&action["runs"]["using"]), "composite");
    let inputs = entries(&action["inputs"]);
    assert!(inputs.len() >= 7);
    for (name, input) in &inputs {
        assert!(!text(&input["description"]).is_empty() && input.get("default").is_some(), "{name}");
        assert!(source.contains(&format!("inputs.{name}")), "{name} is not used");
        assert!(docs.contains(&format!("| `{name}` |")), "{name} is not documented");
    }
    let known: BTreeSet<&str> = inputs.iter().map(|(name, _)| *name).collect();
    let named = source.split("inputs.").skip(1);
    let named = named.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap());
    assert_eq!(named.collect::<BTreeSet<_>>(), known);
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        assert_eq!(text(&step["shell"]), "bash");
        // What a fabric or a branch is called must not become shell.
        assert!(!text(&step["run"]).contains("${{"), "{step:?}");
    }
    for (name, _) in entries(&yaml(JOBS)["variables"]) {
        assert!(docs.lines().any(|l| l.starts_with("| `") && l.contains(&format!("`{name}`"))), "{name}");
    }
    for hook in yaml(HOOKS).as_sequence().unwrap() {
        assert!(docs.contains(&format!("`{}`", text(&hook["id"]))), "{hook:?}");
    }
}

/// A folder for programs that stand in for others.
fn stand_in(folder: &Path, name: &str, shell: &str) {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/usr/bin/env bash\n{shell}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// `PATH` with a folder before all others, and fabc's own.
fn path(first: &Path) -> String {
    let own = Path::new(env!("CARGO_BIN_EXE_fabc")).parent().unwrap();
    format!("{}:{}:{}", first.display(), own.display(), std::env::var("PATH").unwrap())
}

/// A work tree with the fabric of an example, and one step of the action that runs in it.
struct Runner {
    home: tempfile::TempDir,
}

impl Runner {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["bin", "temp", "tree/.git"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let fabric = common::project().join("examples/rail-512/fabric.kdl");
        std::fs::copy(fabric, home.path().join("tree/fabric.kdl")).unwrap();
        Runner { home }
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path().join(name)).unwrap_or_default()
    }

    fn step(&self, name: &str, env: &[(&str, &str)]) -> Output {
        let (home, action) = (self.home.path(), yaml(ACTION));
        let steps = action["runs"]["steps"].as_sequence().unwrap();
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        let declared: BTreeSet<&str> =
            step.get("env").map(entries).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        assert_eq!(declared, env.iter().map(|(name, _)| *name).collect(), "{name}");
        std::fs::write(home.join("output"), "").unwrap();
        std::fs::write(home.join("step"), text(&step["run"])).unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(home.join("step"));
        command.current_dir(home.join("tree")).envs(env.iter().copied()).env("PATH", path(&home.join("bin")));
        command.env("GITHUB_OUTPUT", home.join("output")).env("GITHUB_STEP_SUMMARY", home.join("summary"));
        command.env("RUNNER_TEMP", home.join("temp")).output().unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[test]
fn the_action_checks_and_leaves_a_log() {
    let runner = Runner::new();
    let check = |fabric: &str, args: &str| {
        runner.step("Check", &[("FABRIC", fabric), ("CHECK_ARGS", args), ("SARIF", "fabc.sarif")])
    };
    let output = check("fabric.kdl", "");
    assert!(
        output.status.success() && said(&output).contains("::warning file=fabric.kdl,"),
        "{}",
        said(&output)
    );
    assert_eq!(runner.file("output"), "code=0\n");
    assert!(runner.file("tree/fabc.sarif").contains("topology/parallel-links"));
    let output = check("fabric.kdl", "--deny topology/parallel-links --quiet");
    assert!(
        output.status.success() && said(&output).contains("::error file=fabric.kdl,"),
        "{}",
        said(&output)
    );
    assert_eq!(runner.file("output"), "code=1\n");
    assert_eq!(check("none.kdl", "").status.code(), Some(2));
    assert_eq!(runner.file("output"), "");
    let build =
        || runner.step("Compare the committed build", &[("FABRIC", "fabric.kdl"), ("BUILD", "build")]);
    assert!(build().status.success());
    assert_eq!(runner.file("output"), "code=1\n");
    common::fabc(&runner.home.path().join("tree"), &["build"]);
    assert!(build().status.success());
    assert_eq!(runner.file("output"), "code=0\n");
    for (codes, exit) in [(["0", ""], 0), (["0", "0"], 0), (["1", ""], 1), (["0", "1"], 1)] {
        let output = runner.step("Result", &[("CHECK", codes[0]), ("BUILD", codes[1])]);
        assert_eq!(output.status.code(), Some(exit), "{codes:?}");
    }
}

#[test]
fn the_action_compares_and_keeps_one_comment() {
    let runner = Runner::new();
    let bin = runner.home.path().join("bin");
    stand_in(&bin, "git", "echo \"$@\" >>../git");
    stand_in(&bin, "fabc", "echo \"$@\" >>../fabc; echo '# What changes'; exit \"$(cat ../exit)\"");
    let diff = |deployed: &str, against: &str, exit: &str| {
        std::fs::write(runner.home.path().join("exit"), exit).unwrap();
        let env = [("FABRIC", "fabric.kdl"), ("DEPLOYED", deployed), ("AGAINST", against), ("BASE", "main")];
        runner.step("Compare with what there was", &env).status.code().unwrap()
    };
    assert_eq!(diff("", "", "1"), 0);
    assert_eq!(runner.file("output"), "changed=true\n");
    assert_eq!(runner.file("git"), "fetch --no-tags --depth=1 origin main\n");
    assert_eq!(diff("", "v1", "0"), 0);
    assert_eq!(runner.file("output"), "changed=false\n");
    assert_eq!(diff("pulled", "", "2"), 2);
    let lines = runner.file("fabc");
    let lines: Vec<&str> = lines.lines().map(|line| line.strip_prefix("diff fabric.kdl ").unwrap()).collect();
    assert_eq!(
        lines,
        [
            "--against FETCH_HEAD --format markdown",
            "--against v1 --format markdown",
            "--deployed pulled --format markdown"
        ]
    );

    // The second line of a list of comments is not looked at.
    stand_in(
        &bin,
        "gh",
        "echo \"$@\" >>../gh; case \"$*\" in *--jq*) cat ../known;; *PATCH*) exit \"$(cat ../exit)\";; esac",
    );
    let comment = |known: &str, changed: &str| {
        std::fs::write(runner.home.path().join("known"), known).unwrap();
        std::fs::write(runner.home.path().join("gh"), "").unwrap();
        let env = [
            ("GH_TOKEN", "t"),
            ("FABRIC", "net/fabric.kdl"),
            ("CHANGED", changed),
            ("REPOSITORY", "a/b"),
            ("NUMBER", "7"),
        ];
        let output = runner.step("Comment on the pull request", &env);
        assert!(output.status.success(), "{}", said(&output));
        (runner.file("gh").lines().nth(1).unwrap_or_default().to_owned(), said(&output))
    };
    std::fs::write(runner.home.path().join("exit"), "0").unwrap();
    assert!(comment("", "true").0.contains("--method POST repos/a/b/issues/7/comments"));
    assert!(comment("12\n34\n", "true").0.contains("--method PATCH repos/a/b/issues/comments/12 "));
    assert!(
        comment("12\n", "false").0.contains("PATCH"),
        "what no longer differs is said where it was said that it does"
    );
    assert_eq!(comment("", "false").0, "");
    assert_eq!(runner.file("temp/fabc-comment.md"), "<!-- fabc diff net/fabric.kdl -->\n# What changes\n");
    std::fs::write(runner.home.path().join("exit"), "1").unwrap();
    assert!(comment("12\n", "true").1.contains("::warning title=fabc::"));
    let long = "a line of the page\n".repeat(9000);
    std::fs::write(runner.home.path().join("temp/fabc-diff.md"), long).unwrap();
    comment("", "true");
    let cut = runner.file("temp/fabc-comment.md");
    assert!(cut.len() < 65_000 && cut.contains("…"), "{}", cut.len());
}

#[test]
fn the_jobs_report_and_keep_one_note() {
    let runner = Runner::new();
    let (home, jobs) = (runner.home.path(), yaml(JOBS));
    let run = |job: &str, env: &[(&str, &str)]| {
        let parts = jobs[job]["script"].as_sequence().unwrap().iter().map(text);
        std::fs::write(home.join("job"), parts.collect::<Vec<_>>().join("\n")).unwrap();
        let mut command = Command::new("bash");
        command.args(["-eo", "pipefail"]).arg(home.join("job")).current_dir(home.join("tree"));
        let variables = entries(&jobs["variables"]);
        command.envs(variables.into_iter().map(|(name, value)| (name.to_owned(), text(value).to_owned())));
        command.envs(env.iter().copied()).env("PATH", path(&home.join("bin"))).output().unwrap()
    };
    assert_eq!(run("fabc-check", &[]).status.code(), Some(0));
    assert!(runner.file("tree/gl-code-quality-report.json").contains("topology/parallel-links"));
    assert!(runner.file("tree/fabc.xml").contains("<testcase"));
    assert_eq!(run("fabc-check", &[("FABC_ARGS", "--deny topology/parallel-links")]).status.code(), Some(1));
    assert!(runner.file("tree/fabc.xml").contains("<failure"));
    assert_eq!(run("fabc-check", &[("FABC_FABRIC", "none.kdl")]).status.code(), Some(2));
    assert_eq!(run("fabc-check", &[("FABC_BUILD", "build")]).status.code(), Some(1));

    let bin = home.join("bin");
    stand_in(&bin, "git", "true");
    stand_in(&bin, "jq", "cat ../known");
    stand_in(&bin, "fabc", "echo '# What changes'; exit 1");
    stand_in(&bin, "curl", "echo \"$@\" >>../curl");
    let note = |known: &str, token: &str| {
        std::fs::write(home.join("known"), known).unwrap();
        std::fs::write(home.join("curl"), "").unwrap();
        let env = [
            ("FABC_TOKEN", token),
            ("CI_API_V4_URL", "api"),
            ("CI_PROJECT_ID", "5"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ];
        let output = run("fabc-diff", &env);
        assert!(output.status.success() && said(&output).contains("# What changes"), "{}", said(&output));
        runner.file("curl")
    };
    assert_eq!(note("", ""), "");
    assert!(note("", "t").contains(
        "--request POST --data-urlencode body@fabc-note.md api/projects/5/merge_requests/7/notes\n"
    ));
    assert!(note("12\n", "t").contains(
        "--request PUT --data-urlencode body@fabc-note.md api/projects/5/merge_requests/7/notes/12\n"
    ));
}

/// pre-commit, where it is.
fn pre_commit() -> Option<PathBuf> {
    let named = std::env::var_os("FABC_PRE_COMMIT").map(PathBuf::from).filter(|path| path.exists());
    if named.is_none() {
        assert!(std::env::var_os("FABC_CI").is_none(), "FABC_PRE_COMMIT names no file");
        println!("FABC_PRE_COMMIT names no file: skipped");
    }
    named
}

/// Runs git as somebody, in a folder.
fn git(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=n",
        "-c",
        "user.email=e",
        "-c",
        "init.defaultBranch=main",
    ]);
    command.args(args).envs(env.iter().copied()).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap()
}

/// Commits all that is in a folder; gives the commit's name.
fn committed(folder: &Path) -> String {
    git(folder, &["init"], &[]);
    git(folder, &["add", "--all"], &[]);
    let output = git(folder, &["commit", "--message=m", "--no-verify"], &[]);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(git(folder, &["rev-parse", "HEAD"], &[]).stdout).unwrap().trim().to_owned()
}

/// A fresh repository whose commits run these hooks of ours: what git says of a commit.
fn commits(hooks: &Path, ids: [&str; 2], env: &[(&str, &str)]) {
    let Some(pre_commit) = pre_commit() else { return };
    let (user, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let revision = committed(hooks);
    let mut config = format!("repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n", hooks.display());
    for id in ids {
        let _ = writeln!(config, "  - id: {id}\n    verbose: true");
    }
    let write = |name: &str, text: &str| std::fs::write(user.path().join(name), text).unwrap();
    write(".pre-commit-config.yaml", &config);
    write("README", "");
    committed(user.path());
    let (path, cache) = (path(pre_commit.parent().unwrap()), cache.path().to_str().unwrap().to_owned());
    let env: Vec<(&str, &str)> = [("PATH", path.as_str()), ("PRE_COMMIT_HOME", &cache), ("NO_COLOR", "1")]
        .into_iter()
        .chain(env.iter().copied())
        .collect();
    let mut install = Command::new(&pre_commit);
    let output = install.arg("install").current_dir(user.path()).envs(env.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let commit = || {
        git(user.path(), &["add", "--all"], &[]);
        let output = git(user.path(), &["commit", "--message=m"], &env);
        (output.status.success(), said(&output))
    };
    // What concerns no fabric runs no hook.
    write("README", "x");
    let (taken, words) = commit();
    assert!(taken && words.matches("Skipped").count() == 2, "{words}");
    let fabric = std::fs::read_to_string(common::project().join("examples/rail-512/fabric.kdl")).unwrap();
    write("fabric.kdl", &fabric.replacen("speed=\"800G\"", "sped=\"800G\"", 1));
    let (taken, words) = commit();
    assert!(!taken && words.contains("did you mean `speed=`?"), "{words}");
    write("fabric.kdl", &fabric);
    let (taken, words) = commit();
    assert!(!taken && words.contains("missing  manifest.json"), "{words}");
    common::fabc(user.path(), &["build"]);
    let (taken, words) = commit();
    assert!(taken && words.matches("Passed").count() == 2, "{words}");
    // A file of the build that is changed by hand.
    write("build/hosts.csv", "x");
    let (taken, words) = commit();
    assert!(!taken && words.contains("changed  hosts.csv"), "{words}");
}

#[test]
fn hooks_run_the_fabc_that_is_installed() {
    let hooks = tempfile::tempdir().unwrap();
    std::fs::copy(common::project().join(HOOKS), hooks.path().join(HOOKS)).unwrap();
    commits(hooks.path(), ["fabc-check-system", "fabc-build-check-system"], &[]);
}

#[test]
fn hooks_build_the_fabc_of_the_repository() {
    if std::env::var_os("FABC_CI").is_none() {
        println!("it takes minutes, FABC_CI=1 runs it: skipped");
        return;
    }
    let (project, hooks) = (common::project(), tempfile::tempdir().unwrap());
    let mut rest = vec![PathBuf::new()];
    while let Some(folder) = rest.pop() {
        for path in common::entries(&project.join(&folder)) {
            let (name, inside) = (common::name(&path), path.strip_prefix(&project).unwrap().to_path_buf());
            let part = !folder.as_os_str().is_empty()
                || ["lang", "targets", "compiler", "tests", "Cargo.toml", "Cargo.lock", HOOKS]
                    .contains(&name.as_str());
            match path.is_dir() {
                _ if !part || name == "target" => {}
                true => {
                    std::fs::create_dir_all(hooks.path().join(&inside)).unwrap();
                    rest.push(inside);
                }
                false => _ = std::fs::copy(&path, hooks.path().join(&inside)).unwrap(),
            }
        }
    }
    // The same program, sooner.
    let target = project.join("target/hooks");
    let quick = [
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
        ("CARGO_TARGET_DIR", target.to_str().unwrap()),
    ];
    commits(hooks.path(), ["fabc-check", "fabc-build-check"], &quick);
}

/// Rows of the table of exit codes: what 0, 1 and 2 mean, by command.
fn promised() -> BTreeMap<String, [String; 3]> {
    let docs = read(DOCS);
    let table = docs.split("## Exit codes").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [command, codes @ ..] = &cells[..] else { panic!("{row}") };
        let codes: [&str; 3] = codes.try_into().unwrap_or_else(|_| panic!("{row}"));
        (command.trim_matches('`').to_owned(), codes.map(str::to_owned))
    })
    .collect()
}

/// Command lines that end with each code. `good.kdl` has warnings only, `bad.kdl` errors, `moved.kdl` another ASN than `good.kdl`.
const ENDS: &[(i32, &str)] = &[
    (0, "check good.kdl"),
    (1, "check bad.kdl"),
    (1, "check good.kdl --deny topology/parallel-links"),
    (2, "check none.kdl"),
    (2, "check good.kdl --deny no/such"),
    (1, "build good.kdl --check"),
    (0, "build good.kdl"),
    (0, "build good.kdl --check"),
    (1, "build bad.kdl --out other"),
    (1, "build moved.kdl"),
    (2, "build good.kdl --since none --out other"),
    (2, "build good.kdl --out good.kdl"),
    (0, "lint build"),
    (1, "lint wrong.json"),
    (2, "lint none.json"),
    (0, "plan good.kdl --deployed build"),
    (1, "plan moved.kdl --deployed build"),
    (2, "plan good.kdl --deployed none"),
    (0, "plan good.kdl --deployed build -o plan.json"),
    (0, "apply plan.json"),
    (2, "apply none.json"),
    (2, "apply none.json --ansible playbook"),
    (0, "grow good.kdl good.kdl"),
    (1, "grow good.kdl moved.kdl"),
    (2, "grow good.kdl bad.kdl"),
    (0, "diff good.kdl --deployed build --no-cache"),
    (1, "diff moved.kdl --deployed build --no-cache"),
    (2, "diff good.kdl --deployed none --no-cache"),
    (0, "whatif good.kdl"),
    (1, "whatif bad.kdl"),
    (1, "whatif good.kdl --any 2 switches"),
    (2, "whatif good.kdl --fail nobody"),
    (0, "show qos good.kdl"),
    (1, "show qos bad.kdl"),
    (2, "show qos good.kdl nobody"),
    (0, "why build/switches/leaf-01/config_db.json PORT|Ethernet8 good.kdl"),
    (1, "why build/switches/leaf-01/config_db.json PORT|Ethernet8 bad.kdl"),
    (2, "why build/switches/leaf-01/config_db.json PORT|Ethernet9999 good.kdl"),
    (0, "render good.kdl --secrets-from-env --out rendered"),
    (1, "render bad.kdl --secrets-from-env --out rendered"),
    (2, "render good.kdl --secrets-from-env --out build/secrets"),
    (1, "lab bad.kdl"),
    (2, "lab none.kdl"),
    (2, "validate --yang none good.kdl"),
    (1, "pull bad.kdl --out pulled"),
    (2, "pull good.kdl nobody --out pulled"),
    (0, "import build --out imported.kdl"),
    (1, "import . --out odd.kdl"),
    (2, "import build --out imported.kdl"),
    (0, "platforms"),
    (2, "platforms nobody"),
    (0, "presets"),
    (2, "presets nobody"),
    (0, "explain --list"),
    (2, "explain no/such"),
    (0, "init site"),
    (2, "init site"),
    (0, "completions bash"),
    (2, "completions nobody"),
    (0, "man"),
    (2, "man --nobody"),
    (0, "reference"),
    (2, "reference --nobody"),
];

/// Codes that take more than these tests have: daemons, YANG models, a switch.
const ELSEWHERE: &[(&str, usize)] =
    &[("apply", 1), ("lab", 0), ("pull", 0), ("validate", 0), ("validate", 1)];

#[test]
fn exit_codes_are_what_the_docs_say() {
    let promised = promised();
    let known: BTreeSet<String> =
        fabc::cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    assert_eq!(
        promised.keys().cloned().collect::<BTreeSet<_>>(),
        known,
        "commands of the table, and those that there are"
    );
    let home = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(common::project().join("examples/rail-512/fabric.kdl")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    write("good.kdl", &good);
    write("bad.kdl", &good.replacen("count=", "cuont=", 1));
    write("moved.kdl", &good.replacen("leaf=4200010000", "leaf=4210000000", 1));
    write("wrong.json", "{\"PORT\": {\"Ethernet0\": {\"mtu\": 9100}}}");
    let mut seen: BTreeSet<(&str, usize)> = ELSEWHERE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (code, line) in ENDS {
        let args: Vec<&str> = line.split(' ').collect();
        if !known.contains(args[0]) {
            continue; // lab is of Linux only
        }
        let output = common::fabc(home.path(), &args);
        if output.status.code() != Some(*code) {
            wrong.push(format!("fabc {line}: {:?}, not {code}: {}", output.status.code(), said(&output)));
        }
        seen.insert((args[0], usize::try_from(*code).unwrap()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let never = |text: &str| text == "never";
    for (command, codes) in &promised {
        for (code, text) in codes.iter().enumerate() {
            assert!(!text.is_empty(), "{command}: {code}");
            assert_eq!(!never(text), seen.contains(&(command.as_str(), code)), "{command}: {code}: {text}");
        }
    }
}
