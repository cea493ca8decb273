// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that nobody but ACLs asks.
 *
 * Where no side has groups, no packet belongs to a connection, and who asks does not depend
 * on its addresses: it follows from where the packet is. So the context (context.c)
 * has the ACLs, since the first packet that went this way was asked in full; the next ones
 * are asked by them at once, are counted, and leave nothing behind. What is not plain, and
 * what is rejected with word to its sender, goes the whole way. Where nobody asks at all it
 * is the same, with no ACLs.
 *
 * Locking: none. The context is the binding's, and the ACLs are its policy's: all of it is
 * under the caller's rcu_read_lock().
 */
#include "stateless.h"

#include "counter.h"
#include "net.h"
#include "skb.h"

static bool rejects(enum bailey_reason reason, struct bailey_rule * const rule[2])
{
	const struct bailey_rule *last = rule[BAILEY_DST] ? rule[BAILEY_DST] : rule[BAILEY_SRC];

	return reason == BAILEY_DROP_ACL && last->action == BAILEY_REJECT;
}

static bool nobody_asks(const struct bailey_acls *acls)
{
	return !acls->acl[BAILEY_SRC] && !acls->acl[BAILEY_DST];
}

/**
 * bailey_stateless_judge() - judge a packet that nobody but ACLs asks
 * @bn: the namespace
 * @binding: what it is judged by
 * @context: where it is; stateless
 * @packet: the packet, from bailey_skb_plain()
 * @reason: filled in
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: true if it is judged and counted, in rules and stats; false if it has
 * to go the whole way.
 */
bool bailey_stateless_judge(struct bailey_net *bn, const struct bailey_binding *binding,
			    const struct bailey_context *context,
			    const struct bailey_packet *packet, enum bailey_reason *reason)
{
	struct bailey_rule *rule[2];
	u32 counter[2];

	*reason = bailey_acls_ask(binding->policy, &context->acls, packet, rule);
	if (unlikely(rejects(*reason, rule)))
		return false;
	counter[0] = rule[0] ? rule[0]->counter : 0;
	counter[1] = rule[1] ? rule[1]->counter : 0;
	bailey_counter_add_two_bh(counter, packet->len, bailey_conn_now());
	if (*reason != BAILEY_PASS)
		bailey_stats_drop_bh(bn->stats, *reason);
	else if (unlikely(nobody_asks(&context->acls)))
		bailey_stats_count_bh(bn->stats, BAILEY_COUNT_UNASKED);
	else
		bailey_stats_count_bh(bn->stats, BAILEY_COUNT_ACCEPTED);
	return true;
}

/* Is what a full evaluation says what the ACLs say, by the same entries? */
static bool says_alike(const struct bailey_verdict *verdict, enum bailey_reason reason,
		       struct bailey_rule * const rule[2])
{
	u32 i, hits = 0;

	for (i = 0; i < 2; i++)
		if (rule[i] && (hits >= verdict->hits || verdict->rule[hits++] != rule[i]))
			return false;
	return verdict->reason == reason && verdict->hits == hits && !verdict->open &&
	       verdict->reject == rejects(reason, rule);
}

/**
 * bailey_stateless_agrees() - does a packet's full evaluation say the same?
 * @bn: the namespace
 * @binding: what it is judged by
 * @context: where it is; stateless
 * @where: the same in full
 * @skb: its buffer
 * @packet: the packet, from bailey_skb_plain()
 *
 * For the comparing mode; counts no rules.
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: true if it does.
 */
bool bailey_stateless_agrees(struct bailey_net *bn, const struct bailey_binding *binding,
			     const struct bailey_context *context,
			     const struct bailey_where *where, const struct sk_buff *skb,
			     const struct bailey_packet *packet)
{
	const struct bailey_track_rules rules = bailey_sysctl_track_rules(&bn->sysctls);
	struct bailey_verdict verdict;
	struct bailey_rule *rule[2];
	struct bailey_eval eval;
	enum bailey_reason reason;
	bool same;

	reason = bailey_acls_ask(binding->policy, &context->acls, packet, rule);
	if (!bailey_eval_begin(&eval, binding, packet, BAILEY_PASS, where, NULL, &verdict))
		bailey_evaluate(&eval, NULL, &rules, &verdict);
	same = !eval.tracked && says_alike(&verdict, reason, rule) &&
	       bailey_skb_reads_alike(skb, packet);
	bailey_stats_count_bh(bn->stats, same ? BAILEY_COUNT_COMPARED : BAILEY_COUNT_DIFFERED);
	WARN_ONCE(!same, "bailey: ACLs alone would judge a packet otherwise\n");
	return same;
}

/**
 * bailey_stateless_learn() - a packet has found out who asks where it is
 * @eval: begun
 *
 * If that is ACLs alone, the next packets know it.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_stateless_learn(const struct bailey_eval *eval)
{
	struct bailey_acls acls;

	if (bailey_eval_acls(eval, &acls))
		bailey_context_make(eval->binding->contexts, eval->where, &acls);
}
