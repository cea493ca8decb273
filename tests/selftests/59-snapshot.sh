#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a snapshot says can be taken back, whole or not at all, within the limits
# of the table, and by those who may.

. "$(dirname "$0")/traffic.sh"
plan 34

load_module
topology
hinterland
agent_start

policy router 'group web in allow any
group out out allow any
group out in allow udp from any to any port 53
attach dev eth1 protects subnet groups web,out
attach dev eth0 protects subnet groups out'
# From 10.8.0.1 three, and some of other kinds
must packet client server:eth0 udp 10.8.0.1 1 10.9.0.1 53
must packet client server:eth0 udp 10.8.0.1 2 10.9.0.1 53
must packet client server:eth0 tcp 10.8.0.1 3 10.9.0.1 443 S
must packet client server:eth0 icmp 10.8.0.2 10.9.0.1 8 id 7
must packet client server:eth0 gre 10.8.0.3 10.9.0.1 key 9
must packet client server:eth0 proto 50 10.8.0.3 10.9.0.1
must packet client server:eth0 sctp 10.8.0.4 5 10.9.0.1 6 chunk 1 tag 0 itag 99
must packet client server:eth0 udp 2001:db8:8::1 1 2001:db8:9::1 53
must packet client server:eth0 icmp 2001:db8:8::1 2001:db8:9::1 128 id 7
must packet server client:eth0 udp 10.9.0.2 1 10.8.0.9 53

# comparable FILE: in a fixed order, without what passing time and numbers change
comparable()
{
	sed -E 's/ left [0-9]+ / /; s/^set [0-9]+ /set /; s/ sets [0-9]+ [0-9]+ / /' "$1" | sort
}

# count: of connections, in $count
count()
{
	must read router connections
	count=$(grep -c . <<<"$said")
}

# there NAME WANTED
there()
{
	count
	expect_equal "$1" "$2" "$count"
}
restore()
{
	tool router connection load "$1"
}

good=$scratch/good
expect_pass "saved" tool router connection save "$good"
expect_equal "ten of them" 10 "$(grep -c '^conn ' "$good")"
must write router connections 'flush\n'
there "gone" 0
expect_match "loaded" '^restored 10 known 0 refused 0 away 0$' "$(restore "$good")"
there "there again" 10
tool router connection save "$scratch/again"
same_text "the same" "$(comparable "$good")" "$(comparable "$scratch/again")"
expect_match "once more they are known" '^restored 0 known 10 refused 0 away 0$' \
	"$(restore "$good")"
pass "an answer passes" packet server client:eth0 udp 10.9.0.1 53 10.8.0.1 1
pass "an echo reply" packet server client:eth0 icmp 10.9.0.1 10.8.0.2 0 id 7
drop "but none with another number" packet server client:eth0 icmp 10.9.0.1 10.8.0.2 0 id 8
expect_pass "from a pipe" bash -c "ip netns exec router '$BAILEY_TOOL' connection save |
	ip netns exec router '$BAILEY_TOOL' connection load -"

# Bad ones, each with a good line before and after what is wrong
must write router connections 'flush\n'

# bad NAME REGEX SED-SCRIPT
bad()
{
	local said
	sed -E "$3" "$good" >"$scratch/bad"
	if said=$(restore "$scratch/bad" 2>&1); then
		not_ok "$1" "taken: $said"
	elif grep -Eq "$2" <<<"$said"; then
		ok "$1"
	else
		not_ok "$1" "$said"
	fi
}
last=$(grep -c . "$good")
bad "without its end" 'ends with' '$d'
bad "with half of it" 'ends with' "$((last / 2)),\$d"
bad "of another version" 'bad:1:.*version 2' '1s/1$/2/'
bad "with a port too large" ':5:.*out of range' '5s/conn .*/conn udp src 1.1.1.1 dst 2.2.2.2 sport 65536/'
bad "with a line cut off" "bad:$((last - 1)):.*" "$((last - 1))s/ flags .*//"
bad "with a set given twice" ':4:.*given before' '4s/.*/set 7 web/; 3s/.*/set 7 out/'
bad "with bytes that are no text" ':6:.*not known' $'6s/.*/\x01\x02\xff/'
bad "with a line without end" ':6:.*too long' "6s/\$/$(printf '%09000d' 0)/"
bad "with lines behind the end" 'ends with' '$s/$/\nconn/'
bad "empty" 'ends with' '1,$d'
there "nothing came of all these" 0
expect_fail "nothing before begin" bailey_write_to router snapshot 'commit'
expect_fail "nor what is not a snapshot" bailey_write_to router snapshot 'begin'
expect_fail "a descriptor does not go on behind a refused line" in_ns router bash -c "
	exec 5<>/proc/net/bailey/snapshot
	printf 'begin connections 1\nfrob\n' >&5
	cat '$good' | tail -n +2 >&5"
there "and takes nothing" 0

# Whoever writes on although a write was lost, a piece from its middle
said=$(in_ns router python3 - "$good" 2>&1 <<'END'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
text = open(sys.argv[1], "rb").read().split(b"\n")
fd = os.open("/proc/net/bailey/snapshot", os.O_WRONLY)
os.write(fd, b"\n".join(text[:5]) + b"\n")
print("lost", libc.write(fd, ctypes.c_void_p(8), ctypes.c_size_t(100)), ctypes.get_errno())
for piece in (b"\n".join(text[6:-2]) + b"\n", b"commit\n"):
    try:
        print("taken", os.write(fd, piece))
    except OSError as error:
        print("refused", error.errno)
END
)
expect_equal "what lacks a write is refused" "lost -1 14 refused 22 refused 22" "${said//$'\n'/ }"
there "and nothing of it is there" 0

# Limits, interfaces that are gone, groups that nobody has
must sysctl router max_connections 4
expect_match "as many as the table may have" '^restored 4 known 0 refused 6 away 0$' \
	"$(restore "$good")"
must write router connections 'flush\n'
must sysctl router max_connections 1000
must sysctl router max_connections_per_source 2
expect_match "as many as a source may have" '^restored 9 known 0 refused 1 away 0$' \
	"$(restore "$good")"
must write router connections 'flush\n'
must sysctl router max_connections_per_source 0
sed -i 's/ in eth0 / in eth9 /' "$good"
expect_match "those whose interface is there" '^restored 1 known 0 refused 0 away 9$' \
	"$(restore "$good")"
must write router connections 'flush\n'
sed -i -E 's/ in eth9 / in eth0 /; s/^set ([0-9]+) .*/set \1 nobody/' "$good"
expect_match "with groups that nobody has" '^restored 10 ' "$(restore "$good")"
policy router 'delete group web in allow any
group web in allow icmp'
drop "they are asked again" packet server client:eth0 gre 10.9.0.1 10.8.0.3 key 9
pass "and pass if they may" packet server client:eth0 icmp 10.9.0.1 10.8.0.2 0 id 7
