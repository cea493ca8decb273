#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh
#
# `make demo`: builds the module for Debian's own kernel, and the tool, boots
# that kernel in QEMU and lets demo_guest.sh tell its story there. The exit
# status is the story's.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$vm_dir/deps.sh" demo
dir=$("$vm_dir/module_build.sh" stock)
BAILEY_TOOL=$(test_tool)
export BAILEY_TOOL BAILEY_KO=$dir/bailey.ko
# The guest's console is not the terminal: it is told what we know of it
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	export BAILEY_COLOUR=1
fi
version=$(cat "$("$vm_dir/stock_kernel.sh")/version")
say "booting Debian's kernel $version in QEMU (about ten seconds)"
cd "$tree"
exec "$vm_dir/qemu_run.sh" --timeout 600 -- bash "$vm_dir/demo_guest.sh"
