//! A plan as an Ansible playbook: waves one after another, each switch's steps in order, each read back, and the way back.
//!
//! Ansible carries: it looks at all switches first, orders waves and steps, and stops at a failure. What a step does is done on
//! the switch, by `on_switch.py` and by the very script that `fabc apply` runs there: the same lock, the same copies, the same
//! jobs. All texts of a plan lie in files of JSON that Ansible copies and does not read; in YAML stand names that are
//! held to be plain, numbers, and titles without what Jinja knows: nothing in a plan is ever a template.

use std::collections::{BTreeMap, BTreeSet};

use fabc_targets::sonic::secrets::Kind;
use fabc_targets::sonic::tables::{Owner, TABLES};
use serde_json::{Value as Json, json};

use super::notes::Notes;
use super::preflight::SPACE;
use super::steps::{Step, forward};
use crate::deployed::mask;
use crate::diff::running::{Build, is_left_out, its_own};
use crate::diff::statements::{running, statements};
use crate::plan::document::{FrrDoc, Plan, SwitchDoc};
use crate::plan::secrets::{SecretRow, SecretText, variables};

/// Files that are the same for every plan.
const FIXED: &[(&str, &str)] = &[
    ("files/on_switch.py", include_str!("on_switch.py")),
    ("files/seen.py", include_str!("seen.py")),
    ("files/switch.sh", include_str!("../../cli/apply/switch.sh")),
    ("tasks/back.yml", include_str!("back.yml")),
    ("tasks/preflight.yml", include_str!("preflight.yml")),
    ("tasks/step.yml", include_str!("step.yml")),
    ("tasks/switch.yml", include_str!("switch.yml")),
];

/// What is left to whoever runs it.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Seconds to wait after traffic was led away; the plan's without it.
    pub settle: Option<u64>,
    /// Seconds in which all must be up again; 120, after a reload 600, without it.
    pub verify: Option<u64>,
    /// Whether canaries are watched.
    pub soak: bool,
    /// Whether switches are reached by their management addresses, and not by their names.
    pub by_address: bool,
}

/// All files, by their paths. `waves` are names of switches in the plan's waves, `id` is the plan's. The error says what can't
/// stand in a playbook.
pub fn files(
    plan: &Plan,
    id: &str,
    waves: &[Vec<String>],
    build: Build,
    pace: Pace,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files: BTreeMap<String, Vec<u8>> =
        FIXED.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let mut groups = serde_json::Map::new();
    for (number, names) in waves.iter().enumerate().filter(|(_, names)| !names.is_empty()) {
        let mut hosts = serde_json::Map::new();
        for name in names {
            let Some(doc) = plan.switches.get(&name.as_str().into()) else { continue };
            plain("switch", name)?;
            hosts.insert(name.clone(), host(name, doc, pace)?);
            let text = serde_json::to_string_pretty(&switch(plan, doc, id, build, pace)?);
            let text = text.map_err(|error| error.to_string())? + "\n";
            files.insert(format!("switches/{name}.json"), text.into_bytes());
        }
        groups.insert(format!("wave_{}", number + 1), json!({ "hosts": hosts }));
    }
    let docs = waves.iter().flatten().filter_map(|name| plan.switches.get(&name.as_str().into()));
    let needs = needs(docs.flat_map(|doc| &doc.secrets))?;
    let home = format!("/var/lib/fabc/{id}");
    let last = [("verify, once more", "verify"), ("save", "save"), ("finish", "finish")];
    let last = last.map(|(name, verb)| json!({ "name": name, "run": [verb] }));
    let vars = json!({
        "ansible_pipelining": true,
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": "-o ServerAliveInterval=5 -o ServerAliveCountMax=3",
        "fabc_home": home,
        "fabc_run": ["/usr/bin/python3", format!("{home}/on_switch.py")],
        "fabc_last": last,
        "fabc_needs": needs,
    });
    let numbers: Vec<usize> = (0..waves.len()).filter(|&n| !waves[n].is_empty()).collect();
    let inventory = json!({ "all": { "vars": vars, "children": groups } });
    let mut put = |path: &str, head: &str, what: &Json| -> Result<(), String> {
        let text = serde_yaml::to_string(what).map_err(|error| error.to_string())?;
        files.insert(path.to_owned(), format!("{head}{text}").into_bytes());
        Ok(())
    };
    put(
        "inventory.yml",
        "# Switches by the waves in which they change, with their steps in order.\n",
        &inventory,
    )?;
    let plays = numbers.iter().flat_map(|&number| {
        let soak = plan.waves.get(number).filter(|wave| pace.soak && wave.canary).map_or(0, |wave| wave.soak);
        wave(number, soak)
    });
    let all: Vec<Json> = [preflight()].into_iter().chain(plays).collect();
    put("apply.yml", APPLY, &all.into())?;
    let back: Vec<Json> = numbers.iter().rev().map(|&number| back(number)).collect();
    put("rollback.yml", ROLLBACK, &back.into())?;
    Ok(files)
}

