#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What belongs to a connection and what does not, by protocol: TCP's states,
# UDP, ICMP queries, GRE keys, protocols without ports; headers that contradict
# themselves.

. "$(dirname "$0")/traffic.sh"
plan 80

load_module
topology
hinterland
agent_start

# there PACKET, back PACKET: where they are sent and where they are seen
there='packet client server:eth0'
back='packet server client:eth0'

policy router 'group all in allow any
attach dev eth1 protects subnet groups all'

state()
{
	must read router connections
	expect_match "state: $2" "^$1 $2 .*$3" "$said"
}

# counted NAME REASON: one more packet was dropped for this reason
counted()
{
	local before=${counts[$2]:-0}
	stat_of router drop "$2"
	expect_equal "$1" $((before + 1)) "$number"
	counts[$2]=$number
}
declare -A counts

# TCP, state by state
c='10.8.0.1 1000 10.9.0.1 80'
s='10.9.0.1 80 10.8.0.1 1000'
drop "TCP: a SYN-ACK of nothing" $back tcp $s SA
drop "TCP: a reset of nothing" $there tcp $c R
pass "TCP: SYN" $there tcp $c S
state tcp SYN_SENT 'sport=1000 dport=80'
pass "TCP: SYN again" $there tcp $c S seq 1000
pass "TCP: SYN-ACK" $back tcp $s SA
state tcp SYN_RECV 'REPLIED'
pass "TCP: ACK" $there tcp $c A
state tcp ESTABLISHED 'REPLIED ASSURED'
pass "TCP: data" $there tcp $c PA
pass "TCP: data back" $back tcp $s PA
pass "TCP: FIN" $there tcp $c FA
state tcp FIN_WAIT ''
pass "TCP: its ACK" $back tcp $s A
state tcp CLOSE_WAIT ''
pass "TCP: FIN back" $back tcp $s FA
state tcp LAST_ACK ''
pass "TCP: last ACK" $there tcp $c A
state tcp TIME_WAIT ''
pass "TCP: a new SYN begins anew" $there tcp $c S seq 9000
state tcp SYN_SENT ''
pass "TCP: refused" $back tcp $s RA
state tcp CLOSE ''
connections_match "all this was one entry" . 1
stat_of router drop no-connection
counts[no-connection]=$number
drop "TCP: a SYN-ACK, though a rule would allow a SYN" $there tcp 10.8.0.1 1001 10.9.0.1 80 SA
counted "is of no connection" no-connection

# TCP nonsense
stat_of router drop tcp-flags
counts[tcp-flags]=$number
c='10.8.0.1 1002 10.9.0.1 80'
drop "TCP: no flags" $there tcp $c ''
counted "is counted" tcp-flags
drop "TCP: all flags" $there tcp $c FSRPAU
drop "TCP: SYN and FIN" $there tcp $c SF
drop "TCP: FIN alone" $there tcp $c F

# Picked up in the middle
c='10.8.0.1 1003 10.9.0.1 80'
pass "TCP: picked up in the middle" $there tcp $c A
pass "TCP: answered" $back tcp 10.9.0.1 80 10.8.0.1 1003 A
drop "TCP: not in the direction that is not allowed" $back tcp 10.9.0.1 80 10.8.0.1 1004 A
must sysctl router tcp_loose 0
drop "TCP: nor with tcp_loose 0" $there tcp 10.8.0.1 1005 10.9.0.1 80 A
pass "TCP: whom we know stays known" $there tcp $c A
must sysctl router tcp_loose 1

