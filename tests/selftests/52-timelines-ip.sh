#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Extension headers and fragments, packet by packet: see
# Documentation/testing.md, "Timelines".

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/timelines.sh"
timelines ipv6 fragments
