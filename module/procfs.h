/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/bailey: see procfs.c.
 */
#ifndef BAILEY_PROCFS_H
#define BAILEY_PROCFS_H

#include "net.h"

int bailey_procfs_init(struct bailey_net *bn);
void bailey_procfs_exit(struct bailey_net *bn);

#endif /* BAILEY_PROCFS_H */
