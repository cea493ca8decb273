/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where connections stand in line: see conn_place.c. For the files of the
 * connection table only.
 */
#ifndef BAILEY_CONN_PLACE_H
#define BAILEY_CONN_PLACE_H

#include "conn_table.h"

#define BAILEY_CONN_SHARDS	16	/* power of two */
#define BAILEY_CONN_WHEEL	256	/* slots of a second each; power of two */
#define BAILEY_CONN_SPREAD	64	/* of these, the last ones; power of two */

/**
 * struct bailey_conn_shard - a part of a table's connections, by hash
 * @lock: of all that follows; innermost, taken with BHs disabled
 * @clock: the first second whose slot may still hold entries that are due
 * @queue: the expendable ones, by &enum bailey_expendable less one, those that have
 *	   waited longest first
 * @tally: what became of connections of this shard
 * @wheel: all of them, by the second in which to look at them again
 */
struct bailey_conn_shard {
	spinlock_t lock;	/* of all members */
	u32 clock;
	struct list_head queue[BAILEY_EXPENDABLE_COUNT - 1];
	struct bailey_conn_tally tally;
	struct hlist_head wheel[BAILEY_CONN_WHEEL];
} ____cacheline_aligned_in_smp;

int bailey_conn_shards_init(struct bailey_conn_table *table);
void bailey_conn_shards_exit(struct bailey_conn_table *table);
struct bailey_conn_shard *bailey_conn_shard_of(struct bailey_conn_table *table,
					       u32 hash);

void bailey_conn_place_enter(struct bailey_conn_shard *shard,
			     struct bailey_conn_entry *entry);
void bailey_conn_place_change(struct bailey_conn_entry *entry, bool sooner);
void bailey_conn_place_leave(struct bailey_conn_entry *entry,
			     enum bailey_end end);
bool bailey_conn_place_quiet(const struct bailey_conn_shard *shard, u32 now);
unsigned int bailey_conn_place_due(struct bailey_conn_shard *shard, u32 now,
				   unsigned int *budget,
				   struct bailey_conn_entry **due,
				   unsigned int max);
struct bailey_conn_entry *
bailey_conn_place_oldest(struct bailey_conn_shard *shard,
			 enum bailey_expendable kind);

/* conn_table.c: the one way out of the table */
bool bailey_conn_table_end(struct bailey_conn_table *table,
			   struct bailey_conn_entry *entry,
			   enum bailey_end end, u32 now);

/* conn_pressure.c */
int bailey_conn_collector_init(void);
void bailey_conn_collector_exit(void);
void bailey_conn_collector_attach(struct bailey_conn_table *table);
void bailey_conn_collector_expect(struct bailey_conn_table *table);
bool bailey_conn_make_room(struct bailey_conn_table *table, u32 hash, u32 max);

#endif /* BAILEY_CONN_PLACE_H */
