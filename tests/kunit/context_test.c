// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts of packets: each its own number and ACLs, room for what will come, and an end.
 */
#include <kunit/test.h>
#include <linux/mm.h>

#include "context.h"

/* @src, @dst: interfaces from 1 on, 0 for this machine */
static struct bailey_where passing(u32 src, u32 dst)
{
	return (struct bailey_where){
		.hook = !src ? BAILEY_HOOK_LOCAL_OUT :
			!dst ? BAILEY_HOOK_LOCAL_IN : BAILEY_HOOK_FORWARD,
		.ifindex = { src, dst },
	};
}

/* The number of a packet's context, which is made if need be; 0 if it can't be. */
static u32 stamp_of(struct bailey_contexts *contexts, const struct bailey_where *where)
{
	const struct bailey_context *context = bailey_context_make(contexts, where, NULL);

	return context ? context->stamp : 0;
}

/* All ways between some interfaces and this machine: how many have no number? */
static u32 unnumbered(struct bailey_contexts *contexts, u32 interfaces)
{
	struct bailey_where where;
	u32 src, dst, missing = 0;

	for (src = 0; src <= interfaces; src++)
		for (dst = 0; dst <= interfaces; dst++) {
			where = passing(src, dst);
			if (src || dst)
				missing += !bailey_context_make(contexts, &where, NULL);
		}
	return missing;
}

static void few_interfaces_have_all(struct kunit *test)
{
	struct bailey_contexts *contexts;
	u32 n, last_stamp = 0;

	for (n = 1; n <= 44; n++) {
		contexts = bailey_contexts_create(n, &last_stamp);
		KUNIT_ASSERT_NOT_NULL(test, contexts);
		KUNIT_EXPECT_EQ(test, unnumbered(contexts, n), 0);
		KUNIT_EXPECT_EQ(test, contexts->count, n * (n + 2));
		kvfree(contexts);
	}
}

static void many_interfaces_have_some(struct kunit *test)
{
	u32 last_stamp = 0;
	struct bailey_contexts *contexts = bailey_contexts_create(200, &last_stamp);
	struct bailey_where first = passing(1, 2), none = passing(200, 199);

	KUNIT_ASSERT_NOT_NULL(test, contexts);
	KUNIT_EXPECT_EQ(test, stamp_of(contexts, &first), 1);
	KUNIT_EXPECT_GT(test, unnumbered(contexts, 200), 0);
	KUNIT_EXPECT_NULL(test, bailey_context_make(contexts, &none, NULL));
	KUNIT_EXPECT_NULL(test, bailey_context_find(contexts, &none));
	KUNIT_EXPECT_EQ(test, stamp_of(contexts, &first), 1);
	KUNIT_EXPECT_EQ(test, last_stamp, contexts->count);
	kvfree(contexts);
}

static void numbers_end(struct kunit *test)
{
	u32 last_stamp = U32_MAX - 1;
	struct bailey_contexts *contexts = bailey_contexts_create(2, &last_stamp);
	struct bailey_where last = passing(1, 2), none = passing(2, 1);

	KUNIT_ASSERT_NOT_NULL(test, contexts);
	KUNIT_EXPECT_EQ(test, stamp_of(contexts, &last), U32_MAX);
	KUNIT_EXPECT_NULL(test, bailey_context_make(contexts, &none, NULL));
	KUNIT_EXPECT_EQ(test, stamp_of(contexts, &last), U32_MAX);
	KUNIT_EXPECT_EQ(test, last_stamp, U32_MAX);
	kvfree(contexts);
}

/* The ACLs of a way stay with it, and only with it. */
static void stateless_ones_have_their_acls(struct kunit *test)
{
	u32 last_stamp = 0;
	struct bailey_contexts *contexts = bailey_contexts_create(2, &last_stamp);
	struct bailey_where there = passing(1, 2), back = passing(2, 1);
	const struct bailey_acl acl = { .object.kind = BAILEY_ACL };
	const struct bailey_acls acls = { .acl = { NULL, &acl } };
	const struct bailey_context *context;

	KUNIT_ASSERT_NOT_NULL(test, contexts);
	bailey_context_make(contexts, &there, &acls);
	bailey_context_make(contexts, &back, NULL);
	context = bailey_context_find(contexts, &there);
	KUNIT_ASSERT_NOT_NULL(test, context);
	KUNIT_EXPECT_TRUE(test, context->stateless);
	KUNIT_EXPECT_NULL(test, context->acls.acl[BAILEY_SRC]);
	KUNIT_EXPECT_PTR_EQ(test, context->acls.acl[BAILEY_DST], &acl);
	context = bailey_context_find(contexts, &back);
	KUNIT_ASSERT_NOT_NULL(test, context);
	KUNIT_EXPECT_FALSE(test, context->stateless);
	kvfree(contexts);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(few_interfaces_have_all),
	KUNIT_CASE(many_interfaces_have_some),
	KUNIT_CASE(numbers_end),
	KUNIT_CASE(stateless_ones_have_their_acls),
	{}
};

static struct kunit_suite bailey_context_suite = {
	.name = "bailey_context",
	.test_cases = cases,
};

kunit_test_suite(bailey_context_suite);
