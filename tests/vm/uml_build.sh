#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# uml_build.sh plain|debug|bench|smp
#
# Builds a User-Mode Linux kernel from Debian's linux-source package, unless
# the cache has it, and prints the directory that holds it: DIR/linux is the
# program, DIR itself the KDIR of `make -C DIR ARCH=um M=...`.
#
# The directory's name carries the package version, the number of the recipe
# below and a hash of the options. It is renamed to that name when everything is in place,
# so an interrupted build is never taken for a finished one.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

package=linux-source-$series

# To be raised when unpack_source or build_kernel change what they make
recipe=2

# Unpacks the source once for both kernels; leaves out what is large and is
# not read by any build of ours.
unpack_source()
{
	local into=$1 tmp=$1.tmp
	[ -d "$into" ] && return
	say "unpacking $package"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	tar -C "$tmp" --strip-components=1 -xf "/usr/src/$package.tar.xz" \
		--exclude='*/drivers/gpu/drm/amd/include' \
		--exclude='*/tools/perf' \
		--exclude='*/arch/*/boot/dts'
	# UML cannot preempt, but it can count preemption, and that is all that
	# finding sleepers in atomic sections needs.
	sed -i '/^config DEBUG_ATOMIC_SLEEP/,/^\thelp/{/!ARCH_NO_PREEMPT/d}' \
		"$tmp/lib/Kconfig.debug"
	# Room for the registers of a processor with AMX: 11008 bytes. With
	# less, the first process dies of "ptrace set fp regs failed, errno =
	# 14". KERNEL_STACK_ORDER grows with it, they are on the stack.
	sed -i 's/DEFINE_LONGS(HOST_FP_SIZE, 2696)/DEFINE_LONGS(HOST_FP_SIZE, 11264)/' \
		"$tmp/arch/x86/um/user-offsets.c"
	grep -q 'HOST_FP_SIZE, 11264' "$tmp/arch/x86/um/user-offsets.c"
	mv "$tmp" "$into"
}

# check_config CONFIG FRAGMENT...: every line of the fragments is in CONFIG
check_config()
{
	local config=$1 line missing=0
	shift
	while read -r line; do
		case $line in
		CONFIG_*)
			grep -qxF -- "$line" "$config" && continue ;;
		'# CONFIG_'*' is not set')
			line=${line#\# }
			line=${line% is not set}
			grep -q "^$line=" "$config" || continue
			line="# $line is not set" ;;
		*)
			continue ;;
		esac
		say "the option did not take: $line"
		missing=1
	done < <(cat "$@")
	return $missing
}

build_kernel()
{
	local source=$1 into=$2 flavour=$3 tmp=$2.tmp log=$2.log
	[ -d "$into" ] && return
	rm -rf "$tmp"
	mkdir -p "$tmp"
	say "building the $flavour User-Mode Linux kernel (log: $log)"
	local start=$SECONDS
	local mk=(make -C "$source" O="$tmp" ARCH=um)
	if ! {
		"${mk[@]}" defconfig &&
		cat "$vm_dir/config/uml.config" "$vm_dir/config/uml-$flavour.config" \
			>"$tmp/.fragment" &&
		"$source/scripts/kconfig/merge_config.sh" -m -O "$tmp" \
			"$tmp/.config" "$tmp/.fragment" &&
		"${mk[@]}" olddefconfig
	} >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "configuring the $flavour kernel failed"
	fi
	check_config "$tmp/.config" "$tmp/.fragment" ||
		die "the $flavour kernel lacks options"
	if ! "${mk[@]}" -j"$(jobs_count)" linux modules >>"$log" 2>&1; then
		tail -n 30 "$log" >&2
		die "building the $flavour kernel failed"
	fi
	# What an out-of-tree build never reads again
	find "$tmp" -name '*.o' ! -path '*/scripts/*' -delete
	find "$tmp" -name '*.a' -delete
	find "$tmp" -name '.*.cmd' ! -path '*/scripts/*' -delete
	rm -f "$tmp"/vmlinux "$tmp"/.tmp_vmlinux*
	mv "$tmp" "$into"
	say "built the $flavour kernel in $((SECONDS - start)) s"
}

main()
{
	local flavour=${1:-}
	case $flavour in
	plain | debug | bench) ;;
	smp)
		"$vm_dir/deps.sh" uml
		exec "$vm_dir/uml_smp.sh" kernel
		;;
	*) die "usage: uml_build.sh plain|debug|bench|smp" ;;
	esac
	[ "$(uname -m)" = x86_64 ] || die "User-Mode Linux needs an x86_64 host"

	"$vm_dir/deps.sh" uml
	local version key source into
	version=$(package_version "$package")
	key=$recipe-$(key_of "$vm_dir/config/uml.config" \
		"$vm_dir/config/uml-$flavour.config")
	source=$cache/src/$package-$version-$recipe
	into=$cache/uml/$flavour-$version-$key
	mkdir -p "$cache/src" "$cache/uml"
	if [ ! -x "$into/linux" ]; then
		with_lock "source-$series" unpack_source "$source"
		with_lock "uml-$flavour" build_kernel "$source" "$into" "$flavour"
	fi
	echo "$into"
}

main "$@"; exit
