// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table: what is in it, what is found, what goes and when.
 *
 * Time is faked through &bailey_conn.expires; the collector is not waited for but
 * run by flush_delayed_work(). Every test has a table of its own, and its end
 * frees whatever the test left in it.
 */
#include <linux/kthread.h>
#include <linux/module.h>

#include "conn_fixture.h"
#include "conn_memo.h"
#include "conn_place.h"

#define NO_LIMIT	U32_MAX
#define MANY		100000
#define THREADS		4
#define ROUNDS		20000
#define RACE_KEYS	64

static const struct bailey_conn_limits no_limits = { .connections = NO_LIMIT };

static struct bailey_packet request_of(u32 n)
{
	return (struct bailey_packet){
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_UDP,
		.flags = BAILEY_PKT_PORTS,
		.src.hi = (u64)(0x0a000000 + n / 50000) << 32,
		.dst.hi = 0x0103030700000000ULL,
		.sport = 1024 + n % 50000,
		.dport = 53,
	};
}

static struct bailey_packet response_of(u32 n)
{
	struct bailey_packet p = request_of(n);

	swap(p.src, p.dst);
	swap(p.sport, p.dport);
	return p;
}

/* An entry for a request that lives @left seconds more. */
static struct bailey_conn_entry *entry_of(struct kunit *test,
					  const struct bailey_packet *p, u32 set, s32 left)
{
	struct bailey_conn_entry *entry;
	struct bailey_conn_key key;
	u8 end = bailey_conn_key_make(&key, p, 0, 0);

	entry = bailey_conn_entry_alloc(&key, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->conn.orig_end = end;
	entry->conn.set[BAILEY_ORIGINATOR] = set;
	entry->conn.expires = bailey_conn_now() + left;
	return entry;
}

static struct bailey_conn_entry *make_entry(struct kunit *test, u32 n, u32 set,
					    s32 left)
{
	struct bailey_packet p = request_of(n);

	return entry_of(test, &p, set, left);
}

static int insert_hashed(struct kunit *test, struct bailey_conn_entry *entry,
			 struct bailey_conn_entry **existing)
{
	return bailey_conn_table_insert(test->priv, entry,
					bailey_conn_hash(&entry->conn.key), existing,
					&no_limits);
}

static int insert(struct kunit *test, struct bailey_conn_entry *entry, u32 max)
{
	const struct bailey_conn_limits limits = { .connections = max };
	struct bailey_conn_entry *existing = NULL;
	int err;

	rcu_read_lock();
	err = bailey_conn_table_insert(test->priv, entry, bailey_conn_hash(&entry->conn.key),
				       &existing, &limits);
	KUNIT_EXPECT_EQ(test, err == -EEXIST, !!existing);
	rcu_read_unlock();
	if (err)
		bailey_conn_entry_free(entry);
	return err;
}

static struct bailey_conn_entry *add(struct kunit *test, u32 n, u32 set, s32 left)
{
	struct bailey_conn_entry *entry = make_entry(test, n, set, left);

	KUNIT_ASSERT_EQ(test, insert(test, entry, NO_LIMIT), 0);
	return entry;
}

/* The same for a stream: nobody may take its place. */
static struct bailey_conn_entry *lasting(struct kunit *test, u32 n, s32 left)
{
	struct bailey_conn_entry *entry = make_entry(test, n, 1, left);

	entry->conn.track.flags = BAILEY_CONN_REPLIED | BAILEY_CONN_STREAM;
	return entry;
}

/* How many live entries has the packet's key? @side: who sent it, by the first. */
static unsigned int find(struct kunit *test, const struct bailey_packet *packet,
			 u8 *side)
{
	struct bailey_conn_table *table = test->priv;
	struct bailey_conn_entry *entry;
	struct bailey_conn_probe probe;
	struct bailey_conn_key key;
	unsigned int found = 0;
	u8 end;

	end = bailey_conn_key_make(&key, packet, 0, 0);
	rcu_read_lock();
	for (entry = bailey_conn_index_first(&table->index, &key, bailey_conn_hash(&key),
					     &probe);
	     entry; entry = bailey_conn_index_next(&probe, entry)) {
		if (!bailey_conn_entry_live(entry, bailey_conn_now()))
			continue;
		KUNIT_EXPECT_TRUE(test, bailey_conn_key_equal(&entry->conn.key, &key));
		if (side && !found)
			*side = bailey_conn_side(&entry->conn, end);
		found++;
	}
	rcu_read_unlock();
	return found;
}

static unsigned int find_n(struct kunit *test, u32 n)
{
	struct bailey_packet p = request_of(n);

	return find(test, &p, NULL);
}

static bool unlink(struct kunit *test, struct bailey_conn_entry *entry)
{
	bool won;

	rcu_read_lock();
	won = bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED);
	rcu_read_unlock();
	return won;
}

