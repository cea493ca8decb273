#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit.sh plain|debug
#
# Builds bailey_kunit.ko, loads it in User-Mode Linux and prints what KUnit
# wrote to the kernel's log. (Debian's own kernels have no KUnit.)

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bed=${1:-}
case $bed in
plain) run=(uml_run.sh --timeout 300) ;;
debug) run=(uml_run.sh --debug --mem 2G --timeout 600) ;;
*) die "usage: kunit.sh plain|debug" ;;
esac

dir=$(test_module "$bed")
export BAILEY_KO=$dir/bailey.ko BAILEY_KUNIT_KO=$dir/bailey_kunit.ko
[ -e "$BAILEY_KUNIT_KO" ] || die "there are no KUnit tests"
# shellcheck disable=SC2016 # for the guest's shell
exec "$vm_dir/${run[0]}" "${run[@]:1}" -- bash -c '
	set -e
	insmod "$BAILEY_KO"
	dmesg -C
	insmod "$BAILEY_KUNIT_KO"
	rmmod bailey_kunit
	rmmod bailey
	dmesg'
