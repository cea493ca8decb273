#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who sent what is rejected is told at once, by a reset or an ICMP error, however
# little the policy lets out; what must not be answered stays unanswered, and so
# does a flood.

. "$(dirname "$0")/traffic.sh"
plan 89

# told NAME ERROR COMMAND...: it fails at once, with this error
told()
{
	local name=$1 error=$2
	shift 2
	if agent "-$*"; then
		not_ok "$name" "unexpected success of: $*"
		on_failure
	else
		expect_equal "$name" "answered: $error" "$said"
	fi
}

refused='Connection refused'
unreachable='No route to host'
prohibited='Permission denied'

# counted NAME STAT...: how much it grew since it was last looked at
declare -A before
grown()
{
	stat_of router "$@"
	grown=$((number - ${before[$*]:-0}))
	before[$*]=$number
}

load_module
topology
hinterland
agent_start
listen server 80 81 443 53
listen router 22 53
# The kernel's own limit would hide ours
in_ns router sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
agent +sysctl router reject_rate
expect_equal "the rate by default" 100 "$said"

# Forwarded
policy router 'acl a in 100 reject tcp to any port 80
acl a in 110 deny tcp to any port 81
acl a in 120 reject udp to any port 53
acl a in 130 reject 253
acl a in 900 allow any
acl a out 900 allow any
attach dev eth1 protects subnet acl a'
told "TCP is reset" "$refused" tcp client 1.3.3.7 80
told "TCP is reset, IPv6" "$refused" tcp client 2001:db8:2::7 80
told "UDP is told" "$unreachable" udp client 1.3.3.7 53
told "UDP is told, IPv6" "$prohibited" udp client 2001:db8:2::7 53
pass "so is any other protocol" answer client:eth0 proto 253 10.8.0.1 10.9.0.1
pass "so is any other protocol, IPv6" answer client:eth0 proto 253 2001:db8:8::1 2001:db8:9::1
grown drop acl-deny
expect_equal "all of these are drops" 6 "$grown"
grown rejects_sent
expect_equal "and have been answered" 6 "$grown"
drop "what is denied is not" tcp client 1.3.3.7 81
drop "what is denied is not, IPv6" tcp client 2001:db8:2::7 81
pass "what is allowed passes" tcp client 1.3.3.7 443
grown rejects_sent
expect_equal "without an answer of ours" 0 "$grown"
agent "+write router explain tcp from 119.18.36.73 port 4000 to 1.3.3.7 port 80 in eth0 out eth1\\n"
expect_match "explain says what is sent" ' sends tcp-reset$' "$said"
must read router policy
expect_match "the policy says so too" '^acl a in 100 reject tcp to any port 80$' "$said"

# In the middle of a connection
must open long client 1.3.3.7 443
must open long6 client 2001:db8:2::7 443
policy router 'acl a in 1 reject tcp to any port 443'
told "a connection is reset" 'Connection reset by peer' word long
told "a connection is reset, IPv6" 'Connection reset by peer' word long6
policy router 'delete acl a in 1
acl a out 1 reject tcp from any port 443'
drop "the response's sender is told, not the client" tcp client 1.3.3.7 443
pass "with a reset" answer server:eth0 tcp 10.9.0.1 443 10.8.0.1 4000 SA

# The answer needs no rule, not even where nothing at all may get out
policy router 'flush
delete exempt icmp-error
acl shut
acl shut out 100 reject any
group shut
attach dev eth0 protects subnet acl shut
attach dev eth0 protects host acl shut groups shut
attach dev eth1 protects host acl shut groups shut'
told "nothing lets the reset out, and it gets out" "$refused" tcp client 1.3.3.7 80
told "over IPv6" "$refused" tcp client 2001:db8:2::7 80
told "nor the error" "$unreachable" udp client 1.3.3.7 53
told "over IPv6" "$prohibited" udp client 2001:db8:2::7 53
drop "but no other reset" packet router client:eth0 tcp 1.3.3.7 80 119.18.36.73 4000 R
drop "nor another error" packet router client:eth0 \
	error 119.18.36.1 119.18.36.73 3/13 about udp 119.18.36.73 1 1.3.3.7 1
drop "over IPv6" packet router client:eth0 tcp 2001:db8:2::7 80 2001:db8:1::73 4000 R

