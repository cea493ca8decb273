#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# splat.sh LOG
#
# Fails if the kernel complained in LOG after the harness began to watch, and
# shows each complaint with its surroundings.

set -euo pipefail

log=${1:?usage: splat.sh LOG}

words='BUG[: ]|WARNING|KASAN|Oops|lockdep|suspicious RCU|kmemleak'
words+='|rcu.*stall|[Gg]eneral protection|possible circular|inconsistent lock'
words+='|possible recursive|bad unlock balance|lock held|still held'
words+='|refcount_t|sleeping function|scheduling while atomic|UBSAN|hung_task'
words+='|blocked for more than|unreferenced object|Kernel panic|Call Trace'
words+='|unregister_netdevice: waiting|ODEBUG|list_(add|del) corruption'
words+='|Unable to handle kernel|invalid opcode|soft lockup|hard LOCKUP'
words+='|Slab.*Objects remaining|slab.*corrupt|Redzone|Poison overwritten'

# What a command says about itself through /dev/kmsg is not a complaint, nor that a
# checker has had no memory, where fault injection takes it from all
ours='bailey-harness: (watch|run)|kmemleak: Cannot allocate a scan area'

# without_alien_races: nor is a race of the kernel with itself, which KCSAN shows
# between two lines of "=", without any function of a module of ours, or between two
# functions of its percpu_counter, which reads without a lock and means it
without_alien_races()
{
	awk '
		/\] =====+$/ || /^=====+$/ {
			report = report $0 "\n"
			alien = report ~ /BUG: KCSAN/ && (report !~ /\[bailey/ ||
				report ~ /data-race in _*percpu_counter_[a-z_]+ \/ _*percpu_counter_[a-z_]+\n/)
			if (inside && !alien)
				printf "%s", report
			if (inside)
				report = ""
			inside = !inside
			next
		}
		inside { report = report $0 "\n"; next }
		{ print }
		END { printf "%s", report }'
}

watched=$(mktemp)
trap 'rm -f "$watched" "$watched.all"' EXIT
if ! grep -aq 'bailey-harness: watch begins' "$log"; then
	echo "# the guest's kernel log has no mark: it died before the command"
	tail -n 40 "$log" | sed 's/^/#   /'
	exit 1
fi
sed -n '/bailey-harness: watch begins/,$p' "$log" | tr -d '\r' |
	grep -aEv "$ours" >"$watched.all" || :
without_alien_races <"$watched.all" >"$watched"

if grep -aEq "$words" "$watched"; then
	echo "# the guest's kernel complained:"
	grep -aE -B 3 -A 40 "$words" "$watched" | head -n 160 | sed 's/^/#   /'
	exit 1
fi
