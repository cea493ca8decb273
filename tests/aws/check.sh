#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The oracle's comparison as KTAP: over a million pairs, a part of them again under
# the sanitizers, and one altered sentence of the oracle after the other, each of which
# must be noticed. Then large and bad files, which must cost seconds and no memory
# beyond some times their size.
#
#   check.sh DIR SEED		DIR has oracle, oracle_sanitized and tool/bailey

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
oracle=$1/oracle
sanitized=$1/oracle_sanitized
tool=$1/tool/bailey
seed=$2
mutations=$("$oracle" --mutations) || exit 1
mapfile -t cases < <("$here/large.py" --cases)
n=0
failed=0

result()
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

echo "KTAP version 1"
echo "1..$((mutations + ${#cases[@]} + 3))"
"$oracle" --seed "$seed"
result $? "importer, engine and oracle agree"
"$sanitized" --seed "$((seed + 1000000))" --policies 600
result $? "they agree under the sanitizers"
"$sanitized" --spoil --seed "$seed" --policies 3000
result $? "of files with something wrong in them comes a policy, or nothing"
for ((i = 1; i <= mutations; i++)); do
	"$oracle" --seed "$seed" --mutate "$i" >/dev/null
	result $? "an altered oracle is noticed: $("$oracle" --mutations="$i")"
done
for name in "${cases[@]}"; do
	"$here/large.py" "$tool" "$name"
	result $? "$name"
done
exit $failed