static s64 count(struct kunit *test)
{
	return bailey_conn_table_count(test->priv);
}

static void both_halves_meet(struct kunit *test)
{
	struct bailey_packet request = request_of(7), response = response_of(7);
	struct bailey_packet other = request_of(8);
	u8 side = 9;

	KUNIT_EXPECT_EQ(test, find(test, &request, NULL), 0);
	add(test, 7, 1, 100);
	KUNIT_EXPECT_EQ(test, find(test, &request, &side), 1);
	KUNIT_EXPECT_EQ(test, side, BAILEY_ORIGINATOR);
	KUNIT_EXPECT_EQ(test, find(test, &response, &side), 1);
	KUNIT_EXPECT_EQ(test, side, BAILEY_RESPONDER);
	KUNIT_EXPECT_EQ(test, find(test, &other, NULL), 0);
	KUNIT_EXPECT_EQ(test, count(test), 1);
}

static void twins_are_refused(struct kunit *test)
{
	struct bailey_conn_entry *first = add(test, 1, 1, 100);
	struct bailey_conn_entry *entry, *existing = NULL;

	entry = make_entry(test, 1, 1, 100);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, insert_hashed(test, entry, &existing), -EEXIST);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, existing, first);
	KUNIT_EXPECT_FALSE(test, first->shared);
	entry->conn.set[BAILEY_RESPONDER] = 5;
	KUNIT_EXPECT_EQ(test, insert(test, entry, NO_LIMIT), 0);
	KUNIT_EXPECT_TRUE(test, first->shared && entry->shared);
	entry = make_entry(test, 1, 1, 100);
	entry->conn.orig_end ^= 1;
	KUNIT_EXPECT_EQ(test, insert(test, entry, NO_LIMIT), 0);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 3);
	KUNIT_EXPECT_EQ(test, count(test), 3);
}

static void the_dead_have_no_twins(struct kunit *test)
{
	add(test, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 0);
	add(test, 1, 1, 100);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 1);
	KUNIT_EXPECT_EQ(test, count(test), 1);
}

static void a_full_table_refuses(struct kunit *test)
{
	struct bailey_conn_entry *entry = NULL;
	u32 n;

	for (n = 0; n < 1000; n++) {
		entry = lasting(test, n, 100);
		KUNIT_ASSERT_EQ(test, insert(test, entry, 1000), 0);
	}
	for (; n < 1100; n++)
		KUNIT_EXPECT_EQ(test, insert(test, make_entry(test, n, 1, 100),
					     1000), -ENOSPC);
	KUNIT_EXPECT_EQ(test, count(test), 1000);
	KUNIT_EXPECT_EQ(test, find_n(test, 999), 1);
	KUNIT_EXPECT_EQ(test, find_n(test, 1000), 0);
	KUNIT_EXPECT_TRUE(test, unlink(test, entry));
	KUNIT_EXPECT_EQ(test, insert(test, lasting(test, 2000, 100), 1000), 0);
	KUNIT_EXPECT_EQ(test, insert(test, make_entry(test, 2001, 1, 100), 1000),
			-ENOSPC);
}

