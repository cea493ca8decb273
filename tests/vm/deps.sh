#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh FEATURE...
#
# Makes sure that the Debian packages that a feature needs are installed:
#
#   build   the module's and the tool's compiler and libraries
#   uml     building and running User-Mode Linux
#   qemu    building for and booting a stock Debian kernel
#   style   sparse, shellcheck, the kernel's scripts
#   unit    sanitizers
#   fuzz    fuzzing, with a debug guest, and measuring what tests reach
#   check   everything that `make check` needs
#   demo    everything that `make demo` needs
#   chroot  building for other releases of Debian
#   bench   everything that `make bench` needs
#   kcsan   building and booting the kernel that looks for data races
#   soak    everything that `make soak` needs
#
# As root it installs what is missing; as anyone else it prints the command
# that would, and fails. Nothing is updated that is there already.

set -euo pipefail

# What scenarios find in a guest, whichever bed it runs on
guest_packages="mount iproute2 iputils-ping nftables iptables socat curl
	ca-certificates openssl python3 procps kmod util-linux ethtool conntrack"

packages_of()
{
	case $1 in
	build) echo make gcc libc6-dev libjansson-dev pkg-config ;;
	uml) echo make gcc libc6-dev flex bison bc xz-utils perl kmod python3 \
		linux-source-6.1 "$guest_packages" ;;
	qemu) echo make gcc libc6-dev xz-utils cpio kmod qemu-system-x86 \
		seabios busybox-static "$guest_packages" ;;
	style) echo make gcc libc6-dev sparse shellcheck perl python3 \
		linux-source-6.1 ;;
	unit) echo make gcc libc6-dev libjansson-dev clang libclang-rt-14-dev \
		python3 xz-utils ;;
	fuzz) for f in build uml unit; do packages_of $f; done
		echo llvm-14 ;;
	check) for f in build uml qemu style unit; do packages_of $f; done ;;
	chroot) echo mmdebstrap debian-archive-keyring ;;
	bench) for f in build uml chroot; do packages_of $f; done
		echo gnuplot-nox iperf3 valgrind ;;
	kcsan) for f in build uml qemu; do packages_of $f; done
		echo libelf-dev ;;
	soak) for f in kcsan chroot; do packages_of $f; done ;;
	demo) for f in build qemu; do packages_of $f; done ;;
	*) echo "deps.sh: unknown feature: $1" >&2; return 1 ;;
	esac
}

# missing PACKAGE...: those that dpkg does not have
missing()
{
	local name
	for name; do
		# shellcheck disable=SC2016 # dpkg-query's own variable
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" \
			= installed ] || echo "$name"
	done
}

main()
{
	local wanted lacking feature list=
	for feature; do
		list+=" $(packages_of "$feature")"
	done
	# shellcheck disable=SC2086 # a list of words
	wanted=$(printf '%s\n' $list | sort -u)
	# shellcheck disable=SC2086
	lacking=$(missing $wanted | tr '\n' ' ')
	[ -z "$lacking" ] && return 0

	if [ "$(id -u)" != 0 ]; then
		echo "These packages are missing; as root:" >&2
		echo "apt-get install --no-install-recommends ${lacking% }" >&2
		return 1
	fi
	echo "# installing ${lacking% }" >&2
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of words
	{
		apt-get -q update &&
			apt-get -q install -y --no-install-recommends $lacking
	} >&2 </dev/null || {
		echo "deps.sh: could not install ${lacking% }" >&2
		return 1
	}
}

main "$@"; exit
