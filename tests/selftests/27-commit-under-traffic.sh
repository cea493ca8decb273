#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Policies that follow each other quickly while packets pass: no packet is
# judged by a mix of two. All of them let flow A through, each by other rules in
# other places; none lets flow B through; any mix of two would err.

. "$(dirname "$0")/traffic.sh"
plan 10

load_module
topology
hinterland

# p and q decide everything differently: p stops B at the ACL and in the one
# group, q in the other group; p knows A by its ports, q by its addresses
cat >"$scratch/p" <<'EOP'
begin
flush
acl gate in 10 allow udp from any to any port 1000
acl gate in 20 deny any
acl gate out 10 allow any
group door in allow any
group door out allow any
attach dev eth1 protects subnet acl gate groups door
commit
EOP
cat >"$scratch/q" <<'EOP'
begin
flush
acl gate in 10 deny udp from 10.8.0.2 to any
acl gate in 20 allow any
acl gate out 10 allow any
group door
group window in allow udp from 10.8.0.1 to any
attach dev eth0 protects subnet
attach dev eth1 protects subnet acl gate groups door,window
commit
EOP
cat >"$scratch/r" <<'EOP'
begin revoke cut
flush
prefix-list a 10.8.0.1
acl everything in 5 allow any
acl everything out 5 allow any
group left out allow udp from prefix-list a to any
attach dev eth0 protects subnet acl everything groups left
commit
EOP

while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#ok }" ;;
	'not ok '*) not_ok "${line#not ok }" ;;
	*) note "$line" ;;
	esac
done < <(python3 "$(dirname "$0")/commit_traffic.py" \
	"$scratch/p" "$scratch/q" "$scratch/r" 2>&1)

# Readers of everything, meanwhile
for file in policy stats connections; do
	spawn router bash -c "while :; do cat /proc/net/bailey/$file; done >/dev/null"
done
while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#ok }, with readers" ;;
	'not ok '*) not_ok "${line#not ok }, with readers" ;;
	*) note "$line" ;;
	esac
done < <(python3 "$(dirname "$0")/commit_traffic.py" \
	"$scratch/p" "$scratch/q" "$scratch/r" 2>&1)
