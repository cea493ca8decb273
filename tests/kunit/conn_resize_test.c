// SPDX-License-Identifier: GPL-2.0
/*
 * The index of connections gets another size, step by step: between any two steps
 * everybody is found, once, may come and may go; and no step is a long one.
 *
 * The collector is kept away, and its work on the index done by hand.
 */
#include <linux/workqueue.h>

#include "conn_chain.h"
#include "conn_fixture.h"
#include "conn_place.h"

#define FEW		4000	/* connections: 1,500 chains, two pieces */
#define MANY		30000	/* 11,250 chains, eleven pieces */
#define STEPS_MAX	10000
#define STRIDE		64	/* chains that one step may move */

static const struct bailey_conn_limits no_limits = { .connections = U32_MAX };
static struct workqueue_struct *workqueue;

static void key_of(u32 n, struct bailey_conn_key *key)
{
	struct bailey_packet p = {
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_UDP,
		.flags = BAILEY_PKT_PORTS,
		.src.hi = (u64)(0x0a000000 + n / 50000) << 32,
		.dst.hi = 0x0103030700000000ULL,
		.sport = 1024 + n % 50000,
		.dport = 53,
	};

	bailey_conn_key_make(key, &p, 0, 0);
}

static int add(struct kunit *test, u32 n)
{
	struct bailey_conn_entry *entry, *existing;
	struct bailey_conn_key key;
	int err;

	key_of(n, &key);
	entry = bailey_conn_entry_alloc(&key, GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	entry->conn.expires = bailey_conn_now() + 600;
	rcu_read_lock();
	err = bailey_conn_table_insert(test->priv, entry, bailey_conn_hash(&key), &existing,
				       &no_limits);
	rcu_read_unlock();
	if (err)
		bailey_conn_entry_free(entry);
	return err;
}

static struct bailey_conn_entry *find(struct bailey_conn_table *table, u32 n)
{
	struct bailey_conn_probe probe;
	struct bailey_conn_key key;

	key_of(n, &key);
	return bailey_conn_index_first(&table->index, &key, bailey_conn_hash(&key), &probe);
}

static bool there(struct kunit *test, u32 n)
{
	bool found;

	rcu_read_lock();
	found = find(test->priv, n);
	rcu_read_unlock();
	return found;
}

static bool end(struct kunit *test, u32 n)
{
	struct bailey_conn_entry *entry;
	bool ended;

	rcu_read_lock();
	entry = find(test->priv, n);
	ended = entry && bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED);
	rcu_read_unlock();
	return ended;
}

static enum bailey_conn_walk_verdict keep(struct bailey_conn_entry *entry, void *arg)
{
	++*(u32 *)arg;
	return BAILEY_CONN_KEEP;
}

static u32 walked(struct kunit *test)
{
	u32 seen = 0;

	bailey_conn_table_walk(test->priv, keep, &seen, BAILEY_END_NONE);
	return seen;
}

static struct bailey_conn_index *index_of(struct kunit *test)
{
	return &((struct bailey_conn_table *)test->priv)->index;
}

static u32 chains(struct kunit *test)
{
	return rcu_access_pointer(index_of(test)->buckets)->size;
}

/* Into a table that has had no chance to grow; then the collector never comes again. */
static void fill(struct kunit *test, u32 first, u32 behind)
{
	struct bailey_conn_table *table = test->priv;
	u32 n;

	clear_bit(BAILEY_CONN_IDLE, &table->flags);
	set_bit(BAILEY_CONN_HURRY, &table->flags);
	cancel_delayed_work_sync(&table->collect);
	for (n = first; n < behind; n++) {
		KUNIT_ASSERT_EQ(test, add(test, n), 0);
		if (n % 1024 == 0)
			cond_resched();
	}
}

/* The shortest step that there is. */
static int step(struct kunit *test)
{
	return bailey_conn_index_fit(index_of(test), 0, workqueue);
}

/* How far a resize has come. */
struct progress {
	u32 made;
	u32 moved;
};

static struct progress progress_of(struct bailey_conn_index *index)
{
	struct progress at = { 0 };

	if (index->coming)
		at.made = index->coming->made;
	else if (rcu_access_pointer(rcu_access_pointer(index->buckets)->next))
		at.moved = index->moved;
	return at;
}

static void expect_short_step(struct kunit *test, const struct progress *before)
{
	struct progress after = progress_of(index_of(test));

	KUNIT_EXPECT_LE(test, after.made, before->made + 1);
	KUNIT_EXPECT_LE(test, after.moved, before->moved + STRIDE);
}

/*
 * To the end of a resize: after each step one comes, and one goes; and all, or as many
 * as there is time for, are looked for.
 */
static unsigned int resize(struct kunit *test, u32 first, u32 *behind)
{
	unsigned int steps = 0, lost = 0;
	struct progress before;
	int ret;
	u32 n;

	do {
		before = progress_of(index_of(test));
		ret = step(test);
		expect_short_step(test, &before);
		KUNIT_ASSERT_EQ(test, add(test, *behind), 0);
		++*behind;
		KUNIT_EXPECT_TRUE(test, end(test, first + steps));
		steps++;
		for (n = first + steps; n < *behind; n += 1 + steps % 37)
			lost += !there(test, n);
		if (steps % 64 == 0)
			KUNIT_EXPECT_EQ(test, walked(test), *behind - first - steps);
		cond_resched();
	} while (ret == -EAGAIN && steps < STEPS_MAX);
	KUNIT_EXPECT_EQ(test, ret, 1);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, walked(test), *behind - first - steps);
	return steps;
}

