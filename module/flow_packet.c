// SPDX-License-Identifier: GPL-2.0
/*
 * From packets to flows.
 *
 * A side of a packet has something to tell if it has an ACL or groups. It has accepted the
 * packet if it said yes, though the other side said no: as with two machines, of which the
 * first one sends what the second one refuses. What nobody in particular refuses (a segment
 * outside the windows, a full table, a bad checksum) each of them rejects. Where "default"
 * refuses, the interface to which nothing is attached rejects. Packets that nobody asks,
 * exempt ones included, are no flows.
 *
 * A packet that is asked in full brings its trace (evaluate.c), so that nothing is guessed
 * here. One that is not is told by its reason alone: if it is the first one of its
 * flow in the window the ACLs are asked once more, for the sake of their entries, and groups
 * are not, as they have not been.
 *
 * Locking: BHs disabled, under the caller's rcu_read_lock(); see flow_table.c.
 */
#include <linux/ktime.h>

#include "compat.h"
#include "flow_log.h"
#include "flow_table.h"
#include "policy_store.h"
#include "skb.h"

static void probe_init(struct bailey_flow *probe, const struct bailey_binding *binding,
		       const struct bailey_where *where, const struct bailey_packet *packet,
		       enum bailey_reason reason)
{
	bailey_flow_set_addr(probe, &packet->src, &packet->dst);
	probe->policy = binding->policy;
	probe->ifindex[0] = where->ifindex[0];
	probe->ifindex[1] = where->ifindex[1];
	probe->sport = packet->sport;
	probe->dport = packet->dport;
	probe->family = packet->family;
	probe->proto = packet->proto;
	probe->hook = where->hook;
	probe->reason = reason;
}

/* ACK says nothing but beside SYN, and PSH and URG never do. */
static u8 telling_flags(u8 flags)
{
	return flags & (BAILEY_TCP_FIN | BAILEY_TCP_SYN | BAILEY_TCP_RST |
			(flags & BAILEY_TCP_SYN ? BAILEY_TCP_ACK : 0));
}

static void measure(struct bailey_flow_amount *amount, const struct sk_buff *skb,
		    const struct bailey_packet *packet)
{
	bailey_skb_on_wire(skb, packet, &amount->packets, &amount->bytes);
	amount->now = ktime_get_real_seconds();
	amount->tcp_flags = packet->proto == BAILEY_PROTO_TCP ?
			    telling_flags(packet->tcp_flags) : 0;
}

static bool says_no(const struct bailey_step *step)
{
	return step->answer == BAILEY_ANSWER_DENY || step->answer == BAILEY_ANSWER_REJECT ||
	       step->answer == BAILEY_ANSWER_UNDECIDED;
}

/* The side that refused; 2 if no side did. */
static u32 refuser_of(const struct bailey_trace *trace)
{
	const struct bailey_step *last = trace->count ? &trace->step[trace->count - 1] : NULL;

	return last && says_no(last) ? last->side : 2;
}

/* Of a packet to or from this machine "default" is about the machine's side alone. */
static u8 default_action(const struct bailey_eval *eval, u32 s)
{
	if (eval->where->hook != BAILEY_HOOK_FORWARD && !eval->side[s].box)
		return BAILEY_FLOW_NONE;
	return bailey_side_unattached(&eval->side[s]) ? BAILEY_FLOW_REJECT : BAILEY_FLOW_NONE;
}

static u8 action_of(const struct bailey_eval *eval, u32 s, enum bailey_reason reason)
{
	u32 refuser = refuser_of(eval->trace);

	if (reason == BAILEY_DROP_DEFAULT)
		return default_action(eval, s);
	if (!eval->side[s].acl && !eval->side[s].set)
		return BAILEY_FLOW_NONE;
	if (reason == BAILEY_PASS)
		return BAILEY_FLOW_ACCEPT;
	if (refuser > BAILEY_DST || refuser == s)
		return BAILEY_FLOW_REJECT;
	return s == BAILEY_SRC ? BAILEY_FLOW_ACCEPT : BAILEY_FLOW_NONE;
}

/* What the two sides have to tell. Return: false if it is nothing. */
static bool fill_sides(struct bailey_flow *probe, const struct bailey_eval *eval,
		       enum bailey_reason reason)
{
	const struct bailey_trace *trace = eval->trace;
	u32 s, i;

	/* Nobody has looked who stands there. */
	if (trace->exempt != BAILEY_EXEMPT_COUNT)
		return false;
	for (s = 0; s < 2; s++)
		probe->side[s] = (struct bailey_flow_side){
			.attach = eval->side[s].attach,
			.endpoint = eval->side[s].endpoint,
			.group = BAILEY_NO_SLOT,
			.action = action_of(eval, s, reason),
		};
	for (i = 0; i < trace->count; i++) {
		const struct bailey_step *step = &trace->step[i];
		struct bailey_flow_side *side = &probe->side[step->side];

		if (!step->layer_group) {
			side->acl = true;
			side->rule = step->rule;
		} else if (step->rule) {
			side->group = step->group;
		}
	}
	return probe->side[0].action || probe->side[1].action;
}

