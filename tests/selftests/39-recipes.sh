#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The policies of Documentation/recipes.md, taken from there: each is accepted
# by the tool without the module, and by the module, and does what the page says.

. "$(dirname "$0")/traffic.sh"
plan 47

recipes=$(dirname "$0")/../../Documentation/recipes.md
readme=$(dirname "$0")/../../README.md

# recipe KIND NAME: the indented lines behind the mark
recipe()
{
	awk -v mark="<!-- $1: $2 -->" '
		$0 == mark { on = 1; next }
		on && /^[^ ]/ { exit }
		on { sub(/^    /, ""); print }' "$recipes"
}

load_module
names=$(sed -n 's/^<!-- policy: \(.*\) -->$/\1/p' "$recipes")
expect_equal "the recipes are there" "host router home hypervisor vrf vpn" "$(echo $names)"
for name in $names; do
	recipe policy "$name" >"$scratch/$name.policy"
	expect_pass "recipe $name: policy check" "${BAILEY_TOOL:?}" policy check "$scratch/$name.policy"
done

# What the README shows at first
awk '/^## A first policy/ { on = 1; next }
	/^## / { on = 0 }
	on && /^    (acl|group|attach|endpoint|#)/ { sub(/^    /, ""); print }' \
	"$readme" >"$scratch/readme.policy"
expect_pass "the README's first policies are some" test -s "$scratch/readme.policy"
expect_pass "the README's first policies: policy check" \
	"$BAILEY_TOOL" policy check "$scratch/readme.policy"

# use NS NAME: load it there
use()
{
	tool "$1" policy load "$scratch/$2.policy" >/dev/null ||
		bail_out "no recipe $2"
}

# host: a server that guards itself; the client is its administrator in turn
topology
hinterland
agent_start
listen server 22 443 80
listen client 8080 443 5432
use server host
pass "host: the service" tcp client 1.3.3.7 443
pass "host: over IPv6" tcp client 2001:db8:2::7 443
drop "host: no administration from elsewhere" tcp client 1.3.3.7 22
drop "host: nothing else" tcp client 1.3.3.7 80
pass "host: ping" ping client 1.3.3.7
pass "host: what it asks for itself" tcp server 119.18.36.73 8080
set_addr router eth0 192.0.2.1/24
set_addr client eth0 192.0.2.9/24
pass "host: administration from its network" tcp client 1.3.3.7 22 from 192.0.2.9
must write server policy 'flush\n'

# router: www1 and db1 behind eth1
set_addr router eth1 203.0.113.1/24 2001:db8:1f::1/64
set_addr server eth0 203.0.113.10/24 203.0.113.20/24 203.0.113.30/24
listen router 22 80
use router router
pass "router: www1" tcp client 203.0.113.10 443
pass "router: www1, plain" tcp client 203.0.113.10 80
pass "router: ping www1" ping client 203.0.113.10
drop "router: db1 is not for the world" packet client server:eth0 \
	tcp 119.18.36.73 40000 203.0.113.20 5432 S
drop "router: nor for who claims to be www1" packet client server:eth0 \
	tcp 203.0.113.10 40000 203.0.113.20 5432 S
drop "router: nor its HTTPS port" tcp client 203.0.113.20 443
drop "router: the network that is kept out" packet client server:eth0 \
	tcp 198.51.100.7 40000 203.0.113.10 443 S
pass "router: updates" tcp server 119.18.36.73 443 from 203.0.113.20
pass "router: updates for others as well" tcp server 119.18.36.73 443 from 203.0.113.30
drop "router: nothing else goes out" tcp server 119.18.36.73 8080 from 203.0.113.10
drop "router: itself, from anywhere" tcp client 119.18.36.1 22
pass "router: itself, from the administrators" tcp client 119.18.36.1 22 from 192.0.2.9
must write router policy 'flush\n'

# home: client is the Internet, server the machine inside
in_ns router bash -c 'for i in eth0:wan0 eth1:lan0; do
	ip link set ${i%:*} down; ip link set ${i%:*} name ${i#*:}; ip link set ${i#*:} up
done'
set_addr router lan0 192.168.1.1/24
set_addr server eth0 192.168.1.10/24 192.168.1.20/24
listen server 8443
listen router 53
recipe nft home | in_ns router nft -f - || bail_out "no translation"
use router home
pass "home: the inside goes out, translated" tcp server 119.18.36.73 8080 from 192.168.1.20
pass "home: the service that is open" tcp client 119.18.36.1 8443
drop "home: nothing else of that machine" tcp client 192.168.1.10 443
drop "home: nor of another" tcp client 192.168.1.20 443
pass "home: the router reaches the inside" tcp router 192.168.1.20 443
pass "home: DNS for the inside" udp server 192.168.1.1 53 from 192.168.1.20
pass "home: SSH for the inside" tcp server 192.168.1.1 22 from 192.168.1.20
drop "home: no DNS for the world" udp client 119.18.36.1 53
drop "home: no SSH for the world" tcp client 119.18.36.1 22
pass "home: ping for the world" ping client 119.18.36.1
pass "home: the router goes out" tcp router 119.18.36.73 8080
in_ns router nft flush ruleset

# hypervisor: the server is a guest
rename()
{
	ip -n router link set "$1" down
	ip -n router link set "$1" name "$2"
	ip -n router link set "$2" up
}
rename lan0 vm-other
use router hypervisor
pass "hypervisor: a guest goes out" tcp server 119.18.36.73 8080 from 192.168.1.20
drop "hypervisor: and is not called" tcp client 192.168.1.20 443
rename vm-other vm-web1
pass "hypervisor: one with a service is" tcp client 192.168.1.20 443
drop "hypervisor: for that service" tcp client 192.168.1.20 80

# vpn: wg0 is the cable to the client
rename wan0 wg0
set_addr router wg0 10.20.0.1/16
set_addr client eth0 10.20.0.9/16
listen router 443
use router vpn
pass "vpn: the branch reaches the service" tcp client 10.20.0.1 443 from 10.20.0.9
drop "vpn: others in the tunnel do not" tcp client 10.20.0.1 443 from 192.0.2.9
drop "vpn: nor does the branch reach another" tcp client 10.20.0.1 22 from 10.20.0.9

# vrf: 21-vrf.sh has the stage for it
expect_pass "vrf: the module takes it" tool router policy load "$scratch/vrf.policy"
