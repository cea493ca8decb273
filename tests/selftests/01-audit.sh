#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each change of the policy that comes into force leaves a record in the kernel's
# audit log, where there is one; what is refused or only checked leaves none. A
# kernel without such a log takes policies as well.

. "$(dirname "$0")/lib.sh"

audit=$(dirname "$0")/audit.py

# records_of NS COMMAND: of what a shell does in a namespace, in $records
records_of()
{
	records=$("$audit" ip netns exec "$1" bash -c "$2" 2>"$scratch/audit-errors")
}

# fields: of each record in $records table, entries, operation and program
fields()
{
	sed -E 's/.*table=(\S+) family=1 entries=([0-9]+) op=(\S+) .*comm="([^"]*)".*/\1 \2 \3 \4/; s, kworker/.*, kworker,' \
		<<<"$records"
}

# expect_records NAME WANTED NS COMMAND: as it leaves them, without the table
expect_records()
{
	records_of "$3" "$4"
	expect_equal "$1" "$2" "$(fields | sed "s/^$table //")"
}

without_a_log()
{
	plan 1
	load_module
	make_ns router
	expect_pass "without an audit log policies are taken as well" \
		bailey_write router 'default deny'
	exit
}

if ! "$audit"; then
	[ "${BAILEY_FLAVOUR:-}" != stock ] || bail_out "this kernel should have an audit log"
	without_a_log
fi

plan 9
load_module
make_ns router
table=bailey:$(in_ns router readlink /proc/self/ns/net | tr -dc 0-9)
policy=/proc/net/bailey/policy

records_of router "echo 'acl a in 1 allow tcp' >$policy"
expect_equal "a record names the namespace" "$table 1 xt_replace bash" "$(fields)"
expect_records "the first policy that asks anybody" '3 xt_register bash' router \
	"printf 'begin\nacl a in 2 allow udp\nattach dev eth1 protects subnet acl a\ncommit\n' >$policy"
expect_records "a change" '4 xt_replace bash' router "echo 'acl a in 3 deny icmp' >$policy"
expect_records "a refused one leaves none" '' router "! echo 'acl a in 3 deny icmp' >$policy"
expect_records "nor does a check" '' router \
	"printf 'begin check\nflush\ncommit\n' >$policy"
expect_records "what nobody confirms, and its end by the kernel" \
	$'5 xt_replace bash\n4 xt_replace kworker' router "
	printf 'begin confirm 1\nacl a in 4 deny 4\ncommit\n' >$policy
	while grep -q 'policy_unconfirmed 1' /proc/net/bailey/stats; do sleep 0.1; done"
expect_records "the last one that asks anybody" '0 xt_unregister bash' router "echo flush >$policy"
must_write router 'default deny'
# Namespaces end in their own time, but before the module does
records=$("$audit" bash -c 'ip netns del router; rmmod bailey')
expect_match "a namespace goes with its policy" "^$table 0 xt_unregister " "$(fields)"
load_module
records=$("$audit" bash -c "echo 'default deny' >$policy; rmmod bailey")
expect_equal "so is that the module goes" $'0 xt_register bash\n0 xt_unregister rmmod' \
	"$(fields | sed -E 's/^bailey:[0-9]+ //')"
