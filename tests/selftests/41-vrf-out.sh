#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What leaves by a VRF is judged once, at the port that it really leaves by:
# with a queue at the VRF and after it was routed anew; and endpoints at a port
# hold under the lines of its VRF.

. "$(dirname "$0")/traffic.sh"
plan 30

load_module
make_ns router client server
forwarding router
in_ns router sysctl -qw net.ipv4.tcp_l3mdev_accept=0 net.ipv4.udp_l3mdev_accept=0
ip -n router link add red type vrf table 10
ip -n router link set red up
make_link client eth0 router red0
make_link router red1 server eth0
ip -n router link set red0 master red
ip -n router link set red1 master red
set_addr router red0 10.0.0.1/24 2001:db8:1::1/64
set_addr router red1 10.1.0.1/24 2001:db8:2::1/64
set_addr client eth0 10.0.0.7/24 2001:db8:1::7/64
set_addr server eth0 10.1.0.7/24 10.1.0.8/24 2001:db8:2::7/64 2001:db8:2::8/64
default_route client 10.0.0.1 2001:db8:1::1
default_route server 10.1.0.1 2001:db8:2::1
agent_start
listen client 8080 9090
listen server 443 80
for addr in 10.1.0.7 10.1.0.8 2001:db8:2::7 2001:db8:2::8; do
	until_true ping_try client $addr || bail_out "no way through red to $addr"
done

# An endpoint at a port, where the attach line is the VRF's
policy router 'group lax in allow any
group lax out allow any
group strict in allow tcp from any to any port 443
attach dev red protects subnet groups lax
endpoint db dev red1 addr 10.1.0.7,2001:db8:2::7 groups strict'
for addr in 10.1.0.7 2001:db8:2::7; do
	pass "endpoint at the port, $addr: what its groups allow" tcp client $addr 443
	drop "endpoint at the port, $addr: not what only the VRF's do" tcp client $addr 80
	drop "endpoint at the port, $addr: its groups have no egress rule" tcp server 10.0.0.7 8080 from 10.1.0.7
done
pass "its neighbour has the VRF's groups" tcp client 10.1.0.8 80
pass "its neighbour, IPv6" tcp client 2001:db8:2::8 80
expect_match "a question gets the same answer" '^result drop$' \
	"$(bailey_explain router 'tcp from 10.0.0.7 to 10.1.0.7 port 80 in red0 out red1')"
policy router 'endpoint web dev red addr 10.1.0.8 groups strict'
drop "an endpoint at the VRF holds beside it" tcp client 10.1.0.8 80
pass "with its groups" tcp client 10.1.0.8 443
drop "and the port's own still does" tcp client 10.1.0.7 80

# From this machine, out of the VRF; nothing may pass by the VRF itself
out_by_port='flush
group web out allow tcp to any port 8080
attach dev red0 protects host groups web
attach dev red1 protects host
default deny'
out_of_red()
{
	local addr
	for addr in 10.0.0.7 2001:db8:1::7; do
		pass "$1: TCP to $addr, as the port allows" tcp router $addr 8080 dev red
		drop "$1: TCP to $addr, as it does not" tcp router $addr 9090 dev red
	done
}

policy router "$out_by_port"
out_of_red "no queue"
in_ns router tc qdisc add dev red root pfifo || bail_out "no queue at red"
out_of_red "a queue at the VRF"

# Addresses of the VRF itself, which lead elsewhere: such a packet is first on
# its way to the VRF, then to a port
ip -n router addr add 10.77.0.1/32 dev red
ip -n router addr add 2001:db8:77::1/128 dev red nodad
in_ns router nft -f - <<-END || bail_out "no nft"
	table ip nat {
		chain out {
			type nat hook output priority -100
			ip daddr 10.77.0.1 dnat to 10.0.0.7
		}
	}
	table ip6 nat {
		chain out {
			type nat hook output priority -100
			ip6 daddr 2001:db8:77::1 dnat to 2001:db8:1::7
		}
	}
END
spawn client socat -u UDP6-RECV:5555,ipv6only=0 "OPEN:$scratch/came,creat,append"
until_true listening client u 5555 || bail_out "nobody listens at the client"

# word ADDRESS WORD: one packet from the router to the client; lost or not
word()
{
	in_ns router socat -u - "UDP:$(bracket "$1"):5555,so-bindtodevice=red" <<<"$2" \
		>/dev/null 2>&1
}
came()
{
	grep -q "^$1\$" "$scratch/came"
}
# came_by ADDRESS WORD: the first may have been lost to a neighbour's discovery
came_by()
{
	word "$1" "$2"
	came "$2"
}

no_way='flush
group none out allow tcp to any port 1
attach dev red0 protects host groups none
attach dev red protects host groups none
default deny'
one_way='flush
group some out allow udp to any port 5555
attach dev red0 protects host groups some
default deny'

rerouted()
{
	local addr
	for addr in 10.77.0.1 2001:db8:77::1; do
		policy router "$no_way"
		must write router connections 'flush\n'
		word $addr "escaped-$1-$addr"
		policy router "$one_way"
		must write router connections 'flush\n'
		expect_pass "$1 queue, $addr led elsewhere: as the port allows" \
			until_true came_by $addr "allowed-$1-$addr"
		# It went the same way before
		expect_fail "$1 queue, $addr led elsewhere: as it does not" \
			came "escaped-$1-$addr"
	done
}

rerouted with
in_ns router tc qdisc del dev red root
rerouted without
policy router "$out_by_port"
drop "TCP led elsewhere: the port's rules hold" tcp router 10.77.0.1 9090 dev red
pass "TCP led elsewhere: allowed there" tcp router 10.77.0.1 8080 dev red
