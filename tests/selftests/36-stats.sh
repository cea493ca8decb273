#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Counters are exact, per rule and per reason, and they survive every change
# that leaves their rule alone.

. "$(dirname "$0")/traffic.sh"
plan 35

load_module
topology
hinterland
agent_start
there='packet client server:eth0'

base='prefix-list p 10.8.7.0/24
group all in allow udp from any to any port 1000-1999
group all in allow tcp
group all in allow udp from prefix-list p to any port 3000
acl public in 10 allow udp from any to any port 1000
acl public in 20 deny udp from any to any port 2000
acl public in 30 allow any
acl public out 10 allow any
attach dev eth1 protects subnet acl public groups all'
policy router "$base"

# rule NAME DIR RULE: sets packets and bytes; the two first words are the kind
rule()
{
	must read router stats
	read -r packets bytes last < <(awk -v head="rule $1 $2 $3 " -v rule=": $4" '
		index($0, head) == 1 && substr($0, length($0) - length(rule) + 1) == rule {
			print $6, $8, $10
		}' <<<"$said")
}

counts()
{
	local name=$1 wanted=$2
	shift 2
	rule "$@"
	expect_equal "$name" "$wanted" "$packets $bytes"
}

e10='10 allow udp to any port 1000'
e20='20 deny udp to any port 2000'
e30='30 allow any'
g1='allow udp to any port 1000-1999'
counts "nothing yet" "0 0" acl public in "$e10"
rule acl public in "$e10"
expect_match "never hit" 'never' "$last"
for i in {1..10}; do
	must $there udp 10.8.0.1 $i 10.9.0.1 1000
done
# 20 bytes of IPv4, 8 of UDP, 16 of payload
counts "ten packets, 44 bytes each" "10 440" acl public in "$e10"
rule acl public in "$e10"
expect_match "hit just now" '^[0-5]:?$' "$last"
counts "the group was asked ten times" "10 440" group all in "$g1"
for i in {1..10}; do
	must $there udp 10.8.0.1 $i 10.9.0.1 1000 size 100
done
counts "ten more, 128 bytes each" "20 1720" acl public in "$e10"
counts "known connections ask no group" "10 440" group all in "$g1"
must $there udp 2001:db8:8::1 1 2001:db8:9::1 1000
counts "IPv6 has a longer header" "21 1784" acl public in "$e10"
counts "for the group, too" "11 504" group all in "$g1"
for i in 1 2 3; do
	agent "-$there udp 10.8.0.1 $i 10.9.0.1 2000"
done
counts "three were denied" "3 132" acl public in "$e20"
stat_of router drop acl-deny
expect_equal "and are counted as dropped" 3 "$number"
agent "-$there udp 10.8.0.1 1 10.9.0.1 3000"
counts "an ACL counts what a group refuses later" "1 44" acl public in "$e30"
stat_of router drop group-deny
expect_equal "the group's refusal" 1 "$number"
for i in 1 2; do
	must packet server client:eth0 udp 10.9.0.1 1000 10.8.0.1 $i
done
counts "responses are counted by the other direction" "2 88" acl public out '10 allow any'
must $there udp 10.8.7.1 1 10.9.0.1 3000
counts "a rule with a list" "1 44" group all in 'allow udp from prefix-list p to any port 3000'
counts "a rule that was never asked for" "0 0" group all in 'allow tcp'
stat_of router connections_new
expect_equal "new connections" 12 "$number"
stat_of router connections
expect_equal "connections in the table" 12 "$number"
stat_of router rules
# Three and three, one, a prefix and an attach line
expect_equal "what max_rules counts" 9 "$number"

# Changes elsewhere
policy router 'acl public in 15 deny udp from any to any port 1500
group other in allow any
endpoint e dev eth1 addr 10.9.0.99 groups other
default deny
default pass'
counts "a new entry beside it changes no counter" "21 1784" acl public in "$e10"
counts "nor in its group" "11 504" group all in "$g1"
policy router 'delete acl public in 15'
counts "nor does one that goes" "21 1784" acl public in "$e10"
policy router 'prefix-list p 10.8.8.0/24'
counts "nor a list that changes" "1 44" group all in 'allow udp from prefix-list p to any port 3000'
must read router policy
loaded=$said
policy router "$loaded"
counts "nor the same policy, loaded again" "21 1784" acl public in "$e10"
counts "in its group" "11 504" group all in "$g1"
counts "with lists" "1 44" group all in 'allow udp from prefix-list p to any port 3000'
ip -n router link add dummy9 type dummy
ip -n router link set dummy9 up
ip -n router link del dummy9
counts "nor interfaces that come and go" "21 1784" acl public in "$e10"
refused "a refused change" router 'line 1' 'acl public in 10 deny any'
counts "changes nothing" "21 1784" acl public in "$e10"
must $there udp 10.8.0.1 1 10.9.0.1 1000
counts "and counting goes on" "22 1828" acl public in "$e10"

# Changes of the rule itself
policy router 'replace acl public in 10 allow udp from any to any port 1001'
counts "another rule in its place begins at nothing" "0 0" acl public in '10 allow udp to any port 1001'
policy router 'delete acl public in 10'
policy router "acl public in $e10"
counts "and so does one that was away" "0 0" acl public in "$e10"
policy router flush
must read router stats
expect_no_match "after a flush there are no rules" '^rule ' "$said"
stat_of router connections
expect_equal "and no connections" 0 "$number"
stat_of router drop acl-deny
expect_equal "what was dropped stays counted" 3 "$number"
