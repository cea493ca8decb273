// SPDX-License-Identifier: GPL-2.0
/*
 * The flow log of a network namespace.
 *
 * DOC: The way of a record
 *
 *	packet -> flow_packet.c -> flow of the window (flow_table.c)
 *	       -> the window ends: lines (flow_text.c) -> ring (flow_ring.c) -> reader
 *
 * DOC: Windows
 *
 * All flows of a namespace have the same windows. One ends when the clock shows a multiple of
 * its length, when the log is switched (also to the length that it has), and when the
 * policy has changed too often for it. Then the table of the window is
 * exchanged for an empty one, and when no packet uses it any more its flows are written
 * out: first the interfaces that had no traffic, then the flows, one line for each side
 * that has something to tell, then what there was no place for.
 *
 * DOC: Life
 *
 * While it is off there is nothing, and packets look at one pointer. Who switches it on
 * pays for all of it: two tables and the ring. Switched off, or with its namespace, it ends its
 * last window and frees them; readers keep the ring that they have until
 * they have read it.
 *
 * Locking: @lock for windows and the switch; the table is published under RCU.
 */
#include "flow_log.h"

#include <linux/math64.h>
#include <linux/netdevice.h>
#include <linux/ktime.h>
#include <linux/xarray.h>
#include <net/l3mdev.h>

#include "flow_table.h"
#include "flow_text.h"
#include "policy_store.h"

#define RING_SHARE	512		/* bytes of the ring for each flow */
#define RING_LEAST	(64 << 10)	/* more than the longest line */
#define SLACK_MS	20		/* jiffies and the clock are not in step */

/* An interface to which something is attached. */
struct place {
	u32 ifindex;
	bool line[2];			/* for the subnet, for this machine */
	char name[BAILEY_IFNAME_MAX + 1];
};

static void write_line(struct bailey_flow_log *log)
{
	if (!WARN_ON_ONCE(log->line.failed))
		bailey_flow_ring_add(log->ring, log->line.buf, log->line.len);
	bailey_out_reset(&log->line);
}

/* Places are remembered by number: bit 0 for the subnet, bit 1 for this machine. */
static int mark(struct xarray *busy, u32 ifindex, bool box)
{
	unsigned long bits = xa_to_value(xa_load(busy, ifindex) ?: xa_mk_value(0));

	if (!ifindex || bits & BIT(box))
		return 0;
	return xa_err(xa_store(busy, ifindex, xa_mk_value(bits | BIT(box)),
			       GFP_KERNEL | __GFP_NOWARN));
}

static u32 master_of(struct net *net, u32 ifindex)
{
	const struct net_device *dev;
	u32 master = 0;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		master = l3mdev_master_ifindex_rcu(dev);
	rcu_read_unlock();
	return master;
}

/* Return: 0 or -ENOMEM; then nobody knows who had no traffic. */
static int mark_flows(struct bailey_flow_log *log, struct bailey_flow_table *table,
		      struct xarray *busy)
{
	const struct bailey_flow *flow;
	u32 s, port, at = 0;
	int err = 0;

	while (!err && (flow = bailey_flow_table_next(table, &at))) {
		for (s = 0; s < 2; s++) {
			if (!flow->side[s].action)
				continue;
			port = bailey_flow_port(flow, s);
			err = mark(busy, port, bailey_flow_box(flow, s));
			/* A port without lines of its own has those of its VRF. */
			if (!err)
				err = mark(busy, master_of(log->net, port),
					   bailey_flow_box(flow, s));
			if (err)
				break;
		}
		cond_resched();
	}
	return err;
}

static u32 count_places(struct bailey_flow_log *log)
{
	const struct bailey_binding *binding;
	u32 count;

	rcu_read_lock();
	binding = rcu_dereference(log->store->live);
	count = binding ? READ_ONCE(binding->ifaces->count) : 0;
	rcu_read_unlock();
	return count;
}

static u32 copy_places(struct bailey_flow_log *log, struct place *place, u32 room)
{
	const struct bailey_binding *binding;
	const struct bailey_iface *iface;
	u32 i, count = 0;

	rcu_read_lock();
	binding = rcu_dereference(log->store->live);
	for (i = 0; binding && i <= binding->ifaces->mask && count < room; i++) {
		iface = &binding->ifaces->iface[i];
		/* Pairs with who adds one to a binding that is live. */
		if (!smp_load_acquire(&iface->ifindex) || (!iface->host && !iface->subnet))
			continue;
		place[count].ifindex = iface->ifindex;
		place[count].line[0] = iface->subnet;
		place[count].line[1] = iface->host;
		memcpy(place[count].name, iface->name, sizeof(place->name));
		count++;
	}
	rcu_read_unlock();
	return count;
}

