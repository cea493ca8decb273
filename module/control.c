// SPDX-License-Identifier: GPL-2.0
/*
 * The story of a change.
 *
 *	begin … commit -> build a policy beside the one in force
 *	               -> check: say what would happen, and stop
 *	               -> a first policy: connection table, defragmentation, hooks
 *	               -> publish
 *	               -> a last policy: hooks and connections go
 *	               -> confirm: wait, and roll back unless somebody says it
 *
 * One writer at a time and namespace, under store.lock; a check only builds under
 * it. Everything that can fail comes before the publication, so that a change
 * takes effect whole or not at all;
 * hooks stand before a policy is published and until after it is gone, so that
 * no packet finds half a firewall. While a policy waits for its confirmation the
 * hooks stay even if it asks nothing, so that rolling back can't fail on them.
 */
#include "control.h"

#include <linux/slab.h>

#include "audit.h"
#include "conn_text.h"
#include "hook.h"
#include "where.h"

#define ROLL_BACK_RETRY	HZ
#define CUT_LISTED	1000	/* connections that one check names */
#define LINE_ROOM	1024	/* at least what one connection needs */

static int say_errno(struct bailey_diag *diag, int code, const char *what)
{
	return bailey_diag_fail(diag, code, 1, 1, "%s", what);
}

/* Make what a policy that asks something needs; nothing is left on an error. */
static int stand_up(struct bailey_net *bn, struct bailey_diag *diag)
{
	int ret;

	if (!bn->conns_ready) {
		ret = bailey_conn_table_init(&bn->conns);
		if (ret)
			return ret;
		bn->conns.namespace = bn->net->ns.inum;
		bn->conns.events = &bn->events;
		/* Pairs with bailey_net_has_conns(): whoever sees it sees the table. */
		smp_store_release(&bn->conns_ready, true);
	}
	if (bn->hooked)
		return 0;
	ret = bailey_hooks_register(bn);
	if (ret == -EPROTONOSUPPORT)
		say_errno(diag, ret,
			  "no reassembly of fragments: modprobe nf_defrag_ipv4 nf_defrag_ipv6");
	bn->hooked = !ret;
	return ret;
}

static enum bailey_conn_walk_verdict unlink_all(struct bailey_conn_entry *entry,
						void *arg)
{
	return BAILEY_CONN_UNLINK;
}

/* Nobody asks anything any more, and nothing will come back that does. */
static void stand_down(struct bailey_net *bn)
{
	if (!bn->hooked || bn->store.before ||
	    bailey_policy_in_use(bn->store.policy))
		return;
	bailey_hooks_unregister(bn);
	bn->hooked = false;
	synchronize_rcu();
	/* A killed writer's walk stops early; but this has to be done. */
	while (bailey_conn_table_walk(&bn->conns, unlink_all, NULL, BAILEY_END_POLICY))
		;
}

static void await_confirmation(struct bailey_net *bn, struct bailey_policy *old,
			       u32 seconds)
{
	bn->store.before = old;
	WRITE_ONCE(bn->waiting, true);
	bn->confirm_by = jiffies + seconds * HZ;
	bailey_store_queue(&bn->confirm, seconds * HZ);
}

static int publish(struct bailey_net *bn, struct bailey_policy *policy,
		   const struct bailey_commit *commit, struct bailey_diag *diag)
{
	struct bailey_policy *old = bn->store.policy;
	bool stood = bn->hooked, asked;
	int ret = 0;

	if (bailey_policy_in_use(policy))
		ret = stand_up(bn, diag);
	if (ret)
		return ret;
	/* Before the first packet meets the new policy. */
	if (commit->confirm) {
		bailey_policy_get(old);
		WRITE_ONCE(bn->waiting, true);
	}
	asked = bailey_policy_in_use(old);
	ret = bailey_store_publish(&bn->store, policy);
	if (ret) {
		if (commit->confirm) {
			bailey_policy_put(old);
			WRITE_ONCE(bn->waiting, false);
		}
		if (!stood)
			stand_down(bn);
		return ret;
	}
	bailey_audit_policy(bn->net, asked, policy);
	if (commit->confirm)
		await_confirmation(bn, old, commit->confirm);
	stand_down(bn);
	return 0;
}

/* How many connections "revoke cut" would end, and the first of them. */
struct cut_count {
	struct bailey_net *bn;
	const struct bailey_binding *binding;
	unsigned long total;
	unsigned long cut;
	struct bailey_conn *listed;
};

