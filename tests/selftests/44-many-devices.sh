#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Under a policy with thousands of attach lines, interfaces come and go by the
# thousand, and so does the module. Work that grows with their product would outlast
# the time that a scenario has.

. "$(dirname "$0")/traffic.sh"
plan 13

load_module
make_ns many
count=1500

{
	echo begin
	echo 'group g in allow any'
	for ((i = 0; i < 5000; i++)); do
		echo "attach dev y$i protects host groups g"
	done
	echo 'attach dev closed protects host groups g'
	echo commit
} >"$scratch/policy"
for ((i = 0; i < count; i++)); do
	echo "link add longname-x$i group 5 type dummy"
done >"$scratch/devices"

big_policy()
{
	in_ns many dd if="$scratch/policy" of=/proc/net/bailey/policy bs=4M \
		conv=notrunc status=none
}
come()
{
	ip -n many -batch "$scratch/devices"
}
go()
{
	ip -n many link del group 5
}
there()
{
	ip -n many -o link show group 5 | wc -l
}

expect_pass "a big policy" big_policy
expect_pass "$count interfaces come" come
expect_pass "a question is answered" bailey_explain many \
	'tcp from 10.0.0.1 to 10.0.0.2 port 80 in lo'
expect_pass "they go" go
expect_equal "none is left" 0 "$(there)"

# What is gone is not taken for what comes after it with its number
send()
{
	in_ns many bash -c 'echo word >/dev/udp/10.5.0.2/9'
}
with_number()
{
	ip -n many link add "$1" index 60000 type dummy
	ip -n many link set "$1" up
	ip -n many addr add 10.5.0.1/24 dev "$1"
}
with_number closed
expect_fail "an interface with a line of its own" send
ip -n many link del closed
with_number open
expect_pass "another with its number" send
ip -n many link del open
with_number closed
expect_fail "the first again" send
ip -n many link del closed

come
expect_pass "the module goes while they are there" rmmod bailey
expect_equal "they all are" $count "$(there)"
expect_pass "and comes" load_module
expect_pass "a big policy when there are many interfaces" big_policy
expect_pass "they go with the module there" go
