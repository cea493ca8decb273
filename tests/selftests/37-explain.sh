#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# explain says what would happen to a packet and what comes back, by which rule, by
# which one nearly, and that is what happens; it finds the way of the packet
# itself, counts nothing and leaves nothing behind.

. "$(dirname "$0")/traffic.sh"
plan 64

load_module
topology
hinterland
agent_start
listen server 443 80
listen router 22

policy router 'acl public in 90 deny tcp from 10.8.66.0/24 to any
acl public in 100 allow tcp from any to any port 443
acl public in 110 allow icmp type 8
acl public out 100 allow tcp from any port 443 to any port 1024-65535
acl public out 110 allow icmp type 0
group web in allow tcp from any to any port 443
group web in allow icmp type 8
group ssh in allow tcp from any to any port 22
endpoint db dev eth1 addr 1.3.3.99 groups ssh
attach dev eth0 protects host groups ssh
attach dev eth1 protects subnet acl public groups web'
must read router policy
policy_before=$said
must read router stats
stats_before=$said

# explain QUESTION: leaves $request, $response, $errors and $result
explain()
{
	local line part
	must write router explain "$1\\n"
	request='' response='' errors='' result=''
	while read -r line; do
		case $line in
		'request '* | 'response '* | 'error '*) part=${line%% *} ;;
		'result '*) result=${line#result } ;;
		esac
		case $part in
		request) request+=$line$'\n' ;;
		response) response+=$line$'\n' ;;
		error) errors+=$line$'\n' ;;
		esac
	done <<<"$said"
}

forward='in eth0 out eth1'
explain "tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 $forward connection"
expect_equal "a request that passes" pass "$result"
expect_match "its ACL entry" 'acl public answer allow rule 100 allow tcp' "$request"
expect_match "its group's rule" 'groups web answer allow group web rule allow tcp' "$request"
expect_match "the response: its ACL entry" 'dir out .*acl public answer allow rule 100 allow tcp' "$response"
expect_match "the response: the group has said yes" 'groups web answer known' "$response"
expect_match "it is the connection that the request would make" 'connection answer imagined state SYN_SENT part response' "$response"
expect_match "an error: the group has said yes to its connection" 'groups web answer related' "$errors"
expect_match "the ACL has no entry for it, and one that nearly is" 'near field type value 3 rule 110 allow icmp type 0' "$errors"
expect_match "which entry nearly denied it" 'near field from value 119.18.36.73 rule 90 deny tcp' "$request"
explain "tcp from 119.18.36.73 port 1023 to 1.3.3.7 port 443 $forward connection"
expect_equal "from a port that is not ephemeral" drop "$result"
expect_match "the request passes" 'verdict pass' "$request"
expect_match "the response does not: the entry nobody wrote" 'acl public answer deny rule \* deny' "$response"
expect_match "and the reason" 'verdict drop reason acl-default code acl-out-default aws SUBNET_ACL_RESTRICTION' "$response"
explain "tcp from 10.8.66.1 port 40000 to 1.3.3.7 port 443 $forward connection"
expect_match "an entry that denies" 'acl public answer deny rule 90 deny' "$request"
expect_match "its reason" 'verdict drop reason acl-deny code acl-in-entry' "$request"
expect_equal "no response to what does not arrive" '' "$response"
explain "tcp from 1.3.3.7 port 40000 to 119.18.36.73 port 80 in eth1 out eth0 connection"
expect_match "what no group allows" 'dir out .*groups web answer deny' "$request"
expect_match "its reason" 'verdict drop reason group-deny code group-out-mismatch aws ENI_SG_RULES_MISMATCH' "$request"
explain "icmp from 119.18.36.73 to 1.3.3.7 type 8 $forward connection"
expect_equal "ping" pass "$result"
expect_match "its response is an echo reply" 'acl public answer allow rule 110 allow icmp type 0' "$response"
explain "icmpv6 from 2001:db8:1::73 to 2001:db8:2::7 $forward connection"
expect_equal "IPv6 ping" drop "$result"
explain "tcp from 119.18.36.73 port 40000 to 119.18.36.1 port 22 in eth0 connection"
expect_match "to the router itself" 'dir in protects host dev eth0 groups ssh answer allow' "$request"
expect_equal "passes" pass "$result"
explain "tcp from 119.18.36.1 port 40000 to 119.18.36.73 port 22 out eth0 connection"
expect_match "from the router itself" 'dir out protects host dev eth0 groups ssh answer deny' "$request"
explain "tcp from 119.18.36.73 port 40000 to 1.3.3.99 port 22 $forward connection"
expect_match "an ACL goes before the endpoint's groups" 'acl public answer deny rule \* deny' "$request"
explain "tcp from 119.18.36.73 port 40000 to 1.3.3.99 port 443 $forward connection"
expect_match "an endpoint's groups" 'endpoint db groups ssh answer deny' "$request"
explain "icmpv6 from 2001:db8:1::73 to 2001:db8:1::1 type 135 ttl 255 in eth0 connection"
expect_match "an exemption" 'exempt answer nd' "$request"
explain "udp from 127.0.0.1 port 1 to 127.0.0.1 port 2 out lo connection"
expect_match "loopback" 'exempt answer loopback' "$request"
explain "udp from 119.18.36.73 port 1 to 119.18.36.1 port 2 in eth1 connection"
expect_match "an interface by which it does not come is asked all the same" 'verdict' "$request"
explain "tcp from 119.18.36.73 to 1.3.3.7 port 80 $forward"
expect_match "what nearly let it through" 'near field to-port value 80 rule 100 allow tcp to any port 443' "$request"
expect_equal "of one packet nothing comes back" '' "$response"

