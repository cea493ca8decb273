// SPDX-License-Identifier: GPL-2.0
/*
 * The policy store as writers see it: what is refused, what is published, which
 * numbers are given, and several writers at once.
 */
#include <linux/kthread.h>

#include "policy_store_fixture.h"

#define THREADS		4
#define ROUNDS		50

static void it_begins_by_asking_nothing(struct kunit *test)
{
	struct bailey_policy *policy = bailey_store_policy_get(store(test));
	struct bailey_binding *binding = bailey_store_bind(store(test), NULL);

	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	KUNIT_ASSERT_NOT_NULL(test, policy);
	KUNIT_EXPECT_FALSE(test, bailey_policy_in_use(policy));
	KUNIT_ASSERT_NOT_NULL(test, binding);
	KUNIT_EXPECT_PTR_EQ(test, binding->policy, policy);
	KUNIT_EXPECT_PTR_EQ(test, bailey_binding_find(binding, init_net.loopback_dev->ifindex),
			    NULL);
	bailey_binding_destroy(binding);
	KUNIT_EXPECT_EQ(test, refs(policy), 2);
	bailey_policy_put(policy);
}

static void a_change_goes_live_whole(struct kunit *test)
{
	struct bailey_policy *policy;

	add_device(test, "bly0");
	KUNIT_EXPECT_EQ(test, commit(test, GROUP_WEB), 0);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	KUNIT_EXPECT_EQ(test, commit(test, ATTACH_SUBNET), 0);
	KUNIT_EXPECT_EQ(test, found(test, fixture(test)->ifindex), SUBNET);
	KUNIT_EXPECT_EQ(test, found(test, init_net.loopback_dev->ifindex), 0);
	KUNIT_EXPECT_EQ(test, commit(test, ATTACH_HOST
				     "endpoint db dev bly0 addr 10.0.0.1 groups web\n"), 0);
	KUNIT_EXPECT_EQ(test, found(test, fixture(test)->ifindex),
			HOST | SUBNET | PLACE);
	/* One reference is the store's, one the binding's, one ours. */
	policy = bailey_store_policy_get(store(test));
	flush_work(&store(test)->retire);
	KUNIT_EXPECT_EQ(test, refs(policy), 3);
	bailey_policy_put(policy);
}

static void who_asks_nothing_has_no_binding(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET), 0);
	KUNIT_EXPECT_PTR_NE(test, live(test), NULL);
	KUNIT_EXPECT_EQ(test, commit(test, "delete attach dev bly0 protects subnet\n"), 0);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	KUNIT_EXPECT_EQ(test, commit(test, "default deny\n"), 0);
	KUNIT_EXPECT_PTR_NE(test, live(test), NULL);
	KUNIT_EXPECT_EQ(test, commit(test, "flush\n"), 0);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	/* Interfaces that change do not bring it back. */
	add_device(test, "bly0");
	remove_device(test);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
}

static const struct refusal {
	const char *text;
	int code;
	u32 line;
	u64 max_rules;
} refusals[] = {
	{ "nonsense\n", -EINVAL, 1, NO_LIMIT },
	{ "group db\ngroup web in allow tcp from 300.1.1.1\n", -EINVAL, 2, NO_LIMIT },
	{ "flush\nattach dev bly1 protects subnet groups nobody\n", -ENOENT, 2, NO_LIMIT },
	{ "group db\n\ndelete group web\n", -EBUSY, 3, NO_LIMIT },
	{ "group ssh\n" GROUP_WEB, -EEXIST, 2, NO_LIMIT },
	{ "prefix-list p 10.0.0.0/8 11.0.0.0/8 12.0.0.0/8\n", -ENOSPC, 1, 3 },
	{ "delete attach dev bly0 protects host\n", -ENOENT, 1, NO_LIMIT },
};

