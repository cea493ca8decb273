#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# matrix.sh [SUITE...]
#
# The kernel matrix: for the stock kernels of several suites of Debian (default:
# all of them) the module is built by that suite's own compiler, with W=1, and
# the whole suite of scenarios runs on that kernel in QEMU. Each step's output is
# kept in build/matrix/. At the end stands a table, and "N passed, N failed", counted as
# run.sh does. SCENARIOS="10-acl-group ..." limits the scenarios.

set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$(cd "$here/.." && pwd -P)
logs=$tree/build/matrix
. "$here/lib/steps.sh"

# Two guests, of two processors each, side by side. More shards than guests: the
# slow scenarios are not waited for alone, and a guest that dies takes fewer with it.
shards=4
rows=()

# What is judged by built_clean is what the scenarios run
export BAILEY_BUILD='W=1 KCFLAGS=-Werror'

# built_clean: KTAP about builds in which a warning is an error
built_clean()
{
	local number=0 arguments dir what
	echo "KTAP version 1"
	echo "1..2"
	for arguments in '' BAILEY_BENCH=m; do
		number=$((number + 1))
		what="no warnings on $(cat "$BAILEY_KERNEL/version") (W=1 ${arguments:-bailey.ko})"
		# shellcheck disable=SC2086 # words
		if dir=$("$here/vm/module_build.sh" stock $BAILEY_BUILD $arguments) &&
		   ! grep -iE '(warning|error):' "$dir.log"; then
			echo "ok $number - $what"
			continue
		fi
		echo "not ok $number - $what"
		# What is complained of without being refused is to be seen again
		[ -z "$dir" ] || rm -rf "$dir"
	done
}

# about_kunit SUITE: what is left out is said, and only while there is a reason
about_kunit()
{
	if ! grep -q '^CONFIG_KUNIT=[ym]' "$BAILEY_KERNEL/build/.config"; then
		echo "-- $1: left out: KUnit, as this kernel is built without CONFIG_KUNIT"
		return
	fi
	echo "not ok - $1: this kernel has CONFIG_KUNIT, and nothing here runs KUnit on it"
	failed=$((failed + 1))
}

# booted SUITE VERSION: each of the guests ran that kernel
booted()
{
	local said
	said=$(sed -n 's/^# Linux //p' "$logs/$1"-scenarios*.log | sort -u | tr '\n' ' ')
	[ "${said% }" = "$2" ] && return
	echo "not ok - $1: the guests ran '${said% }', not $2"
	failed=$((failed + 1))
}

# kernel SUITE: all about one kernel
kernel()
{
	local suite=$1 began=$SECONDS good=$passed bad=$failed version
	if ! BAILEY_KERNEL=$("$here/vm/stock_kernel.sh" "$suite"); then
		echo "not ok - there is no kernel of $suite"
		failed=$((failed + 1))
		rows+=("$suite - 0 1 $((SECONDS - began))")
		return
	fi
	export BAILEY_KERNEL
	version=$(cat "$BAILEY_KERNEL/version")
	echo "-- $suite: Linux $version"
	step "$suite-build" built_clean
	about_kunit "$suite"
	scenarios "$suite" "$shards"
	run_queue 2
	booted "$suite" "$version"
	rows+=("$suite $version $((passed - good)) $((failed - bad)) $((SECONDS - began))")
}

table()
{
	local row
	echo
	printf '%-10s %-32s %8s %8s %8s\n' suite kernel passed failed seconds
	for row in "${rows[@]}"; do
		# shellcheck disable=SC2086 # five words
		printf '%-10s %-32s %8s %8s %8s\n' $row
	done
}

main()
{
	local suite
	"$here/vm/deps.sh" qemu build chroot || exit
	mkdir -p "$logs"
	rm -f "$logs"/*.log "$logs"/*.end
	[ $# -gt 0 ] || set -- bookworm trixie sid
	for suite; do
		kernel "$suite"
	done
	table
	last_line
}

main "$@"; exit
