// SPDX-License-Identifier: GPL-2.0
/*
 * The policy store as packets see it: the live binding while interfaces come and
 * go, and that whatever was replaced is freed, but not before its last reader.
 *
 * A kernel without preemption on one processor ends a grace period whenever it
 * likes: there the readers in a timer are those that meet a writer in the middle
 * of a publication. The readers in threads need a kernel that can run both.
 */
#include <linux/delay.h>
#include <linux/kthread.h>

#include "policy_store_fixture.h"

#define RETIRED_MAX	1024	/* as in policy_store.c */
#define MANY		1000
#define THREADS		4

static void the_binding_follows_interfaces(struct kunit *test)
{
	const void *policy;
	u32 ifindex;

	KUNIT_ASSERT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET
				     "attach dev blx* protects host groups web\n"
				     "endpoint db dev blx7 addr 10.0.0.1 groups web\n"), 0);
	policy = in_force(test);
	add_device(test, "bly0");
	ifindex = fixture(test)->ifindex;
	KUNIT_EXPECT_EQ(test, found(test, ifindex), SUBNET);
	rename_device(test, "blx7");
	KUNIT_EXPECT_EQ(test, found(test, ifindex), HOST | PLACE);
	rename_device(test, "blx8");
	KUNIT_EXPECT_EQ(test, found(test, ifindex), HOST);
	rename_device(test, "blz");
	KUNIT_EXPECT_EQ(test, found(test, ifindex), 0);
	rename_device(test, "bly0");
	KUNIT_EXPECT_EQ(test, found(test, ifindex), SUBNET);
	remove_device(test);
	/* Nothing hurries then: a worker binds anew. */
	flush_delayed_work(&store(test)->rebind);
	KUNIT_EXPECT_EQ(test, found(test, ifindex), 0);
	add_device(test, "blx9");
	KUNIT_EXPECT_EQ(test, found(test, fixture(test)->ifindex), HOST);
	KUNIT_EXPECT_PTR_EQ(test, in_force(test), policy);
}

static void other_events_leave_it_alone(struct kunit *test)
{
	static const unsigned long others[] = {
		NETDEV_UP, NETDEV_GOING_DOWN, NETDEV_DOWN, NETDEV_CHANGE,
		NETDEV_CHANGEMTU, NETDEV_CHANGEADDR, NETDEV_CHANGEUPPER,
	};
	const void *binding;
	size_t i;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET), 0);
	binding = live(test);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		event(test, others[i]);
	KUNIT_EXPECT_PTR_EQ(test, live(test), binding);
	event(test, NETDEV_CHANGENAME);
	KUNIT_EXPECT_PTR_NE(test, live(test), binding);
}

static void a_lost_binding_is_tried_again(struct kunit *test)
{
	const void *binding;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, GROUP_WEB ATTACH_SUBNET), 0);
	binding = live(test);
	/* What a change of interfaces leaves when memory is short. */
	rtnl_lock();
	WRITE_ONCE(store(test)->unbound, true);
	rtnl_unlock();
	bailey_store_queue(&store(test)->rebind, 0);
	flush_delayed_work(&store(test)->rebind);
	KUNIT_EXPECT_FALSE(test, store(test)->unbound);
	KUNIT_EXPECT_PTR_NE(test, live(test), binding);
	KUNIT_EXPECT_EQ(test, found(test, fixture(test)->ifindex), SUBNET);

	/* A publication in between makes the retry needless. */
	rtnl_lock();
	WRITE_ONCE(store(test)->unbound, true);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, commit(test, "flush\n"), 0);
	KUNIT_EXPECT_FALSE(test, store(test)->unbound);
	bailey_store_queue(&store(test)->rebind, 0);
	flush_delayed_work(&store(test)->rebind);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
}

/* SUBNET_ONLY or HOST_ONLY: is it all of one? Reads it twice, @us apart. */
static void read_live(struct fixture *f, unsigned int us)
{
	const struct bailey_binding *binding;
	const struct bailey_iface *iface;
	int times;

	rcu_read_lock();
	binding = rcu_dereference(f->store.live);
	for (times = 0; binding && times < 2; times++) {
		iface = bailey_binding_find(binding, READ_ONCE(f->ifindex));
		if (!iface || !iface->host == !!binding->policy->default_action ||
		    !iface->subnet != !!binding->policy->default_action ||
		    strcmp(iface->name, "bly0") ||
		    binding->policy->objects[BAILEY_GROUP].named != 1)
			atomic_inc(&f->mixed);
		udelay(us);
	}
	rcu_read_unlock();
	atomic_inc(&f->reads);
}

static void read_in_timer(struct timer_list *timer)
{
	struct fixture *f = container_of(timer, struct fixture, timer);

	read_live(f, 0);
	mod_timer(timer, jiffies + 1);
}

static int read_in_thread(void *arg)
{
	while (!kthread_should_stop()) {
		read_live(arg, 100);
		schedule_timeout_interruptible(1);
	}
	return 0;
}

