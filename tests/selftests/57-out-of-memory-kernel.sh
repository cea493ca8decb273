#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading the module and its workers, while memory is short: the module is there with all
# of it or not at all, and a policy that nobody confirms goes back in the end.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/relay.sh"

# what it needs, without it
modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 nf_reject_ipv4 nf_reject_ipv6 2>/dev/null
relay python3 "$(dirname "$0")/shortage_kernel.py"
