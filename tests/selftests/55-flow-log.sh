#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Flow logs: what was sent is what they say, packet by packet and byte by byte, at each
# side that was asked; what there is no room for, and what nobody read, is counted.

. "$(dirname "$0")/traffic.sh"
. "$(dirname "$0")/flows.sh"
plan 49

# Where packets can overtake each other from one processor to the next,
# acknowledgments carry SACK blocks, and headers are longer than is assumed below
taskset -pc 0 $$ >/dev/null

load_module
topology
hinterland
agent_start
listen server 443

# Off, and what it can be set to
policy router 'acl public in 100 allow any
acl public out 100 allow any
group web in allow udp from any to any port 53
group web in allow tcp from any to any port 443
attach dev eth1 protects subnet acl public groups web'
must sysctl router flow_log
expect_equal "it is off" 0 "$said"
must sysctl router flow_log_max
expect_equal "a window has room for so many flows" 16384 "$said"
log w
must $there udp 10.8.0.1 999 10.9.0.1 53
must fd-read w
expect_equal "then there is nothing to read" '' "$said"
for value in 601 -1 x; do
	if agent "+sysctl router flow_log $value"; then
		not_ok "no window lasts $value seconds" accepted
	else
		ok "no window lasts $value seconds"
	fi
done
for value in 0 1048577; do
	if agent "+sysctl router flow_log_max $value"; then
		not_ok "no window has $value flows" accepted
	else
		ok "no window has $value flows"
	fi
done
if agent "+write router flow_log x"; then
	not_ok "nobody writes it" accepted
else
	ok "nobody writes it"
fi

# Accepted
window
must sysctl router flow_log
expect_equal "it is on" 600 "$said"
before=$(date +%s)
must $there udp 10.8.0.1 1000 10.9.0.1 53
must $there udp 10.8.0.1 1000 10.9.0.1 53 size 100
must $there udp 10.8.0.1 1000 10.9.0.1 53 size 1000
must $back udp 10.9.0.1 53 10.8.0.1 1000
must fd-read w
expect_equal "a window that goes on says nothing" '' "$said"
window
must fd-read w
after=$(date +%s)
at="dev=eth1 protects=subnet acl=public rule=100 groups=web"
said=${said%$'\n'}
same_text "a request, and its response" \
	"accept dir=egress proto=udp src=10.9.0.1 dst=10.8.0.1 sport=53 dport=1000 packets=1 bytes=44 $at
accept dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=53 packets=3 bytes=1200 $at group=web" \
	"$(sed -E 's/^[0-9]+ [0-9]+ //' <<<"$said" | sort)"
expect_pass "when that was" awk -v before="$before" -v after="$after" '
	{ n++ }
	$1 < before || $2 < $1 || $2 > after { exit 1 }
	END { exit n != 2 }' <<<"$said"
must $there udp 10.8.0.1 1000 10.9.0.1 53
window
told "in the next window it is another record, and nobody was asked by a group" w \
	"accept dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=53 packets=1 bytes=44 $at"

# Rejected, by whom
drop "a port that no group allows" $there udp 10.8.0.1 1000 10.9.0.1 54
drop "and again" $there udp 10.8.0.1 1000 10.9.0.1 54
window
told "rejected by groups" w \
	"reject dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=1000 dport=54 packets=2 bytes=88 $at reason=group-deny"
policy router 'replace acl public in 100 allow udp from any to any port 53
acl public in 90 deny udp from 10.8.0.9/32 to any'
drop "an entry that denies" $there udp 10.8.0.9 1 10.9.0.1 53
drop "and nothing that allows" $there tcp 10.8.0.1 1 10.9.0.1 443 S
window
told "rejected by an ACL" w \
	"reject dir=ingress proto=udp src=10.8.0.9 dst=10.9.0.1 sport=1 dport=53 packets=1 bytes=44 dev=eth1 protects=subnet acl=public rule=90 groups=web reason=acl-deny" \
	"reject dir=ingress proto=tcp src=10.8.0.1 dst=10.9.0.1 sport=1 dport=443 packets=1 bytes=56 flags=2 dev=eth1 protects=subnet acl=public rule=* groups=web reason=acl-default"

