# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What goes between the tool and the module: lines, transactions, answers.

export BAILEY_FAKE=$work/fake

afresh()
{
	rm -rf "$BAILEY_FAKE"
	mkdir "$BAILEY_FAKE"
}

# changes STATUS NAME WORDS...
changes()
{
	local wanted=$1 name=$2
	shift 2
	run "$wanted" "$name" "$fake" "$@"
}

afresh
changes 0 "an entry" acl add web in 100 allow tcp from any to any port 443
is "says nothing" '' "$said$erred"
changes 0 "is shown, with the entries that nobody wrote" acl show web
is "in the language" \
'acl web in 100 allow tcp to any port 443
acl web in * deny
acl web out * deny' "$said"
changes 1 "the same again" acl add web in 100 allow udp
is "is refused, with a caret" \
"bailey: error: acl 'web' has an entry in 100 of that family already
 add acl web in 100 allow udp
                ^
" "$erred
"
changes 0 "but replaced" acl replace web in 100 deny udp
changes 0 "the short form" ac sh web
has "shows it" "$said" 'acl web in 100 deny udp'
changes 0 "deleted" acl delete web in 100
changes 0 "the ACL is empty then" acl show web
is "but there" $'acl web\nacl web in * deny\nacl web out * deny' "$said"
changes 1 "deleting it again" acl del web in 100
changes 1 "showing another one" acl show other
is "names it" "bailey: there is no acl 'other'" "$erred"
changes 1 "the same in JSON" -j acl show other
changes 0 "all ACLs when there is one" acl
changes 0 "a note" prefix-list add corp 10.1.2.3/8 2001:db8::/32
has "goes to standard error" "$erred" 'bailey: note: 10.1.2.3/8 has bits set'
changes 0 "a group" group add web in allow tcp from prefix-list corp port 1024-65535 to any port 80
changes 0 "another" group add db out allow tcp from any to group web
changes 0 "an attach line" attach add dev eth1 protects subnet acl web groups web,db
changes 0 "one of a stem" attach add dev 'ppp*' protects host groups db
changes 0 "an endpoint" endpoint add db1 dev eth1 addr 10.0.1.7,2001:db8::7 groups db
changes 0 "an exemption less" exempt delete mld
changes 0 "default reject" default reject
changes 0 "shown as JSON" -j default
json "by its word" "$said" 'd == "reject"'
changes 0 "default deny" default deny
changes 1 "an exemption that does not stand" exempt delete mld
changes 1 "a group in use" group delete db
has "says by what" "$erred" "group 'db' is in use by attach eth1 subnet"
changes 0 "shown: attach" attach show dev eth1
is "the line" 'attach dev eth1 protects subnet acl web groups db,web' "$said"
changes 0 "shown: a stem" attach show 'ppp*'
is "the line of the stem" 'attach dev ppp* protects host groups db' "$said"
changes 1 "shown: no stem" attach show ppp
changes 0 "exempts" exempt
has "are those that stand" "$said" 'exempt dhcp'
changes 0 "default" default
is "is what it is" 'default deny' "$said"

# What each object's command shows is what the canonical policy has
changes 0 "saved" policy save
grep -v -e '^begin' -e '^flush' -e '^commit' -e '^delete' "$work/stdout" >"$work/canonical"
changes 0 "shown whole" policy show
grep -v '\* deny$' "$work/stdout" >"$work/shown"
is "saved and shown agree" "$(cat "$work/canonical")" "$(cat "$work/shown")"
changes 0 "shown in colours" -c policy show
is "which are all that differs" "$(grep -v '\* deny' "$work/shown")" \
	"$(sed 's/\x1b\[[0-9]*m//g' "$work/stdout" | grep -v '\* deny$')"

