#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A list of a million connections (fewer where checkers make everything slow)
# is read while connections come and go: it ends, it has every connection that
# was there all the time, none of them much too often, and nobody waits for it.

. "$(dirname "$0")/traffic.sh"
plan 17

load_module
topology
hinterland
agent_start

case "${BAILEY_FLAVOUR:-}" in
plain) many=1000000 ;;
*) many=40000 ;;
esac

blast()
{
	python3 "$(dirname "$0")/blast.py" client "$@"
}

policy router 'group all in allow any
attach dev eth1 protects subnet groups all'
must sysctl router max_connections $((2 * many))
must sysctl router udp_timeout 600
began=$SECONDS
blast --flows $many >/dev/null
note "$many connections in $((SECONDS - began)) s"
stat_of router connections
expect_equal "$many connections" $many "$number"
stat_of router drop table-full
expect_equal "all had room" 0 "$number"

# How a list is read: lines in all, different ones of the first $1 flows, most
# often seen, lines that are not whole
cat >"$scratch/read.py" <<'END'
import sys
many, size = int(sys.argv[1]), int(sys.argv[2])
seen = bytearray(many)
lines = broken = others = 0
rest = b""
with open("/proc/net/bailey/connections", "rb", buffering=0) as file:
    while True:
        part = file.read(size)
        if not part:
            break
        part = rest + part
        *whole, rest = part.split(b"\n")
        for line in whole:
            lines += 1
            try:
                words = line.split(b" ")
                host = words[2].split(b".")
                flow = (int(host[2]) * 256 + int(host[3]) - 1) * 60000 + \
                    int(words[4][6:]) - 1024
                if not line.startswith(b"udp - src=10.8.") or b" groups=0," not in line:
                    broken += 1
                elif flow < many:
                    seen[flow] = min(255, seen[flow] + 1)
                else:
                    others += 1
            except (ValueError, IndexError):
                broken += 1
print(lines, many - seen.count(0), max(seen), broken + bool(rest), others)
END

# read_list BYTES-A-READ: sets lines, found, most, broken, others
read_list()
{
	read -r lines found most broken others < <(
		in_ns router python3 "$scratch/read.py" $many "$1")
}

began=$SECONDS
read_list 65536
note "read in $((SECONDS - began)) s"
expect_equal "a quiet list: every connection" $many "$found"
expect_equal "a quiet list: once" "$many 1" "$lines $most"
expect_equal "a quiet list: whole lines" 0 "$broken"

# In small pieces, a tenth of it, and closed in the middle
expect_equal "read in small pieces and closed in the middle" 2000 \
	"$(in_ns router head -n 2000 /proc/net/bailey/connections | grep -c '^udp - src=10.8.')"

# While others come and go
spawn client bash -c "while :; do
	python3 $(dirname "$0")/blast.py client --first $many --flows 20000
done"
blaster=$spawned
spawn router bash -c "while :; do
	echo 'delete proto udp sport 2000' >/proc/net/bailey/connections
done"
deleter=$spawned
until_true bash -c "ip netns exec router grep -q connections_new /proc/net/bailey/stats"
sleep 1
began=$SECONDS
read_list 65536
note "read under traffic in $((SECONDS - began)) s, $others others"
# Of every 60000 flows, one has source port 2000 and is deleted again and again
deleted=$((many / 60000 + 1))
expect_pass "a busy list: every connection that stayed: $found" \
	test "$found" -ge $((many - deleted))
expect_pass "a busy list: it ends: $lines lines" test "$lines" -lt $((3 * many))
expect_equal "a busy list: whole lines" 0 "$broken"
expect_pass "a busy list: seen again only after a resize: $most" test "$most" -le 4
# Of a queue that others keep full one packet may be lost
expect_pass "meanwhile packets pass" \
	until_true agent "+packet client server:eth0 udp 10.8.99.1 7 10.9.0.1 7"
expect_pass "and responses" \
	until_true agent "+packet server client:eth0 udp 10.9.0.1 7 10.8.99.1 7"

# While it grows from nothing, and shrinks to nothing
must write router connections 'flush\n'
stat_of router connections
expect_pass "flushed: $number" test "$number" -lt $((many / 10))
spawn client python3 "$(dirname "$0")/blast.py" client --flows $((many / 4))
read_list 4096
expect_equal "a growing list: whole lines" 0 "$broken"
spawn router bash -c 'sleep 0.2; echo flush >/proc/net/bailey/connections'
read_list 4096
expect_equal "a shrinking list: whole lines" 0 "$broken"
for pid in $deleter $blaster; do
	end_process "$pid"
done
end_all

# All of it goes with the module, and quickly
agent_start
began=$SECONDS
blast --flows $((many / 4)) >/dev/null
agent_stop
expect_pass "the module goes with a full table" timeout 60 rmmod bailey
expect_fail "it is gone" module_loaded
note "in $((SECONDS - began)) s"
