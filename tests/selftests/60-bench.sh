#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The bench's own packets get the verdicts that they should, and a wrong one is
# noticed: a short smoke of bailey_bench.ko, which `make bench` measures with.

. "$(dirname "$0")/lib.sh"
plan 16

load_module
make_ns box
ip -n box link add in0 type dummy
ip -n box link add out0 type dummy
ip -n box link set in0 up
ip -n box link set out0 up
set_addr box in0 10.255.255.1/8 2001:db8:1::ffff/48
set_addr box out0 172.16.255.1/16 2001:db8:2::ffff/48
forwarding box

if [ -z "${BAILEY_BENCH_KO:-}" ] || ! insmod "$BAILEY_BENCH_KO"; then
	bail_out "no bench module"
fi

# bench WORDS: a run in the box; its verdicts must be right
bench()
{
	# shellcheck disable=SC2016 # for the inner shell
	in_ns box bash -c 'echo "$1" >/proc/bailey_bench && cat /proc/bailey_bench' bash "$1"
}

connections()
{
	bailey_read box stats | sed -n 's/^connections //p'
}

expect_pass "without a policy all pass" bench "mode=plain flows=500"

for lines in 1 2; do
	bench "mode=open flows=500 probe=$lines" >/dev/null
	expect_pass "the probe finds each flow, in $lines" \
		bench "mode=established flows=500 packets=1000 probe=$lines"
done

must_write box 'acl one in 100 allow tcp to any port 443
acl one in 110 allow udp
acl one out 100 allow any
group all in allow any
attach dev out0 protects subnet acl one groups all'
for words in "family=4" "family=6" "proto=17" "checksum=1 payload=100"; do
	bailey_write_to box connections flush
	expect_pass "connections open: $words" bench "mode=open flows=500 $words"
	expect_pass "and go on: $words" bench "mode=established flows=500 packets=5000 $words"
done
expect_equal "they are in the table" 500 "$(connections)"

# lib.sh loads the module in its comparing mode: what was remembered is asked as well
stats=$(bailey_read box stats)
compared=$(sed -n 's/^packets_compared //p' <<<"$stats")
expect_pass "nearly all packets went on with what was remembered" [ "${compared:-0}" -gt 15000 ]
expect_equal "and would have been judged alike in full" 0 \
	"$(sed -n 's/^packets_differed //p' <<<"$stats")"

must_write box 'replace acl one in 100 deny tcp to any port 443'
expect_pass "denied packets are dropped" bench "mode=plain flows=500 first=9000 drop=1"
expect_fail "and who expects otherwise hears of it" bench "mode=plain flows=500 first=9000"

rmmod bailey_bench
