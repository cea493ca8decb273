#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ICMP errors: they belong to the connection whose packet they quote, they make
# and refresh nothing, ACLs are always asked about them; path MTU discovery
# works through both gates.

. "$(dirname "$0")/traffic.sh"
plan 35

load_module
topology
hinterland
# Behind the server, over a narrow link: far
make_ns far
forwarding server
make_link server eth1 far eth0
set_addr server eth1 10.77.0.1/24 2001:db8:77::1/64
set_addr far eth0 10.77.0.7/24 2001:db8:77::7/64
default_route far 10.77.0.1 2001:db8:77::1
ip -n router route add 10.77.0.0/24 via 1.3.3.7
ip -n router route add 2001:db8:77::/64 via 2001:db8:2::7
# And a third port, to somewhere else
make_ns outside
make_link outside eth0 router eth2
set_addr outside eth0 192.0.2.66/24 2001:db8:3::66/64
set_addr router eth2 192.0.2.1/24 2001:db8:3::1/64
default_route outside 192.0.2.1 2001:db8:3::1
# Server and far forward now, so nobody may answer for the hinterland
ip -n server route add blackhole 10.9.0.0/16
ip -n server route add blackhole 2001:db8:9::/48
agent_start
listen far 80

back='packet server client:eth0'

policy router 'group web in allow udp from any to any port 53
group web in allow tcp from any to any port 80
attach dev eth1 protects subnet groups web'
must packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 53
must packet client server:eth0 udp 2001:db8:8::1 1000 2001:db8:9::1 53

about4='about udp 10.8.0.1 1000 10.9.0.1 53'
about6='about udp 2001:db8:8::1 1000 2001:db8:9::1 53'
pass "an error about a known connection" $back error 10.9.0.1 10.8.0.1 3/3 $about4
pass "from a router on the way" $back error 10.9.77.77 10.8.0.1 11/0 $about4
pass "IPv6: port unreachable" $back error 2001:db8:9::1 2001:db8:8::1 1/4 $about6
pass "IPv6: packet too big, from a router" $back \
	error 2001:db8:9:77::77 2001:db8:8::1 2/0 mtu 1300 $about6
drop "about another port" $back error 10.9.0.1 10.8.0.1 3/3 \
	about udp 10.8.0.1 1001 10.9.0.1 53
drop "about another protocol" $back error 10.9.0.1 10.8.0.1 3/3 \
	about tcp 10.8.0.1 1000 10.9.0.1 53 S
drop "about nothing known, IPv6" $back error 2001:db8:9::1 2001:db8:8::1 1/4 \
	about udp 2001:db8:8::1 1001 2001:db8:9::1 53
drop "to someone who did not send the packet" $back error 10.9.0.1 10.8.0.9 3/3 $about4
drop "the same in IPv6" $back error 2001:db8:9::1 2001:db8:8::9 1/4 $about6
drop "about the response that was never sent by its receiver" $back \
	error 10.9.0.1 10.8.0.1 3/3 about udp 10.9.0.1 53 10.8.0.1 1000
connections_match "errors make no entry" . 2
connections_match "and answer nothing" REPLIED 0
must packet server client:eth0 udp 10.9.0.1 53 10.8.0.1 1000
pass "an error about the response goes to the server" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 3/3 about udp 10.9.0.1 53 10.8.0.1 1000

# Errors of another port's side are asked about themselves
must open line client 10.77.0.7 80 sport 4000
about='about tcp 119.18.36.73 4000 10.77.0.7 80 A'
pass "from a port where nobody asks" packet outside client:eth0 \
	error 192.0.2.66 119.18.36.73 3/4 mtu 1400 $about
policy router 'group quiet
attach dev eth2 protects subnet groups quiet'
drop "from a port whose groups do not allow errors" packet outside client:eth0 \
	error 192.0.2.66 119.18.36.73 3/4 mtu 1400 $about
policy router 'group quiet out allow icmp type 3'
pass "from one whose groups do" packet outside client:eth0 \
	error 192.0.2.66 119.18.36.73 3/4 mtu 1400 $about
pass "nothing happened to the connection" word line
must reset line

# Without connections: by rules
policy router 'group web in allow icmp type 11'
pass "an error that a rule allows" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 11/0 about udp 10.9.0.1 9 10.8.0.1 9
drop "one that none allows" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 3/0 about udp 10.9.0.1 9 10.8.0.1 9
must write router connections 'flush\n'
drop "flushed, an error belongs to nothing" $back error 10.9.0.1 10.8.0.1 3/3 $about4

# forget NS...: what they learned of path MTUs
forget()
{
	local ns
	for ns; do
		ip -n "$ns" route flush cache
		ip -n "$ns" -6 route flush cache
	done
}

# Path MTU discovery: the narrow link is behind the server
ip -n server link set eth1 mtu 1300
ip -n far link set eth0 mtu 1300
in_ns server sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
in_ns router sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
for addr in 10.77.0.7 2001:db8:77::7; do
	# A server that offers the full segment size, as if the narrow link
	# were further away
	ip -n far route change default via 10.77.0.1 advmss 1460
	ip -n far -6 route change default via 2001:db8:77::1 advmss 1440
	forget client server far
	pass "path MTU discovery to $addr" tcp client $addr 80 size 20000
	expect_match "it was needed" 'mtu 1300' \
		"$(ip -n client route get $addr)"
done

# An ACL without an entry for these errors makes a black hole
policy router 'acl public in 100 allow tcp from any to any port 80
acl public out 100 allow tcp from any port 80 to any port 1024-65535
replace attach dev eth1 protects subnet acl public groups web'
forget client server far
drop "ACLs are asked about errors" tcp client 10.77.0.7 80 size 20000
drop "also in IPv6" tcp client 2001:db8:77::7 80 size 20000
policy router 'acl public out 110 allow icmp type 3 code 4
acl public out 120 allow icmpv6 type 2'
forget client server far
pass "with an entry they pass" tcp client 10.77.0.7 80 size 20000
pass "also in IPv6, with an entry" tcp client 2001:db8:77::7 80 size 20000

# The narrow link at the router itself: it makes the error
policy router 'flush
group web in allow tcp from any to any port 80
group none
attach dev eth0 protects host groups none
attach dev eth1 protects subnet groups web'
ip -n router link set eth1 mtu 1280
forget client server far
pass "the router's own error" tcp client 10.77.0.7 80 size 20000
pass "the router's own error, IPv6" tcp client 2001:db8:77::7 80 size 20000
policy router 'delete exempt icmp-error'
forget client server far
drop "not without its exemption" tcp client 10.77.0.7 80 size 20000
drop "not in IPv6 either" tcp client 2001:db8:77::7 80 size 20000

# Redirects and other messages are judged each by itself
policy router 'flush
group web in allow icmp type 8
attach dev eth1 protects subnet groups web'
must write router connections 'flush\n'
drop "a redirect has no rule" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 5/1 about udp 10.9.0.1 9 10.8.0.1 9
policy router 'group web in allow icmp type 5'
pass "and now it has" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 5/1 about udp 10.9.0.1 9 10.8.0.1 9
connections_match "it makes no entry" . 0
