// SPDX-License-Identifier: GPL-2.0
/*
 * Where connections stand in line: who goes first when there is no room.
 *
 * A table is cut into shards by hash, so that CPUs seldom meet. In each shard
 * stand the expendable connections, one line of each kind (enum bailey_expendable),
 * in the order in which they became so. The first is who makes room when there is
 * none. For example a SYN stands at the end of its line; when SYN-ACK and ACK have
 * come it leaves it; and when a reset ends it, it stands in line again. What lasts
 * costs nothing here.
 *
 * Lines change under the shard's lock. Who enters, leaves or changes its place
 * also holds the entry's own lock, outside the shard's; that an entry is dead and
 * that it has left its line is therefore one step.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "conn_place.h"

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
		list_add_tail(&entry->queue, &shard->queue[kind - 1]);
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
		list_del(&entry->queue);
	join(shard, entry, kind);
	spin_unlock(&shard->lock);
}

/**
 * bailey_conn_shards_init() - make a table's shards
 * @table: gets them
 *
 * Context: Process context, may sleep. About 1 KiB.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_shards_init(struct bailey_conn_table *table)
{
	struct bailey_conn_shard *shard;
	unsigned int i, kind;

	table->shards = kvcalloc(BAILEY_CONN_SHARDS, sizeof(*table->shards),
				 GFP_KERNEL_ACCOUNT);
	if (!table->shards)
		return -ENOMEM;
	for (i = 0; i < BAILEY_CONN_SHARDS; i++) {
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
 * @entry: in no line yet; its shard is set
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_enter(struct bailey_conn_table *table,
			     struct bailey_conn_entry *entry)
{
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

/**
 * bailey_conn_place_oldest() - who would make room in a shard?
 * @table: the table
 * @shard: number of the shard, modulo %BAILEY_CONN_SHARDS
 * @kind: in which line, not %BAILEY_EXPENDABLE_NOT
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns; no entry's
 * lock held.
 * Return: the expendable entry that has waited longest, which may be neither
 * expendable nor alive any more when the caller ends it. NULL if there is none.
 */
struct bailey_conn_entry *
bailey_conn_place_oldest(struct bailey_conn_table *table, unsigned int shard,
			 enum bailey_expendable kind)
{
	struct bailey_conn_shard *s = &table->shards[shard % BAILEY_CONN_SHARDS];
	struct list_head *queue = &s->queue[kind - 1];
	struct bailey_conn_entry *entry;

	if (list_empty(queue))
		return NULL;
	spin_lock_bh(&s->lock);
	entry = list_first_entry_or_null(queue, struct bailey_conn_entry, queue);
	spin_unlock_bh(&s->lock);
	return entry;
}
