#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh KERNEL-DIRECTORY
#
# Makes the part of the guest's root that does not change from run to run:
# this machine's own programs with their libraries, and the kernel's network
# modules. Prints the name of the (uncompressed) cpio archive in the cache.
# It is made anew when any program or the kernel has changed.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The guest has these programs; scenarios must not need others
programs="bash ip ss nstat tc bridge ping nft iptables ip6tables iptables-save
	iptables-restore socat curl openssl python3 modprobe insmod rmmod
	lsmod sysctl ethtool conntrack awk"
# All programs of these packages
packages="coreutils mount grep sed mawk gawk findutils procps util-linux
	util-linux-extra hostname diffutils"
modules="kernel/net kernel/lib kernel/crypto kernel/arch/x86/crypto
	kernel/drivers/net/veth.ko kernel/drivers/net/dummy.ko
	kernel/drivers/net/tun.ko kernel/drivers/net/vrf.ko
	kernel/drivers/net/macvlan.ko kernel/drivers/net/ipvlan
	kernel/drivers/net/ifb.ko kernel/drivers/net/bonding"

export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# every program, one absolute path a line
program_paths()
{
	local name
	for name in $programs; do
		command -v "$name" || die "no $name on this machine"
	done
	# shellcheck disable=SC2086 # a list of words
	dpkg -L $packages 2>/dev/null | grep -E '^(/usr)?/s?bin/' || :
	command -v busybox
}

# python's own library, without what only developers use
python_files()
{
	local version
	version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
	find "/usr/lib/python$version" -type f \( -name '*.py' -o -name '*.pyc' \
		-o -name '*.so' \) ! -path '*/test/*' ! -path '*/idlelib/*' \
		! -path '*/tkinter/*' ! -path '*/lib2to3/*' ! -path '*/pydoc*' \
		! -path '*/ensurepip/*' ! -path '*/distutils/*' ! -path '*/config-*/*' \
		! -path '*/dist-packages/*' ! -path '*/unittest/*'
}

# list_files: every file of the host that goes in, one a line
list_files()
{
	local files
	files=$(
		program_paths
		python_files
		find /usr/lib/x86_64-linux-gnu/xtables /etc/ssl/openssl.cnf \
			/usr/lib/ssl/openssl.cnf /etc/protocols /etc/services \
			/etc/iproute2 /usr/share/iproute2 \( -type f -o -type l \) \
			2>/dev/null || :
	)
	# and the libraries of what is a program
	{
		echo "$files"
		echo "$files" | grep -Ev '\.pyc?$|^/etc/|^/usr/share/' |
			xargs -r ldd 2>/dev/null |
			sed -n 's/^[^/]*\(\/[^ :]*\) (0x.*/\1/p' || :
	} | sort -u
}

make_archive()
{
	local into=$1 kernel=$2 list=$3 root version path
	[ -e "$into" ] && return
	root=$(mktemp -d)
	# shellcheck disable=SC2064 # now
	trap "rm -rf '$root'" EXIT
	version=$(cat "$kernel/version")

	# Debian's merged /usr, whether the host has it or not
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} \
		"$root"/{proc,sys,dev,run,tmp,root,etc,mnt,var}
	for path in bin sbin lib lib64; do
		ln -s "usr/$path" "$root/$path"
	done
	ln -s /run "$root/var/run"
	sed 's,^/,,' "$list" | (cd / && cpio --quiet -pdmL "$root" 2>/dev/null) || :
	ln -sf bash "$root/usr/bin/sh"
	echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo '127.0.0.1 localhost' >"$root/etc/hosts"

	mkdir -p "$root/lib/modules/$version"
	(
		cd "$kernel/lib/modules/$version"
		# Not every kernel has all of them, and some compress them
		for path in $modules; do
			compgen -G "$path*" || :
		done | xargs -I{} find {} -name '*.ko*' |
			cpio --quiet -pdm "$root/lib/modules/$version"
		cp modules.builtin modules.builtin.modinfo modules.order \
			"$root/lib/modules/$version"
	)
	depmod -b "$root" "$version"
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$into.tmp"
	mv "$into.tmp" "$into"
}

main()
{
	local kernel=$1 key list
	list=$(mktemp)
	# shellcheck disable=SC2064 # now
	trap "rm -f '$list'" EXIT
	list_files >"$list"
	key=$(
		{
			cat "$vm_dir/initramfs.sh" "$kernel/version"
			xargs stat -L -c '%n %s %Y' <"$list" 2>/dev/null
		} | sha256sum | cut -c1-12
	)
	local into=$cache/initramfs/base-$key.cpio
	mkdir -p "$cache/initramfs"
	if [ ! -e "$into" ]; then
		say "collecting the programs of the guest"
		# older ones are of no use to anyone
		find "$cache/initramfs" -name 'base-*' -mmin +600 -delete
		with_lock initramfs make_archive "$into" "$kernel" "$list"
	fi
	echo "$into"
}

main "$@"; exit