static void unlinking_twice_is_harmless(struct kunit *test)
{
	struct bailey_conn_entry *entry = add(test, 1, 1, 100);

	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED));
	KUNIT_EXPECT_FALSE(test, bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED));
	KUNIT_EXPECT_FALSE(test, bailey_conn_entry_live(entry, bailey_conn_now()));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 0);
	KUNIT_EXPECT_EQ(test, count(test), 0);
}

static void the_expired_are_collected(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 10000; n++)
		add(test, n, 1, n % 2 ? 100 : 0);
	KUNIT_EXPECT_EQ(test, count(test), 10000);
	conn_fixture_settle(test->priv);
	KUNIT_EXPECT_EQ(test, count(test), 5000);
	for (n = 0; n < 10000; n++)
		KUNIT_EXPECT_EQ(test, find_n(test, n), n % 2);
}

static void nobody_dies_early(struct kunit *test)
{
	struct bailey_conn conn = { };

	conn.expires = bailey_conn_deadline(10, 1);
	KUNIT_EXPECT_FALSE(test, bailey_conn_expired(&conn, 11));
	KUNIT_EXPECT_TRUE(test, bailey_conn_expired(&conn, 12));
	conn.expires = bailey_conn_deadline(U32_MAX, 432000);
	KUNIT_EXPECT_FALSE(test, bailey_conn_expired(&conn, U32_MAX));
	KUNIT_EXPECT_FALSE(test, bailey_conn_expired(&conn, 431999));
	KUNIT_EXPECT_TRUE(test, bailey_conn_expired(&conn, 432000));
}

static void the_refreshed_stay(struct kunit *test)
{
	struct bailey_conn_entry *entry = add(test, 1, 1, 0);
	struct bailey_conn_next next = { .timeout = 30 };
	u32 now = bailey_conn_now();

	bailey_conn_entry_update(test->priv, entry, &next, now);
	KUNIT_EXPECT_EQ(test, entry->conn.expires, now + 31);
	conn_fixture_settle(test->priv);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 1);
	rcu_read_lock();
	bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED);
	next.timeout = 300;
	bailey_conn_entry_update(test->priv, entry, &next, now);
	KUNIT_EXPECT_EQ(test, entry->conn.expires, now + 31);
	rcu_read_unlock();
}

static enum bailey_reason advance(struct kunit *test, struct bailey_conn_entry *entry,
				  const struct bailey_packet *packet, u8 side, u32 now)
{
	const struct bailey_track_rules rules = { .timeouts = &bailey_timeouts_default };
	enum bailey_reason reason;

	rcu_read_lock();
	reason = bailey_conn_entry_advance(test->priv, entry, packet, side, &rules, now);
	rcu_read_unlock();
	return reason;
}

static void packets_advance(struct kunit *test)
{
	struct bailey_packet p = request_of(1);
	u32 now = bailey_conn_now();
	struct bailey_conn_entry *entry;
	struct bailey_conn *conn;

	p.proto = BAILEY_PROTO_TCP;
	entry = entry_of(test, &p, 1, 100);
	KUNIT_ASSERT_EQ(test, insert(test, entry, NO_LIMIT), 0);
	conn = &entry->conn;
	conn->track.state = BAILEY_TCP_SYN_SENT;
	p.tcp_flags = BAILEY_TCP_SYN | BAILEY_TCP_ACK;
	KUNIT_EXPECT_EQ(test, advance(test, entry, &p, 1, now), BAILEY_PASS);
	KUNIT_EXPECT_EQ(test, conn->track.state, BAILEY_TCP_SYN_RECV);
	KUNIT_EXPECT_EQ(test, conn->expires, now + 61);
	p.tcp_flags = BAILEY_TCP_ACK;
	KUNIT_EXPECT_EQ(test, advance(test, entry, &p, 0, now), BAILEY_PASS);
	KUNIT_EXPECT_EQ(test, conn->track.state, BAILEY_TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, conn->expires, now + 432001);
	conn->track.state = BAILEY_TCP_SYN_SENT;
	KUNIT_EXPECT_EQ(test, advance(test, entry, &p, 0, now + 5),
			BAILEY_DROP_TCP_STATE);
	KUNIT_EXPECT_EQ(test, conn->expires, now + 432001);
}