# UDP
must write router connections 'flush\n'
drop "UDP: not from the server" $back udp 10.9.0.1 53 10.8.0.1 1000
pass "UDP: a request" $there udp 10.8.0.1 1000 10.9.0.1 53
pass "UDP: its response" $back udp 10.9.0.1 53 10.8.0.1 1000
must read router connections
expect_match "UDP: both halves" '^udp - src=10.8.0.1 dst=10.9.0.1 .*REPLIED' "$said"
drop "UDP: a response to another port" $back udp 10.9.0.1 53 10.8.0.1 1001
drop "UDP: a response from another port" $back udp 10.9.0.1 54 10.8.0.1 1000
drop "UDP: a response from another address" $back udp 10.9.0.2 53 10.8.0.1 1000
pass "UDP: IPv6 request" $there udp 2001:db8:8::1 1000 2001:db8:9::1 53
pass "UDP: IPv6 response" $back udp 2001:db8:9::1 53 2001:db8:8::1 1000

# ICMP and ICMPv6 queries
for family in 'ICMP 10.8.0.1 10.9.0.1 8 0' \
	      'ICMPv6 2001:db8:8::1 2001:db8:9::1 128 129'; do
	read -r name a b request reply <<<"$family"
	drop "$name: a reply to nothing" $back icmp $b $a "$reply" id 5
	pass "$name: a request" $there icmp $a $b "$request" id 5
	pass "$name: its reply" $back icmp $b $a "$reply" id 5
	drop "$name: a reply to another request" $back icmp $b $a "$reply" id 6
	drop "$name: a request in the other direction is another connection" \
		$back icmp $b $a "$request" id 5
done
must read router connections
expect_match "ICMP: as it is listed" \
	'^icmp - src=10.8.0.1 dst=10.9.0.1 type=8 code=0 id=5 ' "$said"
pass "ICMP: a timestamp request" $there icmp 10.8.0.1 10.9.0.1 13 id 9
pass "ICMP: its reply" $back icmp 10.9.0.1 10.8.0.1 14 id 9
drop "ICMP: an echo reply to it" $back icmp 10.9.0.1 10.8.0.1 0 id 9

# GRE and numbers
drop "GRE: not from the server" $back gre 10.9.0.1 10.8.0.1 key 1
pass "GRE: a key" $there gre 10.8.0.1 10.9.0.1 key 1
pass "GRE: the same key back" $back gre 10.9.0.1 10.8.0.1 key 1
drop "GRE: another key" $back gre 10.9.0.1 10.8.0.1 key 2
drop "protocol 253: not from the server" $back proto 253 10.9.0.1 10.8.0.1
pass "protocol 253: from the client" $there proto 253 10.8.0.1 10.9.0.1
pass "protocol 253: back" $back proto 253 10.9.0.1 10.8.0.1
pass "protocol 253 in IPv6" $there proto 253 2001:db8:8::1 2001:db8:9::1
pass "protocol 253 in IPv6, back" $back proto 253 2001:db8:9::1 2001:db8:8::1
drop "254 is another protocol" $back proto 254 10.9.0.1 10.8.0.1
pass "SCTP: by ports" $there sctp 10.8.0.1 1000 10.9.0.1 2000
pass "SCTP: back" $back sctp 10.9.0.1 2000 10.8.0.1 1000
drop "SCTP: from another port" $back sctp 10.9.0.1 2001 10.8.0.1 1000

# Headers that contradict themselves, or hide
stat_of router drop truncated
counts[truncated]=$number
drop "TCP header cut off" $there tcp 10.8.0.1 1 10.9.0.1 80 S cut 24
counted "is counted" truncated
drop "UDP header cut off, IPv6" $there udp 2001:db8:8::1 1 2001:db8:9::1 80 cut 20
stat_of router drop malformed
counts[malformed]=$number
drop "a TCP header of 16 bytes" $there tcp 10.8.0.1 1 10.9.0.1 80 S doff 4
counted "is counted" malformed
pass "eight IPv6 extension headers" $there udp 2001:db8:8::1 1 2001:db8:9::1 80 ext 8
stat_of router drop ext-headers
counts[ext-headers]=$number
drop "nine of them" $there udp 2001:db8:8::1 1 2001:db8:9::1 80 ext 9
counted "are counted" ext-headers
