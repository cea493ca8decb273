#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Policies follow each other at full speed while packets pass: each verdict is
# that of a policy which was in force between the packet's start and its end.

. "$(dirname "$0")/soak.sh"
plan 10

load_module
topology
hinterland
storm commits.py
