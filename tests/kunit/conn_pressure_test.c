// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table under pressure: who makes room, who is collected when,
 * what a source may have, and what a million idle connections cost.
 *
 * Time is faked: &bailey_conn.expires says when an entry ends, and turn_wheel()
 * makes the collector look at every entry as it would within four minutes.
 */
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "conn_fixture.h"
#include "conn_place.h"

#define LASTING		(BAILEY_CONN_REPLIED | BAILEY_CONN_STREAM)
#define THREADS		4
#define ROUNDS		20000
#define RACE_KEYS	1000
#define RACE_ROOM	200
#define TURN		128	/* seconds; idle ones are looked at less often */

static const struct bailey_track_rules rules = {
	.timeouts = &bailey_timeouts_default,
	.liberal = true,
};

static struct bailey_packet request_of(u32 n, u8 proto)
{
	return (struct bailey_packet){
		.family = BAILEY_IPV4,
		.proto = proto,
		.flags = BAILEY_PKT_PORTS,
		.src.hi = (u64)(0x0a000000 + n) << 32,
		.dst.hi = 0x0103030700000000ULL,
		.sport = 1024 + n % 50000,
		.dport = 443,
		.tcp_flags = BAILEY_TCP_SYN,
	};
}

static struct bailey_conn_entry *entry_of(struct kunit *test,
					  const struct bailey_packet *packet,
					  u32 domain, u8 flags, s32 left)
{
	struct bailey_conn_entry *entry;
	struct bailey_conn_key key;
	struct bailey_conn *conn;
	u8 end = bailey_conn_key_make(&key, packet, domain, 0);

	entry = bailey_conn_entry_alloc(&key, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	conn = &entry->conn;
	conn->orig_end = end;
	conn->track.flags = flags;
	conn->track.state = packet->proto == BAILEY_PROTO_TCP ? BAILEY_TCP_SYN_SENT :
							  BAILEY_TCP_NONE;
	conn->expires = bailey_conn_now() + left;
	return entry;
}

static int insert(struct kunit *test, struct bailey_conn_entry *entry, u32 max,
		  u32 per_source)
{
	const struct bailey_conn_limits limits = { max, per_source };
	struct bailey_conn_entry *existing;
	int err;

	rcu_read_lock();
	err = bailey_conn_table_insert(test->priv, entry, bailey_conn_hash(&entry->conn.key),
				       &existing, &limits);
	rcu_read_unlock();
	if (err)
		bailey_conn_entry_free(entry);
	return err;
}

/* A UDP connection of source @n. */
static int add(struct kunit *test, u32 n, u8 flags, s32 left, u32 max)
{
	struct bailey_packet p = request_of(n, BAILEY_PROTO_UDP);

	return insert(test, entry_of(test, &p, 0, flags, left), max, 0);
}

static bool there(struct kunit *test, u32 n)
{
	struct bailey_packet p = request_of(n, BAILEY_PROTO_UDP);
	struct bailey_conn_table *table = test->priv;
	struct bailey_conn_probe probe;
	struct bailey_conn_key key;
	bool found;

	bailey_conn_key_make(&key, &p, 0, 0);
	rcu_read_lock();
	found = bailey_conn_index_first(&table->index, &key, bailey_conn_hash(&key), &probe);
	rcu_read_unlock();
	return found;
}

static unsigned int how_many(struct kunit *test, u32 first, u32 end)
{
	unsigned int found = 0;

	for (; first < end; first++)
		found += there(test, first);
	return found;
}

static struct bailey_conn_tally tally(struct kunit *test)
{
	struct bailey_conn_tally sum;

	bailey_conn_table_tally(test->priv, &sum);
	return sum;
}

/* For the collector all seconds have passed, but not for connections. */
static void turn_wheel(struct kunit *test)
{
	struct bailey_conn_table *table = test->priv;

	conn_fixture_settle(test->priv);
	table->round.last -= 256;
	conn_fixture_settle(test->priv);
}

static enum bailey_reason advance(struct kunit *test, struct bailey_conn_entry *entry,
				  const struct bailey_packet *packet, u8 side)
{
	enum bailey_reason reason;

	rcu_read_lock();
	reason = bailey_conn_entry_advance(test->priv, entry, packet, side, &rules,
					   bailey_conn_now());
	rcu_read_unlock();
	return reason;
}

static enum bailey_conn_walk_verdict unlink_all(struct bailey_conn_entry *entry,
						void *arg)
{
	return BAILEY_CONN_UNLINK;
}

static void the_oldest_unanswered_make_room(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 100, 1000), 0);
	for (; n < 1160; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 1000), 0);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 1000);
	KUNIT_EXPECT_EQ(test, how_many(test, 0, 500), 340);
	KUNIT_EXPECT_EQ(test, how_many(test, 500, 1160), 660);
	KUNIT_EXPECT_EQ(test, tally(test).early, 160);
	KUNIT_EXPECT_EQ(test, tally(test).refused, 0);
}

