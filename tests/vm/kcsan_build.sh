#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kcsan_build.sh
#
# Builds the kernel that looks for data races (config/kcsan.config) from Debian's
# linux-source package, unless the cache has it, and prints the directory that holds it,
# of the shape that stock_kernel.sh describes. It is the one kernel of ours for QEMU: two
# processors that run at the same time and may be preempted anywhere, which User-Mode
# Linux 6.1 has not.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$vm_dir/kernel_source.sh"

# To be raised when build_kernel changes what it makes
recipe=$source_recipe.1

# The network's options are those of UML; what only UML has is left out
fragment()
{
	grep -vE 'HOSTFS|STATIC_LINK|KCOV|VMAP_STACK|FTRACE|DEFAULT_TRACERS|TRACEPOINTS' \
		"$vm_dir/config/uml.config"
	cat "$vm_dir/config/kcsan.config"
}

build_kernel()
{
	local source=$1 into=$2 tmp=$2.tmp log=$2.log version modules
	[ -d "$into" ] && return
	rm -rf "$tmp"
	mkdir -p "$tmp/build"
	say "building the kernel with KCSAN (log: $log)"
	local start=$SECONDS
	local mk=(make -C "$source" O="$tmp/build" ARCH=x86_64)
	fragment >"$tmp/fragment"
	configure "$log" "$source" "$tmp/build" x86_64 allnoconfig "$tmp/fragment"
	logged "$log" "building the kernel with KCSAN" \
		"${mk[@]}" -j"$(jobs_count)" bzImage modules
	version=$(cat "$tmp/build/include/config/kernel.release")
	echo "$version" >"$tmp/version"
	# It never changes its own code, so that QEMU's threads need not notice
	echo tcg,thread=multi >"$tmp/accel"
	cp "$tmp/build/arch/x86/boot/bzImage" "$tmp/vmlinuz"
	modules=$tmp/lib/modules/$version
	mkdir -p "$modules"
	touch "$modules/modules.order"
	cp "$tmp/build"/modules.builtin "$tmp/build"/modules.builtin.modinfo "$modules"
	/sbin/depmod -b "$tmp" "$version"
	# What an out-of-tree build never reads again
	find "$tmp/build" \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) \
		! -path '*/scripts/*' ! -path '*/tools/*' -delete
	rm -f "$tmp/build"/vmlinux "$tmp/build"/.tmp_vmlinux*
	mv "$tmp" "$into"
	say "built the kernel with KCSAN in $((SECONDS - start)) s"
}

main()
{
	[ "$(uname -m)" = x86_64 ] || die "this kernel is for x86_64"
	"$vm_dir/deps.sh" kcsan
	local source version into
	source=$(kernel_source)
	version=$(package_version "$source_package")
	into=$cache/kcsan/$version-$recipe-$(fragment | key_of)
	mkdir -p "$cache/kcsan"
	[ -d "$into" ] || with_lock kcsan build_kernel "$source" "$into"
	echo "$into"
}

main "$@"; exit
