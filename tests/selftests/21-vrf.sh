#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# VRFs: two customers with the same addresses behind one router, each with its
# own policy and its own connections.

. "$(dirname "$0")/traffic.sh"
plan 34

load_module
make_ns router
forwarding router
in_ns router sysctl -qw net.ipv4.tcp_l3mdev_accept=0 net.ipv4.udp_l3mdev_accept=0
for vrf in red blue; do
	table=10
	[ $vrf = red ] || table=20
	make_ns $vrf-client $vrf-server
	ip -n router link add $vrf type vrf table $table
	ip -n router link set $vrf up
	make_link $vrf-client eth0 router ${vrf}0
	make_link router ${vrf}1 $vrf-server eth0
	ip -n router link set ${vrf}0 master $vrf
	ip -n router link set ${vrf}1 master $vrf
	set_addr router ${vrf}0 10.0.0.1/24 2001:db8:1::1/64
	set_addr router ${vrf}1 10.1.0.1/24 2001:db8:2::1/64
	set_addr $vrf-client eth0 10.0.0.7/24 2001:db8:1::7/64
	set_addr $vrf-server eth0 10.1.0.7/24 2001:db8:2::7/64
	default_route $vrf-client 10.0.0.1 2001:db8:1::1
	default_route $vrf-server 10.1.0.1 2001:db8:2::1
done
agent_start
for vrf in red blue; do
	listen $vrf-server 443 80
	listen $vrf-client 8080
	must listen router 22 dev $vrf
	must listen router 23 dev $vrf
	until_true ping_try $vrf-client 10.1.0.7 || bail_out "no way through $vrf"
	until_true ping_try $vrf-client 2001:db8:2::7 || bail_out "no IPv6 way through $vrf"
done

policy router 'group web in allow tcp from any to any port 443
attach dev red1 protects subnet groups web'
pass "red: what its group allows" tcp red-client 10.1.0.7 443
pass "red: over IPv6" tcp red-client 2001:db8:2::7 443
drop "red: what it does not" tcp red-client 10.1.0.7 80
drop "red: over IPv6 as well" tcp red-client 2001:db8:2::7 80
pass "blue is not asked" tcp blue-client 10.1.0.7 80
policy router 'group plain in allow tcp from any to any port 80
attach dev blue1 protects subnet groups plain'
pass "blue: its own group" tcp blue-client 10.1.0.7 80
drop "blue: not the other's" tcp blue-client 10.1.0.7 443
pass "red: as before" tcp red-client 10.1.0.7 443

# The same addresses and ports are two connections
policy router 'group plain in allow tcp from any to any port 443'
must write router connections 'flush\n'
must open red red-client 10.1.0.7 443 sport 40000
must open blue blue-client 10.1.0.7 443 sport 40000
connections_match "same addresses, same ports, two connections" \
	'src=10\.0\.0\.7 dst=10\.1\.0\.7 sport=40000 dport=443' 2
connections_match "one through red" 'in=red0 out=red1' 1
connections_match "one through blue" 'in=blue0 out=blue1' 1
must reset blue
pass "when the one is reset, the other goes on" word red
connections_match "the one is closed" '^tcp CLOSE ' 1
must reset red

# A response in the wrong VRF is nobody's
policy router 'group web in allow udp from any to any port 53'
pass "a request through red" packet red-client red-server:eth0 \
	udp 10.0.0.7 1000 10.1.0.7 53
drop "its response does not come through blue" packet blue-server blue-client:eth0 \
	udp 10.1.0.7 53 10.0.0.7 1000
pass "but through red" packet red-server red-client:eth0 \
	udp 10.1.0.7 53 10.0.0.7 1000
drop "an error about it does not come through blue" packet blue-server blue-client:eth0 \
	error 10.1.0.7 10.0.0.7 3/3 about udp 10.0.0.7 1000 10.1.0.7 53
pass "but through red as well" packet red-server red-client:eth0 \
	error 10.1.0.7 10.0.0.7 3/3 about udp 10.0.0.7 1000 10.1.0.7 53

# The router itself, in a VRF
policy router 'flush
group ssh in allow tcp from any to any port 22
attach dev red0 protects host groups ssh'
pass "to the router, by a port of red" tcp red-client 10.0.0.1 22
pass "to the router, IPv6" tcp red-client 2001:db8:1::1 22
drop "to the router, another port" tcp red-client 10.0.0.1 23
drop "to the router, another port, IPv6" tcp red-client 2001:db8:1::1 23
pass "blue is not protected" tcp blue-client 10.0.0.1 23
drop "from the router, out of red" tcp router 10.0.0.7 8080 dev red
drop "from the router, out of red, IPv6" tcp router 2001:db8:1::7 8080 dev red
pass "from the router, out of blue" tcp router 10.0.0.7 8080 dev blue
policy router 'group ssh out allow tcp to any port 8080'
pass "with an egress rule" tcp router 10.0.0.7 8080 dev red
pass "with an egress rule, IPv6" tcp router 2001:db8:1::7 8080 dev red
drop "no ping" ping red-client 10.0.0.1

# The VRF's own lines hold for its ports that have none
policy router 'replace attach dev red0 protects host groups ssh
attach dev blue protects host groups ssh'
pass "attached to the VRF: allowed" tcp blue-client 10.0.0.1 22
drop "attached to the VRF: not allowed" tcp blue-client 10.0.0.1 23
drop "attached to the VRF: its other port, IPv6" tcp blue-server 2001:db8:2::1 23
policy router 'group any in allow any
group any out allow any
attach dev blue1 protects host groups any'
pass "a port's own line goes before the VRF's" tcp blue-server 10.1.0.1 23
pass "neighbours are found in VRFs" ping blue-server 2001:db8:2::1
