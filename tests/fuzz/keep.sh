#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A small part of what was found goes into the tree: short inputs, one for each thing
# that no seed reaches.
#
#   keep.sh HERE OUT TARGET...

set -e
here=$1
out=$2
shift 2
. "$here/common.sh"

mkdir -p "$here/corpus"
for target; do
	rm -rf "$out/short/$target" "$out/less/$target"
	mkdir -p "$out/short/$target" "$out/less/$target"
	unpack "$target"
	cp -r "$here/seeds/$target/." "$out/less/$target"
	find "$corpora/$target" "$out/kept/$target" -type f -size -2048c \
		-exec cp -t "$out/short/$target" {} + 2>/dev/null || :
	# shellcheck disable=SC2046 # a list of words
	"$out/fuzz_$target" $(options_of "$target") -merge=1 -max_len=2048 "$out/less/$target" \
		"$out/short/$target" >"$out/$target.merge.log" 2>&1
	# seeds have names of their own
	for seed in "$here/seeds/$target"/*; do
		rm -f "$out/less/$target/$(basename "$seed")"
	done
	tar -C "$out/less/$target" --sort=name --owner=0 --group=0 --mtime=@0 --mode=0644 \
		-cJf "$here/corpus/$target.tar.xz" .
	echo "# $target: $(find "$out/less/$target" -type f | wc -l) inputs," \
		"$(stat -c %s "$here/corpus/$target.tar.xz") bytes"
done
