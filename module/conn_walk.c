// SPDX-License-Identifier: GPL-2.0
/*
 * Walking over a connection table: for readers, for flush and delete.
 *
 * Nobody stops for a walk: it goes by pieces of one RCU reader's section each,
 * and between two pieces entries come and go and the hash may be resized. So a
 * piece ends before an entry that the walk has not yet dealt with, which is where
 * the next piece begins; and a resize starts the walk over, a bounded number of
 * times. Iterators belong to one caller, who uses them one call at a time.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "conn_table.h"

#define BATCH		1024		/* entries shown in one go */
#define BATCH_TIME	(HZ / 100 + 1)	/* jiffies that one go may take */
#define RESTARTS_MAX	32		/* resizes that one walk puts up with */

/* Is it still there for the caller of an iterator? If not, what comes next is. */
static struct bailey_conn_entry *settle(struct bailey_conn_iter *iter, void *obj)
{
	struct bailey_conn_entry *entry = obj;

	while (IS_ERR(entry) || (entry && READ_ONCE(entry->dead))) {
		if (IS_ERR(entry) && ++iter->restarts > RESTARTS_MAX)
			return NULL;
		entry = rhashtable_walk_next(&iter->walk);
	}
	return entry;
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
 * Between stop and the next start anything may happen to the table. An entry
 * may come twice when the table was resized, never endlessly; one may be left
 * out when its neighbours in the hash, the last one returned among them, went.
 *
 * Context: Process context.
 */
void bailey_conn_iter_init(struct bailey_conn_iter *iter,
			   struct bailey_conn_table *table)
{
	iter->restarts = 0;
	rhltable_walk_enter(&table->hash, &iter->walk);
}

/**
 * bailey_conn_iter_exit() - end what bailey_conn_iter_init() began
 * @iter: stopped
 *
 * Context: Process context.
 */
void bailey_conn_iter_exit(struct bailey_conn_iter *iter)
{
	rhashtable_walk_exit(&iter->walk);
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
	if (rhashtable_walk_start_check(&iter->walk))
		iter->restarts++;
	if (iter->restarts > RESTARTS_MAX)
		return NULL;
	return settle(iter, rhashtable_walk_peek(&iter->walk));
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
	return settle(iter, rhashtable_walk_next(&iter->walk));
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
	rhashtable_walk_stop(&iter->walk);
}

/*
 * Is the entry just returned the first of its bucket? Where such a one vanishes,
 * the hash goes on with what has become the first. Anywhere else it goes on by
 * number, and would step over an entry for each one unlinked before it.
 */
static bool may_pause(const struct bailey_conn_iter *iter)
{
	return iter->walk.skip <= 1;
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
	     entry && ((n < BATCH && time_before(jiffies, until)) || !may_pause(iter));
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
 * @fn: says what becomes of the entry; called under RCU, must not sleep. A
 *	resize may show it an entry twice
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