static void what_is_refused_changes_nothing(struct kunit *test)
{
	const void *binding, *policy;
	const char *text;
	size_t i;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET), 0);
	binding = live(test);
	policy = in_force(test);
	text = text_in_force(test);
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];

		KUNIT_EXPECT_EQ_MSG(test,
				    commit_limited(test, r->text, false, r->max_rules),
				    r->code, "refusal %zu", i);
		KUNIT_EXPECT_EQ(test, fixture(test)->diag.error.code, r->code);
		KUNIT_EXPECT_EQ(test, fixture(test)->diag.error.line, r->line);
		KUNIT_EXPECT_TRUE(test, fixture(test)->diag.error.reason[0]);
		KUNIT_EXPECT_PTR_EQ(test, live(test), binding);
		KUNIT_EXPECT_PTR_EQ(test, in_force(test), policy);
		KUNIT_EXPECT_STREQ(test, text_in_force(test), text);
		forget_refusal(test);
	}
	/* Nor does what was built and then put away. */
	mutex_lock(&store(test)->lock);
	policy = bailey_store_build(store(test), "flush\n", 6, 1, true, NO_LIMIT,
				    &fixture(test)->diag);
	mutex_unlock(&store(test)->lock);
	KUNIT_ASSERT_FALSE(test, IS_ERR(policy));
	bailey_policy_put((struct bailey_policy *)policy);
	KUNIT_EXPECT_PTR_EQ(test, live(test), binding);
	KUNIT_EXPECT_STREQ(test, text_in_force(test), text);
}

static void lines_are_counted_from_where_they_say(struct kunit *test)
{
	static const char text[] = "group db\nnonsense\n";
	struct bailey_policy *policy;

	mutex_lock(&store(test)->lock);
	policy = bailey_store_build(store(test), text, strlen(text), 41, false,
				    NO_LIMIT, &fixture(test)->diag);
	mutex_unlock(&store(test)->lock);
	KUNIT_EXPECT_EQ(test, PTR_ERR(policy), -EINVAL);
	KUNIT_EXPECT_EQ(test, fixture(test)->diag.error.line, 42);
}

static void sets_are_never_numbered_twice(struct kunit *test)
{
	struct bailey_policy *before;
	u32 first, second, third;

	KUNIT_ASSERT_EQ(test, commit(test, "group a\ngroup b\ngroup c\n"
				     "attach dev bly0 protects subnet groups a\n"), 0);
	first = newest_set(test);
	KUNIT_EXPECT_GT(test, first, 0);
	before = bailey_store_policy_get(store(test));

	/* A refusal behind a new set uses up its number. */
	KUNIT_EXPECT_EQ(test, commit(test, "attach dev bly1 protects host groups b\n"
				     "attach dev bly2 protects host groups z\n"), -ENOENT);
	KUNIT_EXPECT_EQ(test, commit(test, "attach dev bly1 protects host groups b\n"), 0);
	second = newest_set(test);
	KUNIT_EXPECT_GT(test, second, first + 1);

	/* So does what is rolled back, even if nobody kept its number. */
	KUNIT_EXPECT_EQ(test, publish(test, before), 0);
	KUNIT_EXPECT_EQ(test, newest_set(test), first);
	KUNIT_EXPECT_EQ(test, commit(test, "attach dev bly1 protects host groups c\n"), 0);
	third = newest_set(test);
	KUNIT_EXPECT_GT(test, third, second);

	/* What stays the same keeps its number; what went comes back with another. */
	KUNIT_EXPECT_EQ(test, commit(test, "group d\n"), 0);
	KUNIT_EXPECT_EQ(test, newest_set(test), third);
	KUNIT_EXPECT_EQ(test, commit(test, "delete attach dev bly1 protects host\n"), 0);
	KUNIT_EXPECT_EQ(test, commit(test, "attach dev bly1 protects host groups c\n"), 0);
	KUNIT_EXPECT_GT(test, newest_set(test), third);
	bailey_policy_put(before);
}

