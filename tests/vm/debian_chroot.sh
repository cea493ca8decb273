#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debian_chroot.sh SUITE [PACKAGE...] [-- COMMAND...]
#
# Makes a chroot of a suite of Debian with a compiler in the cache, unless it is
# there, installs the PACKAGEs that it lacks, and prints its directory: where
# kernels and modules are built that this machine's own Debian cannot build. With
# COMMAND runs that in it instead, with /proc for as long.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# perl and python3: the kernel's own scripts, of which W=1 runs some
base=(make gcc libc6-dev xz-utils kmod perl python3)

make_chroot()
{
	local into=$1 tmp=$1.tmp log=$1.log
	shift
	[ -d "$into" ] && return
	rm -rf --one-file-system "$tmp"
	say "making a chroot of Debian $suite (log: $log)"
	# The archive may be a mirror's older state; its key is the next release's
	mmdebstrap --variant=minbase --include="$(echo "$*" | tr ' ' ,)" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='Apt::Install-Recommends "false"' \
		--keyring=/usr/share/keyrings \
		"$suite" "$tmp" http://deb.debian.org/debian >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		die "the chroot could not be made"
	}
	mv "$tmp" "$into"
}

# inside COMMAND...
inside()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount bash -c '
		mount -t proc proc "$1/proc" && exec chroot "$@"' inside "$into" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# lacking PACKAGE...: those that are not installed in the chroot
lacking()
{
	local name
	for name; do
		# shellcheck disable=SC2016 # dpkg-query's own variable
		[ "$(dpkg-query --admindir="$into/var/lib/dpkg" -W \
			-f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
			echo "$name"
	done
}

add_packages()
{
	local names log=$into.log
	mapfile -t names < <(lacking "$@")
	[ ${#names[@]} -gt 0 ] || return 0
	say "installing ${names[*]} in the chroot of $suite"
	{
		inside apt-get -q update &&
			inside apt-get -q install -y "${names[@]}"
	} >>"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		die "could not install ${names[*]}"
	}
}

main()
{
	local packages=("${base[@]}")
	suite=${1:?usage: debian_chroot.sh SUITE [PACKAGE...] [-- COMMAND...]}
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		packages+=("$1")
		shift
	done
	"$vm_dir/deps.sh" chroot
	mkdir -p "$cache/chroot"
	into=$cache/chroot/$suite
	[ -d "$into" ] || with_lock "chroot-$suite" make_chroot "$into" "${packages[@]}"
	[ -z "$(lacking "${packages[@]}")" ] ||
		with_lock "chroot-$suite" add_packages "${packages[@]}"
	if [ $# -gt 1 ]; then
		shift
		inside "$@"
	else
		echo "$into"
	fi
}

main "$@"; exit
