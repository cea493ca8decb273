/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flows of one window: see the essay in flow_table.c.
 */
#ifndef BAILEY_FLOW_TABLE_H
#define BAILEY_FLOW_TABLE_H

#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "engine/policy.h"
#include "engine/side.h"

#define BAILEY_FLOW_SECRETS	13
#define BAILEY_FLOW_POLICIES	16	/* that one window may see */
#define BAILEY_FLOW_RESERVE	64	/* flows of what is skipped */

/**
 * enum bailey_flow_action - what a side of a flow has to tell
 * @BAILEY_FLOW_NONE: nothing: it was not asked, or not reached
 * @BAILEY_FLOW_ACCEPT: it said yes
 * @BAILEY_FLOW_REJECT: it, or nobody in particular, said no
 * @BAILEY_FLOW_SKIPPED: there was no room for flows that it was asked about
 */
enum bailey_flow_action {
	BAILEY_FLOW_NONE,
	BAILEY_FLOW_ACCEPT,
	BAILEY_FLOW_REJECT,
	BAILEY_FLOW_SKIPPED,
};

/**
 * struct bailey_flow_side - one side of a flow
 * @attach: the attach line that guards it, or NULL
 * @endpoint: the endpoint that the packets' address is, or NULL
 * @rule: the entry of its ACL that decided; NULL for the last one, or for none
 * @group: slot of the group whose rule allowed the request, if it was asked about
 *	   it in this window; else %BAILEY_NO_SLOT
 * @action: &enum bailey_flow_action
 * @acl: its ACL was asked
 */
struct bailey_flow_side {
	const struct bailey_attach *attach;
	const struct bailey_endpoint *endpoint;
	const struct bailey_rule *rule;
	u32 group;
	u8 action;
	bool acl;
};

/**
 * struct bailey_flow - packets that are alike
 * @near: the first 32 bits of its source and its destination address
 * @sport: source port, or 0
 * @dport: destination port, or 0
 * @ifindex: as in &struct bailey_where
 * @next: the next one of its chain, by number, plus 1
 * @policy: what they were judged by; held by the table
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6; 0: what was skipped: it has no addresses, ports
 *	    or protocol
 * @proto: protocol
 * @hook: &enum bailey_hook
 * @reason: &enum bailey_reason
 * @first: when the first one came, in Unix seconds
 * @last: when the last one came
 * @tcp_flags: of all packets: FIN, SYN and RST, and ACK beside SYN
 * @packets: how many packets there were on the wire; 0: this place is not in use
 * @bytes: how many bytes these had
 * @addr: its source and its destination address
 * @side: what these two have to tell
 *
 * What a packet of IPv4 reads and writes is one cache line.
 */
struct bailey_flow {
	u32 near[2];
	u16 sport;
	u16 dport;
	u32 ifindex[2];
	u32 next;
	struct bailey_policy *policy;
	u8 family;
	u8 proto;
	u8 hook;
	u8 reason;
	u32 first;
	u32 last;
	u8 tcp_flags;
	u64 packets;
	u64 bytes;
	struct bailey_addr addr[2];
	struct bailey_flow_side side[2];
} __aligned(64);

static_assert(offsetof(struct bailey_flow, addr) <= 64);

/**
 * struct bailey_flow_amount - what one buffer adds to a flow
 * @packets: packets on the wire
 * @bytes: their bytes
 * @now: Unix seconds
 * @tcp_flags: TCP flags, 0 of another protocol
 */
struct bailey_flow_amount {
	u32 packets;
	u32 bytes;
	u32 now;
	u8 tcp_flags;
};

/**
 * struct bailey_flow_share - one CPU's part of a table
 * @head: chains: the first flow of each, by number, plus 1; NULL while the CPU has none
 * @policy: the last one that it has made sure of
 * @at: the next flow that it may use
 * @end: behind the last one of these
 * @lost_packets: packets for which there was no place at all
 * @lost_bytes: their bytes
 */
struct bailey_flow_share {
	u32 *head;
	struct bailey_policy *policy;
	u32 at;
	u32 end;
	u64 lost_packets;
	u64 lost_bytes;
};

/**
 * struct bailey_flow_table - the flows of one window
 * @mask: chains of each CPU, less one
 * @max: how many flows there may be
 * @secret: what hashes are made with
 * @flow: @max places, and %BAILEY_FLOW_RESERVE
 * @share: of each CPU
 * @used: places that were given out to CPUs; more than @max if they wanted more
 * @reserve: of the others, likewise
 * @lock: of the next two; taken with BHs disabled
 * @policies: how many there are in
 * @policy: policies that flows point into; holds references
 * @crowded: there were more than can be held
 * @start: when the window began, in Unix seconds
 */
struct bailey_flow_table {
	u32 mask;
	u32 max;
	u64 secret[BAILEY_FLOW_SECRETS];
	struct bailey_flow *flow;
	struct bailey_flow_share __percpu *share;
	atomic_t used;
	atomic_t reserve;
	spinlock_t lock;	/* of the policies */
	u32 policies;
	struct bailey_policy *policy[BAILEY_FLOW_POLICIES];
	bool crowded;
	u32 start;
};

struct bailey_flow_table *bailey_flow_table_create(u32 max);
void bailey_flow_table_destroy(struct bailey_flow_table *table);
void bailey_flow_table_begin(struct bailey_flow_table *table, u32 now);
void bailey_flow_table_join(struct bailey_flow_table *table, u32 *head, const u32 *from);
void bailey_flow_table_merge(struct bailey_flow_table *table);
void bailey_flow_table_clear(struct bailey_flow_table *table);
struct bailey_flow *bailey_flow_table_next(struct bailey_flow_table *table, u32 *at);
void bailey_flow_table_lost(struct bailey_flow_table *table, u64 *packets, u64 *bytes);

bool bailey_flow_room(const struct bailey_flow_table *table);
struct bailey_flow *bailey_flow_find(struct bailey_flow_table *table,
				     const struct bailey_flow *probe, bool exact);
struct bailey_flow *bailey_flow_enter(struct bailey_flow_table *table,
				      const struct bailey_flow *probe);
void bailey_flow_lose(struct bailey_flow_table *table,
		      const struct bailey_flow_amount *amount);

/**
 * bailey_flow_set_addr() - say which addresses a flow has
 * @flow: the flow
 * @src: its source
 * @dst: its destination
 */
static inline void bailey_flow_set_addr(struct bailey_flow *flow,
					const struct bailey_addr *src,
					const struct bailey_addr *dst)
{
	flow->near[0] = src->hi >> 32;
	flow->near[1] = dst->hi >> 32;
	flow->addr[0] = *src;
	flow->addr[1] = *dst;
}

/**
 * bailey_flow_count() - a buffer belongs to a flow
 * @flow: from bailey_flow_find() or bailey_flow_enter(), on this CPU
 * @amount: what it adds
 *
 * Context: BHs disabled since then.
 */
static inline void bailey_flow_count(struct bailey_flow *flow,
				     const struct bailey_flow_amount *amount)
{
	if (!flow->packets)
		flow->first = amount->now;
	flow->last = amount->now;
	flow->packets += amount->packets;
	flow->bytes += amount->bytes;
	flow->tcp_flags |= amount->tcp_flags;
}

#endif /* BAILEY_FLOW_TABLE_H */