static void epochs_are_never_given_twice(struct kunit *test)
{
	struct bailey_policy *before;
	u32 last;

	KUNIT_EXPECT_EQ(test, commit(test, GROUP_WEB), 0);
	last = epoch(test);
	KUNIT_EXPECT_EQ(test, commit_cut(test, ATTACH_SUBNET), 0);
	KUNIT_EXPECT_GT(test, epoch(test), last);
	last = epoch(test);
	KUNIT_EXPECT_EQ(test, commit(test, ATTACH_HOST), 0);
	KUNIT_EXPECT_EQ(test, epoch(test), last);

	/* Rolled back to the old epoch; the next cut gets a new one. */
	before = bailey_store_policy_get(store(test));
	KUNIT_EXPECT_EQ(test, commit_cut(test, "flush\n"), 0);
	last = epoch(test);
	KUNIT_EXPECT_EQ(test, publish(test, before), 0);
	KUNIT_EXPECT_EQ(test, epoch(test), before->epoch);
	KUNIT_EXPECT_LT(test, epoch(test), last);
	KUNIT_EXPECT_EQ(test, commit_cut(test, "group db\n"), 0);
	KUNIT_EXPECT_GT(test, epoch(test), last);
	bailey_policy_put(before);

	/* A refused cut revokes nothing, and its number is gone. */
	last = epoch(test);
	KUNIT_EXPECT_EQ(test, commit_cut(test, "nonsense\n"), -EINVAL);
	KUNIT_EXPECT_EQ(test, epoch(test), last);
	KUNIT_EXPECT_EQ(test, commit(test, "group mail\n"), 0);
	KUNIT_EXPECT_EQ(test, epoch(test), last);
	KUNIT_EXPECT_EQ(test, commit_cut(test, "group dns\n"), 0);
	KUNIT_EXPECT_GT(test, epoch(test), last + 1);
}

/* One of several writers: each of its groups must still be there at the end. */
static int write_groups(void *arg)
{
	struct kunit *test = arg;
	char text[48];
	int i, failed = 0;

	for (i = 0; i < ROUNDS; i++) {
		snprintf(text, sizeof(text), "group g%d-%d\n", current->pid, i);
		failed += commit(test, text) != 0;
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return failed;
}

/* While interfaces come, go and are renamed. */
static void writers_lose_nothing_to_each_other(struct kunit *test)
{
	struct task_struct *threads[THREADS];
	struct bailey_policy *policy;
	int i;

	KUNIT_ASSERT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET), 0);
	for (i = 0; i < THREADS; i++)
		threads[i] = kthread_run(write_groups, test, "bailey_write");
	for (i = 0; i < 10; i++) {
		add_device(test, "blz");
		rename_device(test, "bly0");
		KUNIT_EXPECT_EQ(test, found(test, fixture(test)->ifindex), SUBNET);
		remove_device(test);
		schedule_timeout_uninterruptible(1);
	}
	for (i = 0; i < THREADS; i++) {
		KUNIT_EXPECT_FALSE(test, IS_ERR(threads[i]));
		if (!IS_ERR(threads[i]))
			KUNIT_EXPECT_EQ(test, kthread_stop(threads[i]), 0);
	}
	policy = bailey_store_policy_get(store(test));
	KUNIT_EXPECT_EQ(test, policy->objects[BAILEY_GROUP].named, THREADS * ROUNDS + 1);
	bailey_policy_put(policy);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_begins_by_asking_nothing),
	KUNIT_CASE(a_change_goes_live_whole),
	KUNIT_CASE(who_asks_nothing_has_no_binding),
	KUNIT_CASE(what_is_refused_changes_nothing),
	KUNIT_CASE(lines_are_counted_from_where_they_say),
	KUNIT_CASE(sets_are_never_numbered_twice),
	KUNIT_CASE(epochs_are_never_given_twice),
	KUNIT_CASE(writers_lose_nothing_to_each_other),
	{ }
};

static struct kunit_suite bailey_policy_store = {
	.name = "bailey_policy_store",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_policy_store);
