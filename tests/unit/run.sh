#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run test programs one after the other and print one KTAP report of them all:
# each program is a subtest. One that dies, or leaks, is a failure even if all
# its results were ok.
#
#   run.sh PROGRAM...

failed=0
n=0
echo "KTAP version 1"
echo "1..$#"
for program; do
	n=$((n + 1))
	name=$(basename "$program")
	echo "    # Subtest: $name"
	{
		"$program" 2>&1
		echo "status $?"
	} | awk '
		/^status [0-9]+$/ { status = $2; next }
		/^(ok|not ok|1\.\.|KTAP|#)/ { print "    " $0; next }
		{ print "    # " $0 }
		END { exit status }'
	status=$?
	if [ $status -eq 0 ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		failed=1
	fi
done
exit $failed