# The source's side says yes, the destination's no
policy router 'flush
acl edge out 10 allow any
acl edge in 10 allow any
group none
group db in allow udp from any to any port 53
attach dev eth0 protects subnet acl edge
attach dev eth1 protects subnet groups none
endpoint db1 dev eth1 addr 10.9.0.7 groups db'
drop "refused at its destination" $there udp 10.8.0.1 5 10.9.0.1 53
pass "allowed at both" $there udp 10.8.0.1 5 10.9.0.7 53
window
told "each side says what it said" w \
	"accept dir=egress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=5 dport=53 packets=1 bytes=44 dev=eth0 protects=subnet acl=edge rule=10" \
	"reject dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=5 dport=53 packets=1 bytes=44 dev=eth1 protects=subnet groups=none reason=group-deny" \
	"accept dir=egress proto=udp src=10.8.0.1 dst=10.9.0.7 sport=5 dport=53 packets=1 bytes=44 dev=eth0 protects=subnet acl=edge rule=10" \
	"accept dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.7 sport=5 dport=53 packets=1 bytes=44 dev=eth1 protects=subnet endpoint=db1 groups=db group=db"
policy router 'replace acl edge out 10 deny any'
drop "refused at its source" $there udp 10.8.0.1 5 10.9.0.7 53
window
told "its destination has nothing to say" w \
	"reject dir=egress proto=udp src=10.8.0.1 dst=10.9.0.7 sport=5 dport=53 packets=1 bytes=44 dev=eth0 protects=subnet acl=edge rule=10 reason=acl-deny"

# AWS's own example: groups let a ping's answer out, the ACL forgets it
policy router 'flush
group ping in allow icmp
acl forgets in 100 allow any
attach dev eth1 protects subnet acl forgets groups ping'
stat_of router drop acl-default
refused=$number
must flood 4 client icmp 119.18.36.73 1.3.3.7 8 size 56
answered()
{
	stat_of router drop acl-default
	[ "$number" -ge $((refused + 4)) ]
}
until_true answered
window
must fd-read w
same_text "a ping whose answer is forgotten" \
	'2 123456789010 eth1 1.3.3.7 119.18.36.73 0 0 1 4 336 REJECT OK
2 123456789010 eth1 119.18.36.73 1.3.3.7 0 0 1 4 336 ACCEPT OK' \
	"$(tool router flow-log --set account-id=123456789010 | grep ' OK$' | tail -n 2 |
		sed -E 's/ [0-9]+ [0-9]+ ([A-Z]+ OK)$/ \1/' | sort -k 4)"

# What no side refuses is rejected by each
policy router 'flush
group all in allow any
group all out allow any
attach dev eth0 protects subnet groups all
attach dev eth1 protects subnet groups all'
drop "an answer of nothing" $there icmp 10.8.0.1 10.9.0.1 0
drop "a wrong checksum" $there udp 10.8.0.1 6 10.9.0.1 53 badsum 1
window
told "by both" w \
	"reject dir=egress proto=icmp src=10.8.0.1 dst=10.9.0.1 packets=1 bytes=44 dev=eth0 protects=subnet groups=all group=all reason=no-connection" \
	"reject dir=ingress proto=icmp src=10.8.0.1 dst=10.9.0.1 packets=1 bytes=44 dev=eth1 protects=subnet groups=all group=all reason=no-connection" \
	"reject dir=egress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=6 dport=53 packets=1 bytes=44 dev=eth0 protects=subnet groups=all group=all reason=checksum" \
	"reject dir=ingress proto=udp src=10.8.0.1 dst=10.9.0.1 sport=6 dport=53 packets=1 bytes=44 dev=eth1 protects=subnet groups=all group=all reason=checksum"

# This machine, what is exempt, and what "default" says
policy router 'flush
group ping in allow icmp
attach dev eth0 protects host groups ping
default deny'
must ping client 119.18.36.1
drop "an interface with nothing attached" packet server router udp 1.3.3.7 5 1.3.3.1 53
drop "and what no group allows" ping client 2001:db8:1::1
window
news w
expect_equal "a ping of this machine, and its answer" 2 \
	"$(grep -c '^accept .* proto=icmp .* packets=1 .* dev=eth0 protects=host ' <<<"$said")"
expect_match "where nothing is attached" \
	'^reject dir=ingress proto=udp src=1.3.3.7 dst=1.3.3.1 sport=5 dport=53 packets=1 bytes=44 dev=eth1 protects=host reason=default-deny$' "$said"
expect_no_match "nobody tells of what is exempt" 'dst=ff02|src=fe80' "$said"

