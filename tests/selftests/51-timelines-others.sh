#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP, segment by segment: the timelines of tests/timelines/tcp hold for Bailey
# in every case, and for nf_conntrack where they do not say otherwise.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/timelines.sh"
timelines udp
