#!/usr/bin/env python3
"""What the playbook does on a switch, as root: `on_switch.py VERB [NUMBER | NAME]`, one verb for each of its tasks.

Beside it lie switch.json, the switch's part of the plan, seen.py, which looks, and switch.sh, which runs what takes time as
jobs: they end whatever becomes of the connection, and run once however often a task is repeated. Lock and copies are those of
`fabc apply`: neither begins where the other is at work. A verb that fails says why on stderr, and its exit code is 1. Nothing
secret is in an argument or in what is printed.
"""
import json
import os
import re
import subprocess
import sys
import time

from seen import (HERE, LOCK, PLAN, Failed, config, digest, frr, frr_after, frr_file, frr_is, missing, ours, patched, plain, read,
                  said, secrets_are, secrets_are_back, surroundings, trail, without_secrets)

os.environ["PATH"] += ":/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin"
os.umask(0o077)


def script(*words, data=b"", patience=None):
    """What a verb of switch.sh prints."""
    command = ["sh", HERE + "/switch.sh", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        try:
            out = child.communicate(data, timeout=patience)[0]
        except subprocess.TimeoutExpired:
            script("stop", PLAN["plan"], words[2])
            child.communicate()
            raise Failed(f"no end in {patience} s") from None
    return out.decode("utf-8", "replace").splitlines()


def job(name, *what, data=b"", seconds=10):
    """Runs a job once, and waits for its end: its exit code, none where a signal or nobody knows what ended it, and its last
    words."""
    lines = script("job", PLAN["plan"], name, str(len(data)), *what, data=data, patience=seconds * 10 + 300)
    if "@unlocked" in lines:
        raise Failed("the lock is no longer this plan's: somebody removed " + LOCK)
    code = next((line[6:] for line in reversed(lines) if line.startswith("@code ")), "")
    words = [line.strip() for line in lines if line.strip() and not line.startswith("@code ")]
    return int(code) if code.isdigit() and int(code) <= 128 else None, words[-1][:300] if words else "no word of why"


def well(name, *what, data=b"", seconds=10):
    """A job that must end well."""
    code, words = job(name, *what, data=data, seconds=seconds)
    if code != 0:
        raise Failed(words)


def note(step):
    """A step begins: the way back asks which did."""
    with open(HERE + "/steps", "a", encoding="utf-8") as steps:
        steps.write(step + "\n")
        steps.flush()
        os.fsync(steps.fileno())


def begun():
    return read(HERE + "/steps").split("\n") if os.path.exists(HERE + "/steps") else []


def patiently(amiss):
    """Asks until nothing is amiss, for as long as the plan gives it."""
    end = time.monotonic() + PLAN["patience"]
    while True:
        try:
            why = amiss()
        except Failed as failed:
            why = str(failed)
        if why is None:
            return
        if time.monotonic() >= end:
            raise Failed(why)
        time.sleep(1)


# ------------------------------------------------------------------------------------------------------------------ verbs

def fit():
    """Whether it is as the plan saw it: `ready`, or `done` where it is as the plan wants it already."""
    if os.path.exists(LOCK):
        whose = read(LOCK + "/plan").strip() if os.path.exists(LOCK + "/plan") else "?"
        raise Failed(f"fabc-{whose} is at work there; if nobody is, rollback.yml takes this plan back, and {LOCK}/before.json is "
                     "what ran before")
    version = dict(re.findall(r"^(\w+):\s*'?([^'\n]*)", read("/etc/sonic/sonic_version.yml"), re.MULTILINE))
    build = re.sub("^(SONiC-OS-|SONiC[.])", "", version.get("build_version", ""))
    if "-Enterprise" in build:
        release = build.split("-Enterprise")[0]
    else:
        named = [version.get(name, "") for name in ("release", "branch")]
        release = next((name for name in named if re.fullmatch("[0-9]{6}", name)), build[:6])
    if release != PLAN["release"]:
        raise Failed(f"its release is {release}, the plan is for {PLAN['release']}: make a new plan")
    now = plain(config())
    is_box = box(now)
    if PLAN["platform"] and is_box not in ("", PLAN["platform"]):
        raise Failed(f"it is a {is_box}, the plan is for {PLAN['platform']}: it is another box")
    hash_now = digest(now)
    frr_old = PLAN["frr"] is None or frr_is(said(PLAN["frr"]["before"])) is None
    frr_new = PLAN["frr"] is None or frr_is(said_after(), PLAN["frr"]["after"]["silent"]) is None
    old = hash_now == PLAN["observed"] and frr_old
    if hash_now == PLAN["wanted"] and there(now) and frr_new:
        if secrets_are(filled(), config()):
            print("done")
            return
        if not old:
            raise Failed("it is as the plan wants it, but for its secrets: `fabc pull` and `fabc plan --secrets` again")
    if not old:
        what = "its frr.conf" if hash_now == PLAN["observed"] else "its ConfigDB"
        raise Failed(what + " is not what the plan was made for: `fabc pull` and `fabc plan` again")
    ztp = [line for line in script("look") if line.startswith("@ztp ")]
    code = ztp[0][len("@ztp "):] if ztp else "0"
    if code[:1] in "234":
        raise Failed(f"ZTP is at work there ({code}): wait for its end, or `sudo ztp disable -y`; then pull and plan again")
    if code[:1] != "0" and PLAN["way"] == "reload" and not os.path.exists("/etc/sonic/config_db.json"):
        raise Failed("nothing is saved there, so that ZTP would begin anew at a reboot: `sudo config save -y`")
    free = min(disk.f_bavail * disk.f_frsize for disk in map(os.statvfs, ("/", "/etc/sonic")))
    if free < PLAN["space"] << 10:
        raise Failed(f"{free >> 20} MiB are free, {PLAN['space'] >> 10} are needed")
    if PLAN["way"] == "reload":
        for name in ("minigraph.xml", "golden_config_db.json"):
            if os.path.exists("/etc/sonic/" + name):
                raise Failed(f"/etc/sonic/{name} is there: SONiC may load it in place of a ConfigDB")
    print("ready")


def box(now):
    """What the box says it is; else what is configured; empty where neither says it."""
    machine = read("/host/machine.conf") if os.path.exists("/host/machine.conf") else ""
    for name in ("onie_platform", "aboot_platform"):
        said_there = re.findall(rf"^[ \t]*{name}[ \t]*=(.*)$", machine, re.MULTILINE)
        words = [word for word in (word.strip().strip("'\"") for word in said_there) if word]
        if words:
            return words[0]
    return now.get("DEVICE_METADATA", {}).get("localhost", {}).get("platform", "").strip()


def said_after():
    """What FRR says once it runs the new frr.conf, made of the old one of the plan."""
    wanted = said(PLAN["frr"]["before"])
    wanted.update(PLAN["frr"]["after"]["statements"])
    return wanted


def there(now):
    """Whether the patches lead to what runs: hashes are of some tables, and patches go further."""
    was = now = without_secrets(now)
    try:
        for stage in reversed(PLAN["stages"]):
            was = patched(was, stage["inverse"])
        for stage in PLAN["stages"]:
            was = patched(was, stage["patch"])
    except Failed:
        return False
    return was == now


def prepare():
    """The lock, copies of all that runs, the checkpoint."""
    with open(HERE + "/switch.sh", "rb") as text:
        body = text.read()
    gcu = "gcu" if subprocess.run(["config", "apply-patch", "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False).returncode == 0 else "none"
    lines = script("lock", PLAN["plan"], "early", gcu, data=body)
    if "@locked" not in lines:
        raise Failed(" ".join(lines[-1:]) or "the lock can't be taken")
    if "prepare" not in begun():
        if digest(plain(config())) != PLAN["observed"]:
            raise Failed("it is not as the plan saw it any more")
        with open(LOCK + "/surroundings.json", "w", encoding="utf-8") as out:
            json.dump(surroundings(), out)
        note("prepare")


def drain():
    note("drain")
    well("drain", "vtysh", data="".join(line + "\n" for line in PLAN["drain"]["on"]).encode())
    time.sleep(PLAN["settle"])


def patch(number):
    """Patch number N, counted from 1, read back."""
    stage = PLAN["stages"][number - 1]
    note(f"patch {number}")
    data = json.dumps(stage["patch"]).encode()
    code, words = job(f"patch-{number}", "patch", data=data, seconds=stage["seconds"])
    if code not in (0, None):
        raise Failed(words)
    trail().expect(number)


def place():
    note("frr.conf")
    well("place", "place", data=PLAN["frr"][frr_file()]["text"].encode())


def load_frr():
    note("frr.conf")
    well("frr", "frr", data=PLAN["frr"][frr_file()]["text"].encode(), seconds=30)
    frr_after(frr_file())


def restart(name):
    note("restart " + name)
    well("restart-" + name, "restart", name, seconds=120)


def reload():
    """`config reload` of what runs at this moment, with the plan's patch: what isn't the plan's stays."""
    note("reload")
    if not os.path.exists(LOCK + "/job.reload-1"):
        now = plain(config())
        operations = [operation for stage in PLAN["stages"] for operation in stage["patch"]]
        with open(LOCK + "/wanted.json", "w", encoding="utf-8") as out:
            json.dump(patched(now, operations), out)
    load("reload", "reload", read(LOCK + "/wanted.json").encode())

    def amiss():
        if not trail().loaded(plain(config())):
            return "after the reload it does not run what was loaded"
        return frr_after(frr_file()) if PLAN["frr"] else None

    patiently(amiss)


def load(name, verb, data):
    """`config reload` refuses while services still start, and then is asked again."""
    end = time.monotonic() + PLAN["patience"]
    for attempt in range(1, 1000):
        code, words = job(f"{name}-{attempt}", verb, data=data, seconds=PLAN["seconds"])
        if code in (0, None):
            return
        if "not ready" not in words or time.monotonic() >= end:
            raise Failed("`config reload` failed: " + words)
        time.sleep(5)


def filled():
    """Rows that hold secrets. What stands for these comes in stdin, by the names of variables."""
    values = json.load(sys.stdin) if PLAN["secret_rows"] else {}

    def text(of):
        return of if isinstance(of, str) else values[of["env"]]

    return [[row["table"], text(row["key"]), {name: text(of) for name, of in row["fields"].items()}, []]
            for row in PLAN["secret_rows"]]


def secrets():
    note("secrets")
    rows = filled()
    # One that was begun may still be at work.
    if os.path.exists(LOCK + "/job.secrets") or not secrets_are(rows, config()):
        # Its length stands in a command line.
        data = json.dumps(rows).encode()
        well("secrets", "secrets", data=data.ljust(-(-len(data) // 4096) * 4096), seconds=30)
        if not secrets_are(rows, config()):
            raise Failed("the secrets that were written are not there")


def undrain():
    """Traffic comes back: by the frr.conf that doesn't lead it away, where one that does was loaded."""
    note("undrain")
    if PLAN["frr"] and PLAN["frr"]["drained"]:
        well("undrain", "frr", data=PLAN["frr"]["after"]["text"].encode(), seconds=30)
        frr_after("after")
    else:
        bring_back("undrain")


def bring_back(name):
    on = " ".join(PLAN["drain"]["on"][-1].split())
    if frr()[on]:
        well(name, "vtysh", data="".join(line + "\n" for line in PLAN["drain"]["off"]).encode())


def save():
    note("save")
    well("save", "save")
    if ours(plain(json.loads(read("/etc/sonic/config_db.json")))) != ours(plain(config())):
        raise Failed("what is saved is not what runs")


def finish():
    """Lock, copies and checkpoint go."""
    if "@freed" not in script("free", PLAN["plan"]):
        raise Failed("the lock can't be given up")
    if begun():
        os.remove(HERE + "/steps")


def back_secrets():
    """First: GCU would write what its rollback changes to the log."""
    if not os.path.exists(LOCK + "/ready"):
        return
    for name in sorted(os.listdir(LOCK)):
        if name.startswith("job."):
            script("wait", PLAN["plan"], name[len("job."):], patience=PLAN["seconds"] * 10 + 300)
    if "secrets" in begun():
        tried = sum(name.startswith("job.secrets-back") for name in os.listdir(LOCK))
        well(f"secrets-back-{tried}", "secrets_back", seconds=30)
        if not secrets_are_back(json.loads(read(LOCK + "/before.json")), config()):
            raise Failed("its secrets are not as they were")
        note("secrets are back")


def back_config():
    """The way back for ConfigDB: inverses, else the checkpoint, else a reload of what ran."""
    if not os.path.exists(LOCK + "/ready"):
        return
    steps, path = begun(), trail()
    last = len(PLAN["stages"])
    now = plain(config())
    if path.has(now, 0) and "reload" not in steps:
        return
    ways = [back_by_reload] if PLAN["way"] == "reload" else [back_by_patches, back_by_checkpoint, back_by_reload]
    for way in ways:
        try:
            way(path, next((number for number in range(last + 1) if path.has(now, number)), None))
            if path.has(plain(config()), 0):
                return
        except Failed as failed:
            print(failed)
    raise Failed("ConfigDB is not as it was, and does not go back")


def back_by_patches(path, at):
    if at is None:
        raise Failed("half of a patch was written")
    for number in range(at, 0, -1):
        stage = PLAN["stages"][number - 1]
        if stage["back"] != "patch" or "<masked" in json.dumps(stage["inverse"]):
            raise Failed(f"patch {number} has no way back by patch")
        well(f"back-{number}", "patch", data=json.dumps(stage["inverse"]).encode(), seconds=stage["seconds"])
        if not path.has(plain(config()), number - 1):
            raise Failed(f"the inverse of patch {number} did not take effect")


def back_by_checkpoint(_path, _at):
    if "secrets" in begun() and "secrets are back" not in begun():
        raise Failed("GCU would log the secrets that it takes back")
    well("rollback", "rollback", PLAN["plan"], seconds=PLAN["seconds"])


def back_by_reload(path, _at):
    load("reload-before", "reload_before", b"")
    patiently(lambda: None if path.has(plain(config()), 0) else "after the reload it does not run what it ran")


def back_frr():
    if "frr.conf" in begun():
        well("frr-back", "frr_back", seconds=30)


def back_traffic():
    if "drain" in begun() and PLAN["drain"]:
        bring_back("back-undrain")


def back_saved():
    if "save" in begun():
        well("saved-back", "saved_back")


def back_check():
    """It is as it was, and what was up is up; then the lock goes."""
    if os.path.exists(LOCK + "/ready"):
        if not trail().has(plain(config()), 0):
            raise Failed("ConfigDB is not as it was")
        if not secrets_are_back(json.loads(read(LOCK + "/before.json")), config()):
            raise Failed("its secrets are not as they were")
        line = frr_is(said(read(LOCK + "/frr.running"))) if PLAN["frr"] else None
        if line is not None:
            raise Failed("FRR does not run what it ran: " + line)
        if "prepare" in begun():
            patiently(missing)
    finish()


def is_ours():
    """Whether this plan has the switch locked."""
    return os.path.exists(LOCK + "/plan") and read(LOCK + "/plan").strip() == PLAN["plan"]


def mine():
    print("yes" if is_ours() else "no")


def back(part):
    """A part of the way back: there is none where nothing was begun."""
    if is_ours():
        part()
    elif begun():
        raise Failed("the lock is no longer this plan's: somebody removed " + LOCK)


VERBS = {"fit": fit, "mine": mine, "prepare": prepare, "drain": drain, "patch": patch, "place": place, "frr": load_frr, "restart": restart,
         "reload": reload, "secrets": secrets, "verify": lambda: patiently(missing), "undrain": undrain, "save": save, "finish": finish,
         "back-secrets": lambda: back(back_secrets), "back-config": lambda: back(back_config), "back-frr": lambda: back(back_frr),
         "back-traffic": lambda: back(back_traffic), "back-saved": lambda: back(back_saved),
         "back-check": lambda: back(back_check)}

if __name__ == "__main__":
    try:
        VERBS[sys.argv[1]](*(int(word) if word.isdigit() else word for word in sys.argv[2:]))
    except (Failed, KeyError, OSError, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
