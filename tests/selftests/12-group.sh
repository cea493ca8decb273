#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The inner door: groups allow requests and remember them; peers by address,
# by prefix list and by group; a member is one only at its place.

. "$(dirname "$0")/traffic.sh"
plan 59

load_module
topology
hinterland
# A third port, to the outside
make_ns outside
make_link outside eth0 router eth2
set_addr outside eth0 192.0.2.66/24 2001:db8:3::66/64
set_addr router eth2 192.0.2.1/24 2001:db8:3::1/64
default_route outside 192.0.2.1 2001:db8:3::1
agent_start
listen server 443 80 53
listen client 8080 9090

policy router 'group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
pass "a request that a rule allows" tcp client 1.3.3.7 443
pass "over IPv6" tcp client 2001:db8:2::7 443
drop "another port" tcp client 1.3.3.7 80
drop "another protocol" udp client 1.3.3.7 443
drop "ping" ping client 1.3.3.7
drop "no egress rule, no new connection out" tcp server 119.18.36.73 8080
stat_of router drop group-deny
expect_match "refusals are counted" '^[1-9]' "$number"
connections_match "the table has the connections that were allowed" ' dport=443 ' 2
connections_match "and no other" . 2

# The response needs no rule
must open line client 1.3.3.7 443 sport 40000
must read router connections
expect_match "one entry, with its ways and its doors" \
	'^tcp ESTABLISHED src=119\.18\.36\.73 dst=1\.3\.3\.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,[1-9][0-9]* expires=[0-9]+ REPLIED ASSURED' \
	"$said"
must reset line

# Egress
policy router 'group web out allow tcp to 119.18.36.0/24 port 8080'
pass "an egress rule lets the server out" tcp server 119.18.36.73 8080
drop "to that port only" tcp server 119.18.36.73 9090
drop "to that prefix only" packet server client:eth0 tcp 1.3.3.7 1000 10.8.0.1 8080 S
drop "and over IPv4 only" tcp server 2001:db8:1::73 8080

# Several groups: any rule of any of them
policy router 'group dns in allow udp from any to any port 53
replace attach dev eth1 protects subnet groups dns,web'
pass "two groups: the one's rule" tcp client 1.3.3.7 443
pass "two groups: the other's rule" udp client 1.3.3.7 53
pass "two groups: and over IPv6" udp client 2001:db8:2::7 53
drop "two groups: what neither allows" tcp client 1.3.3.7 80
policy router 'replace attach dev eth1 protects subnet groups dns'
drop "one of them alone" tcp client 1.3.3.7 443

# Peers by address and by list
policy router 'replace group dns
group dns in allow udp from 119.18.36.73 to any port 53
prefix-list office 10.8.1.0/24
group dns in allow udp from prefix-list office to any port 53'
pass "a peer by address" udp client 1.3.3.7 53
drop "another address" packet client server:eth0 udp 119.18.36.74 1 1.3.3.7 53
pass "a peer in the list" packet client server:eth0 udp 10.8.1.9 1000 10.9.0.1 53
drop "a peer not in the list" packet client server:eth0 udp 10.8.2.9 1000 10.9.0.1 53
policy router 'replace prefix-list office 10.8.2.0/24'
pass "when the list changes, so does the answer" packet client server:eth0 \
	udp 10.8.2.9 1001 10.9.0.1 53
drop "for those who left it too" packet client server:eth0 udp 10.8.1.9 1001 10.9.0.1 53

# Peers by group, and their place
policy router 'flush
group apps
group db in allow udp from group apps to any port 53
group db out allow udp to group apps port 99
endpoint app1 dev eth0 addr 119.18.36.73,10.8.3.3,2001:db8:1::73 groups apps
attach dev eth1 protects subnet groups db'
pass "a member of the group" udp client 1.3.3.7 53
pass "by another of its addresses" packet client server:eth0 udp 10.8.3.3 1 10.9.0.1 53
pass "by its IPv6 address" udp client 2001:db8:2::7 53
drop "who is no member" packet client server:eth0 udp 10.8.3.4 1 10.9.0.1 53
drop "nor in IPv6" packet client server:eth0 udp 2001:db8:8::1 1 2001:db8:9::1 53
drop "a stranger with a member's address, at another port" packet outside server:eth0 \
	udp 119.18.36.73 1 10.9.0.1 53
