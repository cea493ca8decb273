#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# stock_kernel.sh [SUITE]
#
# Fetches Debian's cloud kernel and its headers into the cache, unless they
# are there, and prints the directory that holds them:
#
#   version          what uname -r says
#   vmlinuz          the kernel
#   lib/modules/V    its modules, with depmod's tables
#   build            the KDIR of out-of-tree builds
#   suite            the suite of debian_chroot.sh in which these must run; is
#                    not there if they can run here
#   accel            how QEMU is to run it, if not as it runs those of Debian
#
# The packages are unpacked, never installed: the machine's own boot is not
# touched. Without SUITE it is the kernel of this machine's own Debian, or the
# directory that $BAILEY_KERNEL names: any one of this shape, made in any way.

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

# suite_kernel SUITE: the newest kernel of another Debian, built for in its chroot
suite_kernel()
{
	local suite=$1 into=$cache/suite/$1
	if [ ! -e "$into" ]; then
		mkdir -p "$cache/suite"
		with_lock "suite-$suite" fetch_suite "$suite" "$into"
	fi
	echo "$into"
}

fetch_suite()
{
	local suite=$1 into=$2 tmp=$2.tmp root version
	[ -d "$into" ] && return
	root=$("$vm_dir/debian_chroot.sh" "$suite" linux-headers-cloud-amd64)
	version=$(basename "$(compgen -G "$root/usr/src/linux-headers-*-cloud-amd64" |
		sort -V | tail -n 1)")
	version=${version#linux-headers-}
	say "fetching the kernel $version of Debian $suite"
	rm -rf "$tmp" "$root/kernel"
	mkdir -p "$tmp" "$root/kernel"
	# Newer Debians have several packages for what was one, and the kernel
	# beside its modules
	# shellcheck disable=SC2016 # for the inner shell
	"$vm_dir/debian_chroot.sh" "$suite" -- bash -ec '
		cd /kernel
		apt-get -q update
		apt-get -q -o APT::Sandbox::User=root download $(
			apt-cache pkgnames linux- | sort -u |
				grep -Fx "$(printf "linux-%s-$1\n" image base binary modules)")
		for deb in *.deb; do
			dpkg -x "$deb" .
		done
		rm -f *.deb' bash "$version" >&2 </dev/null ||
		die "could not fetch the kernel $version of $suite"
	mv "$root/kernel" "$tmp/root"
	echo "$version" >"$tmp/version"
	echo "$suite" >"$tmp/suite"
	ln -s "root/boot/vmlinuz-$version" "$tmp/vmlinuz"
	[ -e "$tmp/vmlinuz" ] || ln -sf "root/usr/lib/modules/$version/vmlinuz" "$tmp/vmlinuz"
	[ -e "$tmp/vmlinuz" ] || die "the packages of $version have no kernel"
	[ -e "$tmp/root/lib" ] || ln -s usr/lib "$tmp/root/lib"
	ln -s root/lib "$tmp/lib"
	ln -s "$root/usr/src/linux-headers-$version" "$tmp/build"
	rm -f "$tmp/root/lib/modules/$version/build" \
		"$tmp/root/lib/modules/$version/source"
	/sbin/depmod -b "$tmp/root" "$version"
	mv "$tmp" "$into"
}

main()
{
	case ${1:-} in
	'') ;;
	bookworm) unset BAILEY_KERNEL ;;
	*)
		suite_kernel "$1"
		return
		;;
	esac
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
