#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each allocation of each call fails in turn: the call fails cleanly or does all of
# it, the policy in force is one of the two, what is denied stays denied, and no
# connection is lost. On kernels without fault injection each call is made once.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

load_module
relay python3 "$(dirname "$0")/shortage_calls.py"
