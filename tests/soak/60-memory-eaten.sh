#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Memory is eaten up while connections, policies and lists want more than there is:
# all goes on, and nothing forbidden passes.
#
# Whoever eats is killed for it now and then, with a backtrace in the log, and so does
# the kernel say which of its own allocations had to fail. So the console is silent
# meanwhile, and what else was said is looked through here.

. "$(dirname "$0")/soak.sh"
plan 11

load_module
insmod "${BAILEY_BENCH_KO:?}" || bail_out "no bench module"
topology
hinterland

dmesg -w >"$scratch/kernel.log" &
logger=$!
pids+=("$logger")
echo "bailey-harness: watch begins" >/dev/kmsg
read -r console _ </proc/sys/kernel/printk
echo 1 >/proc/sys/kernel/printk
storm memory.py eaten
echo "bailey-harness: run ends" >/dev/kmsg
until_true grep -q 'bailey-harness: run ends' "$scratch/kernel.log" ||
	bail_out "the kernel's log is not read"
end_process "$logger"
# Whose allocation failed may be anybody, but not us
sed -e '/invoked oom-killer/,/Out of memory: Killed\|oom_reaper/d' \
	-e '/page allocation failure/,/pages hwpoisoned\|pages reserved/{/bailey/!d}' \
	"$scratch/kernel.log" >"$scratch/judged.log"
note "$(grep -c 'Out of memory: Killed' "$scratch/kernel.log") processes were killed for memory," \
	"$(grep -c 'page allocation failure' "$scratch/kernel.log") failed allocations were told"
expect_pass "the kernel complained of nothing else" \
	"$here/../vm/splat.sh" "$scratch/judged.log"
echo "$console" >/proc/sys/kernel/printk
rmmod bailey_bench
