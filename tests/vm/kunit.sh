#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh plain|debug
#
# Builds bailey_kunit.ko, loads it in User-Mode Linux and prints what KUnit
# wrote to the kernel's log. (Debian's own kernels have no KUnit.) A failed test
# does not keep the module from loading: the log says so, and then so do we.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bed=${1:-}
case $bed in
plain) run=(uml_run.sh --timeout 300) ;;
debug) run=(uml_run.sh --debug --mem 2G --timeout 600) ;;
*) die "usage: kunit.sh plain|debug" ;;
esac

compgen -G "$tree/tests/kunit/*.c" >/dev/null || die "there are no KUnit tests"
dir=$("$vm_dir/module_build.sh" "$bed" BAILEY_KUNIT=m)
export BAILEY_KUNIT_KO=$dir/bailey_kunit.ko
# shellcheck disable=SC2016 # for the guest's shell
exec "$vm_dir/${run[0]}" "${run[@]:1}" -- bash -c '
	dmesg -C
	insmod "$BAILEY_KUNIT_KO" && rmmod bailey_kunit
	status=$?
	dmesg
	! dmesg | grep -Eq "^(\[ *[0-9.]+\] )? *not ok " || status=1
	exit $status'
