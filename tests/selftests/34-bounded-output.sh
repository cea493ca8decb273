#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the files say cannot be bent by names and words that others chose, shows
# nothing of the kernel's memory, and what a policy takes is charged to its writer.

. "$(dirname "$0")/lib.sh"
plan 10

load_module
make_ns router

# A name that the kernel allows, and that a terminal would obey
odd=$'e\x1b[1m"n\\'
ip -n router link add "$odd" type dummy
ip -n router link set "$odd" up
ip -n router addr add 10.1.1.1/24 dev "$odd"
ip -n router neigh add 10.1.1.2 lladdr 02:00:00:00:00:02 dev "$odd"
must_write router 'group g out allow any
attach dev e* protects host groups g'
in_ns router bash -c 'echo word >/dev/udp/10.1.1.2/53'
conns=$(bailey_read router connections)
expect_match "an interface's name is escaped" \
	' out=e\\x1b\[1m"n\\x5c ' "$conns"
expect_fail "a refused line is refused" bailey_write router $'acl \x1b[2J\x07%n%n'
expect_match "and told with its word escaped" '\\x1b\[2J\\x07%n' "$(bailey_read router error)"
expect_fail "a long word is refused" bailey_write router "acl $(printf '%060000d' 0)"
expect_equal "and told in few bytes" yes \
	"$([ "$(bailey_read router error | wc -c)" -lt 1024 ] && echo yes)"

# every_file: what all of them say, with the words of the odd ones
every_file()
{
	local file
	for file in policy error connections events flow_log stats; do
		bailey_read router $file
	done
	bailey_explain router 'udp from 10.1.1.1 port 9 to 10.1.1.2 port 53 out e0'
	in_ns router grep -r . /proc/sys/net/bailey
}
every_file >"$scratch/said" 2>&1
expect_equal "all of it is letters and signs" '' "$(LC_ALL=C tr -d '[:print:]\n' <"$scratch/said")"
expect_fail "and nothing is an address of the kernel" \
	grep -E '\b(0x[0-9a-f]{6,}|ffff[89a-f][0-9a-f]{11}|0{8}[0-9a-f]{8})\b' "$scratch/said"

# A policy in a namespace of its own, written inside of a memory cgroup
mkdir "$scratch/cgroup"
mount -t cgroup2 none "$scratch/cgroup"
echo +memory >"$scratch/cgroup/cgroup.subtree_control"
mkdir "$scratch/cgroup/writer"
chmod 711 "$scratch"
awk 'BEGIN { for (i = 1; i <= 40000; i++) print "acl big in", i, "allow tcp to any port", i }' \
	>"$scratch/big"
mkfifo "$scratch/ready"
chmod 666 "$scratch/big" "$scratch/ready"

charged()
{
	sed -n 's/^kernel //p' "$scratch/cgroup/writer/memory.stat"
}

# as_writer COMMAND: in the cgroup, as root of a user's own namespaces, until ended;
# what is charged then goes to $bytes
as_writer()
{
	bash -c "echo \$\$ >'$scratch/cgroup/writer/cgroup.procs'
		exec setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Urn bash -c '
			$1; echo \$? >\"$scratch/ready\"; exec sleep 600'" >/dev/null 2>&1 &
	writer=$!
	pids+=("$writer")
	read -r said <"$scratch/ready"
	bytes=$(charged)
}
empty_again()
{
	[ "$(charged)" -lt $((bytes / 2)) ]
}

as_writer "true"
before=$bytes
end_process "$writer"
as_writer "dd if=$scratch/big of=/proc/net/bailey/policy bs=4M status=none"
expect_equal "a user writes a large policy" 0 "$said"
note "charged: $before bytes without it, $bytes with it"
# A rule takes 40 bytes, and what finds it as many
expect_equal "it is charged to its writer" yes \
	"$([ $((bytes - before)) -gt $((40000 * 60)) ] && echo yes)"
end_process "$writer"
expect_pass "and given back when its namespace goes" until_true empty_again
umount "$scratch/cgroup"