static bool remembers(struct kunit *test, u32 n, u32 stamp)
{
	struct bailey_packet p = request_of(n);
	struct bailey_conn_recall recall = { .packet = &p };

	return bailey_conn_recall(&recall, test->priv, (u32 []){ 0, 0 }, stamp,
				  bailey_conn_now()) && recall.counter[1] == 7;
}

/* What was said is remembered as long as nothing else needs the room. */
static void the_expendable_remember_nothing(struct kunit *test)
{
	const struct bailey_conn_memo memo = { .stamp = 5, .counter = { 6, 7 } };
	struct bailey_conn_entry *entry = lasting(test, 1, 100);
	struct bailey_conn_next next = { .timeout = 30 };
	const u32 set[2] = { 1, 0 };

	rcu_read_lock();
	KUNIT_ASSERT_EQ(test, insert(test, entry, NO_LIMIT), 0);
	bailey_conn_remember(entry, BAILEY_ORIGINATOR, &memo, set, 0);
	KUNIT_EXPECT_TRUE(test, remembers(test, 1, 5));
	KUNIT_EXPECT_FALSE(test, remembers(test, 1, 6));
	/* Unanswered again: it stands in line */
	bailey_conn_entry_update(test->priv, entry, &next, bailey_conn_now());
	KUNIT_EXPECT_TRUE(test, entry->expendable);
	bailey_conn_remember(entry, BAILEY_ORIGINATOR, &memo, set, 0);
	bailey_conn_entry_set_doors(entry, set, (u32 []){ 0, 0 }, 0);
	KUNIT_EXPECT_FALSE(test, remembers(test, 1, 5));
	next.track.flags = BAILEY_CONN_REPLIED | BAILEY_CONN_STREAM;
	bailey_conn_entry_update(test->priv, entry, &next, bailey_conn_now());
	KUNIT_EXPECT_FALSE(test, entry->expendable);
	KUNIT_EXPECT_FALSE(test, remembers(test, 1, 5));
	KUNIT_EXPECT_FALSE(test, remembers(test, 1, 0) && entry->memo[0].stamp);
	bailey_conn_remember(entry, BAILEY_ORIGINATOR, &memo, set, 0);
	KUNIT_EXPECT_TRUE(test, remembers(test, 1, 5));
	rcu_read_unlock();
}

static void doors_are_stored(struct kunit *test)
{
	struct bailey_conn_entry *entry = add(test, 1, 1, 100);

	bailey_conn_entry_set_doors(entry, (u32 []){ 1, 7 }, (u32 []){ 0, 3 }, 9);
	KUNIT_EXPECT_EQ(test, entry->conn.set[BAILEY_ORIGINATOR], 1);
	KUNIT_EXPECT_EQ(test, entry->conn.set[BAILEY_RESPONDER], 7);
	KUNIT_EXPECT_EQ(test, entry->conn.ifindex[BAILEY_RESPONDER], 3);
	KUNIT_EXPECT_EQ(test, entry->conn.ifindex[BAILEY_ORIGINATOR], 0);
	KUNIT_EXPECT_EQ(test, entry->conn.epoch, 9);
}

static enum bailey_conn_walk_verdict count_and_keep(struct bailey_conn_entry *entry,
						    void *arg)
{
	++*(unsigned long *)arg;
	return BAILEY_CONN_KEEP;
}

static enum bailey_conn_walk_verdict unlink_odd(struct bailey_conn_entry *entry,
						void *arg)
{
	return entry->conn.set[BAILEY_ORIGINATOR] & 1 ? BAILEY_CONN_UNLINK :
							BAILEY_CONN_KEEP;
}

static enum bailey_conn_walk_verdict unlink_all(struct bailey_conn_entry *entry,
						void *arg)
{
	return BAILEY_CONN_UNLINK;
}

static enum bailey_conn_walk_verdict stop_at_ten(struct bailey_conn_entry *entry,
						 void *arg)
{
	return ++*(unsigned long *)arg == 10 ? BAILEY_CONN_STOP :
					       BAILEY_CONN_KEEP;
}

