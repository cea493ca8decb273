# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# explain --policy: exit status, halves, JSON.

cat >"$work/router" <<'END'
acl public in 100 allow tcp from any to any port 443
acl public in 110 allow icmp type 8
acl public out 100 allow tcp from any port 443 to any port 1024-65535
acl public out 110 allow icmp type 0
group web in allow tcp from any to any port 443
group web in allow icmp type 8
attach dev eth1 protects subnet acl public groups web
END
https='tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 in eth0 out eth1'

# asks STATUS NAME WORDS...
asks()
{
	local wanted=$1 name=$2
	shift 2
	run "$wanted" "$name" "$real" explain --policy "$work/router" "$@"
}

# conforms NAME TEXT: the document is as Documentation/explain.schema.json says
conforms()
{
	local why
	if why=$(python3 "$here/schema.py" "$top/Documentation/explain.schema.json" <<<"$2" 2>&1); then
		result ok "$1"
	else
		result bad "$1" "$why" "$2"
	fi
}

# shellcheck disable=SC2086
asks 0 "an allowed request and its response" --connection $https
has "the request" "$said" "request: $https"
has "the response" "$said" 'response: tcp from 1.3.3.7 port 443 to 119.18.36.73 port 40000 in eth1 out eth0'
has "the error" "$said" 'error: icmp from 1.3.3.7 to 119.18.36.73 type 3 code 4 in eth1 out eth0'
has "the entry that answered" "$said" 'acl public out 100 allow'
has "what of the connection" "$said" 'groups web out: has said yes to this connection -> allow'
has "what of the error" "$said" 'groups web out: has said yes to the connection that the error is about'
has "the error's ACL, and what nearly let it through" "$said" 'but for its type 3: 110 allow icmp type 0'
has "the result" "$said" 'result: pass'
# shellcheck disable=SC2086
asks 0 "one packet is one packet" $https
is "without a response" '' "$(grep -E '^(response|error)' <<<"$said")"
asks 1 "port 80" tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 80 in eth0 out eth1
has "by the entry that nobody wrote" "$said" 'acl public in * deny'
has "what nearly let it through" "$said" 'near miss, but for its destination port 80: 100 allow tcp to any port 443'
has "the code, and Amazon's word for it" "$said" 'code: acl-in-default (AWS: SUBNET_ACL_RESTRICTION)'
has "the groups are not asked any more" "$said" 'groups web in: not asked, it is dropped already'
asks 0 "ping" --connection icmp from 119.18.36.73 to 1.3.3.7 type 8 in eth0 out eth1
asks 1 "ping without an ACL entry for IPv6" icmpv6 from 2001:db8:1::73 to 2001:db8:2::7 in eth0 out eth1
asks 1 "from the server" tcp from 1.3.3.7 port 5 to 119.18.36.73 port 80 in eth1 out eth0
has "no rule of the group" "$said" 'code: group-out-mismatch (AWS: ENI_SG_RULES_MISMATCH)'
asks 0 "where nobody asks" tcp from 1.1.1.1 port 5 to 2.2.2.2 port 80 in eth5
asks 0 "between two interfaces with one name" tcp from 1.1.1.1 port 5 to 2.2.2.2 port 80 in eth5 out eth5
asks 0 "from this machine" udp from 1.1.1.1 port 5 to 2.2.2.2 port 53 out lo
has "exempt" "$said" 'exempt loopback'

# Endpoints, and interfaces that nobody names
cat "$work/router" - >"$work/ends" <<'END'
acl public in 120 allow tcp to any port 22
attach dev eth0 protects host groups web
endpoint web1 dev eth1 addr 1.3.3.7,2001:db8:2::7 groups web
endpoint web2 dev eth1 addr 1.3.3.8 groups web
END
sed '/dev eth0/d' "$work/ends" >"$work/alone"
(cat "$work/ends"; echo 'attach dev eth2 protects subnet') >"$work/more"
run 0 "an endpoint by its name" "$real" explain --policy "$work/ends" tcp from 9.9.9.9 to web1 port 443
has "its address, and the only other interface" "$said" \
	'request: tcp from 9.9.9.9 port 49152 to 1.3.3.7 port 443 in eth0 out eth1'