const APPLY: &str = "\
# Carries a plan of fabc out, wave after wave, as `fabc apply` would: ansible-playbook -i inventory.yml apply.yml
# Only looks at the switches: the same with --tags preflight
";
const ROLLBACK: &str = "\
# Takes back what was begun and is not at an end, the last wave first; switches that are at an end stay as they are.
# ansible-playbook -i inventory.yml rollback.yml
";

/// What the variables hold that a step names.
const SECRETS: &str = "{{ dict(fabc_step.env | default([]) | zip(query(\"ansible.builtin.env\", *(fabc_step.env | default([]))))) }}";

/// A word that is the same to a shell, to Jinja, to YAML and as a part of a path.
fn plain(what: &str, name: &str) -> Result<(), String> {
    let of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    match first && name.len() < 200 && name.chars().all(of) {
        true => Ok(()),
        false => Err(format!("the {what} `{}` can't be named in a playbook", name.escape_debug())),
    }
}

/// A text to be shown.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || " ,.:;/|_-()+".contains(c) { c } else { ' ' }).collect()
}

/// Variables that must be in the environment, and the regular expressions that what they hold must match.
fn needs<'a>(rows: impl Iterator<Item = &'a SecretRow>) -> Result<Vec<Json>, String> {
    let mut needed = BTreeSet::new();
    for row in rows {
        for variable in row.texts().filter_map(SecretText::variable) {
            plain("variable", variable)?;
            needed.insert((variable, Kind::of(&row.table).pattern()));
        }
    }
    Ok(needed.into_iter().map(|(name, shape)| json!({ "name": name, "shape": shape })).collect())
}

/// A switch in the inventory: its steps up to where it would be saved.
fn host(name: &str, doc: &SwitchDoc, pace: Pace) -> Result<Json, String> {
    let mut steps = Vec::new();
    for step in forward(doc, 0, false, &Notes::default()) {
        let run = match &step {
            Step::Save | Step::Finish => continue,
            Step::Stage(number) => vec!["patch".to_owned(), (number + 1).to_string()],
            Step::PlaceFrr => vec!["place".to_owned()],
            Step::Frr => vec!["frr".to_owned()],
            Step::Restart(what) => {
                plain("container", what)?;
                vec!["restart".to_owned(), what.clone()]
            }
            other => vec![other.to_string()],
        };
        let title = match &step {
            Step::Stage(number) => doc.stages.get(*number).map(|stage| format!(": {}", shown(&stage.title))),
            _ => None,
        };
        let mut task = json!({ "name": format!("{step}{}", title.unwrap_or_default()), "run": run });
        if step == Step::Secrets {
            task["env"] = variables(&doc.secrets).into_iter().collect();
        }
        steps.push(task);
    }
    let mut host = json!({ "fabc_steps": steps });
    if pace.by_address {
        let address = doc.address.ok_or_else(|| format!("the plan knows no management address of {name}"))?;
        host["ansible_host"] = address.to_string().into();
    }
    Ok(host)
}

/// Everything that `on_switch.py` needs.
fn switch(plan: &Plan, doc: &SwitchDoc, id: &str, build: Build, pace: Pace) -> Result<Json, String> {
    let rows = |rows: &Option<String>| {
        rows.clone()
            .ok_or_else(|| "the plan is of an older fabc, and lacks hashes that others can count".to_owned())
    };
    let tables: Vec<&str> =
        TABLES.iter().filter(|table| table.owner == Owner::Rows).map(|table| table.name).collect();
    let stages = doc.stages.iter().map(|stage| {
        json!({ "patch": stage.patch, "inverse": stage.inverse, "back": stage.back, "seconds": stage.seconds })
    });
    let frr = doc.frr.as_ref().map(|frr| {
        json!({
            "before": frr.before,
            "after": loaded(frr, &frr.after, build),
            "drained": frr.drained.as_ref().map(|text| loaded(frr, text, build)),
        })
    });
    let usual = if doc.way == "reload" { 600 } else { 120 };
    Ok(json!({
        "plan": id,
        "release": plan.release,
        "platform": doc.platform,
        "way": doc.way,
        "observed": rows(&doc.observed.rows)?,
        "wanted": rows(&doc.wanted.rows)?,
        "stages": stages.collect::<Vec<_>>(),
        "drain": doc.drain,
        "frr": frr,
        "verify": doc.verify,
        "seconds": doc.seconds,
        "settle": pace.settle.unwrap_or(plan.costs.settle.div_ceil(1000)),
        "patience": pace.verify.unwrap_or(usual),
        "space": SPACE,
        "tables": tables,
        "secret_rows": doc.secrets,
        "secrets": mask::lists(),
        "its_own": its_own(),
    }))
}

