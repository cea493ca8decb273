#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A connection through both gates of a router, and what becomes of it when
# one of them closes.

. "$(dirname "$0")/lib.sh"
plan 10

load_module
topology
tcp_server server 443
tcp_server server 80
tcp_server client 8080

must_write router 'acl public in 100 allow tcp from any to any port 443
acl public in 110 allow icmp type 8
acl public out 100 allow tcp from any port 443 to any port 1024-65535
acl public out 110 allow icmp type 0
acl public out 120 allow tcp from any to any port 8080
acl public in 120 allow tcp from any port 8080 to any port 1024-65535
group web in allow tcp from any to any port 443
group web in allow icmp type 8
attach dev eth1 protects subnet acl public groups web'

expect_pass "the client reaches port 443" tcp_try client 1.3.3.7 443
expect_pass "and over IPv6" tcp_try client 2001:db8:2::7 443
expect_match "one entry stands for the connection" \
	'119\.18\.36\.73.*1\.3\.3\.7' "$(bailey_read router connections)"
expect_fail "port 80 is closed" tcp_try client 1.3.3.7 80
expect_pass "ping passes" ping_try client 1.3.3.7
expect_fail "ping over IPv6 has no rule" ping_try client 2001:db8:2::7
expect_fail "the group has no egress rule" tcp_try server 119.18.36.73 8080

must_write router 'delete acl public out 100'
expect_fail "without the ephemeral ports no response" tcp_try client 1.3.3.7 443
must_write router 'acl public out 100 allow tcp from any port 443 to any port 1024-65535'
expect_pass "with them again" tcp_try client 1.3.3.7 443

must_write router 'acl public in 50 deny tcp from 119.18.36.0/24 to any port 443'
expect_fail "the lower number decides" tcp_try client 1.3.3.7 443
