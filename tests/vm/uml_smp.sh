#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml_smp.sh kernel | module FOLDER [MAKE-ARGUMENT...]
#
# User-Mode Linux 7.2 with two processors, and modules for it: both are built in
# a chroot of Debian sid, whose kernel and compiler that is. "kernel" prints the
# directory that holds `linux`, building it unless the cache has it. "module"
# builds in FOLDER, which must lie in the chroot.
#
# Called by uml_build.sh and module_build.sh, which people call.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

chroot=$("$vm_dir/debian_chroot.sh" sid flex bison bc linux-source-7.2)
source=/src/linux-7.2
# To be raised when what is built below changes
recipe=1
build_name=smp-$recipe-$(key_of "$vm_dir/config/uml-smp.config")
built=/src/$build_name

inside()
{
	"$vm_dir/debian_chroot.sh" sid -- "$@"
}

unpack_source()
{
	[ -d "$chroot$source" ] && return
	say "unpacking linux-source-7.2"
	inside bash -ec "
		rm -rf $source.tmp
		mkdir -p $source.tmp
		tar -C $source.tmp --strip-components=1 -xf /usr/src/linux-source-7.2.tar.xz \
			--exclude='*/drivers/gpu/drm/amd/include' --exclude='*/tools/perf' \
			--exclude='*/arch/*/boot/dts'
		mv $source.tmp $source"
}

build_kernel()
{
	local log=$cache/uml/$build_name.log tmp=$built.tmp
	[ -d "$chroot$built" ] && return
	unpack_source
	say "building the SMP User-Mode Linux kernel (log: $log)"
	rm -rf "${chroot:?}$tmp"
	mkdir -p "$chroot$tmp" "$cache/uml"
	cp "$vm_dir/config/uml-smp.config" "$chroot$tmp/.fragment"
	inside bash -ec "
		make -C $source O=$tmp ARCH=um defconfig
		$source/scripts/kconfig/merge_config.sh -m -O $tmp $tmp/.config $tmp/.fragment
		make -C $source O=$tmp ARCH=um olddefconfig
		make -C $source O=$tmp ARCH=um -j$(jobs_count) linux modules" >"$log" 2>&1 </dev/null || {
		tail -n 30 "$log" >&2
		die "building the SMP kernel failed"
	}
	while read -r line; do
		case $line in
		CONFIG_*) grep -qxF -- "$line" "$chroot$tmp/.config" ||
			die "the option did not take: $line" ;;
		esac
	done <"$chroot$tmp/.fragment"
	# It says where it is
	sed -i "s,$tmp,$built,g" "$chroot$tmp/Makefile"
	mv "$chroot$tmp" "$chroot$built"
}

case ${1:-} in
kernel)
	[ -x "$chroot$built/linux" ] || with_lock uml-smp build_kernel >&2
	echo "$chroot$built"
	;;
module)
	folder=${2#"$chroot"}
	shift 2
	inside make -C "$built" M="$folder" ARCH=um -j"$(jobs_count)" "$@" modules
	;;
*)
	die "usage: uml_smp.sh kernel | module FOLDER [MAKE-ARGUMENT...]"
	;;
esac
exit