has "says who told the one" "$said" 'from 9.9.9.9: behind eth0, the policy knows no other'
has "and who the other" "$said" 'to web1, 1.3.3.7: behind eth1, by its endpoint'
run 0 "or by its address" "$real" explain --policy "$work/ends" tcp from 9.9.9.9 to 1.3.3.8 port 443
has "is behind its interface, too" "$said" 'to 1.3.3.8 port 443 in eth0 out eth1'
run 1 "in the family of the other end" "$real" explain --policy "$work/ends" tcp from 2001:db8::1 to web1 port 80
has "which is IPv6" "$said" 'to 2001:db8:2::7 port 80'
run 1 "both by name" "$real" explain tcp from web1 to web2 port 443 --policy "$work/ends"
has "behind one interface" "$said" 'acl public out: not asked, it leaves by the interface it came in by'
run 0 "an interface of which the policy says nothing" "$real" explain --policy "$work/alone" \
	tcp from 9.9.9.9 to web1 port 443
has "is elsewhere" "$said" 'in elsewhere out eth1'
run 2 "several that it may be" "$real" explain --policy "$work/more" tcp from 9.9.9.9 to web1 port 443
has "are listed" "$erred" 'the policy knows eth0, eth2'
has "at the place" "$erred" '          ^~~~~~~'
run 2 "no endpoint of that name" "$real" explain --policy "$work/ends" tcp from 9.9.9.9 to web3 port 443
has "is said" "$erred" 'there is no endpoint of this name'
run 2 "none of that family" "$real" explain --policy "$work/ends" tcp from 2001:db8::1 to web2 port 443
has "is said, too" "$erred" 'this endpoint has no address of IPv6'
run 2 "no interface and no endpoint" "$real" explain --policy "$work/ends" tcp from 9.9.9.9 to 8.8.8.8 port 1
has "asks for one" "$erred" 'expected: in IFNAME, out IFNAME or both'

sed 's/^acl public out 100.*//' "$work/router" >"$work/half"
# shellcheck disable=SC2086
run 1 "a response without an entry of its own" "$real" explain --policy "$work/half" --connection $https
has "the request passes" "$said" 'verdict: pass'
has "the response does not" "$said" 'verdict: drop, acl-default'
# shellcheck disable=SC2086
run 0 "the request alone passes" "$real" explain --policy "$work/half" $https
# shellcheck disable=SC2086
run 1 "as JSON" "$real" -j explain --policy "$work/half" $https --connection
json "with the questions of both halves" "$said" \
	'd["version"] == 1 and d["result"] == "drop" and [p["part"] for p in d["packets"]] == ["request", "response", "error"] and d["packets"][0]["verdict"] == "pass" and [q["answer"] for q in d["packets"][0]["questions"]] == ["not-asked", "not-asked", "allow", "allow"] and d["packets"][1]["code"] == "acl-out-default" and d["packets"][1]["aws_code"] == "SUBNET_ACL_RESTRICTION" and d["packets"][1]["questions"][1]["acl"] == "public" and d["packets"][1]["questions"][1]["rule"] == {"text": "* deny", "number": None, "group": None} and d["packets"][0]["questions"][3]["groups"] == ["web"] and d["packets"][0]["questions"][3]["rule"]["group"] == "web"'
json "the packet in its parts" "$said" \
	'd["packets"][1]["packet"] == {"text": "tcp from 1.3.3.7 port 443 to 119.18.36.73 port 40000 in eth1 out eth0", "protocol": "tcp", "from": "1.3.3.7", "from_port": 443, "to": "119.18.36.73", "to_port": 40000, "fragment": False, "type": None, "code": None, "in": "eth1", "out": "eth0"}'
json "the connection that was used" "$said" \
	'd["packets"][0]["connection"]["answer"] == "none" and d["packets"][1]["connection"] == {"answer": "imagined", "state": "SYN_SENT", "part": "response"}'
conforms "as the schema says" "$said"

sed 's/^acl public out 100 allow/acl public out 100 reject/' "$work/router" >"$work/rejects"
# shellcheck disable=SC2086
run 1 "a response that is rejected" "$real" explain --policy "$work/rejects" --connection $https
has "says what is sent" "$said" '  sends: tcp-reset'
# shellcheck disable=SC2086
run 1 "as JSON" "$real" -j explain --policy "$work/rejects" --connection $https
json "with the answer" "$said" \
	'd["packets"][1]["sends"] == "tcp-reset" and d["packets"][1]["questions"][1]["answer"] == "reject" and d["packets"][1]["reason"] == "acl-deny" and d["packets"][0]["sends"] is None'
