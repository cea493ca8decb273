#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sid_chroot.sh
#
# Makes a chroot of Debian sid with a compiler and the newest kernel's source in
# the cache, unless it is there, and prints its directory: where kernels are
# built that this machine's own Debian does not have.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=make,gcc,libc6-dev,flex,bison,bc,xz-utils,perl,python3,kmod
source_package=linux-source-7.2

make_chroot()
{
	local into=$1 tmp=$1.tmp log=$1.log
	[ -d "$into" ] && return
	rm -rf --one-file-system "$tmp"
	say "making a chroot of Debian sid (log: $log)"
	# The archive may be a mirror's older state; its key is the next release's
	mmdebstrap --variant=minbase --include="$packages,$source_package" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='Apt::Install-Recommends "false"' \
		--keyring=/usr/share/keyrings \
		sid "$tmp" http://deb.debian.org/debian >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		die "the chroot could not be made"
	}
	mv "$tmp" "$into"
}

main()
{
	"$vm_dir/deps.sh" chroot
	mkdir -p "$cache/chroot"
	local into=$cache/chroot/sid
	[ -d "$into" ] || with_lock chroot-sid make_chroot "$into"
	echo "$into"
}

main "$@"; exit
