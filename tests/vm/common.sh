# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every script of the test beds needs: where the tree and the cache are,
# how to say things, how to hold a lock. Sourced, never run.
#
# Messages go to stderr; stdout belongs to results (paths, KTAP).

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034 # for those who source this
tree=$(cd "$vm_dir/../.." && pwd -P)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/bailey

# The version of the kernel series that is built and booted.
# shellcheck disable=SC2034
series=6.1

# A command that fails where nobody looks at its status says where it was
set -E
trap 'say "${BASH_SOURCE[0]##*/}: line $LINENO failed"' ERR

say()
{
	printf '# %s\n' "$*" >&2
}

die()
{
	say "error: $*"
	exit 1
}

# jobs: how many compilers at once
jobs_count()
{
	nproc 2>/dev/null || echo 2
}

# with_lock NAME COMMAND...: run COMMAND while no one else holds NAME
with_lock()
{
	local name=$1 fd
	shift
	mkdir -p "$cache/lock"
	exec {fd}>"$cache/lock/$name"
	if ! flock -n "$fd"; then
		say "waiting for another build of $name"
		flock "$fd"
	fi
	"$@"
	local status=$?
	exec {fd}>&-
	return $status
}

# key_of FILE...: twelve hex digits that change when any of the files does
key_of()
{
	cat "$@" | sha256sum | cut -c1-12
}

# package_version NAME: the installed version, empty if it is not installed
package_version()
{
	# shellcheck disable=SC2016 # dpkg-query's own variables
	dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
		sed -n 's/^installed //p'
}

# quoted WORD...: the words as a shell reads them back
quoted()
{
	printf '%q ' "$@"
}

# new_run_dir NAME: sets $out, unless set already, to an empty directory
new_run_dir()
{
	if [ -z "$out" ]; then
		mkdir -p "$cache/run"
		# Those of the last two hours are kept: they may be in use, and
		# somebody may want to look
		find "$cache/run" -mindepth 1 -maxdepth 1 -mmin +120 \
			-exec rm -rf {} +
		out=$(mktemp -d "$cache/run/$1-XXXXXX")
	else
		mkdir -p "$out"
		out=$(cd "$out" && pwd -P)
	fi
	rm -f "$out/status" "$out/kernel.log"
}

# pass_environment: the variables that go into a guest, as shell commands
pass_environment()
{
	local name
	for name in $(compgen -e | grep -E '^(BAILEY|KUNIT)_' || :); do
		case $name in
		BAILEY_OUT | BAILEY_BED | BAILEY_FLAVOUR) continue ;;
		esac
		echo "export $name=$(quoted "${!name}")"
	done
}

# wait_guest PID SECONDS: waits for a guest that leads a process group;
# ends it, all of it, when time runs out or when we are interrupted
wait_guest()
{
	local pid=$1 end=$((SECONDS + $2))
	trap 'kill -KILL -- -$guest 2>/dev/null || :; exit 130' INT TERM HUP
	while kill -0 "$pid" 2>/dev/null; do
		if [ $SECONDS -ge $end ]; then
			kill -KILL -- "-$pid" 2>/dev/null || :
			wait "$pid" 2>/dev/null || :
			echo "# the guest did not end in $2 s"
			tail -n 40 "$out/kernel.log" | sed 's/^/#   /'
			return 124
		fi
		sleep 0.1
	done
	wait "$pid" 2>/dev/null || :
	kill -KILL -- "-$pid" 2>/dev/null || :
	return 0
}

# judge_run: exits with what became of the run in $out
judge_run()
{
	local status
	status=$(cat "$out/status" 2>/dev/null || :)
	if [ -z "$status" ]; then
		echo "# the guest died; the end of its kernel's log:"
		tail -n 60 "$out/kernel.log" | sed 's/^/#   /'
		exit 125
	fi
	if ! "$vm_dir/splat.sh" "$out/kernel.log"; then
		[ "$status" != 0 ] || status=1
		say "the whole log: $out/kernel.log"
	fi
	exit "$status"
}

# test_tool: builds the tool, prints its path
test_tool()
{
	"$vm_dir/deps.sh" build
	with_lock tool make -s -j"$(jobs_count)" -C "$tree" tool >&2 || die "building the tool failed"
	echo "$tree/build/bailey"
}
