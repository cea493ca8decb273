#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fuzz each target for some time, on from what was found before.
#
#   run.sh HERE OUT SECONDS TARGET...

here=$1
out=$2
seconds=$3
shift 3

for target; do
	mkdir -p "$out/corpus/$target"
	echo "# $target"
	"$out/fuzz_$target" -max_total_time="$seconds" -timeout=10 -max_len=8192 \
		-dict="$here/dictionary" -artifact_prefix="$out/$target-" \
		"$out/corpus/$target" "$here/seeds/$target" || exit 1
done
