#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What happens inside a guest of either bed once its root is in place: mark
# the kernel's log, run the command, look for leaks, hand the exit status
# back. The caller has set bailey_run and BAILEY_BED and defines finish(),
# which takes the status and ends the guest.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
unset TMPDIR

# From this line on the kernel's log must be clean; see splat.sh
mark_log()
{
	echo 8 >/proc/sys/kernel/printk
	echo "bailey-harness: watch begins" >/dev/kmsg
}

# Lockdep switches itself off at its first complaint; a run after that would
# prove nothing.
lockdep_alive()
{
	[ -e /proc/lockdep_stats ] || return 0
	grep -q 'debug_locks: *1' /proc/lockdep_stats && return 0
	echo "bailey-harness: BUG: lockdep is off" >/dev/kmsg
}

# kmemleak believes in a leak when it has seen it unchanged for two scans and
# five seconds.
find_leaks()
{
	local file=/sys/kernel/debug/kmemleak
	[ -e $file ] || return 0
	sleep 6
	echo scan >$file
	echo scan >$file
	if [ -n "$(head -c 1 $file)" ]; then
		echo "bailey-harness: kmemleak found unreferenced objects:" >/dev/kmsg
		head -n 200 $file | sed -u 's/^/kmemleak: /' >/dev/kmsg
	fi
}

run_command()
{
	local status
	hostname bailey-guest 2>/dev/null
	ip link set lo up
	lockdep_alive
	if [ -e /sys/kernel/debug/kmemleak ]; then
		echo clear >/sys/kernel/debug/kmemleak
	fi
	mark_log
	"$@"
	status=$?
	find_leaks
	lockdep_alive
	finish $status
}
