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
#   soak        storms: minutes of everything at once, on four kernels; the attacks
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
. "$here/lib/steps.sh"

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

# A guest for each storm, so that what its kernel says is about that one
part_soak()
{
	local bed storm name
	export BAILEY_SCENARIO_LIMIT=2000
	for bed in smp debug plain kcsan; do
		case $bed in
		kcsan) "$here/vm/kcsan_build.sh" >/dev/null ;;
		*) "$here/vm/module_build.sh" "$bed" >/dev/null ;;
		esac
		for storm in "$here"/soak/[0-9]*.sh; do
			name=$(basename "$storm" .sh)
			# Faults can be injected there alone; what KCSAN is for is at once; and with its
			# memory gone that kernel is not to be trusted (Documentation/testing.md)
			[ "$bed" != smp ] || [ "$name" != 60-memory-eaten ] || continue
			[ "$bed" = debug ] || [ "$name" != 61-memory-failing ] || continue
			[ "$bed" != kcsan ] || [[ $name = [1-3]0-* ]] || continue
			[[ " ${SCENARIOS:-$name} " = *" $name "* ]] || continue
			later "soak-$bed-$name" 0 "$here/vm/scenarios.sh" "$bed" "$storm"
		done
	done
	[ -n "${SCENARIOS:-}" ] || step soak-attack "$here/soak/attack.sh"
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
	# Guests wait more than they work: more of them than processors
	run_queue $(($(nproc) * 2))
	last_line
}

main "$@"; exit
