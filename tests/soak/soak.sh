# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # lib.sh's variables
#
# What storms share: the bash half of storm.py. Sourced in place of traffic.sh:
#
#	. "$(dirname "$0")/soak.sh"
#	plan 5
#	load_module
#	topology
#	hinterland
#	storm commits.py
#
# $seconds is how long a storm blows.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
export PYTHONPATH=$here:$here/../selftests PYTHONDONTWRITEBYTECODE=1
. "$here/../selftests/traffic.sh"

seconds=${BAILEY_SOAK_SECONDS:-120}
export BAILEY_SOAK_SECONDS=$seconds

# storm PROGRAM [ARGUMENT...]: its lines become results
storm()
{
	local program=$1 line status
	shift
	exec {storm_out}< <(python3 "$here/$program" "$@" 2>&1; echo "status $?")
	while IFS= read -r line <&"$storm_out"; do
		case $line in
		'ok '*) ok "${line#ok }" ;;
		'not ok '*) not_ok "${line#not ok }" ;;
		'status '*) status=${line#status } ;;
		*) note "$line" ;;
		esac
	done
	exec {storm_out}<&-
	if [ "$status" != 0 ]; then
		bail_out "$program ended with status $status"
	fi
}
