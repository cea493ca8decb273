#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module goes while packets pass, while files are read and written, and
# while somebody holds them open: it goes at once, and they get an error.

. "$(dirname "$0")/traffic.sh"
plan 29

load_module
topology
hinterland
agent_start
listen server 443

rules='group web in allow any
attach dev eth1 protects subnet groups web'

# Readers that stop in the middle and never close
policy router "$rules"
must packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 53
for file in policy connections events flow_log stats explain error; do
	mode=fd-open
	[[ $file != events && $file != flow_log && $file != stats && $file != error ]] || mode=fd-open-read
	must $mode "$file" router $file
done
must fd-read policy
must fd-read connections
must fd-open half router policy
must fd-write half 'begin\nacl half in 1'
began=$SECONDS
expect_pass "the module goes though files are open" timeout 20 rmmod bailey
expect_pass "at once" test $((SECONDS - began)) -lt 10
expect_fail "it is gone" module_loaded
for file in policy connections events flow_log stats explain error half; do
	drop "who holds $file reads no more" fd-read $file
	expect_match "but an error" 'EIO' "$said"
done
drop "who holds policy writes no more" fd-write half ' allow any\ncommit\n'
expect_match "but gets an error" 'EIO' "$said"
pass "packets pass" packet client server:eth0 udp 10.8.0.1 1000 10.9.0.1 53
load_module
policy router "$rules"
drop "a new module does not revive old descriptors" fd-read policy
for file in policy connections events flow_log stats explain error half; do
	must fd-close $file
done
pass "new ones are good" read router policy
must open line client 1.3.3.7 443

# Traffic, readers and writers that never stop
spawn client python3 "$(dirname "$0")/blast.py" client --seconds 600 --flows 5000
there_is_traffic()
{
	bailey_read router connections | grep -q '^udp '
}
expect_pass "there is traffic" until_true there_is_traffic
for file in policy connections events flow_log stats; do
	spawn router bash -c "while :; do cat /proc/net/bailey/$file; done >/dev/null 2>&1"
done
spawn router bash -c "while :; do
	printf 'replace group web in allow any\n' >/proc/net/bailey/policy
	printf 'udp from 10.8.0.1 port 5 to 10.9.0.1 port 5 in eth0 out eth1\n' >/proc/net/bailey/explain
done 2>/dev/null"
rounds=5
for ((i = 1; i <= rounds; i++)); do
	timeout 30 rmmod bailey || break
	load_module
	bailey_write router "flush
$rules" || break
	sleep 0.3
done
expect_equal "unloaded and loaded $rounds times meanwhile" $((rounds + 1)) $i
expect_pass "there still is" until_true there_is_traffic
pass "a connection from before goes on: picked up in the middle" word line
must reset line
end_process "$spawned"
agent_stop
expect_pass "it goes for good" timeout 30 rmmod bailey
