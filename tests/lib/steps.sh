# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # set by those who source this
#
# Steps of a test run: each writes KTAP, is counted when it has ended, and leaves
# its whole output in a folder. Sourced by run.sh and matrix.sh, which set
#
#	here	tests/
#	logs	the folder
#
# and read $passed and $failed. A step that did not run, or that failed though
# each of its results was good (the guest died, the kernel complained), adds one
# failure.

passed=0
failed=0
queue=()

# count NAME LENIENT STATUS SECONDS: adds up and shows what a step's log says
count()
{
	local name=$1 log=$logs/$1.log status=$3 counts good bad
	counts=$(awk -v lenient="$2" -f "$here/lib/ktap.awk" "$log")
	read -r good bad <<<"$(tail -n 1 <<<"$counts")"
	echo "== $name: $good passed, $bad failed ($4 s)"
	sed '$d' <<<"$counts"
	if [ "$status" != 0 ] && { [ "$bad" = 0 ] || [ "$good" = 0 ]; }; then
		[ "$bad" != 0 ] || bad=1
		echo "not ok - $name ended with status $status; the end of $log:"
		tail -n 60 "$log" | sed 's/^/    /'
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# step NAME COMMAND...: runs and counts
step()
{
	local name=$1 began=$SECONDS
	shift
	"$@" >"$logs/$name.log" </dev/null
	count "$name" 0 $? $((SECONDS - began))
}

# later NAME LENIENT COMMAND...: a guest, to be run beside others by run_queue
later()
{
	queue+=("$(printf '%q ' "$@")")
}

# run_queued NAME LENIENT COMMAND...: in the background; its end is written
# down, for all of them to be counted in their order
run_queued()
{
	local name=$1 began=$SECONDS guest
	shift 2
	"$@" >"$logs/$name.log" </dev/null &
	guest=$!
	trap 'kill "$guest"; exit 130' TERM
	wait "$guest"
	echo "$? $((SECONDS - began))" >"$logs/$name.end"
}

# run_queue GUESTS: so many side by side
run_queue()
{
	local guests=$1 item words
	# What runs in the background does not hear an interrupt
	# shellcheck disable=SC2046 # process ids
	trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM HUP
	for item in "${queue[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge "$guests" ]; do
			wait -n
		done
		eval "words=($item)"
		rm -f "$logs/${words[0]}.end"
		run_queued "${words[@]}" &
	done
	wait
	for item in "${queue[@]}"; do
		eval "words=($item)"
		# shellcheck disable=SC2046 # two numbers
		count "${words[0]}" "${words[1]}" \
			$(cat "$logs/${words[0]}.end" 2>/dev/null || echo 1 0)
	done
	queue=()
}

# scenarios BED SHARDS [ARGUMENT...]: queues them
scenarios()
{
	local bed=$1 shards=$2 i
	shift 2
	if [ -n "${SCENARIOS:-}" ]; then
		# shellcheck disable=SC2086 # a list of words
		later "$bed-scenarios" 0 "$here/vm/scenarios.sh" "$bed" $SCENARIOS
		return
	fi
	for ((i = 1; i <= shards; i++)); do
		later "$bed-scenarios-$i" 0 "$here/vm/scenarios.sh" "$bed" \
			"$@" --shard "$i/$shards"
	done
}

# last_line: what a run ends with; its status is whether all passed
last_line()
{
	echo
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
