/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow log of a network namespace: see the essay in flow_log.c.
 */
#ifndef BAILEY_FLOW_LOG_H
#define BAILEY_FLOW_LOG_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "engine/evaluate.h"
#include "flow_ring.h"

struct bailey_flow_table;
struct bailey_store;
struct net;

/**
 * struct bailey_flow_log - who says what became of packets, flow by flow
 * @table: the window at hand; NULL while it is off. Written under @lock
 * @spare: the table of the next window. Under @lock
 * @lock: windows end, and the log is switched, one at a time
 * @ring: lines of past windows, or NULL. Written under @lock and @ring_lock
 * @ring_lock: for readers, who take a reference
 * @seconds: how long a window lasts at the most; 0: off. Written under @lock
 * @hurry: a packet has asked for the end of the window
 * @work: ends the window
 * @line: a line that is being made; has room for the longest. Under @lock
 * @net: the namespace
 * @store: its policy, which says to which interfaces something is attached
 */
struct bailey_flow_log {
	struct bailey_flow_table __rcu *table;
	struct bailey_flow_table *spare;
	struct mutex lock;	/* of windows */
	struct bailey_flow_ring *ring;
	spinlock_t ring_lock;	/* of the pointer to the ring */
	u32 seconds;
	bool hurry;
	struct delayed_work work;
	struct bailey_out line;
	struct net *net;
	struct bailey_store *store;
};

void bailey_flow_log_init(struct bailey_flow_log *log, struct net *net,
			  struct bailey_store *store);
void bailey_flow_log_exit(struct bailey_flow_log *log);
int bailey_flow_log_switch(struct bailey_flow_log *log, u32 seconds, u32 max);
void bailey_flow_log_open(struct bailey_flow_log *log, struct bailey_flow_reader *reader);
void bailey_flow_log_read(struct bailey_flow_log *log, struct bailey_flow_reader *reader,
			  struct bailey_out *out, size_t most);

void bailey_flow_log_add(struct bailey_flow_log *log, const struct sk_buff *skb,
			 const struct bailey_eval *eval, enum bailey_reason reason);
void bailey_flow_log_add_quick(struct bailey_flow_log *log, const struct sk_buff *skb,
			       const struct bailey_binding *binding,
			       const struct bailey_where *where,
			       const struct bailey_packet *packet,
			       enum bailey_reason reason);

/**
 * bailey_flow_log_on() - is there a flow log?
 * @log: the namespace's
 *
 * All that a packet costs where there is none.
 *
 * Context: Any.
 * Return: true if packets are to be told to it.
 */
static inline bool bailey_flow_log_on(const struct bailey_flow_log *log)
{
	return rcu_access_pointer(log->table);
}

/**
 * bailey_flow_log_quick() - a packet was judged without being asked in full
 * @log: the namespace's flow log
 * @skb: its buffer
 * @binding: what it was judged by
 * @where: where it is
 * @packet: what it says
 * @reason: &enum bailey_reason
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 */
static inline void bailey_flow_log_quick(struct bailey_flow_log *log,
					 const struct sk_buff *skb,
					 const struct bailey_binding *binding,
					 const struct bailey_where *where,
					 const struct bailey_packet *packet,
					 enum bailey_reason reason)
{
	if (unlikely(bailey_flow_log_on(log)))
		bailey_flow_log_add_quick(log, skb, binding, where, packet, reason);
}

#endif /* BAILEY_FLOW_LOG_H */
