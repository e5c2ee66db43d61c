"""What a switch is seen to run, and what the plan makes of it: ConfigDB, FRR, and what is around. For on_switch.py."""
import collections
import hashlib
import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = "/etc/sonic/fabc.lock"
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


def without_secrets(db):
    """Without fields that a step of its own writes: no patch makes them."""
    db = {table: dict(rows) for table, rows in db.items()}
    for row in PLAN["secret_rows"]:
        rows, key = db.get(row["table"], {}), row["key"]
        if isinstance(key, str) and key in rows:
            left = {name: value for name, value in rows[key].items() if name not in row["fields"]}
            rows[key] = left
            if not left:
                del rows[key]
    return {table: rows for table, rows in db.items() if rows}


def secrets_are(rows, db):
    """Whether ConfigDB has these rows."""
    return all(fields.items() <= db.get(table, {}).get(key, {}).items() for table, key, fields, _ in rows)


def secrets_are_back(before, now):
    """Whether what rows with secrets are about is as it was. Communities that came meanwhile are somebody else's."""
    def field(db, row, name):
        return db.get(row["table"], {}).get(row["key"], {}).get(name)

    return all(before.get(row["table"], {}).items() <= now.get(row["table"], {}).items() if isinstance(row["key"], dict)
               else all(field(before, row, name) == field(now, row, name) for name in row["fields"])
               for row in PLAN["secret_rows"])


class Trail:
    """ConfigDB before the plan and after each of its patches, and the rows that these change."""

    def __init__(self, before):
        self.states, self.rows = [without_secrets(plain(before))], set()
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
        state, now = self.states[number], without_secrets(now)
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