/* Interfaces to which something is attached, and that no flow has passed. */
static void write_nodata(struct bailey_flow_log *log, struct xarray *busy, u32 start, u32 end)
{
	u32 i, host, count = count_places(log);
	struct place *place;
	unsigned long bits;

	place = kvcalloc(count, sizeof(*place), GFP_KERNEL | __GFP_NOWARN);
	if (!place)
		return;
	count = copy_places(log, place, count);
	for (i = 0; i < count; i++) {
		bits = xa_to_value(xa_load(busy, place[i].ifindex) ?: xa_mk_value(0));
		for (host = 0; host < 2; host++) {
			if (!place[i].line[host] || bits & BIT(host))
				continue;
			bailey_flow_print_nodata(place[i].name, host, start, end, &log->line);
			write_line(log);
		}
		cond_resched();
	}
	kvfree(place);
}

static void write_flows(struct bailey_flow_log *log, struct bailey_flow_table *table, u32 end)
{
	const struct bailey_flow *flow;
	u32 s, at = 0;

	while ((flow = bailey_flow_table_next(table, &at))) {
		for (s = 0; s < 2; s++) {
			if (!flow->side[s].action)
				continue;
			bailey_flow_print(log->net, flow, s, table->start, end, &log->line);
			write_line(log);
		}
		cond_resched();
	}
}

/* All that there is to tell of a window that is over. */
static void write_window(struct bailey_flow_log *log, struct bailey_flow_table *table, u32 end)
{
	struct xarray busy;
	u64 packets, bytes;

	xa_init(&busy);
	if (end > table->start && !mark_flows(log, table, &busy))
		write_nodata(log, &busy, table->start, end);
	xa_destroy(&busy);
	write_flows(log, table, end);
	bailey_flow_table_lost(table, &packets, &bytes);
	if (!packets)
		return;
	bailey_flow_print_lost(packets, bytes, table->start, end, &log->line);
	write_line(log);
}

/*
 * A window ends, and the next one begins in another table, if there is to be one.
 * Return: the table of the window that is over; it is empty now.
 */
static struct bailey_flow_table *end_window(struct bailey_flow_log *log,
					    struct bailey_flow_table *next)
{
	struct bailey_flow_table *table;
	u32 now = ktime_get_real_seconds();

	table = rcu_dereference_protected(log->table, lockdep_is_held(&log->lock));
	if (next)
		bailey_flow_table_begin(next, now);
	WRITE_ONCE(log->hurry, false);
	rcu_assign_pointer(log->table, next);
	synchronize_rcu();
	bailey_flow_table_merge(table);
	write_window(log, table, now);
	bailey_flow_table_clear(table);
	return table;
}

/* When the clock shows the next multiple of a window's length */
static void queue_end(struct bailey_flow_log *log)
{
	u64 length = (u64)log->seconds * MSEC_PER_SEC;
	u64 now = div_u64(ktime_get_real_ns(), NSEC_PER_MSEC), past;

	div64_u64_rem(now, length, &past);
	bailey_store_queue(&log->work, msecs_to_jiffies(length - past + SLACK_MS));
}

static void work_end(struct work_struct *work)
{
	struct bailey_flow_log *log = container_of(to_delayed_work(work), struct bailey_flow_log,
						   work);

	mutex_lock(&log->lock);
	if (log->seconds) {
		log->spare = end_window(log, log->spare);
		queue_end(log);
	}
	mutex_unlock(&log->lock);
}

static void set_ring(struct bailey_flow_log *log, struct bailey_flow_ring *ring)
{
	struct bailey_flow_ring *old;

	spin_lock(&log->ring_lock);
	old = log->ring;
	log->ring = ring;
	spin_unlock(&log->ring_lock);
	bailey_flow_ring_put(old);
}

static void free_tables(struct bailey_flow_table *table, struct bailey_flow_log *log)
{
	bailey_flow_table_destroy(table);
	bailey_flow_table_destroy(log->spare);
	log->spare = NULL;
	bailey_out_destroy(&log->line);
}

