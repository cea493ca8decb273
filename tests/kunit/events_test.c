// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of events: order, loss, watchers that come and go, and what a table
 * tells.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "conn_table.h"

#define THREADS		4
#define ROUNDS		5000

struct events_fixture {
	struct bailey_events events;
	struct bailey_watch a;
	struct bailey_watch b;
};

static void tell(struct events_fixture *f, u16 port)
{
	struct bailey_conn conn = { .key.port = { port } };

	rcu_read_lock();
	local_bh_disable();
	bailey_events_new(&f->events, &conn);
	local_bh_enable();
	rcu_read_unlock();
}

static void expect_port(struct kunit *test, struct bailey_watch *watch, u16 port)
{
	struct bailey_event_record record;

	KUNIT_ASSERT_TRUE(test, bailey_watch_next(watch, &record));
	KUNIT_EXPECT_EQ(test, record.what, (u8)BAILEY_EVENT_NEW);
	KUNIT_EXPECT_EQ(test, record.conn.key.port[0], port);
}

static void expect_lost(struct kunit *test, struct bailey_watch *watch, u64 lost)
{
	struct bailey_event_record record;

	KUNIT_ASSERT_TRUE(test, bailey_watch_next(watch, &record));
	KUNIT_EXPECT_EQ(test, record.what, (u8)BAILEY_EVENT_LOST);
	KUNIT_EXPECT_EQ(test, record.lost, lost);
}

static void expect_nothing(struct kunit *test, struct bailey_watch *watch)
{
	struct bailey_event_record record;

	KUNIT_EXPECT_FALSE(test, bailey_watch_next(watch, &record));
}

static void each_has_its_place(struct kunit *test)
{
	struct events_fixture *f = test->priv;
	u16 port;

	tell(f, 100);
	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, 4), 0);
	expect_nothing(test, &f->a);
	tell(f, 0);
	tell(f, 1);
	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->b, &f->events, 1), 0);
	expect_port(test, &f->a, 0);
	tell(f, 2);
	expect_port(test, &f->b, 2);
	for (port = 3; port < 6; port++)
		tell(f, port);
	expect_lost(test, &f->a, 1);
	for (port = 2; port < 6; port++)
		expect_port(test, &f->a, port);
	expect_nothing(test, &f->a);
	for (port = 3; port < 6; port++)
		expect_port(test, &f->b, port);
	expect_nothing(test, &f->b);
}

static void a_ring_turns(struct kunit *test)
{
	struct events_fixture *f = test->priv;
	u32 size, n;

	for (size = 1; size < 9; size++) {
		KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, size), 0);
		for (n = 0; n < 50; n++) {
			tell(f, n);
			if (n % size == size - 1)
				for (u32 i = n + 1 - size; i <= n; i++)
					expect_port(test, &f->a, i);
		}
		bailey_watch_end(&f->a);
	}
}

static void the_last_one_takes_the_ring(struct kunit *test)
{
	struct events_fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, 4), 0);
	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->b, &f->events, 4), 0);
	bailey_watch_end(&f->a);
	bailey_watch_end(&f->a);
	tell(f, 1);
	expect_port(test, &f->b, 1);
	bailey_watch_end(&f->b);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(f->events.ring));
	tell(f, 2);
	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, 4), 0);
	expect_nothing(test, &f->a);
}

static void expect_change(struct kunit *test, u8 proto, u8 from, u8 from_flags, u8 to,
			  u8 to_flags, int what, int end)
{
	struct events_fixture *f = test->priv;
	struct bailey_conn conn = {
		.key.proto = proto,
		.track = { .state = to, .flags = to_flags },
	};
	struct bailey_event_record record;

	rcu_read_lock();
	local_bh_disable();
	bailey_events_change(&f->events, &conn, from, from_flags);
	local_bh_enable();
	rcu_read_unlock();
	if (what < 0) {
		expect_nothing(test, &f->a);
		return;
	}
	KUNIT_ASSERT_TRUE(test, bailey_watch_next(&f->a, &record));
	KUNIT_EXPECT_EQ(test, (int)record.what, what);
	KUNIT_EXPECT_EQ(test, (int)record.end, end);
	expect_nothing(test, &f->a);
}

