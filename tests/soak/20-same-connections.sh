#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All processors open, move, close, delete and flush the same connections: nothing
# is lost, nothing is counted twice, and what came in is what went out.

. "$(dirname "$0")/soak.sh"
plan 17

load_module
insmod "${BAILEY_BENCH_KO:?}" || bail_out "no bench module"
topology
hinterland
storm same.py
rmmod bailey_bench
