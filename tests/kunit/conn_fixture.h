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

static inline int conn_fixture_suite_init(struct kunit_suite *suite)
{
	return bailey_conn_cache_init();
}

static inline void conn_fixture_suite_exit(struct kunit_suite *suite)
{
	bailey_conn_cache_exit();
}

#endif /* BAILEY_CONN_FIXTURE_H */
