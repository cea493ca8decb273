#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP, segment by segment: see Documentation/testing.md, "Timelines".

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/timelines.sh"
timelines tcp
