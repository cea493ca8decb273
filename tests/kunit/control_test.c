// SPDX-License-Identifier: GPL-2.0
/*
 * The story of a change, without packets: in which order hooks, connections and
 * policies come and go, what a failure leaves behind, and what waits for a
 * confirmation.
 *
 * control.c is compiled into this file, on hooks that only look at when they are
 * called. Time is faked through &bailey_net.confirm_by; the work is not waited for
 * but run by flush_delayed_work().
 */
#include <kunit/test.h>

/* The code under test, on the hooks below */
#include "control.c"

#define ATTACH		"group web in allow tcp from any to any port 443\n" \
			"attach dev bly0 protects subnet groups web\n"
#define OTHER		"default deny\n"

/**
 * struct fixture - what a test has
 * @bn: the namespace's part
 * @diag: what was said about the last text
 * @registered: how often hooks were registered
 * @standing: are they now?
 * @error: what registering them fails with
 * @late: they came when a policy was live already, or before the table
 * @early: they went while a policy was still live
 * @closed: the test has closed it itself
 */
struct fixture {
	struct bailey_net bn;
	struct bailey_diag diag;
	int registered;
	bool standing;
	int error;
	bool late;
	bool early;
	bool closed;
};

static bool is_live(const struct bailey_net *bn)
{
	return rcu_access_pointer(bn->store.live);
}

int bailey_hooks_register(struct bailey_net *bn)
{
	struct fixture *f = container_of(bn, struct fixture, bn);

	if (f->error)
		return f->error;
	f->late |= f->standing || is_live(bn) || !bailey_net_has_conns(bn);
	f->standing = true;
	f->registered++;
	return 0;
}

void bailey_hooks_unregister(struct bailey_net *bn)
{
	struct fixture *f = container_of(bn, struct fixture, bn);

	f->early |= !f->standing || is_live(bn);
	f->standing = false;
}

/* Connections of these tests are nowhere. */
void bailey_where_init(struct bailey_where *where, struct net *net,
		       enum bailey_hook hook)
{
	memset(where, 0, sizeof(*where));
	where->hook = hook;
}

void bailey_where_device(struct bailey_where *where, u32 side,
			 const struct net_device *dev)
{
}

static int commit_as(struct fixture *f, struct bailey_commit commit, const char *text)
{
	bailey_diag_destroy(&f->diag);
	memset(&f->diag, 0, sizeof(f->diag));
	commit.first_line = 1;
	commit.text = text;
	commit.len = strlen(text);
	return bailey_control_ops.commit(&f->bn, &commit, &f->diag);
}

static int apply(struct fixture *f, const char *text)
{
	return commit_as(f, (struct bailey_commit){}, text);
}

static int apply_waiting(struct fixture *f, const char *text)
{
	return commit_as(f, (struct bailey_commit){ .confirm = 1000 }, text);
}

static int confirm(struct fixture *f)
{
	return bailey_control_ops.confirm(&f->bn, &f->diag);
}

/* Let the work for a missing confirmation run, in its time or before. */
static void run_confirm_work(struct fixture *f, bool in_time)
{
	if (in_time) {
		mutex_lock(&f->bn.store.lock);
		f->bn.confirm_by = jiffies;
		mutex_unlock(&f->bn.store.lock);
	}
	bailey_store_queue(&f->bn.confirm, 0);
	flush_delayed_work(&f->bn.confirm);
}

static void add_connection(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct bailey_conn_entry *entry, *existing = NULL;
	struct bailey_packet packet = {
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_UDP,
		.flags = BAILEY_PKT_PORTS,
		.sport = 1024,
		.dport = 53,
	};
	const struct bailey_conn_limits limits = { .connections = U32_MAX };
	struct bailey_conn_key key;
	int ret;
	u8 end;

	end = bailey_conn_key_make(&key, &packet, 0, 0);
	entry = bailey_conn_entry_alloc(&key, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->conn.orig_end = end;
	entry->conn.expires = bailey_conn_now() + 1000;
	rcu_read_lock();
	ret = bailey_conn_table_insert(&f->bn.conns, entry,
				       bailey_conn_hash(&entry->conn.key), &existing, &limits);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, ret, 0);
}

static s64 connections(struct fixture *f)
{
	return bailey_conn_table_count(&f->bn.conns);
}

