# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Runs directories of tests/timelines as one scenario. Sourced after lib.sh.

. "$(dirname "${BASH_SOURCE[0]}")/relay.sh"

# timelines DIRECTORY...
timelines()
{
	load_module
	relay python3 "$(dirname "${BASH_SOURCE[0]}")/../timelines/run.py" "$@"
}
