#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail by chance, of packets and then of those who commit and read:
# all goes on, a commit is done or leaves all as it was, and nothing forbidden passes.
# Only where the kernel can inject faults.

. "$(dirname "$0")/soak.sh"
plan 20

load_module
insmod "${BAILEY_BENCH_KO:?}" || bail_out "no bench module"
topology
hinterland
for what in atomic commits; do
	storm memory.py $what
done
rmmod bailey_bench
