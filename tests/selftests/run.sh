#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [--smoke] [--shard I/N] [SCENARIO...]
#
# Runs scenarios (default: all of this directory) one after the other and
# speaks KTAP: one subtest for each. `--smoke` takes those below number 20,
# which every bed runs; `--shard 1/3` the first of every three. A scenario that dies, hangs or does not keep its plan
# is a failure. Meant for the inside of a guest.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# The seconds after which a scenario hangs, also beside three other guests on two
# busy processors; kernels full of checks, and those whose processor is a program,
# are slow
limit=400
[ "${BAILEY_FLAVOUR:-}" = plain ] || limit=900
limit=${BAILEY_SCENARIO_LIMIT:-$limit}

pick()
{
	local glob='[0-9][0-9]-*.sh' file shard=0 shards=1
	while :; do
		case ${1:-} in
		--smoke) glob='[01][0-9]-*.sh' ;;
		--shard)
			shard=$((${2%/*} % ${2#*/}))
			shards=${2#*/}
			shift
			;;
		*) break ;;
		esac
		shift
	done
	if [ $# -gt 0 ]; then
		for file; do
			[ -e "$file" ] || file=$here/$file
			[ -e "$file" ] || file=$file.sh
			echo "$file"
		done
		return
	fi
	# shellcheck disable=SC2086 # a pattern
	(cd "$here" && printf '%s\n' $glob) |
		awk -v n="$shards" -v i="$shard" -v dir="$here/" \
			'NR % n == i { print dir $0 }'
}

# keeps_plan LOG: its plan is there, and as many results
keeps_plan()
{
	local planned came
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$1")
	came=$(grep -Ec '^(not )?ok ' "$1")
	[ -n "$planned" ] && [ "$planned" -gt 0 ] && [ "$planned" = "$came" ]
}

main()
{
	local scenarios=() file name log status number=0 bad=0 began
	mapfile -t scenarios < <(pick "$@")
	log=$(mktemp)
	if [ ${#scenarios[@]} = 0 ]; then
		echo "Bail out! no scenario to run"
		exit 1
	fi
	echo "KTAP version 1"
	echo "1..${#scenarios[@]}"
	echo "# Linux $(uname -r)"
	for file in "${scenarios[@]}"; do
		number=$((number + 1))
		name=$(basename "$file" .sh)
		echo "bailey-harness: run scenario $name" >/dev/kmsg
		echo "  # Subtest: $name"
		began=$SECONDS
		timeout --kill-after=10 "$limit" bash "$file" 2>&1 </dev/null |
			tee "$log" | sed -u 's/^/  /'
		status=${PIPESTATUS[0]}
		if [ "$status" = 124 ] || [ "$status" = 137 ]; then
			echo "  # $name did not end in $limit s"
		fi
		if [ "$status" = 0 ] && keeps_plan "$log" &&
		   ! grep -q '^not ok' "$log"; then
			echo "ok $number - $name"
		else
			echo "not ok $number - $name"
			bad=1
		fi
		echo "# $name: $((SECONDS - began)) s, status $status"
	done
	rm -f "$log"
	return $bad
}

main "$@"; exit