changes 0 "an entry that rejects" acl add j in 7 reject udp
changes 0 "shown as JSON" -j acl show j
json "has its action" "$said" 'd[0]["in"][0]["action"] == "reject"'
changes 0 "deleted" acl delete j in 7 reject udp
changes 0 "ACLs as JSON" acl add j in 5 allow tcp from 10.0.0.0/8 port 1-2 to any port 443
changes 0 "more of them" acl add j out 6 deny icmpv6 type 128 code 0
changes 0 "shown as JSON" -j acl show j
json "with structure" "$said" \
	'd[0]["name"] == "j" and d[0]["default_action"] == "deny" and d[0]["in"][0] == {"number": 5, "action": "allow", "family": "ipv4", "protocol": "tcp", "from": {"kind": "cidr", "cidr": "10.0.0.0/8"}, "from_ports": {"first": 1, "last": 2}, "to": {"kind": "any"}, "to_ports": {"first": 443, "last": 443}, "type": None, "code": None} and d[0]["out"][0]["type"] == 128 and d[0]["out"][0]["code"] == 0 and d[0]["out"][0]["family"] == "ipv6" and d[0]["out"][0]["action"] == "deny"'
changes 0 "the whole policy as JSON" -j -p policy
json "has all objects" "$said" \
	'd["default"] == "deny" and "mld" not in d["exempts"] and "nd" in d["exempts"] and [a["name"] for a in d["acls"]] == ["j", "web"] and d["prefix_lists"][0]["prefixes"] == ["10.0.0.0/8", "2001:db8::/32"] and d["attachments"][0] == {"dev": "eth1", "stem": False, "protects": "subnet", "acl": "web", "groups": ["db", "web"]} and d["attachments"][1]["acl"] is None and d["attachments"][1]["stem"] and d["endpoints"][0] == {"name": "db1", "dev": "eth1", "addresses": ["10.0.1.7", "2001:db8::7"], "groups": ["db"]} and d["groups"][0]["out"][0]["to"] == {"kind": "group", "name": "web"} and d["groups"][1]["in"][0]["from"] == {"kind": "prefix_list", "name": "corp"}'
changes 0 "a change with -j" -j group add quiet
json "answers in JSON" "$said" 'd["ok"] and d["error"] is None and d["file"] is None'
changes 1 "a refusal with -j" -j group add quiet
json "answers in JSON, too" "$said" 'not d["ok"] and d["error"]["column"] == 11 and d["error"]["line"] == 1 and d["error"]["word"] == "quiet"'

# save and load
changes 0 "saved to a file" policy save "$work/saved"
is "of mode 0600" 600 "$(stat -c %a "$work/saved")"
changes 0 "saved again over it" policy save "$work/saved"
ln -s saved "$work/link"
changes 0 "saved through a link" policy save "$work/link"
[ -L "$work/link" ]
is "which stays one" 0 $?
is "nothing is left beside it" "$work/saved" "$(echo "$work"/saved*)"
cp "$BAILEY_FAKE/policy" "$work/before"
changes 0 "flushed" policy flush
changes 0 "is empty" acl
is "indeed" '' "$said"
changes 0 "loaded" policy load "$work/saved"
is "it is as before" "$(cat "$work/before")" "$(cat "$BAILEY_FAKE/policy")"
changes 1 "saved where nobody may" policy save /nonexistent/file
changes 0 "saved to a device" policy save /dev/null
[ -c /dev/null ]
is "which stays one, too" 0 $?

printf 'group only\n# and\nacl one in 1 allow\n' >"$work/plain"
changes 0 "a plain file" policy load "$work/plain"
changes 0 "replaces all" policy
is "that was there" 'acl one in 1 allow any
acl one in * deny
acl one out * deny' "$(grep '^acl' "$work/stdout")"
changes 0 "a plain file with -b" -b "$work/good"
changes 0 "changes what was there" group
is "and keeps the rest" 1 "$(grep -c '^group only' "$work/stdout")"
changes 1 "the same with -b again" -b "$work/plain"
has "is refused at its line" "$erred" "$work/plain:1:7: error: group 'only' is there already"
printf '# 1\n# 2\ngroup g\ngroup h in allow frob\n' >"$work/bad"
changes 1 "a bad file" policy load "$work/bad"
has "has the place of the file" "$erred" "$work/bad:4:18: error: there is no such protocol
 group h in allow frob
                  ^~~~"
changes 0 "and changes nothing" group show only
changes 1 "a file with nothing in it" policy load /dev/null
has "does not flush" "$erred" 'there is no line in it'
run 0 "a file from standard input" sh -c "'$fake' policy load - <'$work/plain'"