/// A frr.conf that is loaded; how much more often FRR says each statement then, and what it may say or not.
fn loaded(frr: &FrrDoc, text: &str, build: Build) -> Json {
    let mut more: BTreeMap<String, i64> = BTreeMap::new();
    for change in running(&frr.before, text, build).0.into_iter().flat_map(|effect| effect.changes) {
        *more.entry(change.text).or_default() += if change.added { 1 } else { -1 };
    }
    more.retain(|_, count| *count != 0);
    let silent = statements("", text).into_iter().filter(|s| is_left_out(&s.block, &s.text, build));
    let silent: BTreeSet<String> = silent.map(|statement| statement.text).collect();
    json!({ "text": text, "statements": more, "silent": silent })
}

fn preflight() -> Json {
    json!({
        "name": "Every switch is as the plan saw it",
        "hosts": "all",
        "gather_facts": false,
        "become": true,
        "any_errors_fatal": true,
        "tags": ["preflight"],
        "tasks": [
            { "name": "Files of the plan", "ansible.builtin.import_tasks": "tasks/preflight.yml" },
            {
                "name": "Secrets are in the environment",
                "ansible.builtin.assert": {
                    "that": ["lookup(\"ansible.builtin.env\", item.name) is match(item.shape)"],
                    "fail_msg": "{{ item.name }} is not set in the environment of ansible-playbook, or holds what SONiC does not take",
                    "quiet": true,
                },
                "loop": "{{ fabc_needs }}",
                "loop_control": { "label": "{{ item.name }}" },
            },
            {
                "name": "As the plan saw it, and nobody else at work",
                "ansible.builtin.command": { "argv": "{{ fabc_run + [\"fit\"] }}", "stdin": "{{ fabc_secrets | to_json }}" },
                "vars": { "fabc_step": { "env": "{{ fabc_needs | map(attribute=\"name\") | list }}" }, "fabc_secrets": SECRETS },
                "no_log": "{{ fabc_needs | length > 0 }}",
                "changed_when": false,
                "failed_when": false,
                "register": "fabc_fit",
            },
            {
                "name": "It is",
                "ansible.builtin.assert": {
                    "that": ["fabc_fit.rc == 0"],
                    "fail_msg": "{{ fabc_fit.stderr | default(fabc_fit.msg, true) }}",
                    "quiet": true,
                },
            },
        ],
    })
}

/// A wave is let in when all before it is well, then its switches go on each for itself.
fn wave(number: usize, soak: u64) -> [Json; 2] {
    let number = number + 1;
    let group = format!("wave_{number}");
    let ill = "groups[\"all\"] | map(\"extract\", hostvars) | selectattr(\"fabc_state\", \"defined\") | rejectattr(\"fabc_state\", \"in\", [\"not begun\", \"new\"]) | map(attribute=\"inventory_hostname\") | join(\", \")";
    let gate = json!({
        "name": format!("Wave {number} may begin"),
        "hosts": group,
        "gather_facts": false,
        "any_errors_fatal": true,
        "tasks": [{
            "name": "All that was begun is as the plan wants it",
            "ansible.builtin.assert": {
                "that": [format!("({ill}) == \"\"")],
                "fail_msg": format!("not begun: {{{{ {ill} }}}} is not as the plan wants it"),
                "quiet": true,
            },
        }],
    });
    let change = json!({
        "name": format!("Wave {number}"),
        "hosts": group,
        "gather_facts": false,
        "become": true,
        "strategy": "ansible.builtin.free",
        "vars": { "fabc_soak": soak, "fabc_secrets": SECRETS },
        "tasks": [{ "name": "One switch", "ansible.builtin.include_tasks": "tasks/switch.yml" }],
    });
    [gate, change]
}

fn back(number: usize) -> Json {
    json!({
        "name": format!("Wave {} goes back", number + 1),
        "hosts": format!("wave_{}", number + 1),
        "gather_facts": false,
        "become": true,
        "tasks": [
            { "name": "Files of the plan", "ansible.builtin.import_tasks": "tasks/preflight.yml" },
            {
                "name": "Whether this plan is at work there",
                "ansible.builtin.command": { "argv": "{{ fabc_run + [\"mine\"] }}" },
                "changed_when": false,
                "register": "fabc_mine",
            },
            {
                "name": "The way back",
                "ansible.builtin.include_tasks": "tasks/back.yml",
                "when": "fabc_mine.stdout == \"yes\"",
            },
        ],
    })
}
