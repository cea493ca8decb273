#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A writer with very much to do dies soon after it is killed; and a namespace
# that is deleted while somebody elsewhere still writes to it keeps no other
# namespace waiting.

. "$(dirname "$0")/traffic.sh"
plan 16

load_module
topology
hinterland
make_ns left other watch
make_link left eth0 watch left0
make_link other eth0 watch other0
agent_start

# gone PID: it has ended
gone()
{
	! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

# reads NS REGEX: the policy of a namespace has a line like that
reads()
{
	bailey_read "$1" policy | grep -Eq "$2"
}

# dies NAME PID: it is at work; it is killed; it is gone
dies()
{
	# Without a word from the shell
	disown "$2"
	expect_fail "$1 is at work" gone "$2"
	kill -KILL "$2"
	expect_pass "$1 dies when it is killed" until_true gone "$2"
}

# A big policy, whose every commit takes a while; the first shows that the
# writer has begun, the last must never come. All in one write
{
	echo begin
	echo 'group g in allow any'
	for ((i = 0; i < 5000; i++)); do
		echo "attach dev y$i protects host groups g"
	done
	echo commit
} >"$scratch/big"
{
	printf 'begin\ngroup first\ncommit\n'
	yes $'begin\ncommit' | head -n 500000
	printf 'begin\ngroup last\ncommit\n'
} >"$scratch/commits"
big_policy()
{
	in_ns "$1" dd if="$scratch/big" of=/proc/net/bailey/policy bs=4M \
		conv=notrunc status=none || bail_out "no big policy in $1"
}

big_policy other
spawn other dd if="$scratch/commits" of=/proc/net/bailey/policy bs=8M conv=notrunc status=none
expect_pass "commits: the first is in force" until_true reads other '^group first'
dies "who writes thousands of commits" "$spawned"
expect_fail "commits: the last was never made" reads other '^group last'
accepted "others can write again" other 'delete group first'

# Very many walks through the table
must sysctl router udp_timeout 3600
policy router 'group any in allow any
attach dev eth1 protects subnet groups any'
python3 "$(dirname "$0")/blast.py" client --flows 10000 >/dev/null
must packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 1001
must packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 1002
{
	echo 'delete dport 1001'
	yes 'delete dport 7' | head -n 4200
	echo 'delete dport 1002'
} >"$scratch/deletes"
fewer()
{
	stat_of router connections
	[ "$number" = 10001 ]
}
spawn router dd if="$scratch/deletes" of=/proc/net/bailey/connections bs=4M conv=notrunc status=none
expect_pass "deletes: the first is done" until_true fewer
dies "who writes thousands of deletes" "$spawned"
expect_match "deletes: the last never was" 'dport=1002' "$(bailey_read router connections)"

# A writer from elsewhere, and the namespace is deleted under it
no_link()
{
	! ip -n watch link show "$1"
}
big_policy left
must fd-open held left policy
# shellcheck disable=SC2016 # for the inner shell
spawn left bash -c 'exec 5<>/proc/net/bailey/policy
	exec nsenter --net=/proc/1/ns/net dd if="$1" bs=8M status=none >&5' bash "$scratch/commits"
until_true reads left '^group first' || bail_out "the writer does not begin"
ip netns del left
ip netns del other
expect_pass "another namespace ends meanwhile" until_true no_link other0
expect_pass "and new ones come and go" timeout "$patience" unshare -n true
dies "who wrote to it" "$spawned"
expect_pass "its namespace ends" until_true no_link left0
drop "who holds a file of it writes no more" fd-write held 'default deny\n'
expect_match "but gets an error" EIO "$said"