drop "nor with its other address" packet outside server:eth0 udp 10.8.3.3 2 10.9.0.1 53
drop "nor in IPv6" packet outside server:eth0 udp 2001:db8:1::73 1 2001:db8:9::1 53
pass "egress to a member" packet server client:eth0 udp 1.3.3.7 1 119.18.36.73 99
pass "egress to a member, IPv6" packet server client:eth0 udp 2001:db8:2::7 1 2001:db8:1::73 99
drop "egress to another" packet server client:eth0 udp 1.3.3.7 1 10.8.3.4 99
drop "egress to where a member is not" packet server outside:eth0 udp 1.3.3.7 1 192.0.2.66 99
policy router 'endpoint app2 dev eth2 addr 192.0.2.66 groups apps'
pass "until it is there" packet server outside:eth0 udp 1.3.3.7 1 192.0.2.66 99
pass "and it may ask as well" packet outside server:eth0 udp 192.0.2.66 1 10.9.0.1 53
policy router 'delete endpoint app1'
drop "a former member" packet client server:eth0 udp 10.8.3.3 3 10.9.0.1 53

# Who is in a group by an attach line only is a member for nobody
policy router 'replace attach dev eth0 protects subnet groups apps
group apps out allow any'
drop "a subnet has no members" packet client server:eth0 udp 10.8.3.3 4 10.9.0.1 53

# An endpoint's own groups in place of the subnet's
policy router 'flush
group web in allow tcp from any to any port 443
group db in allow tcp from any to any port 80
endpoint srv dev eth1 addr 1.3.3.7 groups db
attach dev eth1 protects subnet groups web'
pass "the endpoint's groups allow" tcp client 1.3.3.7 80
drop "the subnet's are not asked for it" tcp client 1.3.3.7 443
pass "its IPv6 address is not among its own" tcp client 2001:db8:2::7 443
drop "so that one has the subnet's" tcp client 2001:db8:2::7 80
pass "and its neighbours too" packet client server:eth0 tcp 10.8.0.1 1 10.9.0.1 443 S
policy router 'replace endpoint srv dev eth1 addr 1.3.3.7,2001:db8:2::7 groups db,web'
pass "an endpoint can have several groups" tcp client 1.3.3.7 443
pass "and addresses of both families" tcp client 2001:db8:2::7 80
policy router 'replace attach dev eth1 protects subnet'
drop "the endpoint has its groups though the subnet has none" packet client server:eth0 \
	tcp 119.18.36.73 1 1.3.3.7 22 S
pass "its neighbours are asked by nobody" packet client server:eth0 tcp 10.8.0.1 1 10.9.0.1 22 S
policy router 'delete attach dev eth1 protects subnet'
pass "without an attach line it is a member and nothing more" packet client server:eth0 \
	tcp 119.18.36.73 1 1.3.3.7 22 S

# Both sides have doors
policy router 'flush
group clients out allow tcp to any port 443
group clients out allow udp to any port 53
group web in allow tcp from any to any port 443
group web in allow tcp from any to any port 80
attach dev eth0 protects subnet groups clients
attach dev eth1 protects subnet groups web'
pass "both doors open" tcp client 1.3.3.7 443
drop "only the destination's" tcp client 1.3.3.7 80
drop "only the source's" udp client 1.3.3.7 53
must open line client 1.3.3.7 443
must read router connections
expect_match "both doors are remembered" ' groups=[1-9][0-9]*,[1-9][0-9]* ' "$said"
must reset line
policy router 'group clients out allow tcp to any port 80'
pass "when both agree" tcp client 1.3.3.7 80

# A group for traffic inside the subnet
in_ns router sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth1.send_redirects=0
drop "from the subnet to itself: the source's door" packet server server:eth0 \
	udp 1.3.3.7 1 10.9.0.1 53
policy router 'group web out allow udp to any port 53'
drop "from the subnet to itself: the destination's" packet server server:eth0 \
	udp 1.3.3.7 1 10.9.0.1 53
policy router 'group web in allow udp from any to any port 53'
pass "from the subnet to itself: both" packet server server:eth0 udp 1.3.3.7 1 10.9.0.1 53