static void hooks_come_first_and_go_last(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, apply(f, "group web\n"), 0);
	KUNIT_EXPECT_FALSE(test, f->standing);
	KUNIT_EXPECT_FALSE(test, bailey_net_has_conns(&f->bn));
	KUNIT_EXPECT_EQ(test, apply(f, "flush\n" ATTACH), 0);
	KUNIT_EXPECT_TRUE(test, f->standing && is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, apply(f, OTHER), 0);
	add_connection(test);
	KUNIT_EXPECT_EQ(test, apply(f, "flush\n" ATTACH), 0);
	KUNIT_EXPECT_EQ(test, connections(f), 1);
	KUNIT_EXPECT_EQ(test, f->registered, 1);
	KUNIT_EXPECT_EQ(test, apply(f, "flush\n"), 0);
	KUNIT_EXPECT_FALSE(test, f->standing || is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, connections(f), 0);
	KUNIT_EXPECT_EQ(test, apply(f, OTHER), 0);
	KUNIT_EXPECT_EQ(test, f->registered, 2);
}

static void without_hooks_nothing_changes(struct kunit *test)
{
	struct fixture *f = test->priv;
	const void *policy = f->bn.store.policy;

	f->error = -EPROTONOSUPPORT;
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), -EPROTONOSUPPORT);
	KUNIT_EXPECT_NOT_NULL(test, strstr(f->diag.error.reason, "modprobe"));
	KUNIT_EXPECT_EQ(test, apply_waiting(f, ATTACH), -EPROTONOSUPPORT);
	f->error = -ENOMEM;
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, is_live(&f->bn) || f->bn.hooked || f->bn.waiting);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)f->bn.store.policy, policy);
	f->error = 0;
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), 0);
	KUNIT_EXPECT_TRUE(test, f->standing && is_live(&f->bn));
}

static void a_check_changes_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct bailey_commit check = { .check = true };
	const void *policy;

	KUNIT_EXPECT_EQ(test, commit_as(f, check, ATTACH), 0);
	KUNIT_EXPECT_FALSE(test, f->standing || is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), 0);
	policy = f->bn.store.policy;
	add_connection(test);
	KUNIT_EXPECT_EQ(test, commit_as(f, check, "flush\n"), 0);
	KUNIT_ASSERT_NOT_NULL(test, f->diag.notes.buf);
	KUNIT_EXPECT_NOT_NULL(test, strstr(f->diag.notes.buf,
					   "would end 0 of 1 connections\n"));
	KUNIT_EXPECT_EQ(test, commit_as(f, check, "nonsense\n"), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)f->bn.store.policy, policy);
	KUNIT_EXPECT_EQ(test, connections(f), 1);
}

static void the_confirmed_stays(struct kunit *test)
{
	struct fixture *f = test->priv;
	const void *policy;

	KUNIT_EXPECT_EQ(test, confirm(f), -ENOENT);
	KUNIT_EXPECT_EQ(test, apply_waiting(f, ATTACH), 0);
	KUNIT_EXPECT_TRUE(test, f->bn.waiting && is_live(&f->bn));
	policy = f->bn.store.policy;
	KUNIT_EXPECT_EQ(test, apply(f, "flush\n"), -EBUSY);
	KUNIT_EXPECT_EQ(test, apply_waiting(f, "flush\n"), -EBUSY);
	run_confirm_work(f, false);
	KUNIT_EXPECT_TRUE(test, f->bn.waiting);
	KUNIT_EXPECT_EQ(test, confirm(f), 0);
	run_confirm_work(f, true);
	KUNIT_EXPECT_FALSE(test, f->bn.waiting);
	KUNIT_EXPECT_PTR_EQ(test, f->bn.store.before, NULL);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)f->bn.store.policy, policy);
	KUNIT_EXPECT_EQ(test, confirm(f), -ENOENT);
	KUNIT_EXPECT_EQ(test, apply(f, "flush\n"), 0);
}

