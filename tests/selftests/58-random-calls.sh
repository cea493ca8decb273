#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Random system calls on every file of the module, with text and noise: none of them hurts
# it, and the policy changes only by what was accepted.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
relay python3 "$(dirname "$0")/random_calls.py"