static bool place_conn(const struct bailey_conn *conn, struct net *net,
		       struct bailey_where *where)
{
	const struct net_device *dev;
	u32 side;

	bailey_where_init(where, net,
			  !conn->ifindex[BAILEY_RESPONDER] ? BAILEY_HOOK_LOCAL_IN :
			  !conn->ifindex[BAILEY_ORIGINATOR] ? BAILEY_HOOK_LOCAL_OUT :
							      BAILEY_HOOK_FORWARD);
	for (side = 0; side < 2; side++) {
		if (!conn->ifindex[side])
			continue;
		dev = dev_get_by_index_rcu(net, conn->ifindex[side]);
		if (!dev)
			return false;
		bailey_where_device(where, side, dev);
	}
	return true;
}

static bool would_cut(const struct cut_count *count, const struct bailey_conn *conn,
		      const struct bailey_where *where)
{
	struct bailey_verdict verdict;
	struct bailey_packet request;
	struct bailey_eval eval;

	bailey_conn_request(conn, &request);
	if (bailey_eval_begin(&eval, count->binding, &request, BAILEY_PASS, where,
			      NULL, &verdict))
		return verdict.reason != BAILEY_PASS;
	return !bailey_eval_groups_allow(&eval);
}

static enum bailey_conn_walk_verdict count_cut(struct bailey_conn_entry *entry,
					       void *arg)
{
	struct cut_count *count = arg;
	struct bailey_where where;

	if (!bailey_conn_entry_live(entry, bailey_conn_now()) ||
	    !place_conn(&entry->conn, count->bn->net, &where))
		return BAILEY_CONN_KEEP;
	count->total++;
	if (!would_cut(count, &entry->conn, &where))
		return BAILEY_CONN_KEEP;
	if (count->cut < CUT_LISTED) {
		spin_lock_bh(&entry->lock);
		bailey_conn_copy(&count->listed[count->cut], &entry->conn);
		spin_unlock_bh(&entry->lock);
	}
	count->cut++;
	return BAILEY_CONN_KEEP;
}

static void print_cut(const struct cut_count *count, struct bailey_out *out)
{
	unsigned long n = min_t(unsigned long, count->cut, CUT_LISTED), i;
	u32 now = bailey_conn_now();

	bailey_out_printf(out, "check revoke cut would end %lu of %lu connections\n",
			  count->cut, count->total);
	for (i = 0; i < n && bailey_out_reserve(out, LINE_ROOM); i++) {
		rcu_read_lock();
		bailey_out_printf(out, "cut ");
		bailey_conn_print(count->bn->net, &count->listed[i], now, out);
		rcu_read_unlock();
	}
}

static int check(struct bailey_net *bn, struct bailey_policy *policy,
		 struct bailey_diag *diag)
{
	struct cut_count count = { .bn = bn };
	struct bailey_binding *binding;
	int ret = -ENOMEM;

	binding = bailey_store_bind(&bn->store, policy);
	count.binding = binding;
	count.listed = kvmalloc_array(CUT_LISTED, sizeof(*count.listed),
				      GFP_KERNEL_ACCOUNT);
	if (binding && count.listed) {
		if (bailey_net_has_conns(bn))
			bailey_conn_table_walk(&bn->conns, count_cut, &count,
					       BAILEY_END_NONE);
		print_cut(&count, &diag->notes);
		ret = diag->notes.failed ? -ENOMEM : 0;
	}
	kvfree(count.listed);
	bailey_binding_destroy(binding);
	return ret;
}

static struct bailey_policy *build_locked(struct bailey_net *bn,
					  const struct bailey_commit *commit,
					  struct bailey_diag *diag)
{
	if (!bn->store.policy)
		return ERR_PTR(-ENODEV);
	return bailey_store_build(&bn->store, commit->text, commit->len,
				  commit->first_line, commit->cut,
				  bailey_sysctl_max_rules(&bn->sysctls), diag);
}

static int commit_locked(struct bailey_net *bn, const struct bailey_commit *commit,
			 struct bailey_diag *diag)
{
	struct bailey_policy *policy;
	int ret;

