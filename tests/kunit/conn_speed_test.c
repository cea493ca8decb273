// SPDX-License-Identifier: GPL-2.0
/*
 * What the connection table costs by itself: a lookup, a new connection, the end of
 * one, and memory; beside it, taking turns with it, an rhltable with entries of the
 * same size. Keys come in shuffled order, so that caches miss as they do in life.
 *
 * The times are printed, not judged: others use this machine, too. But for those
 * of the collector, which nobody must wait for.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "conn_fixture.h"
#include "conn_place.h"

#define TURNS		5
#define BURST		250		/* calls that are timed together */

/* An entry of the table that is compared with */
struct peer {
	struct bailey_conn conn;
	struct rhlist_head node;
};

static siphash_key_t peer_secret;

static u32 peer_hash(const void *key, u32 len, u32 seed)
{
	return siphash(key, len, &peer_secret) ^ seed;
}

static const struct rhashtable_params peer_params = {
	.key_len = sizeof(struct bailey_conn_key),
	.key_offset = offsetof(struct peer, conn.key),
	.head_offset = offsetof(struct peer, node),
	.hashfn = peer_hash,
};

/* What one test works with. @order: all numbers below @many, shuffled. @took: times */
struct fixture {
	struct bailey_conn_table table;
	struct rhltable peers;
	u32 *order;
	u32 *took;
	u32 many;
	u64 found;
};

static struct bailey_packet request_of(u32 n)
{
	return (struct bailey_packet){
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_TCP,
		.flags = BAILEY_PKT_PORTS,
		.src.hi = (u64)(0x0a000000 + n) << 32,
		.dst.hi = 0x0103030700000000ULL,
		.sport = 1024 + n % 50000,
		.dport = 443,
	};
}

static u8 key_of(struct bailey_conn_key *key, u32 n)
{
	struct bailey_packet p = request_of(n);

	return bailey_conn_key_make(key, &p, 0, 0);
}

static struct fixture *begin(struct kunit *test, u32 many)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u32 i, other;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_EQ(test, bailey_conn_table_init(&f->table), 0);
	KUNIT_ASSERT_EQ(test, rhltable_init(&f->peers, &peer_params), 0);
	get_random_bytes(&peer_secret, sizeof(peer_secret));
	f->order = vmalloc(array_size(many, sizeof(*f->order)));
	f->took = vmalloc(array_size(many / BURST + 1, sizeof(*f->took)));
	KUNIT_ASSERT_TRUE(test, f->order && f->took);
	f->many = many;
	for (i = 0; i < many; i++)
		f->order[i] = i;
	for (i = many - 1; i; i--) {
		other = get_random_u32() % (i + 1);
		swap(f->order[i], f->order[other]);
	}
	return f;
}

static void free_peer(void *peer, void *arg)
{
	kfree(peer);
}

static void end(struct fixture *f)
{
	rhltable_free_and_destroy(&f->peers, free_peer, NULL);
	bailey_conn_table_exit(&f->table);
	vfree(f->order);
	vfree(f->took);
}

static void insert(struct fixture *f, u32 n)
{
	const struct bailey_conn_limits limits = { .connections = U32_MAX };
	struct bailey_conn_entry *entry, *existing;
	struct bailey_conn_key key;
	u8 end = key_of(&key, n);

	entry = bailey_conn_entry_alloc(&key, GFP_ATOMIC);
	if (!entry)
		return;
	entry->conn.orig_end = end;
	entry->conn.expires = bailey_conn_now() + 100000;
	rcu_read_lock();
	if (bailey_conn_table_insert(&f->table, entry, bailey_conn_hash(&key), &existing,
				     &limits))
		bailey_conn_entry_free(entry);
	rcu_read_unlock();
}

static void insert_peer(struct fixture *f, u32 n)
{
	struct peer *peer = kzalloc(sizeof(*peer), GFP_ATOMIC);

	if (!peer)
		return;
	key_of(&peer->conn.key, n);
	if (rhltable_insert(&f->peers, &peer->node, peer_params))
		kfree(peer);
}

static void look_up(struct fixture *f, u32 n)
{
	struct bailey_conn_probe probe;
	struct bailey_conn_entry *entry;
	struct bailey_conn_key key;

	key_of(&key, n);
	rcu_read_lock();
	for (entry = bailey_conn_index_first(&f->table.index, &key, bailey_conn_hash(&key),
					     &probe);
	     entry; entry = bailey_conn_index_next(&probe, entry))
		f->found += entry->conn.expires != 0;
	rcu_read_unlock();
}

static void look_up_peer(struct fixture *f, u32 n)
{
	struct rhlist_head *list, *pos;
	struct bailey_conn_key key;
	struct peer *peer;

	key_of(&key, n);
	rcu_read_lock();
	list = rhltable_lookup(&f->peers, &key, peer_params);
	rhl_for_each_entry_rcu(peer, pos, list, node)
		f->found += peer->conn.expires != 1;
	rcu_read_unlock();
}

static void make_key(struct fixture *f, u32 n)
{
	struct bailey_conn_key key;

	key_of(&key, n);
	f->found += key.proto == BAILEY_PROTO_TCP;
	barrier_data(&key);
}

static int compare(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 : *(const u32 *)a > *(const u32 *)b;
}

