# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# policy check: the place of each kind of error, notes, transactions in files.

cat >"$work/good" <<'END'
# a policy with a bit of everything
prefix-list corp 10.0.0.0/8 2001:db8::/32
group web in allow tcp from any to any port 443
group web in allow icmp type 8
group db in allow tcp from group web to any port 5432
acl public in 100 allow tcp from any to any port 443
acl public in 110 deny udp from prefix-list corp port 53 to 0.0.0.0/0
acl public in 120 allow icmpv6 type 128 code 0
acl public out 100 allow tcp from any port 443 to any port 1024-65535
acl public out 110 allow 99 from 1.2.3.4 to any
acl nothing
attach dev eth1 protects subnet acl public groups web
attach dev eth0 protects host groups web,db
attach dev ppp* protects subnet acl nothing
endpoint db1 dev eth1 addr 10.0.1.7,2001:db8::7 groups db
delete exempt mld
default deny
END
run 0 "a good policy" "$real" policy check "$work/good"
is "is said to be so" "$work/good: ok" "$said"
is "and nothing else" '' "$erred"
run 0 "from standard input" sh -c "'$real' policy check - <'$work/good'"
is "called so" '<stdin>: ok' "$said"

# refuse NAME LINE PLACE REASON: one bad line behind two good ones
refuse()
{
	printf '# comment\ngroup web\n%s\n' "$2" >"$work/bad"
	run 1 "refused: $1" "$real" policy check "$work/bad"
	has "its place: $1" "$erred" "$work/bad:$3: error: "
	has "its reason: $1" "$erred" "$4"
}

refuse 'unknown word' 'frob x' 3:1 'no line begins so'
refuse 'a bad verb' 'remove acl web' 3:1 'no line begins so'
refuse 'number too large' 'acl a in 4294967296 allow' 3:10 ''
refuse 'number 0' 'acl a in 0 allow' 3:10 'range'
refuse 'no number' 'acl a in x allow' 3:10 'not a number'
refuse 'neither allow nor deny' 'acl a in 1 pass' 3:12 ''
refuse 'deny in a group' 'group web in deny tcp' 3:14 ''
refuse 'a bad direction' 'acl a up 1 allow' 3:7 'direction'
refuse 'a bad CIDR' 'prefix-list l 10.0.0.0/33' 3:15 'from 0 to 32'
refuse 'a bad address' 'prefix-list l 10.0.0.256' 3:15 'not an address'
refuse 'leading zeros' 'prefix-list l 010.0.0.1' 3:15 'not an address'
refuse 'a bad name' 'acl we,b' 3:5 'a name has'
refuse 'a port out of range' 'group web in allow tcp to any port 65536' 3:36 'not a port'
refuse 'a range backwards' 'group web in allow tcp to any port 9-8' 3:36 'ends before'
refuse 'ports without a protocol' 'group web in allow to any port 80' 3:27 'ports need'
refuse 'a type without icmp' 'group web in allow tcp type 8' 3:24 'types need'
refuse 'two families' 'group web in allow tcp from 1.1.1.1 to ::1' 3:20 'no packet has both'
refuse 'a group in an ACL' 'acl a in 1 allow tcp from group web' 3:27 'not groups'
refuse 'a dangling group' 'attach dev e0 protects host groups none' 3:36 'there is no group'
refuse 'a dangling list' 'acl a in 1 allow tcp from prefix-list none' 3:39 'there is no prefix-list'
refuse 'a dangling ACL' 'attach dev e0 protects host acl none' 3:33 'there is no acl'
refuse 'a duplicate object' 'group web' 3:7 'is there already'
refuse 'a delete of nothing' 'delete acl none' 3:12 'there is no such acl'
refuse 'an interface name too long' 'attach dev abcdefghijklmnop protects host' 3:12 'interface name'
refuse 'the end of the line' 'attach dev e0 protects' 3:23 ''
refuse 'a word too many' 'default deny now' 3:14 'too many'
refuse 'a second begin' $'begin\nbegin' 4:1 'under way'
refuse 'commit without begin' 'commit' 3:1 'no transaction'
refuse 'begin without commit' 'begin' 4:1 "no 'commit'"
refuse 'a NUL byte' 'NUL' 3:1 'no line begins so'
refuse 'a check word' 'begin maybe' 3:7 'begin takes no such word'

