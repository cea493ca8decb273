#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# attack.sh [ATTACK...]
#
# What attacks leave of the connections of others, with Bailey and with nf_conntrack in
# the same guest: SYN and UDP floods, fragments, one source that takes all it can get, and
# rules that classifiers are slow at. Speaks KTAP and writes build/soak/attack.md.
# What is counted is judged; times are only told, as ratios.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

kernel=bench
kinds="lengths ranges onion one-cell nested anything crosses"
BAILEY_BENCH_SETS=$tree/build/bench/sets
wanted=()
for kind in $kinds; do
	wanted+=("$kind:1000")
done
"$tree/tests/bench/sets.sh" "$BAILEY_BENCH_SETS" "${wanted[@]}" >&2
BAILEY_KO=$("$vm_dir/module_build.sh" "$kernel")/bailey.ko
BAILEY_BENCH_KO=$("$vm_dir/module_build.sh" "$kernel" BAILEY_BENCH=m)/bailey_bench.ko
export BAILEY_KO BAILEY_BENCH_KO BAILEY_BENCH_SETS
export BAILEY_ATTACK_SETS="${wanted[*]}"
out=
new_run_dir attack
cd "$tree"
status=0
"$vm_dir/uml_run.sh" --kernel "$kernel" --mem 2G --timeout 2400 --out "$out" -- \
	python3 -B "$tree/tests/soak/attack.py" "$@" || status=$?
if [ -s "$out/attack.md" ]; then
	mkdir -p "$tree/build/soak"
	cp "$out/attack.md" "$tree/build/soak/attack.md"
fi
exit $status