# IPv6
policy router 'flush
group web in allow udp from any to any port 53
group web in allow icmpv6
attach dev eth1 protects subnet groups web'
window
news w
must $there udp 2001:db8:8::1 1000 2001:db8:9::1 53 size 100
must $there icmp 2001:db8:8::1 2001:db8:9::1 128
must $there udp 2001:db8:8::1 1001 2001:db8:9::1 53 size 1000 frag 600
window
told "IPv6; fragments are the packet that they make" w \
	"accept dir=ingress proto=udp src=2001:db8:8::1 dst=2001:db8:9::1 sport=1000 dport=53 packets=1 bytes=148 dev=eth1 protects=subnet groups=web group=web" \
	"accept dir=ingress proto=icmpv6 src=2001:db8:8::1 dst=2001:db8:9::1 packets=1 bytes=64 dev=eth1 protects=subnet groups=web group=web" \
	"accept dir=ingress proto=udp src=2001:db8:8::1 dst=2001:db8:9::1 sport=1001 dport=53 packets=1 bytes=1048 dev=eth1 protects=subnet groups=web group=web"

# TCP: a whole connection, in buffers of many segments
policy router 'flush
acl count in 1 allow tcp
acl count out 1 allow tcp
group web in allow tcp from any to any port 443
attach dev eth1 protects subnet acl count groups web'
window
news w
must tcp client 1.3.3.7 443 size 200000 sport 40001
over()
{
	must read router connections
	[[ $said != *ESTABLISHED* ]]
}
until_true over
window
news w
packets=$(sum packets dir=ingress proto=tcp)
bytes=$(sum bytes dir=ingress proto=tcp)
# Each segment has 20 bytes of IP and 32 of TCP, the SYN 8 more, the reset of the end 12 less
data=$(python3 -c "print($bytes - 52 * $packets - 8 + 12)")
expect_match "headers of each segment are counted" '^2000[0-9][0-9]$' "$data"
expect_pass "segments are, not buffers" test "$packets" -ge 139
flows=$said
rule_count router 'rule acl count in' packets
expect_pass "of which there were fewer" test "$number" -lt "$packets"
said=$flows
expect_match "its flags: SYN and RST" 'dir=ingress proto=tcp .* flags=6 ' "$said"
expect_match "of the answers: SYN with ACK" 'dir=egress proto=tcp .* flags=18 ' "$said"
expect_equal "one record for each half" 2 "$(grep -c . <<<"$said")"
must open a client 1.3.3.7 443
for _ in 1 2 3 4 5; do
	must word a
done
must close a
until_true over
window
news w
expect_match "closed in good order" 'dir=ingress proto=tcp .* flags=3 ' "$said"
expect_match "by both" 'dir=egress proto=tcp .* flags=19 ' "$said"

# One window after the other, by itself; what is quiet
policy router 'flush
group dns in allow udp from any to any port 53
attach dev eth1 protects subnet groups dns
attach dev eth0 protects subnet groups dns
attach dev eth0 protects host groups dns'
window 1
must fd-read w
drop "refused at its source" $there udp 10.8.0.1 7 10.9.0.1 53
ended()
{
	must fd-read w
	all+=$said
	[[ $all = *sport=7* ]]
}
all=
until_true ended
expect_match "a window ends when its time has come" \
	'^[0-9]+ [0-9]+ reject dir=egress proto=udp .* sport=7 .* dev=eth0 ' "$all"
quiet()
{
	must fd-read w
	all+=$said
	[ "$(grep -c ' nodata ' <<<"$all")" -ge 6 ]
}
all=
until_true quiet
expect_match "what was quiet" '^([0-9]+) ([0-9]+) nodata dev=eth1 protects=subnet$' "$all"
expect_match "this machine is another place than the subnet" ' nodata dev=eth0 protects=host$' "$all"
expect_pass "windows end with the clock's seconds, and one follows the other" awk '
	$3 == "nodata" && $4 == "dev=eth1" {
		if (end && $1 != end)
			exit 1
		end = $2
	}' <<<"$all"
expect_equal "as AWS says it" '2 - eth1 - - - - - - - - NODATA' \
	"$(tool router flow-log | grep ' eth1 .* NODATA$' | tail -n 1 |
		sed -E 's/ [0-9]+ [0-9]+ - NODATA/ - NODATA/')"