static int switch_on(struct bailey_flow_log *log, u32 max)
{
	struct bailey_flow_table *table = bailey_flow_table_create(max);
	struct bailey_flow_ring *ring;

	ring = bailey_flow_ring_create(max_t(u32, max * RING_SHARE, RING_LEAST));
	log->spare = bailey_flow_table_create(max);
	if (!table || !log->spare || !ring ||
	    !bailey_out_reserve(&log->line, BAILEY_FLOW_LINE_MAX)) {
		bailey_flow_ring_put(ring);
		free_tables(table, log);
		return -ENOMEM;
	}
	set_ring(log, ring);
	bailey_flow_table_begin(table, ktime_get_real_seconds());
	rcu_assign_pointer(log->table, table);
	return 0;
}

static void switch_off(struct bailey_flow_log *log)
{
	free_tables(end_window(log, NULL), log);
	set_ring(log, NULL);
}

/**
 * bailey_flow_log_switch() - switch a flow log on, off, or to another length of windows
 * @log: the namespace's
 * @seconds: how long a window lasts; 0: off
 * @max: how many flows a window has room for, if it is switched on
 *
 * The window at hand ends, also if nothing changes.
 *
 * Context: Process; may sleep. The memory is charged to the caller.
 * Return: 0 or -ENOMEM, and then it is off as before.
 */
int bailey_flow_log_switch(struct bailey_flow_log *log, u32 seconds, u32 max)
{
	int ret = 0;

	mutex_lock(&log->lock);
	if (seconds && !log->seconds)
		ret = switch_on(log, max);
	else if (seconds)
		log->spare = end_window(log, log->spare);
	else if (log->seconds)
		switch_off(log);
	if (!ret) {
		WRITE_ONCE(log->seconds, seconds);
		if (seconds)
			queue_end(log);
	}
	mutex_unlock(&log->lock);
	return ret;
}

/**
 * bailey_flow_log_init() - no flow log yet
 * @log: embedded in what its namespace owns
 * @net: the namespace
 * @store: its policy
 */
void bailey_flow_log_init(struct bailey_flow_log *log, struct net *net,
			  struct bailey_store *store)
{
	memset(log, 0, sizeof(*log));
	mutex_init(&log->lock);
	spin_lock_init(&log->ring_lock);
	INIT_DELAYED_WORK(&log->work, work_end);
	log->net = net;
	log->store = store;
}

/**
 * bailey_flow_log_exit() - the namespace goes
 * @log: initialised; no packet, reader or writer of the sysctl can find it any more
 *
 * Context: Process; may sleep.
 */
void bailey_flow_log_exit(struct bailey_flow_log *log)
{
	cancel_delayed_work_sync(&log->work);
	free_tables(rcu_dereference_protected(log->table, true), log);
	RCU_INIT_POINTER(log->table, NULL);
	set_ring(log, NULL);
}

/* The ring of this moment, with a reference. */
static struct bailey_flow_ring *get_ring(struct bailey_flow_log *log)
{
	struct bailey_flow_ring *ring;

	spin_lock(&log->ring_lock);
	ring = log->ring;
	if (ring)
		refcount_inc(&ring->refs);
	spin_unlock(&log->ring_lock);
	return ring;
}

/**
 * bailey_flow_log_open() - begin to read, with what there is
 * @log: the namespace's flow log
 * @reader: who reads it; zeroed
 *
 * Context: Process.
 */
void bailey_flow_log_open(struct bailey_flow_log *log, struct bailey_flow_reader *reader)
{
	struct bailey_flow_ring *ring = get_ring(log);

	if (ring)
		bailey_flow_reader_begin(reader, ring, false);
}

/**
 * bailey_flow_log_read() - read what is new
 * @log: the namespace's flow log
 * @reader: who reads it
 * @out: lines are appended
 * @most: bytes that @out may have afterwards
 *
 * Context: Process; never waits for something new.
 */
void bailey_flow_log_read(struct bailey_flow_log *log, struct bailey_flow_reader *reader,
			  struct bailey_out *out, size_t most)
{
	struct bailey_flow_ring *ring = get_ring(log);

	if (reader->ring)
		bailey_flow_reader_take(reader, out, most);
	/* Once there is another one, nobody writes to that which the reader has. */
	if (!out->len && ring != reader->ring) {
		bailey_flow_reader_end(reader);
		if (ring)
			bailey_flow_reader_begin(reader, ring, true);
	} else {
		bailey_flow_ring_put(ring);
		return;
	}
	if (ring)
		bailey_flow_reader_take(reader, out, most);
}
