// SPDX-License-Identifier: GPL-2.0
/*
 * Room in the connection table: what expires is collected, what is expendable
 * makes room, and the log is told.
 *
 * The collector is a work item that runs once a second while there are
 * connections. It deals with those that are due, a bounded number in one
 * go; if more are due, it comes again behind whoever else waits for the CPU.
 *
 * A packet that finds the table full does not wait for it: it takes out one that
 * has expired, as far as a glance shows one, or else the expendable connection that
 * has waited longest. The search begins in the shard in which the new one will
 * stand and goes through the others only while that has none: hashes are secret,
 * so all queues are about equally old. Before it is refused the packet looks
 * more closely for what has expired; whatever it looks at the collector need not.
 * Connections that are neither expired nor expendable are never taken.
 */
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/rcupdate.h>

#include "conn_place.h"

#define BATCH		2048		/* entries looked at in one go of the collector */
#define HOLD		32		/* the same, under one lock */
#define GLANCE		8		/* the same, by a packet that looks for room */
#define TRIES		4		/* heads of one queue that others may snatch */
#define COLLECT_PERIOD	HZ		/* between two turns of the wheel */
#define REPORT_PERIOD	(10 * HZ)	/* between two lines in the log */

static struct workqueue_struct *collector __read_mostly;

/* Ends what is due in a shard, as far as the budget goes; how many? */
static unsigned int reap(struct bailey_conn_table *table,
			 struct bailey_conn_shard *shard, u32 now,
			 unsigned int *budget)
{
	struct bailey_conn_entry *due[GLANCE];
	unsigned int i, n, ended = 0;

	n = bailey_conn_place_due(shard, now, budget, due, ARRAY_SIZE(due));
	for (i = 0; i < n; i++)
		ended += bailey_conn_table_end(table, due[i],
					       BAILEY_END_TIMEOUT, now);
	return ended;
}

static bool reap_any(struct bailey_conn_table *table, u32 hash, u32 now,
		     unsigned int budget)
{
	struct bailey_conn_shard *shard;
	unsigned int i;

	for (i = 0; i < BAILEY_CONN_SHARDS && budget; i++) {
		shard = bailey_conn_shard_of(table, hash + i);
		if (!bailey_conn_place_quiet(shard, now) &&
		    reap(table, shard, now, &budget))
			return true;
	}
	return false;
}

static bool drop_oldest(struct bailey_conn_table *table,
			struct bailey_conn_shard *shard, enum bailey_expendable kind)
{
	struct bailey_conn_entry *entry;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		entry = bailey_conn_place_oldest(shard, kind);
		if (!entry)
			return false;
		if (bailey_conn_table_end(table, entry, BAILEY_END_EARLY_DROP, 0))
			return true;
	}
	return false;
}

static bool drop_any(struct bailey_conn_table *table, u32 hash)
{
	enum bailey_expendable kind;
	unsigned int i;

	for (kind = BAILEY_EXPENDABLE_FIRST; kind < BAILEY_EXPENDABLE_COUNT; kind++)
		for (i = 0; i < BAILEY_CONN_SHARDS; i++)
			if (drop_oldest(table, bailey_conn_shard_of(table, hash + i), kind))
				return true;
	return false;
}

static void count_refused(struct bailey_conn_shard *shard)
{
	spin_lock_bh(&shard->lock);
	shard->tally.refused++;
	spin_unlock_bh(&shard->lock);
}

/**
 * bailey_conn_make_room() - see to it that one more connection has room
 * @table: the table
 * @hash: of the new connection's key
 * @max: the limit
 *
 * A table that is above its limit, since that was lowered, loses two for
 * each one that comes, as long as it has expendable ones.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: true if there is room; false if the table is full of connections that
 * must stay, which is counted as a refusal.
 */
bool bailey_conn_make_room(struct bailey_conn_table *table, u32 hash, u32 max)
{
	int over = percpu_counter_compare(&table->count, max);
	u32 now = bailey_conn_now();

	if (over < 0)
		return true;
	if (!reap_any(table, hash, now, GLANCE) && !drop_any(table, hash) &&
	    !reap_any(table, hash, now, BATCH)) {
		count_refused(bailey_conn_shard_of(table, hash));
		return false;
	}
	if (over > 0 && !reap_any(table, hash, now, GLANCE))
		drop_any(table, hash);
	return true;
}

