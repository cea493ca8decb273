#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml_run.sh [--debug | --kernel FLAVOUR] [--mem 2G] [--huge] [--timeout 300] [--out DIR]
#	-- COMMAND...
#
# Boots User-Mode Linux on a read-only view of this machine's own files and
# runs COMMAND in it as root, its output on stdout as it comes. The exit
# status is the command's, or 1 if the kernel complained, or 124 if time ran
# out, or 125 if the guest died.
#
# With --huge the guest's memory is in large pages of this machine, as a kernel on
# the metal maps its own memory.
#
# Environment variables BAILEY_* and KUNIT_* go into the guest. DIR (default:
# a new directory in the cache) is writable from the guest under the same
# name, which $BAILEY_OUT there tells, and holds afterwards:
#
#   kernel.log   all that the kernel said
#   status       the command's exit status

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

flavour=plain
mem=1G
limit=300
out=
huge=

while [ $# -gt 0 ]; do
	case $1 in
	--debug) flavour=debug ;;
	--kernel) flavour=$2; shift ;;
	--mem) mem=$2; shift ;;
	--huge) huge=1 ;;
	--timeout) limit=$2; shift ;;
	--out) out=$2; shift ;;
	--) shift; break ;;
	*) die "usage: uml_run.sh [--debug | --kernel F] [--mem M] [--huge] [--timeout S] [--out DIR] -- COMMAND..." ;;
	esac
	shift
done
[ $# -gt 0 ] || die "uml_run.sh: no command"

kernel=$("$vm_dir/uml_build.sh" "$flavour")/linux
more=()
[ "$flavour" != smp ] || more=(ncpus=2 seccomp=on)
new_run_dir "uml-$flavour"

# The program that the guest runs: this environment, this command
{
	echo "bailey_run=$(quoted "$out")"
	echo "export BAILEY_OUT=$(quoted "$out") BAILEY_BED=uml"
	echo "export BAILEY_FLAVOUR=$flavour"
	pass_environment
	echo "finish() { echo \$1 >$(quoted "$out/status"); sync; busybox poweroff -f; }"
	echo ". $(quoted "$vm_dir/guest_main.sh")"
	echo "cd $(quoted "$PWD")"
	echo "run_command $(quoted "$@")"
} >"$out/guest"

# UML keeps the guest's memory in a file: in /dev/shm if there is room
if ! [ "$(df --output=avail -B1M /dev/shm 2>/dev/null | tail -n 1)" -gt 4096 ] 2>/dev/null; then
	export TMPDIR=${TMPDIR:-/tmp}
fi

if [ -n "$huge" ]; then
	mkdir "$out/memory"
	mount -t tmpfs -o huge=always bailey "$out/memory"
	trap 'umount -l "$out/memory"; rmdir "$out/memory"' EXIT
	export TMPDIR=$out/memory
fi

ulimit -c 0
exec 3>"$out/kernel.log" 4>&1
setsid "$kernel" mem="$mem" root=/dev/root rootfstype=hostfs rootflags=/ ro \
	init="$vm_dir/uml_init.sh" bailey_run="$out" \
	quiet loglevel=8 console=ttyS0 \
	con=null con0=null,fd:4 ssl=null ssl0=null,fd:3 \
	fb_tunnels=none dummy.numdummies=0 ifb.numifbs=0 \
	"${more[@]}" \
	</dev/null >"$out/uml.log" 2>&1 &
guest=$!
disown "$guest"
wait_guest "$guest" "$limit" || exit
judge_run
