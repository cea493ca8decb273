#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading the module is short of memory, at each place in turn: it is loaded, or nothing
# of it is left.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
rmmod bailey || bail_out "it does not go"
export BAILEY_KO
relay python3 "$(dirname "$0")/shortage_load.py"
