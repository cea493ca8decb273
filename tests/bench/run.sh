#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [--quick] [OPTION...] MEASURE...
#
# Measures what a packet costs, in one User-Mode Linux guest. For developers:
#
#	tests/bench/run.sh --quick established new
#	tests/bench/run.sh --quick --flows 1000000 --rounds 5 established
#	tests/bench/run.sh --quick --families acl1,fw1 --sizes 1000,10000 classify
#
# takes about a minute and prints a table: the floor (no firewall at all), and of
# each subject what it costs more than that. Each number is the median of the
# rounds, each round the median of its slices of 1024 packets; behind it the
# rounds' spread (half of what the middle half of them covers). Rows are kept in
# build/bench/rows. A wrong verdict, or a complaint of the guest's kernel, fails.
#
#	--quick           5 rounds, sets of 1,000 and 10,000 rules
#	--rounds N --flows N,... --families F,... --sizes N,...
#	--classbench FOLDER  whose files are ClassBench filter sets, measured as well
#	--kernel FLAVOUR  of uml_build.sh: bench (default; compiled for speed), plain
#	--mem SIZE        of the guest
#	--out FOLDER      for rows, in place of build/bench
#
# Measures: see ALL at the end of measures.py.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

here=$tree/tests/bench
mem=4G
kernel=bench
into=$tree/build/bench
rounds=7
families=acl1,fw1,ipc1
sizes=1000,10000,100000
files=
args=()
measures=()

while [ $# -gt 0 ]; do
	case $1 in
	--quick) rounds=5 sizes=1000,10000 ;;
	--rounds) rounds=$2; shift ;;
	--families) families=$2; shift ;;
	--sizes) sizes=$2; shift ;;
	--kernel) kernel=$2; shift ;;
	--mem) mem=$2; shift ;;
	--out) into=$2; shift ;;
	--classbench)
		files=$(find "$2" -type f | sort | paste -sd, -)
		args+=(--files "$files")
		shift
		;;
	--*) args+=("$1" "$2"); shift ;;
	*) measures+=("$1") ;;
	esac
	shift
done
[ ${#measures[@]} -gt 0 ] || die "usage: run.sh [--quick] [OPTION...] MEASURE..."

# The sets that the measures want
specs()
{
	local measure size family
	for measure in "${measures[@]}"; do
		case ${measure%%:*} in
		under-rules) echo acl1:10000 ;;
		denied) for family in ${families//,/ }; do echo "$family:10000"; done ;;
		load)
			echo acl1:10000
			for family in ${families//,/ }; do echo "$family:${sizes##*,}"; done
			;;
		curve) for ((size = 1; size <= ${sizes##*,}; size *= 10)); do echo "acl1:$size"; done ;;
		classify)
			for size in ${sizes//,/ }; do
				for family in ${families//,/ }; do echo "$family:$size"; done
			done
			tr , '\n' <<<"$files" | grep . || :
			;;
		esac
	done | sort -u
}

mkdir -p "$into"
BAILEY_BENCH_SETS=$tree/build/bench/sets
mapfile -t wanted < <(specs)
[ ${#wanted[@]} = 0 ] || "$here/sets.sh" "$BAILEY_BENCH_SETS" "${wanted[@]}"
BAILEY_KO=$("$vm_dir/module_build.sh" "$kernel")/bailey.ko
BAILEY_BENCH_KO=$("$vm_dir/module_build.sh" "$kernel" BAILEY_BENCH=m)/bailey_bench.ko
export BAILEY_KO BAILEY_BENCH_KO BAILEY_BENCH_SETS
out=
new_run_dir bench
cd "$tree"
status=0
"$vm_dir/uml_run.sh" --kernel "$kernel" --huge --mem "$mem" --timeout 7200 --out "$out" -- \
	python3 -B "$here/guest.py" --rounds "$rounds" --families "$families" --sizes "$sizes" \
	"${args[@]}" "${measures[@]}" || status=$?
if [ -s "$out/rows" ]; then
	cp "$out/rows" "$into/rows"
	python3 -B "$here/summary.py" "$into/rows"
fi
exit $status
