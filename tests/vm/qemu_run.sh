#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# qemu_run.sh [--mem 1G] [--timeout 300] [--out DIR] [--file PATH]... -- COMMAND...
#
# Boots a stock Debian kernel in QEMU and runs COMMAND in it as root; the same
# contract as uml_run.sh. The guest's root is an initramfs with copies of this
# machine's programs, of the tree's tests/, Documentation/ and packaging/ under their
# own names, of the files that $BAILEY_KO and $BAILEY_TOOL name, and of every --file.
# Nothing that the guest writes comes back, except its output and its kernel's log.
#
# BAILEY_KERNEL=DIR boots another kernel; stock_kernel.sh says what DIR holds.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mem=1G
limit=300
out=
files=()

while [ $# -gt 0 ]; do
	case $1 in
	--mem) mem=$2; shift ;;
	--timeout) limit=$2; shift ;;
	--out) out=$2; shift ;;
	--file) files+=("$(realpath "$2")"); shift ;;
	--) shift; break ;;
	*) die "usage: qemu_run.sh [--mem M] [--timeout S] [--out DIR] [--file PATH]... -- COMMAND..." ;;
	esac
	shift
done
[ $# -gt 0 ] || die "qemu_run.sh: no command"

kernel=$("$vm_dir/stock_kernel.sh")
base=$("$vm_dir/initramfs.sh" "$kernel")
new_run_dir qemu

# The guest's private part: what to run, and the files it needs
assemble()
{
	local root=$1 path
	shift
	mkdir -p "$root$out"
	cp "$vm_dir/qemu_init.sh" "$root/init"
	chmod +x "$root/init"
	{
		echo "export BAILEY_OUT=$(quoted "$out") BAILEY_BED=qemu"
		echo "export BAILEY_FLAVOUR=stock"
		pass_environment
		echo 'finish()'
		echo '{'
		echo '	echo "bailey-harness: run ended: $1" >/dev/kmsg'
		echo '	sleep 0.2'
		echo '	busybox reboot -f'
		echo '}'
		echo ". $(quoted "$vm_dir/guest_main.sh")"
		echo "mkdir -p $(quoted "$PWD")"
		echo "cd $(quoted "$PWD")"
		echo "run_command $(quoted "$@")"
	} >"$root/bailey-guest"
	(
		find "$tree/tests" "$tree/Documentation" "$tree/packaging" "$tree/README.md" \
			-type f ! -name '*.o' ! -path '*/corpus/*' -size -2M
		for path in "${BAILEY_KO:-}" "${BAILEY_KUNIT_KO:-}" \
			"${BAILEY_BENCH_KO:-}" "${BAILEY_TOOL:-}" "${files[@]}"; do
			[ -z "$path" ] || find "$(realpath "$path")" -type f
		done
	) | sort -u | sed 's,^/,,' | (cd / && cpio --quiet -pdmL "$root")
	# The tool's own libraries
	if [ -n "${BAILEY_TOOL:-}" ]; then
		ldd "$BAILEY_TOOL" 2>/dev/null | sed -n 's/^[^/]*\(\/[^ :]*\) (0x.*/\1/p' |
			while read -r path; do
				mkdir -p "$root/usr/lib"
				cp -L "$path" "$root/usr/lib/"
			done
	fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/root"
assemble "$scratch/root" "$@"
(cd "$scratch/root" && find . | cpio --quiet -o -H newc -R 0:0) >"$scratch/run.cpio"
cat "$base" "$scratch/run.cpio" >"$scratch/initrd"
rm -rf "$scratch/root" "$scratch/run.cpio"

# /dev/kvm without the processor's own support hangs guests
# One thread for both processors: with two, QEMU 7.2 may run an int3 that the
# guest has patched away already (static keys): "Oops: int3" where code has a nop
accel=tcg,thread=single
[ ! -e "$kernel/accel" ] || accel=$(cat "$kernel/accel")
# QEMU 7.2 leaves wrong flags behind cmpxchg16b: an interrupt that comes right
# then is a double fault, mostly inside kmalloc()
cpu=max,-cx16
if grep -Eqw 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; then
	accel=kvm
	cpu=host
fi

: >"$out/kernel.log"
setsid qemu-system-x86_64 -accel "$accel" -cpu "$cpu" -smp 2 -m "$mem" \
	-nodefaults -no-user-config -display none -no-reboot \
	-kernel "$kernel/vmlinuz" -initrd "$scratch/initrd" \
	-append "console=ttyS1 loglevel=7 panic=-1 oops=panic random.trust_cpu=on mitigations=off tsc=reliable no_timer_check nokaslr" \
	-chardev stdio,id=out,signal=off -serial chardev:out \
	-serial "file:$out/kernel.log" \
	</dev/null &
guest=$!
disown "$guest"
wait_guest "$guest" "$limit" || exit
sed -n 's/.*bailey-harness: run ended: \([0-9]*\).*/\1/p' "$out/kernel.log" \
	>"$out/status"
[ -s "$out/status" ] || rm -f "$out/status"
judge_run
