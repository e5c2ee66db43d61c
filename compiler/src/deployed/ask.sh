# Asks a switch what fabc pull keeps. Reads only: no file is written, nothing is changed.
# A section is "@NAME CODE", then its lines, each behind a blank; between "@fabc 1" and "@end".
{
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
# A command of one's own may need root, or may not: sudo comes second, and asks nobody for a password.
take() {
    name=$1
    shift
    out=$(timeout -k 1 "$limit" "$@" 2>/dev/null </dev/null)
    code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 124 ]; then
        if [ "$(id -u)" -ne 0 ]; then
            out=$(sudo -n timeout -k 1 "$limit" "$@" 2>/dev/null </dev/null)
            code=$?
        fi
        if [ "$code" -ne 0 ] && [ "$code" -ne 124 ]; then
            out=$(timeout -k 1 "$limit" "$@" 2>&1 >/dev/null </dev/null | tail -n 1)
        fi
    fi
    printf '@%s %s\n' "$name" "$code"
    [ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/ /'
}
# Tables of YANG models: the containers of a module's container.
models() {
    awk 'FNR == 1 { depth = 0 }
        { line = $0; sub(/^[ \t]+/, "", line) }
        depth == 2 && line ~ /^container[ \t]+[A-Z]/ { split(line, word, /[ \t{]+/); print word[2] }
        { depth += gsub(/{/, "{", line) - gsub(/}/, "}", line) }' /usr/local/yang-models/*.yang
}
printf '@fabc 1\n'
take hostname hostname
take version cat /etc/sonic/sonic_version.yml
take machine cat /host/machine.conf
take config sonic-cfggen -d --print-data
[ ! -e /etc/sonic/config_db.json ] || take saved cat /etc/sonic/config_db.json
take frr vtysh -c 'show running-config'
take bgp vtysh -c 'show bgp summary json'
take lldp lldpctl -f json0
take ports sonic-db-dump -n APPL_DB -k 'PORT_TABLE:*' -y
# What no change of its configuration changes.
if [ "$whole" = yes ]; then
    take gcu config apply-patch --help
    out=$(models 2>/dev/null </dev/null)
    printf '@models %s\n' "$?"
    printf '%s\n' "$out" | LC_ALL=C sort -u | sed 's/^/ /'
fi
printf '@end\n'
exit 0
}
