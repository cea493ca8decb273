// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of one window of a flow log.
 *
 * DOC: Flows
 *
 * A flow is all packets of a window that have the same addresses, ports and
 * protocol, came the same way, were judged by the same policy with the same
 * outcome, and there by the same entries of ACLs. What it has to tell of its two sides (the
 * interface that its packets came in by and the one that they go out by) stands in it
 * once, so that a packet looks for one flow, not for two:
 *
 *	packet		flow					records
 *	SYN C -> S	eth0 -> eth1, pass:  3 packets	->	eth1 ingress ACCEPT
 *	ACK C -> S
 *	ACK C -> S
 *	SYN C -> S:25	eth0 -> eth1, group-deny: 1	->	eth1 ingress REJECT
 *
 * where nothing is attached to eth0.
 *
 * DOC: Without a lock
 *
 * Each CPU has its own chains, and writes to no flow but its own, with bottom halves off. So
 * counting is plain addition. Places for flows come out of one array for all, a handful at a
 * time, so that one CPU may have all of them. When the window is over another table takes
 * its place, and after a grace period nobody writes to it any more: then flows that several
 * CPUs had are made one (bailey_flow_table_merge()), read, and the table is cleared for
 * the window after the next.
 *
 * What a flow points to belongs to its policy, of which the table holds a reference until it
 * is cleared. A CPU makes sure of that when it meets another policy than before, under the
 * one lock there is. A window can hold a few of them; when there are more it ends early.
 *
 * DOC: Bounds
 *
 * There are @max flows and no more. Packets of others are counted as skipped, by
 * where they were: those flows have places of their own, and if there are too many of
 * these, too, there is one sum for all. With several CPUs some of the handfuls may be
 * left over when another one finds none.
 *
 * Chains are chosen by a multilinear hash with random keys: for any two flows it is
 * as likely as by chance that they share one, whoever chose their addresses.
 */
#include "flow_table.h"

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>

#define HANDFUL		16

static u32 hash(const struct bailey_flow_table *table, const struct bailey_flow *flow)
{
	const struct bailey_addr *src = &flow->addr[0], *dst = &flow->addr[1];
	const u64 *k = table->secret;
	u64 sum = k[12];

	sum += (k[0] + flow->near[0]) * (k[1] + flow->near[1]);
	sum += (k[2] + ((u32)flow->sport << 16 | flow->dport)) *
	       (k[3] + ((u32)flow->proto << 8 | flow->family));
	sum += (k[4] + flow->ifindex[0]) * (k[5] + flow->ifindex[1]);
	if (flow->family == BAILEY_IPV6) {
		sum += (k[6] + (u32)src->hi) * (k[7] + (u32)dst->hi);
		sum += (k[8] + (u32)(src->lo >> 32)) * (k[9] + (u32)(dst->lo >> 32));
		sum += (k[10] + (u32)src->lo) * (k[11] + (u32)dst->lo);
	}
	return sum >> 32;
}

/* What quick packets know of each other. */
static bool alike(const struct bailey_flow *a, const struct bailey_flow *b)
{
	return a->near[0] == b->near[0] && a->near[1] == b->near[1] &&
	       a->sport == b->sport && a->dport == b->dport && a->policy == b->policy &&
	       a->ifindex[0] == b->ifindex[0] && a->ifindex[1] == b->ifindex[1] &&
	       a->family == b->family && a->proto == b->proto && a->hook == b->hook &&
	       a->reason == b->reason &&
	       (a->family != BAILEY_IPV6 || (bailey_addr_equal(&a->addr[0], &b->addr[0]) &&
					     bailey_addr_equal(&a->addr[1], &b->addr[1])));
}

static bool sides_alike(const struct bailey_flow *a, const struct bailey_flow *b)
{
	return a->side[0].rule == b->side[0].rule && a->side[1].rule == b->side[1].rule &&
	       a->side[0].action == b->side[0].action &&
	       a->side[1].action == b->side[1].action;
}

static struct bailey_flow *find(const struct bailey_flow_table *table, const u32 *head,
				const struct bailey_flow *probe, bool exact)
{
	struct bailey_flow *flow;
	u32 at;

	for (at = head[hash(table, probe) & table->mask]; at; at = flow->next) {
		flow = &table->flow[at - 1];
		if (alike(flow, probe) && (!exact || sides_alike(flow, probe)))
			return flow;
	}
	return NULL;
}

static void link(const struct bailey_flow_table *table, u32 *head, struct bailey_flow *flow)
{
	u32 *at = &head[hash(table, flow) & table->mask];

	flow->next = *at;
	*at = flow - table->flow + 1;
}

/**
 * bailey_flow_find() - the flow that a packet belongs to
 * @table: the table
 * @probe: a flow with all that the packet says
 * @exact: its sides are known and have to be the same; else any do
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: one of this CPU's, or NULL.
 */
struct bailey_flow *bailey_flow_find(struct bailey_flow_table *table,
				     const struct bailey_flow *probe, bool exact)
{
	const struct bailey_flow_share *share = this_cpu_ptr(table->share);

	return likely(share->head) ? find(table, share->head, probe, exact) : NULL;
}

