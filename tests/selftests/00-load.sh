#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes, and so do its files.

. "$(dirname "$0")/lib.sh"
plan 9

load_module
ok "the module loads"
for file in policy error connections explain stats; do
	expect_pass "/proc/net/bailey/$file is there" test -e "/proc/net/bailey/$file"
done
expect_pass "the sysctls are there" test -d /proc/sys/net/bailey
expect_pass "the module unloads" unload_module
expect_fail "its files are gone" test -e /proc/net/bailey
