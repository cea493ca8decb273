/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where connections stand in line: see conn_place.c. For the files of the
 * connection table only.
 */
#ifndef BAILEY_CONN_PLACE_H
#define BAILEY_CONN_PLACE_H

#include "conn_table.h"

/**
 * struct bailey_conn_shard - a part of a table's connections: those that came on one CPU
 * @lock: of all that follows, and of its entries' places in line; innermost,
 *	  taken with BHs disabled
 * @since: how long the first of each queue has waited: jiffies when it came. Of an empty
 *	   queue this says nothing
 * @queue: the expendable ones, by &enum bailey_expendable less one, those that have
 *	   waited longest first
 */
struct bailey_conn_shard {
	spinlock_t lock;	/* of @queue and @since */
	u32 since[BAILEY_EXPENDABLE_COUNT - 1];
	struct list_head queue[BAILEY_EXPENDABLE_COUNT - 1];
} ____cacheline_aligned_in_smp;

int bailey_conn_shards_init(struct bailey_conn_table *table);
void bailey_conn_shards_exit(struct bailey_conn_table *table);

void bailey_conn_place_enter(struct bailey_conn_table *table,
			     struct bailey_conn_entry *entry);
void bailey_conn_place_change(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry);
void bailey_conn_place_leave(struct bailey_conn_table *table,
			     struct bailey_conn_entry *entry);
struct bailey_conn_entry *
bailey_conn_place_oldest(struct bailey_conn_table *table, enum bailey_expendable kind);

/* conn_entry.c */
int bailey_conn_entries_setup(void);
void bailey_conn_entries_cleanup(void);

/* conn_table.c: the one way out of the table */
bool bailey_conn_table_end(struct bailey_conn_table *table,
			   struct bailey_conn_entry *entry,
			   enum bailey_end end, u32 now);

/* conn_pressure.c */
int bailey_conn_collector_init(void);
void bailey_conn_collector_exit(void);
int bailey_conn_collector_attach(struct bailey_conn_table *table);
void bailey_conn_collector_detach(struct bailey_conn_table *table);
void bailey_conn_collector_expect(struct bailey_conn_table *table);
bool bailey_conn_make_room(struct bailey_conn_table *table, u32 max);

#endif /* BAILEY_CONN_PLACE_H */
