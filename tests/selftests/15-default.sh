#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Interfaces with nothing attached, and namespaces without a policy.

. "$(dirname "$0")/traffic.sh"
plan 26

load_module
topology
hinterland
agent_start
listen client 8080
listen router 22
listen server 443 80

pass "a namespace without a policy asks nothing" tcp client 1.3.3.7 80
policy router 'acl a in 1 deny any
group g'
pass "nor does one whose policy nobody is attached to" tcp client 1.3.3.7 80
policy router 'group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
drop "an attached interface asks" tcp client 1.3.3.7 80
pass "the others do not" tcp client 119.18.36.1 22
policy router 'default deny'
drop "default deny: to the router" tcp client 119.18.36.1 22
drop "default deny: to the router over IPv6" tcp client 2001:db8:1::1 22
drop "default deny: from the router" tcp router 119.18.36.73 8080
drop "default deny: what comes by an interface with nothing attached" tcp client 1.3.3.7 443
drop "default deny: the same over IPv6" tcp client 2001:db8:2::7 443
stat_of router drop default-deny
expect_match "it is counted" '^[1-9]' "$number"
policy router 'attach dev eth0 protects subnet'
pass "an attach line is enough, though it asks nothing" tcp client 1.3.3.7 443
pass "over IPv6 too" tcp client 2001:db8:2::7 443
drop "the other side still asks" tcp client 1.3.3.7 80
pass "nobody protects the router there" tcp client 119.18.36.1 22
policy router 'delete attach dev eth0 protects subnet'
drop "without it" tcp client 1.3.3.7 443
policy router 'default pass'
pass "default pass" tcp client 1.3.3.7 443
pass "default pass, to the router" tcp client 119.18.36.1 22

# default deny alone
policy router 'flush
default deny'
drop "default deny alone: forwarded" tcp client 1.3.3.7 443
drop "default deny alone: in" tcp client 119.18.36.1 22
drop "default deny alone: out" tcp router 1.3.3.7 443
drop "default deny alone: any protocol" packet client server:eth0 proto 99 10.8.0.1 10.9.0.1
pass "default deny alone: the router speaks with itself" tcp router 127.0.0.1 22
policy router 'flush'
pass "flush brings back the beginning" tcp client 1.3.3.7 80
pass "for the router as well" tcp router 1.3.3.7 443

# Policies of different namespaces have nothing to do with each other
policy client 'default deny'
drop "another namespace's policy" tcp client 1.3.3.7 443
must read router policy
expect_match "is its own" '^default pass$' "$said"
