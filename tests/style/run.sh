#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [FILE...]
#
# Style as KTAP, one result for each file and question: checkpatch, kernel-doc,
# bash -n and shellcheck, Python's grammar; and for the module as a whole a build
# with W=1 and one with sparse. With FILEs it asks about those alone and builds nothing.

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../vm/common.sh"
trap - ERR

# What checkpatch may not ask of us:
ignore=(
	# there is no MAINTAINERS file here
	FILE_PATH_CHANGES
	# compat.h is where it belongs; the house rules check that below
	LINUX_VERSION_CODE
	# a patch's matter, not a file's
	COMMIT_MESSAGE
	# out of tree there is no Kconfig help to write
	CONFIG_DESCRIPTION
	# takes LINUX_VERSION_CODE for a constant
	CONSTANT_COMPARISON
	# takes a word of the rule language in a message for a function's name
	EMBEDDED_FUNCTION_NAME
	# SPDX lines of shell and KTAP files are checked below, for all files
	SPDX_LICENSE_TAG
)
# What it may not ask of programs that are not part of a kernel: their own
# main(), strings and integers are those of the C library.
ignore_user=(
	PREFER_KERNEL_TYPES
	SSCANF_TO_KSTRTO
	STRCPY
	STRLCPY
	STRNCPY
	USE_NEGATIVE_ERRNO
	AVOID_EXTERNS
	CONST_STRUCT
	ENOSYS
	VOLATILE
	PREFER_DEFINED_ATTRIBUTE_MACRO
	ARRAY_SIZE
	MACRO_WITH_FLOW_CONTROL
)

# base.h gives programs the names that the kernel has: it cannot use them, and
# its macros are the kernel's own.
ignore_base=(
	NEW_TYPEDEFS
	PREFER_KERNEL_TYPES
	VOLATILE
	PREFER_DEFINED_ATTRIBUTE_MACRO
	MACRO_ARG_REUSE
	CAMELCASE
)

# trace.h is written as the kernel's own trace headers are
ignore_trace=(
	OPEN_ENDED_LINE
	PARENTHESIS_ALIGNMENT
)

number=0
bad=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# judge NAME COMMAND...: a result; what the command says is shown if it fails
judge()
{
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok $number - $name"
	else
		bad=$((bad + 1))
		echo "not ok $number - $name"
		head -n 40 "$scratch/said" | sed 's/^/# /'
	fi
}

# The kernel's own scripts, from the kernel's source package
fetch_scripts()
{
	local into=$1 package=linux-source-$series
	[ -d "$into" ] && return
	rm -rf "$into.tmp"
	mkdir -p "$into.tmp"
	say "unpacking checkpatch and kernel-doc"
	tar -C "$into.tmp" --strip-components=2 -xf "/usr/src/$package.tar.xz" \
		"$package/scripts/checkpatch.pl" "$package/scripts/kernel-doc" \
		"$package/scripts/spelling.txt" \
		"$package/scripts/const_structs.checkpatch" || return
	mv "$into.tmp" "$into"
}

join()
{
	local IFS=,
	echo "$*"
}