/* The flow of all that is skipped where this one is. */
static void skipped_init(struct bailey_flow *skipped, const struct bailey_flow *probe)
{
	memset(skipped, 0, sizeof(*skipped));
	skipped->policy = probe->policy;
	skipped->ifindex[0] = probe->ifindex[0];
	skipped->ifindex[1] = probe->ifindex[1];
	skipped->hook = probe->hook;
}

static void skip(struct bailey_flow_table *table, const struct bailey_flow *probe,
		 const struct bailey_flow_amount *amount)
{
	struct bailey_flow skipped, *flow;
	u32 s;

	skipped_init(&skipped, probe);
	for (s = 0; s < 2; s++) {
		skipped.side[s].group = BAILEY_NO_SLOT;
		if (probe->side[s].action)
			skipped.side[s].action = BAILEY_FLOW_SKIPPED;
	}
	flow = bailey_flow_find(table, &skipped, true);
	if (!flow)
		flow = bailey_flow_enter(table, &skipped);
	if (flow)
		bailey_flow_count(flow, amount);
	else
		bailey_flow_lose(table, amount);
}

/* The window can't hold on until its time has come. */
static void hurry(struct bailey_flow_log *log)
{
	if (!READ_ONCE(log->hurry) && !xchg(&log->hurry, true))
		bailey_store_queue(&log->work, 0);
}

static void note(struct bailey_flow_log *log, struct bailey_flow_table *table,
		 const struct bailey_flow *probe, const struct bailey_flow_amount *amount)
{
	struct bailey_flow *flow = bailey_flow_find(table, probe, true);
	u32 s;

	if (!flow)
		flow = bailey_flow_enter(table, probe);
	if (flow) {
		for (s = 0; s < 2; s++)
			if (flow->side[s].group == BAILEY_NO_SLOT)
				flow->side[s].group = probe->side[s].group;
		bailey_flow_count(flow, amount);
		return;
	}
	skip(table, probe, amount);
	if (READ_ONCE(table->crowded))
		hurry(log);
}

/**
 * bailey_flow_log_add() - a packet was asked in full
 * @log: the namespace's flow log
 * @skb: its buffer
 * @eval: how it was asked; with a trace
 * @reason: what became of it
 *
 * Context: Under rcu_read_lock(); softirq or process.
 */
void bailey_flow_log_add(struct bailey_flow_log *log, const struct sk_buff *skb,
			 const struct bailey_eval *eval, enum bailey_reason reason)
{
	struct bailey_flow_table *table = rcu_dereference(log->table);
	struct bailey_flow probe BAILEY_UNSET;
	struct bailey_flow_amount amount;

	if (!table || !fill_sides(&probe, eval, reason))
		return;
	probe_init(&probe, eval->binding, eval->where, eval->packet, reason);
	measure(&amount, skb, eval->packet);
	local_bh_disable();
	note(log, table, &probe, &amount);
	local_bh_enable();
}

/* The first one of its flow: find out what there is to tell. */
static noinline bool ask_sides(struct bailey_flow *probe, const struct bailey_binding *binding,
			       const struct bailey_where *where,
			       const struct bailey_packet *packet, enum bailey_reason reason)
{
	const struct bailey_track_rules rules = {};
	struct bailey_verdict verdict;
	struct bailey_trace trace;
	struct bailey_eval eval;

	if (!bailey_eval_begin(&eval, binding, packet, BAILEY_PASS, where, &trace, &verdict)) {
		eval.tracked = false;
		eval.skip_groups = true;
		bailey_evaluate(&eval, NULL, &rules, &verdict);
	}
	return fill_sides(probe, &eval, reason);
}

/* Is there no room, and was that so before? Then it costs no more than a flow does. */
static bool skip_quickly(struct bailey_flow_table *table, const struct bailey_flow *probe,
			 const struct bailey_flow_amount *amount)
{
	struct bailey_flow skipped BAILEY_UNSET, *flow;

	if (bailey_flow_room(table))
		return false;
	skipped_init(&skipped, probe);
	flow = bailey_flow_find(table, &skipped, false);
	if (flow)
		bailey_flow_count(flow, amount);
	return flow;
}

/**
 * bailey_flow_log_add_quick() - a packet was judged without being asked in full
 * @log: the namespace's flow log
 * @skb: its buffer
 * @binding: what it was judged by
 * @where: where it is
 * @packet: what it says
 * @reason: &enum bailey_reason
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 */
void bailey_flow_log_add_quick(struct bailey_flow_log *log, const struct sk_buff *skb,
			       const struct bailey_binding *binding,
			       const struct bailey_where *where,
			       const struct bailey_packet *packet,
			       enum bailey_reason reason)
{
	struct bailey_flow_table *table = rcu_dereference(log->table);
	struct bailey_flow probe BAILEY_UNSET, *flow;
	struct bailey_flow_amount amount;

	if (!table)
		return;
	probe_init(&probe, binding, where, packet, reason);
	measure(&amount, skb, packet);
	flow = bailey_flow_find(table, &probe, false);
	if (likely(flow)) {
		bailey_flow_count(flow, &amount);
		return;
	}
	if (!skip_quickly(table, &probe, &amount) &&
	    ask_sides(&probe, binding, where, packet, reason))
		note(log, table, &probe, &amount);
}
