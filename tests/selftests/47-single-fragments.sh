#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fragments that nobody puts together: what needs addresses and protocols alone
# is right about them, and what needs more lets none of them through.

. "$(dirname "$0")/traffic.sh"
plan 34

load_module
topology
hinterland
agent_start
listen server 53
# Before nf_defrag, which lets alone what is not tracked
in_ns router nft -f - <<-END || bail_out "no notrack"
	table inet single {
		chain pre {
			type filter hook prerouting priority -450
			notrack
		}
	}
END

# What is looked for is in the last fragment
there='packet client server:eth0'
target='10.9.0.1'
target6='2001:db8:9::1'

policy router 'acl a in 10 deny any from 10.8.0.66
acl a in 20 allow udp from 10.8.0.1 to any port 53
acl a in 30 allow udp from 10.8.0.0/24
acl a in 40 allow tcp from 10.8.0.0/24 to any port 443
acl a in 50 allow icmp type 8
acl a in 60 deny any from 2001:db8:8::66
acl a in 70 allow udp from 2001:db8:8::1 to any port 53
acl a in 80 allow udp from 2001:db8:8::/64
attach dev eth1 protects subnet acl a'
pass "addresses and protocol decide" $there udp 10.8.0.2 1 $target 80 size 104 frag 16
drop "and deny" $there udp 10.8.0.66 1 $target 80 size 104 frag 16
drop "and match nothing" $there udp 10.8.1.1 1 $target 80 size 104 frag 16
stat_of router drop fragment
expect_equal "none of it was undecided" 0 "$number"
drop "an entry with ports is undecided" $there udp 10.8.0.1 1 $target 53 size 104 frag 16
stat_of router drop fragment
expect_equal "that is their reason" 6 "$number"
rule_count router 'rule acl a in' packets
expect_equal "the first one shows its port and passes" $((7 + 7 + 1)) "$number"
drop "a type is undecided as well" $there icmp 10.8.0.2 $target 8 size 104 frag 16
pass "addresses and protocol decide, IPv6" $there udp 2001:db8:8::2 1 $target6 80 size 104 frag 16
drop "and deny, IPv6" $there udp 2001:db8:8::66 1 $target6 80 size 104 frag 16
drop "an entry with ports is undecided, IPv6" $there udp 2001:db8:8::1 1 $target6 53 size 104 frag 16

# A first fragment too short for its ports
stat_of router drop truncated
expect_equal "nothing was cut short so far" 0 "$number"
drop "a TCP header in three fragments" $there tcp 10.8.0.1 1 $target 443 S size 108 frag 8
stat_of router drop truncated
expect_equal "the first of them is cut short" 1 "$number"
policy router 'acl a in 35 allow tcp from 10.8.0.0/24'
pass "where no port is asked for the later ones pass" \
	$there tcp 10.8.0.1 1 $target 443 S size 108 frag 8
stat_of router drop truncated
expect_equal "the first one never does" 2 "$number"

# In IPv6 the protocol may be hidden behind the first fragment
drop "a later fragment of a header is no UDP" \
	$there udp 2001:db8:8::2 1 $target6 80 size 104 frag 24 ext 2
policy router 'acl a in 75 allow any from 2001:db8:8::/64'
pass "it is a packet of some protocol" \
	$there udp 2001:db8:8::2 1 $target6 80 size 104 frag 24 ext 2
drop "unless an entry for one protocol stands before" \
	$there udp 2001:db8:8::1 1 $target6 80 size 104 frag 24 ext 2

# Groups
policy router 'flush
group dns in allow udp to any port 53
group dns in allow udp from 10.8.0.7
group dns in allow udp from 2001:db8:8::7
attach dev eth1 protects subnet groups dns'
before=$(stat_of router drop fragment; echo "$number")
drop "a rule with ports lets none through" $there udp 10.8.0.1 1 $target 53 size 104 frag 16
connections_match "nor does the first one begin a connection" . 0
stat_of router drop fragment
expect_equal "they are those that no rule decides" 6 $((number - before))
stat_of router drop checksum
expect_equal "its checksum can't be verified" 1 "$number"
drop "over IPv6" $there udp 2001:db8:8::1 1 $target6 53 size 104 frag 16
pass "a rule without ports does" $there udp 10.8.0.7 1 $target 80 size 104 frag 16
pass "over IPv6 too" $there udp 2001:db8:8::7 1 $target6 80 size 104 frag 16
connections_match "and they begin no connections" . 0
drop "another protocol is denied" $there sctp 10.8.0.7 1 $target 80 size 104 frag 16

# Not to be answered
policy router 'flush
acl r in 1 reject udp
attach dev eth1 protects subnet acl r'
drop "a rejected fragment is dropped" $there udp 10.8.0.1 1 $target 53 size 104 frag 16
stat_of router rejects_sent
expect_match "nobody is told of the later ones" '^[01]$' "$number"
agent "+write router explain udp from 10.8.0.1 to 10.9.0.1 fragment in eth0 out eth1\\n"
expect_match "explain knows fragments" 'sends nothing' "$said"

# With reassembly none of this is to be seen
in_ns router nft delete table inet single
policy router 'flush
acl a in 20 allow udp from any to any port 53
attach dev eth1 protects subnet acl a'
pass "put together, ports decide" $there udp 10.8.0.1 1 $target 53 size 104 frag 16
drop "put together, ports deny" $there udp 10.8.0.1 1 $target 54 size 104 frag 16
pass "put together, ports decide, IPv6" $there udp 2001:db8:8::1 1 $target6 53 size 104 frag 16