# options of load
rm -f "$BAILEY_FAKE/begin.written"
changes 0 "checked by the module" policy load --check "$work/good"
is "the answer" 'check revoke cut would end 3 of 7 connections' "$said"
cat >"$BAILEY_FAKE/cut" <<'END'
cut tcp ESTABLISHED src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,3 expires=431999 REPLIED ASSURED
cut icmp - src=119.18.36.73 dst=1.3.3.7 type=8 code=0 id=77 in=eth0 out=- groups=0,3 expires=30
END
changes 0 "which ones it would cut" policy load --check "$work/good"
is "a row each" 'check revoke cut would end 3 of 7 connections
cut tcp     ESTABLISHED 119.18.36.73:40000     1.3.3.7:443            eth0  eth1 
cut icmp    -           119.18.36.73           1.3.3.7                eth0  -     type 8 code 0 id 77
and 1 more' "$said"
changes 0 "the same in JSON" -j policy load --check "$work/good"
json "a connection each" "$said" 'd["answers"] == ["check revoke cut would end 3 of 7 connections"] and len(d["cut"]) == 2 and d["cut"][0]["request"]["source_port"] == 40000 and d["cut"][1]["response"]["type"] == 0'
changes 0 "in colours" -c policy load --check "$work/good"
echo 'cut what' >"$BAILEY_FAKE/cut"
changes 0 "a line that is no connection" policy load --check "$work/good"
has "is shown as it is" "$said" 'cut what'
rm "$BAILEY_FAKE/cut"
changes 0 "nothing was changed" group show only
changes 0 "with all options" policy load --revoke cut --confirm 60 "$work/plain"
changes 0 "a saved file with options" policy load --confirm 7 "$work/saved"
printf 'begin revoke cut confirm 9\nflush\ngroup own\ncommit\n' >"$work/own"
changes 0 "a file with its own begin" policy load "$work/own"
changes 0 "overruled" policy load --revoke keep --confirm 8 "$work/own"
changes 0 "and checked" policy load --check "$work/own"
is "what the module was asked" 'check 1 cut 0 confirm 0
check 1 cut 0 confirm 0
check 1 cut 0 confirm 0
check 1 cut 0 confirm 0
check 1 cut 0 confirm 0
check 0 cut 1 confirm 60
check 0 cut 0 confirm 7
check 0 cut 1 confirm 9
check 0 cut 0 confirm 8
check 1 cut 1 confirm 9' "$(cat "$BAILEY_FAKE/begin.written")"
changes 1 "confirm when nothing waits" policy confirm
has "says so" "$erred" 'nothing waits'

# several transactions
afresh
printf '# 1\nbegin\ngroup a\ncommit\n# 5\nbegin\ngroup b\ngroup a\ncommit\n\ngroup c\n' >"$work/several"
changes 1 "the second of three transactions is bad" -b "$work/several"
has "the place is that of the file" "$erred" "$work/several:8:7: error: group 'a' is there already"
has "the first one is said to be in force" "$erred" 'of the transactions before this one, 1 took effect'
changes 0 "and it is" group
is "but the others are not" 'group a' "$said"
printf 'group x\nbegin\ngroup y\n' >"$work/open"
changes 1 "a file that ends inside a transaction" -b "$work/open"
has "says so" "$erred" "$work/open:4:1: error: the file ends inside a transaction"
changes 1 "nothing of it was sent" group show x
printf 'group x\ncommit\n' >"$work/stray"
changes 1 "a stray commit" -b "$work/stray"
changes 1 "nothing of that either" group show x
changes 0 "comments alone" -b /dev/null
python3 -c "
print('acl big')
for i in range(1, 60001):
    print('acl big in %d allow tcp from 10.%d.%d.0/24 to any port 443' % (i, i >> 8 & 255, i & 255))
" >"$work/big"
changes 0 "60000 lines, several writes" policy load "$work/big"
echo 'acl big in 5 allow' >>"$work/big"
changes 1 "with an error at the end" policy load "$work/big"
has "its place" "$erred" "$work/big:60002:12: error:"

