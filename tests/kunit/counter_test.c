// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of rules: nothing lost, nothing left over, on any number of CPUs.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "counter.h"
#include "counter_reserve.h"

#define MANY	3000

static void expect_count(struct kunit *test, const bailey_counter *counter,
			 u64 packets, u64 bytes, u32 last)
{
	struct bailey_count count;

	bailey_counter_read(counter, &count);
	KUNIT_EXPECT_EQ(test, count.packets, packets);
	KUNIT_EXPECT_EQ(test, count.bytes, bytes);
	KUNIT_EXPECT_EQ(test, count.last, last);
}

static void count(bailey_counter *counter, u32 bytes, u32 now)
{
	rcu_read_lock();
	bailey_counter_add(counter, bytes, now);
	rcu_read_unlock();
}

/* Each has a place of its own, whatever becomes of the others. */
static void counts_apart(struct kunit *test)
{
	bailey_counter *counter = kcalloc(MANY, sizeof(*counter), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, counter);
	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_EQ(test, bailey_counter_init(&counter[i]), 0);
		count(&counter[i], i, i + 1);
	}
	for (i = 0; i < MANY; i += 2)
		bailey_counter_exit(&counter[i]);
	for (i = 1; i < MANY; i += 2)
		expect_count(test, &counter[i], 1, i, i + 1);
	for (i = 0; i < MANY; i += 2) {
		KUNIT_EXPECT_EQ(test, bailey_counter_init(&counter[i]), 0);
		expect_count(test, &counter[i], 0, 0, 0);
		count(&counter[i], 7, 3);
	}
	for (i = 0; i < MANY; i++)
		expect_count(test, &counter[i], 1, i % 2 ? i : 7, i % 2 ? i + 1 : 3);
	for (i = 0; i < MANY; i++)
		bailey_counter_exit(&counter[i]);
	kfree(counter);
}

static void counts_on(struct kunit *test)
{
	bailey_counter counter;

	KUNIT_ASSERT_EQ(test, bailey_counter_init(&counter), 0);
	expect_count(test, &counter, 0, 0, 0);
	count(&counter, 1500, 100);
	count(&counter, 40, 100);
	count(&counter, 60, 101);
	expect_count(test, &counter, 3, 1600, 101);
	bailey_counter_exit(&counter);
}

#define ROUNDS	100000

struct crowd {
	bailey_counter counter;
	atomic_t done;
};

static int count_rounds(void *arg)
{
	struct crowd *crowd = arg;
	int i;

	for (i = 0; i < ROUNDS; i++)
		count(&crowd->counter, 2, 5);
	atomic_inc(&crowd->done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

/* How many processes did what each has to do. */
static u32 run_crowd(struct kunit *test, int (*fn)(void *arg), struct crowd *crowd)
{
	struct task_struct *task[4];
	u32 i, n = ARRAY_SIZE(task);

	for (i = 0; i < n; i++) {
		task[i] = kthread_run(fn, crowd, "bailey_count/%u", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(task[i]));
	}
	while (atomic_read(&crowd->done) < n)
		schedule_timeout_uninterruptible(1);
	for (i = 0; i < n; i++)
		kthread_stop(task[i]);
	return n;
}

/* Processes that are moved about and interrupted lose nothing. */
static void counts_from_everywhere(struct kunit *test)
{
	struct crowd crowd = { .done = ATOMIC_INIT(0) };
	u32 n;

	KUNIT_ASSERT_EQ(test, bailey_counter_init(&crowd.counter), 0);
	n = run_crowd(test, count_rounds, &crowd);
	expect_count(test, &crowd.counter, n * ROUNDS, 2 * n * ROUNDS, 5);
	bailey_counter_exit(&crowd.counter);
}

static void expect_reserve(struct kunit *test, u32 number, u64 packets, u64 bytes, u32 last)
{
	struct bailey_count count = { 0 };

	bailey_reserve_read(number, &count);
	KUNIT_EXPECT_EQ(test, count.packets, packets);
	KUNIT_EXPECT_EQ(test, count.bytes, bytes);
	KUNIT_EXPECT_EQ(test, count.last, last);
}

#define NUMBER	0x12345678	/* of no counter of a policy */

/* Without any memory as many are counted as there are places, and what goes makes room. */
static void counts_without_memory(struct kunit *test)
{
	u32 i, n;

	for (n = 1; n <= 3; n++)
		for (i = 0; i < BAILEY_RESERVE_PLACES; i++)
			KUNIT_EXPECT_TRUE(test, bailey_reserve_add(NUMBER + 7 * i, i, n));
	for (i = 0; i < BAILEY_RESERVE_PLACES; i++)
		expect_reserve(test, NUMBER + 7 * i, 3, 3 * i, 3);
	KUNIT_EXPECT_FALSE(test, bailey_reserve_add(NUMBER - 1, 1, 1));
	expect_reserve(test, NUMBER - 1, 0, 0, 0);
	bailey_reserve_clear(NUMBER + 7 * 5);
	expect_reserve(test, NUMBER + 7 * 5, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, bailey_reserve_add(NUMBER - 1, 9, 4));
	expect_reserve(test, NUMBER - 1, 1, 9, 4);
	bailey_reserve_clear(NUMBER - 1);
	for (i = 0; i < BAILEY_RESERVE_PLACES; i++)
		bailey_reserve_clear(NUMBER + 7 * i);
	for (i = 0; i < BAILEY_RESERVE_PLACES; i++)
		expect_reserve(test, NUMBER + 7 * i, 0, 0, 0);
}

/* What was counted where there was no memory is not forgotten when there is. */
static void sums_reserve_and_pages(struct kunit *test)
{
	bailey_counter counter, next;

	KUNIT_ASSERT_EQ(test, bailey_counter_init(&counter), 0);
	KUNIT_EXPECT_TRUE(test, bailey_reserve_add(counter, 100, 9));
	count(&counter, 40, 8);
	KUNIT_EXPECT_TRUE(test, bailey_reserve_add(counter, 100, 10));
	expect_count(test, &counter, 3, 240, 10);
	bailey_counter_exit(&counter);
	KUNIT_ASSERT_EQ(test, bailey_counter_init(&next), 0);
	KUNIT_EXPECT_EQ(test, next, counter);
	expect_count(test, &next, 0, 0, 0);
	bailey_counter_exit(&next);
}

static int reserve_rounds(void *arg)
{
	struct crowd *crowd = arg;
	int i;

	for (i = 0; i < ROUNDS; i++)
		bailey_reserve_add(NUMBER, 2, 5);
	atomic_inc(&crowd->done);
	while (!kthread_should_stop())
		schedule_timeout_uninterruptible(1);
	return 0;
}

static void reserve_from_everywhere(struct kunit *test)
{
	struct crowd crowd = { .done = ATOMIC_INIT(0) };
	u32 n = run_crowd(test, reserve_rounds, &crowd);

	expect_reserve(test, NUMBER, n * ROUNDS, 2 * n * ROUNDS, 5);
	bailey_reserve_clear(NUMBER);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts_apart),
	KUNIT_CASE(counts_on),
	KUNIT_CASE(counts_from_everywhere),
	KUNIT_CASE(counts_without_memory),
	KUNIT_CASE(sums_reserve_and_pages),
	KUNIT_CASE(reserve_from_everywhere),
	{}
};

static struct kunit_suite bailey_counter_suite = {
	.name = "bailey_counter",
	.test_cases = cases,
};

kunit_test_suite(bailey_counter_suite);
