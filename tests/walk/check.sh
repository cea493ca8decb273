#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The walk as KTAP: all of it, a part of it again under the sanitizers, and one
# fault of the firewall after the other, each of which must be noticed.
#
#   check.sh WALK WALK_SANITIZED SEED SEGMENTS

walk=$1
sanitized=$2
seed=$3
segments=$4
faults=$("$walk" --faults) || exit 1
n=0
failed=0

result() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

echo "KTAP version 1"
echo "1..$((faults + 2))"
"$walk" --seed "$seed" --segments "$segments"
result $? "what endpoints accept passes, what is blind and outside does not"
"$sanitized" --seed "$seed" --segments 300000 >/dev/null
result $? "the same under the sanitizers"
i=1
while [ $i -le "$faults" ]; do
	! "$walk" --seed "$seed" --segments 1000000 --fault $i >/dev/null
	result $? "a fault is noticed: $("$walk" --faults=$i)"
	i=$((i + 1))
done
exit $failed
