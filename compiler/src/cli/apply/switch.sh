# What fabc apply does on a switch, as root: `sh -c THIS fabc VERB ARGUMENTS`.
#
# Work is done by jobs that no lost connection ends: each has a folder of its own below the lock, and runs once, however often
# it is asked for. Whoever asks is told of its end. Nothing secret is in a command line.
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
umask 077
lock=/etc/sonic/fabc.lock
frr=/etc/sonic/frr/frr.conf
saved=/etc/sonic/config_db.json

ours() { [ "$(cat $lock/plan 2>/dev/null)" = "$1" ]; }

# Puts a file in frr.conf's place: all of it, or nothing.
place() {
    cp "$1" $frr.fabc &&
        { chown --reference=$frr $frr.fabc 2>/dev/null || chown 300:300 $frr.fabc; } &&
        chmod 0640 $frr.fabc && mv $frr.fabc $frr && return 0
    rm -f $frr.fabc
    return 1
}

load_frr() { docker exec bgp /usr/lib/frr/frr-reload.py --reload "/etc/frr/$1"; }

put_back_saved() {
    if [ -e $lock/unsaved ]; then
        rm -f $saved
    elif [ -e $lock/saved.json ]; then
        cp -p $lock/saved.json $saved.fabc && mv $saved.fabc $saved && return 0
        # Where no space is left, the copy itself is what can be had.
        rm -f $saved.fabc
        mv $lock/saved.json $saved
    fi
}

do_patch() { config apply-patch "$in"; }
do_frr() { place "$in" && load_frr frr.conf; }
do_place() { place "$in"; }
do_restart() { systemctl restart "$1"; }
do_reload() { config reload -y "$in"; }
do_rollback() { config rollback "fabc-$1"; }
do_vtysh() {
    set -- -c 'configure terminal'
    while IFS= read -r line; do set -- "$@" -c "$line"; done <"$in"
    vtysh "$@"
}
do_save() {
    config save -y && return 0
    code=$?
    put_back_saved
    return $code
}
do_saved_back() { put_back_saved; }
do_frr_back() {
    # What ran, and what stood in the file, need not have been the same.
    place $lock/frr.running && load_frr frr.conf
    code=$?
    [ ! -e $lock/frr.conf ] || place $lock/frr.conf || code=1
    return $code
}
# Writes rows that hold secrets, `[[table, key, fields, fields that go], ...]`, or puts back what was there: no patch, which GCU
# logs, and no `config`, which takes them as arguments. What is written over is noted first. SONiC's library logs a command that
# fails with all its words, unless it is told not to.
write_secrets() {
    python3 -I - "$in" $lock/secrets.json $lock/snmp "$1" <<'EOF'
import json, os, subprocess, sys
sys.excepthook = lambda kind, *_: print("secrets: " + kind.__name__)
from swsscommon.swsscommon import ConfigDBConnector, Logger
Logger.setMinPrio(Logger.SWSS_EMERG)
db = ConfigDBConnector()
db.connect()
note, snmp, back = sys.argv[2], sys.argv[3], sys.argv[4] == "back"
rows = [] if back else json.load(open(sys.argv[1]))
old = {(table, key): fields for table, key, fields in json.load(open(note))} if os.path.exists(note) else {}
for table, key, *_ in rows:
    old.setdefault((table, key), db.get_entry(table, key) or None)

def keep(path, what):
    with open(path + ".new", "w") as file:
        json.dump(what, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".new", path)

def put(table, key, fields):
    if (db.get_entry(table, key) or None) != fields:
        if table == "SNMP_COMMUNITY":
            keep(snmp, True)
        db.set_entry(table, key, fields)

keep(note, [[*row, fields] for row, fields in old.items()])
new = {(table, key) for table, key, *_ in rows}
for (table, key), fields in reversed(list(old.items())):
    # A community of another attempt goes too.
    if back or fields is None and (table, key) not in new:
        put(table, key, fields)
for table, key, fields, gone in rows:
    row = {**db.get_entry(table, key), **fields}
    put(table, key, {name: value for name, value in row.items() if name not in gone} or None)
if back:
    os.remove(note)
# As `config snmp community` does: what snmpd reads is made when it starts.
if os.path.exists(snmp):
    call = lambda *words: subprocess.run(["systemctl", *words, "snmp.service"], stdout=subprocess.PIPE)
    if call("is-active").stdout.split()[:1] in ([b"active"], [b"activating"], [b"reloading"]):
        call("reset-failed")
        if call("restart").returncode != 0:
            print("snmp does not start anew")
            sys.exit(1)
    os.remove(snmp)
EOF
}
do_secrets() {
    [ -e $lock/ready ] || { echo "the copies of what ran are gone: no secret could be put back"; return 1; }
    write_secrets forth
}
do_secrets_back() { write_secrets back; }
do_secrets_undo() { write_secrets forth; }
do_reload_before() {
    [ -e $lock/before.json ] || { echo "$lock/before.json is not there"; return 1; }
    [ ! -e $lock/frr.conf ] || place $lock/frr.conf || return 1
    config reload -y $lock/before.json
}