static void the_answered_stay(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 95; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING, 100, 100), 0);
	for (; n < 5000; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 100), 0);
	KUNIT_EXPECT_EQ(test, how_many(test, 0, 95), 95);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 100);
	KUNIT_EXPECT_TRUE(test, there(test, 4999));
	KUNIT_EXPECT_EQ(test, tally(test).early, 4900);
}

static void a_table_of_the_answered_refuses(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 100; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING, 100, 100), 0);
	for (; n < 110; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 100), -ENOSPC);
	KUNIT_EXPECT_EQ(test, how_many(test, 0, 200), 100);
	KUNIT_EXPECT_EQ(test, tally(test).refused, 10);
	KUNIT_EXPECT_EQ(test, tally(test).early, 0);
}

static void the_expired_go_before_the_unanswered(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 50; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 100, 100), 0);
	for (; n < 100; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING, 0, 100), 0);
	for (; n < 150; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 100), 0);
	KUNIT_EXPECT_EQ(test, how_many(test, 0, 50), 50);
	KUNIT_EXPECT_EQ(test, how_many(test, 50, 100), 0);
	KUNIT_EXPECT_EQ(test, how_many(test, 100, 150), 50);
	KUNIT_EXPECT_EQ(test, tally(test).expired, 50);
	KUNIT_EXPECT_EQ(test, tally(test).early, 0);
	KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 100), 0);
	KUNIT_EXPECT_EQ(test, tally(test).early, 1);
}

/* The one that has expired stands among a thousand that are due, and live on. */
static void the_expired_are_searched_for(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING,
					  n == 500 ? 0 : 100000, 1000), 0);
	KUNIT_EXPECT_EQ(test, add(test, n, LASTING, 100, 1000), 0);
	KUNIT_EXPECT_FALSE(test, there(test, 500));
	KUNIT_EXPECT_EQ(test, add(test, n + 1, LASTING, 100, 1000), -ENOSPC);
	KUNIT_EXPECT_EQ(test, tally(test).expired, 1);
}

static void a_lowered_limit_is_reached(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 100; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 100, 100), 0);
	for (; n < 130; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 50), 0);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 70);
	for (; n < 160; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, 0, 100, 50), 0);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 50);
}

/* An answer makes it go later, a stream makes it stay. */
static void a_stream_stays(struct kunit *test)
{
	static const struct {
		u8 side;
		u8 kind;
	} steps[] = {
		{ BAILEY_ORIGINATOR, BAILEY_EXPENDABLE_FIRST },
		{ BAILEY_RESPONDER, BAILEY_EXPENDABLE_NEXT },
		{ BAILEY_ORIGINATOR, BAILEY_EXPENDABLE_NOT },
	};
	struct bailey_packet p = request_of(1, BAILEY_PROTO_UDP);
	struct bailey_conn_entry *entry = entry_of(test, &p, 0, 0, 100);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, insert(test, entry, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, entry->expendable, BAILEY_EXPENDABLE_FIRST);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		advance(test, entry, &p, steps[i].side);
		KUNIT_EXPECT_EQ(test, entry->expendable, steps[i].kind);
	}
	KUNIT_EXPECT_EQ(test, add(test, 2, 0, 100, 1), -ENOSPC);
}

/* A flood that is answered takes the place of others like it, the unanswered first. */
static void the_answered_go_next(struct kunit *test)
{
	u32 n;

	for (n = 0; n < 50; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, BAILEY_CONN_REPLIED, 100, 100), 0);
	for (; n < 100; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 100, 100), 0);
	for (; n < 150; n++)
		KUNIT_EXPECT_EQ(test, add(test, n, BAILEY_CONN_REPLIED, 100, 100), 0);
	for (n = 0; n < 50; n++) {
		KUNIT_EXPECT_TRUE(test, there(test, n));
		KUNIT_EXPECT_FALSE(test, there(test, n + 50));
	}
	KUNIT_EXPECT_EQ(test, add(test, 150, 0, 100, 100), 0);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 100);
}

