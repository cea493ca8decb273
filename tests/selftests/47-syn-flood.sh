#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A flood of SYNs from everywhere, answered or not, fills the table and goes on.
# Connections that are established do not notice, and new ones come about; counters
# and one line in the log say what happens. Who finds the table full of established
# connections is refused.

. "$(dirname "$0")/traffic.sh"
plan 33

load_module
topology
hinterland
agent_start
listen server 443 80

# A second brings more than the table holds; where checkers are slow, less more
case "${BAILEY_FLAVOUR:-}" in
plain) rate=20000 ;;
*) rate=3000 ;;
esac
lines=20
tries=10
room=1000

policy router 'group all in allow any
attach dev eth1 protects subnet groups all'
must sysctl router max_connections $room
must sysctl router udp_timeout 600
for ((i = 0; i < lines; i++)); do
	must open line$i client 1.3.3.7 443
done
# Answered UDP, and a TCP connection whose handshake is over but that says nothing
must packet client server:eth0 udp 10.8.99.1 7 10.9.0.1 7
must packet server client:eth0 udp 10.9.0.1 7 10.8.99.1 7
must packet client server:eth0 tcp 10.8.99.1 8 10.9.0.1 80 S
must packet server client:eth0 tcp 10.9.0.1 80 10.8.99.1 8 SA
must packet client server:eth0 tcp 10.8.99.1 8 10.9.0.1 80 A

flood()
{
	spawn client python3 "$(dirname "$0")/blast.py" client --syn --random \
		--rate $rate --seconds 1000 "$@"
	flooder=$spawned
}

# how_many COMMAND...: times, of $tries, that it works; % is the number. In $good
how_many()
{
	local i
	good=0
	for ((i = 0; i < tries; i++)); do
		agent "+${*//%/$i}" && good=$((good + 1))
	done
}

all_lines()
{
	local i
	for ((i = 0; i < lines; i++)); do
		agent "+word line$i" || return 1
	done
}

# more_than NAME N: the counter has grown by more than N since it was in $number
grown()
{
	local before=$number
	stat_of router "$1"
	[ "$number" -gt $((before + $2)) ] || {
		number=$before
		return 1
	}
}

# What the kernel has said since this scenario began
mark="47-syn-flood begins: $RANDOM$RANDOM"
echo "$mark" >/dev/kmsg
log()
{
	dmesg | sed "1,/$mark/d"
}

told()
{
	log | grep -c 'bailey: connection table of namespace'
}

told_of_refusals()
{
	log | grep -Eq 'bailey: connection table .* [1-9][0-9]* new ones were refused'
}

# under_flood NAME: while it goes on
under_flood()
{
	local before began=$SECONDS
	stat_of router connections_early_dropped
	before=$number
	expect_pass "$1: thousands made room" until_true grown \
		connections_early_dropped $((3 * room))
	pass "$1: established connections go on" word line0
	expect_pass "$1: all of them" all_lines
	how_many tcp client 1.3.3.7 443
	expect_equal "$1: new TCP connections come about" $tries "$good"
	how_many udp client 1.3.3.7 443
	expect_pass "$1: new UDP flows: $good of $tries" test "$good" -ge $((tries * 3 / 4))
	how_many ping client 2001:db8:2::7
	expect_pass "$1: pings, IPv6: $good of $tries" test "$good" -ge $((tries * 3 / 4))
	expect_pass "$1: all established ones, again" all_lines
	pass "$1: an answered UDP flow is there" \
		packet server client:eth0 udp 10.9.0.1 7 10.8.99.1 7
	stat_of router connections
	expect_pass "$1: the table keeps its limit: $number" \
		test "$number" -le $((room + 64 * $(nproc)))
	stat_of router drop table-full
	expect_equal "$1: nobody was refused" 0 "$number"
	stat_of router connections_early_dropped
	note "$1: $((number - before)) made room in $((SECONDS - began)) s"
}

began=$SECONDS
flood
under_flood "SYNs that nobody answers"
end_process "$flooder"

# The server answers each, and nobody completes the handshake
flood --to 1.3.3.7:80
under_flood "SYNs that are answered"
end_process "$flooder"

stat_of router connections
expect_pass "the table is full: $number" test "$number" -ge $((room - 64))
must read router connections
expect_match "half open ones are in the table" '^tcp SYN_RECV src=10.8.' "$said"
expect_match "the silent one is there as well" \
	'^tcp ESTABLISHED src=10.8.99.1 dst=10.9.0.1 sport=8 dport=80' "$said"
expect_pass "the log has a line about it" until_true told
number=$(told)
expect_pass "and not more than one in ten seconds: $number" \
	test "$number" -le $(((SECONDS - began) / 10 + 2))
# The first line may come when few have made room; the next one tells of the others
told_how_many()
{
	log | grep -qE 'namespace [0-9]+ is full \([0-9]+\): [0-9]{3,} unanswered'
}
patience=40 until_true told_how_many
note "$(log | grep 'bailey: connection table' | tail -n 1)"
expect_pass "it says how many made room" told_how_many

# The rest is collected when its time has come
for name in tcp_timeout_syn_sent tcp_timeout_syn_recv tcp_timeout_close; do
	must sysctl router $name 1
done
must write router connections 'delete src 10.8.0.0/16\n'
stat_of router connections_expired
must packet client server:eth0 tcp 10.8.99.1 9 10.9.0.1 80 S
expect_pass "after their time they are collected" until_true grown connections_expired 0

# Full of those that stay, and of nobody else
for which in 'proto udp' 'proto icmpv6' 'state SYN_SENT' 'state SYN_RECV' \
	'state TIME_WAIT' 'state CLOSE' 'src 10.8.0.0/16'; do
	must write router connections "delete $which\\n"
done
stat_of router connections
full=$number
must sysctl router max_connections 10
for ((i = 0; i < 10; i++)); do
	agent "-packet client server:eth0 udp 10.8.99.2 $((100 + i)) 10.9.0.1 7"
done
drop "nobody makes room for a new one" tcp client 1.3.3.7 443
stat_of router drop table-full
expect_pass "it is refused, and counted: $number" test "$number" -gt 10
expect_pass "established ones stay above a lowered limit" all_lines
stat_of router connections
expect_pass "no one was added: $number of $full" test "$number" -le "$full"
must sysctl router max_connections $room
pass "with room all is well" tcp client 1.3.3.7 443
expect_pass "the log tells of those refused" until_true told_of_refusals
