#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Another module takes the place of the one that is loaded: connections go on, each
# by what its groups have said, and of what the policy forbids not one packet passes, at
# no moment, whether it goes well or not.

. "$(dirname "$0")/traffic.sh"
plan 44

load_module
topology
agent_start
# A sender that was shut out tries again after as long as it was
# shellcheck disable=SC2034 # of lib.sh
patience=200
steady=$(dirname "$0")/steady_traffic.py
kept=/run/bailey-upgrade

# number_in FILE: in $number
number_in()
{
	read -r number <"$scratch/$1" || number=0
}

# more_than COUNT FILE
more_than()
{
	number_in "$2"
	[ "$number" != broken ] && [ "$number" -gt "$1" ]
}

# flooded NAME: since it was called, packets were sent, and none has passed
flooded()
{
	number_in sent
	until_true more_than $((number + 20)) sent || bail_out "nothing is sent"
	number_in passed
	expect_equal "$1" 0 "$number"
}

# goes_on NAME: the transfer does
goes_on()
{
	number_in moved
	note "$number bytes"
	expect_pass "$1" until_true more_than $((number + 200000)) moved
}

# replies NAME: the flow of a question asked long ago
replies()
{
	pass "$1" packet server client:eth0 udp 1.3.3.7 53 119.18.36.73 5300
}

# Connections go on, also one that is allowed no more, but not one that was cut
all_go_on()
{
	goes_on "$1: the transfer goes on"
	# Who catches packets should not have to look at all of these
	kill -STOP "${busy[@]}"
	pass "$1: SCTP, which no rule allows any more" word line
	replies "$1: the answer to an old question passes"
	drop "$1: not that of one that was cut" \
		packet server client:eth0 udp 1.3.3.7 54 119.18.36.73 5400
	drop "$1: nor one that nobody asked for" \
		packet server client:eth0 udp 1.3.3.7 53 119.18.36.73 5301
	kill -CONT "${busy[@]}"
}

policy router 'group web in allow tcp from any to any port 443
group web in allow udp from any to any port 53-54
group web in allow sctp from any to any port 3868
attach dev eth1 protects subnet groups web'
# settings: else what is lost would be picked up again, or a slow machine lose more
settings()
{
	must sysctl router tcp_loose 0
	must sysctl router udp_timeout 599
}
settings

agent "+listen server 3868 proto sctp" || bail_out "no SCTP server: $said"
spawn server "$steady" sink 443 "$scratch/moved"
until_true listening server t 443 || bail_out "nobody listens"
spawn server "$steady" catch eth0 999 "$scratch/passed"
must open line client 1.3.3.7 3868 proto sctp sport 5000
must packet client server:eth0 udp 119.18.36.73 5300 1.3.3.7 53
must packet client server:eth0 udp 119.18.36.73 5400 1.3.3.7 54
policy router 'begin revoke cut
delete group web in allow udp from any to any port 53-54
group web in allow udp from any to any port 53
commit'
# Asked again, it is the new policy's
must word line
policy router 'delete group web in allow sctp from any to any port 3868'
spawn client "$steady" source 1.3.3.7 443
busy=("$spawned")
spawn client "$steady" flood 1.3.3.7 999 "$scratch/sent"
busy+=("$spawned")
until_true more_than 200000 moved || bail_out "nothing is moved"
flooded "before: what is forbidden does not pass"
must read router snapshot
expect_match "windows are scaled" '^conn tcp .* dport 443 .*state ESTABLISHED .* ([1-9]|1[0-4]) ([1-9]|1[0-4]) ([1-9]|1[0-4]) 3$' "$said"

# Step by step, with a look between
expect_pass "a guard" tool router guard on
expect_equal "is on" on "$(tool router guard)"
flooded "with the guard"
expect_pass "the policy is saved" tool router policy save "$scratch/policy"
expect_pass "connections are saved" tool router connection save "$scratch/connections"
expect_equal "nobody else may read them" 600 "$(stat -c %a "$scratch/connections")"
rmmod bailey || bail_out "rmmod"
flooded "without the module"
load_module
flooded "with a module that has no policy"
expect_fail "connections before the policy are refused" \
	tool router connection load "$scratch/connections"
tool router policy load "$scratch/policy" >/dev/null || bail_out "policy load"
settings
flooded "with the policy, but without connections"
expect_pass "connections are loaded" tool router connection load "$scratch/connections"
flooded "with connections"
expect_pass "the guard goes" tool router guard off
flooded "without the guard"
all_go_on "by steps"

# In one go, from another namespace
before=$(stat -c %i /sys/module/bailey)
expect_pass "an upgrade" "$BAILEY_TOOL" upgrade "$BAILEY_KO"
flooded "during an upgrade"
all_go_on "upgraded"
# sysfs gives each a number of its own
expect_pass "it is another module" test "$(stat -c %i /sys/module/bailey)" != "$before"
must sysctl router udp_timeout
expect_equal "with the settings of the old one" 599 "$said"
expect_equal "and its parameters" Y "$(cat /sys/module/bailey/parameters/compare)"
expect_fail "nothing is left" test -e $kept
expect_fail "nor a guard" tool router guard

# A policy that waits is not to be made lasting, nor to be forgotten
policy router 'begin confirm 600
acl unused
commit'
expect_fail "not while a policy waits for its confirmation" "$BAILEY_TOOL" upgrade "$BAILEY_KO"
must write router policy 'confirm\n'

# One that goes wrong
echo nonsense >"$scratch/nonsense.ko"
expect_fail "a module that is none" "$BAILEY_TOOL" upgrade "$scratch/nonsense.ko"
expect_fail "no module is loaded" module_loaded
flooded "and nothing passes"
load_module
saved=$kept/$(in_ns router stat -L -c %i /proc/self/ns/net)
tool router policy load "$saved.policy" >/dev/null || bail_out "no policy in $kept"
settings
expect_pass "by hand" tool router connection load "$saved.connections"
tool router guard off
all_go_on "mended"

# That the flood would have passed
rmmod bailey
expect_pass "without all this it passes" until_true more_than 20 passed
