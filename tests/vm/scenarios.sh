#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scenarios.sh plain|debug|smp|kcsan|stock|SUITE [--smoke] [--shard I/N] [SCENARIO...]
#
# Builds the module and the tool and runs scenarios of tests/selftests
# (default: all) in a guest: User-Mode Linux, User-Mode Linux with every
# checker, that of Linux 7.2 with two processors, a kernel that looks for data races in
# QEMU, Debian's own kernel there, or that of another SUITE of Debian (bookworm, trixie,
# sid). One scenario alone:
#
#   tests/vm/scenarios.sh plain 10-acl-group
#
# $BAILEY_BUILD has arguments for kbuild. The scenarios' KTAP comes on stdout; the
# exit status is 0 if all is well, the kernel's log included.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bed=${1:-}
shift || :
case $bed in
plain) run=(uml_run.sh --timeout 2400) ;;
debug) run=(uml_run.sh --debug --mem 2G --timeout 2700) ;;
smp) run=(uml_run.sh --kernel smp --timeout 2400) ;;
stock) run=(qemu_run.sh --timeout 1800) ;;
kcsan)
	BAILEY_KERNEL=$("$vm_dir/kcsan_build.sh")
	export BAILEY_KERNEL
	bed=stock
	run=(qemu_run.sh --timeout 3600)
	;;
bookworm | trixie | sid)
	BAILEY_KERNEL=$("$vm_dir/stock_kernel.sh" "$bed")
	export BAILEY_KERNEL
	bed=stock
	run=(qemu_run.sh --timeout 3600)
	;;
*) die "usage: scenarios.sh plain|debug|smp|kcsan|stock|SUITE [--smoke] [--shard I/N] [SCENARIO...]" ;;
esac

read -ra arguments <<<"${BAILEY_BUILD:-}"
dir=$("$vm_dir/module_build.sh" "$bed" "${arguments[@]}")
BAILEY_TOOL=$(test_tool)
BAILEY_BENCH_KO=$("$vm_dir/module_build.sh" "$bed" "${arguments[@]}" BAILEY_BENCH=m)/bailey_bench.ko
export BAILEY_TOOL BAILEY_BENCH_KO BAILEY_KO=$dir/bailey.ko
cd "$tree"
exec "$vm_dir/${run[0]}" "${run[@]:1}" -- "$tree/tests/selftests/run.sh" "$@"
