// SPDX-License-Identifier: GPL-2.0
/*
 * Who chooses addresses and ports does not choose chains: whatever the tuples of a
 * flood have in common, the longest chain of the index is as long as chance makes
 * it. With four entries for each chain, one of 24 among so many comes once in a
 * million floods or less; who could steer them would make it as long as he likes.
 */
#include <linux/module.h>

#include "conn_fixture.h"
#include "conn_place.h"

#define FLOOD		100000
#define LONGEST		24

static const struct bailey_conn_limits no_limits = { .connections = U32_MAX };

static void base(struct bailey_packet *p)
{
	*p = (struct bailey_packet){
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_UDP,
		.flags = BAILEY_PKT_PORTS,
		.src.hi = 0x0a00000100000000ULL,
		.dst.hi = 0x0103030700000000ULL,
		.sport = 1024,
		.dport = 53,
	};
}

/* One source, all that it has: its ports and the server's. */
static void one_source(u32 n, struct bailey_packet *p)
{
	p->sport = n % 50000;
	p->dport = 1 + n / 50000;
}

/* A source more for each, in a row. */
static void in_a_row(u32 n, struct bailey_packet *p)
{
	p->src.hi += (u64)n << 32;
}

/* What the one end has more the other has less: the same under any sum or XOR. */
static void balanced(u32 n, struct bailey_packet *p)
{
	p->src.hi += (u64)n << 32;
	p->dst.hi ^= (u64)n << 32;
	p->sport = 1024 + n % 4096;
	p->dport = p->sport;
}

/* Only upper bits differ, as a hash that takes the lower ones would not see. */
static void high_bits(u32 n, struct bailey_packet *p)
{
	p->src.hi = (u64)(n & 0xff) << 56 | 1ULL << 32;
	p->dst.hi = (u64)(n >> 8 & 0xff) << 56 | 2ULL << 32;
	p->sport = (n >> 16) << 8 | 1;
}

/* IPv6: one /64, whose owner has all of the lower half. */
static void one_network(u32 n, struct bailey_packet *p)
{
	p->family = BAILEY_IPV6;
	p->src = (struct bailey_addr){ 0x20010db800080000ULL, (u64)n << 32 | n };
	p->dst = (struct bailey_addr){ 0x20010db800090000ULL, 7 };
}

static int add(struct bailey_conn_table *table, const struct bailey_packet *p)
{
	struct bailey_conn_entry *entry, *existing;
	struct bailey_conn_key key;
	u8 end = bailey_conn_key_make(&key, p, 0, 0);
	int err = -ENOMEM;

	entry = bailey_conn_entry_alloc(&key, GFP_KERNEL);
	if (!entry)
		return err;
	entry->conn.orig_end = end;
	entry->conn.expires = bailey_conn_now() + 600;
	rcu_read_lock();
	err = bailey_conn_table_insert(table, entry, bailey_conn_hash(&key), &existing,
				       &no_limits);
	rcu_read_unlock();
	if (err)
		bailey_conn_entry_free(entry);
	return err;
}

/* The most entries that one chain has. */
static u32 longest_chain(struct bailey_conn_table *table, u64 *all)
{
	const struct bailey_conn_bucket *first;
	u64 hash = 0, end;
	u32 longest = 0, length;
	unsigned int at;

	*all = 0;
	rcu_read_lock();
	for (; hash < BAILEY_CONN_HASHES; hash = end) {
		bailey_conn_index_chain(&table->index, hash, &end, &first);
		length = 0;
		for (at = 0; bailey_conn_chain_from(first, &at); at++)
			length++;
		*all += length;
		longest = max(longest, length);
	}
	rcu_read_unlock();
	return longest;
}

static void flood(struct kunit *test, void (*draw)(u32 n, struct bailey_packet *p))
{
	struct bailey_conn_table *table = test->priv;
	struct bailey_packet p;
	u32 n, longest;
	u64 all;

	for (n = 0; n < FLOOD; n++) {
		base(&p);
		draw(n, &p);
		if (add(table, &p))
			break;
		if (n % 1024 == 0)
			cond_resched();
	}
	/* The collector gives the index its size. */
	conn_fixture_settle(table);
	longest = longest_chain(table, &all);
	kunit_info(test, "%llu connections, the longest chain has %u\n", all, longest);
	KUNIT_EXPECT_EQ(test, n, FLOOD);
	KUNIT_EXPECT_EQ(test, all, FLOOD);
	KUNIT_EXPECT_LT(test, longest, LONGEST);
}

static void test_one_source(struct kunit *test)
{
	flood(test, one_source);
}

static void test_sources_in_a_row(struct kunit *test)
{
	flood(test, in_a_row);
}

static void test_ends_that_balance(struct kunit *test)
{
	flood(test, balanced);
}

static void test_upper_bits(struct kunit *test)
{
	flood(test, high_bits);
}

static void test_one_ipv6_network(struct kunit *test)
{
	flood(test, one_network);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_one_source),
	KUNIT_CASE(test_sources_in_a_row),
	KUNIT_CASE(test_ends_that_balance),
	KUNIT_CASE(test_upper_bits),
	KUNIT_CASE(test_one_ipv6_network),
	{ }
};

static struct kunit_suite bailey_conn_flood = {
	.name = "bailey_conn_flood",
	.suite_init = conn_fixture_suite_init,
	.suite_exit = conn_fixture_suite_exit,
	.init = conn_fixture_init,
	.exit = conn_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_conn_flood);
