#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# One fault: alters a source of tools/reach, builds the program with it, and succeeds if
# the program notices. CC and the flags come from the Makefile.
#
#   fault.sh OUT PROGRAM FILE SUBSTITUTION

out=$1
program=$2
file=$3
substitution=$4
root=$(cd "$(dirname "$0")/../.." && pwd -P)
dir=$(mktemp -d "$out/fault.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

sed "$substitution" "$root/tools/reach/$file.c" >"$dir/$file.c"
if cmp -s "$root/tools/reach/$file.c" "$dir/$file.c"; then
	echo "# the substitution finds nothing: $substitution"
	exit 1
fi
# shellcheck disable=SC2086 # lists of flags
$CC $FLAGS -w -O1 -I"$root/tools/reach" -c -o "$dir/$file.o" "$dir/$file.c" || exit 1
objects=$(find "$out/fast/module" "$out/fast/tools" "$out/fast/tests/reference" -name '*.o' |
	grep -v "/tools/reach/$file.o$")
# shellcheck disable=SC2086 # lists of files
$CC -o "$dir/program" "$dir/$file.o" $objects "$out/fast/tests/reach/$program.o" || exit 1
if [ "$program" = cross ]; then
	timeout 60 "$dir/program" --seed "${SEED:-1}" --policies 200 >/dev/null 2>&1
else
	timeout 60 "$dir/program" >/dev/null 2>&1
fi
# 1: it noticed; a crash or a hang is noticed, too
[ $? -ne 0 ]
