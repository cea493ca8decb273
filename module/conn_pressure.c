// SPDX-License-Identifier: GPL-2.0
/*
 * Room in the connection table: what expires is collected, what is expendable
 * makes room, and the log is told.
 *
 * The collector is a work item that runs once a second while there are
 * connections. It gives the index the size that it needs, and deals with those that
 * are due, for a quarter of a millisecond in one go; if there is more to do, it comes again
 * behind whoever else waits for the CPU.
 *
 * A packet that finds the table full does not wait for it: it takes out one that
 * has expired, as far as a glance shows one, or else the expendable connection that
 * has waited longest. Before it is refused the packet looks
 * more closely for what has expired. All packets look on where the last one
 * stopped; when they have been everywhere within a second, and that is barren, there is
 * nothing to look for until the next one. (While the index is resized they don't see
 * those that have been moved already, which are collected some tenths of a second late.)
 * Connections that are neither expired nor expendable are never taken.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/rcupdate.h>

#include "conn_place.h"

#define RUN_NS		(250 * NSEC_PER_USEC)	/* of the collector in one go */
#define CHAINS		64		/* that it looks at between two glances at the clock */
#define ENDS		16		/* the same, for connections that it ends */
#define GLANCE		64		/* chains looked at by a packet that needs room */
#define SEARCH		2048		/* the same, before it is refused */
#define OVERDUE		60		/* seconds; see REACH in conn_index.c */
#define MARGIN		2		/* seconds by which CPUs' clocks may differ */
#define TRIES		4		/* heads of one queue that others may snatch */
#define COLLECT_PERIOD	HZ		/* between two rounds */
#define REPORT_PERIOD	(10 * HZ)	/* between two lines in the log */

static struct workqueue_struct *collector __read_mostly;

/* Has anybody looked at the whole of the table within this second, for nothing? */
static void note_end(struct bailey_conn_table *table, u32 now)
{
	if (READ_ONCE(table->reap_since) == now)
		WRITE_ONCE(table->barren, now);
	WRITE_ONCE(table->reap_since, now);
}

/* Ends one that is due, if a search of some chains finds one. */
static bool reap(struct bailey_conn_table *table, u32 now, unsigned int chains)
{
	const struct bailey_conn_window window = { now - OVERDUE, now };
	struct bailey_conn_entry *due;
	u32 pos = READ_ONCE(table->reap_pos);
	bool ended = false;

	if (READ_ONCE(table->barren) == now)
		return false;
	if (pos == BAILEY_CONN_END)
		pos = 0;
	if (bailey_conn_index_due(&table->index, &pos, chains, &window, &due, 1))
		ended = bailey_conn_table_end(table, due, BAILEY_END_TIMEOUT, now);
	if (pos == BAILEY_CONN_END)
		note_end(table, now);
	WRITE_ONCE(table->reap_pos, pos);
	return ended;
}

static bool drop_oldest(struct bailey_conn_table *table, enum bailey_expendable kind)
{
	struct bailey_conn_entry *entry;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		entry = bailey_conn_place_oldest(table, kind);
		if (!entry)
			return false;
		if (bailey_conn_table_end(table, entry, BAILEY_END_EARLY_DROP, 0))
			return true;
	}
	return false;
}

static bool drop_any(struct bailey_conn_table *table)
{
	enum bailey_expendable kind;

	for (kind = BAILEY_EXPENDABLE_FIRST; kind < BAILEY_EXPENDABLE_COUNT; kind++)
		if (drop_oldest(table, kind))
			return true;
	return false;
}

/**
 * bailey_conn_make_room() - see to it that one more connection has room
 * @table: the table
 * @max: the limit
 *
 * A table that is above its limit, since that was lowered, loses two for
 * each one that comes, as long as it has expendable ones.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: true if there is room; false if the table is full of connections that
 * must stay, which is counted as a refusal.
 */
