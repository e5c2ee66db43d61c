#!/bin/sh
# Puts the frr.conf that ZTP has fetched where FRR's container reads it: all of it, or nothing. The reload that follows starts
# FRR anew in the routing mode that config_db.json asks for; before that SONiC writes the file itself.
set -e
conf=/etc/sonic/frr/frr.conf
[ -s $conf.ztp ]
chown 300:300 $conf.ztp
chmod 0640 $conf.ztp
mv $conf.ztp $conf
