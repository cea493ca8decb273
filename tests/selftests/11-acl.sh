#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The outer gate: ACLs are asked about every packet in both directions and
# remember nothing; the lowest number decides; what no entry matches is denied.

. "$(dirname "$0")/traffic.sh"
plan 69

load_module
topology
hinterland
agent_start
listen server 443 80 53
listen client 8080

# Both directions, no memory
policy router 'acl public in 100 allow tcp from any to any port 443
attach dev eth1 protects subnet acl public'
drop "a request that may pass is of no use without its response" tcp client 1.3.3.7 443
pass "though the request itself passes" packet client server:eth0 \
	tcp 10.8.0.1 40000 10.9.0.1 443 S
drop "but the response does not" packet server client:eth0 \
	tcp 10.9.0.1 443 10.8.0.1 40000 SA
stat_of router drop acl-default
expect_match "what no entry matched is counted" '^[1-9]' "$number"
connections_match "an ACL remembers nothing" . 0

# Ephemeral ports
policy router 'acl public out 100 allow tcp from any port 443 to any port 1024-65535'
pass "with the ephemeral ports the download works" tcp client 1.3.3.7 443
pass "over IPv6 too" tcp client 2001:db8:2::7 443
drop "port 1023 is not ephemeral" tcp client 1.3.3.7 443 sport 1023
pass "port 1024 is" tcp client 1.3.3.7 443 sport 1024
pass "port 65535 is" tcp client 1.3.3.7 443 sport 65535
drop "another port is denied" tcp client 1.3.3.7 80
drop "another protocol is denied" udp client 1.3.3.7 443
drop "ping is denied" ping client 1.3.3.7
connections_match "and still nothing is remembered" . 0

# The other direction is a connection of its own
drop "the server opens nothing" tcp server 119.18.36.73 8080
policy router 'acl public out 110 allow tcp from any to any port 8080
acl public in 110 allow tcp from any port 8080 to any port 1024-65535'
pass "until both its halves are allowed" tcp server 119.18.36.73 8080

# The lowest number decides
policy router 'acl public in 150 deny tcp from any to any port 443'
pass "a deny with a higher number comes too late" tcp client 1.3.3.7 443
policy router 'acl public in 50 deny tcp from 119.18.36.0/24 to any port 443'
drop "one with a lower number decides" tcp client 1.3.3.7 443
stat_of router drop acl-deny
expect_match "and is counted as such" '^[1-9]' "$number"
pass "but it is about IPv4" tcp client 2001:db8:2::7 443
policy router 'acl public in 40 allow tcp from 119.18.36.73 to any port 443'
pass "an even lower allow beats it" tcp client 1.3.3.7 443
drop "for that one address" packet client server:eth0 \
	tcp 119.18.36.74 40000 1.3.3.7 443 S
policy router 'delete acl public in 40
delete acl public in 50
replace acl public in 100 deny tcp from any to any port 443'
drop "an entry can be replaced" tcp client 1.3.3.7 443
policy router 'replace acl public in 100 allow tcp from any to any port 443
delete acl public in 150'
pass "and put back" tcp client 1.3.3.7 443

# One number for each family
policy router 'acl public in 60 allow tcp from 0.0.0.0/0 to any port 80
acl public in 60 deny tcp from ::/0 to any port 80
acl public in 70 allow tcp from any to any port 80
acl public out 70 allow tcp from any port 80 to any'
pass "entry 60 of IPv4 allows" tcp client 1.3.3.7 80
drop "entry 60 of IPv6 denies" tcp client 2001:db8:2::7 80
policy router 'delete acl public in 60 deny tcp from ::/0 to any port 80'
pass "deleted alone, it denies no more" tcp client 2001:db8:2::7 80
policy router 'delete acl public in 60'
pass "both are gone, entry 70 is for both families" tcp client 1.3.3.7 80
policy router 'delete acl public in 70'
drop "without it IPv4 is denied" tcp client 1.3.3.7 80
drop "and IPv6" tcp client 2001:db8:2::7 80

# Ports on both sides, at their edges
policy router 'replace acl public
acl public in 1 allow udp from any port 1000-1001 to any port 2000-2001'
for sport in 999 1000 1001 1002; do
	verdict=pass
	[[ $sport = 100[01] ]] || verdict=drop
	$verdict "from port $sport" packet client server:eth0 udp 10.8.0.1 $sport 10.9.0.1 2000
	$verdict "from port $sport over IPv6" packet client server:eth0 \
		udp 2001:db8:8::1 $sport 2001:db8:9::1 2001