# errors of the module without words
for pair in 1:'Operation not permitted (CAP_NET_ADMIN is needed)' \
	27:'File too large (sysctl max_policy_bytes)' 12:'Cannot allocate memory' 16:'Device or resource busy' 28:'No space left on device'; do
	echo "${pair%%:*}" >"$BAILEY_FAKE/errno"
	changes 1 "errno ${pair%%:*}" group add z
	has "in words" "$erred" "error: ${pair#*:}"
	is "and nothing else" 1 "$(head -n 1 "$work/stderr" | wc -l)$said"
	changes 1 "errno ${pair%%:*} for a file" -b "$work/plain"
	has "in words, too" "$erred" "$work/plain: error: ${pair#*:}"
done
rm "$BAILEY_FAKE/errno"

# counters
afresh
changes 0 "for counters" acl add c in 7 allow tcp
changes 0 "a second" acl add c in 9 deny udp
changes 0 "a group" group add g out allow udp
cat >"$BAILEY_FAKE/stats" <<'END'
packets 1234
connections 5
drop acl-deny 17
drop group-deny 0
rule acl c in packets 12 bytes 720 last 5: 7 allow tcp
rule acl c in packets 0 bytes 0 last never: 9 deny udp
rule group g out packets 18446744073709551 bytes 1 last 0: allow udp
END
changes 0 "counters of an ACL" -s acl show c
is "stand behind its entries" \
'acl c in 7 allow tcp  # 12 packets, 720 bytes, last 5 s ago
acl c in 9 deny udp  # 0 packets, 0 bytes, never hit
acl c in * deny
acl c out * deny' "$said"
changes 0 "and as JSON" -s -j acl show c
json "in its objects" "$said" 'd[0]["in"][0]["packets"] == 12 and d[0]["in"][0]["last_seconds_ago"] == 5 and d[0]["in"][1]["last_seconds_ago"] is None'
changes 0 "stats" stats
is "are printed as they are" "$(cat "$BAILEY_FAKE/stats")" "$said"
changes 0 "stats as JSON" -j stats show
json "by kind" "$said" 'd["counters"] == {"packets": 1234, "connections": 5} and d["drops"] == {"acl_deny": 17, "group_deny": 0} and d["rules"][0] == {"object": "acl", "name": "c", "direction": "in", "number": 7, "rule": "7 allow tcp", "packets": 12, "bytes": 720, "last_seconds_ago": 5} and d["rules"][2]["number"] is None'
: >"$BAILEY_FAKE/stats"
changes 0 "no counters" -s acl
changes 0 "no stats" -j stats

# explain, live
printf 'request x\n  verdict pass code allowed\nresult pass\n' >"$BAILEY_FAKE/answer"
changes 0 "explain asks the module" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
is "in one line" 'tcp from 1.1.1.1 port 49152 to 2.2.2.2 port 0 in eth0' "$(cat "$BAILEY_FAKE/explain.written")"
: >"$BAILEY_FAKE/explain.written"
changes 0 "endpoints are those of the policy in force" endpoint add e1 dev eth1 addr 1.1.1.1 groups g
changes 0 "another" endpoint add e2 dev eth2 addr 2.2.2.2 groups g
changes 0 "by name and by address" explain tcp from e1 to 2.2.2.2 port 8 --connection
is "are resolved before the module is asked" \
	'tcp from 1.1.1.1 port 49152 to 2.2.2.2 port 8 in eth1 out eth2 connection' \
	"$(cat "$BAILEY_FAKE/explain.written")"
has "and told" "$said" 'from e1, 1.1.1.1: behind eth1, by its endpoint'
changes 2 "one that is not there" explain tcp from e1 to e3 port 8
has "at its place" "$erred" '                ^~'
printf 'request x\n  verdict drop reason acl-deny code acl-in-entry\nresult drop\n' >"$BAILEY_FAKE/answer"
changes 1 "a drop is 1" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
printf 'request x\n  verdict pass news of-tomorrow code allowed\n  later on\nresult pass\n' >"$BAILEY_FAKE/answer"
changes 0 "words of a later module are passed over" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
: >"$BAILEY_FAKE/answer"
changes 2 "no answer is no pass" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
changes 2 "nor in JSON" -j explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
echo 19 >"$BAILEY_FAKE/errno"
changes 2 "an interface that is not there" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
rm "$BAILEY_FAKE/errno"
unset BAILEY_FAKE