static void many_share_a_key(struct kunit *test)
{
	struct bailey_conn_entry *entries[100];
	unsigned long seen = 0;
	u32 set;

	for (set = 0; set < 100; set++)
		entries[set] = add(test, 1, set, 100);
	add(test, 2, 0, 100);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 100);
	KUNIT_EXPECT_EQ(test, find_n(test, 2), 1);
	bailey_conn_table_walk(test->priv, count_and_keep, &seen, BAILEY_END_NONE);
	KUNIT_EXPECT_EQ(test, seen, 101);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_walk(test->priv, unlink_odd,
						     NULL, BAILEY_END_DELETED), 50);
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 50);
	for (set = 0; set < 100; set += 2)
		KUNIT_EXPECT_TRUE(test, unlink(test, entries[set]));
	KUNIT_EXPECT_EQ(test, find_n(test, 1), 0);
	KUNIT_EXPECT_EQ(test, count(test), 1);
}

static void a_walk_can_stop(struct kunit *test)
{
	unsigned long seen = 0;
	u32 n;

	for (n = 0; n < 100; n++)
		add(test, n, 1, 100);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_walk(test->priv, stop_at_ten,
						     &seen, BAILEY_END_DELETED), 0);
	KUNIT_EXPECT_EQ(test, seen, 10);
}

static void a_hundred_thousand(struct kunit *test)
{
	struct bailey_packet p;
	unsigned long seen = 0;
	u32 n;

	for (n = 0; n < MANY; n++) {
		add(test, n, n, 100);
		/* The index grows meanwhile. */
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, count(test), MANY);
	for (n = 0; n < MANY; n++) {
		p = response_of(n);
		KUNIT_EXPECT_EQ(test, find(test, &p, NULL), 1);
	}
	bailey_conn_table_walk(test->priv, count_and_keep, &seen, BAILEY_END_NONE);
	KUNIT_EXPECT_GE(test, seen, MANY);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_walk(test->priv, unlink_odd,
						     NULL, BAILEY_END_DELETED), MANY / 2);
	for (n = 0; n < MANY; n++)
		KUNIT_EXPECT_EQ(test, find_n(test, n), !(n & 1));
	KUNIT_EXPECT_EQ(test, bailey_conn_table_walk(test->priv, unlink_all,
						     NULL, BAILEY_END_DELETED), MANY / 2);
	KUNIT_EXPECT_EQ(test, count(test), 0);
}

/* A reader that takes a few at a time, while half go and others come. */
static void reading_in_pieces(struct kunit *test)
{
	unsigned long seen = 0, stayed = 0;
	struct bailey_conn_entry *entry;
	struct bailey_conn_iter iter;
	u32 n, fresh = 20000;
	bool more = true;

	for (n = 0; n < 20000; n++)
		add(test, n, n, 100);
	bailey_conn_iter_init(&iter, test->priv);
	while (more && seen < 10 * 20000) {
		n = 0;
		for (entry = bailey_conn_iter_start(&iter); entry && n < 50;
		     entry = bailey_conn_iter_next(&iter), n++) {
			KUNIT_EXPECT_FALSE(test, entry->dead);
			if (entry->conn.set[0] & 1)
				bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED);
			else
				stayed++;
			seen++;
		}
		bailey_conn_iter_stop(&iter);
		more = entry;
		add(test, fresh, fresh, 100);
		fresh += 2;
		cond_resched();
	}
	bailey_conn_iter_exit(&iter);
	KUNIT_EXPECT_FALSE(test, more);
	KUNIT_EXPECT_GE(test, stayed, 10000);
	for (n = 0; n < 20000; n++)
		KUNIT_EXPECT_EQ(test, find_n(test, n), !(n & 1));
}