conforms "as the schema says" "$said"

# Every kind of answer is as the schema says
while read -r words; do
	# shellcheck disable=SC2086
	"$real" -j explain --policy "$work/ends" --connection $words >"$work/stdout" 2>"$work/stderr"
	conforms "the schema has it: $words" "$(cat "$work/stdout")"
done <<'END'
udp from 9.9.9.9 to web1 port 53 fragment
icmpv6 from fe80::1 to ff02::1 type 135 ttl 255 in eth0
icmp from 1.3.3.1 to 1.3.3.7 type 3 out eth1
89 from 1.2.3.4 to 1.2.3.5 in lo
gre from 2001:db8::1 to web1
tcp from 9.9.9.9 to 9.9.9.8 port 443 in eth7 out eth8
sctp from web1 to web2 port 9
END
run 1 "the validator finds what is wrong" python3 "$here/schema.py" "$top/Documentation/explain.schema.json"
echo '{"version": 1, "ends": [], "packets": [], "result": "perhaps"}' >"$work/wrong"
run 1 "also in a document" sh -c "python3 '$here/schema.py' '$top/Documentation/explain.schema.json' <'$work/wrong'"
has "and says where" "$erred" '/ends: 0 items'

# At most eight near misses
for port in $(seq 1 30); do
	echo "acl long in $port allow udp to any port $port"
done >"$work/long"
echo 'attach dev eth1 protects subnet acl long' >>"$work/long"
run 1 "many near misses" "$real" -j explain --policy "$work/long" udp from 1.1.1.1 to 2.2.2.2 port 99 in eth0 out eth1
json "are bounded" "$said" \
	'len(d["packets"][0]["questions"][2]["near_misses"]) == 8 and d["packets"][0]["questions"][2]["near_misses_left_out"] == 22 and d["packets"][0]["questions"][2]["near_misses"][0] == {"field": "to-port", "value": "99", "rule": {"text": "1 allow udp to any port 1", "number": 1, "group": None}}'

# Colour
# shellcheck disable=SC2086
asks 0 "without a terminal" $https
is "no colour" '' "$(grep -c $'\033' <<<"$said" | grep -v '^0$')"
# shellcheck disable=SC2086
run 0 "when it is asked for" "$real" -c explain --policy "$work/router" $https
has "colour" "$said" $'\033['
if command -v script >/dev/null; then
	ask="'$real' explain --policy '$work/router' $https"
	run 0 "on a terminal" env TERM=xterm script -qec "$ask" /dev/null
	has "colour by itself" "$said" $'\033['
	run 0 "with NO_COLOR" env TERM=xterm NO_COLOR=1 script -qec "$ask" /dev/null
	is "none" '' "$(grep -c $'\033' <<<"$said" | grep -v '^0$')"
fi

asks 2 "no packet"
asks 2 "no addresses" tcp
has "the usage says what is missing" "$erred" 'expected: PROTO from END'
asks 2 "an unknown protocol" frob from 1.1.1.1 to 2.2.2.2 in eth0
asks 2 "a prefix" tcp from 1.1.1.0/24 to 2.2.2.2 in eth0
has "is no address" "$erred" 'a packet has one address here, not a prefix'
asks 2 "two families" tcp from 1.1.1.1 to ::1 in eth0
asks 2 "an unknown word" tcp from 1.1.1.1 to 2.2.2.2 in eth0 sideways
asks 2 "an unknown option" --frob tcp from 1.1.1.1 to 2.2.2.2 in eth0
asks 2 "ports for ICMP" icmp from 1.1.1.1 port 1 to 2.2.2.2 in eth0
run 2 "a policy that is not there" "$real" explain --policy "$work/none" tcp from 1.1.1.1 to 2.2.2.2 in eth0
run 2 "--policy without a file" "$real" explain --policy
echo frob >"$work/bad"
run 2 "a policy with an error" "$real" explain --policy "$work/bad" tcp from 1.1.1.1 to 2.2.2.2 in eth0
has "shows the place" "$erred" "$work/bad:1:1: error:"
