#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The comparison as KTAP: over a million pairs, a part of them again under the
# sanitizers, and one altered rule of the reference after the other, each of
# which must be noticed.
#
#   check.sh COMPARE COMPARE_SANITIZED SEED

compare=$1
sanitized=$2
seed=$3
mutations=$("$compare" --mutations) || exit 1
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
echo "1..$((mutations + 2))"
"$compare" --seed "$seed"
result $? "engine and reference agree"
"$sanitized" --seed "$seed" --policies 2000
result $? "they agree under the sanitizers"
i=1
while [ $i -le "$mutations" ]; do
	"$compare" --seed "$seed" --mutate $i >/dev/null
	result $? "an altered reference is noticed: $("$compare" --mutations=$i)"
	i=$((i + 1))
done
exit $failed
