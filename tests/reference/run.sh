#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Compare from one seed after the other until the time is over.
#
#   run.sh COMPARE SECONDS

seed=$(date +%s)0000
end=$(($(date +%s) + $2))
while [ "$(date +%s)" -lt $end ]; do
	"$1" --seed "$seed" || exit 1
	seed=$((seed + 40000))
done