static void changes_are_told_once(struct kunit *test)
{
	struct events_fixture *f = test->priv;
	const u8 tcp = BAILEY_PROTO_TCP, udp = BAILEY_PROTO_UDP, sctp = BAILEY_PROTO_SCTP;
	const u8 replied = BAILEY_CONN_REPLIED;
	const u8 assured = BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED;

	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, 4), 0);
	expect_change(test, udp, 0, 0, 0, replied, BAILEY_EVENT_ESTABLISHED, 0);
	expect_change(test, udp, 0, replied, 0, replied | BAILEY_CONN_STREAM, -1, 0);
	expect_change(test, tcp, BAILEY_TCP_SYN_SENT, 0, BAILEY_TCP_SYN_RECV, replied, -1, 0);
	expect_change(test, tcp, BAILEY_TCP_SYN_RECV, replied, BAILEY_TCP_ESTABLISHED,
		      assured, BAILEY_EVENT_ESTABLISHED, 0);
	expect_change(test, tcp, BAILEY_TCP_ESTABLISHED, assured, BAILEY_TCP_FIN_WAIT,
		      assured, -1, 0);
	expect_change(test, tcp, BAILEY_TCP_LAST_ACK, assured, BAILEY_TCP_TIME_WAIT,
		      assured, BAILEY_EVENT_CLOSED, BAILEY_END_FIN);
	expect_change(test, tcp, BAILEY_TCP_TIME_WAIT, assured, BAILEY_TCP_CLOSE, assured,
		      -1, 0);
	expect_change(test, tcp, BAILEY_TCP_SYN_SENT, 0, BAILEY_TCP_CLOSE, replied,
		      BAILEY_EVENT_CLOSED, BAILEY_END_RESET);
	expect_change(test, sctp, BAILEY_SCTP_COOKIE_WAIT, 0, BAILEY_SCTP_COOKIE_WAIT,
		      replied, -1, 0);
	expect_change(test, sctp, BAILEY_SCTP_COOKIE_ECHOED, replied,
		      BAILEY_SCTP_ESTABLISHED, assured, BAILEY_EVENT_ESTABLISHED, 0);
	expect_change(test, sctp, BAILEY_SCTP_SHUTDOWN_SENT, assured,
		      BAILEY_SCTP_SHUTDOWN_ACK_SENT, assured, -1, 0);
	expect_change(test, sctp, BAILEY_SCTP_SHUTDOWN_ACK_SENT, assured,
		      BAILEY_SCTP_CLOSED, assured, BAILEY_EVENT_CLOSED, BAILEY_END_FIN);
	expect_change(test, sctp, BAILEY_SCTP_ESTABLISHED, assured, BAILEY_SCTP_CLOSED,
		      assured, BAILEY_EVENT_CLOSED, BAILEY_END_RESET);
	expect_change(test, sctp, BAILEY_SCTP_CLOSED, assured, BAILEY_SCTP_CLOSED, assured,
		      -1, 0);
}

/* Writers on all CPUs; a reader counts what it sees and what it is told it lost. */
static int write_many(void *arg)
{
	struct events_fixture *f = arg;
	u32 n;

	for (n = 0; n < ROUNDS; n++) {
		tell(f, n);
		cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void none_is_unaccounted_for(struct kunit *test)
{
	struct events_fixture *f = test->priv;
	struct task_struct *thread[THREADS];
	struct bailey_event_record record;
	u64 seen = 0, time = 0;
	unsigned long end = jiffies + 20 * HZ;
	u32 i;

	KUNIT_ASSERT_EQ(test, bailey_watch_begin(&f->a, &f->events, 64), 0);
	for (i = 0; i < THREADS; i++)
		thread[i] = kthread_run(write_many, f, "bailey_events");
	while (seen < THREADS * ROUNDS && time_before(jiffies, end)) {
		if (!bailey_watch_next(&f->a, &record)) {
			schedule_timeout_interruptible(1);
			continue;
		}
		if (record.what == BAILEY_EVENT_LOST) {
			seen += record.lost;
			continue;
		}
		KUNIT_EXPECT_GE(test, record.time, time);
		time = record.time;
		seen++;
	}
	for (i = 0; i < THREADS; i++)
		if (!IS_ERR(thread[i]))
			kthread_stop(thread[i]);
	KUNIT_EXPECT_EQ(test, seen, (u64)THREADS * ROUNDS);
	expect_nothing(test, &f->a);
}

static int events_test_init(struct kunit *test)
{
	struct events_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	bailey_events_init(&f->events);
	test->priv = f;
	return 0;
}

static void events_test_exit(struct kunit *test)
{
	struct events_fixture *f = test->priv;

	if (!f)
		return;
	bailey_watch_end(&f->a);
	bailey_watch_end(&f->b);
	KUNIT_EXPECT_EQ(test, f->events.watchers, 0u);
}

static struct kunit_case events_cases[] = {
	KUNIT_CASE(each_has_its_place),
	KUNIT_CASE(a_ring_turns),
	KUNIT_CASE(the_last_one_takes_the_ring),
	KUNIT_CASE(changes_are_told_once),
	KUNIT_CASE(none_is_unaccounted_for),
	{}
};

static struct kunit_suite bailey_events_suite = {
	.name = "bailey_events",
	.init = events_test_init,
	.exit = events_test_exit,
	.test_cases = events_cases,
};

kunit_test_suite(bailey_events_suite);
