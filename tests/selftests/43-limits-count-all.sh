#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# max_rules bounds what a policy is made of: rules, prefixes and addresses
# together, and the things of each kind, though there be nothing in them.

. "$(dirname "$0")/traffic.sh"
plan 29

load_module
make_ns router
agent_start
must sysctl router max_rules 10

# lines TEXT N: so many, with their number for each %
lines()
{
	local i
	for ((i = 0; i < $2; i++)); do
		echo "${1//%/$i}"
	done
}

# there_are NAME N: things in the policy
there_are()
{
	must read router policy
	expect_equal "$1" "$2" "$(grep -Ec '^(group|acl|prefix-list|endpoint) ' <<<"$said")"
}

for kind in group acl prefix-list; do
	accepted "$kind: as many empty ones as the limit" router \
		"flush
$(lines "$kind e%" 10)"
	refused "$kind: one more" router 'max_rules' "$kind more"
	refused "$kind: one more at once" router 'max_rules' "flush
$(lines "$kind e%" 11)"
	there_are "$kind: they are as before" 10
	accepted "$kind: one in place of another" router "delete $kind e0
$kind more"
	accepted "$kind: all of them in place of all" router "flush
$(lines "$kind f%" 10)"
	there_are "$kind: these it is" 10
done

# Endpoints have one address at least, which counts as well
policy router 'flush
group g'
accepted "as many endpoints as the limit" router \
	"$(lines 'endpoint e% dev eth0 addr 10.0.0.% groups g' 10)"
refused "no endpoint more" router 'max_rules' 'endpoint more dev eth0 addr 10.0.1.1 groups g'
refused "no rule more" router 'max_rules' 'group g in allow any'
refused "no attach line more" router 'max_rules' 'attach dev eth0 protects host groups g'

# Very many: the end is when they are far too many, not when all are there
must sysctl router max_rules 100
escape "$(lines 'group e%' 3000)"
for begin in begin 'begin check'; do
	if agent "+write router policy $begin\\nflush\\n$escaped\\ncommit\\n"; then
		not_ok "$begin, very many: refused" accepted
	else
		ok "$begin, very many: refused"
	fi
	[ "$begin" = begin ] || continue
	line=$(awk '$1 == "line" { print $2 }' <<<"$said")
	expect_pass "at a line that is not far behind the limit" test "${line:-0}" -gt 1 -a \
		"${line:-3000}" -lt 1000
done
there_are "it is as before" 11
