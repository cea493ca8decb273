#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# nftables' NAT on the same machine: whichever came first, policies see
# addresses behind destination NAT and before source NAT.

. "$(dirname "$0")/traffic.sh"
plan 35

load_module
topology
agent_start
listen server 443 80 53
listen client 8080 9090
listen router 2222 23

# Whatever comes to the router's outer address on 8443, 8053, 8080 is for the
# server; the server hides behind that address; 22 is the router's 2222.
nat()
{
	in_ns router nft -f - <<-'END' || bail_out "no NAT"
	table ip nat {
		chain pre {
			type nat hook prerouting priority dstnat
			ip daddr 119.18.36.1 tcp dport 8443 dnat to 1.3.3.7:443
			ip daddr 119.18.36.1 tcp dport 8080 dnat to 1.3.3.7:80
			ip daddr 119.18.36.1 udp dport 8053 dnat to 1.3.3.7:53
			ip daddr 119.18.36.1 tcp dport 22 redirect to :2222
		}
		chain out {
			type nat hook output priority -100
			ip daddr 119.18.36.99 tcp dport 443 dnat to 1.3.3.7:443
			ip daddr 119.18.36.99 tcp dport 80 dnat to 1.3.3.7:80
		}
		chain post {
			type nat hook postrouting priority srcnat
			ip saddr 1.3.3.0/24 oif eth0 masquerade
		}
	}
	END
}

judge()
{
	local when=$1
	policy router 'flush
	group web in allow tcp from 119.18.36.0/24 to 1.3.3.7 port 443
	group web in allow udp from any to any port 53
	group web out allow tcp from 1.3.3.7 to 119.18.36.73 port 8080
	group self in allow tcp from any to any port 2222
	group self out allow any
	attach dev eth0 protects host groups self
	attach dev eth1 protects subnet groups web'
	pass "$when: redirected to the server, by its own address" tcp client 119.18.36.1 8443
	drop "$when: redirected, not allowed" tcp client 119.18.36.1 8080
	pass "$when: UDP" udp client 119.18.36.1 8053
	pass "$when: UDP in fragments" udp client 119.18.36.1 8053 size 4000
	pass "$when: without NAT" tcp client 1.3.3.7 443
	pass "$when: hidden, the server goes out" tcp server 119.18.36.73 8080
	drop "$when: hidden, not allowed" tcp server 119.18.36.73 9090
	pass "$when: redirected to the router's own port" tcp client 119.18.36.1 22
	drop "$when: another port of the router" tcp client 119.18.36.1 23
	must open line client 119.18.36.1 8443 sport 40000
	must read router connections
	expect_match "$when: the entry has the addresses in between" \
		'src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1' "$said"
	pass "$when: it goes on" word line
	must reset line
	must open line server 119.18.36.73 8080 sport 40001
	must read router connections
	expect_match "$when: the hidden one before it is hidden" \
		'src=1.3.3.7 dst=119.18.36.73 sport=40001 dport=8080 in=eth1 out=eth0' "$said"
	pass "$when: that goes on as well" word line
	must reset line
}

nat
judge "Bailey first"

# An ACL sees the same addresses
policy router 'flush
acl public in 100 allow tcp from 119.18.36.0/24 to 1.3.3.7 port 443
acl public in 110 allow tcp from 119.18.36.73 port 8080 to 1.3.3.7
acl public out 100 allow tcp from 1.3.3.7 port 443 to 119.18.36.0/24
acl public out 110 allow tcp from 1.3.3.7 to 119.18.36.73 port 8080
attach dev eth1 protects subnet acl public'
pass "ACL: redirected" tcp client 119.18.36.1 8443
drop "ACL: redirected, not allowed" tcp client 119.18.36.1 8080
pass "ACL: hidden" tcp server 119.18.36.73 8080
drop "ACL: hidden, not allowed" tcp server 119.18.36.73 9090

# The router's own packets, turned round after they were routed
policy router 'flush
group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
pass "redirected in OUTPUT: judged where it goes" tcp router 119.18.36.99 443
drop "redirected in OUTPUT: not allowed there" tcp router 119.18.36.99 80
policy router 'flush
group none
attach dev eth0 protects host groups none'
pass "redirected in OUTPUT: not where it would have gone" tcp router 119.18.36.99 80

# The other order
policy router flush
agent_stop
unload_module || bail_out "the module stays"
module_loaded && bail_out "the module is still there"
load_module
agent_start
listen server 443 80 53
listen client 8080 9090
listen router 2222 23
judge "nftables first"
in_ns router nft flush ruleset

# Hairpin: a member of the inside asks for the outer address, both translated
in_ns router nft -f - <<-'END'
	table ip nat {
		chain pre {
			type nat hook prerouting priority dstnat
			ip daddr 119.18.36.1 tcp dport 8443 dnat to 119.18.36.73:8080
		}
	}
END
policy router 'flush
group web out allow tcp to any port 8080
attach dev eth1 protects subnet groups web'
pass "egress is judged behind destination NAT" tcp server 119.18.36.1 8443
policy router 'delete group web out allow tcp to any port 8080
group web out allow tcp to any port 8443'
drop "not before it" tcp server 119.18.36.1 8443
