#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# stock_kernel.sh
#
# Fetches Debian's cloud kernel and its headers into the cache, unless they
# are there, and prints the directory that holds them:
#
#   version          what uname -r says
#   vmlinuz          the kernel
#   lib/modules/V    its modules, with depmod's tables
#   build            the KDIR of out-of-tree builds
#
# The packages are unpacked, never installed: the machine's own boot is not
# touched. Any directory of this shape, made in any way, can be given to
# qemu_run.sh and module_build.sh as $BAILEY_KERNEL.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

meta=linux-image-cloud-amd64

# The newest package name behind the meta package
image_package()
{
	apt-cache depends "$meta" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}

fetch_kernel()
{
	local into=$1 version=$2 tmp=$1.tmp
	[ -d "$into" ] && return
	local headers=linux-headers-$version
	rm -rf "$tmp"
	mkdir -p "$tmp/deb"
	say "fetching Debian's kernel $version"
	(
		cd "$tmp/deb"
		apt-get -q -o APT::Sandbox::User=root download \
			"linux-image-$version" "$headers" \
			"${headers%-cloud-amd64}-common" \
			"linux-kbuild-${version%%.0-*}"
	) >&2 </dev/null || die "could not fetch the packages of $version"
	local deb
	for deb in "$tmp"/deb/*.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	rm -rf "$tmp/deb"

	# The headers look for each other under /usr/src
	sed -i "s,/usr/src/,$into/root/usr/src/,g" \
		"$tmp/root/usr/src/$headers/Makefile"
	echo "$version" >"$tmp/version"
	ln -s "root/boot/vmlinuz-$version" "$tmp/vmlinuz"
	ln -s root/lib "$tmp/lib"
	ln -s "root/usr/src/$headers" "$tmp/build"
	# dangling links, and files that no guest of ours has a device for
	rm -f "$tmp/root/lib/modules/$version/build" \
		"$tmp/root/lib/modules/$version/source"
	/sbin/depmod -b "$tmp/root" "$version"
	mv "$tmp" "$into"
}

main()
{
	if [ -n "${BAILEY_KERNEL:-}" ]; then
		echo "$BAILEY_KERNEL"
		return
	fi
	"$vm_dir/deps.sh" qemu
	mkdir -p "$cache/stock"
	local package into
	# One that is there already will do: a newer one changes nothing here
	into=$(find "$cache/stock" -mindepth 1 -maxdepth 1 -name '*-amd64' |
		sort -V | tail -n 1)
	if [ -z "$into" ]; then
		package=$(image_package)
		if [ -z "$package" ]; then
			apt-get -q update >&2 </dev/null || :
			package=$(image_package)
		fi
		[ -n "$package" ] || die "apt knows no $meta"
		into=$cache/stock/${package#linux-image-}
		with_lock stock fetch_kernel "$into" "${package#linux-image-}"
	fi
	echo "$into"
}

main "$@"; exit