/* Step by step through a TCP connection: when may it go? */
static void step(struct kunit *test, struct bailey_conn_entry *entry, u8 side,
		 u8 flags, enum bailey_expendable expendable)
{
	struct bailey_packet p = request_of(1, BAILEY_PROTO_TCP);

	p.tcp_flags = flags;
	KUNIT_EXPECT_EQ(test, advance(test, entry, &p, side), BAILEY_PASS);
	KUNIT_EXPECT_EQ_MSG(test, entry->expendable, expendable,
			    "side %u, flags 0x%x", side, flags);
}

static void a_handshake_makes_it_stay(struct kunit *test)
{
	struct bailey_packet p = request_of(1, BAILEY_PROTO_TCP);
	struct bailey_conn_entry *entry = entry_of(test, &p, 0, 0, 100);

	KUNIT_ASSERT_EQ(test, insert(test, entry, 1, 0), 0);
	KUNIT_EXPECT_TRUE(test, entry->expendable);
	step(test, entry, 0, BAILEY_TCP_SYN, true);
	step(test, entry, 1, BAILEY_TCP_SYN | BAILEY_TCP_ACK, true);
	step(test, entry, 0, BAILEY_TCP_ACK, false);
	step(test, entry, 1, BAILEY_TCP_ACK, false);
	step(test, entry, 1, BAILEY_TCP_FIN | BAILEY_TCP_ACK, false);
	step(test, entry, 0, BAILEY_TCP_ACK, false);
	step(test, entry, 0, BAILEY_TCP_FIN | BAILEY_TCP_ACK, false);
	step(test, entry, 1, BAILEY_TCP_ACK, true);
	KUNIT_EXPECT_EQ(test, entry->conn.track.state, BAILEY_TCP_TIME_WAIT);
	KUNIT_EXPECT_EQ(test, add(test, 2, 0, 100, 1), 0);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 1);
}

static void a_reset_lets_it_go(struct kunit *test)
{
	struct bailey_packet p = request_of(1, BAILEY_PROTO_TCP);
	struct bailey_conn_entry *entry = entry_of(test, &p, 0, 0, 100);

	KUNIT_ASSERT_EQ(test, insert(test, entry, 1, 0), 0);
	step(test, entry, 1, BAILEY_TCP_SYN | BAILEY_TCP_ACK, true);
	step(test, entry, 0, BAILEY_TCP_ACK, false);
	step(test, entry, 0, BAILEY_TCP_RST, true);
}

static void what_ends_sooner_is_collected_in_time(struct kunit *test)
{
	struct bailey_conn_next next = {
		.track.flags = LASTING,
		.timeout = 1,
	};
	struct bailey_packet p = request_of(1, BAILEY_PROTO_UDP);
	struct bailey_conn_entry *entry;

	entry = entry_of(test, &p, 0, LASTING, 100000);
	KUNIT_ASSERT_EQ(test, insert(test, entry, 10, 0), 0);
	conn_fixture_settle(test->priv);
	KUNIT_EXPECT_TRUE(test, there(test, 1));
	rcu_read_lock();
	bailey_conn_entry_update(test->priv, entry, &next, bailey_conn_now() - 2);
	rcu_read_unlock();
	conn_fixture_settle(test->priv);
	KUNIT_EXPECT_FALSE(test, there(test, 1));
	KUNIT_EXPECT_EQ(test, tally(test).expired, 1);
}

static enum bailey_conn_walk_verdict expire_all(struct bailey_conn_entry *entry,
						void *arg)
{
	entry->conn.expires = bailey_conn_now();
	return BAILEY_CONN_KEEP;
}

/* However far away their ends are, all come by within a turn, and none is lost. */
static void the_wheel_turns(struct kunit *test)
{
	unsigned int turn;
	u32 n;

	for (n = 0; n < 10000; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 1 + n * 43, S32_MAX), 0);
	for (turn = 0; turn < 3; turn++)
		turn_wheel(test);
	/* Those that ended while we were at it */
	KUNIT_EXPECT_GE(test, bailey_conn_table_count(test->priv), 9990);
	bailey_conn_table_walk(test->priv, expire_all, NULL, BAILEY_END_NONE);
	turn_wheel(test);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 0);
	KUNIT_EXPECT_EQ(test, tally(test).expired, 10000);
}

