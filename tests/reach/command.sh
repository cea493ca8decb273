#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bailey reach as people see it: answers, differences, pictures, refusals.
#
#   command.sh BAILEY

set -u

bailey=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# says NAME EXPECTED COMMAND...: exactly that
says()
{
	local name=$1 expected=$2 said
	shift 2
	said=$("$@" 2>&1)
	[ "$said" = "$expected" ] && return
	echo "# $name: instead of"
	sed 's/^/#   /' <<<"$expected"
	echo "# it says"
	sed 's/^/#   /' <<<"$said"
	failed=1
}

# holds NAME COMMAND...: succeeds
holds()
{
	local name=$1
	shift
	"$@" >"$scratch/said" 2>&1 && return
	echo "# does not hold: $name"
	sed 's/^/#   /' "$scratch/said"
	failed=1
}

# refuses STATUS WORDS COMMAND...: with that status and these words
refuses()
{
	local want=$1 words=$2 said status
	shift 2
	said=$("$@" 2>&1)
	status=$?
	[ $status = "$want" ] && [[ $said == *"$words"* ]] && return
	echo "# $*: status $status, and it says: $said"
	failed=1
}

cat >"$scratch/old" <<'END'
acl public in 100 allow tcp from any to any port 443
acl public in 110 allow tcp from any to any port 1024-65535
acl public in 120 allow icmp
acl public out 100 allow tcp
acl public out 110 allow icmp
group web in allow tcp to any port 443
group web in allow icmp type 8
group web out allow any
group db in allow tcp from group web to any port 5432
group db in allow tcp from 10.0.9.0/24 to any port 22
attach dev eth0 protects subnet acl public groups web
attach dev eth1 protects subnet groups db
endpoint web1 dev eth0 addr 10.0.1.1,2001:db8::1 groups web
endpoint web2 dev eth0 addr 10.0.1.2,2001:db8::2 groups web
endpoint db1 dev eth1 addr 10.0.2.7,2001:db8:2::7 groups db
endpoint db2 dev eth1 addr 10.0.2.8 groups db
END
sed 's/from group web to any port 5432/from group web to any port 5432-5433/
	s/^endpoint db2 .*/endpoint db2 dev eth1 addr 10.0.2.8 groups db,web/
	/icmp type 8/d' "$scratch/old" >"$scratch/new"

says "who can reach db1 on 5432" \
"web1, web2 at eth0 -> db1 at eth1
    tcp from port 443,1024-65535 to port 5432" \
	"$bailey" reach --policy "$scratch/old" to db1 port 5432
says "a packet needs no way back" \
"web1, web2 at eth0 -> db1 at eth1
    tcp to port 5432" \
	"$bailey" reach --policy "$scratch/old" --packets tcp to db1 port 5432
says "addresses are told where they are not all" \
"web1, web2 at eth0 -> db1, db2 at eth1
    tcp from web1 port 443,1024-65535 to port 5432
web1, web2 at eth0 -> others behind eth1
    tcp from web1 port 443,1024-65535 to port 5432" \
	"$bailey" reach --policy "$scratch/old" from 10.0.1.1 to dev eth1 port 5432
says "what is exempt" \
"this machine at eth1 -> db1 at eth1
    exempt: dhcp" \
	"$bailey" reach --policy "$scratch/old" udp to db1
says "nothing" "nothing" "$bailey" reach --policy "$scratch/old" tcp to db1 port 9999
says "what a change opens and closes" \
"opened: web1, web2 at eth0 -> db1 at eth1
    tcp from port 443,1024-65535 to port 5433
        as: tcp from 10.0.1.2 port 49152 to 10.0.2.7 port 5433 in eth0 out eth1
opened: db2 at eth1 -> db1 at eth1
    tcp to port 5432-5433
        as: tcp from 10.0.2.8 port 49152 to 10.0.2.7 port 5433 in eth1 out eth1" \
	"$bailey" reach --diff "$scratch/old" "$scratch/new" from group web to db1
says "and closes" \
"closed: behind unattached interfaces -> web1 at eth0
    icmp type 8
        as: icmp from 192.0.2.10 to 10.0.1.1 type 8 code 0 in 0 out eth0" \
	"$bailey" reach --diff "$scratch/old" "$scratch/new" icmp from dev eth77 to web1
