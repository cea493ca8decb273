#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections that are silent for too long are gone: each kind by its own
# timeout, and nothing keeps one alive but its own packets that passed.

. "$(dirname "$0")/traffic.sh"
plan 27

load_module
topology
hinterland
agent_start
there='packet client server:eth0'
back='packet server client:eth0'

policy router 'group all in allow any
acl public in 10 deny udp from any port 666 to any
acl public in 20 allow any
acl public out 20 allow any
attach dev eth1 protects subnet groups all'

expect_equal "timeouts as they come: TCP, established" 432000 \
	"$(in_ns router cat /proc/sys/net/bailey/tcp_timeout_established)"
expect_equal "UDP" 30 "$(in_ns router cat /proc/sys/net/bailey/udp_timeout)"
expect_equal "UDP, streams" 180 "$(in_ns router cat /proc/sys/net/bailey/udp_timeout_stream)"
expect_equal "others" 600 "$(in_ns router cat /proc/sys/net/bailey/generic_timeout)"

# One second, on kernels that have time
unit=$((patience / 10))

# All kinds at once, all short; then all kinds at once, all short but those
# that these are compared with
short()
{
	local name
	for name; do
		must sysctl router $name $((2 * unit))
	done
}

short udp_timeout icmp_timeout generic_timeout tcp_timeout_syn_sent tcp_timeout_close
must $there udp 10.8.0.1 1000 10.9.0.1 53
must $there udp 10.8.0.2 1000 10.9.0.1 53
must $back udp 10.9.0.1 53 10.8.0.2 1000
must $there udp 10.8.0.2 1000 10.9.0.1 53
must $there udp 10.8.0.3 666 10.9.0.1 53
must $there icmp 10.8.0.1 10.9.0.1 8 id 1
must $there proto 253 10.8.0.1 10.9.0.1
must $there tcp 10.8.0.1 1001 10.9.0.1 80 S
must $there tcp 10.8.0.1 1002 10.9.0.1 80 S
must $back tcp 10.9.0.1 80 10.8.0.1 1002 SA
must $there tcp 10.8.0.1 1003 10.9.0.1 80 S
must $back tcp 10.9.0.1 80 10.8.0.1 1003 SA
must $there tcp 10.8.0.1 1003 10.9.0.1 80 A
must $there tcp 10.8.0.1 1004 10.9.0.1 80 S
must $back tcp 10.9.0.1 80 10.8.0.1 1004 RA
must $there tcp 10.8.0.1 1005 10.9.0.1 80 A
must $there udp 10.8.0.4 1000 10.9.0.1 53
must $there udp 2001:db8:8::1 1000 2001:db8:9::1 53
connections_match "before" . 12
policy router 'replace attach dev eth1 protects subnet acl public groups all'
# One of them goes on; one only tries to
for _ in 1 2 3 4; do
	sleep "$unit"
	must $there udp 10.8.0.4 1000 10.9.0.1 53
	agent "-$there udp 10.8.0.3 666 10.9.0.1 53"
done
must read router connections
list=$said
gone()
{
	expect_no_match "gone: $1" "$2" "$list"
}
stays()
{
	expect_match "stays: $1" "$2" "$list"
}
gone "UDP" 'udp .*src=10.8.0.1 '
gone "UDP, IPv6" 'udp .*src=2001:db8:8::1 '
gone "UDP, whose packets an ACL denies" 'src=10.8.0.3 '
gone "ICMP" '^icmp '
gone "another protocol" '^253 '
gone "TCP, unanswered" 'sport=1001 '
gone "TCP, reset" 'sport=1004 '
gone "TCP, picked up in the middle, never answered" 'sport=1005 '
stays "a UDP stream" 'src=10.8.0.2 '
stays "UDP that goes on" 'src=10.8.0.4 '
stays "TCP, half open" 'SYN_RECV .*sport=1002 '
stays "TCP, established" 'ESTABLISHED .*sport=1003 '
drop "a response that comes too late" $back udp 10.9.0.1 53 10.8.0.1 1000
must $there udp 10.8.0.4 1000 10.9.0.1 53
pass "a response in time" $back udp 10.9.0.1 53 10.8.0.4 1000
drop "a late TCP response" $back tcp 10.9.0.1 80 10.8.0.1 1001 SA

collected()
{
	stat_of router connections
	[ "$number" -le 5 ]
}
expect_pass "what is gone is taken out of the table, too" until_true collected

# The rest
short udp_timeout_stream tcp_timeout_syn_recv tcp_timeout_established \
	tcp_timeout_fin_wait tcp_timeout_close_wait tcp_timeout_last_ack \
	tcp_timeout_time_wait
must $there udp 10.8.0.2 1000 10.9.0.1 53
must $there tcp 10.8.0.1 1003 10.9.0.1 80 A
for port in 1010 1011 1012 1013; do
	must $there tcp 10.8.0.1 $port 10.9.0.1 80 S
	must $back tcp 10.9.0.1 80 10.8.0.1 $port SA
	must $there tcp 10.8.0.1 $port 10.9.0.1 80 A
	must $there tcp 10.8.0.1 $port 10.9.0.1 80 FA
done
for port in 1011 1012 1013; do
	must $back tcp 10.9.0.1 80 10.8.0.1 $port A
done
for port in 1012 1013; do
	must $back tcp 10.9.0.1 80 10.8.0.1 $port FA
done
must $there tcp 10.8.0.1 1013 10.9.0.1 80 A
sleep $((2 * unit + 2))
must read router connections
list=$said
gone "a UDP stream" 'src=10.8.0.2 '
gone "TCP, established" 'sport=1003 '
for port in 'FIN_WAIT 1010' 'CLOSE_WAIT 1011' 'LAST_ACK 1012' 'TIME_WAIT 1013'; do
	gone "TCP, ${port% *}" "sport=${port#* } "
done
