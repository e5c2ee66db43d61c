#!/usr/bin/env python3
"""What the playbook does on a switch, as root: `on_switch.py VERB [NUMBER | NAME]`, one verb for each of its tasks.

Beside it lie switch.json, the switch's part of the plan, and switch.sh, which runs what takes time as jobs: they end whatever
becomes of the connection, and run once however often a task is repeated. Lock and copies are those of `fabc apply`: neither
begins where the other is at work. A verb that fails says why on stderr, and its exit code is 1. Nothing secret is in an
argument or in what is printed.
"""
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = "/etc/sonic/fabc.lock"
os.environ["PATH"] += ":/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin"
os.umask(0o077)
with open(HERE + "/switch.json", encoding="utf-8") as file:
    PLAN = json.load(file)


class Failed(Exception):
    """Why a step is not done."""


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def call(*command):
    """What a program prints, or why it printed nothing."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{command[0]}: {error}") from None
    if done.returncode != 0:
        raise Failed(f"{command[0]}: exit code {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


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


# -------------------------------------------------------------------------------------------------------------- ConfigDB

def config():
    return json.loads(call("sonic-cfggen", "-d", "--print-data"))


def plain(db):
    """Without what Redis shows for a row that has no fields."""
    return {table: {key: {name: value for name, value in row.items() if name != "NULL"} for key, row in rows.items()}
            for table, rows in db.items() if rows}


def masked(table, field, value):
    """A value as `fabc pull` keeps it: a secret is none that can be compared."""
    names, field = PLAN["secrets"], field.lower()
    if isinstance(value, list):
        return [masked(table, field, item) for item in value]
    listed = [table, field] in names["fields"] or any(word in field for word in names["words"])
    if value and listed and [table, field] not in names["open"]:
        return "<masked>"
    return re.sub(r"://([^/ ?:]*:)[^/ ?]*@", r"://\1<masked>@", value, count=1)


def ours(db):
    """The tables that are the plan's alone, without what daemons write there, and what is masked."""
    found = {}
    for table in PLAN["tables"]:
        for key, row in db.get(table, {}).items() if table not in PLAN["secrets"]["keys"] else ():
            if table == "BUFFER_PROFILE" and re.fullmatch(r"pg_lossless_[0-9]+_[0-9]+m_profile", key):
                continue
            shown = {name: masked(table, name, value) for name, value in row.items()}
            shown = {name: value for name, value in shown.items() if not isinstance(value, str) or "<masked" not in value}
            found.setdefault(table, {})[key] = shown
    return found


