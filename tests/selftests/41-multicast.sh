#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multicast: each copy is asked for the interface that it leaves by.

. "$(dirname "$0")/traffic.sh"
plan 12

load_module
topology
make_ns outside
make_link outside eth0 router eth2
set_addr outside eth0 192.0.2.66/24
set_addr router eth2 192.0.2.1/24
ip -n client route add 224.0.0.0/4 dev eth0
spawn router python3 "$(dirname "$0")/mroute.py" 239.1.1.1 119.18.36.73 \
	119.18.36.1 1.3.3.1 192.0.2.1
forwards()
{
	grep -q forwarding "$scratch/spawned"
}
until_true forwards || bail_out "no multicast routing: $(cat "$scratch/spawned")"
agent_start

stream='udp 119.18.36.73 5000 239.1.1.1'
pass "a copy to the server" packet client:eth0 server:eth0 $stream 5004
pass "a copy to the outside" packet client:eth0 outside:eth0 $stream 5004

policy router 'group viewers in allow udp from any to 239.0.0.0/8 port 5004
group none
attach dev eth1 protects subnet groups viewers
attach dev eth2 protects subnet groups none'
pass "one subnet's group allows its copy" packet client:eth0 server:eth0 $stream 5004
drop "the other's refuses its own" packet client:eth0 outside:eth0 $stream 5004
drop "another port" packet client:eth0 server:eth0 $stream 5005
pass "again: the refusal of one does not concern the other" \
	packet client:eth0 server:eth0 $stream 5004
drop "nor the permission" packet client:eth0 outside:eth0 $stream 5004

policy router 'flush
acl open in 1 allow any
acl closed
attach dev eth1 protects subnet acl closed
attach dev eth2 protects subnet acl open'
drop "ACLs: closed" packet client:eth0 server:eth0 $stream 5004
pass "ACLs: open" packet client:eth0 outside:eth0 $stream 5004

policy router 'flush
group source
attach dev eth0 protects subnet groups source'
drop "the source's own side" packet client:eth0 server:eth0 $stream 5004
policy router 'group source out allow udp to 239.1.1.1'
pass "allows both copies: one" packet client:eth0 server:eth0 $stream 5006
pass "allows both copies: two" packet client:eth0 outside:eth0 $stream 5006
