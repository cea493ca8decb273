#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Lists of connections are read, in pieces and from the beginning again, while
# thousands come and are deleted and the index changes its size: each list has each
# connection that stays, once.

. "$(dirname "$0")/soak.sh"
plan 10

load_module
insmod "${BAILEY_BENCH_KO:?}" || bail_out "no bench module"
topology
hinterland
storm readers.py
rmmod bailey_bench