# Waits for a job to end.
wait_for() {
    missed=0
    while [ ! -e "$job/code" ]; do
        pid=$(cat "$job/pid" 2>/dev/null)
        if [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null; then
            missed=$((missed + 1))
            [ $missed -lt 15 ] || { echo '@code died'; exit 0; }
        fi
        sleep 0.2
    done
    tail -c 20000 "$job/out"
    printf '\n@code %s\n' "$(cat "$job/code")"
}

verb=$1
shift
case $verb in
look)
    [ ! -d $lock ] || echo "@lock $(cat $lock/plan 2>/dev/null)"
    df -Pk /etc/sonic / | awk 'NR > 1 { print "@free " $4 " " $6 }'
    timeout 20 show pfcwd stats 2>/dev/null </dev/null | sed 's/^/@wd /'
    # 0:DISABLED, 1:INACTIVE, 2:ACTIVE-DISCOVERY, 3:NOT-STARTED, 4:IN-PROGRESS, 5:SUCCESS, 6:FAILED (sonic-ztp, src/usr/bin/ztp).
    timeout 20 ztp status -c 2>/dev/null </dev/null | sed 's/^/@ztp /'
    for file in minigraph.xml golden_config_db.json; do
        [ ! -e /etc/sonic/$file ] || echo "@file $file"
    done
    echo @end
    ;;
config)
    sonic-cfggen -d --print-data && echo @end
    ;;
before) # PLAN
    ours "$1" && cat $lock/before.json && echo && echo @end
    ;;
lock) # PLAN early|late GCU; reads this script
    if ! ours "$1"; then
        new=$lock.$$
        mkdir $new && echo "$1" >$new/plan && cat >$new/sh || { rm -rf $new; exit 1; }
        mv -T $new $lock 2>/dev/null || { rm -rf $new; echo "@taken $(cat $lock/plan 2>/dev/null)"; exit 0; }
    fi
    if [ "$2" = early ] && [ ! -e $lock/ready ]; then
        sonic-cfggen -d --print-data >$lock/new && mv $lock/new $lock/before.json || exit 1
        vtysh -c 'show running-config' | sed '/^Building configuration/d; /^Current configuration/d; /^end$/d' >$lock/new
        [ -s $lock/new ] && mv $lock/new $lock/frr.running || exit 1
        [ ! -e $frr ] || cp -p $frr $lock/frr.conf || exit 1
        if [ -e $saved ]; then cp -p $saved $lock/saved.json; else : >$lock/unsaved; fi || exit 1
        if [ "$3" = gcu ] && [ ! -e "/etc/sonic/checkpoints/fabc-$1.cp.json" ]; then
            config checkpoint "fabc-$1" </dev/null || exit 1
        fi
        : >$lock/ready || exit 1
    fi
    echo @locked
    ;;
job) # PLAN NAME SIZE COMMAND ...; reads SIZE bytes
    ours "$1" || { echo @unlocked; exit 0; }
    job=$lock/job.$2
    if mkdir "$job" 2>/dev/null; then
        cat >"$job/in"
        if [ "$(wc -c <"$job/in")" -ne "$3" ]; then
            rm -rf "$job"
            echo 'what was sent did not arrive as a whole: is there space left on the device?'
            printf '@code 1\n'
            exit 0
        fi
        shift 3
        setsid sh $lock/sh run "$job" "$@" </dev/null >/dev/null 2>&1 &
        echo $! >"$job/pid"
    fi
    wait_for
    ;;
run)
    job=$1 in=$1/in what=$2
    shift 2
    trap '' HUP PIPE
    "do_$what" "$@" >"$job/out" 2>&1 </dev/null
    echo $? >"$job/new"
    rm -f "$in"
    mv "$job/new" "$job/code"
    ;;
wait) # PLAN NAME
    ours "$1" || { echo @unlocked; exit 0; }
    job=$lock/job.$2
    [ -d "$job" ] || { echo '@code none'; exit 0; }
    wait_for
    ;;
stop) # PLAN NAME; dash takes no `--` before a group
    ours "$1" || exit 0
    pid=$(cat "$lock/job.$2/pid" 2>/dev/null)
    [ -n "$pid" ] || exit 0
    rm -f "$lock/job.$2/in"
    kill -TERM "-$pid" 2>/dev/null
    for n in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "-$pid" 2>/dev/null || exit 0
        sleep 0.3
    done
    kill -KILL "-$pid" 2>/dev/null
    ;;
free) # PLAN
    if ours "$1"; then
        [ ! -e "/etc/sonic/checkpoints/fabc-$1.cp.json" ] ||
            config delete-checkpoint "fabc-$1" </dev/null >/dev/null 2>&1
        rm -rf $lock || exit 1
    fi
    echo @freed
    ;;
esac
