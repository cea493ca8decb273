#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces and interfaces are made, renamed, moved and destroyed under traffic:
# an interface is guarded from its first packet on, whatever it is called and wherever
# it was.

. "$(dirname "$0")/soak.sh"
plan 9

load_module
topology
hinterland
make_ns spare
storm namespaces.py
