#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# count.sh [SET...]
#
# What classifying one packet takes, counted instead of timed: callgrind runs
# build/bench/classify on a processor with 32 KiB of first and 1 MiB of second cache.
# SET is FAMILY[-v6]:COUNT; default: three families, each at three sizes, in an hour.
# Other work on the machine makes no difference. Prints a table for Documentation.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

rounds=9 # of classify.c

# headers SET: how many packets a round of classify.c has
headers()
{
	local count=${1##*:}
	if [ "$count" -gt 50000 ]; then echo 20000; else echo 50000; fi
}

# row SET: what callgrind collects inside measure() alone, for each packet
row()
{
	local set=$1 said
	said=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		--cache-sim=yes --branch-sim=yes --I1=32768,8,64 --D1=32768,8,64 \
		--LL=1048576,16,64 --toggle-collect=measure \
		"$tree/build/bench/classify" "$set" 2>&1) || die "$said"
	grep -q ' 0 wrong' <<<"$said" || die "wrong answers: $said"
	sed -n 's/^==[0-9]*== Collected : //p' <<<"$said" |
		awk -v set="$set" -v packets=$(($(headers "$set") * rounds)) '$1 > 0 {
			printf "| %s | %.0f | %.0f | %.0f | %.1f | %.1f | %.1f |\n", set,
				$1 / packets, $2 / packets, $3 / packets,
				($11 + $13) / packets, ($5 + $6) / packets, ($8 + $9) / packets
			found = 1
		}
		END { exit !found }' || die "nothing was counted: is measure() still a function?"
}

"$vm_dir/deps.sh" bench
make -s -f "$tree/tests/bench/ruleset.mk" BUILD="$tree/build"
if [ $# = 0 ]; then
	for size in 1000 10000 100000; do
		for family in acl1 fw1 ipc1 acl1-v6 fw1-v6 ipc1-v6; do
			set -- "$@" "$family:$size"
		done
	done
fi
echo '| set | instructions | loads | stores | branches guessed wrong | misses of 32 KiB | misses of 1 MiB |'
echo '| --- | ---: | ---: | ---: | ---: | ---: | ---: |'
for set; do
	[[ $set =~ ^[a-z0-9]+(-v6)?:[0-9]+$ ]] || die "no set: $set"
	row "$set"
done
