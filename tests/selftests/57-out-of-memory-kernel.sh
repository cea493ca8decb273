#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A policy that nobody confirms goes back in the end, however short of memory those are
# who bring it back.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
relay python3 "$(dirname "$0")/shortage_kernel.py"