# In a VRF, which shows a packet to LOCAL_OUT twice
policy router 'flush'
ip -n router -batch - <<-END || bail_out "no VRF"
	link add blue type vrf table 10
	link set blue up
	link set eth0 master blue
	link set eth1 master blue
END
ip -n router addr replace 2001:db8:1::1/64 dev eth0 nodad
ip -n router addr replace 2001:db8:2::1/64 dev eth1 nodad
until_true ping_try client 1.3.3.7 || bail_out "no way through the VRF"
until_true ping_try client 2001:db8:2::7 || bail_out "no IPv6 way through the VRF"
policy router 'delete exempt icmp-error
acl shut
acl shut out 100 reject any
group shut
attach dev eth0 protects subnet acl shut
attach dev eth0 protects host acl shut groups shut'
told "in a VRF: the reset" "$refused" tcp client 1.3.3.7 80
told "in a VRF: the reset, IPv6" "$refused" tcp client 2001:db8:2::7 80
told "in a VRF: the error" "$unreachable" udp client 1.3.3.7 53
told "in a VRF: the error, IPv6" "$prohibited" udp client 2001:db8:2::7 53
drop "in a VRF: but no other reset" packet router:blue client:eth0 \
	tcp 1.3.3.7 80 119.18.36.73 4000 R
policy router 'flush'
ip -n router link del blue
ip -n router addr replace 2001:db8:1::1/64 dev eth0 nodad
ip -n router addr replace 2001:db8:2::1/64 dev eth1 nodad
until_true ping_try client 1.3.3.7 || bail_out "no way without the VRF"
until_true ping_try client 2001:db8:2::7 || bail_out "no IPv6 way without the VRF"
hinterland

# Behind NAT: it answers the address that the client knows
in_ns router nft -f - <<-END || bail_out "no NAT"
	table ip nat {
		chain pre {
			type nat hook prerouting priority -100
			tcp dport 8080 dnat to 1.3.3.7:80
		}
		chain post {
			type nat hook postrouting priority 100
		}
	}
END
policy router 'acl shut
acl shut in 100 reject any
attach dev eth1 protects subnet acl shut
acl closed
attach dev eth0 protects subnet acl closed
acl closed out 100 allow any'
told "behind NAT" "$refused" tcp client 119.18.36.1 8080
in_ns router nft delete table ip nat

# To this machine and from it
policy router 'flush
acl own in 100 reject tcp to any port 22
acl own in 110 reject udp to any port 53
acl own in 120 reject icmp type 8
acl own in 900 allow any
acl own out 100 reject tcp to any port 80
acl own out 110 reject udp to any port 53
acl own out 900 allow any
attach dev eth0 protects host acl own
attach dev eth1 protects host acl own'
told "to the router" "$refused" tcp client 119.18.36.1 22
told "to the router, IPv6" "$refused" tcp client 2001:db8:1::1 22
told "UDP to the router" "$unreachable" udp client 119.18.36.1 53
told "UDP to the router, IPv6" "$prohibited" udp client 2001:db8:1::1 53
pass "ping to the router" answer client:eth0 icmp 10.8.0.1 119.18.36.1 8
told "from the router" "$refused" tcp router 1.3.3.7 80
told "from the router, IPv6" "$refused" tcp router 2001:db8:2::7 80
if agent -udp router 1.3.3.7 53; then
	not_ok "UDP from the router" "it passed"
else
	expect_match "UDP from the router fails at once" 'not permitted|No route' "$said"
fi
grown rejects_sent
pass "the router reaches others" tcp router 1.3.3.7 443

# On a loopback interface that is no exemption: the reset is asked as it comes in
policy router 'delete exempt loopback
acl lo out 100 reject tcp to any port 22
acl lo out 900 allow any
acl lo in 900 allow any
attach dev lo protects host acl lo'
told "from the router to itself" "$refused" tcp router 127.0.0.1 22
told "from the router to itself, IPv6" "$refused" tcp router ::1 22

# The default
policy router 'flush
default reject'
must read router policy
expect_match "default reject is in the policy" '^default reject$' "$said"
told "default reject: forwarded" "$refused" tcp client 1.3.3.7 443
told "default reject: forwarded, IPv6" "$refused" tcp client 2001:db8:2::7 443
told "default reject: UDP" "$unreachable" udp client 1.3.3.7 53
told "default reject: UDP, IPv6" "$prohibited" udp client 2001:db8:2::7 53
told "default reject: to the router" "$refused" tcp client 119.18.36.1 22
told "default reject: from the router" "$refused" tcp router 1.3.3.7 443
pass "default reject: any protocol" answer client:eth0 proto 99 10.8.0.1 10.9.0.1
policy router 'default deny'
drop "default deny: silence" tcp client 1.3.3.7 443
policy router 'default reject'

