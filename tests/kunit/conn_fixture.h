/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the connection table share: each has a table of its own in
 * test->priv, and its end frees whatever the test left in it.
 */
#ifndef BAILEY_CONN_FIXTURE_H
#define BAILEY_CONN_FIXTURE_H

#include <kunit/test.h>

#include "conn_table.h"

static inline int conn_fixture_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct bailey_conn_table), GFP_KERNEL);
	return test->priv ? bailey_conn_table_init(test->priv) : -ENOMEM;
}

static inline void conn_fixture_exit(struct kunit *test)
{
	if (test->priv)
		bailey_conn_table_exit(test->priv);
}

/* Has the index not the size that it should have? */
static inline bool conn_fixture_resizing(struct bailey_conn_table *table)
{
	bool yes;

	rcu_read_lock();
	yes = READ_ONCE(table->index.coming) || bailey_conn_index_crowded(&table->index) ||
	      rcu_access_pointer(rcu_dereference(table->index.buckets)->next);
	rcu_read_unlock();
	return yes;
}

/* Lets the collector run until it has been everywhere and the index has its size. */
static inline void conn_fixture_settle(struct bailey_conn_table *table)
{
	do {
		flush_delayed_work(&table->collect);
	} while (READ_ONCE(table->pos) != BAILEY_CONN_END || conn_fixture_resizing(table));
}

static inline int conn_fixture_suite_init(struct kunit_suite *suite)
{
	return bailey_conn_cache_init();
}

static inline void conn_fixture_suite_exit(struct kunit_suite *suite)
{
	bailey_conn_cache_exit();
}

#endif /* BAILEY_CONN_FIXTURE_H */
