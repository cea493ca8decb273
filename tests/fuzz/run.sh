#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fuzz each target for some time, on from what was found before; as KTAP, with
# figures, which are also appended to OUT/figures. What was found is minimised and kept
# in the cache.
#
#   run.sh HERE OUT SECONDS TARGET...

here=$1
out=$2
seconds=$3
shift 3
. "$here/common.sh"
n=0
failed=0

# figure LOG NAME: the last value of one of libFuzzer's final numbers
figure()
{
	sed -n "s/^stat::$2: *//p" "$1" | tail -n 1
}

# The inputs that matter, and no others, take the corpus's place.
minimise()
{
	rm -rf "$corpora/$1.tmp"
	mkdir -p "$corpora/$1.tmp"
	# shellcheck disable=SC2046 # a list of words
	"$out/fuzz_$1" $(options_of "$1") -merge=1 -max_len=8192 "$corpora/$1.tmp" \
		"$here/seeds/$1" "$out/kept/$1" "$corpora/$1" >"$out/$1.merge.log" 2>&1 || return
	rm -rf "${corpora:?}/$1"
	mv "$corpora/$1.tmp" "$corpora/$1"
}

echo "KTAP version 1"
echo "1..$#"
for target; do
	n=$((n + 1))
	log=$out/$target.log
	mkdir -p "$corpora/$target"
	unpack "$target"
	# shellcheck disable=SC2046 # a list of words
	"$out/fuzz_$target" $(options_of "$target") -max_total_time="$seconds" -max_len=8192 \
		-print_final_stats=1 "$corpora/$target" "$out/kept/$target" \
		"$here/seeds/$target" >"$log" 2>&1
	status=$?
	runs=$(figure "$log" number_of_executed_units)
	if [ $status = 0 ] && [ "${runs:-0}" -gt 0 ] && minimise "$target"; then
		cov=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
		echo "# $target: $runs executions, $(figure "$log" average_exec_per_sec) a" \
			"second, $cov edges, $(find "$corpora/$target" -type f | wc -l) inputs kept"
		printf '%-14s %10s %8s %8s %8s\n' "$target" "$runs" \
			"$(figure "$log" average_exec_per_sec)" "$cov" \
			"$(find "$corpora/$target" -type f | wc -l)" >>"$out/figures"
		echo "ok $n - $target"
	else
		sed 's/^/# /' "$log" | tail -n 60
		echo "not ok $n - $target"
		failed=1
	fi
done
exit $failed
