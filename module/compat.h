/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Today's kernel API for older kernels: 6.1 and 6.12 learn what 7.2 says.
 *
 * The only file that may ask for LINUX_VERSION_CODE, and only where no macro or
 * symbol tells: distributions backport. What was never named alike gets a name
 * of ours, BAILEY_*.
 */
#ifndef BAILEY_COMPAT_H
#define BAILEY_COMPAT_H

#include <linux/sysctl.h>
#include <linux/version.h>
#include <net/net_namespace.h>

/*
 * 6.6: tables come with their size; before, they ended in an empty row. Callers
 * give both: a size, and an empty row behind it that the size does not count.
 * register_net_sysctl() became a macro around the new function then.
 */
#ifndef register_net_sysctl
#define register_net_sysctl_sz(net, path, table, size) \
	register_net_sysctl(net, path, table)
#endif

/* 6.11: sysctl handlers take a const table. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define BAILEY_CTL_CONST
#else
#define BAILEY_CTL_CONST	const
#endif

#endif /* BAILEY_COMPAT_H */
