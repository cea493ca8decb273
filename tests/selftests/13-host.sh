#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that protects itself, on a router and on a VM; both kinds of
# attachment on one interface; the same packet from three perspectives.

. "$(dirname "$0")/traffic.sh"
plan 51

load_module
topology
hinterland
agent_start
listen client 8080 9090
listen router 22 23
listen server 443 80 22

# LOCAL_IN and LOCAL_OUT
policy router 'group ssh in allow tcp from any to any port 22
attach dev eth0 protects host groups ssh'
pass "the router's own port 22" tcp client 119.18.36.1 22
pass "over IPv6" tcp client 2001:db8:1::1 22
drop "its port 23" tcp client 119.18.36.1 23
drop "over IPv6 too" tcp client 2001:db8:1::1 23
drop "no ping" ping client 119.18.36.1
drop "nor over IPv6, though neighbours are found" ping client 2001:db8:1::1
drop "port 23 by its other address, through the same interface" tcp client 1.3.3.1 23
pass "the other interface is not protected" tcp server 1.3.3.1 23
drop "the router opens nothing there" tcp router 119.18.36.73 8080
drop "nor over IPv6" tcp router 2001:db8:1::73 8080
pass "elsewhere it does" tcp router 1.3.3.7 80
pass "forwarded packets are not the host's" tcp client 1.3.3.7 80
pass "nor over IPv6" tcp client 2001:db8:2::7 80
policy router 'group ssh out allow tcp to any port 8080'
pass "with an egress rule it does" tcp router 119.18.36.73 8080
pass "over IPv6 as well" tcp router 2001:db8:1::73 8080
drop "to that port" tcp router 119.18.36.73 9090
must open line client 119.18.36.1 22 sport 40001
must read router connections
expect_match "an incoming connection ends here" \
	'sport=40001 dport=22 in=eth0 out=- groups=0,[1-9]' "$said"
must reset line
must open line router 119.18.36.73 8080 sport 40002
must read router connections
expect_match "an outgoing one begins here" \
	'sport=40002 dport=8080 in=- out=eth0 groups=[1-9][0-9]*,0 ' "$said"
must reset line

# The host's ACL
policy router 'flush
acl edge in 100 allow tcp from any to any port 22
acl edge out 100 allow tcp from any port 22 to any port 1024-65535
attach dev eth0 protects host acl edge'
pass "an ACL for the host" tcp client 119.18.36.1 22
drop "what it does not allow" tcp client 119.18.36.1 23
policy router 'delete acl edge out 100'
drop "both directions count" tcp client 119.18.36.1 22

# Both kinds on one interface
policy router 'flush
group hosts in allow tcp from any to any port 22
group web in allow tcp from any to any port 443
attach dev eth1 protects host groups hosts
attach dev eth1 protects subnet groups web'
drop "from the subnet to the router: the subnet's egress is asked" tcp server 1.3.3.1 22
policy router 'group web out allow tcp to any port 22
group web out allow tcp to any port 23'
pass "with it, both sides agree" tcp server 1.3.3.1 22
drop "and the host's ingress is asked" tcp server 1.3.3.1 23
pass "from elsewhere the router is not protected" tcp client 119.18.36.1 23
drop "from the router to the subnet: the host's egress is asked" tcp router 1.3.3.7 443
policy router 'group hosts out allow tcp to any port 443
group hosts out allow tcp to any port 80'
pass "with it, both sides agree again" tcp router 1.3.3.7 443
drop "and the subnet's ingress is asked" tcp router 1.3.3.7 80
pass "what is forwarded is asked by the subnet" tcp client 1.3.3.7 443
drop "and only by it" tcp client 1.3.3.7 22

# ACLs of both kinds
policy router 'flush
acl box in 1 allow tcp from any to any port 22
acl box out 1 allow tcp from any port 22 to any
acl net in 1 allow tcp from any port 22 to any
acl net out 1 allow tcp from any to any port 22
attach dev eth1 protects host acl box
attach dev eth1 protects subnet acl net'
pass "four ACL answers" tcp server 1.3.3.1 22
for gone in 'box in' 'box out' 'net in' 'net out'; do
	policy router "replace acl ${gone% *} ${gone#* } 1 allow udp"
	drop "each of them is needed: $gone" tcp server 1.3.3.1 22
	case $gone in
	'box in' | 'net out') match='from any to any port 22' ;;
	*) match='from any port 22 to any' ;;
	esac
	policy router "replace acl ${gone% *} ${gone#* } 1 allow tcp $match"
done
pass "with all of them" tcp server 1.3.3.1 22

# This machine as a member: its current addresses, at that interface
policy router 'flush
group routers out allow any
group web in allow tcp from group routers to any port 80
attach dev eth1 protects host groups routers
attach dev eth1 protects subnet groups web'
pass "the router is a member" tcp router 1.3.3.7 80
pass "over IPv6" tcp router 2001:db8:2::7 80
drop "the client is not" tcp client 1.3.3.7 80
drop "not with an address of another interface" tcp router 1.3.3.7 80 from 119.18.36.1
drop "nor of IPv6" tcp router 2001:db8:2::7 80 from 2001:db8:1::1
drop "a stranger who sends from the router's address" packet client server:eth0 \
	tcp 1.3.3.1 1000 1.3.3.7 80 S
ip -n router addr add 1.3.3.99/24 dev eth1
pass "a new address counts at once" tcp router 1.3.3.7 80 from 1.3.3.99
ip -n router addr del 1.3.3.99/24 dev eth1
ip -n router addr add 1.3.3.99/32 dev eth0
drop "and no more when it has moved" tcp router 1.3.3.7 80 from 1.3.3.99
ip -n router addr add 2001:db8:2::99/64 dev eth1 nodad
pass "a new IPv6 address too" tcp router 2001:db8:2::7 80 from 2001:db8:2::99

# The same packet from three perspectives
policy router 'flush
group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
policy client 'group browser out allow tcp to any port 443
attach dev eth0 protects host groups browser'
policy server 'group www in allow tcp from any to any port 443
attach dev eth0 protects host groups www'
must open line client 1.3.3.7 443 sport 40003
for ns in 'client in=- out=eth0 groups=[1-9][0-9]*,0' \
	  'router in=eth0 out=eth1 groups=0,[1-9]' \
	  'server in=eth0 out=- groups=0,[1-9]'; do
	must read "${ns%% *}" connections
	expect_match "seen by: $ns" "sport=40003 dport=443 ${ns#* }" "$said"
done
must reset line
policy client 'delete group browser out allow tcp to any port 443'
drop "outbound for the client" tcp client 1.3.3.7 443
policy client 'group browser in allow tcp from any to any port 443'
drop "so an ingress rule does not help it" tcp client 1.3.3.7 443
policy client 'group browser out allow tcp to any port 443'
policy server 'delete group www in allow tcp from any to any port 443
group www out allow tcp to any port 443'
drop "inbound for the server" tcp client 1.3.3.7 443
