#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# IPsec: what arrives encrypted is asked as ESP and then again as what it is; an
# xfrm interface tells the one from the other.

. "$(dirname "$0")/traffic.sh"
plan 16

load_module
topology
agent_start
listen router 22 80
listen client 8080

# A tunnel between client and router, for 10.20.0.9 - 10.21.0.1
key=0x0123456789abcdef0123456789abcdef01234567
aead="aead rfc4106(gcm(aes)) $key 128"
set_addr client lo 10.20.0.9/32
set_addr router lo 10.21.0.1/32
ip -n client route add 10.21.0.1 via 119.18.36.1 src 10.20.0.9
ip -n router route add 10.20.0.9 via 119.18.36.73 src 10.21.0.1

# tunnel [if_id ...]: at the router
tunnel()
{
	local ns extra
	for ns in client router; do
		ip -n $ns xfrm state flush
		ip -n $ns xfrm policy flush
		extra=
		[ $ns = client ] || extra=$*
		# shellcheck disable=SC2086 # words
		{
			ip -n $ns xfrm state add src 119.18.36.73 dst 119.18.36.1 proto esp \
				spi 0x100 mode tunnel $aead $extra
			ip -n $ns xfrm state add src 119.18.36.1 dst 119.18.36.73 proto esp \
				spi 0x200 mode tunnel $aead $extra
		} || return
	done
	ip -n client xfrm policy add src 10.20.0.9 dst 10.21.0.1 dir out tmpl \
		src 119.18.36.73 dst 119.18.36.1 proto esp mode tunnel
	ip -n client xfrm policy add src 10.21.0.1 dst 10.20.0.9 dir in tmpl \
		src 119.18.36.1 dst 119.18.36.73 proto esp mode tunnel
	ip -n router xfrm policy add src 10.21.0.1 dst 10.20.0.9 dir out tmpl \
		src 119.18.36.1 dst 119.18.36.73 proto esp mode tunnel "$@"
	ip -n router xfrm policy add src 10.20.0.9 dst 10.21.0.1 dir in tmpl \
		src 119.18.36.73 dst 119.18.36.1 proto esp mode tunnel "$@"
}

tunnel || bail_out "no IPsec"
pass "the tunnel works" tcp client 10.21.0.1 22

# Without an interface of its own
policy router 'group outside in allow esp
group outside out allow esp
attach dev eth0 protects host groups outside'
drop "what comes out of the tunnel is asked as well" tcp client 10.21.0.1 22
policy router 'group inside in allow tcp from 10.20.0.9 to any port 22
replace attach dev eth0 protects host groups outside,inside'
pass "by the lines of the interface that it came by" tcp client 10.21.0.1 22
drop "and only what they allow" tcp client 10.21.0.1 80
policy router 'delete group outside in allow esp'
must write router connections 'flush\n'
drop "the outside is asked as ESP" tcp client 10.21.0.1 22
policy router 'group outside in allow esp'
pass "again" tcp client 10.21.0.1 22
drop "from the router" tcp router 10.20.0.9 8080
policy router 'group inside out allow tcp to 10.20.0.9 port 8080'
pass "from the router, allowed" tcp router 10.20.0.9 8080

# With one
policy router flush
ip -n router link add ipsec0 type xfrm dev eth0 if_id 7 || bail_out "no xfrm interface"
ip -n router link set ipsec0 up
ip -n router route replace 10.20.0.9 dev ipsec0 src 10.21.0.1
tunnel if_id 7 || bail_out "no IPsec"
pass "with an interface the tunnel works" tcp client 10.21.0.1 22
policy router 'group outside in allow esp
group outside out allow esp
attach dev eth0 protects host groups outside
group branch
group inside in allow tcp from group branch to any port 22
endpoint office dev ipsec0 addr 10.20.0.9 groups branch
attach dev ipsec0 protects host groups inside'
pass "a member behind the tunnel" tcp client 10.21.0.1 22
drop "not to another port" tcp client 10.21.0.1 80
policy router 'group outside in allow tcp from any to any port 80'
drop "the outside's rules are not the tunnel's" tcp client 10.21.0.1 80
policy router 'delete group outside in allow esp'
must write router connections 'flush\n'
drop "the outside is asked as ESP, with an interface" tcp client 10.21.0.1 22
policy router 'group outside in allow esp'
pass "both agree" tcp client 10.21.0.1 22
drop "the member's address without the tunnel" packet client:eth0 router \
	tcp 10.20.0.9 40000 119.18.36.1 22 S
drop "from the router, into the tunnel" tcp router 10.20.0.9 8080
