#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# load.sh [RULES [CHANGES]]
#
# How long the writer takes, in a program and in a guest (User-Mode Linux): loading
# RULES rules (100000), changing one among them. See load.c and load_guest.py.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

out=$tree/build/bench
mkdir -p "$out"
${CC:-gcc} -std=gnu11 -O2 -g -I"$tree/include/uapi" -I"$tree/module" -I"$tree/module/engine" \
	-o "$out/load" "$tree/tests/bench/load.c" "$tree"/module/engine/*.c
echo "# in a program"
"$out/load" "${1:-100000}"

dir=$("$vm_dir/module_build.sh" plain)
BAILEY_TOOL=$(test_tool)
export BAILEY_TOOL BAILEY_KO=$dir/bailey.ko
echo "# in a guest"
"$vm_dir/uml_run.sh" --mem 2G --timeout 600 -- "$tree/tests/bench/load_guest.py" "$@"
