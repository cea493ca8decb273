#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fragments are put together before they are judged, in both families, whether
# they are forwarded or for the router itself.

. "$(dirname "$0")/traffic.sh"
plan 41

load_module
topology
hinterland
agent_start
listen server 53 443 80
listen router 53 54

policy router 'group dns in allow udp from any to any port 53
group dns in allow icmp type 8
group dns in allow icmpv6 type 128
attach dev eth1 protects subnet groups dns'
for size in 1473 4000 60000; do
	pass "UDP, $size bytes" udp client 1.3.3.7 53 size $size
	pass "UDP, $size bytes, IPv6" udp client 2001:db8:2::7 53 size $size
done
drop "a large packet to another port" udp client 1.3.3.7 80 size 4000
drop "over IPv6 as well" udp client 2001:db8:2::7 80 size 4000
pass "a large ping" ping client 1.3.3.7 size 5000
pass "a large ping, IPv6" ping client 2001:db8:2::7 size 5000
connections_match "each is one connection" '^udp ' 6

# Small fragments: the port is in the first one only
there='packet client server:eth0'
v4='10.8.0.1 1000 10.9.0.1'
v6='2001:db8:8::1 1000 2001:db8:9::1'
pass "fragments of 8 bytes" $there udp $v4 53 size 104 frag 8
drop "fragments of 8 bytes to another port" $there udp $v4 80 size 104 frag 8
pass "fragments of 8 bytes, IPv6" $there udp $v6 53 size 104 frag 8
drop "fragments of 8 bytes to another port, IPv6" $there udp $v6 80 size 104 frag 8
drop "a TCP header in two fragments, not allowed" $there tcp $v4 443 S size 108 frag 8
pass "extension headers and fragments" $there udp $v6 53 size 104 frag 24 ext 2
drop "extension headers and fragments to another port" $there udp $v6 80 size 104 frag 24 ext 2
pass "protocols without ports have fragments too" $there icmp 10.8.0.1 10.9.0.1 8 size 104 frag 16

policy router 'group dns in allow tcp from any to any port 443'
pass "a TCP header in three fragments, allowed" $there tcp $v4 443 S size 108 frag 8
pass "in IPv6, where the first one must hold it" $there tcp $v6 443 S size 108 frag 24

# ACLs alone
policy router 'flush
acl public in 100 allow udp from any to any port 53
acl public out 100 allow udp from any port 53 to any
attach dev eth1 protects subnet acl public'
pass "an ACL alone: fragments there and back" udp client 1.3.3.7 53 size 4000
pass "an ACL alone: IPv6" udp client 2001:db8:2::7 53 size 4000
drop "an ACL alone: another port" udp client 1.3.3.7 80 size 4000
drop "an ACL alone: another port, IPv6" udp client 2001:db8:2::7 80 size 4000

# The router itself
policy router 'flush
group self in allow udp from any to any port 53
group self out allow udp to any port 53
attach dev eth0 protects host groups self
attach dev eth1 protects host groups self'
pass "to the router" udp client 119.18.36.1 53 size 4000
pass "to the router, IPv6" udp client 2001:db8:1::1 53 size 4000
drop "to its other port" udp client 119.18.36.1 54 size 4000
drop "to its other port, IPv6" udp client 2001:db8:1::1 54 size 4000
pass "from the router" udp router 1.3.3.7 53 size 4000
pass "from the router, IPv6" udp router 2001:db8:2::7 53 size 4000
drop "from the router to another port" udp router 1.3.3.7 80 size 4000
drop "from the router to another port, IPv6" udp router 2001:db8:2::7 80 size 4000

# The other way round: packets larger than any wire, whole until they leave
policy router 'flush
group bulk in allow tcp from any to any port 443
attach dev eth1 protects subnet groups bulk'
pass "a megabyte, segmented late" tcp client 1.3.3.7 443 size 1000000
pass "a megabyte, segmented late, IPv6" tcp client 2001:db8:2::7 443 size 1000000
drop "not to another port" tcp client 1.3.3.7 80 size 1000000
for end in 'client eth0' 'router eth0' 'router eth1' 'server eth0'; do
	ip -n "${end% *}" link set "${end#* }" gso_max_size 180000 gro_max_size 180000
done
pass "BIG TCP, IPv6" tcp client 2001:db8:2::7 443 size 1000000
pass "BIG TCP, IPv4" tcp client 1.3.3.7 443 size 1000000
stat_of router drop malformed
expect_equal "nothing of it is malformed" 0 "$number"

# What nobody asks about is none of our business
policy router 'flush'
pass "without a policy" $there udp $v4 80 size 104 frag 8
pass "without a policy, IPv6" $there udp $v6 80 size 104 frag 8
