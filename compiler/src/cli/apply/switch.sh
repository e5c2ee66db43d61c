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
# Writes rows that hold secrets, or puts back what was there: no patch, which GCU logs, and no `config`, which takes them as
# arguments. What is written over is noted first.
do_secrets() {
    python3 - "$in" $lock/secrets.json <<'EOF'
import json, os, subprocess, sys
sys.excepthook = lambda kind, *_: print("secrets: " + kind.__name__)
from swsscommon.swsscommon import ConfigDBConnector
db = ConfigDBConnector()
db.connect()
rows, note = json.load(open(sys.argv[1])), sys.argv[2]
old = {(table, key): fields for table, key, fields in json.load(open(note))} if os.path.exists(note) else {}
for table, key, _ in rows or []:
    old.setdefault((table, key), db.get_entry(table, key) or None)
with open(note + ".new", "w") as file:
    json.dump([[*row, fields] for row, fields in old.items()], file)
    file.flush()
    os.fsync(file.fileno())
os.rename(note + ".new", note)
if rows is None:
    for (table, key), fields in reversed(list(old.items())):
        db.set_entry(table, key, fields)
for table, key, fields in rows or []:
    db.mod_entry(table, key, fields)
new = {} if rows is None else {(table, key): fields for table, key, fields in rows}
# As `config snmp community` does: what snmpd reads is made when it starts.
if any(row[0] == "SNMP_COMMUNITY" and new.get(row) != fields for row, fields in old.items()):
    systemctl = lambda *words: subprocess.run(["systemctl", *words, "snmp.service"]).returncode
    if systemctl("is-active", "--quiet") == 0:
        systemctl("reset-failed")
        if systemctl("restart") != 0:
            print("snmp does not start anew")
            sys.exit(1)
EOF
}
do_secrets_back() {
    echo null >"$in"
    do_secrets
}
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
