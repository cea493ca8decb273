#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A bridge: what is bridged between its ports passes no hook of ours and is
# asked by nobody, unless br_netfilter is told to show it to us; what is routed
# in or out is asked where the bridge is attached.

. "$(dirname "$0")/traffic.sh"
plan 18

# A module that nothing else asks for; built in on some kernels
modprobe -q br_netfilter
load_module
topology
make_ns vm1 vm2
ip -n router link add br0 type bridge
ip -n router link set br0 up
for n in 1 2; do
	make_link router port$n vm$n eth0
	ip -n router link set port$n master br0
	set_addr vm$n eth0 10.5.0.$n/24 2001:db8:5::$n/64
	default_route vm$n 10.5.0.254 2001:db8:5::254
done
set_addr router br0 10.5.0.254/24 2001:db8:5::254/64
in_ns router sysctl -qw net.bridge.bridge-nf-call-iptables=0 \
	net.bridge.bridge-nf-call-ip6tables=0 2>/dev/null
agent_start
listen vm1 443 80
listen vm2 443 80
listen router 22
until_true ping_try vm1 10.5.0.2 || bail_out "no way over the bridge"
until_true ping_try client 10.5.0.2 || bail_out "no way into the bridge"

policy router 'group web in allow tcp from any to any port 443
attach dev br0 protects subnet groups web'
pass "routed to a machine on the bridge" tcp client 10.5.0.1 443
drop "what its group does not allow" tcp client 10.5.0.1 80
pass "IPv6" tcp client 2001:db8:5::2 443
drop "IPv6, not allowed" tcp client 2001:db8:5::2 80
drop "machines on it open nothing to the outside" tcp vm1 1.3.3.7 443
pass "bridged packets are asked by nobody" tcp vm1 10.5.0.2 80
pass "IPv6 as well" tcp vm1 2001:db8:5::2 80
policy router 'attach dev port2 protects subnet groups web'
pass "a line on a port changes nothing for bridged packets" tcp vm1 10.5.0.2 80
pass "nor for routed ones" tcp client 10.5.0.2 443
policy router 'group ssh in allow tcp from any to any port 22
group web out allow any
attach dev br0 protects host groups ssh'
pass "the router is reached over the bridge" tcp vm1 10.5.0.254 22
drop "and asked there" ping vm1 10.5.0.254
pass "and elsewhere it is not" ping client 119.18.36.1

# br_netfilter: bridged packets pass the bridge itself, in and out
policy router 'flush
group web in allow tcp from any to any port 443
group web out allow tcp from any to any port 443
acl nothing
attach dev br0 protects subnet acl nothing groups web'
in_ns router sysctl -qw net.bridge.bridge-nf-call-iptables=1 \
	net.bridge.bridge-nf-call-ip6tables=1
drop "br_netfilter: bridged packets are asked by groups" tcp vm1 10.5.0.2 80
pass "br_netfilter: who allow some" tcp vm1 10.5.0.2 443
drop "br_netfilter: IPv6" tcp vm1 2001:db8:5::2 80
pass "br_netfilter: IPv6, allowed" tcp vm1 2001:db8:5::2 443
in_ns router sysctl -qw net.bridge.bridge-nf-call-iptables=0 \
	net.bridge.bridge-nf-call-ip6tables=0
pass "switched off, nobody asks" tcp vm1 10.5.0.2 80
pass "in IPv6 either" tcp vm1 2001:db8:5::2 80
