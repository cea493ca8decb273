// SPDX-License-Identifier: GPL-2.0
/*
 * Walking over a connection table: for readers, for flush and delete.
 *
 * Nobody stops for a walk: it goes by pieces of one RCU reader's section each,
 * and between two pieces entries come and go and the index may be resized. A walk
 * goes by hashes: see conn_resize.c; and those of one hash by their addresses. Both stay
 * as they are as long as the entry is there, wherever a resize puts it: so it is seen
 * once, whatever happens. The order costs a look at all of a chain for each entry of
 * it, which are some four. Iterators belong to one caller, who uses them one call at a
 * time.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "conn_table.h"

#define BATCH		1024		/* entries shown in one go */
#define BATCH_TIME	(HZ / 100 + 1)	/* jiffies that one go may take */

/* Where the entries from the place on are now. */
static void find_chain(struct bailey_conn_iter *iter)
{
	bailey_conn_index_chain(&iter->table->index, iter->hash, &iter->end, &iter->first);
}

/*
 * The least entry of the chain at hand that is not below the place. While chains are moved
 * one may be wider than what is to be dealt with.
 */
static struct bailey_conn_entry *least(const struct bailey_conn_iter *iter, u64 *hash)
{
	struct bailey_conn_entry *entry, *found = NULL;
	unsigned int at = 0;
	u32 own;

	for (; (entry = bailey_conn_chain_from(iter->first, &at)); at++) {
		own = bailey_conn_hash(&entry->conn.key);
		if (READ_ONCE(entry->dead) || own < iter->hash || own >= iter->end)
			continue;
		if (own == iter->hash && (unsigned long)entry < iter->address)
			continue;
		if (found && (own > *hash || (own == *hash && entry > found)))
			continue;
		found = entry;
		*hash = own;
	}
	return found;
}

/* The entry at the place, or the first one behind it. */
static struct bailey_conn_entry *settle(struct bailey_conn_iter *iter)
{
	struct bailey_conn_entry *entry;
	u64 hash;

	while (iter->hash < BAILEY_CONN_HASHES) {
		entry = least(iter, &hash);
		if (entry) {
			iter->hash = hash;
			iter->address = (unsigned long)entry;
			return entry;
		}
		iter->hash = iter->end;
		iter->address = 0;
		if (iter->hash < BAILEY_CONN_HASHES)
			find_chain(iter);
	}
	return NULL;
}

/**
 * bailey_conn_iter_init() - begin to read a table piece by piece
 * @iter: the place, at the beginning
 * @table: must outlive bailey_conn_iter_exit()
 *
 * For readers that come back, such as those of a seq_file:
 *
 *	init; { start; next, next, …; stop; } as often as needed; exit
 *
 * Between stop and the next start anything may happen to the table. What is there
 * all the time comes, and comes once.
 *
 * Context: Process context.
 */
void bailey_conn_iter_init(struct bailey_conn_iter *iter,
			   struct bailey_conn_table *table)
{
	memset(iter, 0, sizeof(*iter));
	iter->table = table;
}

/**
 * bailey_conn_iter_exit() - end what bailey_conn_iter_init() began
 * @iter: stopped
 *
 * Context: Process context.
 */
void bailey_conn_iter_exit(struct bailey_conn_iter *iter)
{
}

/**
 * bailey_conn_iter_start() - go on reading
 * @iter: initialised or stopped
 *
 * Context: Process context. Enters an RCU reader's section that
 * bailey_conn_iter_stop() leaves, also after it returned NULL.
 * Return: the entry that the last bailey_conn_iter_next() returned, or if that
 * is gone the one behind it; the first one at the beginning; NULL at the end.
 */
struct bailey_conn_entry *bailey_conn_iter_start(struct bailey_conn_iter *iter)
	__acquires(RCU)
{
	rcu_read_lock();
	if (iter->hash < BAILEY_CONN_HASHES)
		find_chain(iter);
	return settle(iter);
}

/**
 * bailey_conn_iter_next() - the next entry
 * @iter: started
 *
 * Context: Between bailey_conn_iter_start() and bailey_conn_iter_stop().
 * Return: an entry, valid until bailey_conn_iter_stop(), perhaps expired; NULL at
 * the end.
 */
struct bailey_conn_entry *bailey_conn_iter_next(struct bailey_conn_iter *iter)
{
	iter->address++;
	return settle(iter);
}

/**
 * bailey_conn_iter_stop() - pause reading
 * @iter: started
 *
 * Context: Process context.
 */
void bailey_conn_iter_stop(struct bailey_conn_iter *iter)
	__releases(RCU)
{
	rcu_read_unlock();
}

/* A part of a walk; true if there is more. */
static bool walk_some(struct bailey_conn_table *table,
		      struct bailey_conn_iter *iter,
		      enum bailey_conn_walk_verdict
		      (*fn)(struct bailey_conn_entry *entry, void *arg),
		      void *arg, enum bailey_end end, unsigned long *unlinked)
{
	enum bailey_conn_walk_verdict verdict = BAILEY_CONN_KEEP;
	struct bailey_conn_entry *entry;
	unsigned long until = jiffies + BATCH_TIME;
	unsigned int n = 0;

	for (entry = bailey_conn_iter_start(iter);
	     entry && n < BATCH && time_before(jiffies, until);
	     entry = bailey_conn_iter_next(iter), n++) {
		verdict = fn(entry, arg);
		if (verdict == BAILEY_CONN_STOP)
			break;
		if (verdict == BAILEY_CONN_UNLINK)
			*unlinked += bailey_conn_table_unlink(table, entry, end);
	}
	bailey_conn_iter_stop(iter);
	return entry && verdict != BAILEY_CONN_STOP;
}

/**
 * bailey_conn_table_walk() - show every connection to a function
 * @table: an initialised table
 * @fn: says what becomes of the entry; called under RCU, must not sleep
 * @arg: for @fn
 * @end: why what it unlinks ends
 *
 * Entries that are inserted while it walks may be left out; what was there
 * before and stays is not. Expired entries are shown, dead ones are not. A killed
 * process stops where it is.
 *
 * Context: Process context, may sleep.
 * Return: how many entries it unlinked.
 */
unsigned long
bailey_conn_table_walk(struct bailey_conn_table *table,
		       enum bailey_conn_walk_verdict
		       (*fn)(struct bailey_conn_entry *entry, void *arg),
		       void *arg, enum bailey_end end)
{
	struct bailey_conn_iter iter;
	unsigned long unlinked = 0;

	bailey_conn_iter_init(&iter, table);
	while (walk_some(table, &iter, fn, arg, end, &unlinked) &&
	       !fatal_signal_pending(current))
		cond_resched();
	bailey_conn_iter_exit(&iter);
	return unlinked;
}
