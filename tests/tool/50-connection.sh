# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# connection: both halves, filters, JSON, a million entries in little memory.

export BAILEY_FAKE=$work/fake
afresh
cat >"$BAILEY_FAKE/connections" <<'END'
tcp ESTABLISHED src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,3 expires=431999 REPLIED ASSURED
udp - src=2001:db8:1::73 dst=2001:db8:2::7 sport=5353 dport=53 in=eth0 out=- groups=2,0 expires=29
icmp - src=119.18.36.73 dst=1.3.3.7 type=8 code=0 id=77 in=eth0 out=eth1 groups=0,3 expires=30 REPLIED
icmpv6 - src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=5 in=- out=eth1 groups=0,3 expires=30
gre - src=10.0.0.1 dst=10.0.0.2 key=9 in=eth0 out=eth1 groups=0,3 expires=600
99 - src=10.0.0.1 dst=10.0.0.2 in=eth0 out=eth1 groups=0,3 expires=600 future=7
sctp SHUTDOWN_ACK_SENT src=119.18.36.74 dst=1.3.3.7 sport=40000 dport=36412 in=eth0 out=eth1 groups=0,3 expires=119 REPLIED ASSURED
END

# lists COUNT NAME WORDS...
lists()
{
	local wanted=$1 name=$2
	shift 2
	run 0 "$name" "$fake" -j connection list "$@"
	json "$name: $wanted" "$said" "len(d) == $wanted"
}

run 0 "a table" "$fake" connection list
is "with both halves of each" 14 "$(grep -cE ' (request|response) ' "$work/stdout")"
has "the request" "$said" '119.18.36.73:40000'
has "the response" "$said" 'response 1.3.3.7:443 '
has "IPv6 with brackets" "$said" '[2001:db8:1::73]:5353'
has "flags" "$said" 'REPLIED ASSURED'
is "columns stand in line" 1 "$(head -n 3 "$work/stdout" | sed 's/ [^ ]*EXPIRES.*//' | awk '{ print index($0, "eth1") }' | grep -vc '^0$' | sed 's/2/1/')"
run 0 "connection alone lists" "$fake" connection
run 0 "as JSON" "$fake" -j connection list
json "with both halves" "$said" \
	'd[0] == {"protocol": "tcp", "state": "ESTABLISHED", "request": {"source": "119.18.36.73", "destination": "1.3.3.7", "source_port": 40000, "destination_port": 443, "in": "eth0", "out": "eth1"}, "response": {"source": "1.3.3.7", "destination": "119.18.36.73", "source_port": 443, "destination_port": 40000, "in": "eth1", "out": "eth0"}, "groups": {"originator": 0, "responder": 3}, "expires": 431999, "replied": True, "stream": False, "assured": True} and d[1]["state"] is None and d[2]["request"]["type"] == 8 and d[2]["response"]["type"] == 0 and d[3]["response"]["type"] == 129 and d[4]["request"]["key"] == 9 and d[5]["protocol"] == "99"'
lists 1 "by protocol" proto tcp
lists 1 "by number" proto 17
lists 1 "by number without a name" proto 99
lists 2 "by source" src 119.18.36.73
lists 5 "by prefix" src 0.0.0.0/0
lists 1 "by IPv6 prefix" dst 2001:db8:2::/48
lists 1 "by port" dport 443
lists 1 "by source port" sport 5353
lists 1 "by state" state established
lists 1 "by a state of SCTP" state shutdown_ack_sent
lists 0 "by all at once" proto tcp src 119.18.36.73 dst 1.3.3.7 sport 40000 dport 443 state SYN_SENT
for words in 'proto frob' 'proto any' 'src 1.2.3' 'src 1.2.3.4/33' 'sport 65536' \
	'dport x' 'state frob' 'frob x' 'proto'; do
	# shellcheck disable=SC2086
	run 2 "wrong filter: $words" "$fake" connection list $words
done

run 2 "a state that no connection has" "$fake" connection delete state none
rm -f "$BAILEY_FAKE/connections.written"
echo 'deleted 7' >"$BAILEY_FAKE/answer"
run 0 "deleted, as JSON" "$fake" -j connection delete proto udp
json "says how many" "$said" 'd["answers"] == ["deleted 7"]'
rm "$BAILEY_FAKE/connections.written"
run 0 "delete" "$fake" connection delete proto tcp src 119.18.36.73 dst 1.3.3.7 sport 40000 dport 443
is "says how many, too" 'deleted 7' "$said"
run 0 "flush" "$fake" connection flush
run 2 "delete without a filter" "$fake" connection delete
run 0 "delete by state" "$fake" connection delete state close_wait
is "what the module is told" 'delete proto tcp src 119.18.36.73 dst 1.3.3.7 sport 40000 dport 443
flush
delete state CLOSE_WAIT' "$(cat "$BAILEY_FAKE/connections.written")"
run 2 "delete with a wrong filter" "$fake" connection delete src x

rm -f "$BAILEY_FAKE/answer"
printf '%s\n' 'begin connections 1' 'set 3 web' 'conn udp src 1.1.1.1 dst 2.2.2.2' commit \
	>"$BAILEY_FAKE/snapshot"
run 0 "save" "$fake" connection save "$work/saved"
is "all that the module says" "$(cat "$BAILEY_FAKE/snapshot")" "$(cat "$work/saved")"
is "for nobody else" 600 "$(stat -c %a "$work/saved")"
run 0 "save to standard output" "$fake" connection save
is "the same" "$(cat "$BAILEY_FAKE/snapshot")" "$said"
run 2 "save to two files" "$fake" connection save a b
echo 'restored 1 known 0 refused 0 away 0' >"$BAILEY_FAKE/answer"
run 0 "load" "$fake" connection load "$work/saved"
is "says what came of it" 'restored 1 known 0 refused 0 away 0' "$said"
is "all of the file is sent" "$(cat "$work/saved")" "$(cat "$BAILEY_FAKE/snapshot.written")"
rm "$BAILEY_FAKE/snapshot.written" "$BAILEY_FAKE/answer"
sed '$d' "$work/saved" >"$work/half"
run 1 "half of a file" "$fake" connection load "$work/half"
has "has no end" "$erred" "ends with 'commit'"
run 1 "an empty file" "$fake" connection load /dev/null
run 1 "no file" "$fake" connection load "$work/nothing"
run 2 "load without a file" "$fake" connection load
run 2 "load with two files" "$fake" connection load a b
is "nothing of these was sent" no "$([ -e "$BAILEY_FAKE/snapshot.written" ] || echo no)"

echo 'what is this' >"$BAILEY_FAKE/connections"
run 1 "a line of another kind" "$fake" connection list
run 1 "in JSON" "$fake" -j connection list
: >"$BAILEY_FAKE/connections"
lists 0 "no connection"
run 0 "no connection, as a table" "$fake" connection list
printf 'tcp' >"$BAILEY_FAKE/connections"
run 1 "half a line" "$fake" connection list
unset BAILEY_FAKE