static void the_unconfirmed_goes(struct kunit *test)
{
	struct fixture *f = test->priv;
	const void *policy;

	/* The first policy: back to none, and its hooks go. */
	KUNIT_EXPECT_EQ(test, apply_waiting(f, ATTACH), 0);
	run_confirm_work(f, true);
	KUNIT_EXPECT_FALSE(test, f->standing || is_live(&f->bn) || f->bn.waiting);
	KUNIT_EXPECT_EQ(test, confirm(f), -ENOENT);

	/* A second one: back to the first. */
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), 0);
	policy = f->bn.store.policy;
	KUNIT_EXPECT_EQ(test, apply_waiting(f, OTHER), 0);
	run_confirm_work(f, true);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)f->bn.store.policy, policy);
	KUNIT_EXPECT_TRUE(test, f->standing && is_live(&f->bn));
}

static void hooks_wait_for_the_confirmation(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), 0);
	add_connection(test);
	KUNIT_EXPECT_EQ(test, apply_waiting(f, "flush\n"), 0);
	KUNIT_EXPECT_TRUE(test, f->standing && !is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, connections(f), 1);

	/* Rolling back needs no hooks, so that it cannot fail on them. */
	f->error = -ENOMEM;
	run_confirm_work(f, true);
	KUNIT_EXPECT_TRUE(test, f->standing && is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, connections(f), 1);
	KUNIT_EXPECT_EQ(test, f->registered, 1);

	KUNIT_EXPECT_EQ(test, apply_waiting(f, "flush\n"), 0);
	KUNIT_EXPECT_EQ(test, confirm(f), 0);
	KUNIT_EXPECT_FALSE(test, f->standing || is_live(&f->bn));
	KUNIT_EXPECT_EQ(test, connections(f), 0);
}

static void closing_waits_for_nobody(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), 0);
	add_connection(test);
	KUNIT_EXPECT_EQ(test, apply_waiting(f, OTHER), 0);
	bailey_control_close(&f->bn);
	f->closed = true;
	KUNIT_EXPECT_FALSE(test, f->standing || is_live(&f->bn));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&f->bn.confirm));
	KUNIT_EXPECT_PTR_EQ(test, f->bn.store.before, NULL);
	KUNIT_EXPECT_EQ(test, apply(f, ATTACH), -ENODEV);
	KUNIT_EXPECT_EQ(test, confirm(f), -ENOENT);
}

static void the_last_refusal_is_remembered(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, apply(f, "group web\nfirst\n"), -EINVAL);
	bailey_control_refused(&f->bn, &f->diag);
	KUNIT_EXPECT_EQ(test, apply(f, "second\n"), -EINVAL);
	bailey_control_refused(&f->bn, &f->diag);
	KUNIT_ASSERT_NOT_NULL(test, f->bn.error.buf);
	KUNIT_EXPECT_NOT_NULL(test, strstr(f->bn.error.buf, "second"));
	KUNIT_EXPECT_PTR_EQ(test, strstr(f->bn.error.buf, "first"), NULL);
}

static int control_test_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	f->bn.net = &init_net;
	f->bn.sysctls.max_rules = U32_MAX;
	ret = bailey_control_init(&f->bn);
	if (!ret)
		test->priv = f;
	return ret;
}

/* As a namespace ends: hooks go, packets end, then all is freed. */
static void control_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	if (!f->closed)
		bailey_control_close(&f->bn);
	synchronize_rcu();
	bailey_control_exit(&f->bn);
	bailey_diag_destroy(&f->diag);
	KUNIT_EXPECT_FALSE(test, f->standing);
	KUNIT_EXPECT_FALSE(test, f->late);
	KUNIT_EXPECT_FALSE(test, f->early);
}

static int suite_init(struct kunit_suite *suite)
{
	int ret = bailey_conn_cache_init();

	if (ret)
		return ret;
	ret = bailey_store_workers_init();
	if (ret)
		bailey_conn_cache_exit();
	return ret;
}

static void suite_exit(struct kunit_suite *suite)
{
	bailey_store_workers_exit();
	bailey_conn_cache_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hooks_come_first_and_go_last),
	KUNIT_CASE(without_hooks_nothing_changes),
	KUNIT_CASE(a_check_changes_nothing),
	KUNIT_CASE(the_confirmed_stays),
	KUNIT_CASE(the_unconfirmed_goes),
	KUNIT_CASE(hooks_wait_for_the_confirmation),
	KUNIT_CASE(closing_waits_for_nobody),
	KUNIT_CASE(the_last_refusal_is_remembered),
	{ }
};

static struct kunit_suite bailey_control = {
	.name = "bailey_control",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = control_test_init,
	.exit = control_test_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_control);