# run_checkpatch FILE
run_checkpatch()
{
	local types
	types=("${ignore[@]}")
	case $1 in
	module/engine/base.h)
		types+=("${ignore_base[@]}") ;;
	module/trace.h)
		types+=("${ignore_trace[@]}") ;;
	tools/* | tests/bench/ruleset* | tests/bench/classify* | tests/unit/* | tests/fuzz/* | tests/reference/* | tests/walk/* | tests/lib/* | tests/selftests/*)
		types+=("${ignore_user[@]}") ;;
	esac
	# elsewhere, as it leaves a file where it finds a .git
	(
		set -o pipefail
		cd "$scratch" &&
			perl "$scripts/checkpatch.pl" --strict --no-tree --quiet \
				--terse --show-types --no-summary \
				--max-line-length=100 \
				--ignore "$(join "${types[@]}")" -f "$tree/$1" |
			sed "s,^$tree/,,"
	)
}

# run_kernel_doc FILE
run_kernel_doc()
{
	perl "$scripts/kernel-doc" -none -Werror "$1"
}

has_spdx()
{
	head -n 2 "$1" | grep -q 'SPDX-License-Identifier: GPL-2.0'
}

# Warnings are errors here, so that one that was seen once is seen again
warning_free()
{
	"$vm_dir/module_build.sh" stock W=1 KCFLAGS=-Werror "$@"
}

sparse_clean()
{
	local dir
	dir=$("$vm_dir/module_build.sh" stock C=2 CF=-D__CHECK_ENDIAN__ "$@") || return
	! grep -E "^$dir/.*(warning|error):" "$dir.log"
}

# only_in FILE WORD PATHS...: WORD stands nowhere in PATHS but in FILE
only_in()
{
	local file=$1 word=$2
	shift 2
	! grep -rnEw --include='*.[ch]' -- "$word" "$@" | grep -v "^$file:"
}

# Every line is in Python's own grammar, and short enough to be read
python_reads()
{
	python3 -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$1" &&
		! grep -nE '^.{101}' "$1"
}

# All timelines can be read, and say what they follow
timelines_read()
{
	python3 tests/timelines/run.py --differences >/dev/null &&
		! grep -rL --include='*.timeline' '^# SPDX-License-Identifier: GPL-2.0$' tests/timelines |
			grep .
}

# The files of the tree that are ours to judge, by pattern
files_of()
{
	find . \( -name .git -o -path ./build \) -prune -o -type f \( "$@" \) -print |
		sed 's,^\./,,' | grep -v '\.mod\.c$' | sort
}

# A pointer in a message is an address that somebody may want to know; %pI and
# other letters behind it are none.
prints_no_pointer()
{
	! grep -rnE --include='*.[ch]' '%[-0-9]*p([^A-Za-z]|[xKS]|$)' module
}

judge_house_rules()
{
	judge "LINUX_VERSION_CODE stands in compat.h alone" \
		only_in module/compat.h LINUX_VERSION_CODE module
	judge "NF_ACCEPT and NF_DROP stand in hook.c alone" \
		only_in module/hook.c 'NF_ACCEPT|NF_DROP' module
	judge "the engine includes linux/ in base.h alone" \
		only_in module/engine/base.h 'include <linux/[^>]*>' module/engine
	judge "no message has a pointer" prints_no_pointer
}

judge_file()
{
	case $1 in
	*.c | *.h)
		judge "checkpatch: $1" run_checkpatch "$1"
		case $1 in
		module/* | include/*) judge "kernel-doc: $1" run_kernel_doc "$1" ;;
		esac
		;;
	*.sh | .ci/run)
		judge "bash -n: $1" bash -n "$1"
		# SC2154: variables that come from a sourced file
		judge "shellcheck: $1" shellcheck -S warning -s bash -e SC2154 "$1"
		;;
	*.py)
		judge "python: $1" python_reads "$1"
		;;
	esac
	judge "SPDX: $1" has_spdx "$1"
}

"$vm_dir/deps.sh" style || exit
cd "$tree" || exit
scripts=$cache/scripts/$(package_version "linux-source-$series")
with_lock scripts fetch_scripts "$scripts" || exit

echo "KTAP version 1"
if [ $# -gt 0 ]; then
	for file; do
		judge_file "$file"
	done
	echo "1..$number"
	exit $((bad > 0))
fi
judge "the module builds without warnings (W=1)" warning_free
judge "sparse finds nothing" sparse_clean
judge "the bench module builds without warnings (W=1)" warning_free BAILEY_BENCH=m
judge "sparse finds nothing in it" sparse_clean BAILEY_BENCH=m
judge_house_rules
judge "timelines are written as they should be" timelines_read
mapfile -t all < <(files_of -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -path ./.ci/run)
for file in "${all[@]}"; do
	judge_file "$file"
done
echo "1..$number"
exit $((bad > 0))
