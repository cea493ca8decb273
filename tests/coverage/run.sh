#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh OUT
#
# How much of the engine do its tests reach? Unit tests, reference, walk and the
# fuzzers' inputs (seeds, what is kept in the tree, and in the cache) run with
# clang's counters; report.py prints lines and branches of each file of module/engine,
# and as KTAP whether they are enough. OUT/html has what is not reached.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$(cd "$here/../.." && pwd -P)
out=${1:?usage: run.sh OUT}
corpora=${XDG_CACHE_HOME:-$HOME/.cache}/bailey/corpus

export CC=clang BUILD=$out
export CFLAGS='-g -O1 -fprofile-instr-generate -fcoverage-mapping'
export UBSAN_OPTIONS=print_stacktrace=1
programs=()

# build DIRECTORY TARGET...
build()
{
	local dir=$1
	shift
	make -s -j"$(nproc)" -C "$tree/tests/$dir" "$@" >&2
}

# try COMMAND...: it must succeed, and is one of the programs
try()
{
	local log=$out/last.log
	programs+=("$1")
	if ! LLVM_PROFILE_FILE=$out/raw/$(basename "$1").%m.profraw "$@" >"$log" 2>&1; then
		tail -n 20 "$log" | sed 's/^/# /'
		echo "Bail out! $1 failed"
		exit 1
	fi
}

run_fuzzers()
{
	local target program dirs
	for program in "$out"/fuzz/fuzz_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		case $program in *.d) continue ;; esac
		target=${program##*fuzz_}
		rm -rf "$out/fuzz/kept/$target"
		mkdir -p "$out/fuzz/kept/$target"
		dirs=("$tree/tests/fuzz/seeds/$target" "$out/fuzz/kept/$target")
		[ ! -e "$tree/tests/fuzz/corpus/$target.tar.xz" ] ||
			tar -C "$out/fuzz/kept/$target" -xJf "$tree/tests/fuzz/corpus/$target.tar.xz"
		[ ! -d "$corpora/$target" ] || dirs+=("$corpora/$target")
		try "$program" -runs=0 -close_fd_mask=1 "${dirs[@]}"
	done
}

echo "KTAP version 1"
echo "1..2"
rm -rf "$out/raw" "$out"/*.json "$out/llvm.log"
mkdir -p "$out/raw"
build unit all
build reference "$out/reference/compare"
build walk "$out/walk/walk"
build fuzz all
for program in "$out"/unit/test_*; do
	case $program in *.d) continue ;; esac
	try "$program"
done
try "$out/reference/compare" --seed 1 --policies 3000
try "$out/walk/walk" --seed 1 --segments 300000
run_fuzzers

# summary NAME RAW PROGRAM...: what these programs' counters say of the engine
summary()
{
	local name=$1 raw=$2 program objects
	shift 2
	objects=("$1")
	for program in "${@:2}"; do
		objects+=(-object "$program")
	done
	# shellcheck disable=SC2086 # a pattern
	llvm-profdata-14 merge -o "$out/$name.profdata" "$out"/raw/$raw.profraw
	llvm-cov-14 export -summary-only -instr-profile "$out/$name.profdata" "${objects[@]}" \
		"$tree/module/engine" >"$out/$name.json" 2>>"$out/llvm.log"
}

summary all '*' "${programs[@]}"
for program in "${programs[@]}"; do
	name=$(basename "$program")
	case $name in
	fuzz_* | walk | compare) summary "only-$name" "$name.*" "$program" ;;
	esac
done
objects=("${programs[0]}")
for program in "${programs[@]:1}"; do
	objects+=(-object "$program")
done
rm -rf "$out/html"
llvm-cov-14 show -format=html -show-branches=count -output-dir "$out/html" \
	-instr-profile "$out/all.profdata" "${objects[@]}" "$tree/module/engine" >/dev/null 2>>"$out/llvm.log"
python3 "$here/report.py" "$out/all.json" "$out"/only-*.json
