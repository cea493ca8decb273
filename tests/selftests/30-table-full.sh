#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A table full of connections that last refuses new ones and counts them; those
# that are in it go on, and room that is made is used. What nobody answered makes room (47-syn-flood.sh has more of that).

. "$(dirname "$0")/traffic.sh"
plan 21

load_module
topology
hinterland
agent_start
listen server 443

blast()
{
	python3 "$(dirname "$0")/blast.py" client "$@" >/dev/null
}

# The other side answers flows, and they go on: streams
answer()
{
	python3 "$(dirname "$0")/blast.py" server --answer "$@" >/dev/null
	blast "$@"
}

policy router 'group all in allow any
attach dev eth1 protects subnet groups all'
must sysctl router max_connections 200
must sysctl router udp_timeout 600
must open line client 1.3.3.7 443
must packet client server:eth0 udp 10.8.99.1 7 10.9.0.1 7
must packet server client:eth0 udp 10.9.0.1 7 10.8.99.1 7
must packet client server:eth0 udp 10.8.99.1 7 10.9.0.1 7
blast --flows 150
answer --flows 150
blast --first 150 --flows 850
stat_of router connections_early_dropped
expect_pass "those that nobody answered made room: $number" test "$number" -ge 700
stat_of router drop table-full
expect_equal "so nobody was refused" 0 "$number"
pass "one that was answered stays" packet server client:eth0 udp 10.9.0.1 53 10.8.0.1 1024
drop "of the others the newest stay only" \
	packet server client:eth0 udp 10.9.0.1 53 10.8.0.1 1200
must write router connections 'delete src 10.8.0.0/16 dport 53\n'
blast --flows 190
answer --flows 190
for port in {1..20}; do
	agent "+packet client server:eth0 udp 10.8.99.2 $port 10.9.0.1 7" || break
	must packet server client:eth0 udp 10.9.0.1 7 10.8.99.2 $port
	must packet client server:eth0 udp 10.8.99.2 $port 10.9.0.1 7
done
stat_of router drop table-full
before=$number
blast --first 2000 --flows 800
stat_of router connections
# The count may lag by a batch on each processor
slack=$((64 * $(nproc)))
expect_pass "the table is full" test "$number" -ge 200
expect_pass "and not much more than full: $number" test "$number" -le $((200 + slack))
full=$number
stat_of router drop table-full
expect_equal "each that found no room is counted" $((before + 800)) "$number"
expect_equal "the list has as many" "$full" "$(bailey_read router connections | wc -l)"
pass "an old connection goes on" word line
pass "in the other direction as well" packet server client:eth0 udp 10.9.0.1 7 10.8.99.1 7
pass "and again" packet client server:eth0 udp 10.8.99.1 7 10.9.0.1 7
drop "a new one is refused" tcp client 1.3.3.7 443
drop "of any protocol" ping client 1.3.3.7
drop "and IPv6" tcp client 2001:db8:2::7 443

# Room
must write router connections 'delete src 10.8.0.0/16 dport 53\n'
stat_of router connections
expect_pass "deleting makes room" test "$number" -lt 30
pass "which is used" tcp client 1.3.3.7 443
blast --flows 190 --first 5000
answer --flows 190 --first 5000
for port in {1..20}; do
	agent "+packet client server:eth0 udp 10.8.99.3 $port 10.9.0.1 7" || break
	must packet server client:eth0 udp 10.9.0.1 7 10.8.99.3 $port
	must packet client server:eth0 udp 10.8.99.3 $port 10.9.0.1 7
done
drop "until it is full again" ping client 1.3.3.7
must sysctl router max_connections 2000
pass "a higher limit holds at once" ping client 1.3.3.7
must sysctl router max_connections 1
must write router connections 'delete proto icmp\n'
drop "a lower one as well, for new ones" ping client 1.3.3.7
pass "but it ends nobody" word line
must write router connections 'flush\n'
must sysctl router max_connections 100000
pass "after a flush all is well" tcp client 1.3.3.7 443
