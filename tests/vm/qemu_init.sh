#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of a QEMU guest, in an initramfs. The first serial line belongs to
# the command's output, the second one to the kernel's log, which carries the
# exit status home too.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
ln -sfn /proc/self/fd /dev/fd
# There is no udev that would make its node for those who then open it
modprobe -q tun
exec <>/dev/ttyS0 >&0 2>&0
stty -F /dev/ttyS0 -onlcr -echo 2>/dev/null
exec /bin/bash /bailey-guest </dev/null