bool bailey_conn_make_room(struct bailey_conn_table *table, u32 max)
{
	int over = percpu_counter_compare(&table->index.count, max);
	u32 now;

	if (over < 0)
		return true;
	now = bailey_conn_now();
	if (!reap(table, now, GLANCE) && !drop_any(table) &&
	    !reap(table, now, SEARCH)) {
		this_cpu_inc(table->tally->refused);
		return false;
	}
	if (over > 0 && !reap(table, now, GLANCE))
		drop_any(table);
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
	const struct bailey_conn_tally *part;
	int cpu;

	memset(tally, 0, sizeof(*tally));
	for_each_possible_cpu(cpu) {
		part = per_cpu_ptr(table->tally, cpu);
		tally->expired += READ_ONCE(part->expired);
		tally->early += READ_ONCE(part->early);
		tally->refused += READ_ONCE(part->refused);
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

/* Ends what is due in some chains. */
static void collect_some(struct bailey_conn_table *table)
{
	struct bailey_conn_entry *due[ENDS];
	unsigned int i, n;
	u32 pos = table->pos;

	rcu_read_lock();
	n = bailey_conn_index_due(&table->index, &pos, CHAINS, &table->round, due, ENDS);
	for (i = 0; i < n; i++)
		bailey_conn_table_end(table, due[i], BAILEY_END_TIMEOUT,
				      table->round.last);
	rcu_read_unlock();
	WRITE_ONCE(table->pos, pos);
}

/* Goes on with a round as long as it may; true at its end. */
static bool go_round(struct bailey_conn_table *table, u64 until)
{
	do {
		collect_some(table);
	} while (table->pos != BAILEY_CONN_END && ktime_get_ns() < until);
	return table->pos == BAILEY_CONN_END;
}

static int fit(struct bailey_conn_table *table, u64 until)
{
	return bailey_conn_index_fit(&table->index, until, collector);
}

/*
 * A round looks at the seconds since the last one, and at some that it saw: in these
 * somebody may have come after it was there. After a resize it looks at all once more,
 * be it that this took several rounds, for want of memory, which saw only a part. False
 * if the index is not ready yet.
 */
static bool prepare_round(struct bailey_conn_table *table, u64 until)
{
	int fitted = fit(table, until);

	if (fitted == -EAGAIN)
		return false;
	if (fitted >= 0)
		clear_bit(BAILEY_CONN_HURRY, &table->flags);
	if (table->pos == BAILEY_CONN_END) {
		if (!table->starved)
			table->round.first = table->round.last + 1 - MARGIN;
		table->round.last = bailey_conn_now();
		WRITE_ONCE(table->pos, 0);
	} else if (fitted > 0) {
		WRITE_ONCE(table->pos, 0);
	}
	table->starved = fitted < 0;
	return true;
}

/* Who is in a hurry but gets no memory waits for the next round. */
static bool begins_round(const struct bailey_conn_table *table)
{
	return table->pos == BAILEY_CONN_END ||
	       (test_bit(BAILEY_CONN_HURRY, &table->flags) && !table->starved);
}

/*
 * Stop, if nobody is there. Who inserts looks at the bit as a reader of RCU: either
 * he sees it, or we see what he has counted.
 */
static bool may_rest(struct bailey_conn_table *table)
{
	int fitted;

	if (bailey_conn_table_count(table))
		return false;
	fitted = fit(table, 0);
	/* With more of it to come, or with the size that was wanted when there were others */
	if (fitted == -EAGAIN || fitted > 0)
		return false;
	set_bit(BAILEY_CONN_IDLE, &table->flags);
	synchronize_rcu();
	return !bailey_conn_table_count(table) ||
	       !test_and_clear_bit(BAILEY_CONN_IDLE, &table->flags);
}

/* Works as long as it may; true at the end of a round. */
static bool go_on(struct bailey_conn_table *table)
{
	u64 began = ktime_get_ns(), took;
	bool done;

	done = (!begins_round(table) || prepare_round(table, began + RUN_NS)) &&
	       go_round(table, began + RUN_NS);
	took = ktime_get_ns() - began;
	WRITE_ONCE(table->collect_ns, table->collect_ns + took);
	table->longest_ns = max(table->longest_ns, took);
	return done;
}

static void collect(struct work_struct *work)
{
	struct bailey_conn_table *table =
		container_of(to_delayed_work(work), struct bailey_conn_table,
			     collect);

	if (!go_on(table)) {
		mod_delayed_work(collector, &table->collect, 0);
		return;
	}
	report(table);
	if (!may_rest(table))
		queue_delayed_work(collector, &table->collect, COLLECT_PERIOD);
}

/**
 * bailey_conn_collector_expect() - after an insert somebody must come by
 * @table: the table
 *
 * Writes nothing while the collector comes by anyway.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_collector_expect(struct bailey_conn_table *table)
{
	if (unlikely(test_bit(BAILEY_CONN_IDLE, &table->flags)) &&
	    test_and_clear_bit(BAILEY_CONN_IDLE, &table->flags))
		queue_delayed_work(collector, &table->collect, COLLECT_PERIOD);
	if (unlikely(bailey_conn_index_crowded(&table->index)) &&
	    !test_and_set_bit(BAILEY_CONN_HURRY, &table->flags))
		mod_delayed_work(collector, &table->collect, 0);
}

/**
 * bailey_conn_collector_attach() - give a new table its collector
 * @table: being initialised
 *
 * It does not run before the first bailey_conn_collector_expect().
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_collector_attach(struct bailey_conn_table *table)
{
	u32 now = bailey_conn_now();

	table->tally = alloc_percpu(struct bailey_conn_tally);
	if (!table->tally)
		return -ENOMEM;
	INIT_DELAYED_WORK(&table->collect, collect);
	table->flags = BIT(BAILEY_CONN_IDLE);
	table->collect_ns = 0;
	table->longest_ns = 0;
	table->starved = false;
	table->round.last = now;
	table->pos = BAILEY_CONN_END;
	table->reap_pos = 0;
	table->reap_since = now - 1;
	table->barren = now - 1;
	memset(&table->told, 0, sizeof(table->told));
	table->told_at = jiffies - REPORT_PERIOD;
	return 0;
}

/**
 * bailey_conn_collector_detach() - undo bailey_conn_collector_attach()
 * @table: nobody comes any more
 *
 * Context: Process context, may sleep.
 */
void bailey_conn_collector_detach(struct bailey_conn_table *table)
{
	cancel_delayed_work_sync(&table->collect);
	free_percpu(table->tally);
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
 * Context: Module exit, after the last table is gone and rcu_barrier().
 */
void bailey_conn_collector_exit(void)
{
	destroy_workqueue(collector);
}