# What must not be answered. Everything else of it would be.
grown rejects_sent
grown drop default-deny
there='answer client:eth0'
v4='10.8.0.1 1000 10.9.0.1 2000'
v6='2001:db8:8::1 1000 2001:db8:9::1 2000'
for family in 4 6; do
	addrs=v$family
	drop "a reset, IPv$family" $there tcp ${!addrs} R
	drop "a reset with ACK, IPv$family" $there tcp ${!addrs} RA
	drop "a bad TCP checksum, IPv$family" $there tcp ${!addrs} S badsum 1
	drop "a bad UDP checksum, IPv$family" $there udp ${!addrs} badsum 1
done
about4='about udp 10.9.0.1 1 10.8.0.1 1'
about6='about udp 2001:db8:9::1 1 2001:db8:8::1 1'
for error in 3/1 4/0 5/1 11/0 12/0; do
	drop "ICMP error $error" $there error 10.8.0.1 10.9.0.1 $error $about4
done
for error in 1/4 2/0 3/0 4/0 100/0 137/0; do
	drop "ICMPv6 error $error" $there error 2001:db8:8::1 2001:db8:9::1 $error $about6
done
drop "to a multicast address" $there udp 119.18.36.73 1000 224.0.0.251 5353
drop "to a multicast address, IPv6" $there udp 2001:db8:1::73 1000 ff02::fb 5353
drop "to all of the subnet" $there udp 119.18.36.73 1000 119.18.36.255 2000
drop "to all on the link" $there udp 119.18.36.73 1000 255.255.255.255 2000
drop "from the unspecified address" $there udp 0.0.0.0 1000 255.255.255.255 2000
drop "from a multicast address, IPv6" $there udp ff02::1 1000 2001:db8:1::1 2000
mac=$(in_ns router cat /sys/class/net/eth0/address)
ip -n client neigh replace 119.18.36.1 lladdr ff:ff:ff:ff:ff:ff dev eth0
ip -n client neigh replace 2001:db8:1::1 lladdr ff:ff:ff:ff:ff:ff dev eth0
drop "in a frame to everybody" $there udp 119.18.36.73 1000 119.18.36.1 2000
drop "in a frame to everybody, TCP" $there tcp 119.18.36.73 1000 119.18.36.1 2000 S
drop "in a frame to everybody, IPv6" $there udp 2001:db8:1::73 1000 2001:db8:1::1 2000
drop "in a frame to everybody, IPv6 TCP" $there tcp 2001:db8:1::73 1000 2001:db8:1::1 2000 S
ip -n client neigh replace 119.18.36.1 lladdr "$mac" dev eth0
ip -n client neigh replace 2001:db8:1::1 lladdr "$mac" dev eth0
grown rejects_sent
expect_equal "nothing of it was answered" 0 "$grown"
grown drop default-deny
expect_match "though most of it came to be rejected" '^(2[0-9]|3[0-9])$' "$grown"
pass "the same way is open for answers" $there tcp $v4 S
pass "and over IPv6" $there udp $v6

# A flood
agent +sysctl router reject_rate 3
sleep 1.2
grown rejects_sent
grown rejects_limited
began=$SECONDS
must flood 200 client:eth0 udp $v4
must flood 200 client:eth0 tcp $v6 S
grown rejects_sent
sent=$grown
seconds=$((SECONDS - began + 1))
grown rejects_limited
expect_equal "each was answered or limited" 400 $((sent + grown))
# Three a second, and those saved up before
expect_pass "few were answered: $sent" test "$sent" -ge 3 -a "$sent" -le $((3 * seconds + 6))
agent -sysctl router reject_rate 0
expect_match "a rate of 0 is none" EINVAL "$said"
agent +sysctl router reject_rate 1000
sleep 1.1
must flood 100 client:eth0 tcp $v4 S
grown rejects_sent
expect_match "with a higher rate more are answered" '^(9[0-9]|100)$' "$grown"
