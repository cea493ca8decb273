#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of connections when the policy changes: kept, cut, counted and named
# beforehand; and a change that heals itself unless it is confirmed.

. "$(dirname "$0")/traffic.sh"
plan 56

load_module
topology
hinterland
agent_start
listen server 443 80 22

base='flush
group web in allow tcp from any to any port 443
group web in allow tcp from any to any port 80
attach dev eth1 protects subnet groups web'

# transaction OPTIONS LINES
transaction()
{
	policy router "begin $1
$2
commit"
}

policy router "$base"
must open a client 1.3.3.7 443 sport 40001
must open b client 1.3.3.7 80 sport 40002
must open c client 2001:db8:2::7 443 sport 40003

# keep is what happens unless one says otherwise
transaction '' 'delete group web in allow tcp from any to any port 443'
pass "kept: a connection that would not be allowed now" word a
drop "though new ones are not" tcp client 1.3.3.7 443
transaction 'revoke keep' 'group web in allow tcp from any to any port 22'
pass "kept, said aloud" word a

# check
must read router policy
before=$said
transaction 'check revoke cut' 'group another'
expect_match "check says how many would be cut" '^check revoke cut would end 2 of 3 connections$' "$said"
expect_match "and which" '^cut tcp ESTABLISHED src=119.18.36.73 dst=1.3.3.7 sport=40001 dport=443 in=eth0 out=eth1 groups=0,[0-9]+ expires=[0-9]+ REPLIED ASSURED$' "$said"
expect_match "in IPv6 too" '^cut tcp .*dst=2001:db8:2::7 sport=40003 ' "$said"
expect_equal "each of them once, and no other" 2 "$(grep -c '^cut ' <<<"$said")"
must read router policy
same_text "check changes nothing" "$before" "$said"
pass "check cuts nothing" word a
transaction 'check' "$base"
expect_match "check of a policy that allows them all" '^check revoke cut would end 0 of 3 connections$' "$said"
expect_no_match "names none" '^cut ' "$said"
if agent '+write router policy begin check\nacl bad in zero\ncommit\n'; then
	not_ok "check of a bad policy is refused" accepted
else
	ok "check of a bad policy is refused"
fi

# cut: nothing is walked over, each is asked by its next packet
transaction 'revoke cut' 'group another'
connections_match "cut: at first all are there as before" '^tcp ESTABLISHED' 3
drop "cut: what the policy does not allow" word a
drop "cut: in IPv6 too" word c
pass "not cut: what it allows" word b
connections_match "what has been asked is gone" 'sport=(40001|40003)' 0
connections_match "what has been allowed is there" 'sport=40002' 1
transaction 'revoke keep' 'group web in allow tcp from any to any port 443'
must reset a
must reset c
must open a client 1.3.3.7 443 sport 40004
pass "new ones begin when they are allowed again" word a
transaction 'revoke cut' 'delete group web in allow tcp from any to any port 443
group web in allow tcp from 119.18.36.0/24 to any port 443'
pass "cut asks: another rule allows it as well" word a

# cut by the other side's groups, by an endpoint, by a list
transaction 'revoke cut' 'prefix-list blocked 119.18.36.73
group web in allow tcp from prefix-list blocked to any port 22
delete group web in allow tcp from 119.18.36.0/24 to any port 443
group web in allow tcp from prefix-list blocked to any port 443'
pass "cut: a list that holds the peer" word a
transaction 'revoke cut' 'replace prefix-list blocked 10.0.0.0/8'
drop "cut: a list that does no more" word a
pass "the others go on" word b
must reset a
must reset b

# A response asks, too, and it is asked about the request
there='packet client server:eth0'
back='packet server client:eth0'
policy router 'flush
group web in allow udp
attach dev eth1 protects subnet groups web'
must $there udp 10.8.0.1 1000 10.9.0.1 53
must $there udp 10.8.0.1 1000 10.9.0.1 54
transaction 'revoke cut' 'replace group web
group web in allow udp from any to any port 54'
drop "cut: by its response" $back udp 10.9.0.1 53 10.8.0.1 1000
connections_match "for good" 'dport=53' 0
pass "the other's response passes" $back udp 10.9.0.1 54 10.8.0.1 1000
transaction 'revoke keep' 'replace group web
group web in allow udp from any to any port 55'
pass "cut before, then kept: it goes on" $back udp 10.9.0.1 54 10.8.0.1 1000
transaction 'revoke cut' 'group another'
transaction 'revoke cut' 'replace group web
group web in allow udp from any to any port 54'
pass "cut, but allowed again before its next packet" $back udp 10.9.0.1 54 10.8.0.1 1000

