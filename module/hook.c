// SPDX-License-Identifier: GPL-2.0
/*
 * The story of a packet.
 *
 *	the hook -> where is it?          bailey_where_locate()
 *	         -> what is it?           bailey_skb_plain(), bailey_skb_parse()
 *	         -> do ACLs alone ask it? bailey_stateless_judge()
 *	         -> is it remembered?     recall()
 *	         -> who asks it?          bailey_eval_begin()
 *	         -> its connection        find_conn()
 *	         -> the questions         bailey_evaluate()
 *	         -> what it leaves behind settle(), judge_and_log()
 *	         -> NF_ACCEPT or NF_DROP, and perhaps word to the sender (reject.c)
 *
 * Hooks stand at LOCAL_IN, LOCAL_OUT and FORWARD of a namespace while its policy
 * asks anything of anybody, at a priority between destination and source NAT,
 * so that addresses are those that the machines behind the interfaces have.
 * Fragments were put together before (nf_defrag). All of it runs under the
 * caller's rcu_read_lock() and with bottom halves off. A packet that only goes on
 * takes no lock but that of its connection, if that changes; for those of others
 * see conn_table.c, context.c and counter.c.
 *
 * The only file that says NF_ACCEPT or NF_DROP.
 */
#include "hook.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "conn_find.h"
#include "conn_memo.h"
#include "context.h"
#include "counter.h"
#include "defrag.h"
#include "engine/stream.h"
#include "reject.h"
#include "skb.h"
#include "stateless.h"
#include "where.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Behind destination NAT (-100) and the filter tables (0), before source NAT (100). */
#define HOOK_PRIORITY	10

/* For the tests: ask remembered packets in full as well, and compare. */
static bool compare __read_mostly;
module_param(compare, bool, 0644);
MODULE_PARM_DESC(compare, "ask remembered packets in full as well, and compare (default: N)");

/* A packet on its way through the story. */
struct passage {
	struct bailey_net *bn;
	const struct sk_buff *skb;
	const struct bailey_binding *binding;
	const struct bailey_conn_recall *recall; /* who has looked for it before, or NULL */
	struct bailey_track_rules rules;
	struct bailey_where where;
	struct bailey_packet packet;
	struct bailey_packet quote;
	struct bailey_eval eval;
	struct bailey_verdict verdict;
	struct bailey_conn_key key;	/* if it is tracked, as are the next two */
	u32 hash;
	u8 end;				/* of @key, from which it came; 2: it has no connection */
	struct bailey_match_conn match;
	struct bailey_conn_entry *entry;	/* its connection, or the one it replaces */
	u32 now;
};

static u32 side_ifindex(const struct passage *p, u32 side)
{
	return p->eval.side[side].box ? 0 : p->eval.side[side].ifindex;
}

static struct bailey_conn_entry *make_entry(const struct passage *p)
{
	struct bailey_conn_entry *entry = bailey_conn_entry_alloc(&p->key, GFP_ATOMIC);
	struct bailey_conn *conn;

	if (!entry)
		return NULL;
	conn = &entry->conn;
	conn->orig_end = p->end;
	conn->set[BAILEY_ORIGINATOR] = p->verdict.set[BAILEY_ORIGINATOR];
	conn->set[BAILEY_RESPONDER] = p->verdict.set[BAILEY_RESPONDER];
	conn->epoch = p->verdict.epoch;
	conn->ifindex[BAILEY_ORIGINATOR] = side_ifindex(p, BAILEY_SRC);
	conn->ifindex[BAILEY_RESPONDER] = side_ifindex(p, BAILEY_DST);
	bailey_track_copy(&conn->track, &p->verdict.next.track,
			  bailey_track_words(p->key.proto));
	if (p->entry)
		bailey_conn_succeeds(conn, &p->entry->conn);
	conn->expires = bailey_conn_deadline(p->now, p->verdict.next.timeout);
	return entry;
}

static enum bailey_reason refusal(int error)
{
	switch (error) {
	case -ENOSPC:
		return BAILEY_DROP_TABLE_FULL;
	case -EDQUOT:
		return BAILEY_DROP_SOURCE_LIMIT;
	default:
		return BAILEY_DROP_NO_MEMORY;
	}
}

/* A new connection enters the table, in place of one that has ended if need be. */
static enum bailey_reason open_conn(struct passage *p)
{
	struct bailey_net *bn = p->bn;
	struct bailey_conn_entry *entry = make_entry(p), *first;
	const struct bailey_conn_limits limits = {
		.connections = bailey_sysctl_max_connections(&bn->sysctls),
		.per_source = bailey_sysctl_max_per_source(&bn->sysctls),
	};
	int ret;

