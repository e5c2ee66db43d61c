#!/usr/bin/env python3
"""A switch for tests: a folder tree of its own with a real sshd and a real Redis, and stand-ins for SONiC's programs.

`switch.py boot DIR` is the init of its namespaces, and sets all of it up from DIR/device.json; `run` is the program of a name.
What the programs do is logged, a line of JSON each, in /var/switch/log; what is to go wrong is asked for in
/var/switch/faults.json (see mod.rs). How a program answers is taken from sonic-utilities: config/main.py and
generic_config_updater, and gcu.json holds what that refuses, release by release.
"""
import fcntl, json, os, re, signal, socket, sys, time

STATE = "/var/switch"
SAVED, INIT, CHECKPOINTS = "/etc/sonic/config_db.json", "/etc/sonic/init_cfg.json", "/etc/sonic/checkpoints"
FRR = "/etc/sonic/frr/frr.conf"
REDIS = "/var/run/redis/redis.sock"
DATABASES = {"APPL_DB": 0, "ASIC_DB": 1, "COUNTERS_DB": 2, "CONFIG_DB": 4, "STATE_DB": 6}
# What stands for a program: it starts many times as fast as all of this does.
PROGRAM = "#!/usr/bin/python3 -ISB\nimport sys\nsys.path.append('/usr/local/lib')\nimport switch\nswitch.run(sys.argv)\n"
# What SONiC's own programs write ConfigDB with: sonic-swss-common, pyext.
CONNECTOR = """import sys
sys.path.append('/usr/local/lib')
import switch


class Logger:
    SWSS_EMERG = 0
    setMinPrio = staticmethod(lambda least: None)


class ConfigDBConnector:
    def connect(self):
        switch.occasion('step connect')

    def get_entry(self, table, key):
        return switch.running().get(table, {}).get(key, {})

    def mod_entry(self, table, key, data):
        self.set_entry(table, key, {**self.get_entry(table, key), **data})

    def set_entry(self, table, key, data):
        switch.occasion('step ' + table)
        switch.put_row(table, key, data)
"""
NAMES = ["config", "show", "sonic-cfggen", "sonic-db-cli", "sonic-db-dump", "vtysh", "lldpctl", "docker", "systemctl",
         "ztp"]
# Rows of these tables take their port down while they change: RequiredValueIdentifier in patch_sorter.py.
FLAPPING = {"BUFFER_PG", "BUFFER_PORT_EGRESS_PROFILE_LIST", "BUFFER_PORT_INGRESS_PROFILE_LIST", "BUFFER_QUEUE",
            "PORT_QOS_MAP", "QUEUE"}
BACKEND = ["BUFFER_PG", "BUFFER_PROFILE", "FLEX_COUNTER_TABLE"]
# What is written first; it is removed last.
ORDER = ["DEVICE_METADATA", "PORT", "BREAKOUT_CFG", "BUFFER_POOL", "BUFFER_PROFILE", "SCHEDULER", "WRED_PROFILE"]
# Fields that name a row of another table: what SONiC's YANG holds together.
LEAFREFS = [("BUFFER_PG", "profile", "BUFFER_PROFILE"), ("BUFFER_QUEUE", "profile", "BUFFER_PROFILE"),
            ("BUFFER_PROFILE", "pool", "BUFFER_POOL"), ("QUEUE", "scheduler", "SCHEDULER"),
            ("QUEUE", "wred_profile", "WRED_PROFILE"), ("PORT_QOS_MAP", "dscp_to_tc_map", "DSCP_TO_TC_MAP"),
            ("PORT_QOS_MAP", "tc_to_queue_map", "TC_TO_QUEUE_MAP"),
            ("PORT_QOS_MAP", "tc_to_pg_map", "TC_TO_PRIORITY_GROUP_MAP"),
            ("PORT_QOS_MAP", "pfc_to_queue_map", "MAP_PFC_PRIORITY_TO_QUEUE")]
SERVICES = {"SYSLOG_SERVER": "rsyslog", "GNMI": "gnmi", "TELEMETRY": "telemetry", "NTP_SERVER": "ntp",
            "DHCP_RELAY": "dhcp_relay"}


def read(path, default=None):
    try:
        with open(path) as f:
            return json.load(f)
    except FileNotFoundError:
        return default


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def natural(text):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def log(**what):
    with open(STATE + "/log", "a") as f:
        f.write(json.dumps(what) + "\n")


def fail(text, code=1):
    print(text, file=sys.stderr)
    sys.exit(code)


class Refused(Exception):
    """What GCU says no to."""


# ---------------------------------------------------------------------------------------------------------------- faults

