// SPDX-License-Identifier: GPL-2.0
/*
 * Where connections stand in line: who goes first when there is no room.
 *
 * Each CPU has a shard for the connections that begin there (up to 16; then some share
 * one), so that new ones meet nobody: neither the lock nor the end of the line, which is
 * another connection's memory. In each shard stand the expendable connections, one line
 * of each kind (enum bailey_expendable), in the order in which they became so. When there
 * is no room, of the first ones of all shards goes who has waited longest, by the clock
 * of jiffies; so a flood on one CPU does not push out what is younger on others. For
 * example a SYN stands at the end of its line; when SYN-ACK and ACK have
 * come it leaves it; and when a reset ends it, it stands in line again. What lasts
 * costs nothing here.
 *
 * Lines change under the shard's lock. Who enters, leaves or changes its place
 * also holds the entry's own lock, outside the shard's; that an entry is dead and
 * that it has left its line is therefore one step.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "conn_place.h"

#define SHARDS_MOST	16	/* that a packet looks at when it needs room */

/* A line has another first one. */
static void note_first(struct bailey_conn_shard *shard, unsigned int line)
{
	const struct bailey_conn_entry *first;

	first = list_first_entry_or_null(&shard->queue[line], struct bailey_conn_entry, queue);
	if (first)
		WRITE_ONCE(shard->since[line], first->since);
}

static void stand(struct bailey_conn_shard *shard, struct bailey_conn_entry *entry,
		  unsigned int line)
{
	bool first = list_empty(&shard->queue[line]);

	entry->since = jiffies;
	list_add_tail(&entry->queue, &shard->queue[line]);
	if (first)
		note_first(shard, line);
}

static void leave(struct bailey_conn_shard *shard, struct bailey_conn_entry *entry,
		  unsigned int line)
{
	bool first = shard->queue[line].next == &entry->queue;

	list_del(&entry->queue);
	if (first)
		note_first(shard, line);
}

static void join(struct bailey_conn_shard *shard, struct bailey_conn_entry *entry,
		 enum bailey_expendable kind)
{
	if (kind == BAILEY_EXPENDABLE_NOT)
		memset(entry->memo, 0, sizeof(entry->memo));
	else
		WRITE_ONCE(entry->turn, entry->turn + 1);
	/* Whoever sees this at 0 sees the memo cleared. */
	smp_store_release(&entry->expendable, kind);
	/* Whoever takes the links for a memo sees that it is none. */
	smp_wmb();
	if (kind != BAILEY_EXPENDABLE_NOT)
		stand(shard, entry, kind - 1);
}

static void move(struct bailey_conn_table *table, struct bailey_conn_entry *entry,
		 enum bailey_expendable kind)
{
	struct bailey_conn_shard *shard = &table->shards[entry->shard];

	lockdep_assert_held(&entry->lock);
	if (kind == entry->expendable)
		return;
	spin_lock(&shard->lock);
	if (entry->expendable)
		leave(shard, entry, entry->expendable - 1);
	join(shard, entry, kind);
	spin_unlock(&shard->lock);
}

/**
 * bailey_conn_shards_init() - make a table's shards
 * @table: gets them
 *
 * Context: Process context, may sleep. 64 bytes for each.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_shards_init(struct bailey_conn_table *table)
{
	struct bailey_conn_shard *shard;
	unsigned int i, kind;

	table->shard_count = min_t(u32, nr_cpu_ids, SHARDS_MOST);
	table->shards = kvcalloc(table->shard_count, sizeof(*table->shards),
				 GFP_KERNEL_ACCOUNT);
	if (!table->shards)
		return -ENOMEM;
	for (i = 0; i < table->shard_count; i++) {
		shard = &table->shards[i];
		spin_lock_init(&shard->lock);
		for (kind = 0; kind < ARRAY_SIZE(shard->queue); kind++)
			INIT_LIST_HEAD(&shard->queue[kind]);
	}
	return 0;
}

/**
 * bailey_conn_shards_exit() - free them
 * @table: nobody uses it any more; its entries' places are forgotten
 *
 * Context: Process context.
 */
void bailey_conn_shards_exit(struct bailey_conn_table *table)
{
	kvfree(table->shards);
}

/**
 * bailey_conn_place_enter() - an entry has come into the table
 * @table: the table
 * @entry: in no line yet
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_enter(struct bailey_conn_table *table,
			     struct bailey_conn_entry *entry)
{
	entry->shard = smp_processor_id() % table->shard_count;
	move(table, entry, bailey_conn_expendable(&entry->conn));
}

/**
 * bailey_conn_place_change() - a packet has changed a connection
 * @table: the table
 * @entry: not dead
 *
 * Costs nothing unless its place has to change, which is when it is answered, when it
 * ends, and seldom in between.
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_change(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry)
{
	move(table, entry, bailey_conn_expendable(&entry->conn));
}

/**
 * bailey_conn_place_leave() - an entry has died
 * @table: the table
 * @entry: just marked dead
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_leave(struct bailey_conn_table *table,
			     struct bailey_conn_entry *entry)
{
	move(table, entry, BAILEY_EXPENDABLE_NOT);
}

/* The shard whose first one of a line has waited longest; NULL if all lines are empty. */
static struct bailey_conn_shard *oldest_shard(struct bailey_conn_table *table,
					      unsigned int line)
{
	struct bailey_conn_shard *shard, *oldest = NULL;
	u32 i, since = 0;

	for (i = 0; i < table->shard_count; i++) {
		shard = &table->shards[i];
		if (list_empty(&shard->queue[line]))
			continue;
		if (oldest && (s32)(READ_ONCE(shard->since[line]) - since) >= 0)
			continue;
		oldest = shard;
		since = READ_ONCE(shard->since[line]);
	}
	return oldest;
}

/**
 * bailey_conn_place_oldest() - who would make room?
 * @table: the table
 * @kind: in which line, not %BAILEY_EXPENDABLE_NOT
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns; no entry's
 * lock held.
 * Return: the expendable entry that has waited longest, or one about as old if others
 * come and go; it may be neither expendable nor alive any more when the caller ends it.
 * NULL if there is none.
 */
struct bailey_conn_entry *
bailey_conn_place_oldest(struct bailey_conn_table *table, enum bailey_expendable kind)
{
	struct bailey_conn_entry *entry = NULL;
	struct bailey_conn_shard *shard;

	while (!entry && (shard = oldest_shard(table, kind - 1))) {
		spin_lock_bh(&shard->lock);
		entry = list_first_entry_or_null(&shard->queue[kind - 1],
						 struct bailey_conn_entry, queue);
		spin_unlock_bh(&shard->lock);
	}
	return entry;
}
