/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection table of one network namespace: see the essay in conn_table.c.
 */
#ifndef BAILEY_CONN_TABLE_H
#define BAILEY_CONN_TABLE_H

#include <linux/ktime.h>
#include <linux/percpu_counter.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "conn_source.h"
#include "events.h"

struct bailey_conn_shard;

/**
 * struct bailey_conn_entry - a connection in the table
 * @conn: the connection; key and orig_end never change; all else changes under
 *	  @lock and may be read without it through READ_ONCE()
 * @node: in the table's hash
 * @lock: serialises changes of @conn, @dead, @expendable and @shard; taken with
 *	  BHs disabled
 * @dead: unlinked: no more changes count; set once, under @lock
 * @expendable: &enum bailey_expendable: in which line it stands by @queue
 * @shard: where it stands in line; NULL before it does (conn_place.c)
 * @counted: its source counts it (conn_source.c); set before insertion
 * @tick: its slot in the shard's wheel. Under the shard's lock
 * @queue: its place among the expendable. Under the shard's lock
 * @rcu: frees it after all readers; when it is dead and has left @queue
 */
struct bailey_conn_entry {
	struct bailey_conn conn;
	struct rhlist_head node;
	spinlock_t lock;	/* of @conn and @dead */
	bool dead;
	u8 expendable;
	bool counted;
	struct bailey_conn_shard *shard;
	struct hlist_node tick;
	union {
		struct list_head queue;
		struct rcu_head rcu;
	};
};

/**
 * struct bailey_conn_iter - a place in the table, kept while others change it
 * @walk: the hash's own iterator
 * @restarts: how often a resize sent it back to the beginning
 */
struct bailey_conn_iter {
	struct rhashtable_iter walk;
	unsigned int restarts;
};

/**
 * struct bailey_conn_tally - what became of a table's connections
 * @expired: collected after their time
 * @early: expendable ones that made room for others
 * @refused: new ones that found the table full of others that must stay
 * @collect_us: microseconds for which the collector has worked
 */
struct bailey_conn_tally {
	u64 expired;
	u64 early;
	u64 refused;
	u64 collect_us;
};

/**
 * struct bailey_conn_limits - how many connections there may be
 * @connections: in the table; see the essay in conn_table.c for the overshoot
 * @per_source: of one source, 0 for any number
 */
struct bailey_conn_limits {
	u32 connections;
	u32 per_source;
};

/**
 * struct bailey_conn_table - the connections of one network namespace
 * @hash: entries by key; several may share one
 * @count: entries in @hash
 * @shards: where they stand in line
 * @sources: who has how many of them
 * @collect: takes out what has expired; queued while there are entries
 * @collect_ns: nanoseconds for which it has worked; its own to write
 * @namespace: the namespace's number, for the log
 * @told: what the log was told last; @collect's own
 * @told_at: jiffies at that time; @collect's own
 * @events: who is told what becomes of connections, or NULL; set once, before
 *	    there are any
 */
struct bailey_conn_table {
	struct rhltable hash;
	struct percpu_counter count;
	struct bailey_conn_shard *shards;
	struct rhashtable sources;
	struct delayed_work collect;
	u64 collect_ns;
	u32 namespace;
	struct bailey_conn_tally told;
	unsigned long told_at;
	struct bailey_events *events;
};

/**
 * enum bailey_conn_walk_verdict - what a walk does with an entry
 * @BAILEY_CONN_KEEP: leave it
 * @BAILEY_CONN_UNLINK: take it out
 * @BAILEY_CONN_STOP: leave it and end the walk
 */
enum bailey_conn_walk_verdict {
	BAILEY_CONN_KEEP,
	BAILEY_CONN_UNLINK,
	BAILEY_CONN_STOP,
};

/**
 * bailey_conn_for_each_rcu() - all entries that bailey_conn_table_lookup_rcu() found
 * @entry: struct bailey_conn_entry *, the one at hand; dead and expired ones
 *	   come, too: see bailey_conn_entry_live()
 * @pos: struct rhlist_head *, for the macro's use
 * @list: what the lookup returned
 */
#define bailey_conn_for_each_rcu(entry, pos, list) \
	rhl_for_each_entry_rcu(entry, pos, list, node)

/**
 * bailey_conn_now() - the clock of &bailey_conn.expires
 *
 * Return: seconds since boot, suspension left out.
 */
static inline u32 bailey_conn_now(void)
{
	return (u32)ktime_get_seconds();
}

/**
 * bailey_conn_deadline() - when a silence that begins now becomes too long
 * @now: bailey_conn_now()
 * @timeout: seconds
 *
 * Return: for &bailey_conn.expires. One more than the sum: the running second
 * may be nearly over, and nobody dies early.
 */
static inline u32 bailey_conn_deadline(u32 now, u32 timeout)
{
	return now + timeout + 1;
}

/**
 * bailey_conn_entry_live() - may packets still use it?
 * @entry: found under RCU
 * @now: bailey_conn_now()
 *
 * Return: false once it has expired or is unlinked.
 */
static inline bool bailey_conn_entry_live(const struct bailey_conn_entry *entry,
					  u32 now)
{
	return !READ_ONCE(entry->dead) && !bailey_conn_expired(&entry->conn, now);
}

int bailey_conn_cache_init(void);
void bailey_conn_cache_exit(void);

int bailey_conn_table_init(struct bailey_conn_table *table);
void bailey_conn_table_exit(struct bailey_conn_table *table);
s64 bailey_conn_table_count(struct bailey_conn_table *table);
void bailey_conn_table_tally(struct bailey_conn_table *table,
			     struct bailey_conn_tally *tally);

struct bailey_conn_entry *bailey_conn_entry_alloc(gfp_t gfp);
void bailey_conn_entry_free(struct bailey_conn_entry *entry);

struct rhlist_head *
bailey_conn_table_lookup_rcu(struct bailey_conn_table *table,
			     const struct bailey_conn_key *key);
int bailey_conn_table_insert(struct bailey_conn_table *table,
			     struct bailey_conn_entry *new,
			     struct bailey_conn_entry **existing,
			     const struct bailey_conn_limits *limits);
bool bailey_conn_table_unlink(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry, enum bailey_end end);

void bailey_conn_entry_update(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry,
			      const struct bailey_conn_next *next, u32 now);
enum bailey_reason
bailey_conn_entry_advance(struct bailey_conn_table *table,
			  struct bailey_conn_entry *entry,
			  const struct bailey_packet *packet, u8 side,
			  const struct bailey_track_rules *rules, u32 now);
void bailey_conn_entry_read(struct bailey_conn_entry *entry, struct bailey_conn *conn);
void bailey_conn_entry_set_doors(struct bailey_conn_entry *entry, const u32 set[2],
				 const u32 ifindex[2], u32 epoch);

unsigned long
bailey_conn_table_walk(struct bailey_conn_table *table,
		       enum bailey_conn_walk_verdict
		       (*fn)(struct bailey_conn_entry *entry, void *arg),
		       void *arg, enum bailey_end end);

void bailey_conn_iter_init(struct bailey_conn_iter *iter,
			   struct bailey_conn_table *table);
void bailey_conn_iter_exit(struct bailey_conn_iter *iter);
struct bailey_conn_entry *bailey_conn_iter_start(struct bailey_conn_iter *iter);
struct bailey_conn_entry *bailey_conn_iter_next(struct bailey_conn_iter *iter);
void bailey_conn_iter_stop(struct bailey_conn_iter *iter);

#endif /* BAILEY_CONN_TABLE_H */
