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
n=0
failed=0

echo "KTAP version 1"
echo "1..$#"
for target; do
	n=$((n + 1))
	some=$runs
	# whole policies, and the reference with them, take their time
	[ "$target" = policy_packet ] && some=$((runs / 10))
	# what is found goes to the first directory: not into the tree
	rm -rf "$out/smoke/$target"
	mkdir -p "$out/smoke/$target"
	if "$out/fuzz_$target" -runs="$some" -seed=1 -timeout=10 -rss_limit_mb=1024 \
		-max_len=4096 -dict="$here/dictionary" -artifact_prefix="$out/$target-" \
		"$out/smoke/$target" "$here/seeds/$target" >"$out/$target.log" 2>&1; then
		echo "ok $n - $target"
	else
		sed 's/^/# /' "$out/$target.log" | tail -n 60
		echo "not ok $n - $target"
		failed=1
	fi
done
exit $failed
