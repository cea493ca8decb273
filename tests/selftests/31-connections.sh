#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The list of connections, and what can be done to it.

. "$(dirname "$0")/traffic.sh"
plan 35

load_module
topology
hinterland
agent_start
listen server 443 80

policy router 'group all in allow any
attach dev eth1 protects subnet groups all'
there='packet client server:eth0'

fill()
{
	must write router connections 'flush\n'
	must $there udp 10.8.0.1 1000 10.9.0.1 53
	must $there udp 10.8.0.1 1001 10.9.0.1 54
	must $there udp 10.8.1.1 1000 10.9.1.1 53
	must $there udp 2001:db8:8::1 1000 2001:db8:9::1 53
	must $there tcp 10.8.0.1 1000 10.9.0.1 53 S
	must $there tcp 10.8.0.2 1000 10.9.0.1 80 S
	must $there icmp 10.8.0.1 10.9.0.1 8 id 7
	must $there icmp 2001:db8:8::1 2001:db8:9::1 128 id 7
	must $there gre 10.8.0.1 10.9.0.1 key 3
	must $there proto 253 10.8.0.1 10.9.0.1
}

fill
for line in \
	'^udp - src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=53 in=eth0 out=eth1 groups=0,[0-9]+ expires=(2[0-9]|3[01])$' \
	'^udp - src=2001:db8:8::1 dst=2001:db8:9::1 sport=1000 dport=53 ' \
	'^tcp SYN_SENT src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=53 .* expires=1[12][0-9]$' \
	'^icmp - src=10.8.0.1 dst=10.9.0.1 type=8 code=0 id=7 in=eth0 out=eth1 ' \
	'^icmpv6 - src=2001:db8:8::1 dst=2001:db8:9::1 type=128 code=0 id=7 ' \
	'^gre - src=10.8.0.1 dst=10.9.0.1 ' \
	'^253 - src=10.8.0.1 dst=10.9.0.1 in=eth0 .* expires=(5[89][0-9]|60[01])$'; do
	connections_match "listed: $line" "$line" 1
done
connections_match "ten in all" . 10
stat_of router connections
expect_equal "and counted" 10 "$number"

# delete NAME FILTER LEFT: as many are left
delete()
{
	fill
	must write router connections "$2\\n"
	connections_match "$1" . "$3"
}

delete "flush" 'flush' 0
delete "by protocol" 'delete proto udp' 6
delete "by protocol, TCP" 'delete proto tcp' 8
delete "by a protocol's number" 'delete proto 253' 9
delete "by source" 'delete src 10.8.0.1' 4
delete "by prefix" 'delete src 10.8.0.0/16' 2
delete "by IPv6 prefix" 'delete src 2001:db8::/32' 8
delete "by destination" 'delete dst 10.9.1.1' 9
delete "by source port" 'delete sport 1000' 5
delete "by destination port" 'delete dport 53' 6
delete "by port and protocol" 'delete proto udp dport 53' 7
delete "one, by everything" 'delete proto udp src 10.8.0.1 dst 10.9.0.1 sport 1000 dport 53' 9
delete "none" 'delete proto udp dport 9999' 10
delete "two lines" 'delete proto udp\ndelete proto tcp' 4
for line in 'delete' 'delete everything' 'delete proto' 'delete dport 70000' 'flush udp' \
	'remove proto udp' 'delete src 10.8.0.0/33'; do
	if agent "+write router connections $line\\n"; then
		not_ok "refused: $line" accepted
	else
		ok "refused: $line"
	fi
done
connections_match "and nothing is deleted by that" . 4

# What is deleted is unknown
fill
must write router connections 'delete proto udp src 10.8.0.1\n'
drop "a response to what was deleted" packet server client:eth0 udp 10.9.0.1 53 10.8.0.1 1000
pass "one to what was not" packet server client:eth0 udp 10.9.1.1 53 10.8.1.1 1000
must sysctl router tcp_loose 0
must open line client 1.3.3.7 443
must write router connections 'flush\n'
drop "a flushed connection is not picked up with tcp_loose 0" word line
must sysctl router tcp_loose 1
pass "with tcp_loose 1 it is" word line
must reset line