	if (!entry)
		return BAILEY_DROP_NO_MEMORY;
	if (p->entry && bailey_conn_table_unlink(&bn->conns, p->entry, BAILEY_END_REOPENED))
		bailey_stats_count_bh(bn->stats, BAILEY_COUNT_CONN_REOPENED);
	ret = bailey_conn_table_insert(&bn->conns, entry, p->hash, &first, &limits);
	if (!ret) {
		bailey_stats_count_bh(bn->stats, BAILEY_COUNT_CONN_NEW);
		return BAILEY_PASS;
	}
	bailey_conn_entry_free(entry);
	if (ret == -EEXIST) /* another CPU had a packet of it just now */
		return bailey_conn_entry_advance(&bn->conns, first, &p->packet,
						 BAILEY_ORIGINATOR, &p->rules, p->now);
	return refusal(ret);
}

/* The two doors of a known connection, after one of them was asked again. */
static void store_doors(struct passage *p)
{
	u8 source = p->match.side;
	u32 ifindex[2];

	ifindex[source] = side_ifindex(p, BAILEY_SRC);
	ifindex[!source] = side_ifindex(p, BAILEY_DST);
	bailey_conn_entry_set_doors(p->entry, p->verdict.set, ifindex, p->verdict.epoch);
}

/* "revoke cut": the connection ends, unless the old policy may still come back. */
static void revoke(struct passage *p)
{
	if (READ_ONCE(p->bn->waiting))
		return;
	if (bailey_conn_table_unlink(&p->bn->conns, p->entry, BAILEY_END_REVOKED))
		bailey_stats_count_bh(p->bn->stats, BAILEY_COUNT_CONN_REVOKED);
}

/* Does it open a connection, or bring it into another state? */
static bool moves_conn(const struct passage *p)
{
	return p->verdict.open ||
	       (p->verdict.conn_known &&
		bailey_track_moved(&p->entry->conn.track, &p->verdict.next.track));
}

/* Does what was said hold for all of the packet's half, in this context? */
static bool memorable(const struct passage *p)
{
	const struct bailey_verdict *verdict = &p->verdict;
	u8 source = p->match.side;

	return (p->packet.proto == BAILEY_PROTO_TCP || p->packet.proto == BAILEY_PROTO_UDP) &&
	       !verdict->doors_changed && verdict->hits <= 2 &&
	       verdict->set[source] == bailey_eval_set_id(&p->eval, BAILEY_SRC) &&
	       verdict->set[!source] == bailey_eval_set_id(&p->eval, BAILEY_DST);
}

/* All have said yes to a packet of a known connection. */
static void remember(struct passage *p)
{
	const struct bailey_verdict *verdict = &p->verdict;
	const struct bailey_context *context;
	struct bailey_conn_memo memo = { 0 };
	unsigned int i;

	if (!memorable(p) || READ_ONCE(p->entry->shared))
		return;
	context = bailey_context_make(p->binding->contexts, &p->where, NULL);
	if (!context)
		return;
	memo.stamp = context->stamp;
	if (READ_ONCE(p->entry->memo[p->match.side].stamp) == memo.stamp)
		return;
	for (i = 0; i < verdict->hits; i++)
		memo.counter[i] = verdict->rule[i]->counter;
	bailey_conn_remember(p->entry, p->match.side, &memo, verdict->set, verdict->epoch);
}

/* The rules that took part, at most four, in pairs. */
static void count(const struct passage *p)
{
	const struct bailey_verdict *verdict = &p->verdict;
	u32 counter[4] = { 0 };
	unsigned int i;

	for (i = 0; i < verdict->hits; i++)
		counter[i] = verdict->rule[i]->counter;
	for (i = 0; i < verdict->hits; i += 2)
		bailey_counter_add_two_bh(&counter[i], p->packet.len, p->now);
}

/* What the packet leaves behind in rules and connections. */
static enum bailey_reason settle(struct passage *p)
{
	const struct bailey_verdict *verdict = &p->verdict;
	enum bailey_reason reason;