/**
 * bailey_conn_table_tally() - what became of a table's connections so far
 * @table: an initialised table
 * @tally: filled in
 *
 * Context: Softirq or process context.
 */
void bailey_conn_table_tally(struct bailey_conn_table *table,
			     struct bailey_conn_tally *tally)
{
	struct bailey_conn_shard *shard;
	unsigned int i;

	memset(tally, 0, sizeof(*tally));
	for (i = 0; i < BAILEY_CONN_SHARDS; i++) {
		shard = bailey_conn_shard_of(table, i);
		spin_lock_bh(&shard->lock);
		tally->expired += shard->tally.expired;
		tally->early += shard->tally.early;
		tally->refused += shard->tally.refused;
		spin_unlock_bh(&shard->lock);
	}
	tally->collect_us = div_u64(READ_ONCE(table->collect_ns), NSEC_PER_USEC);
}

/* A table that was full says so, now and then. */
static void report(struct bailey_conn_table *table)
{
	struct bailey_conn_tally now, *last = &table->told;

	if (time_before(jiffies, table->told_at + REPORT_PERIOD))
		return;
	bailey_conn_table_tally(table, &now);
	if (now.early == last->early && now.refused == last->refused)
		return;
	/* Namespaces may be many; the log is one. */
	if (!net_ratelimit())
		return;
	pr_warn("bailey: connection table of namespace %u is full (%lld): %llu unanswered or ended ones made room, %llu new ones were refused\n",
		table->namespace, bailey_conn_table_count(table),
		now.early - last->early, now.refused - last->refused);
	*last = now;
	table->told_at = jiffies;
}

/* Deals with what is due; true if a part of it is left. */
static bool collect_some(struct bailey_conn_table *table)
{
	unsigned int i, hold, budget = BATCH;
	struct bailey_conn_shard *shard;
	u32 now = bailey_conn_now();

	rcu_read_lock();
	for (i = 0; i < BAILEY_CONN_SHARDS; i++) {
		shard = bailey_conn_shard_of(table, i);
		while (budget && !bailey_conn_place_quiet(shard, now)) {
			hold = min_t(unsigned int, HOLD, budget);
			budget -= hold;
			reap(table, shard, now, &hold);
			budget += hold;
		}
	}
	rcu_read_unlock();
	return !budget;
}

static void collect(struct work_struct *work)
{
	struct bailey_conn_table *table =
		container_of(to_delayed_work(work), struct bailey_conn_table,
			     collect);
	u64 began = ktime_get_ns();
	bool more = collect_some(table);

	if (!more)
		report(table);
	WRITE_ONCE(table->collect_ns, table->collect_ns + ktime_get_ns() - began);
	if (!more && !bailey_conn_table_count(table))
		return;
	/* An insert may have queued us for later meanwhile. */
	mod_delayed_work(collector, &table->collect, more ? 0 : COLLECT_PERIOD);
}

/**
 * bailey_conn_collector_expect() - after an insert somebody must come by
 * @table: the table
 *
 * Context: Softirq or process context.
 */
void bailey_conn_collector_expect(struct bailey_conn_table *table)
{
	/*
	 * Pairs with the full barrier between the clearing of the pending bit
	 * and the work itself: either we see the bit cleared, or collect()
	 * sees the entry counted.
	 */
	smp_mb();
	if (!delayed_work_pending(&table->collect))
		queue_delayed_work(collector, &table->collect, COLLECT_PERIOD);
}

/**
 * bailey_conn_collector_attach() - give a new table its collector
 * @table: being initialised
 *
 * It does not run before the first bailey_conn_collector_expect().
 */
void bailey_conn_collector_attach(struct bailey_conn_table *table)
{
	INIT_DELAYED_WORK(&table->collect, collect);
	table->collect_ns = 0;
	memset(&table->told, 0, sizeof(table->told));
	table->told_at = jiffies - REPORT_PERIOD;
}

/**
 * bailey_conn_collector_init() - make what the collectors of all tables run on
 *
 * Context: Module initialisation.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_collector_init(void)
{
	collector = alloc_workqueue("bailey", WQ_UNBOUND, 0);
	return collector ? 0 : -ENOMEM;
}

/**
 * bailey_conn_collector_exit() - undo bailey_conn_collector_init()
 *
 * Context: Module exit, after the last table is gone.
 */
void bailey_conn_collector_exit(void)
{
	destroy_workqueue(collector);
}