says "no difference" "no difference" "$bailey" reach --diff "$scratch/old" "$scratch/old"

# Each example is what explain says it is, by both policies
examples()
{
	local way line
	"$bailey" reach --diff "$scratch/old" "$scratch/new" >"$scratch/diff" || return
	grep -c 'as: ' "$scratch/diff" | grep -qvx '[01]' || return
	while IFS= read -r line; do
		case $line in
		opened:*) way='new old' ;;
		closed:*) way='old new' ;;
		*'as: '*)
			# shellcheck disable=SC2086 # words
			"$bailey" explain --connection --policy "$scratch/${way% *}" ${line#*as: } >/dev/null ||
				return
			# shellcheck disable=SC2086 # words
			! "$bailey" explain --connection --policy "$scratch/${way#* }" ${line#*as: } >/dev/null ||
				return
			;;
		esac
	done <"$scratch/diff"
}
holds "explain agrees about the examples" examples

json()
{
	"$bailey" -j reach --policy "$scratch/old" to db1 port 5432 | python3 -c '
import json, sys
answer = json.load(sys.stdin)
assert answer["of"] == "connections"
pair, = answer["reach"]
assert pair["hook"] == "forward"
assert pair["from"]["endpoints"] == ["web1", "web2"] and pair["from"]["dev"] == "eth0"
assert pair["to"]["kind"] == "endpoints" and pair["exempt"] == []
line, = pair["allow"]
assert line["family"] == [4, 6] and line["proto"] == [[6, 6]]
assert line["dport"] == [[5432, 5432]] and line["sport"] == [[443, 443], [1024, 65535]]
assert "from" not in line and "to" not in line' || return
	"$bailey" -j reach --diff "$scratch/old" "$scratch/new" | python3 -c '
import json, sys
changes = json.load(sys.stdin)["diff"]
assert {c["change"] for c in changes} == {"opened", "closed"}
assert all(s["example"] and s["text"] for c in changes for s in c["sets"])'
}
holds "JSON" json

picture()
{
	"$bailey" reach --policy "$scratch/old" --dot >"$scratch/dot" || return
	grep -q '^digraph bailey {' "$scratch/dot" && tail -n 1 "$scratch/dot" | grep -qx '}' &&
		grep -q 'label="tcp 5432' "$scratch/dot" || return
	# graphviz or not: a picture, or how to get it
	if command -v dot >/dev/null; then
		"$bailey" reach --policy "$scratch/old" --svg | grep -q '</svg>'
	fi
	mkdir -p "$scratch/bin"
	! PATH=$scratch/bin "$bailey" reach --policy "$scratch/old" --svg 2>"$scratch/said" ||
		return
	grep -q 'apt-get install graphviz' "$scratch/said"
}
holds "pictures" picture

refuses 1 "there is no endpoint 'db9'" "$bailey" reach --policy "$scratch/old" to db9
refuses 1 "there is no group 'x'" "$bailey" reach --policy "$scratch/old" to group x
refuses 2 "is no range of ports" "$bailey" reach --policy "$scratch/old" to db1 port 9-1
refuses 2 "this protocol has no ports" "$bailey" reach --policy "$scratch/old" icmp to db1 port 9
refuses 2 "is unknown" "$bailey" reach --polcy "$scratch/old"
refuses 2 "which two files" "$bailey" reach --diff "$scratch/old"
refuses 2 "a change is not drawn" "$bailey" reach --diff "$scratch/old" "$scratch/new" --dot
refuses 1 "no/such" "$bailey" reach --policy "$scratch/no/such"

# Each of the many ranges of ports that these make has its own hundreds of pairs
awk 'BEGIN {
	for (i = 1; i <= 700; i++)
		printf "acl big in %d allow tcp from 10.0.%d.%d to 10.1.%d.%d port %d-%d\n",
			i, i / 256, i % 256, i / 256, i % 256, i * 37, i * 37 + 30000
	print "attach dev eth0 protects subnet acl big"
}' >"$scratch/big"
refuses 1 "refused: more than 100000 lines" \
	"$bailey" reach --policy "$scratch/big" --packets from dev eth9 to dev eth0
holds "a narrower question is answered" \
	"$bailey" reach --policy "$scratch/big" --packets from 10.0.1.7 to dev eth0 port 9000
exit $failed