def occasion(what):
    """Something that a fault may wait for: a command line, or a step of one. Gives what is to be done at its end."""
    with open(STATE + "/lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        faults = read(STATE + "/faults.json", [])
        due = []
        for fault in faults:
            if what.startswith(fault["at"]):
                fault["seen"] = fault.get("seen", 0) + 1
                if fault.get("nth", 1) in (0, fault["seen"]):
                    due.append(fault)
        if faults:
            write(STATE + "/faults.json", json.dumps(faults))
    later = []
    for fault in due:
        log(do="fault", at=what, what=fault["do"])
        if fault["do"] == "slow":
            time.sleep(fault["seconds"])
        elif fault["do"] == "hang":
            time.sleep(100000)
        elif fault["do"] == "fail" and what.startswith("step "):
            raise Refused(fault.get("text", "failed"))
        elif fault["do"] == "fail":
            fail(fault.get("text", "failed"), fault.get("code", 1))
        elif fault["do"] == "refuse":
            raise Refused(fault.get("text", "Modification of a table is illegal"))
        elif fault["do"] == "full":
            raise OSError(28, "No space left on device")
        elif fault["do"] == "change":
            for table, key, fields in fault["rows"]:
                put_row(table, key, fields)
            orchagent()
        elif fault["do"] == "print":
            print(fault["text"])
            sys.exit(fault.get("code", 0))
        elif fault["do"] == "freeze":
            for pid in above():
                os.kill(pid, signal.SIGSTOP)
            time.sleep(100000)
        elif fault["do"] == "stall":
            stall(fault["seconds"])
        elif fault["do"] == "cut":
            cut()
            if fault.get("then") != "go on":
                os.kill(os.getpid(), signal.SIGKILL)
            nowhere = os.open("/dev/null", os.O_WRONLY)
            os.dup2(nowhere, 1), os.dup2(nowhere, 2)
        else:
            later.append(fault)
    return later


def ended(later):
    """What is to be done once the work is done: `cut after` has it done, and nobody hears of it."""
    if any(fault["do"] == "cut after" for fault in later):
        sys.stdout.flush()
        cut()
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)


def above():
    """The sshd processes that this was called over and may be sent signals, but not the one that listens."""
    pid, found = os.getppid(), []
    while pid > 1:
        with open(f"/proc/{pid}/stat") as f:
            name, rest = f.read().rsplit(")", 1)
        parent = int(rest.split()[1])
        # The privileged half goes with the other one.
        if name.endswith("(sshd") and parent != 1 and os.geteuid() in (0, os.stat(f"/proc/{pid}").st_uid):
            found.append(pid)
        pid = parent
    return found


def end(pid, order):
    """Sends a signal; one half of a connection goes with the other."""
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        pass


def stall(seconds):
    """Nothing moves on the whole switch for a while: no connection, no listener."""
    everyone = [int(pid) for pid in os.listdir("/proc") if pid.isdigit()]
    stopped = [pid for pid in everyone if pid > 1 and "(sshd" in open(f"/proc/{pid}/stat").read()]
    for order in (signal.SIGSTOP, signal.SIGCONT):
        for pid in stopped:
            end(pid, order)
        time.sleep(seconds if order == signal.SIGSTOP else 0)


def cut():
    """Ends the connection that this was called over."""
    for pid in above():
        end(pid, signal.SIGKILL)


# ----------------------------------------------------------------------------------------------------------------- redis

