#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# SCTP between the kernel's own ends, through the router, with an attacker beside
# it who knows all but the tags. Chunk by chunk it is in tests/timelines/sctp.

. "$(dirname "$0")/traffic.sh"

topology
if ! python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)' \
	2>/dev/null; then
	plan 1
	ok "SCTP # SKIP this kernel has no SCTP"
	exit
fi
plan 42

load_module
agent_start
agent "+listen server 3868 proto sctp" || bail_out "no SCTP server: $said"
there='packet client server:eth0'
back='packet server client:eth0'

policy router 'group web in allow sctp from any to any port 3868
attach dev eth1 protects subnet groups web'

# state NAME STATE MORE: of the only connection
state()
{
	must read router connections
	expect_match "$1" "^sctp $2 .*$3" "$said"
}

# in_state STATE PORT
in_state()
{
	must read router connections
	grep -q "^sctp $1 .*sport=$2 " <<<"$said"
}

# dropped NAME COUNT: so many more for their tags
dropped()
{
	local before=$tags
	stat_of router drop sctp-tag
	tags=$number
	expect_equal "$1" $((before + $2)) "$tags"
}
stat_of router drop sctp-tag
tags=$number

for way in '1.3.3.7 119.18.36.73' '2001:db8:2::7 2001:db8:1::73'; do
	read -r s c <<<"$way"
	must write router connections 'flush\n'
	pass "$s: an association, and a word there and back" \
		open line client $s 3868 proto sctp sport 5000
	state "$s: established" ESTABLISHED "src=$c dst=$s sport=5000 dport=3868 .* REPLIED ASSURED"

	# Blind, from either side
	drop "$s: an ABORT with another tag" $back sctp $s 3868 $c 5000 chunk 6 tag 1234
	drop "$s: an ABORT that claims to send a tag back" \
		$back sctp $s 3868 $c 5000 chunk 6 tag 1234 t 1
	drop "$s: an ABORT from the client's side" $there sctp $c 5000 $s 3868 chunk 6 tag 1234
	drop "$s: a SHUTDOWN" $back sctp $s 3868 $c 5000 chunk 7 tag 1234
	drop "$s: a SHUTDOWN COMPLETE" $back sctp $s 3868 $c 5000 chunk 14 tag 1234
	drop "$s: DATA" $there sctp $c 5000 $s 3868 chunk 0 tag 1234
	drop "$s: an INIT ACK" $back sctp $s 3868 $c 5000 chunk 2 tag 1234
	dropped "$s: counted" 7
	state "$s: they have moved nothing" ESTABLISHED 'ASSURED'
	# An INIT, which has no tag, the server answers as it must
	pass "$s: an INIT" $there sctp $c 5000 $s 3868 chunk 1 tag 0 itag 99
	state "$s: it has moved nothing either" ESTABLISHED 'ASSURED'
	pass "$s: the association goes on" word line

	must close line
	expect_pass "$s: and is shut down" until_true in_state CLOSED 5000
	pass "$s: another one from the same port" open line client $s 3868 proto sctp sport 5000
	must reset line
	expect_pass "$s: broken off by an ABORT" until_true in_state CLOSED 5000
done

# Both ends go on where the table was lost, and only in their direction
pass "before the table is lost" open line client 1.3.3.7 3868 proto sctp sport 5001
must write router connections 'flush\n'
pass "with tcp_loose 1 it is picked up" word line
state "by both tags" ESTABLISHED 'sport=5001 dport=3868 .* REPLIED ASSURED'
drop "an ABORT with another tag" $back sctp 1.3.3.7 3868 119.18.36.73 5001 chunk 6 tag 1234
must sysctl router tcp_loose 0
must write router connections 'flush\n'
drop "with tcp_loose 0 it is not" word line
must sysctl router tcp_loose 1

# A word that is long for one packet, and for one hook (GSO)
pass "a long word" tcp client 1.3.3.7 3868 proto sctp sport 5002 size 100000
drop "a port that no rule allows" tcp client 1.3.3.7 3869 proto sctp
stat_of router drop malformed
expect_equal "nothing of all this looked malformed" 0 "$number"
