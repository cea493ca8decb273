# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A program's KTAP becomes the scenario's own. Sourced after lib.sh.

# relay COMMAND...: its plan, its results, and anything else as a note
relay()
{
	local line
	while IFS= read -r line; do
		case $line in
		"KTAP version"*) ;;
		1..*) plan "${line#1..}" ;;
		"ok "*) ok "${line#ok * - }" ;;
		"not ok "*) not_ok "${line#not ok * - }" ;;
		"#"*) note "${line#\# }" ;;
		*) note "$line" ;;
		esac
	done < <("$@" 2>&1 || echo "ended with status $?")
}
