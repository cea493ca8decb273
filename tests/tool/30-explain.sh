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

# shellcheck disable=SC2086
asks 0 "an allowed request and its response" $https
has "the request" "$said" "request: $https"
has "the response" "$said" 'response: tcp from 1.3.3.7 port 443 to 119.18.36.73 port 40000 in eth1 out eth0'
has "the entry that answered" "$said" 'acl public out 100 allow'
has "the result" "$said" 'result: pass'
asks 1 "port 80" tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 80 in eth0 out eth1
has "by the entry that nobody wrote" "$said" 'acl public in * deny'
asks 0 "ping" icmp from 119.18.36.73 to 1.3.3.7 type 8 in eth0 out eth1
asks 1 "ping without an ACL entry for IPv6" icmpv6 from 2001:db8:1::73 to 2001:db8:2::7 in eth0 out eth1
asks 1 "from the server" tcp from 1.3.3.7 port 5 to 119.18.36.73 port 80 in eth1 out eth0
asks 0 "where nobody asks" tcp from 1.1.1.1 port 5 to 2.2.2.2 port 80 in eth5
asks 0 "between two interfaces with one name" tcp from 1.1.1.1 port 5 to 2.2.2.2 port 80 in eth5 out eth5
asks 0 "from this machine" udp from 1.1.1.1 port 5 to 2.2.2.2 port 53 out lo

sed 's/^acl public out 100.*//' "$work/router" >"$work/half"
# shellcheck disable=SC2086
run 1 "a response without an entry of its own" "$real" explain --policy "$work/half" $https
has "the request passes" "$said" 'verdict: pass'
has "the response does not" "$said" 'verdict: drop, acl-default'
# shellcheck disable=SC2086
run 0 "the request alone passes" "$real" explain --policy "$work/half" $https alone
# shellcheck disable=SC2086
run 1 "as JSON" "$real" -j explain --policy "$work/half" $https
json "with the steps of both halves" "$said" \
	'd["result"] == "drop" and d["request"]["verdict"] == "pass" and len(d["request"]["steps"]) == 2 and d["response"]["reason"] == "acl-default" and d["response"]["steps"][-1]["acl"] == "public" and d["response"]["steps"][-1]["answer"] == "deny" and d["request"]["steps"][1]["groups"] == ["web"]'

sed 's/^acl public out 100 allow/acl public out 100 reject/' "$work/router" >"$work/rejects"
# shellcheck disable=SC2086
run 1 "a response that is rejected" "$real" explain --policy "$work/rejects" $https
has "says what is sent" "$said" '  sends: tcp reset'
# shellcheck disable=SC2086
run 1 "as JSON" "$real" -j explain --policy "$work/rejects" $https
json "with the answer" "$said" \
	'd["response"]["sends"] == "tcp reset" and d["response"]["steps"][-1]["answer"] == "reject" and d["response"]["reason"] == "acl-deny" and "sends" not in d["request"]'

asks 2 "no packet"
asks 2 "no addresses" tcp
has "the usage says what is missing" "$erred" 'expected: PROTO from ADDR'
asks 2 "an unknown protocol" frob from 1.1.1.1 to 2.2.2.2 in eth0
asks 2 "no interface" tcp from 1.1.1.1 to 2.2.2.2
asks 2 "two families" tcp from 1.1.1.1 to ::1 in eth0
asks 2 "an unknown word" tcp from 1.1.1.1 to 2.2.2.2 in eth0 sideways
asks 2 "ports for ICMP" icmp from 1.1.1.1 port 1 to 2.2.2.2 in eth0
run 1 "a policy that is not there" "$real" explain --policy "$work/none" tcp from 1.1.1.1 to 2.2.2.2 in eth0
run 2 "--policy without a file" "$real" explain --policy
echo frob >"$work/bad"
run 1 "a policy with an error" "$real" explain --policy "$work/bad" tcp from 1.1.1.1 to 2.2.2.2 in eth0
has "shows the place" "$erred" "$work/bad:1:1: error:"
