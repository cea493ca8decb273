#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is loaded and unloaded a thousand times under traffic, with files
# open: it always goes, and as long as there is a policy it is kept.

. "$(dirname "$0")/soak.sh"
plan 8

modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 nf_reject_ipv4 nf_reject_ipv6 2>/dev/null
topology
hinterland
storm modules.py
expect_fail "it is gone" module_loaded
