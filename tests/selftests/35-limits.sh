#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The sysctls: which there are, what they take, and that limits are kept.

. "$(dirname "$0")/traffic.sh"
plan 130

load_module
make_ns router other
agent_start

timeouts='tcp_timeout_syn_sent tcp_timeout_syn_recv tcp_timeout_established
tcp_timeout_fin_wait tcp_timeout_close_wait tcp_timeout_last_ack
tcp_timeout_time_wait tcp_timeout_close tcp_timeout_syn_sent2
sctp_timeout_closed sctp_timeout_cookie_wait sctp_timeout_cookie_echoed
sctp_timeout_established sctp_timeout_shutdown_sent sctp_timeout_shutdown_recd
sctp_timeout_shutdown_ack_sent sctp_timeout_heartbeat_sent
udp_timeout udp_timeout_stream icmp_timeout generic_timeout'
limits='max_connections max_rules max_policy_bytes'

for name in $timeouts $limits; do
	drop "$name: not 0" sysctl router $name 0
	drop "$name: not -1" sysctl router $name -1
	drop "$name: not 4294967296" sysctl router $name 4294967296
	drop "$name: no word" sysctl router $name soon
	must sysctl router $name 77
	must sysctl router $name
	expect_equal "$name: a number" 77 "$said"
done
drop "tcp_loose: not 2" sysctl router tcp_loose 2
must sysctl router tcp_loose 0
must sysctl router tcp_loose
expect_equal "tcp_loose: 0" 0 "$said"
must sysctl other udp_timeout
expect_equal "other namespaces have their own" 30 "$said"

# Limits of the policy
must sysctl router max_policy_bytes 1000
must sysctl router max_rules 3
accepted "as many rules as the limit" router 'acl a in 1 allow tcp
acl a in 2 allow tcp
group b in allow tcp'
refused "one more" router 'rules' 'group b in allow udp'
refused "one more of another kind" router 'rules' 'acl a out 1 allow udp'
accepted "one in place of another" router 'delete group b in allow tcp
group b in allow udp'
must sysctl router max_rules 2
must read router policy
expect_match "a lower limit takes nothing away" 'group b in allow udp' "$said"
if agent "+write router policy # $(printf '%01000d' 0)\\n"; then
	not_ok "a longer text than the limit is refused" accepted
else
	ok "a longer text than the limit is refused"
fi
must fd-open w router policy
must fd-write w 'begin\n'
status=taken
for _ in {1..30}; do
	agent "+fd-write w # $(printf '%0100d' 0)\\n" || status=refused
done
expect_equal "so is one in many writes" refused $status
must fd-close w
must sysctl router max_policy_bytes 1000000