done
drop "to port 1999" packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 1999
drop "to port 2002" packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 2002
drop "the ports of TCP are others" packet client server:eth0 tcp 10.8.0.1 1000 10.9.0.1 2000 S

# Prefixes, at their edges
policy router 'replace acl public
acl public in 1 allow udp from 10.8.4.0/22 to 10.9.0.1
acl public in 2 allow udp from 2001:db8:8:10::/60 to 2001:db8:9::/127'
drop "one below the prefix" packet client server:eth0 udp 10.8.3.255 1 10.9.0.1 1
pass "its first address" packet client server:eth0 udp 10.8.4.0 1 10.9.0.1 1
pass "its last address" packet client server:eth0 udp 10.8.7.255 1 10.9.0.1 1
drop "one above the prefix" packet client server:eth0 udp 10.8.8.0 1 10.9.0.1 1
drop "an address without a length is one address" packet client server:eth0 \
	udp 10.8.4.0 1 10.9.0.2 1
pass "IPv6: its first address" packet client server:eth0 udp 2001:db8:8:10:: 1 2001:db8:9:: 1
pass "IPv6: its last address" packet client server:eth0 \
	udp 2001:db8:8:1f:ffff:ffff:ffff:ffff 1 2001:db8:9::1 1
drop "IPv6: one above it" packet client server:eth0 udp 2001:db8:8:20:: 1 2001:db8:9::1 1
drop "IPv6: beside the /127" packet client server:eth0 udp 2001:db8:8:10:: 1 2001:db8:9::2 1

# Prefix lists
policy router 'prefix-list friends 10.8.1.0/24 2001:db8:8:1::/64
replace acl public
acl public in 1 deny udp from prefix-list friends to any port 9
acl public in 2 allow udp from prefix-list friends'
pass "who is in the list" packet client server:eth0 udp 10.8.1.1 1 10.9.0.1 1
pass "who is in the list, IPv6" packet client server:eth0 udp 2001:db8:8:1::1 1 2001:db8:9::1 1
drop "who is not" packet client server:eth0 udp 10.8.2.1 1 10.9.0.1 1
drop "a list can be denied something" packet client server:eth0 udp 10.8.1.1 1 10.9.0.1 9
policy router 'prefix-list friends 10.8.2.0/24
delete prefix-list friends 10.8.1.0/24'
pass "who joins it" packet client server:eth0 udp 10.8.2.1 1 10.9.0.1 1
drop "who leaves it" packet client server:eth0 udp 10.8.1.1 1 10.9.0.1 1

# Protocols and ICMP types
policy router 'replace acl public
acl public in 10 allow 253
acl public in 20 allow icmp type 8
acl public in 21 allow icmpv6 type 128 code 0
acl public in 22 allow icmp type 3 code 4
acl public out 20 allow icmp type 0
acl public out 21 allow icmpv6 type 129'
pass "a protocol by its number" packet client server:eth0 proto 253 10.8.0.1 10.9.0.1
pass "in IPv6 too" packet client server:eth0 proto 253 2001:db8:8::1 2001:db8:9::1
drop "not the next one" packet client server:eth0 proto 254 10.8.0.1 10.9.0.1
pass "ping" ping client 1.3.3.7
pass "IPv6 ping" ping client 2001:db8:2::7
drop "no ping from the server" ping server 119.18.36.73
drop "another type" packet client server:eth0 icmp 10.8.0.1 10.9.0.1 13
pass "a type with its code" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 3/4 about udp 10.9.0.1 1 10.8.0.1 1
drop "another code of that type" packet client server:eth0 \
	error 10.8.0.1 10.9.0.1 3/3 about udp 10.9.0.1 1 10.8.0.1 1
policy router 'replace acl public
acl public in 10 allow any from any to 10.9.0.0/16'
pass "any protocol: TCP" packet client server:eth0 tcp 10.8.0.1 1 10.9.0.1 1 S
pass "any protocol: 99" packet client server:eth0 proto 99 10.8.0.1 10.9.0.1

# An ACL guards a boundary: what turns round in the port does not cross it
in_ns router sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth1.send_redirects=0
policy router 'replace acl public'
drop "an empty ACL lets nothing across" packet client server:eth0 udp 10.8.0.1 1 10.9.0.1 1
pass "but inside the subnet all is well" packet server server:eth0 udp 1.3.3.7 1 10.9.0.1 1