def redis(database, *commands):
    """Answers of Redis to several commands."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(REDIS)
        out = b""
        for command in (("SELECT", database), *commands):
            parts = [str(part).encode() for part in command]
            out += b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)
        s.sendall(out)
        stream = s.makefile("rb")

        def answer():
            line = stream.readline()[:-2]
            kind, rest = line[:1], line[1:].decode()
            if kind == b"*":
                return [answer() for _ in range(int(rest))]
            if kind == b"$":
                return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode()
            return int(rest) if kind == b":" else rest

        return [answer() for _ in range(len(commands) + 1)][1:]


def hashes(database, pattern="*"):
    keys = sorted(redis(database, ("KEYS", pattern))[0])
    rows = redis(database, *(("HGETALL", key) for key in keys))
    return {key: dict(zip(row[::2], row[1::2])) for key, row in zip(keys, rows)}


def running():
    """CONFIG_DB as sonic-cfggen has it."""
    tables = {}
    for key, fields in hashes(4, "*|*").items():
        table, row = key.split("|", 1)
        fields.pop("NULL", None)
        lists = {name[:-1]: value.split(",") for name, value in fields.items() if name.endswith("@")}
        plain = {name: value for name, value in fields.items() if not name.endswith("@")}
        tables.setdefault(table, {})[row] = {**plain, **lists}
    return {table: dict(sorted(rows.items(), key=lambda r: natural(r[0]))) for table, rows in sorted(tables.items())}


def put_row(table, key, fields):
    """Writes a row; removes it where there are no fields but None."""
    commands = [("DEL", f"{table}|{key}")]
    if fields is not None:
        pairs = []
        for name, value in fields.items():
            pairs += [name + "@", ",".join(value)] if isinstance(value, list) else [name, value]
        commands.append(("HSET", f"{table}|{key}", *(pairs or ["NULL", "NULL"])))
    redis(4, *commands)


def merge(config):
    now = running()
    for table, rows in config.items():
        for key, fields in rows.items():
            put_row(table, key, {**now.get(table, {}).get(key, {}), **fields})


def orchagent():
    """What daemons make of CONFIG_DB: states of ports, profiles of buffers."""
    box, config = read(STATE + "/box.json"), running()
    ports = {}
    for name, port in config.get("PORT", {}).items():
        admin = port.get("admin_status", "down")
        there = name in box.get("lldp", {}) and name not in box.get("dark", [])
        ports[name] = {"admin_status": admin, "oper_status": "up" if admin == "up" and there else "down",
                       "speed": str(port.get("speed", "")), "alias": port.get("alias", name)}
    old = redis(0, ("KEYS", "PORT_TABLE:*"))[0]
    commands = [("DEL", *old)] if old else []
    for name, fields in ports.items():
        commands.append(("HSET", f"PORT_TABLE:{name}", *(x for pair in fields.items() for x in pair)))
    redis(0, *commands, ("SET", "PORT_INIT_DONE", "1"))


# ------------------------------------------------------------------------------------------------------------------- GCU

def pointer(path):
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def patched(config, patch):
    """RFC 6902, as far as patches of ConfigDB go."""
    config = json.loads(json.dumps(config))
    for op in patch:
        parts = pointer(op["path"])
        if not parts:
            raise Refused("Wrong patch with empty path.")
        at = config
        for part in parts[:-1]:
            if isinstance(at, list):
                at = at[int(part)]
            elif part in at:
                at = at[part]
            else:
                raise Refused(f"member '{part}' not found in {json.dumps(at)[:60]}")
        last = parts[-1]
        if isinstance(at, list):
            index = len(at) if last == "-" else int(last)
            if op["op"] in ("remove", "replace"):
                del at[index]
            if op["op"] in ("add", "replace"):
                at.insert(index, op["value"])
        elif op["op"] == "add":
            at[last] = op["value"]
        elif last not in at:
            raise Refused(f"can't {op['op']} a non-existent object '{last}'")
        elif op["op"] == "remove":
            del at[last]
        elif op["op"] == "replace":
            at[last] = op["value"]
        elif op["op"] == "test" and at[last] != op["value"]:
            raise Refused(f"{at[last]!r} is not equal to tested value {op['value']!r}")
    return config


def difference(old, new, path=()):
    """Operations as jsonpatch.from_diff has them: what is new or gone is one operation, however much it holds."""
    for key in sorted(set(old) | set(new)):
        here = (*path, key)
        if key not in new:
            yield "remove", here, None
        elif key not in old:
            yield "add", here, new[key]
        elif isinstance(old[key], dict) and isinstance(new[key], dict):
            yield from difference(old[key], new[key], here)
        elif old[key] != new[key]:
            yield "replace", here, new[key]


def rdma_allows(rules, box, table, op, path, value, exact):
    hwsku = box["hwsku"].lower()
    asics = [asic for asic, names in rules["hwskus"].items() if any(name.lower() in hwsku for name in names)]
    if not asics or box["version"].get("asic_type") != "broadcom":
        return False
    parts = [part for part in path[1:] if not (exact and re.search(r"\d", part))]
    stem = "/".join(parts).lower()
    # Keys of a value keep their case: what stands in the list in lower case is not found.
    fields = [f"{stem}/{key}" if stem else key for key in value] if isinstance(value, dict) else [stem]
    build = [part for part in box["version"]["build_version"].split(".") if re.fullmatch(r"\d{8}", part)]
    for field in fields:
        name = field if exact else field.split("/")[-1]
        found = [a for a in rules["tables"][table]["allowed"] if name in a["fields"]]
        if not found or not found[0]["since"].get(asics[0]) or op not in found[0]["operations"]:
            return False
        if build and build[-1] < found[0]["since"][asics[0]]:
            return False
    return True


def port_allows(op, path, value):
    if op == "remove":
        return True
    ports = {path[1]: value} if len(path) == 2 else {path[1]: {path[2]: value}} if len(path) == 3 else value
    for port, fields in ports.items():
        state = hashes(6, f"PORT_TABLE|{port}").get(f"PORT_TABLE|{port}", {})
        fecs = state.get("supported_fecs", "rs,fc,none,auto").split(",")
        speeds = [s for s in state.get("supported_speeds", "").split(",") if s]
        if "fec" in fields and fields["fec"] not in fecs:
            return False
        if speeds and "speed" in fields and fields["speed"] not in speeds:
            return False
    return True


def judge(old, new):
    """gu_common.py, validate_field_operation."""
    box = read(STATE + "/box.json")
    rules = read("/usr/local/lib/gcu.json")["releases"][box["release"]]
    closed = ["/PFC_WD/GLOBAL/POLL_INTERVAL", "/PFC_WD/GLOBAL", "/LOOPBACK_INTERFACE/Loopback0"]
    for op, path, value in difference(old, new):
        text, table = "/" + "/".join(path), path[0]
        if op == "remove" and text in closed:
            raise Refused(f"Given patch operation is invalid. Operation: remove is illegal on field: {text}")
        name = rules["tables"].get(table, {}).get("validator")
        allowed = True
        if name == "port_config_update_validator":
            allowed = port_allows(op, path, value)
        elif name == "buffer_profile_config_update_validator":
            allowed = len(path) == 2 or rdma_allows(rules, box, table, op, path, value, False)
        elif name:
            allowed = rdma_allows(rules, box, table, op, path, value, name == "rdma_config_update_validator")
        if not allowed:
            raise Refused(f"Modification of {table} table is illegal- validating function "
                          f"generic_config_updater.field_operation_validators.{name} returned False")


def without_model(config):
    models = read(STATE + "/box.json")["models"]
    return [table for table in config if table not in models]


def invalid(config):
    """Some of what YANG holds together; none where all is well."""
    for table, field, to in LEAFREFS:
        for key, row in config.get(table, {}).items():
            if field in row and row[field] not in config.get(to, {}):
                return f'Leafref "{to}" of {table}|{key} {field}: {row[field]} does not exist'
    for key in config.get("INTERFACE", {}):
        port = key.split("|")[0]
        if port not in config.get("PORT", {}):
            return f"Leafref of INTERFACE|{key}: no such port"
        if port not in config["INTERFACE"]:
            return f"Must condition of INTERFACE|{key} not satisfied"
    lanes = {}
    for port, row in config.get("PORT", {}).items():
        if "lanes" not in row or "speed" not in row:
            return f"Missing required element in PORT|{port}"
        for lane in row["lanes"].split(","):
            if lanes.setdefault(lane, port) != port:
                return f"'{lane}' lane is used multiple times in PORT: {sorted({port, lanes[lane]})}"
    return None


def steps(old, new):
    """Rows to write, in order, each with the port that is down meanwhile."""
    changed = [(table, key) for table in set(old) | set(new) for key in set(old.get(table, {})) | set(new.get(table, {}))
               if old.get(table, {}).get(key) != new.get(table, {}).get(key)]

    def rank(table):
        return ORDER.index(table) if table in ORDER else len(ORDER)

    gone = [c for c in changed if c[1] not in new.get(c[0], {})]
    rest = [c for c in changed if c not in gone]
    gone.sort(key=lambda c: (-rank(c[0]), c[0], natural(c[1])))
    rest.sort(key=lambda c: (rank(c[0]), c[0], natural(c[1])))
    plan, ports = [], {}
    for table, key in gone + rest:
        port = key.split("|")[0]
        up = old.get("PORT", {}).get(port, {}).get("admin_status") == "up"
        if table in FLAPPING and up and port in new.get("PORT", {}):
            if port not in ports:
                ports[port] = []
                plan.append((port, ports[port]))
            ports[port].append((table, key))
        else:
            plan.append((None, [(table, key)]))
    return plan


def apply(old, new, dry):
    """PatchApplier.apply: judged first as a whole, then written row by row; what fails on the way stays half done."""
    # generic_updater.py logs every patch as it is.
    changes = [[op, "/" + "/".join(path), value] for op, path, value in difference(old, new)]
    log(do="syslog", text="Patch: " + json.dumps(changes))
    judge(old, new)
    empty = [table for table, rows in new.items() if not rows]
    if empty:
        raise Refused("given patch is not valid because it will result in empty tables which is not allowed in ConfigDb. "
                      f"Table{'s' if len(empty) > 1 else ''}: {', '.join(empty)}")
    touched = {path[0]: {} for _, path, _ in difference(old, new)}
    if without_model(touched):
        raise Refused("Given patch is not valid because it has changes to tables without YANG models")
    wrong = invalid(new)
    if wrong:
        raise Refused(f"Given patch will produce invalid config. Error: {wrong}")
    if dry:
        return
    for port, rows in steps(old, new):
        if port:
            log(do="flap", port=port)
            put_row("PORT", port, {**old["PORT"][port], "admin_status": "down"})
        for table, key in rows:
            occasion(f"step {table}|{key}")
            was, now = old.get(table, {}).get(key), new.get(table, {}).get(key)
            log(do="step", table=table, key=key, op="remove" if now is None else "add" if was is None else "change")
            if table == "PORT" and was and now:
                if was.get("lanes") != now.get("lanes"):
                    log(do="recreate", port=key)
                elif any(was.get(f) != now.get(f) for f in ("speed", "fec", "autoneg", "mtu")):
                    log(do="flap", port=key)
            put_row(table, key, now)
            if table in SERVICES:
                log(do="restart", what=SERVICES[table])
        if port:
            put_row("PORT", port, new["PORT"][port])
    orchagent()
    have, want = running(), {**new}
    for table in BACKEND:
        have.pop(table, None), want.pop(table, None)
    if have != want:
        raise Refused("after applying patch to config, there are still some parts not updated")


# -------------------------------------------------------------------------------------------------------------- programs

def reload_services():
    """The end of `config reload`: all containers anew. FRR starts from what the routing mode lets stand."""
    restart_bgp()
    orchagent()
    write(STATE + "/swss", str(time.time()))


def restart_bgp():
    mode = running().get("DEVICE_METADATA", {}).get("localhost", {}).get("docker_routing_config_mode", "separated")
    if mode not in ("split", "split-unified"):
        write(FRR, "hostname generated\n")  # from SONiC's own templates, whatever was there
    write(STATE + "/frr.running", open(FRR).read())
    log(do="restart", what="bgp")


def reload(args, box):
    force, names = "-f" in args, [a for a in args if not a.startswith("-")]
    if "-y" not in args:
        fail("Clear current config and reload config in config_db format ? [y/N]: \nAborted!")
    ready = float(open(STATE + "/swss").read()) + box.get("settle", 0) < time.time()
    if not force and not ready:
        print("SwSS container is not ready. Retry later or use -f to avoid system checks")
        sys.exit(1)
    name = names[0] if names else SAVED
    if not os.path.exists(name):
        fail(f"The config file {name} doesn't exist")
    config = read(name)
    if box["release"] >= "202405" and (names or not force):
        wrong = invalid({t: r for t, r in config.items() if t not in without_model(config)})
        if wrong:
            fail(f"{name} fails YANG validation! Error: {wrong}\nAborted!")
        if box["release"] >= "202505" and without_model(config):
            fail(f"Config tables are missing yang models: dict_keys({without_model(config)})\nAborted!")
    print("Stopping SONiC target ...")
    log(do="reload", file=name)
    redis(0, ("FLUSHDB",))
    redis(4, ("FLUSHDB",))
    occasion("step flush")
    if "VERSIONS" in config:
        fail("AttributeError: 'DBMigrator' object has no attribute 'version_'")
    merge(read(INIT, {}))
    merge(config)
    occasion("step reload")
    print("Restarting SONiC target ...")
    reload_services()


def config(args):
    if os.geteuid() != 0:
        fail("Root privileges are required for this operation")
    box = read(STATE + "/box.json")
    word, rest = (args or [""])[0], args[1:]
    names = [a for a in rest if not a.startswith("-")]
    dry = "-d" in rest or "--dry-run" in rest

    def checkpoint(name):
        return f"{CHECKPOINTS}/{name}.cp.json"

    def known(name):
        if not os.path.exists(checkpoint(name)):
            raise ValueError(f"Checkpoint '{name}' does not exist")

    doing = {"apply-patch": "Failed to apply patch due to: ", "replace": "Failed to replace config",
             "rollback": "Failed to rollback config", "checkpoint": "Failed to create a config checkpoint",
             "delete-checkpoint": "Failed to delete config checkpoint", "save": "", "reload": "", "load": "",
             "list-checkpoints": "Failed to list config checkpoints"}
    if word not in doing or (word in ("apply-patch", "checkpoint") and box.get("no_gcu")):
        fail(f"Usage: config [OPTIONS] COMMAND [ARGS]...\nTry \"config -h\" for help.\n\nError: No such command \"{word}\".", 2)
    if "--help" in rest or "-h" in rest:
        print(f"Usage: config {word} [OPTIONS]")
        return
    if dry:
        print("** DRY RUN EXECUTION **")
    later = []
    try:
        later = occasion("config " + " ".join(args))
        if word == "apply-patch":
            old = running()
            apply(old, patched(old, read(names[0])), dry)
            print("Patch applied successfully.")
        elif word == "replace":
            apply(running(), read(names[0]), dry)
            print("Config replaced successfully.")
        elif word == "rollback":
            known(names[0])
            apply(running(), read(checkpoint(names[0])), dry)
            print("Config rolled back successfully.")
        elif word == "checkpoint":
            os.makedirs(CHECKPOINTS, exist_ok=True)
            write(checkpoint(names[0]), json.dumps(running()))
            print("Checkpoint created successfully.")
        elif word == "delete-checkpoint":
            known(names[0])
            os.remove(checkpoint(names[0]))
            print("Checkpoint deleted successfully.")
        elif word == "list-checkpoints":
            found = sorted(p[:-len(".cp.json")] for p in os.listdir(CHECKPOINTS) if p.endswith(".cp.json"))
            print(json.dumps(found, indent=4))
        elif word == "save":
            print(f"Running command: /usr/local/bin/sonic-cfggen -d --print-data > {SAVED}")
            write(SAVED, json.dumps(running(), indent=4))
        elif word == "load":
            merge(read(names[0]))
            orchagent()
        elif word == "reload":
            reload(rest, box)
    except (Refused, ValueError, OSError) as error:
        log(do="refused", what=word, why=str(error))
        text = doing[word] + (str(error) if word == "apply-patch" else "")
        fail(f"{text}\nUsage: config {word} [OPTIONS]\nTry \"config {word} -h\" for help.\n\nError: {error}", 2)
    ended(later)


def cfggen(args):
    files = [args[i + 1] for i, a in enumerate(args[:-1]) if a == "-j"]
    data = running() if "-d" in args else {}
    for name in files:
        for table, rows in read(name).items():
            for key, fields in rows.items():
                data.setdefault(table, {}).setdefault(key, {}).update(fields)
    if "-v" in args:
        for part in args[args.index("-v") + 1].split("."):
            data = data.get(part, {})
        print(data or "")
    elif "--write-to-db" in args:
        merge(data)
        orchagent()
    else:
        print(json.dumps(data, indent=4))


def db_cli(args):
    answer = redis(DATABASES[args[0]], args[1:])[0]
    if isinstance(answer, list) and args[1].upper() == "HGETALL":
        print(dict(zip(answer[::2], answer[1::2])))
    else:
        print("\n".join(answer) if isinstance(answer, list) else "" if answer is None else answer)


def db_dump(args):
    name, pattern = args[args.index("-n") + 1], args[args.index("-k") + 1] if "-k" in args else "*"
    rows = hashes(DATABASES[name], pattern)
    print(json.dumps({k: {"expireat": time.time(), "ttl": -0.001, "type": "hash", "value": v} for k, v in rows.items()},
                     indent=2))


def sessions():
    """Peers of the running frr.conf that the box knows, and their states."""
    box, ports = read(STATE + "/box.json"), hashes(0, "PORT_TABLE:*")
    found, text = {}, open(STATE + "/frr.running").read()
    for peer, state in box.get("sessions", {}).items():
        if f"neighbor {peer} " not in text:
            continue
        port = ports.get(f"PORT_TABLE:{peer}")
        dark = port is not None and port["oper_status"] != "up"
        found[peer] = "Connect" if dark and int(time.time() * 1000) % 2 else "Active" if dark else state
    return found


def vtysh(args):
    text = open(STATE + "/frr.running").read()
    words = " ".join(args)
    if "-C" in args or "--dryrun" in args:
        lines = open(args[args.index("-f") + 1]).read().splitlines()
        bad = [(n, line) for n, line in enumerate(lines, 1) if line.strip().startswith("bogus")]
        if bad:
            fail(f"line {bad[0][0]}: % Unknown command: {bad[0][1]}", 2)
    elif "-b" in args:
        write(STATE + "/frr.running", open(FRR).read())
    elif args[:2] == ["-c", "configure terminal"]:
        configure(args[3::2])
    elif "show running-config" in words:
        print("Building configuration...\n\nCurrent configuration:\n!\n" + text + "end")
    elif "show bgp" in words and "json" in words:
        peers = {peer: {"state": state, "peerUptimeMsec": int(time.time() * 1000), "msgRcvd": 7}
                 for peer, state in sessions().items()}
        print(json.dumps({"ipv4Unicast": {"routerId": "10.0.0.1", "peers": peers}, "ipv6Unicast": {"peers": peers}}))
    elif "show version" in words:
        print("FRRouting " + read(STATE + "/box.json")["frr"] + " (sonic).")
    else:
        fail(f"% Unknown command: {words}")


def configure(lines):
    """What apply says in configuration mode: a block, and a line in it that comes or goes."""
    path = STATE + "/frr.running"
    block, line = lines
    log(do="vtysh", block=block, line=line)
    out = []
    for old in open(path).read().splitlines():
        if not (line == "no set community" and old.startswith(" set community ")):
            out.append(old)
        if old == block and not line.startswith("no "):
            out.append(" " + line)
    write(path, "\n".join(out) + "\n")


def frr_reload(args):
    new, old = open(args[-1].replace("/etc/frr/", "/etc/sonic/frr/")).read(), open(STATE + "/frr.running").read()
    if any(line.strip().startswith("bogus") for line in new.splitlines()):
        fail("vtysh failed to process new configuration: vtysh (mark file) exited with status 2", 1)
    now = old.splitlines()
    try:
        for sign, one, other in (("-", old, new), ("+", new, old)):
            for line in one.splitlines():
                if line in other.splitlines():
                    continue
                print(sign, line)
                if "--reload" in args:
                    occasion("step frr " + sign)
                    log(do="frr", sign=sign, line=line)
                    now.remove(line) if sign == "-" else now.append(line)
                    # Whatever ends it here leaves FRR so.
                    write(STATE + "/frr.running", "\n".join(now) + "\n")
    except Refused as error:
        fail(f"vtysh failed: {error}")
    if "--reload" in args:
        write(STATE + "/frr.running", new)


def lldpctl(_):
    box, ports = read(STATE + "/box.json"), hashes(0, "PORT_TABLE:*")
    found = []
    for port, (name, ident, text) in box.get("lldp", {}).items():
        if ports.get(f"PORT_TABLE:{port}", {"oper_status": "up"})["oper_status"] != "up":
            continue
        value = lambda v: [{"value": v}]
        found.append({"name": port, "via": "LLDP", "rid": "1", "age": time.strftime("0 day, %H:%M:%S"),
                      "chassis": [{"id": [{"type": "mac", "value": "00:00:5e:00:53:01"}], "name": value(name)}],
                      "port": [{"id": [{"type": "local", "value": ident}], "descr": value(text), "ttl": value("120")}]})
    print(json.dumps({"lldp": [{"interface": found}]}))


def docker(args):
    rest = [a for a in args[1:] if a not in ("-i", "-t", "-it")]
    if args[0] != "exec" or len(rest) < 2:
        fail("docker: only exec")
    command = [a for a in rest[1:] if a not in ("python3", "/usr/bin/python3")]
    if os.path.basename(command[0]) == "frr-reload.py":
        later = occasion("frr-reload.py " + " ".join(command[1:]))
        frr_reload(command[1:])
        ended(later)
    else:
        run(command)


def systemctl(args):
    if args[:1] == ["is-system-running"]:
        print("running")
    elif args[:1] == ["is-active"]:
        print("active")
    elif args[:1] == ["restart"]:
        restart_bgp() if args[1] in ("bgp", "bgp.service") else log(do="restart", what=args[1])


def show(args):
    box, words = read(STATE + "/box.json"), " ".join(args)
    if words == "version":
        print(f"SONiC Software Version: SONiC.{box['version']['build_version']}\nPlatform: {box['platform']}\n"
              f"HwSKU: {box['hwsku']}\nASIC: {box['version']['asic_type']}")
    elif words.startswith("pfcwd"):
        print("QUEUE    STATUS    STORM DETECTED/RESTORED    TX OK/DROP    RX OK/DROP")
        for queue in box.get("storms", []):
            print(queue, "stormed", "1/0", "0/0", "0/0")
    elif words == "interfaces status":
        for key, port in hashes(0, "PORT_TABLE:*").items():
            print(key.split(":")[1], port["speed"], port["oper_status"], port["admin_status"])
    elif words == "lldp table":
        for port, (name, ident, text) in box.get("lldp", {}).items():
            print(port, name, ident, "BR", text)
    else:
        fail(f"Error: No such command \"{words}\".", 2)


def ztp(args):
    if args != ["status", "-c"]:
        fail("usage: ztp [-C FILE] [-c] [-v] [-y] COMMAND", 2)
    print(read(STATE + "/box.json").get("ztp", "5:SUCCESS"))


def run(argv):
    """One program, by its name."""
    name, args = os.path.basename(argv[0]), argv[1:]
    log(do="run", argv=[name, *args], user=os.geteuid())
    if name == "config":
        return config(args)
    later = occasion(" ".join([name, *args]))
    {"show": show, "sonic-cfggen": cfggen, "sonic-db-cli": db_cli, "sonic-db-dump": db_dump, "vtysh": vtysh,
     "lldpctl": lldpctl, "docker": docker, "systemctl": systemctl, "frr-reload.py": frr_reload, "ztp": ztp}[name](args)
    ended(later)


# ------------------------------------------------------------------------------------------------------------------ boot

def boot(folder):
    """Init of its own namespaces. Ends, and all with it, when stdin does."""
    import py_compile, shutil, subprocess  # programs that are called so often do without
    device, root = read(folder + "/device.json"), folder + "/root"
    box = device["box"]

    def mount(*args):
        subprocess.run(["mount", *args], check=True)

    def put(path, text, mode=0o644, uid=0):
        path = root + path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, text)
        os.chmod(path, mode)
        os.chown(path, uid, uid)

    os.makedirs(root, exist_ok=True)
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "-o", f"size={device.get('disk', '64m')},mode=755", "switch", root)
    for name in ("usr", "proc", "dev", "run/sshd", "var/run/redis", "var/switch", "var/admin", "host", "etc/sonic/frr",
                 "local/bin", "local/lib", "local/sbin", "local/yang-models"):
        os.makedirs(f"{root}/{name}")
    os.makedirs(f"{root}/tmp", mode=0o1777)
    os.chmod(f"{root}/tmp", 0o1777)
    mount("--bind", "/usr", root + "/usr")
    mount("--bind", root + "/local", root + "/usr/local")
    mount("--bind", "/dev", root + "/dev")
    mount("-t", "proc", "proc", root + "/proc")
    mount("-t", "tmpfs", "-o", "size=8m,mode=777", "switch", root + "/var/switch")
    for name in ("bin", "lib", "lib64", "sbin"):
        if os.path.islink("/" + name):
            os.symlink(f"usr/{name}", f"{root}/{name}")
    put("/etc/passwd", "root:x:0:0::/:/bin/sh\nadmin:x:1000:1000::/var/admin:/bin/sh\nsshd:x:105:65534::/run/sshd:/bin/false\n")
    put("/etc/group", "root:x:0:\nadmin:x:1000:\nnogroup:x:65534:\n")
    put("/etc/shadow", "root:*:1::::::\nadmin:*:1::::::\nsshd:*:1::::::\n", 0o600)
    put("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    put("/etc/hosts", f"127.0.0.1 localhost {device['name']}\n")
    put("/etc/pam.d/other", "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n")
    put("/etc/sudoers", "Defaults secure_path=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n"
        "root ALL=(ALL) NOPASSWD: ALL\nadmin ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    shutil.copyfile("/etc/ld.so.cache", root + "/etc/ld.so.cache")
    os.chown(root + "/var/admin", 1000, 1000)
    # awk and the like are links into it.
    shutil.copytree("/etc/alternatives", root + "/etc/alternatives", symlinks=True)
    put("/etc/ssh/key", device["host_key"], 0o600)
    put("/etc/ssh/authorized", device["authorized"])
    put("/etc/ssh/sshd_config", f"Port {device['port']}\nListenAddress 127.0.0.1\nHostKey /etc/ssh/key\nUsePAM no\n"
        "AuthorizedKeysFile /etc/ssh/authorized\nPasswordAuthentication no\nStrictModes no\nUseDNS no\nPidFile none\n"
        "PermitRootLogin no\nMaxStartups 100\nMaxSessions 100\nSubsystem sftp internal-sftp\n")
    put("/usr/local/lib/switch.py", open(__file__).read())
    py_compile.compile(root + "/local/lib/switch.py", dfile="switch.py")
    put("/usr/local/lib/gcu.json", open(os.path.dirname(os.path.abspath(__file__)) + "/gcu.json").read())
    for name in NAMES:
        put(f"/usr/local/bin/{name}", PROGRAM, 0o755)
    packages = f"/usr/local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/dist-packages"
    put(packages + "/swsscommon/__init__.py", "")
    put(packages + "/swsscommon/swsscommon.py", CONNECTOR)
    version = "".join(f"{key}: '{value}'\n" for key, value in box["version"].items())
    put("/etc/sonic/sonic_version.yml", version)
    put("/host/machine.conf", f"onie_version=2024.05\nonie_platform={box['platform']}\n")
    for table in box["models"]:
        text = f"module m {{\n    container m {{\n        container {table} {{\n            container lower {{\n            }}\n        }}\n    }}\n}}\n"
        put(f"/usr/local/yang-models/sonic-{table.lower()}.yang", text)
    put("/var/switch/box.json", json.dumps(box), 0o666)
    put("/var/switch/log", "", 0o666)
    put("/var/switch/lock", "", 0o666)
    put("/var/switch/faults.json", "[]", 0o666)
    put("/var/switch/frr.running", device["frr"], 0o666)
    put("/var/switch/swss", "0", 0o666)
    put(FRR, device["frr"], 0o640, 300)
    os.chown(root + "/etc/sonic/frr", 300, 300)
    put(INIT, json.dumps(device["init"]))
    if device["saved"] is not None:
        put(SAVED, json.dumps(device["saved"], indent=4))
    socket.sethostname(device["name"])
    os.chroot(root)
    os.chdir("/")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    server = subprocess.Popen(["/usr/bin/redis-server", "--port", "0", "--unixsocket", REDIS, "--unixsocketperm", "777",
                               "--save", "", "--daemonize", "no"], **quiet)
    for _ in range(200):
        if os.path.exists(REDIS):
            break
        time.sleep(0.02)
    merge(device["config"])
    orchagent()
    daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/sshd_config"], **quiet)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", device["port"])).close()
            break
        except OSError:
            time.sleep(0.02)
            if daemon.poll() is not None or server.poll() is not None:
                fail("a daemon has ended")
    write("/var/switch/log", "")
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    boot(sys.argv[2])