/**
 * bailey_flow_room() - may this CPU have another flow?
 * @table: the table
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: false if bailey_flow_enter() would find no place.
 */
bool bailey_flow_room(const struct bailey_flow_table *table)
{
	const struct bailey_flow_share *share = this_cpu_ptr(table->share);

	return share->at < share->end || (u32)atomic_read(&table->used) < table->max;
}

/* The next place of this CPU, or one of those for what was skipped; NULL if none is left. */
static struct bailey_flow *take_place(struct bailey_flow_table *table,
				      struct bailey_flow_share *share, bool skipped)
{
	u32 at;

	if (skipped) {
		at = atomic_read(&table->reserve);
		if (at < BAILEY_FLOW_RESERVE)
			at = atomic_fetch_inc(&table->reserve);
		return at < BAILEY_FLOW_RESERVE ? &table->flow[table->max + at] : NULL;
	}
	if (!bailey_flow_room(table))
		return NULL;
	if (share->at == share->end) {
		at = atomic_fetch_add(HANDFUL, &table->used);
		share->at = min(at, table->max);
		share->end = min(share->at + HANDFUL, table->max);
	}
	return share->at < share->end ? &table->flow[share->at++] : NULL;
}

/* See to it that a policy outlives the window. */
static bool hold(struct bailey_flow_table *table, struct bailey_flow_share *share,
		 struct bailey_policy *policy)
{
	bool held;
	u32 i = 0;

	if (likely(share->policy == policy))
		return true;
	spin_lock(&table->lock);
	while (i < table->policies && table->policy[i] != policy)
		i++;
	held = i < ARRAY_SIZE(table->policy);
	if (i == table->policies && held) {
		bailey_policy_get(policy);
		table->policy[table->policies++] = policy;
	}
	if (!held)
		WRITE_ONCE(table->crowded, true);
	spin_unlock(&table->lock);
	if (held)
		share->policy = policy;
	return held;
}

/**
 * bailey_flow_enter() - begin a flow
 * @table: the table
 * @probe: the flow, which this CPU does not have yet
 *
 * Context: Under rcu_read_lock(), which protects its policy, and BHs disabled.
 * Return: the flow, without packets; NULL if there is no place for it.
 */
struct bailey_flow *bailey_flow_enter(struct bailey_flow_table *table,
				      const struct bailey_flow *probe)
{
	struct bailey_flow_share *share = this_cpu_ptr(table->share);
	struct bailey_flow *flow;

	if (!share->head || !hold(table, share, probe->policy))
		return NULL;
	flow = take_place(table, share, !probe->family);
	if (!flow)
		return NULL;
	*flow = *probe;
	flow->packets = 0;
	flow->bytes = 0;
	flow->tcp_flags = 0;
	link(table, share->head, flow);
	return flow;
}

/**
 * bailey_flow_lose() - count what belongs to no flow that there is room for
 * @table: the table
 * @amount: what it is
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 */
void bailey_flow_lose(struct bailey_flow_table *table, const struct bailey_flow_amount *amount)
{
	struct bailey_flow_share *share = this_cpu_ptr(table->share);

	share->lost_packets += amount->packets;
	share->lost_bytes += amount->bytes;
}

/* Chains for CPUs that have come. Those that get none have their packets counted as lost. */
static void make_heads(struct bailey_flow_table *table)
{
	struct bailey_flow_share *share;
	int cpu;

	for_each_online_cpu(cpu) {
		share = per_cpu_ptr(table->share, cpu);
		if (!share->head)
			share->head = kvcalloc(table->mask + 1, sizeof(*share->head),
					       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	}
}

static bool has_heads(struct bailey_flow_table *table)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (!per_cpu_ptr(table->share, cpu)->head)
			return false;
	return true;
}

/**
 * bailey_flow_table_create() - make a table
 * @max: how many flows it has room for, from 1 to 2^30
 *
 * Context: Process; may sleep. The memory is charged to the caller.
 * Return: an empty table, or NULL when memory is short.
 */
struct bailey_flow_table *bailey_flow_table_create(u32 max)
{
	struct bailey_flow_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);

	if (!table)
		return NULL;
	spin_lock_init(&table->lock);
	table->max = max;
	table->mask = roundup_pow_of_two(max) - 1;
	get_random_bytes(table->secret, sizeof(table->secret));
	table->flow = kvcalloc((size_t)max + BAILEY_FLOW_RESERVE, sizeof(*table->flow),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	table->share = alloc_percpu_gfp(struct bailey_flow_share, GFP_KERNEL_ACCOUNT);
	if (table->share)
		make_heads(table);
	if (table->flow && table->share && has_heads(table))
		return table;
	bailey_flow_table_destroy(table);
	return NULL;
}

/**
 * bailey_flow_table_destroy() - free a table and let go of its policies
 * @table: the table, which no packet may find any more, or NULL
 *
 * Context: Process; may sleep.
 */