	count(p);
	if (verdict->revoked)
		revoke(p);
	if (verdict->reason != BAILEY_PASS)
		return verdict->reason;
	if (moves_conn(p) && !bailey_skb_checksum_ok(p->skb, &p->packet))
		return BAILEY_DROP_CHECKSUM;
	if (verdict->open)
		return open_conn(p);
	if (!verdict->conn_known)
		return BAILEY_PASS;
	if (verdict->doors_changed)
		store_doors(p);
	reason = bailey_conn_entry_advance(&p->bn->conns, p->entry, &p->packet,
					   p->match.side, &p->rules, p->now);
	if (reason == BAILEY_PASS)
		remember(p);
	return reason;
}

/*
 * The connection says no before anybody is asked. Perhaps another CPU was changing
 * it, and it was seen half changed: once more, with what it is at one moment.
 */
static void evaluate_again(struct passage *p)
{
	struct bailey_match_conn match = p->match;
	struct bailey_conn conn;

	bailey_conn_entry_read(p->entry, &conn);
	match.conn = &conn;
	p->verdict.reason = BAILEY_PASS;
	bailey_evaluate(&p->eval, &match, &p->rules, &p->verdict);
}

/*
 * The packet was looked for already. If nobody had its key then, it is new; who has come
 * since is met when it enters the table.
 */
static void find_again(struct passage *p)
{
	const struct bailey_conn_recall *recall = p->recall;

	p->end = recall->end;
	p->hash = recall->hash;
	bailey_conn_key_copy(&p->key, &recall->key);
	if (recall->entry)
		p->entry = bailey_conn_find_key(p->bn, &p->eval, &p->quote, &p->key, p->hash,
						p->end, &p->match);
}

static void find_conn(struct passage *p)
{
	bool related;

	if (p->recall && p->recall->end <= 1) {
		find_again(p);
		return;
	}
	p->end = bailey_eval_key(&p->eval, &p->quote, &p->key, &related);
	if (p->end > 1)
		return;
	p->hash = bailey_conn_hash(&p->key);
	p->entry = bailey_conn_find_key(p->bn, &p->eval, &p->quote, &p->key, p->hash,
					p->end, &p->match);
}

/* A packet that is asked: find its connection, and ask. */
static void find_and_ask(struct passage *p)
{
	const struct bailey_match_conn *match = NULL;

	if (p->eval.tracked)
		find_conn(p);
	if (p->entry && (p->match.related ||
			 !bailey_conn_reopens(&p->entry->conn, &p->packet)))
		match = &p->match;
	bailey_evaluate(&p->eval, match, &p->rules, &p->verdict);
	if (p->verdict.reason != BAILEY_PASS && match && !match->related &&
	    !p->verdict.conn_known)
		evaluate_again(p);
}

/* @trace: records the questions, or NULL */
static enum bailey_reason judge(struct passage *p, enum bailey_reason parsed,
				struct bailey_trace *trace)
{
	p->entry = NULL;
	p->now = bailey_conn_now();
	p->verdict.reject = false;
	if (p->where.hook == BAILEY_HOOK_LOCAL_OUT &&
	    bailey_reject_owns(p->bn, &p->packet, &p->quote))
		return BAILEY_PASS;
	if (bailey_eval_begin(&p->eval, p->binding, &p->packet, parsed, &p->where,
			      trace, &p->verdict)) {
		bailey_stateless_learn(&p->eval);
		if (p->verdict.reason == BAILEY_PASS)
			bailey_stats_count_bh(p->bn->stats, BAILEY_COUNT_UNASKED);
		return p->verdict.reason;
	}
	bailey_stateless_learn(&p->eval);
	p->rules = bailey_sysctl_track_rules(&p->bn->sysctls);
	find_and_ask(p);
	p->verdict.reason = settle(p);
	if (p->verdict.reason == BAILEY_PASS)
		bailey_stats_count_bh(p->bn->stats, BAILEY_COUNT_ACCEPTED);
	if (p->verdict.untracked)
		bailey_stats_count_bh(p->bn->stats, BAILEY_COUNT_UNTRACKED);
	return p->verdict.reason;
}

/* What becomes of a packet goes into the flow log. */
static noinline enum bailey_reason judge_and_log(struct passage *p, enum bailey_reason parsed)
{
	enum bailey_reason reason;
	struct bailey_trace trace;

	p->eval.trace = NULL;
	reason = judge(p, parsed, &trace);
	if (p->eval.trace)
		bailey_flow_log_add(&p->bn->flow_log, p->skb, &p->eval, reason);
	return reason;
}

