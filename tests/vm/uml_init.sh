#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Process 1 of a User-Mode Linux guest. The kernel mounts the host's own root
# read-only; this lays a writable overlay of guest memory on it, so that a
# guest may write anywhere and the host sees nothing of it, except in the run
# directory ($bailey_run, from the kernel's command line), which is the host's.

exec <>/dev/tty0 >&0 2>&0
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

set -e
trap 'echo "guest: the root could not be prepared"; busybox poweroff -f' ERR

mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay /mnt/root \
	-o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work
cd /mnt/root
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs devtmpfs dev
mkdir -p dev/pts dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
mount -t debugfs debugfs sys/kernel/debug
mount -t tracefs tracefs sys/kernel/tracing || :
mount -t hostfs hostfs "${PWD}$bailey_run" -o "$bailey_run"
ln -sfn /proc/self/fd dev/fd
# shellcheck disable=SC2154 # from the kernel's command line
pivot_root . mnt
exec chroot . /bin/bash "$bailey_run/guest" </dev/null
