# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # common.sh's variables
#
# The source that kernels are built from, Debian's linux-source package, and how
# they are configured. Sourced, after common.sh.

source_package=linux-source-$series

# To be raised when unpack_source changes what it makes; kernels' names have it, too
source_recipe=2

# Unpacks the source once for all kernels; leaves out what is large and is
# not read by any build of ours.
unpack_source()
{
	local into=$1 tmp=$1.tmp
	[ -d "$into" ] && return
	say "unpacking $source_package"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	# UML cannot preempt, but it can count preemption, and that is all that
	# finding sleepers in atomic sections needs. And room for the registers of a
	# processor with AMX: 11008 bytes. With less, the first process dies of "ptrace
	# set fp regs failed, errno = 14". KERNEL_STACK_ORDER grows with it, they are on
	# the stack. (Where this is called nothing that fails ends the script by itself.)
	tar -C "$tmp" --strip-components=1 -xf "/usr/src/$source_package.tar.xz" \
		--exclude='*/drivers/gpu/drm/amd/include' \
		--exclude='*/tools/perf' \
		--exclude='*/arch/*/boot/dts' &&
		sed -i '/^config DEBUG_ATOMIC_SLEEP/,/^\thelp/{/!ARCH_NO_PREEMPT/d}' \
			"$tmp/lib/Kconfig.debug" &&
		sed -i 's/DEFINE_LONGS(HOST_FP_SIZE, 2696)/DEFINE_LONGS(HOST_FP_SIZE, 11264)/' \
			"$tmp/arch/x86/um/user-offsets.c" &&
		grep -q 'HOST_FP_SIZE, 11264' "$tmp/arch/x86/um/user-offsets.c" ||
		die "unpacking $source_package failed"
	mv "$tmp" "$into"
}

# kernel_source: where it is, unpacked
kernel_source()
{
	local into
	into=$cache/src/$source_package-$(package_version "$source_package")-$source_recipe
	mkdir -p "$cache/src"
	[ -d "$into" ] || with_lock "source-$series" unpack_source "$into"
	echo "$into"
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

# logged LOG WHAT COMMAND...: its output goes into LOG, whose end is shown if it fails
logged()
{
	local log=$1 what=$2
	shift 2
	"$@" >>"$log" 2>&1 && return
	tail -n 30 "$log" >&2
	die "$what failed"
}

# configure LOG SOURCE OUT ARCH BASE FRAGMENT: OUT/.config is make's BASE and FRAGMENT, each
# line of which must take
configure()
{
	local log=$1 source=$2 out=$3 arch=$4 base=$5 fragment=$6
	local mk=(make -C "$source" O="$out" ARCH="$arch")
	: >"$log"
	logged "$log" "make $base" "${mk[@]}" "$base"
	logged "$log" "merging options" "$source/scripts/kconfig/merge_config.sh" -m \
		-O "$out" "$out/.config" "$fragment"
	logged "$log" "make olddefconfig" "${mk[@]}" olddefconfig
	check_config "$out/.config" "$fragment" || die "the kernel lacks options"
}