# Names, and ways that nobody tells
explain "tcp from 119.18.36.73 to db port 22 in eth0"
expect_match "an endpoint is found by its name" '^request tcp from 119.18.36.73 port 49152 to 1.3.3.99 port 22 in eth0 out eth1' "$request"
tool_says()
{
	local name=$1 wanted=$2
	shift 2
	expect_match "$name" "$wanted" "$(tool router explain "$@" 2>&1)"
}
tool_says "the routing table tells both interfaces" \
	'^request: tcp from 119.18.36.73 port 49152 to 1.3.3.7 port 443 in eth0 out eth1$' \
	tcp from 119.18.36.73 to 1.3.3.7 port 443
tool_says "and says so" 'to 1.3.3.7: behind eth1, by the routing table' \
	tcp from 119.18.36.73 to 1.3.3.7 port 443
tool_says "behind the next router, too" 'to 10.9.0.7 port 443 in eth0 out eth1$' \
	tcp from 10.8.0.1 to 10.9.0.7 port 443
tool_says "in IPv6" 'to 2001:db8:9::1 port 443 in eth0 out eth1$' \
	tcp from 2001:db8:8::1 to 2001:db8:9::1 port 443
tool_says "to the router itself" 'to 1.3.3.1 port 22 in eth0$' tcp from 119.18.36.73 to 1.3.3.1 port 22
tool_says "from the router itself" 'to 1.3.3.7 port 22 out eth1$' tcp from 1.3.3.1 to 1.3.3.7 port 22
tool_says "from it to itself" 'to 1.3.3.1 port 22 out lo$' tcp from 119.18.36.1 to 1.3.3.1 port 22
tool_says "an endpoint and a route" 'to 1.3.3.99 port 443 in eth0 out eth1$' tcp from 10.8.0.1 to db port 443
tool_says "no route" 'no way to this address' tcp from 119.18.36.73 to 203.0.113.9 port 443
ip -n router rule add iif eth0 to 10.9.0.0/16 lookup 77 || bail_out "no rule"
ip -n router route add 10.9.0.0/16 via 119.18.36.73 table 77 || bail_out "no rule"
tool_says "rules by interface are followed" 'to 10.9.0.7 port 443 in eth0 out eth0$' \
	tcp from 10.8.0.1 to 10.9.0.7 port 443
ip -n router rule del iif eth0 to 10.9.0.0/16 lookup 77 || bail_out "no rule"

# Nothing came of all this
must read router stats
same_text "nothing was counted" "$(grep -E '^(drop|conn)' <<<"$stats_before")" \
	"$(grep -E '^(drop|conn)' <<<"$said")"
expect_no_match "no rule was hit" 'packets [1-9]' "$said"
must read router policy
same_text "the policy is what it was" "$policy_before" "$said"
connections_match "and nothing is in the table" . 0

# With a real connection
must open line client 1.3.3.7 443 sport 40000
policy router 'delete group web in allow tcp from any to any port 443'
explain "tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 $forward connection"
expect_match "a connection that is known" 'connection answer table state ESTABLISHED part request' "$request"
expect_equal "passes though its rule is gone" pass "$result"
explain "tcp from 119.18.36.73 port 40001 to 1.3.3.7 port 443 $forward"
expect_equal "another does not" drop "$result"
pass "that is so: the known one" word line
drop "that is so: the other one" tcp client 1.3.3.7 443
must reset line

# Questions that make no sense
for line in '' 'tcp' 'tcp from 1.2.3.4' 'tcp from 1.2.3.4 to 2001:db8::1 in eth0' \
	'tcp from 1.2.3.4 to 5.6.7.8' 'gre from 1.2.3.4 port 5 to 5.6.7.8 in eth0' \
	'icmp from ::1 to ::2 in eth0' 'tcp from 1.2.3.4 port 99999 to 5.6.7.8 in eth0' \
	'any from 1.2.3.4 to 5.6.7.8 in eth0' 'udp from 1.2.3.4 to 5.6.7.8 in nowhere0' \
	'tcp from 1.2.3.4 to 5.6.7.8 in eth0 please' 'tcp from 1.2.3.4 to nobody in eth0'; do
	if agent "+write router explain $line\\n"; then
		not_ok "refused: $line" "$said"
	else
		ok "refused: $line"
	fi
done

# It says what happens: all of these, asked and tried
policy router 'replace acl public
acl public in 10 deny udp from 10.8.0.0/24 to any port 53
acl public in 20 allow udp from 10.8.0.0/16 to any port 53-54
acl public in 30 allow 253
replace group web
group web in allow udp from 10.8.0.0/16 to 10.9.0.1
group web in allow 253 from 10.8.1.0/24'
agree=0
tried=0
for src in 10.8.0.1 10.8.1.1 10.8.255.255; do
	for dst in 10.9.0.1 10.9.0.2; do
		for packet in 'udp 53' 'udp 54' 'udp 55' 'proto 253'; do
			port=${packet#* }
			if [ "${packet% *}" = udp ]; then
				question="udp from $src port 9 to $dst port $port"
				trial="udp $src 9 $dst $port"
			else
				question="253 from $src to $dst"
				trial="proto 253 $src $dst"
			fi
			explain "$question $forward"
			real=drop
			! agent "-packet client server:eth0 $trial" || real=pass
			tried=$((tried + 1))
			if [ "$real" = "$result" ]; then
				agree=$((agree + 1))
			else
				note "$trial: explained $result, really $real"
			fi
		done
	done
done
expect_equal "asked and tried: they agree" $tried $agree
