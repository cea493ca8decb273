/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that outlive the module: see conn_restore.c.
 */
#ifndef BAILEY_CONN_RESTORE_H
#define BAILEY_CONN_RESTORE_H

#include "engine/text.h"
#include "net.h"

struct bailey_restore;

u32 bailey_restore_head(struct bailey_net *bn, struct bailey_out *out);
void bailey_restore_print(struct net *net, struct bailey_conn_entry *entry, u32 epoch,
			  u32 now, struct bailey_out *out);

struct bailey_restore *bailey_restore_create(struct bailey_net *bn);
void bailey_restore_destroy(struct bailey_restore *restore);
void bailey_restore_lose(struct bailey_restore *restore, bool torn);
int bailey_restore_feed(struct bailey_restore *restore, const char *text, size_t len,
			struct bailey_diag *diag);

#endif /* BAILEY_CONN_RESTORE_H */
