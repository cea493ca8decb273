#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each door remembers for itself: a packet that crosses the router twice, a
# response by another port, a side attached later.

. "$(dirname "$0")/traffic.sh"
plan 33

load_module
topology
agent_start
listen server 443 80

# A side attached later
policy router 'group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
must open line client 1.3.3.7 443 sport 40000
policy router 'group clients
attach dev eth0 protects subnet groups clients'
drop "a side attached later is asked, too" word line
must read router connections
expect_match "and has not said yes" 'sport=40000 .*groups=0,[1-9]' "$said"
policy router 'group clients out allow tcp to any port 443'
pass "when it agrees, the connection goes on" word line
must read router connections
expect_match "and its answer is remembered" 'sport=40000 .*groups=[1-9][0-9]*,[1-9]' "$said"
policy router 'delete group clients out allow tcp to any port 443'
pass "what was allowed stays, though its rule is gone" word line
drop "for new ones it is gone" tcp client 1.3.3.7 443
policy router 'group strict
replace attach dev eth0 protects subnet groups strict'
drop "other groups on a side ask again" word line
policy router 'group strict out allow tcp to 1.3.3.7'
pass "and may allow it as well" word line
policy router 'delete attach dev eth0 protects subnet'
pass "a side that is attached no more asks nothing" word line
must reset line

# By the endpoint as well
policy router 'group db in allow tcp from any to any port 80'
must open line client 1.3.3.7 443
policy router 'endpoint srv dev eth1 addr 1.3.3.7 groups db'
drop "an endpoint line made later asks about the request" word line
policy router 'group db in allow tcp from any to any port 443'
pass "and may allow it" word line
must reset line

# A response by another port. The server has a second link to the router.
make_link router eth2 server eth1
set_addr router eth2 1.4.4.1/24 2001:db8:4::1/64
set_addr server eth1 1.4.4.7/24 2001:db8:4::7/64
policy router 'flush
group web in allow tcp from any to any port 443
group other
attach dev eth1 protects subnet groups web'
second_way()
{
	ip -n server route "$1" 119.18.36.0/24 via 1.4.4.1 dev eth1
	ip -n server -6 route "$1" 2001:db8:1::/64 via 2001:db8:4::1 dev eth1
}
second_way add
policy router 'attach dev eth2 protects subnet groups other'
drop "by a port with other groups it does not" tcp client 1.3.3.7 443
drop "nor in IPv6" tcp client 2001:db8:2::7 443
second_way del
pass "by its own port it does" tcp client 1.3.3.7 443
must open line client 1.3.3.7 443
second_way add
drop "also in the middle of a connection" word line
policy router 'replace attach dev eth2 protects subnet groups web'
pass "two ports with the same groups are as good as one" word line
pass "also for new connections" tcp client 1.3.3.7 443
second_way del
pass "and back again" word line
must reset line

# A packet that crosses twice: client - router - mid - router - far, with the
# same addresses both times
make_ns mid far
forwarding mid
make_link router eth3 mid eth0
make_link router eth4 mid eth1
make_link router eth5 far eth0
set_addr router eth3 10.3.0.1/24
set_addr mid eth0 10.3.0.7/24
set_addr router eth4 10.4.0.1/24
set_addr mid eth1 10.4.0.7/24
set_addr router eth5 10.5.0.1/24
set_addr far eth0 10.5.0.7/24
default_route far 10.5.0.1
ip -n mid route add 10.5.0.0/24 via 10.4.0.1
ip -n mid route add 119.18.36.0/24 via 10.3.0.1
# Out by way of mid, both there and back
ip -n router rule add iif eth0 to 10.5.0.0/24 lookup 100
ip -n router route add 10.5.0.0/24 via 10.3.0.7 table 100
ip -n router rule add iif eth5 to 119.18.36.0/24 lookup 101
ip -n router route add 119.18.36.0/24 via 10.4.0.7 table 101
listen far 443 80
until_true ping_try client 10.5.0.7 || bail_out "no way through mid"

# twice WHERE GROUPS: what each of the crossings' four sides has to say
twice()
{
	policy router "flush
	group yes in allow tcp from any to any port 443
	group yes out allow tcp from any to any port 443
	group also in allow tcp from 119.18.36.73 to any port 443
	group also out allow tcp from 119.18.36.73 to any port 443
	group no
	$1"
}

attach_to() { echo "attach dev $1 protects subnet groups $2"; }

twice "$(attach_to eth3 yes)"
pass "twice: asked at the first crossing" tcp client 10.5.0.7 443
drop "twice: refused at the first crossing" tcp client 10.5.0.7 80
twice "$(attach_to eth5 yes)"
pass "twice: asked at the second crossing" tcp client 10.5.0.7 443
drop "twice: refused at the second crossing" tcp client 10.5.0.7 80
twice "$(attach_to eth3 yes)
$(attach_to eth5 also)"
pass "twice: both agree" tcp client 10.5.0.7 443
twice "$(attach_to eth3 yes)
$(attach_to eth5 no)"
drop "twice: the first yes does not hold for the second" tcp client 10.5.0.7 443
twice "$(attach_to eth3 no)
$(attach_to eth5 yes)"
drop "twice: nor the second for the first" tcp client 10.5.0.7 443
twice "$(attach_to eth0 yes)
$(attach_to eth3 also)
$(attach_to eth4 also)
$(attach_to eth5 yes)"
pass "twice: all four sides agree" tcp client 10.5.0.7 443
must open line client 10.5.0.7 443 sport 41000
connections_match "twice: as two connections" 'sport=41000 ' 2
pass "twice: it goes on" word line
must reset line
for side in eth0 eth3 eth4 eth5; do
	policy router "replace attach dev $side protects subnet groups no"
	drop "twice: none of them can be left out: $side" tcp client 10.5.0.7 443
	other=also
	[[ $side = eth[35] ]] || other=yes
	policy router "replace attach dev $side protects subnet groups $other"
done
pass "twice: all four again" tcp client 10.5.0.7 443
