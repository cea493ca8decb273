#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each allocation on a packet's way fails in turn: what is denied never passes, what is
# allowed passes when it is sent again, and no other connection is lost. On kernels
# without fault injection each packet is sent once.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
relay python3 "$(dirname "$0")/shortage_packets.py"