/* Nanoseconds for a call: the median of bursts, as others use this machine, too. */
static u64 time_all(struct fixture *f, void (*call)(struct fixture *f, u32 n))
{
	u32 i, bursts = 0;
	u64 began;

	for (i = 0; i < f->many; i++) {
		if (i % BURST == 0)
			began = ktime_get_ns();
		call(f, f->order[i]);
		if (i % BURST != BURST - 1)
			continue;
		f->took[bursts++] = ktime_get_ns() - began;
		cond_resched();
	}
	sort(f->took, bursts, sizeof(*f->took), compare, NULL);
	return f->took[bursts / 2] / BURST;
}

static u64 least(struct fixture *f, void (*call)(struct fixture *f, u32 n), u64 so_far)
{
	return min(so_far, time_all(f, call));
}

static void measure(struct kunit *test, u32 many)
{
	struct fixture *f = begin(test, many);
	u64 new, peer_new, found = U64_MAX, peer_found = U64_MAX, bare = U64_MAX;
	unsigned int turn;

	new = time_all(f, insert);
	peer_new = time_all(f, insert_peer);
	conn_fixture_settle(&f->table);
	for (turn = 0; turn < TURNS; turn++) {
		bare = least(f, make_key, bare);
		found = least(f, look_up, found);
		peer_found = least(f, look_up_peer, peer_found);
	}
	KUNIT_EXPECT_EQ(test, f->found, (u64)many * TURNS * 3);
	kunit_info(test, "%u: key %llu ns; lookup %llu, rhltable %llu; new %llu, rhltable %llu; index %zu bytes each\n",
		   many, bare, found, peer_found, new, peer_new,
		   bailey_conn_index_bytes(&f->table.index) / many);
	end(f);
}

static bool checked(void)
{
	return IS_ENABLED(CONFIG_KASAN) || IS_ENABLED(CONFIG_LOCKDEP);
}

static void a_thousand(struct kunit *test)
{
	measure(test, 1000);
}

static void a_hundred_thousand(struct kunit *test)
{
	measure(test, checked() ? 10000 : 100000);
}

static void a_million(struct kunit *test)
{
	bool room = si_mem_available() >= 1000000 / (PAGE_SIZE / 640);

	/* What a checked kernel measures is not speed; it is as good with fewer. */
	measure(test, checked() || !room ? 20000 : 1000000);
}

/* What a connection takes but for the index. Debugging makes locks larger. */
static void entries_are_small(struct kunit *test)
{
	static const struct {
		struct bailey_packet packet;
		unsigned int most;
	} kinds[] = {
		{ { .family = BAILEY_IPV4, .proto = BAILEY_PROTO_UDP }, 80 },
		{ { .family = BAILEY_IPV4, .proto = BAILEY_PROTO_TCP }, 128 },
		{ { .family = BAILEY_IPV6, .proto = BAILEY_PROTO_UDP }, 112 },
		{ { .family = BAILEY_IPV6, .proto = BAILEY_PROTO_TCP }, 160 },
	};
	struct bailey_conn_key key;
	unsigned int i, size;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		bailey_conn_key_make(&key, &kinds[i].packet, 0, 0);
		size = bailey_conn_entry_size(&key);
		kunit_info(test, "IPv%u, protocol %u: %u bytes\n", key.family, key.proto,
			   size);
		if (!checked())
			KUNIT_EXPECT_LE(test, size, kinds[i].most);
	}
}

static enum bailey_conn_walk_verdict expire(struct bailey_conn_entry *entry, void *arg)
{
	struct bailey_conn_table *table = arg;

	entry->conn.expires = bailey_conn_now();
	local_bh_disable();
	bailey_conn_index_reschedule(&table->index, entry, entry->conn.expires);
	local_bh_enable();
	return BAILEY_CONN_KEEP;
}

/* Everybody's time is over at once: how many go in a second, and who is held up? */
static void all_expire(struct kunit *test)
{
	struct fixture *f = begin(test, checked() ? 10000 : 300000);
	u64 ns;
	u32 n;

	for (n = 0; n < f->many; n++) {
		insert(f, f->order[n]);
		cond_resched();
	}
	conn_fixture_settle(&f->table);
	bailey_conn_table_walk(&f->table, expire, &f->table, BAILEY_END_NONE);
	ns = f->table.collect_ns;
	f->table.longest_ns = 0;
	conn_fixture_settle(&f->table);
	ns = f->table.collect_ns - ns;
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(&f->table), 0);
	kunit_info(test, "%u expired ones: %llu a second, longest run %llu us\n", f->many,
		   div64_u64((u64)f->many * NSEC_PER_SEC, max(ns, 1ULL)),
		   div_u64(f->table.longest_ns, NSEC_PER_USEC));
	end(f);
}

static int suite_init(struct kunit_suite *suite)
{
	return bailey_conn_cache_init();
}

static void suite_exit(struct kunit_suite *suite)
{
	bailey_conn_cache_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(entries_are_small),
	KUNIT_CASE(a_thousand),
	KUNIT_CASE(a_hundred_thousand),
	KUNIT_CASE(a_million),
	KUNIT_CASE(all_expire),
	{ }
};

static struct kunit_suite bailey_conn_speed = {
	.name = "bailey_conn_speed",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_conn_speed);
