#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With "untracked", TCP and UDP flows that rules of both directions let everybody
# have leave nothing in the table: each half passes by its own rule, and is cut
# with it at once. All others are tracked as ever.

. "$(dirname "$0")/traffic.sh"
plan 45

load_module
topology
hinterland
agent_start
listen server 80 81 443 53
listen client 8080
listen router 22

agent +sysctl router untracked
expect_equal "off by default" 0 "$said"
policy router 'group web in allow tcp to any port 80
group web in allow udp from 0.0.0.0/0 to any port 53
group web in allow udp from ::/0 to any port 53
group web in allow icmp
group web in allow icmpv6
group web in allow tcp from 119.18.36.0/24 to any port 443
group web in allow tcp from 2001:db8:1::/64 to any port 443
group web out allow any
attach dev eth1 protects subnet groups web'
must open old client 1.3.3.7 80
connections_match "without it the flow is tracked" '^tcp ' 1
agent +sysctl router untracked 1
pass "an entry that exists stays one" word old
connections_match "it is still there" '^tcp ESTABLISHED .*sport=' 1
must close old
must sysctl router untracked 1
agent +write router connections 'flush\n'

# Both directions for everybody
pass "TCP passes" tcp client 1.3.3.7 80
pass "TCP passes, IPv6" tcp client 2001:db8:2::7 80
pass "UDP passes, by a rule for each family" udp client 1.3.3.7 53
pass "UDP passes, IPv6" udp client 2001:db8:2::7 53
connections_match "the table stays empty" . 0
stat_of router packets_untracked
expect_match "its packets are counted" '^[1-9]' "$number"
stat_of router connections_new
expect_equal "and were no connections" 1 "$number"
pass "a SYN-ACK passes by its own rule" packet server client:eth0 \
	tcp 10.9.0.1 80 10.8.0.1 4000 SA
drop "another one has none in return, and would need an entry" packet server client:eth0 \
	tcp 10.9.0.1 4000 10.8.0.1 80 SA
pass "a segment in the middle likewise" packet client server:eth0 \
	tcp 10.8.0.1 4000 10.9.0.1 80 PA
drop "what no rule allows does not" packet client server:eth0 \
	tcp 10.8.0.1 4000 10.9.0.1 82 PA
connections_match "still nothing" . 0
agent "+write router explain tcp from 119.18.36.73 port 4000 to 1.3.3.7 port 80 in eth0 out eth1 connection\\n"
expect_match "explain says so" 'code allowed-untracked' "$said"
expect_match "and that the response passes by its rule" 'answer allow group web rule allow any$' "$said"

# Everything else is tracked
pass "a rule for somebody" tcp client 1.3.3.7 443
pass "a rule for somebody, IPv6" tcp client 2001:db8:2::7 443
connections_match "is remembered" '^tcp ' 2
pass "ping" ping client 1.3.3.7
pass "ping, IPv6" ping client 2001:db8:2::7
connections_match "is always remembered" '^icmp' 2
agent +write router connections 'flush\n'

# Cut at once, as on AWS, whatever "revoke" says
must open flow client 1.3.3.7 80
connections_match "a connection without an entry" . 0
policy router 'begin revoke keep
delete group web in allow tcp to any port 80
commit'
drop "is cut with its rule" word flow
drop "and no new one comes about" tcp client 1.3.3.7 80
policy router 'group web in allow tcp to any port 80'
pass "until the rule is back" tcp client 1.3.3.7 80
must reset flow

# Without a rule for the response it has to be remembered
policy router 'delete group web out allow any'
pass "without the egress rule: TCP" tcp client 1.3.3.7 80
pass "without the egress rule: UDP" udp client 1.3.3.7 53
connections_match "they are tracked" '^(tcp|udp) ' 2
policy router 'group web out allow tcp to any port 1024-65535
group web out allow tcp to 1.2.3.4'
agent +write router connections 'flush\n'
pass "an egress rule for some ports: to one of them" tcp client 1.3.3.7 80 sport 1024
connections_match "is not tracked" . 0
pass "to another" tcp client 1.3.3.7 80 sport 1023
connections_match "is tracked" '^tcp ' 1
agent +write router connections 'flush\n'

# One side has something to remember, the other has not
policy router 'group web out allow any
group office out allow tcp to any port 80
attach dev eth0 protects subnet groups office'
must open half client 1.3.3.7 80
must read router connections
expect_match "one side remembers, the other stores 0" '^tcp .* groups=[1-9][0-9]*,0 ' "$said"
pass "it goes on" word half
policy router 'begin revoke keep
delete group office out allow tcp to any port 80
commit'
pass "the side that remembers keeps it" word half
policy router 'begin revoke keep
delete group web in allow tcp to any port 80
commit'
drop "the other one cuts it at once" word half

# To this machine itself
policy router 'flush
group self in allow tcp to any port 22
group self out allow any
attach dev eth0 protects host groups self'
agent +write router connections 'flush\n'
pass "to the router" tcp client 119.18.36.1 22
pass "from the router it is tracked, as nobody may answer unasked" tcp router 119.18.36.73 8080
connections_match "one of the two" '^tcp ' 1

# Off again
agent +sysctl router untracked 0
pass "switched off" tcp client 119.18.36.1 22
connections_match "all are tracked" '^tcp ' 2
agent -sysctl router untracked 2
expect_match "it is a switch" EINVAL "$said"
