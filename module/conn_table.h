/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection table of one network namespace: see the essay in conn_table.c.
 */
#ifndef BAILEY_CONN_TABLE_H
#define BAILEY_CONN_TABLE_H

#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "conn_index.h"
#include "conn_memo.h"
#include "conn_source.h"
#include "events.h"

struct bailey_conn_shard;

/**
 * struct bailey_conn_entry - a connection in the table
 * @conn: the connection; key and orig_end never change; all else changes under
 *	  @lock and may be read without it through READ_ONCE(). The entry has only
 *	  as much of it as its key and protocol need, and all below lies in
 *	  &bailey_conn.owner
 * @before: what lies before that
 * @queue: its place among the expendable, if it is. Under the shard's lock
 * @since: jiffies when it took that place. Likewise
 * @rcu: frees it after all readers, when it is dead
 * @memo: by side, what was said of its packets: see conn_memo.c. If it is neither
 * @lock: serialises changes of @conn, @dead, @expendable, @memo; taken with BHs
 *	  disabled, and by whoever inserts it before others can find it
 * @dead: unlinked: no more changes count; set once, under @lock
 * @expendable: &enum bailey_expendable: in which line it stands by @queue
 * @counted: its source counts it (conn_source.c); set before insertion
 * @shared: another entry has the same key, or had; under the lock of its chain
 * @turn: counts, modulo 256, what came into the place of @memo. Under @lock
 * @shard: number of the one with its lines; set with the first place
 */
struct bailey_conn_entry {
	union {
		struct bailey_conn conn;
		struct {
			u8 before[offsetof(struct bailey_conn, owner)];
			union {
				struct {
					struct list_head queue;
					u32 since;
				};
				struct rcu_head rcu;
				struct bailey_conn_memo memo[2];
			};
			spinlock_t lock;	/* of @conn and the next two */
			bool dead;
			u8 expendable;
			bool counted;
			bool shared;
			u8 turn;
			u8 shard;
		};
	};
};

static_assert(offsetofend(struct bailey_conn_entry, shard) <=
	      offsetofend(struct bailey_conn, owner));

/**
 * struct bailey_conn_iter - a place in the table, kept while others change it
 * @table: the table
 * @hash: all entries whose hash is below have been dealt with
 * @address: and of those with this hash, the ones at lower addresses; never followed
 * @end: where the chain at hand ends, between start and stop
 * @first: its first bucket, likewise
 */
struct bailey_conn_iter {
	struct bailey_conn_table *table;
	u64 hash;
	unsigned long address;
	u64 end;
	const struct bailey_conn_bucket *first;
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
 * enum bailey_conn_table_flags - how it stands with a table's collector
 * @BAILEY_CONN_IDLE: it does not come any more: the table was empty
 * @BAILEY_CONN_HURRY: it was told to come at once, as the index is too small
 */
enum bailey_conn_table_flags {
	BAILEY_CONN_IDLE,
	BAILEY_CONN_HURRY,
};

/**
 * struct bailey_conn_table - the connections of one network namespace
 * @index: entries by key; several may share one
 * @shards: where the expendable ones stand in line
 * @shard_count: how many these are
 * @events: who is told what becomes of connections, or NULL; set once, before
 *	    there are any
 * @flags: bits of &enum bailey_conn_table_flags
 * @tally: what became of connections, by the CPU that did it; @collect_us is not used
 * @sources: who has how many of them
 * @collect: takes out what has expired and fits the index; queued unless @idle
 * @collect_ns: nanoseconds for which it has worked; its own to write
 * @longest_ns: the longest that it ever worked without a pause; its own to write
 * @starved: the index has not the size that it needs: no memory; its own
 * @round: the seconds that it is looking at; its own
 * @pos: how far it has come, %BAILEY_CONN_END between two rounds; its own to write
 * @reap_pos: where packets look for the expired when the table is full
 * @reap_since: second in which they began at the beginning
 * @barren: second in which they came to the end and found none
 * @namespace: the namespace's number, for the log
 * @told: what the log was told last; @collect's own
 * @told_at: jiffies at that time; @collect's own
 */
struct bailey_conn_table {
	struct bailey_conn_index index;
	struct bailey_conn_shard *shards;
	u32 shard_count;
	struct bailey_events *events;
	unsigned long flags;
	struct bailey_conn_tally __percpu *tally;
	struct rhashtable sources;
	struct delayed_work collect;
	u64 collect_ns;
	u64 longest_ns;
	bool starved;
	struct bailey_conn_window round;
	u32 pos;
	u32 reap_pos;
	u32 reap_since;
	u32 barren;
	u32 namespace;
	struct bailey_conn_tally told;
	unsigned long told_at;
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

/**
 * bailey_conn_entry_twins() - are two entries the same connection?
 * @a: one
 * @b: the other, with the same key
 *
 * Return: true if originator and group sets are the same.
 */
static inline bool bailey_conn_entry_twins(const struct bailey_conn_entry *a,
					   const struct bailey_conn_entry *b)
{
	return a->conn.orig_end == b->conn.orig_end &&
	       READ_ONCE(a->conn.set[0]) == READ_ONCE(b->conn.set[0]) &&
	       READ_ONCE(a->conn.set[1]) == READ_ONCE(b->conn.set[1]);
}

int bailey_conn_cache_init(void);
void bailey_conn_cache_exit(void);

int bailey_conn_table_init(struct bailey_conn_table *table);
void bailey_conn_table_exit(struct bailey_conn_table *table);
s64 bailey_conn_table_count(struct bailey_conn_table *table);
void bailey_conn_table_tally(struct bailey_conn_table *table,
			     struct bailey_conn_tally *tally);

struct bailey_conn_entry *bailey_conn_entry_alloc(const struct bailey_conn_key *key,
						  gfp_t gfp);
void bailey_conn_entry_free(struct bailey_conn_entry *entry);
unsigned int bailey_conn_entry_size(const struct bailey_conn_key *key);

int bailey_conn_table_insert(struct bailey_conn_table *table,
			     struct bailey_conn_entry *new, u32 hash,
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
