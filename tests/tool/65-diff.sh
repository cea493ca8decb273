# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# policy diff: two files, and a file against the policy in force.

export BAILEY_FAKE=$work/fake
rm -rf "$BAILEY_FAKE"
mkdir "$BAILEY_FAKE"

cat >"$work/diff-a" <<'END'
prefix-list corp 10.0.0.0/8 10.1.0.0/16 172.16.0.0/12 192.168.0.0/24 192.168.1.0/24 192.168.2.0/24 192.168.3.0/24 192.168.4.0/24 192.168.5.0/24
group web in allow tcp from any to any port 443
acl public in 100 allow tcp from any to any port 443
acl public in 110 deny udp
acl empty
attach dev eth1 protects subnet acl public groups web
END
cat >"$work/diff-b" <<'END'
# the same lines first, differently spelled and placed
acl empty
acl public in 110 deny udp from any
acl public in 105 allow udp to any port 53
acl public in 100 allow tcp to any port 8443
prefix-list corp 10.0.0.0/8 172.16.0.0/12 192.168.0.0/24 192.168.1.0/24 192.168.2.0/24 192.168.3.0/24 192.168.4.0/24 192.168.5.0/24
group web in allow tcp from any to any port 443
group db
attach dev eth1 protects subnet acl public groups web
delete exempt mld
default deny
END

run 0 "a file and itself" "$real" policy diff "$work/diff-a" "$work/diff-a"
is "nothing is said" '' "$said$erred"
run 1 "two files that differ" "$real" policy diff "$work/diff-a" "$work/diff-b"
is "line by line, object by object" "--- $work/diff-a
+++ $work/diff-b
@@ prefix-list corp @@
-prefix-list corp 10.1.0.0/16
@@ group db @@
+group db
@@ acl public @@
-acl public in 100 allow tcp to any port 443
+acl public in 100 allow tcp to any port 8443
+acl public in 105 allow udp to any port 53
@@ exempt mld @@
-exempt mld
+delete exempt mld
@@ default @@
-default pass
+default deny" "$said"
run 1 "in colours" "$real" -c policy diff "$work/diff-a" "$work/diff-b"
has "what came is green" "$said" $'\033[32m+acl public in 105 allow udp to any port 53\033[0m'
run 1 "as JSON" "$real" -j policy diff "$work/diff-a" "$work/diff-b"
json "has the objects that changed" "$said" \
	'not d["same"] and [c["object"] for c in d["changes"]] == ["prefix-list corp", "group db", "acl public", "exempt mld", "default"] and d["changes"][1] == {"object": "group db", "change": "added", "deleted": [], "added": ["group db"]} and d["changes"][2]["deleted"] == ["acl public in 100 allow tcp to any port 443"] and len(d["changes"][2]["added"]) == 2'
run 0 "a file and itself as JSON" "$real" -j policy diff "$work/diff-a" "$work/diff-a"
json "is the same" "$said" 'd["same"] and d["changes"] == []'
run 1 "an object that becomes empty" "$real" policy diff "$work/diff-a" <(sed '/acl public in/d;s/^acl empty/&\nacl public/' "$work/diff-a")
has "loses its lines, and nothing else" "$said" '@@ acl public @@
-acl public in 100 allow tcp to any port 443
-acl public in 110 deny udp'
is "that is all" 5 "$(wc -l <"$work/stdout")"
run 1 "by meaning" "$real" policy diff --meaning "$work/diff-a" "$work/diff-b"
[[ $said != *'no difference'* && -n $said ]]
is "something is opened and closed" 0 $?
sed 's/^acl public in 110.*//' "$work/diff-a" >"$work/diff-d"
run 1 "an entry less that only says what is so anyway" "$real" policy diff "$work/diff-a" "$work/diff-d"
run 0 "is no difference by meaning" "$real" policy diff --meaning "$work/diff-a" "$work/diff-d"
run 2 "a file that is refused" "$real" policy diff "$work/diff-a" <(echo frob)
run 2 "no file there" "$real" policy diff "$work/diff-a" "$work/nosuch"
run 2 "no file" "$real" policy diff
run 2 "three files" "$real" policy diff a b c
run 0 "its help" "$real" policy diff help
run 2 "without the module" env -u BAILEY_FAKE "$fake" policy diff "$work/diff-a"

run 0 "loaded" "$fake" policy load "$work/diff-a"
run 0 "what was loaded does not differ" "$fake" policy diff "$work/diff-a"
run 1 "what would be loaded does" "$fake" policy diff "$work/diff-b"
has "from the policy in force" "$said" '--- policy in force'
printf 'begin\nacl public in 120 allow tcp\ncommit\n' >"$work/diff-c"
run 1 "a file with a transaction of its own" "$fake" policy diff "$work/diff-c"
is "is a change to what is in force" "--- policy in force
+++ $work/diff-c
@@ acl public @@
+acl public in 120 allow tcp" "$said"

# Carried out, the difference is gone: at random, from a pool of lines
cat >"$work/pool" <<'END'
acl a in 1 allow tcp
acl a in 2 deny udp
acl a out 1 allow tcp to 10.0.0.0/8 port 80
acl a in 1 allow udp
acl b in 5 reject icmp type 8
acl b
group g in allow tcp from any to any port 1-9
group g in allow tcp from prefix-list p to any port 1-9
group g in allow tcp from group h
group h out allow any
prefix-list p 10.0.0.0/8
prefix-list p 10.1.0.0/16 2001:db8::/32
attach dev eth0 protects host acl a
attach dev eth0 protects host groups g
attach dev eth1 protects subnet groups g,h
endpoint e dev eth1 addr 10.0.0.1 groups g
endpoint e dev eth1 addr 10.0.0.2 groups h
delete exempt dhcp
default deny
END
sed -i 's/^/replace /;s/^replace \(delete\|default\)/\1/' "$work/pool"
failed=
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
	for side in a b; do
		{
			printf 'group g\ngroup h\nacl a\nacl b\nprefix-list p\n'
			shuf -n 9 --random-source=<(yes "$seed$side") "$work/pool"
		} >"$work/random-$side"
	done
	"$fake" policy load "$work/random-a" >/dev/null 2>&1 || continue
	"$fake" policy diff "$work/random-b" >"$work/stdout" 2>&1
	case $? in
	0) continue ;;
	1) ;;
	*) continue ;;
	esac
	"$fake" policy load "$work/random-b" 2>/dev/null &&
		"$fake" policy diff "$work/random-b" >/dev/null &&
		grep -q '^[+-][a-z]' "$work/stdout" || failed="$failed $seed"
done
is "a load carries out what diff shows" '' "$failed"
unset BAILEY_FAKE