def digest(db):
    text = json.dumps(ours(db), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def patched(db, operations):
    """RFC 6902, as far as patches of a plan go."""
    db = json.loads(json.dumps(db))
    try:
        for operation in operations:
            parts = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
            at, last = db, parts[-1]
            for part in parts[:-1]:
                at = at[int(part)] if isinstance(at, list) else at[part]
            if isinstance(at, list):
                place = len(at) if last == "-" else int(last)
                if operation["op"] != "add":
                    del at[place]
                if operation["op"] != "remove":
                    at.insert(place, operation["value"])
            elif operation["op"] == "remove":
                del at[last]
            elif operation["op"] == "add" or at[last] is not None:
                at[last] = operation["value"]
    except (KeyError, IndexError, ValueError, TypeError):
        raise Failed("the patch does not fit what runs: " + operation["path"]) from None
    return {table: rows for table, rows in db.items() if rows}


class Trail:
    """ConfigDB before the plan and after each of its patches, and the rows that these change."""

    def __init__(self, before):
        self.states, self.rows = [plain(before)], set()
        for stage in PLAN["stages"]:
            last = self.states[-1]
            new = patched(last, stage["patch"])
            for table in set(last) | set(new):
                was, now = last.get(table, {}), new.get(table, {})
                for key in (key for key in set(was) | set(now) if was.get(key) != now.get(key)):
                    # GCU puts the ports of a row down while it changes.
                    ports = [part for part in re.split("[|,]", key) if part in last.get("PORT", {})]
                    self.rows |= {(table, key), *(("PORT", port) for port in ports)}
            self.states.append(new)

    def has(self, now, number):
        """Whether the plan's own rows are as after so many patches, whatever else was changed."""
        state = self.states[number]
        return all(now.get(table, {}).get(key) == state.get(table, {}).get(key) for table, key in self.rows)

    def expect(self, number):
        """Reads back: so it must be after so many patches."""
        now = plain(config())
        if not self.has(now, number):
            raise Failed(f"what runs is not what {number} patches come to")
        if ours(now) != ours(self.states[number]):
            raise Failed("somebody else changed ConfigDB meanwhile")

    def loaded(self, now):
        """Whether nothing of the last state is missing: a reload lays the rows of init_cfg.json under its file."""
        wanted = self.states[-1]
        within = all(now.get(table, {}).get(key, {}).get(name) == value for table, rows in wanted.items()
                     for key, row in rows.items() for name, value in row.items())
        return within and ours(now) == ours(wanted)


def trail():
    return Trail(json.loads(read(LOCK + "/before.json")))


# ------------------------------------------------------------------------------------------------------------------- FRR

def said(text):
    """Statements, and how often each is said, whatever the block."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    closing = ("end", "exit", "quit", "exit-address-family", "exit-af", "exit-vrf")
    its_own = tuple(words + " " for words in PLAN["its_own"])
    return collections.Counter(line for line in lines if line and line[0] not in "!#" and line not in closing
                               and not (line + " ").startswith(("address-family ", *its_own)))


def frr():
    return said(call("vtysh", "-c", "show running-config"))


def shown(line):
    """A statement, but for what may be a secret in it."""
    return line if not re.search("key|password|authentication", line) else line.split()[0] + " ..."


def frr_is(wanted, silent=()):
    """The first statement that is not said as often as it should be; none where all are. What is `silent` doesn't count."""
    now = frr()
    for line in silent:
        now[line] = wanted[line] = 0
    for line in [line for line in wanted if line.endswith("<masked>")]:
        hidden = [other for other in now if other.startswith(line[:-len("<masked>")])]
        for other in hidden[:wanted[line]]:
            del now[other]
        del wanted[line]
    return next((shown(line) for line in sorted(set(now) | set(wanted)) if now[line] != wanted[line]), None)


def frr_after(which):
    """Reads back what frr.conf `after` or `drained` comes to."""
    wanted = said(read(LOCK + "/frr.running"))
    wanted.update(PLAN["frr"][which]["statements"])
    line = frr_is(wanted, PLAN["frr"][which]["silent"])
    if line is not None:
        raise Failed("FRR runs something else than the new frr.conf says: " + line)


def frr_file():
    """The frr.conf that is loaded first: where traffic is led away, the one that does so."""
    return "drained" if PLAN["frr"]["drained"] else "after"


# ------------------------------------------------------------------------------------------------------ what is around it

def surroundings():
    """Ports that are up, sessions, neighbours, queues in a PFC storm."""
    ports = json.loads(call("sonic-db-dump", "-n", "APPL_DB", "-k", "PORT_TABLE:*", "-y"))
    up = [key[len("PORT_TABLE:"):] for key, row in ports.items() if row.get("value", {}).get("oper_status") == "up"]
    families = json.loads(call("vtysh", "-c", "show bgp summary json"))
    # One session carries all its families.
    states = collections.defaultdict(list)
    for family in families.values():
        for peer, row in family.get("peers", {}).items() if isinstance(family, dict) else ():
            states[peer].append(row.get("state"))
    sessions = [peer for peer, all_of in states.items() if "Established" in all_of]
    seen = []
    for group in json.loads(call("lldpctl", "-f", "json0")).get("lldp", []):
        for row in group.get("interface", []):
            chassis, port = row.get("chassis", [{}])[0], row.get("port", [{}])[0]
            text = lambda values: values[0].get("value", "") if values else ""
            name = text(chassis.get("name")) or text(chassis.get("id"))
            seen += [[row.get("name"), name, text(port.get(part))] for part in ("id", "descr")]
    try:
        queues = [line.split() for line in call("show", "pfcwd", "stats").splitlines()]
    except Failed:
        queues = []
    storms = [words[0] for words in queues if words[1:2] == ["stormed"]]
    return {"ports": up, "sessions": sessions, "lldp": seen, "storms": storms}


def missing():
    """What was up and is to be up, and isn't; none where all is well."""
    before, now, wanted = json.loads(read(LOCK + "/surroundings.json")), surroundings(), PLAN["verify"]

    def gone(part, what):
        return what in before[part] and what not in now[part]

    amiss = [port + " is down" for port in wanted["ports"] if gone("ports", port)]
    amiss += ["no BGP session with " + peer for peer in wanted["sessions"] if gone("sessions", peer)]
    amiss += [f"LLDP on {port} does not see {' '.join(far)}" for port, far in wanted["neighbours"].items()
              if gone("lldp", [port, *far])]
    amiss += ["a PFC storm in " + queue for queue in now["storms"] if queue not in before["storms"]]
    return amiss[0] if amiss else None


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
    hash_now = digest(now)
    frr_old = PLAN["frr"] is None or frr_is(said(PLAN["frr"]["before"])) is None
    if hash_now == PLAN["wanted"] and there(now) and (PLAN["frr"] is None or frr_is(said_after(), PLAN["frr"]["after"]["silent"]) is None):
        print("done")
        return
    if hash_now != PLAN["observed"] or not frr_old:
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


def said_after():
    """What FRR says once it runs the new frr.conf, made of the old one of the plan."""
    wanted = said(PLAN["frr"]["before"])
    wanted.update(PLAN["frr"]["after"]["statements"])
    return wanted


def there(now):
    """Whether the patches lead to what runs: hashes are of some tables, and patches go further."""
    was = now
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


def back_config():
    """The way back for ConfigDB: inverses, else the checkpoint, else a reload of what ran."""
    if not os.path.exists(LOCK + "/ready"):
        return
    for name in sorted(os.listdir(LOCK)):
        if name.startswith("job."):
            script("wait", PLAN["plan"], name[len("job."):], patience=PLAN["seconds"] * 10 + 300)
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
         "reload": reload, "verify": lambda: patiently(missing), "undrain": undrain, "save": save, "finish": finish,
         "back-config": lambda: back(back_config), "back-frr": lambda: back(back_frr),
         "back-traffic": lambda: back(back_traffic), "back-saved": lambda: back(back_saved),
         "back-check": lambda: back(back_check)}

if __name__ == "__main__":
    try:
        VERBS[sys.argv[1]](*(int(word) if word.isdigit() else word for word in sys.argv[2:]))
    except (Failed, OSError, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