	if (bn->store.before)
		return say_errno(diag, -EBUSY,
				 "a policy waits for its confirmation; write confirm, or wait until it is rolled back");
	policy = build_locked(bn, commit, diag);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ret = publish(bn, policy, commit, diag);
	bailey_policy_put(policy);
	return ret;
}

/* Looking through the table may take long: other writers go on meanwhile. */
static int check_unlocked(struct bailey_net *bn, const struct bailey_commit *commit,
			  struct bailey_diag *diag)
{
	struct bailey_policy *policy;
	int ret;

	mutex_lock(&bn->store.lock);
	policy = build_locked(bn, commit, diag);
	mutex_unlock(&bn->store.lock);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ret = check(bn, policy, diag);
	bailey_policy_put(policy);
	return ret;
}

static int control_commit(void *arg, const struct bailey_commit *commit,
			  struct bailey_diag *diag)
{
	struct bailey_net *bn = arg;
	int ret;

	if (commit->check)
		return check_unlocked(bn, commit, diag);
	mutex_lock(&bn->store.lock);
	ret = commit_locked(bn, commit, diag);
	mutex_unlock(&bn->store.lock);
	return ret;
}

static int control_confirm(void *arg, struct bailey_diag *diag)
{
	struct bailey_net *bn = arg;
	int ret = 0;

	mutex_lock(&bn->store.lock);
	if (bn->store.before) {
		bailey_policy_put(bn->store.before);
		bn->store.before = NULL;
		WRITE_ONCE(bn->waiting, false);
		stand_down(bn);
	} else {
		ret = say_errno(diag, -ENOENT, "no policy waits for a confirmation");
	}
	mutex_unlock(&bn->store.lock);
	return ret;
}

const struct bailey_script_ops bailey_control_ops = {
	.commit = control_commit,
	.confirm = control_confirm,
};

static void roll_back(struct bailey_net *bn)
{
	bool asked = bailey_policy_in_use(bn->store.policy);

	if (!bn->store.before || time_before(jiffies, bn->confirm_by))
		return;
	if (bailey_store_publish(&bn->store, bn->store.before)) {
		bailey_store_queue(&bn->confirm, ROLL_BACK_RETRY);
		return;
	}
	net_notice_ratelimited("bailey: the policy was not confirmed, the one from before is back\n");
	bailey_audit_policy(bn->net, asked, bn->store.before);
	bailey_policy_put(bn->store.before);
	bn->store.before = NULL;
	WRITE_ONCE(bn->waiting, false);
	stand_down(bn);
}

static void confirm_work(struct work_struct *work)
{
	struct bailey_net *bn = container_of(to_delayed_work(work),
					     struct bailey_net, confirm);

	mutex_lock(&bn->store.lock);
	roll_back(bn);
	mutex_unlock(&bn->store.lock);
}

/**
 * bailey_control_init() - begin with a policy that asks nothing
 * @bn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_control_init(struct bailey_net *bn)
{
	INIT_DELAYED_WORK(&bn->confirm, confirm_work);
	return bailey_store_init(&bn->store, bn->net);
}

/**
 * bailey_control_close() - take policy and hooks away
 * @bn: the namespace; no writer can come any more
 *
 * Context: Process. Packets may be in the hooks until a grace period has passed.
 */
void bailey_control_close(struct bailey_net *bn)
{
	cancel_delayed_work_sync(&bn->confirm);
	bailey_audit_policy(bn->net, bailey_policy_in_use(bn->store.policy), NULL);
	bailey_store_close(&bn->store);
	if (bn->hooked)
		bailey_hooks_unregister(bn);
	bn->hooked = false;
}

/**
 * bailey_control_exit() - free what bailey_control_close() left to packets
 * @bn: the namespace, a grace period later
 *
 * Context: Process.
 */
void bailey_control_exit(struct bailey_net *bn)
{
	bailey_store_exit(&bn->store);
	if (bn->conns_ready)
		bailey_conn_table_exit(&bn->conns);
	bailey_out_destroy(&bn->error);
}

/**
 * bailey_control_refused() - remember the last refusal of a namespace
 * @bn: the namespace
 * @diag: what was refused and why
 *
 * Context: Process.
 */
void bailey_control_refused(struct bailey_net *bn, const struct bailey_diag *diag)
{
	mutex_lock(&bn->store.lock);
	bailey_out_reset(&bn->error);
	bailey_diag_print(diag, &bn->error);
	mutex_unlock(&bn->store.lock);
}
