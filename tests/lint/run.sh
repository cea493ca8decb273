#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of bailey lint: the tool with sanitizers (the one that tests/tool builds), a
# program that compares policies as sets of packets, and lint.py, which uses both.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=$(cd "$here/../.." && pwd -P)
out=${BAILEY_BUILD:-$top/build}/tool-test/real
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99

build()
{
	local sanitize='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -Werror'
	local objects
	make -s -j"$(nproc)" -C "$top/tools" BUILD="$out" CFLAGS="$sanitize" || return
	objects=$(find "$out/tools" -name '*.o' ! -path '*/tools/tools/bailey.o')
	# shellcheck disable=SC2086 # words
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE $sanitize -Wall -Wextra \
		-I"$top/include/uapi" -I"$top/module" -I"$top/module/engine" -I"$top/tools" \
		-o "$work/same" "$here/same.c" $objects -ljansson
}

if ! build >"$work/build.log" 2>&1; then
	echo "KTAP version 1"
	echo "1..1"
	echo "not ok 1 - the tool and the comparison build with sanitizers"
	sed 's/^/# /' "$work/build.log"
	exit 1
fi
python3 -B "$here/lint.py" "$out/bailey" "$work/same" "$here/cases" "$work" \
	"${SEED:-1}" "${POLICIES:-8}"