static void finish(struct kunit *test)
{
	unsigned int steps = 0;

	while (step(test) == -EAGAIN && steps++ < STEPS_MAX)
		cond_resched();
	KUNIT_EXPECT_EQ(test, step(test), 0);
}

static void growing_hides_nobody(struct kunit *test)
{
	u32 behind = MANY, small;
	unsigned int steps;

	fill(test, 0, FEW);
	finish(test);
	small = chains(test);
	fill(test, FEW, MANY);
	steps = resize(test, 0, &behind);
	kunit_info(test, "%u chains to %u in %u steps\n", small, chains(test), steps);
	KUNIT_EXPECT_GT(test, chains(test), 2 * BAILEY_CONN_PIECE);
	KUNIT_EXPECT_GE(test, steps, chains(test) / BAILEY_CONN_PIECE + small / STRIDE);
}

/* Into ten thousand chains, of which all but every third would have nobody; the first there */
static u32 become_lonely(struct kunit *test)
{
	u32 first;

	fill(test, 0, FEW);
	finish(test);
	fill(test, FEW, MANY);
	finish(test);
	for (first = 0; first < MANY - chains(test) / 3; first++)
		KUNIT_ASSERT_TRUE(test, end(test, first));
	return first;
}

static void shrinking_hides_nobody(struct kunit *test)
{
	u32 first = become_lonely(test), behind = MANY, large = chains(test);
	unsigned int steps;

	steps = resize(test, first, &behind);
	kunit_info(test, "%u chains to %u in %u steps\n", large, chains(test), steps);
	KUNIT_EXPECT_LT(test, chains(test), large / 2);
	KUNIT_EXPECT_GE(test, steps, large / STRIDE);
}

#ifdef CONFIG_FAILSLAB
/* Each other step has no memory for the first further bucket of a chain. */
static void without_memory_nobody_is_hidden(struct kunit *test)
{
	unsigned int steps = 0, failed = 0;
	u32 n, lost = 0;
	int ret;

	fill(test, 0, FEW);
	finish(test);
	fill(test, FEW, MANY);
	do {
		current->fail_nth = ++steps % 2;
		ret = step(test);
		current->fail_nth = 0;
		failed += ret == -ENOMEM;
		for (n = steps % 37; n < MANY; n += 37)
			lost += !there(test, n);
		if (steps % 8 == 0)
			KUNIT_EXPECT_EQ(test, walked(test), MANY);
		cond_resched();
	} while (ret < 0 && steps < STEPS_MAX);
	kunit_info(test, "%u of %u steps failed\n", failed, steps);
	KUNIT_EXPECT_EQ(test, ret, 1);
	KUNIT_EXPECT_GT(test, failed, 5u);
	KUNIT_EXPECT_EQ(test, lost, 0);
	KUNIT_EXPECT_EQ(test, walked(test), MANY);
	for (n = 0; n < MANY; n++)
		KUNIT_ASSERT_TRUE(test, end(test, n));
	KUNIT_EXPECT_EQ(test, walked(test), 0);
}
#endif

static void a_table_goes_while_pieces_are_made(struct kunit *test)
{
	fill(test, 0, MANY);
	KUNIT_EXPECT_EQ(test, step(test), -EAGAIN);
	KUNIT_EXPECT_EQ(test, step(test), -EAGAIN);
	KUNIT_EXPECT_EQ(test, progress_of(index_of(test)).made, 1);
}

static void a_table_goes_while_chains_are_moved(struct kunit *test)
{
	u32 first = become_lonely(test), large = chains(test);

	while (progress_of(index_of(test)).moved < large / 2)
		KUNIT_ASSERT_EQ(test, step(test), -EAGAIN);
	KUNIT_EXPECT_EQ(test, walked(test), MANY - first);
	KUNIT_EXPECT_LT(test, progress_of(index_of(test)).moved, large);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(growing_hides_nobody),
	KUNIT_CASE(shrinking_hides_nobody),
#ifdef CONFIG_FAILSLAB
	KUNIT_CASE(without_memory_nobody_is_hidden),
#endif
	KUNIT_CASE(a_table_goes_while_pieces_are_made),
	KUNIT_CASE(a_table_goes_while_chains_are_moved),
	{ }
};

static int suite_init(struct kunit_suite *suite)
{
	int err = conn_fixture_suite_init(suite);

	if (err)
		return err;
	workqueue = alloc_workqueue("bailey_resize", WQ_UNBOUND, 0);
	if (workqueue)
		return 0;
	conn_fixture_suite_exit(suite);
	return -ENOMEM;
}

static void suite_exit(struct kunit_suite *suite)
{
	rcu_barrier();
	destroy_workqueue(workqueue);
	conn_fixture_suite_exit(suite);
}

static struct kunit_suite bailey_conn_resize = {
	.name = "bailey_conn_resize",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = conn_fixture_init,
	.exit = conn_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_conn_resize);
