#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Walk from one seed after the other until the time is over.
#
#   run.sh WALK SECONDS

seed=$(date +%s)000000
end=$(($(date +%s) + $2))
while [ "$(date +%s)" -lt $end ]; do
	"$1" --seed "$seed" || exit 1
	seed=$((seed + 1000000))
done