/* A packet that nothing is remembered of. @recall: as far as that got, if it is a plain one. */
static noinline unsigned int ask_in_full(struct bailey_net *bn,
					 const struct bailey_binding *binding,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state,
					 const struct bailey_where *where,
					 const struct bailey_conn_recall *recall)
{
	struct passage p BAILEY_UNSET; /* most packets need little of it */
	enum bailey_reason reason = BAILEY_PASS;

	p.bn = bn;
	p.skb = skb;
	p.binding = binding;
	p.where = *where;
	p.recall = recall;
	if (recall)
		p.packet = *recall->packet;
	else
		reason = bailey_skb_parse(skb, &p.packet, &p.quote);
	reason = unlikely(bailey_flow_log_on(&bn->flow_log)) ? judge_and_log(&p, reason) :
							       judge(&p, reason, NULL);
	trace_bailey_verdict(&p.where, &p.packet, reason);
	if (reason == BAILEY_PASS)
		return NF_ACCEPT;
	bailey_stats_drop_bh(bn->stats, reason);
	if (p.verdict.reject)
		bailey_reject_send(bn, skb, state, &p.packet);
	return NF_DROP;
}

/* Is what a full evaluation has just said what was remembered, and nothing else? */
static bool agrees(const struct passage *p, const struct bailey_conn_recall *recall)
{
	const struct bailey_verdict *verdict = &p->verdict;
	struct bailey_conn conn;
	u32 i, timeout;

	if (verdict->reason != BAILEY_PASS || !verdict->conn_known || verdict->open ||
	    verdict->doors_changed || verdict->hits > 2 || p->entry != recall->entry ||
	    p->match.side != recall->side)
		return false;
	for (i = 0; i < 2; i++)
		if ((i < verdict->hits ? verdict->rule[i]->counter : 0) != recall->counter[i])
			return false;
	bailey_conn_copy(&conn, &recall->entry->conn);
	bailey_stream_move(&conn, recall->packet, recall->side, &p->rules, &timeout);
	return timeout == verdict->next.timeout &&
	       bailey_track_equal(&conn.track, &verdict->next.track, BAILEY_TRACK_WORDS);
}

/* The comparing mode: ask a remembered packet in full, and leave nothing behind. */
static noinline bool compares(struct bailey_net *bn, const struct bailey_binding *binding,
			      const struct sk_buff *skb, const struct bailey_where *where,
			      const struct bailey_conn_recall *recall, u32 stamp)
{
	struct passage p = { .bn = bn, .skb = skb, .binding = binding, .where = *where };
	struct bailey_conn before;
	u32 timeout;
	bool same;

	bailey_conn_copy(&before, &recall->entry->conn);
	p.packet = *recall->packet;
	p.rules = bailey_sysctl_track_rules(&bn->sysctls);
	if (bailey_stream_look(&recall->entry->conn, &p.packet, recall->side, &p.rules,
			       &timeout) == BAILEY_STREAM_OTHER)
		return false;
	if (bailey_eval_begin(&p.eval, binding, &p.packet, BAILEY_PASS, &p.where, NULL,
			      &p.verdict))
		p.entry = NULL;
	else
		find_and_ask(&p);
	same = bailey_skb_reads_alike(skb, recall->packet) && agrees(&p, recall);
	/* Another CPU may have changed what is asked, or moved the connection */
	if (!same && (!bailey_conn_recall_holds(recall, stamp) ||
		      !bailey_track_equal(&before.track, &recall->entry->conn.track,
					  BAILEY_TRACK_WORDS)))
		return false;
	bailey_stats_count_bh(bn->stats, same ? BAILEY_COUNT_COMPARED : BAILEY_COUNT_DIFFERED);
	WARN_ONCE(!same, "bailey: a remembered packet would be judged otherwise\n");
	return same;
}

/*
 * Nearly all packets end here: of a connection that remembers what was said, and
 * such that it only goes on. Asks nobody.
 */
static bool recall(struct bailey_net *bn, const struct bailey_binding *binding,
		   const struct sk_buff *skb, const struct bailey_where *where,
		   struct bailey_conn_recall *recall, u32 stamp)
{
	struct bailey_track_rules rules BAILEY_UNSET;
	u32 now = bailey_conn_now();