static void readers_meet_whole_policies(struct kunit *test)
{
	struct fixture *f = fixture(test);
	struct task_struct *threads[THREADS];
	unsigned long end;
	u32 round;
	int i;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, SUBNET_ONLY), 0);
	for (i = 0; i < THREADS; i++)
		threads[i] = kthread_run(read_in_thread, f, "bailey_read");
	timer_setup(&f->timer, read_in_timer, 0);
	mod_timer(&f->timer, jiffies);
	end = jiffies + HZ;
	for (round = 0; round < MANY || time_before(jiffies, end); round++) {
		KUNIT_EXPECT_EQ(test, commit(test, round & 1 ? SUBNET_ONLY : HOST_ONLY),
				0);
		event(test, NETDEV_REGISTER);
		if (round % 64 == 0)
			schedule_timeout_uninterruptible(1);
	}
	timer_shutdown_sync(&f->timer);
	for (i = 0; i < THREADS; i++)
		if (!IS_ERR(threads[i]))
			kthread_stop(threads[i]);
	KUNIT_EXPECT_GT(test, atomic_read(&f->reads), 10);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->mixed), 0);
}

static void who_holds_a_policy_keeps_it(struct kunit *test)
{
	struct bailey_binding *binding;
	struct bailey_policy *policy;
	const char *text;
	int i;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, SUBNET_ONLY), 0);
	policy = bailey_store_policy_get(store(test));
	binding = bailey_store_bind(store(test), NULL);
	text = text_of(test, policy);
	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_EQ(test, commit(test, i & 1 ? SUBNET_ONLY : HOST_ONLY), 0);
	close_store(test);
	KUNIT_EXPECT_STREQ(test, text_of(test, policy), text);
	KUNIT_ASSERT_NOT_NULL(test, binding);
	KUNIT_EXPECT_PTR_EQ(test, binding->policy, policy);
	KUNIT_EXPECT_NOT_NULL(test, bailey_binding_find(binding, fixture(test)->ifindex));
	KUNIT_EXPECT_EQ(test, refs(policy), 2);
	bailey_binding_destroy(binding);
	KUNIT_EXPECT_EQ(test, refs(policy), 1);
	bailey_policy_put(policy);
}

static void the_retired_are_few_and_freed(struct kunit *test)
{
	struct bailey_policy *first, *second;
	unsigned int most = 0;
	int i;

	KUNIT_ASSERT_EQ(test, commit(test, SUBNET_ONLY), 0);
	first = bailey_store_policy_get(store(test));
	KUNIT_ASSERT_EQ(test, commit(test, HOST_ONLY), 0);
	second = bailey_store_policy_get(store(test));
	mutex_lock(&store(test)->lock);
	for (i = 0; i < 2 * RETIRED_MAX; i++) {
		if (bailey_store_publish(store(test), i & 1 ? second : first))
			break;
		most = max(most, READ_ONCE(store(test)->retired_count));
	}
	mutex_unlock(&store(test)->lock);
	KUNIT_EXPECT_EQ(test, i, 2 * RETIRED_MAX);
	KUNIT_EXPECT_LE(test, most, RETIRED_MAX);
	flush_work(&store(test)->retire);
	KUNIT_EXPECT_EQ(test, store(test)->retired_count, 0);
	KUNIT_EXPECT_PTR_EQ(test, store(test)->retired, NULL);
	/* Ours; and for the one in force the store's and the binding's. */
	KUNIT_EXPECT_EQ(test, refs(first), 1);
	KUNIT_EXPECT_EQ(test, refs(second), 3);
	bailey_policy_put(first);
	bailey_policy_put(second);
}

static void closing_leaves_nothing(struct kunit *test)
{
	struct bailey_policy *policy, *before;
	int i;

	add_device(test, "bly0");
	KUNIT_ASSERT_EQ(test, commit(test, SUBNET_ONLY), 0);
	before = bailey_store_policy_get(store(test));
	KUNIT_ASSERT_EQ(test, commit(test, HOST_ONLY), 0);
	policy = bailey_store_policy_get(store(test));

	/* A confirmation is awaited, bindings wait to be freed, a retry to begin. */
	mutex_lock(&store(test)->lock);
	bailey_policy_get(before);
	store(test)->before = before;
	mutex_unlock(&store(test)->lock);
	rtnl_lock();
	for (i = 0; i < 100; i++)
		bailey_store_device_event(store(test), NETDEV_CHANGENAME, NULL);
	WRITE_ONCE(store(test)->unbound, true);
	rtnl_unlock();
	bailey_store_queue(&store(test)->rebind, 1000 * HZ);
	bailey_store_close(store(test));
	fixture(test)->closed = true;

	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&store(test)->rebind));
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	KUNIT_EXPECT_PTR_EQ(test, bailey_store_policy_get(store(test)), NULL);
	KUNIT_EXPECT_PTR_EQ(test, bailey_store_bind(store(test), NULL), NULL);
	/* The namespace's interfaces go later. */
	remove_device(test);
	KUNIT_EXPECT_PTR_EQ(test, live(test), NULL);
	bailey_store_exit(store(test));
	KUNIT_EXPECT_PTR_EQ(test, store(test)->retired, NULL);
	KUNIT_EXPECT_EQ(test, refs(policy), 1);
	KUNIT_EXPECT_EQ(test, refs(before), 1);
	bailey_policy_put(policy);
	bailey_policy_put(before);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_binding_follows_interfaces),
	KUNIT_CASE(other_events_leave_it_alone),
	KUNIT_CASE(a_lost_binding_is_tried_again),
	KUNIT_CASE(readers_meet_whole_policies),
	KUNIT_CASE(who_holds_a_policy_keeps_it),
	KUNIT_CASE(the_retired_are_few_and_freed),
	KUNIT_CASE(closing_leaves_nothing),
	{ }
};

static struct kunit_suite bailey_policy_store_live = {
	.name = "bailey_policy_store_live",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = store_init,
	.exit = store_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_policy_store_live);