/* A round goes on, though there is no memory for the index that it was told to make. */
static void who_gets_no_memory_goes_on(struct kunit *test)
{
	struct bailey_conn_table *table = test->priv;
	u32 now = bailey_conn_now();

	if (totalram_pages() >= INT_MAX >> PAGE_SHIFT)
		kunit_skip(test, "too much memory here");
	KUNIT_ASSERT_EQ(test, add(test, 1, 0, 5, S32_MAX), 0);
	cancel_delayed_work_sync(&table->collect);
	/* It has seen all chains, and whoever ends in ten seconds is due. */
	table->round = (struct bailey_conn_window){ now - 1, now + 10 };
	table->pos = rcu_access_pointer(table->index.buckets)->size;
	percpu_counter_add(&table->index.count, 1LL << 32);
	rcu_read_lock();
	bailey_conn_collector_expect(table);
	rcu_read_unlock();
	flush_delayed_work(&table->collect);
	KUNIT_EXPECT_TRUE(test, test_bit(BAILEY_CONN_HURRY, &table->flags));
	KUNIT_EXPECT_TRUE(test, there(test, 1));
	percpu_counter_sub(&table->index.count, 1LL << 32);
}

static int add_from(struct kunit *test, struct bailey_packet *p, u16 sport,
		    u32 domain, u32 per_source)
{
	struct bailey_conn_entry *entry;

	p->sport = sport;
	entry = entry_of(test, p, domain, 0, 100);
	return insert(test, entry, 1000, per_source);
}

static int sources(struct kunit *test)
{
	struct bailey_conn_table *table = test->priv;

	return atomic_read(&table->sources.nelems);
}

static void a_source_has_its_limit(struct kunit *test)
{
	struct bailey_packet one = request_of(1, BAILEY_PROTO_UDP);
	struct bailey_packet two = request_of(2, BAILEY_PROTO_UDP);
	u16 port;

	KUNIT_EXPECT_EQ(test, add_from(test, &one, 1, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, sources(test), 0);
	for (port = 2; port < 12; port++)
		KUNIT_EXPECT_EQ(test, add_from(test, &one, port, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port, 0, 10), -EDQUOT);
	KUNIT_EXPECT_EQ(test, sources(test), 1);
	KUNIT_EXPECT_EQ(test, add_from(test, &two, port, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port, 7, 10), 0);
	KUNIT_EXPECT_EQ(test, sources(test), 3);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port, 0, 11), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port + 1, 0, 0), 0);
	bailey_conn_table_walk(test->priv, unlink_all, NULL, BAILEY_END_FLUSHED);
	KUNIT_EXPECT_EQ(test, sources(test), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &one, port + 1, 0, 1), -EDQUOT);
}

/* Responses count for who asked, and the ends' order in the key says nothing. */
static void the_originator_counts(struct kunit *test)
{
	struct bailey_packet p = request_of(1, BAILEY_PROTO_UDP);

	swap(p.src, p.dst);
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), 0);
	p.dst.hi += 1ULL << 32;
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), -EDQUOT);
	swap(p.src, p.dst);
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), 0);
}

static void a_network_of_ipv6_is_one_source(struct kunit *test)
{
	struct bailey_packet p = request_of(1, BAILEY_PROTO_UDP);

	p.family = BAILEY_IPV6;
	p.src.hi = 0x20010db800080001ULL;
	p.src.lo = 1;
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), 0);
	p.src.lo = ~0ULL;
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), -EDQUOT);
	p.src.hi++;
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 1), 0);
}

static void a_source_at_its_limit_takes_no_place(struct kunit *test)
{
	struct bailey_packet p = request_of(5000, BAILEY_PROTO_UDP);
	u32 n;

	KUNIT_ASSERT_EQ(test, add_from(test, &p, 1, 0, 1), 0);
	for (n = 0; n < 999; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, 0, 100, 1000), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 2, 0, 1), -EDQUOT);
	KUNIT_EXPECT_EQ(test, how_many(test, 0, 999), 999);
	KUNIT_EXPECT_EQ(test, tally(test).early, 0);
}

static void who_finds_no_room_is_not_counted(struct kunit *test)
{
	struct bailey_packet p = request_of(5000, BAILEY_PROTO_UDP);
	u32 n;

	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING, 100, 1000), 0);
	KUNIT_EXPECT_EQ(test, add_from(test, &p, 1, 0, 10), -ENOSPC);
	KUNIT_EXPECT_EQ(test, sources(test), 0);
}

