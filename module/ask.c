// SPDX-License-Identifier: GPL-2.0
/*
 * A question about a packet, answered for a namespace: by the policy in force, the
 * interfaces that are there, and the connection table. It touches nothing: the policy
 * is bound anew for the question, a connection is copied under RCU, and no counter is
 * in reach. Endpoints are looked up here, in the policy that answers; routes are not:
 * which way a packet would go is for the writer to say (the tool asks the kernel's
 * routing by netlink).
 */
#include "ask.h"

#include <linux/netdevice.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "conn_find.h"
#include "conn_table.h"
#include "engine/explain.h"
#include "net.h"
#include "where.h"

static int find_where(void *arg, const char *in, const char *out,
		      struct bailey_where *where)
{
	const struct bailey_net *bn = arg;
	const char *names[2] = { in, out };
	const struct net_device *dev;
	int ret = 0;
	u32 side;

	bailey_where_init(where, bn->net, where->hook);
	rcu_read_lock();
	for (side = 0; side < 2 && !ret; side++) {
		if (!names[side][0])
			continue;
		dev = dev_get_by_name_rcu(bn->net, names[side]);
		if (dev)
			bailey_where_device(where, side, dev);
		else
			ret = -ENODEV;
	}
	rcu_read_unlock();
	return ret;
}

static bool find_conn(void *arg, const struct bailey_eval *eval,
		      struct bailey_conn *conn, u8 *side)
{
	struct bailey_net *bn = arg;
	struct bailey_conn_entry *entry = NULL;
	struct bailey_match_conn match;

	rcu_read_lock();
	if (bailey_net_has_conns(bn))
		entry = bailey_conn_find(bn, eval, NULL, &match);
	if (entry) {
		bailey_conn_entry_read(entry, conn);
		*side = match.side;
	}
	rcu_read_unlock();
	return entry;
}

static const struct bailey_explain_ops ops = {
	.where = find_where,
	.find = find_conn,
};

static int answer(struct bailey_net *bn, const struct bailey_question *question,
		  const struct bailey_binding *binding, struct bailey_out *out,
		  struct bailey_diag *diag)
{
	const struct bailey_track_rules track = bailey_sysctl_track_rules(&bn->sysctls);
	struct bailey_explanation *said = kvzalloc(sizeof(*said), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!said)
		return -ENOMEM;
	ret = bailey_explain(question, binding, &track, &ops, bn, said, diag);
	if (!ret && fatal_signal_pending(current))
		ret = -EINTR;
	if (!ret)
		bailey_explanation_print(binding->policy, said, out);
	kvfree(said);
	return ret;
}

/**
 * bailey_ask() - answer a question about a packet
 * @bn: the namespace
 * @text: the question, one line
 * @len: its length
 * @out: the answer is appended
 * @diag: says what is wrong with the question
 *
 * Context: Process, without RTNL; may sleep.
 * Return: 0 or a negative errno.
 */
int bailey_ask(struct bailey_net *bn, const char *text, size_t len,
	       struct bailey_out *out, struct bailey_diag *diag)
{
	struct bailey_question question;
	struct bailey_binding *binding;
	int ret = bailey_question_parse(&question, text, len, diag);

	if (ret)
		return ret;
	binding = bailey_store_bind(&bn->store, NULL);
	if (!binding)
		return -ENOMEM;
	ret = bailey_question_resolve(&question, binding->policy, diag);
	if (!ret)
		ret = answer(bn, &question, binding, out, diag);
	bailey_binding_destroy(binding);
	return ret;
}
