# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Runs directories of tests/timelines as one scenario. Sourced after lib.sh.

# timelines DIRECTORY...
timelines()
{
	local runner line
	runner=$(dirname "${BASH_SOURCE[0]}")/../timelines/run.py
	load_module
	while read -r line; do
		case $line in
		"KTAP version"*) ;;
		1..*) plan "${line#1..}" ;;
		ok*) ok "${line#ok * - }" ;;
		"not ok"*) not_ok "${line#not ok * - }" ;;
		"#"*) note "${line#\# }" ;;
		*) note "$line" ;;
		esac
	done < <(python3 "$runner" "$@" 2>&1 || echo "ended with status $?")
}