	if (!bailey_conn_recall(recall, &bn->conns, where->domain, stamp, now))
		return false;
	if (unlikely(READ_ONCE(compare)) &&
	    !compares(bn, binding, skb, where, recall, stamp))
		return false;
	rules = bailey_sysctl_track_rules(&bn->sysctls);
	if (!bailey_conn_go_on(recall, &rules, now))
		return false;
	bailey_counter_add_two_bh(recall->counter, recall->packet->len, now);
	bailey_stats_count_bh(bn->stats, BAILEY_COUNT_ACCEPTED);
	bailey_flow_log_quick(&bn->flow_log, skb, binding, where, recall->packet, BAILEY_PASS);
	return true;
}

/* A packet like those before it. False if it has to be asked in full. */
static __always_inline bool
judge_quickly(struct bailey_net *bn, const struct bailey_binding *binding,
	      const struct sk_buff *skb, const struct bailey_where *where,
	      struct bailey_conn_recall *looked, enum bailey_reason *reason)
{
	const struct bailey_context *context = bailey_context_find(binding->contexts, where);

	if (unlikely(!context || trace_bailey_verdict_enabled()))
		return false;
	if (!context->stateless) {
		*reason = BAILEY_PASS;
		return recall(bn, binding, skb, where, looked, context->stamp);
	}
	if (unlikely(READ_ONCE(compare)) &&
	    !bailey_stateless_agrees(bn, binding, context, where, skb, looked->packet))
		return false;
	if (!bailey_stateless_judge(bn, binding, context, looked->packet, reason))
		return false;
	if (context->acls.acl[BAILEY_SRC] || context->acls.acl[BAILEY_DST])
		bailey_flow_log_quick(&bn->flow_log, skb, binding, where, looked->packet, *reason);
	return true;
}

static __always_inline unsigned int judge_bh(struct sk_buff *skb,
					     const struct nf_hook_state *state)
{
	struct bailey_net *bn = bailey_net_of(state->net);
	const struct bailey_binding *binding;
	struct bailey_where where BAILEY_UNSET;
	struct bailey_packet packet BAILEY_UNSET;
	struct bailey_conn_recall looked BAILEY_UNSET;
	enum bailey_reason reason;
	bool plain;

	binding = rcu_dereference(bn->store.live);
	if (!binding)
		return NF_ACCEPT;
	if (!bailey_where_locate(&where, skb, state))
		return NF_ACCEPT;
	if (READ_ONCE(bn->store.unbound)) {
		bailey_stats_drop_bh(bn->stats, BAILEY_DROP_NO_MEMORY);
		return NF_DROP;
	}
	plain = bailey_skb_plain(skb, &packet);
	looked.packet = &packet;
	looked.end = 2;
	if (plain && judge_quickly(bn, binding, skb, &where, &looked, &reason))
		return reason == BAILEY_PASS ? NF_ACCEPT : NF_DROP;
	return ask_in_full(bn, binding, skb, state, &where, plain ? &looked : NULL);
}

static unsigned int hook(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	bool process = unlikely(!softirq_count());
	unsigned int verdict;

	if (process)
		local_bh_disable();
	verdict = judge_bh(skb, state);
	if (process)
		local_bh_enable();
	return verdict;
}

#define HOOK(family, number) { \
	.hook = hook, .pf = (family), .hooknum = (number), .priority = HOOK_PRIORITY }

static const struct nf_hook_ops hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN),
	HOOK(NFPROTO_IPV4, NF_INET_FORWARD),
	HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN),
	HOOK(NFPROTO_IPV6, NF_INET_FORWARD),
	HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT),
};

/**
 * bailey_hooks_register() - stand in the way of a namespace's packets
 * @bn: the namespace
 *
 * Until a policy is published, all of them pass.
 *
 * Context: Process, without RTNL.
 * Return: 0 or a negative errno, -EPROTONOSUPPORT when nf_defrag_ipv4 or
 * nf_defrag_ipv6 can't be had; nothing is left registered then.
 */
int bailey_hooks_register(struct bailey_net *bn)
{
	int ret = bailey_defrag_enable(bn->net);

	if (ret)
		return ret;
	ret = nf_register_net_hooks(bn->net, hooks, ARRAY_SIZE(hooks));
	if (ret)
		bailey_defrag_disable(bn->net);
	return ret;
}

/**
 * bailey_hooks_unregister() - undo bailey_hooks_register()
 * @bn: the namespace
 *
 * Context: Process, without RTNL. A packet may still be in a hook when this
 * returns; after a grace period none is.
 */
void bailey_hooks_unregister(struct bailey_net *bn)
{
	nf_unregister_net_hooks(bn->net, hooks, ARRAY_SIZE(hooks));
	bailey_defrag_disable(bn->net);
}
