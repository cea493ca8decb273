#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ICMP, UDP, SCTP and all that is neither they nor TCP, packet by packet: see
# Documentation/testing.md, "Timelines".

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/timelines.sh"
timelines icmp udp sctp other
