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

# step NAME [lenient] COMMAND...
step()
{
	local name=$1 lenient=0 log status began counts good bad
	shift
	if [ "$1" = lenient ]; then
		lenient=1
		shift
	fi
	log=$logs/$name.log
	echo "== $name"
	began=$SECONDS
	"$@" >"$log" </dev/null
	status=$?
	counts=$(awk -v lenient=$lenient -f "$here/lib/ktap.awk" "$log")
	sed '$d' <<<"$counts"
	read -r good bad <<<"$(tail -n 1 <<<"$counts")"
	if [ "$status" != 0 ] && { [ "$bad" = 0 ] || [ "$good" = 0 ]; }; then
		[ "$bad" != 0 ] || bad=1
		echo "not ok - $name ended with status $status; the end of $log:"
		tail -n 60 "$log" | sed 's/^/    /'
	fi
	echo "   $name: $good passed, $bad failed ($((SECONDS - began)) s)"
	passed=$((passed + good))
	failed=$((failed + bad))
}

part_unit()
{
	local name
	"$here/vm/deps.sh" unit
	for name in unit reference fuzz tool; do
		if [ "$name" = unit ] || [ -e "$here/$name/Makefile" ]; then
			step "$name" make -s -j"$(nproc)" -C "$here/$name" check
		fi
	done
}

part_style()
{
	step style "$here/style/run.sh"
}

# shellcheck disable=SC2086 # SCENARIOS is a list of words
part_uml()
{
	step uml-scenarios "$here/vm/scenarios.sh" plain ${SCENARIOS:-}
	step uml-kunit lenient "$here/vm/kunit.sh" plain
}

# shellcheck disable=SC2086
part_uml-debug()
{
	step debug-scenarios "$here/vm/scenarios.sh" debug ${SCENARIOS:-}
	step debug-kunit lenient "$here/vm/kunit.sh" debug
}

# shellcheck disable=SC2086
part_vm()
{
	step stock-scenarios "$here/vm/scenarios.sh" stock ${SCENARIOS:---smoke}
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
	echo
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

main "$@"; exit
