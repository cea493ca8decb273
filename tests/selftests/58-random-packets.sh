#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Random packets at every hook, sound and broken: none of them hurts the module, none passes
# that may not.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
relay python3 "$(dirname "$0")/random_packets.py"
