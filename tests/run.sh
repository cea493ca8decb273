#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh PART...
#
# Runs parts of the tests and adds up what they found. Parts:
#
#   unit        the engine and the tool under sanitizers, fuzzing, reference
#   style       checkpatch, sparse, W=1, kernel-doc, shellcheck
#   uml         scenarios and KUnit in User-Mode Linux
#   uml-debug   the same with KASAN, lockdep, kmemleak
#   vm          a smoke test of the scenarios on Debian's kernel in QEMU
#   fuzz        each fuzz target for SECONDS (60), random calls and packets in a debug
#               guest, BAILEY_OPERATIONS (20000) of each from BAILEY_SEED (the clock's)
#   coverage    how much of the engine the tests reach
#
# Each part is made of steps that write KTAP; a step's whole output is kept
# in build/check/. The last line is "N passed, N failed"; a step that did not
# run, or that failed though each of its results was good (the guest died,
# the kernel complained), adds one failure. SCENARIOS="10-acl-group ..."
# limits the scenarios.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$(cd "$here/.." && pwd -P)
logs=$tree/build/check
passed=0
failed=0

# Guests wait more than they work: more of them than processors
guests=$(($(nproc) * 2))
queue=()

# count NAME LENIENT STATUS SECONDS: adds up and shows what a step's log says
count()
{
	local name=$1 log=$logs/$1.log status=$3 counts good bad
	counts=$(awk -v lenient="$2" -f "$here/lib/ktap.awk" "$log")
	read -r good bad <<<"$(tail -n 1 <<<"$counts")"
	echo "== $name: $good passed, $bad failed ($4 s)"
	sed '$d' <<<"$counts"
	if [ "$status" != 0 ] && { [ "$bad" = 0 ] || [ "$good" = 0 ]; }; then
		[ "$bad" != 0 ] || bad=1
		echo "not ok - $name ended with status $status; the end of $log:"
		tail -n 60 "$log" | sed 's/^/    /'
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# step NAME COMMAND...: runs and counts
step()
{
	local name=$1 began=$SECONDS
	shift
	"$@" >"$logs/$name.log" </dev/null
	count "$name" 0 $? $((SECONDS - began))
}

# later NAME LENIENT COMMAND...: a guest, to be run beside others by run_queue
later()
{
	queue+=("$(printf '%q ' "$@")")
}

# run_queued NAME LENIENT COMMAND...: in the background; its end is written
# down, for all of them to be counted in their order
run_queued()
{
	local name=$1 began=$SECONDS guest
	shift 2
	"$@" >"$logs/$name.log" </dev/null &
	guest=$!
	trap 'kill "$guest"; exit 130' TERM
	wait "$guest"
	echo "$? $((SECONDS - began))" >"$logs/$name.end"
}

run_queue()
{
	local item words
	# What runs in the background does not hear an interrupt
	# shellcheck disable=SC2046 # process ids
	trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM HUP
	for item in "${queue[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge "$guests" ]; do
			wait -n
		done
		eval "words=($item)"
		rm -f "$logs/${words[0]}.end"
		run_queued "${words[@]}" &
	done
	wait
	for item in "${queue[@]}"; do
		eval "words=($item)"
		# shellcheck disable=SC2046 # two numbers
		count "${words[0]}" "${words[1]}" \
			$(cat "$logs/${words[0]}.end" 2>/dev/null || echo 1 0)
	done
}

# scenarios BED SHARDS [ARGUMENT...]: queues them
scenarios()
{
	local bed=$1 shards=$2 i
	shift 2
	if [ -n "${SCENARIOS:-}" ]; then
		# shellcheck disable=SC2086 # a list of words
		later "$bed-scenarios" 0 "$here/vm/scenarios.sh" "$bed" $SCENARIOS
		return
	fi
	for ((i = 1; i <= shards; i++)); do
		later "$bed-scenarios-$i" 0 "$here/vm/scenarios.sh" "$bed" \
			"$@" --shard "$i/$shards"
	done
}

part_unit()
{
	local name
	"$here/vm/deps.sh" unit
	for name in unit reference walk fuzz tool aws reach lint; do
		if [ "$name" = unit ] || [ -e "$here/$name/Makefile" ]; then
			step "$name" make -s -j"$(nproc)" -C "$here/$name" check
		fi
	done
}

part_style()
{
	step style "$here/style/run.sh"
}

part_uml()
{
	"$here/vm/module_build.sh" plain >/dev/null
	scenarios plain 2
	later plain-kunit 1 "$here/vm/kunit.sh" plain
}

part_uml-debug()
{
	"$here/vm/module_build.sh" debug >/dev/null
	scenarios debug 3
	later debug-kunit 1 "$here/vm/kunit.sh" debug
}

part_vm()
{
	"$here/vm/module_build.sh" stock >/dev/null
	scenarios stock 2 --smoke
}

part_fuzz()
{
	local target
	"$here/vm/deps.sh" fuzz
	rm -f "$tree/build/fuzz/figures"
	make -s -j"$(nproc)" -C "$here/fuzz" all >"$logs/fuzz-build.log" 2>&1
	for target in $(make -s -C "$here/fuzz" list); do
		step "fuzz-$target" make -s -C "$here/fuzz" run TARGETS="$target"
	done
	export BAILEY_SEED=${BAILEY_SEED:-$(date +%s)}
	export BAILEY_OPERATIONS=${BAILEY_OPERATIONS:-20000}
	echo "# BAILEY_SEED=$BAILEY_SEED"
	step fuzz-guest "$here/vm/scenarios.sh" debug 58-random-calls 58-random-packets
	echo "# target         executions a second    edges   inputs"
	sed 's/^/# /' "$tree/build/fuzz/figures"
}

part_coverage()
{
	"$here/vm/deps.sh" fuzz
	step coverage "$here/coverage/run.sh" "$tree/build/coverage"
	grep '^#' "$logs/coverage.log"
}

main()
{
	local part
	mkdir -p "$logs"
	for part; do
		if ! declare -F "part_$part" >/dev/null; then
			echo "run.sh: no such part: $part" >&2
			exit 2
		fi
	done
	for part; do
		"part_$part"
	done
	run_queue
	echo
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

main "$@"; exit