# More than are named
must write router connections 'flush\n'
policy router 'replace group web
group web in allow any'
must sysctl router udp_timeout 600
python3 "$(dirname "$0")/blast.py" client --flows 1100 >/dev/null
in_ns router bash -c 'exec 5<>/proc/net/bailey/policy
	printf "begin check\nreplace group web\ncommit\n" >&5
	cat <&5' >"$scratch/named"
expect_match "check of many counts all" '^check revoke cut would end 1100 of 1100 connections$' \
	"$(head -n 1 "$scratch/named")"
expect_equal "and names a thousand" 1000 "$(grep -c '^cut udp - src=' "$scratch/named")"
expect_equal "different ones" 1000 "$(grep '^cut ' "$scratch/named" | sort -u | wc -l)"
printf 'flush\ngroup web\nattach dev eth1 protects subnet groups web\n' >"$scratch/strict"
expect_match "the tool says so" '^and 100 more$' "$(tool router policy load --check "$scratch/strict")"
tool router -j policy load --check "$scratch/strict" >"$scratch/json"
expect_pass "also in JSON" python3 -c '
import json, sys
answer = json.load(open(sys.argv[1], encoding="ascii"))
assert len(answer["cut"]) == 1000 and answer["cut"][0]["protocol"] == "udp"
' "$scratch/json"
expect_equal "and all of them are there still" 1100 "$(bailey_read router connections | grep -c '^udp ')"
must sysctl router udp_timeout 30
must write router connections 'flush\n'

# confirm
policy router "flush
$base"
must open a client 1.3.3.7 443 sport 40011
must read router policy
before=$said
transaction 'confirm 60' 'replace group web
group web in allow tcp from any to any port 22'
pass "confirm: the new policy holds" tcp client 1.3.3.7 22
drop "confirm: the old one does not" tcp client 1.3.3.7 80
refused "while it waits, no change is taken" router '.' 'group busy'
must write router policy 'confirm\n'
accepted "confirmed, changes are taken again" router 'group busy'
must read router policy
expect_match "and it stays" 'port 22$' "$said"
refused "nothing waits for another confirm" router '.' 'confirm'

policy router "$base"
transaction 'confirm 1' 'replace group web'
drop "confirm 1: the new policy holds" tcp client 1.3.3.7 443
came_back()
{
	must read router policy
	[ "$said" = "$before" ]
}
until_policy()
{
	local end=$((SECONDS + 5))
	until came_back; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}
until_policy
same_text "unconfirmed, the old one comes back" "$before" "$said"
pass "and holds" tcp client 1.3.3.7 443
accepted "changes are taken again" router 'group after'
policy router 'delete group after'

# What a cut suspends comes back with the old policy
must open b client 1.3.3.7 443 sport 40012
transaction 'revoke cut confirm 2' 'replace group web
group web in allow tcp from any to any port 80'
drop "suspended by a cut" word b
pass "the new policy holds" tcp client 1.3.3.7 80
until_policy
same_text "the old policy is back" "$before" "$said"
pass "and with it the connection" word b
must read router connections
expect_match "the very same one" 'ESTABLISHED .*sport=40012 dport=443' "$said"
transaction 'revoke cut confirm 60' 'replace group web
group web in allow tcp from any to any port 80'
drop "suspended again" word b
must write router policy 'confirm\n'
drop "confirmed, it is cut for good" word b
gone()
{
	agent "-word b"
	must read router connections
	[[ $said != *sport=40012* ]]
}
expect_pass "and gone with its next packet" until_true gone
must reset b

# A rollback leaves no trace of what the waiting policy allowed
policy router "$base"
must read router policy
before=$said
transaction 'confirm 1' 'group web in allow tcp from any to any port 22'
must open d client 1.3.3.7 22 sport 40020
until_policy
same_text "rolled back" "$before" "$said"
drop "new ones are refused" tcp client 1.3.3.7 22

# The waiting policy's writer may go away, and so may the namespace
transaction 'confirm 60' 'group never'
agent_stop
expect_pass "a namespace goes away while its policy waits" ip netns del router
expect_pass "the module unloads then" until_true unload_module
