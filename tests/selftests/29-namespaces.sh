#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces come and go with their policies, connections and waiting
# confirmations. That nothing of them is left is for the kernel to say, when the
# module's slab cache goes, and for kmemleak.

. "$(dirname "$0")/traffic.sh"
plan 8

load_module

topology
hinterland
policy_text='group web in allow any
acl public in 1 allow any
acl public out 1 allow any
attach dev eth1 protects subnet acl public groups web'
bailey_write router "$policy_text" || bail_out "no policy"
python3 "$(dirname "$0")/blast.py" client --flows 3000 >/dev/null
expect_equal "3000 connections" 3000 "$(bailey_read router connections | wc -l)"

# A namespace goes with all that
ip netns del router
expect_fail "the namespace is gone" ip -n router link

# Many namespaces, each with a policy of its own, some with one that waits for
# confirmation, some with a transaction half written, and a reader that holds a file
count=8
for ((i = 0; i < count; i++)); do
	ip netns add crowd$i
	ip -n crowd$i link set lo up
	ip -n crowd$i link add eth1 type dummy
	case $((i % 4)) in
	0) bailey_write crowd$i "$policy_text" ;;
	1) bailey_write crowd$i "begin confirm 60
$policy_text
commit" ;;
	2) bailey_write crowd$i 'default deny' ;;
	3) bailey_write crowd$i 'prefix-list p 10.0.0.0/8' ;;
	esac || bail_out "no policy in crowd$i"
done
expect_equal "each has its own policy" $((count / 4)) \
	"$(for ((i = 0; i < count; i++)); do bailey_read crowd$i policy; done | grep -c '^default deny')"
spawn crowd0 bash -c 'exec 5<>/proc/net/bailey/policy; printf "begin\nacl half" >&5; exec sleep 60'
holders=("$spawned")
spawn crowd1 bash -c 'exec 5</proc/net/bailey/connections; read -r line <&5; exec sleep 60'
holders+=("$spawned")
sleep 0.3
for ((i = 0; i < count; i++)); do
	ip netns del crowd$i
done
expect_equal "all of them can be deleted" 0 "$(ip netns list | grep -c crowd)"
for pid in "${holders[@]}"; do
	end_process "$pid"
done

# A namespace that nobody names, which ends with its last process
expect_pass "a namespace without a name" unshare -n bash -c '
	ip link set lo up &&
	printf "%s\n" "default deny" "delete exempt loopback" >/proc/net/bailey/policy &&
	! ping -c 1 -W 1 127.0.0.1 >/dev/null'

# Namespaces made and removed in a hurry, with traffic in them
expect_pass "ten in a hurry" bash -c '
	for i in {1..10}; do
		unshare -n bash -c "
			ip link set lo up
			printf \"group g in allow any\ngroup g out allow any\nattach dev lo protects host groups g\ndelete exempt loopback\n\" >/proc/net/bailey/policy
			ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null || exit 1
			grep -q icmp /proc/net/bailey/connections" || exit 1
	done'

# The module comes while there are namespaces, and goes while they have policies
for ns in client server; do
	bailey_write $ns 'default deny' || bail_out "no policy in $ns"
done
expect_pass "the module goes while two namespaces have policies" timeout 30 rmmod bailey
load_module
expect_match "loaded again, they have none" '^default pass$' "$(bailey_read client policy)"
