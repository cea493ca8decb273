#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of connections, for those who watch: each begins once and ends once,
# with a reason; a slow reader learns what it lost; nobody waits for anybody.

. "$(dirname "$0")/traffic.sh"
plan 61

load_module
topology
hinterland
agent_start
listen server 443

rules='group all in allow any
attach dev eth1 protects subnet groups all'
policy router "$rules"
there='packet client server:eth0'
back='packet server client:eth0'

watch()
{
	must fd-open-read "$1" router events
}

# told NAME WATCHER LINE...: what is new is these lines and no more; of each, the
# event, the protocol, the state, the ports or the type, and the reason
told()
{
	local name=$1 watcher=$2 got
	shift 2
	must fd-read "$watcher"
	got=$(sed -E 's/^[0-9]+\.[0-9]{3} //; s/ (src|dst|in|out|groups|code|id)=[^ ]*//g
		s/ (REPLIED|STREAM|ASSURED)//g' <<<"$said")
	same_text "$name" "$(printf '%s\n' "$@")" "$got"
}

silent()
{
	must fd-read "$2"
	expect_equal "$1" '' "$said"
}

# UDP
watch w
silent "at first there is nothing" w
must $there udp 10.8.0.1 1000 10.9.0.1 53
must fd-read w
expect_match "a line, with all that the list has but its time" \
	'^[0-9]+\.[0-9]{3} new udp - src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=53 in=eth0 out=eth1 groups=0,[0-9]+$' "$said"
silent "only what is new" w
must $back udp 10.9.0.1 53 10.8.0.1 1000
told "answered" w 'established udp - sport=1000 dport=53'
must $there udp 10.8.0.1 1000 10.9.0.1 53
must $back udp 10.9.0.1 53 10.8.0.1 1000
silent "its further packets are no event" w
must write router connections 'delete proto udp\n'
told "deleted" w 'closed udp - sport=1000 dport=53 reason=deleted'
must $there icmp 10.8.0.1 10.9.0.1 8 id 7
must $there proto 253 10.8.0.1 10.9.0.1
told "other protocols" w 'new icmp - type=8' 'new 253 -'
must write router connections 'flush\n'
must fd-read w
expect_equal "flushed" 2 "$(grep -c '^[0-9.]* closed .* reason=flushed$' <<<"$said")"

# TCP
must open a client 1.3.3.7 443
must fd-read w
expect_match "TCP begins" '^[0-9.]+ new tcp SYN_SENT src=119.18.36.73 dst=1.3.3.7 .* dport=443 in=eth0' "$said"
expect_match "and is established" '^[0-9.]+ established tcp ESTABLISHED .* REPLIED ASSURED$' "$said"
expect_equal "which is all" 2 "$(grep -c . <<<"$said")"
must word a
silent "words in it are no event" w
must close a
ended()
{
	must fd-read w
	[ -n "$said" ]
}
until_true ended
expect_match "closed by FIN" '^[0-9.]+ closed tcp TIME_WAIT .*reason=fin$' "$said"
expect_equal "which is told once" 1 "$(grep -c . <<<"$said")"
must write router connections 'flush\n'
silent "that its entry goes later is no event" w
must open a client 1.3.3.7 443 sport 40010
must fd-read w
must reset a
until_true ended
expect_match "closed by RST" '^[0-9.]+ closed tcp CLOSE .*reason=reset$' "$said"
must write router connections 'flush\n'

# Refused, and opened anew on the same entry
must $there tcp 10.8.0.1 1000 10.9.0.1 80 S seq 1000
must $back tcp 10.9.0.1 80 10.8.0.1 1000 RA seq 0 ack 1001
must $there tcp 10.8.0.1 1000 10.9.0.1 80 S seq 90000
told "refused, tried again" w 'new tcp SYN_SENT sport=1000 dport=80' \
	'closed tcp CLOSE sport=1000 dport=80 reason=reset' \
	'new tcp SYN_SENT sport=1000 dport=80'

# Silence
must sysctl router udp_timeout 1
must $there udp 10.8.0.1 1001 10.9.0.1 53
told "one that will be silent" w 'new udp - sport=1001 dport=53'
until_true ended
expect_match "expires for want of packets" '^[0-9.]+ expired udp - .*sport=1001 .*reason=timeout$' "$said"
for round in 1 2 3; do
	must $there udp 10.8.0.1 1002 10.9.0.1 53
	[ $round = 3 ] || sleep 2.1
done
must fd-read w
same_text "a new one of the same name begins when the old one is over" \
	'new expired new expired new' \
	"$(awk '/sport=1002 / { print $2 }' <<<"$said" | paste -sd' ')"
must sysctl router udp_timeout 30
must write router connections 'flush\n'
must fd-read w

# The policy changes
must $there udp 10.8.0.1 1003 10.9.0.1 53
must $there udp 10.8.0.1 1003 10.9.0.1 54
must fd-read w
policy router 'begin revoke cut
replace group all
group all in allow udp from any to any port 54
commit'
silent "revoke cut: nothing ends by itself" w
connections_match "both are in the table" 'udp - .*sport=1003' 2
drop "the next packet of one that is not allowed is refused" $there udp 10.8.0.1 1003 10.9.0.1 53
told "and ends it" w 'closed udp - sport=1003 dport=53 reason=revoked'
pass "the other goes on" $there udp 10.8.0.1 1003 10.9.0.1 54
silent "without a word" w
policy router 'begin revoke cut confirm 60
replace group all
commit'
drop "one that is suspended while a policy waits" $there udp 10.8.0.1 1003 10.9.0.1 54
silent "has not ended" w
must write router policy 'confirm\n'
drop "but does" $there udp 10.8.0.1 1003 10.9.0.1 54
told "when it is confirmed" w 'closed udp - sport=1003 dport=54 reason=revoked'
policy router "flush
$rules"
must $there udp 10.8.0.1 1004 10.9.0.1 53
must fd-read w
policy router 'flush'
told "a policy that asks nothing ends all" w 'closed udp - sport=1004 dport=53 reason=policy'
policy router "$rules"

# A full table
must sysctl router max_connections
many=$said
must sysctl router max_connections 3
for port in 1 2 3 4; do
	must $there udp 10.8.0.5 $port 10.9.0.1 53
done
must fd-read w
expect_equal "who makes room ends before the new one begins" 'new new new closed new' \
	"$(awk '{ print $2 }' <<<"$said" | paste -sd' ' | sed 's/ *$//')"
expect_match "one of the first" '^[0-9.]+ closed udp - .* sport=[123] .*reason=early-drop$' "$said"
must sysctl router max_connections "$many"

# Several watchers
watch late
must $there udp 10.8.0.1 1005 10.9.0.1 53
told "who comes later" late 'new udp - sport=1005 dport=53'
told "sees what the first one sees" w 'new udp - sport=1005 dport=53'
must fd-close late
must $there udp 10.8.0.1 1006 10.9.0.1 53
told "who goes takes nothing along" w 'new udp - sport=1006 dport=53'
must fd-close w
must $there udp 10.8.0.1 1007 10.9.0.1 53
watch w
silent "what nobody watched is gone" w
expect_equal "cat ends at once" '' "$(bailey_read router events)"
if agent "+write router events x"; then
	not_ok "nobody writes events" accepted
else
	ok "nobody writes events"
fi

# A small ring
must fd-close w
for size in 0 1048577 x; do
	if agent "+sysctl router event_ring_size $size"; then
		not_ok "no ring has $size places" accepted
	else
		ok "no ring has $size places"
	fi
done
must sysctl router event_ring_size 5
must write router connections 'flush\n'
watch slow
watch quick
for port in 1 2 3 4; do
	must $there udp 10.8.0.2 $port 10.9.0.1 53
done
must fd-read quick
for port in 5 6 7 8; do
	must $there udp 10.8.0.2 $port 10.9.0.1 53
done
told "a slow reader learns what it lost" slow 'lost 3' 'new udp - sport=4 dport=53' \
	'new udp - sport=5 dport=53' 'new udp - sport=6 dport=53' \
	'new udp - sport=7 dport=53' 'new udp - sport=8 dport=53'
must fd-read quick
expect_no_match "a quick one loses nothing" 'lost' "$said"
expect_equal "and has the rest" 4 "$(grep -c . <<<"$said")"
must sysctl router event_ring_size 6
must write router connections 'flush\n'
must fd-read slow
expect_equal "a ring has the size that it was made with" 'lost 3
5' "$(head -n 1 <<<"$said")
$(grep -c ' reason=flushed$' <<<"$said")"
must fd-close slow
must fd-close quick
must sysctl router event_ring_size 16384

# In small pieces, as a shell reads
for port in 1 2 3; do
	must $there udp 10.8.0.3 $port 10.9.0.1 53
done
pieces=$(in_ns router bash -c '
	exec 5</proc/net/bailey/events
	echo flush >/proc/net/bailey/connections
	dd bs=7 status=none <&5')
expect_equal "read in pieces of seven bytes" 3 \
	"$(grep -cE '^[0-9.]+ closed udp .* reason=flushed$' <<<"$pieces")"

# Everything of many connections, under two who watch
spawn router bash -c "exec '$BAILEY_TOOL' -j connection watch >'$scratch/watched'"
watcher=$spawned
spawn router bash -c "exec '$BAILEY_TOOL' connection watch proto udp dport 53 >'$scratch/rows'"
rows=$spawned
watched()
{
	must $there udp 10.8.0.4 1 10.9.0.1 53
	must write router connections 'flush\n'
	[ -s "$scratch/watched" ] && [ -s "$scratch/rows" ]
}
until_true watched
python3 "$(dirname "$0")/blast.py" client --flows 3000 >/dev/null
# The last of them may still be on their way when the first flush comes
flushed()
{
	must write router connections 'flush\n'
	sleep 1
	[ -z "$(in_ns router cat /proc/net/bailey/connections)" ]
}
until_true flushed
kill -INT $watcher
wait $watcher
expect_equal "a watcher that is interrupted ends well" 0 $?
kill -TERM $rows
wait $rows
expect_equal "one that is terminated, too" 0 $?
expect_pass "every connection begins once and ends once" python3 - "$scratch/watched" <<'END'
import json, sys
begun, ended, blasted = set(), set(), 0
for line in open(sys.argv[1], encoding="ascii"):
    event = json.loads(line)
    assert event["event"] != "lost", event
    request = event["request"]
    # Of those that say when the watchers watch, the first may have begun before
    if request["source"] == "10.8.0.4":
        continue
    key = (event["protocol"], request["source"], request.get("source_port"),
           request["destination"], request.get("destination_port"))
    if event["event"] == "new":
        assert key not in begun, key
        begun.add(key)
        ended.discard(key)
        blasted += 1
    elif event["reason"]:
        assert key in begun, event
        begun.discard(key)
        ended.add(key)
assert not begun, begun
assert blasted >= 3000, blasted
END
expect_pass "rows, too" test "$(grep -c ' new  *udp ' "$scratch/rows")" -gt 0

# A user's own namespace
expect_pass "a user watches its own namespace" setpriv --reuid 1000 --regid 1000 \
	--clear-groups unshare -Ur unshare -n bash -c '
	ip link set lo up
	printf "group g in allow any\ngroup g out allow any\nattach dev lo protects host groups g\ndelete exempt loopback\n" >/proc/net/bailey/policy
	exec 5</proc/net/bailey/events
	ping -q -c 1 -W 1 127.0.0.1 >/dev/null
	cat <&5 | grep -q " new icmp "'
expect_fail "a user does not watch the router" in_ns router setpriv --reuid 1000 --regid 1000 \
	--clear-groups cat /proc/net/bailey/events

# Namespace and module go while somebody watches
make_ns other
must fd-open-read other other events
bailey_write other 'default deny' || bail_out "no policy"
ip netns del other
gone()
{
	! agent "-fd-read other" && [[ $said = *EIO* ]]
}
expect_pass "who watches a namespace that goes gets an error" until_true gone
watch w
must fd-open-read again router events
spawn router bash -c "exec '$BAILEY_TOOL' connection watch >'$scratch/seen' 2>'$scratch/last-words'"
rows=$spawned
watched()
{
	must $there udp 10.8.0.4 1 10.9.0.1 53
	must write router connections 'flush\n'
	[ -s "$scratch/seen" ]
}
until_true watched
began=$SECONDS
expect_pass "the module goes while three watch" timeout 20 rmmod bailey
expect_pass "at once" test $((SECONDS - began)) -lt 10
wait $rows
expect_equal "the tool ends with 1" 1 $?
expect_match "and says why" 'the module or the namespace is gone' "$(cat "$scratch/last-words")"
drop "a descriptor" fd-read w
expect_match "gets an error" 'EIO' "$said"
load_module
drop "for good" fd-read w
must fd-close w
must fd-close again
