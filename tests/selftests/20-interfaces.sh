#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Interfaces that come later, are renamed, move to another namespace, vanish
# and come back: their policy is always that of their name now.

. "$(dirname "$0")/traffic.sh"
plan 34

load_module
topology
make_ns away
agent_start
listen server 443 80

# The server has several links; each is a subnet 10.N.0.0/24 of its own
# link N ROUTER-NAME SERVER-NAME
link()
{
	make_link router "$2" server "$3"
	number_link "$@"
}

number_link()
{
	set_addr router "$2" "10.$1.0.1/24" "2001:db8:$1::1/64"
	set_addr server "$3" "10.$1.0.7/24" "2001:db8:$1::7/64"
	# Responses go back by the link that the requests came by
	ip -n server route add default via "10.$1.0.1" dev "$3" table "$1"
	ip -n server -6 route add default via "2001:db8:$1::1" dev "$3" table "$1"
	ip -n server rule add from "10.$1.0.7" lookup "$1"
	ip -n server -6 rule add from "2001:db8:$1::7" lookup "$1"
}

policy router 'group web in allow tcp from any to any port 443
group old in allow tcp from any to any port 80
attach dev lan0 protects subnet groups web
attach dev eth1 protects subnet groups old'

# Later
link 20 lan0 s20
pass "an interface that comes later is protected" tcp client 10.20.0.7 443
drop "from its first packet on" tcp client 10.20.0.7 80
pass "in IPv6" tcp client 2001:db8:20::7 443
drop "in IPv6 too" tcp client 2001:db8:20::7 80

# rename OLD NEW: IPv4 addresses and their routes stay
rename()
{
	ip -n router link set "$1" down
	ip -n router link set "$1" name "$2"
	ip -n router link set "$2" up
}

# Renamed
rename lan0 plain0
pass "renamed, it has nothing attached" tcp client 10.20.0.7 80
pass "nothing at all" tcp client 10.20.0.7 443
rename eth1 wan1
rename plain0 eth1
pass "it has what its new name has" tcp client 10.20.0.7 80
drop "and nothing else" tcp client 10.20.0.7 443
must read router policy
expect_match "the policy itself did not change" '^attach dev lan0 protects subnet groups web$' "$said"
rename eth1 lan0
pass "back to the old name" tcp client 10.20.0.7 443
drop "with all that belongs to it" tcp client 10.20.0.7 80

# To another namespace and back
ip -n router link set lan0 netns away
ip -n away link set lan0 up
set_addr away lan0 10.20.0.1/24
pass "in another namespace it has nothing attached" tcp away 10.20.0.7 80
policy away 'group none
attach dev lan0 protects subnet groups none'
drop "until that namespace's policy speaks of it" tcp away 10.20.0.7 80
ip -n away link set lan0 netns router
ip -n router link set lan0 up
number_link 20 lan0 s20 2>/dev/null
pass "when it returns, so does its policy" tcp client 10.20.0.7 443
drop "all of it" tcp client 10.20.0.7 80

# Deleted and made anew, with another number
ip -n router link del lan0
link 21 lan0 s21
pass "made anew under the same name" tcp client 10.21.0.7 443
drop "it is protected again" tcp client 10.21.0.7 80
ip -n router link del lan0

# Stems
policy router 'flush
group any in allow any
group none
group web in allow tcp from any to any port 443
attach dev vm* protects subnet groups none
attach dev vm-w* protects subnet groups web
attach dev vm-w1 protects subnet groups any
attach dev * protects host groups any'
link 22 vm-a s22
drop "a stem: every interface whose name begins so" tcp client 10.22.0.7 443
link 23 vm-web s23
pass "the longer stem goes before" tcp client 10.23.0.7 443
drop "alone" tcp client 10.23.0.7 80
link 24 vm-w1 s24
pass "the exact name goes before both" tcp client 10.24.0.7 80
rename vm-web vm-b
drop "renamed, it has the stem of its new name" tcp client 10.23.0.7 443
policy router 'delete attach dev vm-w1 protects subnet'
drop "without the exact line the stem holds" tcp client 10.24.0.7 80
pass "the longest" tcp client 10.24.0.7 443
policy router 'delete attach dev vm-w* protects subnet'
drop "without the longer stem the shorter holds" tcp client 10.24.0.7 443
policy router 'delete attach dev vm* protects subnet'
pass "without any, nobody asks" tcp client 10.24.0.7 80

# Never open by surprise
policy router 'flush
default deny
group any in allow any
group any out allow any
attach dev eth0 protects subnet groups any
attach dev vm* protects subnet groups any'
pass "default deny and a stem" tcp client 10.24.0.7 80
rename vm-w1 other
drop "renamed away from its stem, it is closed" tcp client 10.24.0.7 80
link 25 new0 s25
drop "a new interface without a line is closed" tcp client 10.25.0.7 80
link 26 vm-new s26
pass "a new one of the stem is served" tcp client 10.26.0.7 80

# Endpoints and members follow their interface
policy router 'flush
group apps
group db in allow tcp from group apps to any port 80
endpoint app dev up0 addr 119.18.36.73 groups apps
endpoint srv dev vm-new addr 10.26.0.7 groups db
attach dev vm-new protects subnet'
drop "a member behind an interface that is not there" tcp client 10.26.0.7 80
rename eth0 up0
pass "it is now" tcp client 10.26.0.7 80
rename up0 eth0
drop "and now it is not" tcp client 10.26.0.7 80
rename vm-new vm-gone
pass "the endpoint's own interface renamed: nobody asks" tcp client 10.26.0.7 80
