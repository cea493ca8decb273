#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A bounded number of runs of each fuzz target, always the same ones, as KTAP.
#
#   smoke.sh HERE OUT RUNS TARGET...

here=$1
out=$2
runs=$3
shift 3
. "$here/common.sh"
n=0
failed=0

echo "KTAP version 1"
echo "1..$#"
for target; do
	n=$((n + 1))
	some=$runs
	# whole policies, and what works on them, take their time
	case $target in
	policy_packet | tool | transaction | aws) some=$((runs / 10)) ;;
	esac
	# what is found goes to the first directory: not into the tree
	rm -rf "$out/smoke/$target"
	mkdir -p "$out/smoke/$target"
	unpack "$target"
	# shellcheck disable=SC2046 # a list of words
	if "$out/fuzz_$target" $(options_of "$target") -runs="$some" -seed=1 -max_len=4096 \
		"$out/smoke/$target" "$out/kept/$target" "$here/seeds/$target" \
		>"$out/$target.log" 2>&1 && grep -q '^Done [1-9]' "$out/$target.log"; then
		echo "ok $n - $target"
	else
		sed 's/^/# /' "$out/$target.log" | tail -n 60
		echo "not ok $n - $target"
		failed=1
	fi
done
exit $failed
