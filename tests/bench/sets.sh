#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sets.sh DIRECTORY SPEC...
#
# Writes rule sets and their traces (SPEC.policy, SPEC.trace; see
# ruleset_main.c for what a SPEC is) into DIRECTORY, unless they are there. A
# trace of a large set is shorter: its answers come from a linear search.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

dir=${1:?usage: sets.sh DIRECTORY SPEC...}
shift
"$vm_dir/deps.sh" build
with_lock tool make -s -f "$tree/tests/bench/ruleset.mk" BUILD="$tree/build" \
	"$tree/build/bench/ruleset" >&2
program=$tree/build/bench/ruleset
mkdir -p "$dir"

make_set()
{
	local spec=$1 base=$dir/${1//\//%} headers=50000 lines
	[ ! "$base.trace" -nt "$program" ] || return 0
	"$program" policy "$spec" s >"$base.policy"
	lines=$(wc -l <"$base.policy")
	[ "$lines" -le 20000 ] || headers=20000
	"$program" trace "$spec" $headers >"$base.trace.tmp"
	mv "$base.trace.tmp" "$base.trace"
}

for spec; do
	while [ "$(jobs -rp | wc -l)" -ge "$(jobs_count)" ]; do
		wait -n
	done
	make_set "$spec" &
done
wait
