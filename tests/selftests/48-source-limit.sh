#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# max_connections_per_source: nobody has more connections than that, whoever has
# them; off by default; and a user namespace's root is bound by the initial one's.

. "$(dirname "$0")/traffic.sh"
plan 46

load_module
topology
hinterland
agent_start
listen server 443

policy router 'group all in allow any
group all out allow any
attach dev eth1 protects subnet groups all'
there='packet client server:eth0'
back='packet server client:eth0'
limit=max_connections_per_source

must sysctl router $limit
expect_equal "off by default" 0 "$said"
drop "not -1" sysctl router $limit -1
drop "not 4294967296" sysctl router $limit 4294967296
drop "no word" sysctl router $limit few

# Some that are there before
for port in 1 2 3; do
	must $there udp 10.8.0.1 $port 10.9.0.1 53
done
must sysctl router $limit 5
for port in 11 12 13 14 15; do
	must $there udp 10.8.0.1 $port 10.9.0.1 53
done
drop "the sixth is refused; those from before do not count" \
	$there udp 10.8.0.1 16 10.9.0.1 53
drop "to any destination" $there udp 10.8.0.1 16 10.9.0.2 53
drop "of any protocol" $there tcp 10.8.0.1 16 10.9.0.1 53 S
drop "a ping, too" $there icmp 10.8.0.1 10.9.0.1 8 id 7
stat_of router drop source-limit
expect_equal "each is counted" 4 "$number"
pass "packets of the five go on" $there udp 10.8.0.1 15 10.9.0.1 53
pass "and their answers" $back udp 10.9.0.1 53 10.8.0.1 15
pass "and of those from before" $there udp 10.8.0.1 3 10.9.0.1 53
pass "another source has its own" $there udp 10.8.0.2 16 10.9.0.1 53
pass "so has who answers" $back udp 10.9.0.1 1000 10.8.0.1 53
pass "the client itself" tcp client 1.3.3.7 443
connections_match "ten and the client's" 'src=10\.' 10

# IPv6: a /64
for host in 1 2 3 4 5; do
	must $there udp 2001:db8:8::$host 7 2001:db8:9::1 53
done
drop "a sixth of an IPv6 network" $there udp 2001:db8:8::6 7 2001:db8:9::1 53
drop "with any of its addresses" $there udp 2001:db8:8:0:ffff::1 7 2001:db8:9::1 53
pass "another network" $there udp 2001:db8:8:1::1 7 2001:db8:9::1 53

# Room
must write router connections 'delete src 10.8.0.1 sport 11\n'
pass "one that is deleted makes room" $there udp 10.8.0.1 20 10.9.0.1 53
drop "for one" $there udp 10.8.0.1 21 10.9.0.1 53
must write router connections 'delete src 10.8.0.1 sport 1\n'
drop "one from before makes none" $there udp 10.8.0.1 21 10.9.0.1 53
must write router connections 'flush\n'
must sysctl router udp_timeout 1
for port in 1 2 3 4 5; do
	must $there udp 10.8.0.1 $port 10.9.0.1 53
done
expect_pass "what has expired makes room" \
	until_true agent "-$there udp 10.8.0.1 30 10.9.0.1 53"
must sysctl router udp_timeout 30
must write router connections 'flush\n'

# TCP: a connection that begins anew is the same one
for port in 1 2 3 4 5; do
	must $there tcp 10.8.0.1 $port 10.9.0.1 80 S
done
must $back tcp 10.9.0.1 80 10.8.0.1 1 RA
pass "one that was refused may try again in its place" \
	$there tcp 10.8.0.1 1 10.9.0.1 80 S
drop "but not another one" $there tcp 10.8.0.1 6 10.9.0.1 80 S
connections_match "five" . 5

# Who has reached it takes nobody's place
must sysctl router max_connections 7
must $there udp 10.8.0.7 1 10.9.0.1 53
must $there udp 10.8.0.8 1 10.9.0.1 53
drop "at the limit, in a full table" $there udp 10.8.0.1 40 10.9.0.1 53
connections_match "everybody is there" 'src=10.8.0.[178]' 7
must sysctl router max_connections 100000

# Lower, higher, off
must sysctl router $limit 3
drop "a lower limit: no new one" $there udp 10.8.0.1 41 10.9.0.1 53
connections_match "and nobody goes" 'src=10.8.0.1 ' 5
must sysctl router $limit 6
pass "a higher one: one more" $there udp 10.8.0.1 41 10.9.0.1 53
drop "and no other" $there udp 10.8.0.1 42 10.9.0.1 53
must sysctl router $limit 0
pass "off: as many as one likes" $there udp 10.8.0.1 42 10.9.0.1 53
must sysctl router $limit 6
drop "on again: the old ones count" $there udp 10.8.0.1 43 10.9.0.1 53
must sysctl router $limit 0

# Many sources, and all of them go
must sysctl router $limit 2
python3 "$(dirname "$0")/blast.py" client --flows 3000 --syn --random >/dev/null
stat_of router connections
expect_pass "many sources: $number connections" test "$number" -gt 2000
must write router connections 'flush\n'
stat_of router connections
expect_equal "all are gone" 0 "$number"
must sysctl router $limit 0

# A user's own namespace is bound by the initial one's
own()
{
	setpriv --reuid 1000 --regid 1000 --clear-groups \
		unshare -Ur unshare -n bash -c "$1" 2>/dev/null
}
file=/proc/sys/net/bailey/$limit
expect_pass "a user's own namespace may have a limit" own "echo 10 >$file"
expect_pass "and switch it off" own "echo 10 >$file; echo 0 >$file"
echo 20 >$file
expect_equal "where the initial one has one, it begins with that" 20 "$(own "cat $file")"
expect_pass "it may be lower" own "echo 19 >$file"
expect_pass "or the same" own "echo 20 >$file"
expect_fail "not higher" own "echo 21 >$file"
expect_fail "not off" own "echo 0 >$file"
expect_fail "not off after it was lower" own "echo 10 >$file; echo 0 >$file"
# Four pings, each a connection of its own
pings='ip link set lo up
printf "group g in allow any\ngroup g out allow any\nattach dev lo protects host groups g\ndelete exempt loopback\n" \
	>/proc/net/bailey/policy
for i in 1 2 3 4; do ping -q -c 1 -W 1 127.0.0.1 >/dev/null || exit 1; done'
echo 2 >$file
expect_fail "nor is it passed by" own "$pings"
echo 0 >$file
expect_pass "without it all is well" own "$pings"
