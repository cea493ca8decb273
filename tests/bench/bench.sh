#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bench.sh [--out FOLDER] [--classbench FOLDER] [--rounds N] [--small]
#
# `make bench`: everything, in two guests, one after the other. FOLDER (default
# build/bench) holds afterwards
#
#	bench.json            every result, machine-readable
#	targets.md            what was to be reached, and what was
#	results.md            every result as a table
#	rules.svg flows.svg   the curves
#	rows rows.smp         what the guests said, a line a run
#
# --small tries all of it in some minutes, with numbers that say little.
#
# Takes about an hour, and a machine that has nothing else to do. Sets of
# ClassBench's own are read from --classbench. tests/bench/publish.sh puts the
# tables and curves into Documentation.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

here=$tree/tests/bench
into=$tree/build/bench
rounds=7
small=
more=()

while [ $# -gt 0 ]; do
	case $1 in
	--out) into=$2; shift ;;
	--classbench) more=(--classbench "$2"); shift ;;
	--rounds) rounds=$2; shift ;;
	--small) small=1 rounds=3 ;;
	*) die "usage: bench.sh [--out FOLDER] [--classbench FOLDER] [--rounds N] [--small]" ;;
	esac
	shift
done

families=$(for name in acl1 acl2 acl3 acl4 acl5 fw1 fw2 fw3 fw4 fw5 ipc1 ipc2; do
	echo "$name"
	echo "$name-v6"
done | paste -sd,)
three=1000,100000,1000000
many=1,10,100,1000,10000,100000,1000000,4000000
fresh=1000,10000,100000,1000000,4000000
one=100000
million=1000000
if [ -n "$small" ]; then
	families=acl1,fw1,acl1-v6
	three=1000
	many=1,1000
	fresh=1000
	one=1000
	million=100000
	more+=(--sizes 1000)
fi

"$vm_dir/deps.sh" bench
mkdir -p "$into/smp"
load=$(cut -d' ' -f1 /proc/loadavg)
[ "${load%.*}" = 0 ] || say "this machine is busy (load $load): numbers will be worse than they are"

failed=0
"$here/run.sh" --out "$into" --mem 6G --rounds "$rounds" --families "$families" \
	"${more[@]}" established:$many new:$fresh under-rules:$three established6:$three new6:$three \
	checksum:$one payload:$one udp:$one new-udp:$one advancing:$one \
	classify denied curve load memory:$million expiry:$million iperf >"$into/rows.txt" ||
	failed=1
"$here/run.sh" --out "$into/smp" --kernel smp --mem 4G --rounds "$rounds" \
	cpus:$three >"$into/smp/rows.txt" || failed=1
rows=("$into/rows")
if [ -s "$into/smp/rows" ]; then
	mv "$into/smp/rows" "$into/rows.smp"
	rows+=("$into/rows.smp")
fi
rm -rf "$into/smp"
python3 -B "$here/report.py" "$into" "${rows[@]}"
say "bench.json, tables and curves are in $into"
exit $failed
