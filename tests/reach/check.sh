#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The algebra and reach as KTAP: sets against brute force, answers against the engine, a
# part of both again under the sanitizers, the command, and one fault after the other, each of
# which must be noticed.
#
#   check.sh OUT SEED

set -u

out=$1
seed=$2
here=$(cd "$(dirname "$0")" && pwd -P)
faults=$(grep -v '^#' "$here/faults.txt")
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

# Faults one after the other are slow, all at once too many: as many as processors
run_faults()
{
	local i=0 line head rest file what
	while IFS= read -r line; do
		head=${line%%: *}
		rest=${line#*: }
		what=${rest%%: *}
		file=${head#* }
		i=$((i + 1))
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n
		done
		{
			SEED=$seed "$here/fault.sh" "$out" "${head% *}" "$file" "${rest#*: }" \
				>"$out/fault.$i.said" 2>&1
			echo "$? $file: $what" >"$out/fault.$i"
		} &
	done <<<"$faults"
	wait
}

echo "KTAP version 1"
echo "1..$(($(wc -l <<<"$faults") + 5))"
# later NAME COMMAND...: beside the others
later()
{
	local name=$1
	shift
	{
		"$@" >"$out/$name.log" 2>&1
		echo $? >"$out/$name.status"
	} &
}

# told NAME WHAT: how it went
told()
{
	grep '^not ok\|^# ' "$out/$1.log"
	result "$(cat "$out/$1.status")" "$2"
}

later cross "$out/cross" --seed "$seed" --policies 800
later algebra "$out/algebra"
later algebra_sanitized "$out/algebra_sanitized"
later cross_sanitized "$out/cross_sanitized" --seed "$seed" --policies 25
later command "$here/command.sh" "$(dirname "$out")/bailey"
wait
told algebra "sets are what brute force says"
told cross "reach and engine agree"
told algebra_sanitized "sets under the sanitizers"
told cross_sanitized "reach and engine agree under the sanitizers"
told command "the command says it"
run_faults
for ((i = 1; i <= $(wc -l <<<"$faults"); i++)); do
	read -r status what <"$out/fault.$i"
	[ "$status" = 0 ] || cat "$out/fault.$i.said"
	result "$status" "noticed: $what"
done
exit $failed
