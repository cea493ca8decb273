#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh --quick [--rounds N] [--flows N,...] MEASURE...
#
# Measures what a packet costs, in one User-Mode Linux guest. For developers:
#
#	tests/bench/run.sh --quick established new
#	tests/bench/run.sh --quick --flows 1000000 --rounds 5 established
#
# takes about a minute and prints a table: the floor (no firewall at all), and of
# each subject what it costs more than that. Each number is the median of the
# rounds, each round the median of its slices of 1024 packets; behind it the
# rounds' spread (half of what the middle half of them covers). Rows are kept in
# build/bench/rows. A wrong verdict, or a complaint of the guest's kernel, fails.
#
# Measures: see MEASURES in guest.py.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

here=$tree/tests/bench
mem=4G
args=()

while [ $# -gt 0 ]; do
	case $1 in
	--quick) args+=(--rounds 5) ;;
	--mem) mem=$2; shift ;;
	*) args+=("$1") ;;
	esac
	shift
done
[ ${#args[@]} -gt 0 ] || die "usage: run.sh --quick [--rounds N] [--flows N,...] MEASURE..."

BAILEY_KO=$("$vm_dir/module_build.sh" plain)/bailey.ko
BAILEY_BENCH_KO=$("$vm_dir/module_build.sh" plain BAILEY_BENCH=m)/bailey_bench.ko
BAILEY_TOOL=$(test_tool)
export BAILEY_KO BAILEY_BENCH_KO BAILEY_TOOL
out=
new_run_dir bench
cd "$tree"
status=0
"$vm_dir/uml_run.sh" --mem "$mem" --timeout 7200 --out "$out" -- \
	python3 "$here/guest.py" "${args[@]}" || status=$?
if [ -s "$out/rows" ]; then
	mkdir -p "$tree/build/bench"
	cp "$out/rows" "$tree/build/bench/rows"
	python3 "$here/summary.py" "$tree/build/bench/rows"
fi
exit $status
