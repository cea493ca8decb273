#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# module_build.sh plain|debug|bench|smp|stock [MAKE-ARGUMENT...]
#
# Builds bailey.ko for one of the test beds in a copy of the sources in the
# cache, and prints the directory that has it. The copy follows the tree file
# by file, so that a second build compiles only what changed. MAKE-ARGUMENTs
# go to kbuild: W=1, C=2, BAILEY_KUNIT=m (bailey_kunit.ko instead), ...; a build
# with arguments has a copy of its own.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# sync_tree DIR: makes DIR the same as the tree in what kbuild reads
sync_tree()
{
	local into=$1 path
	local -A wanted=()
	mkdir -p "$into"
	cd "$tree"
	while read -r path; do
		wanted[$path]=1
		if ! cmp -s "$path" "$into/$path"; then
			mkdir -p "$into/$(dirname "$path")"
			cp "$path" "$into/$path"
		fi
	done < <(sources)
	cd "$into"
	while read -r path; do
		[ -n "${wanted[$path]:-}" ] || rm -f "$path"
	done < <(sources)
}

sources()
{
	find Kbuild include module tests/kunit tests/bench tests/vm/selftest \
		-type f \( -name '*.[ch]' -o -name Kbuild \) ! -name '*.mod.c' \
		2>/dev/null || :
}

build()
{
	local into=$1 kdir=$2 log
	shift 2
	log=$into.log
	sync_tree "$into"
	cd "$into"
	local start=$SECONDS
	local mk=(make -C "$kdir" M="$into" -j"$(jobs_count)" "$@" modules)
	[ "$kdir" != smp ] || mk=("$vm_dir/uml_smp.sh" module "$into" "$@")
	# Another Debian's headers bring programs that only that Debian can run
	[ -z "$suite" ] || mk=("$vm_dir/debian_chroot.sh" "$suite" -- make -C "$kdir"
		M="${into#"$root"}" -j"$(jobs_count)" "$@" modules)
	if ! "${mk[@]}" >"$log" 2>&1; then
		cat "$log" >&2
		die "building the module failed (make -C $kdir M=$into $*)"
	fi
	# Warnings are for those who asked
	grep -E 'warning:|error:' "$log" >&2 || :
	say "built $(basename "$into") in $((SECONDS - start)) s"
}

main()
{
	local bed=${1:-} kdir key root=$cache suite=
	shift || :
	local args=("$@")
	case $bed in
	plain | debug | bench)
		kdir=$("$vm_dir/uml_build.sh" "$bed")
		args+=(ARCH=um)
		;;
	smp)
		"$vm_dir/uml_build.sh" smp >/dev/null
		kdir=smp
		root=$("$vm_dir/debian_chroot.sh" sid)
		;;
	stock)
		kdir=$("$vm_dir/stock_kernel.sh")
		suite=$(cat "$kdir/suite" 2>/dev/null || :)
		kdir=$(readlink -f "$kdir/build")
		if [ -n "$suite" ]; then
			root=$("$vm_dir/debian_chroot.sh" "$suite")
			kdir=${kdir#"$root"}
		fi
		;;
	*)
		die "usage: module_build.sh plain|debug|bench|smp|stock [ARGUMENT...]"
		;;
	esac
	key=$(echo "$tree $kdir $*" | sha256sum | cut -c1-8)
	local into=$root/build/$bed-$key
	mkdir -p "$root/build"
	with_lock "build-$bed-$key" build "$into" "$kdir" "${args[@]}"
	echo "$into"
}

main "$@"; exit