/* Where the reader stands is taken away between two pieces. */
static void reading_on_from_the_dead(struct kunit *test)
{
	unsigned long seen = 0;
	struct bailey_conn_entry *entry;
	struct bailey_conn_iter iter;
	u32 n;

	for (n = 0; n < 2000; n++)
		add(test, n, n, 100);
	bailey_conn_iter_init(&iter, test->priv);
	while ((entry = bailey_conn_iter_start(&iter)) && seen < 10000) {
		bailey_conn_table_unlink(test->priv, entry, BAILEY_END_DELETED);
		bailey_conn_iter_stop(&iter);
		seen++;
	}
	bailey_conn_iter_stop(&iter);
	bailey_conn_iter_exit(&iter);
	KUNIT_EXPECT_EQ(test, seen, 2000);
	KUNIT_EXPECT_EQ(test, count(test), 0);
}

static void an_unfinished_reader(struct kunit *test)
{
	struct bailey_conn_iter iter;
	u32 n;

	for (n = 0; n < 100; n++)
		add(test, n, 1, 100);
	bailey_conn_iter_init(&iter, test->priv);
	KUNIT_EXPECT_NOT_NULL(test, bailey_conn_iter_start(&iter));
	bailey_conn_iter_stop(&iter);
	for (; n < 5000; n++)		/* resized meanwhile */
		add(test, n, 1, 100);
	bailey_conn_iter_exit(&iter);
}

static int race(void *arg)
{
	struct kunit *test = arg;
	struct bailey_conn_entry *entry, *existing;
	struct bailey_conn_next next = { .timeout = 100 };
	u32 round;
	int err;

	for (round = 0; round < ROUNDS; round++) {
		entry = make_entry(test, round % RACE_KEYS, 1, 100);
		existing = NULL;
		rcu_read_lock();
		err = insert_hashed(test, entry, &existing);
		if (err)
			bailey_conn_entry_free(entry);
		if (err == -EEXIST) {
			bailey_conn_entry_update(test->priv, existing, &next,
						 bailey_conn_now());
			if (round & 1)
				bailey_conn_table_unlink(test->priv, existing, BAILEY_END_DELETED);
		}
		rcu_read_unlock();
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Threads that insert, find and unlink the same few connections. */
static void racing_threads(struct kunit *test)
{
	struct task_struct *threads[THREADS];
	unsigned long seen = 0;
	int i;
	u32 n;

	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_run(race, test, "bailey_race");
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[i]));
	}
	for (i = 0; i < 100; i++) {
		bailey_conn_table_walk(test->priv, count_and_keep, &seen, BAILEY_END_NONE);
		schedule_timeout_interruptible(1);
	}
	for (i = 0; i < THREADS; i++)
		kthread_stop(threads[i]);
	for (n = 0; n < RACE_KEYS; n++)
		KUNIT_EXPECT_LE(test, find_n(test, n), 1);
	seen = 0;
	bailey_conn_table_walk(test->priv, count_and_keep, &seen, BAILEY_END_NONE);
	KUNIT_EXPECT_EQ(test, count(test), seen);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(both_halves_meet),
	KUNIT_CASE(twins_are_refused),
	KUNIT_CASE(the_dead_have_no_twins),
	KUNIT_CASE(a_full_table_refuses),
	KUNIT_CASE(unlinking_twice_is_harmless),
	KUNIT_CASE(the_expired_are_collected),
	KUNIT_CASE(nobody_dies_early),
	KUNIT_CASE(the_refreshed_stay),
	KUNIT_CASE(packets_advance),
	KUNIT_CASE(the_expendable_remember_nothing),
	KUNIT_CASE(doors_are_stored),
	KUNIT_CASE(many_share_a_key),
	KUNIT_CASE(a_walk_can_stop),
	KUNIT_CASE(a_hundred_thousand),
	KUNIT_CASE(reading_in_pieces),
	KUNIT_CASE(reading_on_from_the_dead),
	KUNIT_CASE(an_unfinished_reader),
	KUNIT_CASE(racing_threads),
	{ }
};

static struct kunit_suite bailey_conn_table = {
	.name = "bailey_conn_table",
	.suite_init = conn_fixture_suite_init,
	.suite_exit = conn_fixture_suite_exit,
	.init = conn_fixture_init,
	.exit = conn_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_conn_table);

MODULE_DESCRIPTION("KUnit tests of Bailey");
MODULE_LICENSE("GPL");