static int race(void *arg)
{
	const struct bailey_conn_limits limits = { RACE_ROOM, RACE_ROOM / 2 };
	struct bailey_conn_entry *entry, *existing;
	struct kunit *test = arg;
	struct bailey_packet p;
	u32 round;

	for (round = 0; round < ROUNDS; round++) {
		p = request_of(get_random_u32() % RACE_KEYS, BAILEY_PROTO_UDP);
		p.src.hi &= ~(3ULL << 32);
		entry = entry_of(test, &p, 0, 0, round % 3 ? 100 : 0);
		rcu_read_lock();
		switch (bailey_conn_table_insert(test->priv, entry,
						 bailey_conn_hash(&entry->conn.key),
						 &existing, &limits)) {
		case -EEXIST:
			bailey_conn_entry_advance(test->priv, existing, &p,
						  round & 1, &rules,
						  bailey_conn_now());
			if (round % 5 == 0)
				bailey_conn_table_unlink(test->priv, existing,
							 BAILEY_END_DELETED);
			fallthrough;
		case -ENOSPC:
		case -EDQUOT:
			bailey_conn_entry_free(entry);
			break;
		}
		rcu_read_unlock();
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Threads that push each other out, with the collector among them. */
static void racing_for_room(struct kunit *test)
{
	struct task_struct *threads[THREADS];
	enum bailey_expendable kind;
	int i;

	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_run(race, test, "bailey_room");
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[i]));
	}
	for (i = 0; i < 20; i++) {
		turn_wheel(test);
		schedule_timeout_interruptible(1);
	}
	for (i = 0; i < THREADS; i++)
		kthread_stop(threads[i]);
	KUNIT_EXPECT_LE(test, bailey_conn_table_count(test->priv), RACE_ROOM + THREADS);
	bailey_conn_table_walk(test->priv, unlink_all, NULL, BAILEY_END_FLUSHED);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), 0);
	KUNIT_EXPECT_EQ(test, sources(test), 0);
	for (kind = BAILEY_EXPENDABLE_FIRST; kind < BAILEY_EXPENDABLE_COUNT; kind++)
		KUNIT_EXPECT_NULL(test, bailey_conn_place_oldest(test->priv, kind));
}

/*
 * What the collector does in the minutes in which it sees each of a million idle
 * connections once, at the most often that it does, in microseconds a second. Of
 * several turns the quickest counts, as others use this machine, too.
 */
static u64 cost_of_idling(struct kunit *test)
{
	u64 before, took, least = U64_MAX;
	unsigned int turn;

	for (turn = 0; turn < 3; turn++) {
		before = tally(test).collect_us;
		turn_wheel(test);
		took = tally(test).collect_us - before;
		least = min(least, took);
	}
	return div_u64(least, TURN);
}

static void a_million_idle_ones_cost_little(struct kunit *test)
{
	bool checked = IS_ENABLED(CONFIG_KASAN) || IS_ENABLED(CONFIG_LOCKDEP);
	u32 n, many = checked ? 20000 : 1000000;
	u64 cost;

	if (si_mem_available() < many / (PAGE_SIZE / 256)) {
		kunit_skip(test, "too little memory");
		return;
	}
	for (n = 0; n < many; n++) {
		KUNIT_ASSERT_EQ(test, add(test, n, LASTING, 100000,
					  S32_MAX), 0);
		/* The index grows meanwhile. */
		cond_resched();
	}
	cost = cost_of_idling(test);
	kunit_info(test, "%u idle connections: %llu us of CPU time a second\n", many,
		   cost);
	KUNIT_EXPECT_EQ(test, bailey_conn_table_count(test->priv), many);
	if (!checked)
		KUNIT_EXPECT_LT(test, cost, 10000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_oldest_unanswered_make_room),
	KUNIT_CASE(the_answered_stay),
	KUNIT_CASE(a_table_of_the_answered_refuses),
	KUNIT_CASE(the_expired_go_before_the_unanswered),
	KUNIT_CASE(the_expired_are_searched_for),
	KUNIT_CASE(a_lowered_limit_is_reached),
	KUNIT_CASE(a_stream_stays),
	KUNIT_CASE(the_answered_go_next),
	KUNIT_CASE(a_handshake_makes_it_stay),
	KUNIT_CASE(a_reset_lets_it_go),
	KUNIT_CASE(what_ends_sooner_is_collected_in_time),
	KUNIT_CASE(the_wheel_turns),
	KUNIT_CASE(who_gets_no_memory_goes_on),
	KUNIT_CASE(a_source_has_its_limit),
	KUNIT_CASE(the_originator_counts),
	KUNIT_CASE(a_network_of_ipv6_is_one_source),
	KUNIT_CASE(a_source_at_its_limit_takes_no_place),
	KUNIT_CASE(who_finds_no_room_is_not_counted),
	KUNIT_CASE(racing_for_room),
	KUNIT_CASE(a_million_idle_ones_cost_little),
	{ }
};

static struct kunit_suite bailey_conn_pressure = {
	.name = "bailey_conn_pressure",
	.suite_init = conn_fixture_suite_init,
	.suite_exit = conn_fixture_suite_exit,
	.init = conn_fixture_init,
	.exit = conn_fixture_exit,
	.test_cases = cases,
};

kunit_test_suite(bailey_conn_pressure);
