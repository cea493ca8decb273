#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real stacks over bad cables: long downloads with SACK, window scaling, ECN, and
# large segments (TSO, GRO), while packets are lost, doubled, delayed and
# reordered in front of the router and behind it. Not one valid segment is
# dropped, and what arrives is what was sent.

. "$(dirname "$0")/lib.sh"
plan 22

load_module
topology
# Enough for windows to grow beyond 64 KiB many times
bytes=$((6 << 20))
[ "${BAILEY_FLAVOUR:-}" = plain ] || bytes=$((2 << 20))
patience=120

for ns in client server; do
	in_ns $ns sysctl -qw net.ipv4.tcp_ecn=1 net.ipv4.tcp_sack=1 \
		net.ipv4.tcp_window_scaling=1 net.ipv4.tcp_timestamps=1 \
		net.ipv4.tcp_rmem='4096 131072 6291456' \
		net.ipv4.tcp_wmem='4096 131072 6291456'
done

# bad_cable NS DEV LOSS
bad_cable()
{
	in_ns "$1" tc qdisc replace dev "$2" root netem limit 10000 \
		delay 2ms 1ms loss "$3" duplicate 0.5% reorder 5% 50%
}

must_write router 'group web in allow tcp to any port 5000-5002
group clients out allow tcp to any port 5000-5002
attach dev eth0 protects subnet groups clients
attach dev eth1 protects subnet groups web'

head -c $bytes /dev/urandom >"$scratch/sent"
spawn server socat TCP6-LISTEN:5000,ipv6only=0,reuseaddr,fork "OPEN:$scratch/sent,rdonly"
spawn server socat -u TCP6-LISTEN:5001,ipv6only=0,reuseaddr,fork \
	"SYSTEM:cat >$scratch/uploaded.part; mv $scratch/uploaded.part $scratch/uploaded"
until_true listening server t 5000 || bail_out "no server for downloads"
until_true listening server t 5001 || bail_out "no server for uploads"

download()
{
	ip netns exec client timeout "$patience" socat -u \
		"TCP:$(bracket "$1"):5000" "CREATE:$scratch/received" &&
		cmp "$scratch/sent" "$scratch/received"
}

upload()
{
	rm -f "$scratch/uploaded"
	ip netns exec client timeout "$patience" socat -u "OPEN:$scratch/sent,rdonly" \
		"TCP:$(bracket "$1"):5001" &&
		until_true test -e "$scratch/uploaded" &&
		cmp "$scratch/sent" "$scratch/uploaded"
}

# Both ends at once, one connection, which ends by halves
both_ways()
{
	ip netns exec client timeout "$patience" python3 -c '
import socket, sys, threading
sent = open(sys.argv[2], "rb").read()
sock = socket.create_connection((sys.argv[1], 5002))
def send():
    sock.sendall(sent)
    sock.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
got = bytearray()
while True:
    part = sock.recv(1 << 16)
    if not part:
        break
    got += part
sys.exit(got != sent)' "$1" "$scratch/sent"
}

# dropped REASON: so many packets so far
dropped()
{
	bailey_read router stats | sed -n "s/^drop $1 //p"
}

nothing_dropped()
{
	local reason
	for reason in tcp-window tcp-state tcp-flags no-connection checksum group-deny; do
		expect_equal "$1: dropped for $reason" 0 "$(dropped $reason)"
	done
}

expect_pass "a download over good cables" download 1.3.3.7
nothing_dropped "good cables"

bad_cable client eth0 0.5%
bad_cable server eth0 0.5%
bad_cable router eth0 0.5%
bad_cable router eth1 0.5%
expect_pass "a download over bad cables" download 1.3.3.7
expect_pass "the same over IPv6" download 2001:db8:2::7
expect_pass "an upload" upload 1.3.3.7
expect_pass "the same over IPv6" upload 2001:db8:2::7
nothing_dropped "bad cables"

spawn server socat -t 60 TCP6-LISTEN:5002,ipv6only=0,reuseaddr,fork EXEC:cat
until_true listening server t 5002 || bail_out "no echo"
expect_pass "both ways at once" both_ways 1.3.3.7

# Segments that the host would have cut, cut here
for ns in client server; do
	in_ns $ns ethtool -K eth0 tso off gso off gro off >/dev/null 2>&1
done
expect_pass "a download in small segments" download 1.3.3.7

sent=$(in_ns server nstat -az TcpRetransSegs 2>/dev/null | awk '/Retrans/ { print $2 }')
expect_pass "segments were lost and sent again" test "${sent:-0}" -gt 10
expect_match "and reordered" '[1-9]' \
	"$(in_ns client nstat -az TcpExtTCPOFOQueue | awk '/OFO/ { print $2 }')"
expect_equal "and still none was dropped" 0 "$(dropped tcp-window)"
