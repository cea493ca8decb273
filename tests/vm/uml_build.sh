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
. "$vm_dir/kernel_source.sh"

# To be raised ($source_recipe.1) when build_kernel changes what it makes
recipe=$source_recipe

build_kernel()
{
	local source=$1 into=$2 flavour=$3 tmp=$2.tmp log=$2.log
	[ -d "$into" ] && return
	rm -rf "$tmp"
	mkdir -p "$tmp"
	say "building the $flavour User-Mode Linux kernel (log: $log)"
	local start=$SECONDS
	local mk=(make -C "$source" O="$tmp" ARCH=um)
	cat "$vm_dir/config/uml.config" "$vm_dir/config/uml-$flavour.config" >"$tmp/.fragment"
	configure "$log" "$source" "$tmp" um defconfig "$tmp/.fragment"
	logged "$log" "building the $flavour kernel" \
		"${mk[@]}" -j"$(jobs_count)" linux modules
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
	source=$(kernel_source)
	version=$(package_version "$source_package")
	key=$recipe-$(key_of "$vm_dir/config/uml.config" \
		"$vm_dir/config/uml-$flavour.config")
	into=$cache/uml/$flavour-$version-$key
	mkdir -p "$cache/uml"
	[ -x "$into/linux" ] ||
		with_lock "uml-$flavour" build_kernel "$source" "$into" "$flavour"
	echo "$into"
}

main "$@"; exit
