#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What passes without a rule, line by line: it does while the line stands, it
# does not when it is deleted, and nothing passes that only looks alike.

. "$(dirname "$0")/traffic.sh"
plan 52

load_module
topology
hinterland
agent_start
listen router 22

# link_local NS: its address on eth0, in $found. The kernel makes it when it
# notices that the cable is plugged in, which may be a while after both ends
# were set up.
link_local()
{
	found=$(ip -n "$1" -6 addr show dev eth0 scope link |
		sed -n 's,.*inet6 \(fe80[^/]*\)/.*,\1,p')
	[ -n "$found" ]
}

until_true link_local client || bail_out "no link-local address of the client"
ll=$found
until_true link_local router || bail_out "no link-local address of the router"
router_ll=$found

policy router 'group none
attach dev eth0 protects host groups none'
must read router policy
for line in loopback nd mld dhcp icmp-error; do
	expect_match "the policy shows: exempt $line" "^exempt $line$" "$said"
done

# nd DESCRIPTION VERDICT TYPE HOP-LIMIT SOURCE
nd()
{
	$2 "$1" packet client:eth0 router icmp "$5" 2001:db8:1::1 "$3" hl "$4"
}

nd "neighbour solicitation from a global address" pass 135 255 2001:db8:1::73
nd "neighbour advertisement from a global address" pass 136 255 2001:db8:1::73
nd "neighbour solicitation from a link-local address" pass 135 255 "$ll"
nd "router solicitation" pass 133 255 "$ll"
nd "router advertisement from a link-local address" pass 134 255 "$ll"
nd "redirect from a link-local address" pass 137 255 "$ll"
nd "router advertisement from a global address" drop 134 255 2001:db8:1::73
nd "redirect from a global address" drop 137 255 2001:db8:1::73
nd "solicitation that came through a router" drop 135 254 2001:db8:1::73
nd "advertisement with another hop limit" drop 136 64 2001:db8:1::73
nd "the type after the last" drop 138 255 "$ll"
drop "ping is not exempt" ping client 2001:db8:1::1

# resolves NS ADDRESS: is its link address found anew?
resolves()
{
	ip -n "$1" -6 neigh flush all
	ip -n router -6 neigh flush all
	agent "-ping $1 $2"
	ip -n "$1" -6 neigh show "$2" | grep -q lladdr
}

expect_pass "the client finds the router" resolves client 2001:db8:1::1
policy router 'delete exempt nd'
nd "without its line: a solicitation" drop 135 255 2001:db8:1::73
nd "without its line: router solicitation" drop 133 255 "$ll"
expect_fail "without its line the client finds nobody" resolves client 2001:db8:1::1
must read router policy
expect_match "and the policy shows it" '^delete exempt nd$' "$said"
policy router 'exempt nd'
nd "with it again" pass 135 255 2001:db8:1::73

# mld DESCRIPTION VERDICT TYPE HOP-LIMIT SOURCE
mld()
{
	$2 "$1" packet client:eth0 router icmp "$5" "$router_ll" "$3" hl "$4"
}

mld "multicast listener report" pass 131 1 "$ll"
mld "multicast listener report, version 2" pass 143 1 "$ll"
mld "the same with another hop limit" drop 143 2 "$ll"
mld "the same from a global address" drop 143 1 2001:db8:1::73
policy router 'delete exempt mld'
mld "without its line" drop 143 1 "$ll"
policy router 'exempt mld'
mld "with it again" pass 130 1 "$ll"

# DHCP
pass "DHCP to the router's server" packet client router udp 119.18.36.73 68 119.18.36.1 67
pass "and to its client" packet client router udp 119.18.36.73 67 119.18.36.1 68
drop "another port" packet client router udp 119.18.36.73 68 119.18.36.1 69
drop "the server's port from anywhere" packet client router udp 119.18.36.73 1068 119.18.36.1 67
pass "DHCPv6 from a link-local address" packet client:eth0 router udp "$ll" 546 "$router_ll" 547
drop "DHCPv6 between global addresses" packet client router \
	udp 2001:db8:1::73 546 2001:db8:1::1 547
drop "DHCP is not forwarded without a rule" packet client router \
	udp 119.18.36.73 68 119.18.36.1 68
pass "DHCP of the router itself" packet router client udp 119.18.36.1 68 119.18.36.73 67
policy router 'delete exempt dhcp'
drop "without its line" packet client router udp 119.18.36.73 68 119.18.36.1 67
drop "without its line, outwards" packet router client udp 119.18.36.1 68 119.18.36.73 67
drop "without its line, IPv6" packet client:eth0 router udp "$ll" 546 "$router_ll" 547

# The router's own errors: asked by no group, but by ACLs
pass "time exceeded" packet client client:eth0 udp 119.18.36.73 1 10.9.0.1 1 hl 1
pass "time exceeded, IPv6" packet client client:eth0 \
	udp 2001:db8:1::73 1 2001:db8:9::1 1 hl 1
policy router 'delete exempt icmp-error'
drop "without its line" packet client client:eth0 udp 119.18.36.73 1 10.9.0.1 1 hl 1
drop "without its line, IPv6" packet client client:eth0 \
	udp 2001:db8:1::73 1 2001:db8:9::1 1 hl 1
policy router 'exempt icmp-error
acl edge out 100 allow icmp type 3
replace attach dev eth0 protects host acl edge groups none'
in_ns router sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
drop "an ACL is asked about errors" packet client client:eth0 udp 119.18.36.73 1 10.9.0.1 1 hl 1
policy router 'acl edge out 110 allow icmp type 11'
pass "and may allow them" packet client client:eth0 udp 119.18.36.73 1 10.9.0.1 1 hl 1
drop "but an error that comes in is no exemption" packet client router \
	error 119.18.36.73 119.18.36.1 3/3 about udp 119.18.36.1 1 119.18.36.73 1

# Loopback
policy router 'flush
default deny'
pass "loopback" tcp router 127.0.0.1 22
pass "loopback, IPv6" tcp router ::1 22
pass "from one address of the router to another" tcp router 1.3.3.1 22 from 119.18.36.1
policy router 'delete exempt loopback'
drop "without its line" tcp router 127.0.0.1 22
drop "without its line, IPv6" tcp router ::1 22
