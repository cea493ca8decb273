/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many connections each source has: see conn_source.c.
 */
#ifndef BAILEY_CONN_SOURCE_H
#define BAILEY_CONN_SOURCE_H

#include <linux/rhashtable.h>

#include "engine/conn.h"

int bailey_conn_sources_setup(void);
int bailey_conn_sources_init(struct rhashtable *sources);
void bailey_conn_sources_exit(struct rhashtable *sources);

int bailey_conn_source_take(struct rhashtable *sources,
			    const struct bailey_conn *conn, u32 max);
void bailey_conn_source_drop(struct rhashtable *sources,
			     const struct bailey_conn *conn);

#endif /* BAILEY_CONN_SOURCE_H */