printf 'group web\ngroup \0web\n' >"$work/bad"
run 1 "a NUL byte" "$real" policy check "$work/bad"
has "its place" "$erred" "$work/bad:2:7: error:"
printf 'acl a in 100 allow\nacl b\nacl a in 100 deny tcp\n' >"$work/bad"
run 1 "the same number twice" "$real" policy check "$work/bad"
has "the later line is to blame" "$erred" "$work/bad:3:10: error:"
printf 'group web\nattach dev e0 protects host groups web\ndelete group web\n' >"$work/bad"
run 1 "deleting what is in use" "$real" policy check "$work/bad"
has "says by what" "$erred" "group 'web' is in use by attach e0 host"

printf 'acl web in 10 allow tcp from any to any prt 80\n' >"$work/bad"
run 1 "what a refusal looks like" "$real" policy check "$work/bad"
is "place, line, caret, what would be right" \
"$work/bad:1:41: error: this word is not known here
 acl web in 10 allow tcp from any to any prt 80
                                         ^~~
expected: from, to, port or the end of the line" "$erred"
printf 'default\tperhaps\n' >"$work/bad"
run 1 "a tab" "$real" policy check "$work/bad"
has "does not move the caret" "$erred" $' default perhaps\n         ^~~~~~~'
printf 'default \033[31m\360\237\n' >"$work/bad"
run 1 "escape sequences" "$real" policy check "$work/bad"
is "do not reach the terminal" '' "$(tr -d '\n\040-\176' <"$work/stderr")"
{ printf 'acl a # '; head -c 200000 /dev/zero | tr '\0' x; echo; } >"$work/bad"
run 1 "a line of 200 kB" "$real" policy check "$work/bad"
has "is refused" "$erred" 'a line has at most 65535 bytes'
[ "$(wc -c <"$work/stderr")" -lt 1000 ]
is "and not shown in full" 0 $?
{ printf 'endpoint e dev e0 addr '; for i in $(seq 1 900); do printf '10.0.0.%d,' $((i % 250)); done; echo 'x groups g'; } >"$work/bad"
run 1 "an error in a long line" "$real" policy check "$work/bad"
[ "$(wc -c <"$work/stderr")" -lt 1200 ]
is "shows only what is around it" 0 $?

printf 'prefix-list l 10.1.2.3/8\n' >"$work/noted"
run 0 "host bits" "$real" policy check "$work/noted"
has "are noted" "$erred" "$work/noted:1:15: note: 10.1.2.3/8 has bits set"
run 0 "as JSON" "$real" -j policy check "$work/noted" "$work/good"
json "notes and files" "$said" \
	'len(d) == 2 and d[0]["ok"] and d[0]["notes"][0]["line"] == 1 and d[0]["notes"][0]["column"] == 15 and d[1]["notes"] == []'
run 1 "an error as JSON" "$real" -j policy check "$work/good" "$work/bad"
json "has its place" "$said" \
	'd[0]["error"] is None and not d[1]["ok"] and d[1]["error"]["line"] == 1 and d[1]["error"]["reason"]'

printf 'begin\nflush\ngroup web\ncommit\n# between\nbegin revoke cut\nacl web in 1 allow\ncommit\ngroup late\n' >"$work/several"
run 0 "several transactions in a file" "$real" policy check "$work/several"
printf 'group web' >"$work/open"
run 0 "no newline at the end" "$real" policy check "$work/open"
run 0 "nothing in it" "$real" policy check /dev/null
run 1 "one bad file of two" "$real" policy check "$work/bad" "$work/good"
is "does not keep the other from being checked" "$work/good: ok" "$said"