void bailey_flow_table_destroy(struct bailey_flow_table *table)
{
	int cpu;

	if (!table)
		return;
	while (table->policies)
		bailey_policy_put(table->policy[--table->policies]);
	if (table->share)
		for_each_possible_cpu(cpu)
			kvfree(per_cpu_ptr(table->share, cpu)->head);
	free_percpu(table->share);
	kvfree(table->flow);
	kfree(table);
}

/**
 * bailey_flow_table_begin() - a window is about to begin
 * @table: empty
 * @now: Unix seconds
 *
 * Context: Process; may sleep.
 */
void bailey_flow_table_begin(struct bailey_flow_table *table, u32 now)
{
	make_heads(table);
	table->start = now;
}

/* A flow of one CPU goes into the chains of another one. */
static void merge_flow(struct bailey_flow_table *table, u32 *head, struct bailey_flow *flow)
{
	struct bailey_flow *same = find(table, head, flow, true);
	u32 s;

	if (!same) {
		link(table, head, flow);
		return;
	}
	same->packets += flow->packets;
	same->bytes += flow->bytes;
	same->tcp_flags |= flow->tcp_flags;
	same->first = min(same->first, flow->first);
	same->last = max(same->last, flow->last);
	for (s = 0; s < 2; s++)
		if (same->side[s].group == BAILEY_NO_SLOT)
			same->side[s].group = flow->side[s].group;
	flow->packets = 0;
}

/**
 * bailey_flow_table_join() - the flows of one CPU become another one's
 * @table: a table that no packet can find any more
 * @head: chains of that one
 * @from: chains of the first one, whose flows are in the others' afterwards
 *
 * Context: Process; may sleep.
 */
void bailey_flow_table_join(struct bailey_flow_table *table, u32 *head, const u32 *from)
{
	struct bailey_flow *flow;
	u32 i, at, next;

	for (i = 0; i <= table->mask; i++) {
		for (at = from[i]; at; at = next) {
			flow = &table->flow[at - 1];
			next = flow->next;
			merge_flow(table, head, flow);
		}
		if (!(i & 1023))
			cond_resched();
	}
}

/**
 * bailey_flow_table_merge() - flows that several CPUs have become one
 * @table: a table that no packet can find any more
 *
 * Context: Process; may sleep.
 */
void bailey_flow_table_merge(struct bailey_flow_table *table)
{
	u32 *head = NULL, *other;
	int cpu;

	for_each_possible_cpu(cpu) {
		other = per_cpu_ptr(table->share, cpu)->head;
		if (head && other)
			bailey_flow_table_join(table, head, other);
		else if (other)
			head = other;
	}
}

static u32 places_used(const struct bailey_flow_table *table)
{
	return min_t(u32, atomic_read(&table->used), table->max);
}

static u32 reserve_used(const struct bailey_flow_table *table)
{
	return min_t(u32, atomic_read(&table->reserve), BAILEY_FLOW_RESERVE);
}

/**
 * bailey_flow_table_next() - walk through the flows
 * @table: a table that no packet can find any more
 * @at: where the walk is; 0 to begin with
 *
 * Context: Process.
 * Return: the next flow, or NULL behind the last one.
 */
struct bailey_flow *bailey_flow_table_next(struct bailey_flow_table *table, u32 *at)
{
	u32 used = places_used(table), end = table->max + reserve_used(table);
	struct bailey_flow *flow;

	while (*at < end) {
		if (*at == used)
			*at = table->max;
		if (*at == end)
			break;
		flow = &table->flow[(*at)++];
		if (flow->packets)
			return flow;
	}
	return NULL;
}

/**
 * bailey_flow_table_lost() - what there was no place for at all
 * @table: a table that no packet can find any more
 * @packets: filled in
 * @bytes: filled in
 *
 * Context: Process.
 */
void bailey_flow_table_lost(struct bailey_flow_table *table, u64 *packets, u64 *bytes)
{
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		*packets += per_cpu_ptr(table->share, cpu)->lost_packets;
		*bytes += per_cpu_ptr(table->share, cpu)->lost_bytes;
	}
}

/**
 * bailey_flow_table_clear() - empty a table and let go of its policies
 * @table: a table that no packet can find any more
 *
 * Context: Process; may sleep.
 */
void bailey_flow_table_clear(struct bailey_flow_table *table)
{
	struct bailey_flow_share *share;
	int cpu;

	for_each_possible_cpu(cpu) {
		share = per_cpu_ptr(table->share, cpu);
		*share = (struct bailey_flow_share){ .head = share->head };
		if (share->head)
			memset(share->head, 0, (table->mask + 1) * sizeof(*share->head));
		cond_resched();
	}
	memset(table->flow, 0, places_used(table) * sizeof(*table->flow));
	memset(table->flow + table->max, 0, reserve_used(table) * sizeof(*table->flow));
	atomic_set(&table->used, 0);
	atomic_set(&table->reserve, 0);
	while (table->policies)
		bailey_policy_put(table->policy[--table->policies]);
	table->crowded = false;
}
