// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of a flow log: order, loss, lines that lie across its end, readers that stay.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/random.h>

#include "flow_ring.h"

struct ring_fixture {
	struct bailey_flow_ring *ring;
	struct bailey_flow_reader reader;
	struct bailey_out out;
};

static void write(struct kunit *test, const char *line)
{
	struct ring_fixture *f = test->priv;

	bailey_flow_ring_add(f->ring, line, strlen(line));
}

static void begin(struct kunit *test, u32 size)
{
	struct ring_fixture *f = test->priv;

	f->ring = bailey_flow_ring_create(size);
	KUNIT_ASSERT_NOT_NULL(test, f->ring);
	refcount_inc(&f->ring->refs);
	bailey_flow_reader_begin(&f->reader, f->ring, false);
}

static void expect_read(struct kunit *test, const char *wanted, size_t most)
{
	struct ring_fixture *f = test->priv;

	bailey_out_reset(&f->out);
	bailey_flow_reader_take(&f->reader, &f->out, most);
	KUNIT_EXPECT_STREQ(test, f->out.len ? f->out.buf : "", wanted);
}

static void lines_come_in_order(struct kunit *test)
{
	begin(test, 100);
	expect_read(test, "", 1000);
	write(test, "one\n");
	write(test, "two\n");
	expect_read(test, "one\ntwo\n", 1000);
	expect_read(test, "", 1000);
	write(test, "three\n");
	write(test, "four\n");
	expect_read(test, "three\n", 8);
	expect_read(test, "four\n", 8);
	expect_read(test, "", 8);
}

/* A line takes four bytes more. */
static void the_oldest_make_room(struct kunit *test)
{
	begin(test, 24);
	write(test, "1234\n");
	write(test, "2345\n");
	expect_read(test, "1234\n", 8);
	write(test, "3456\n");
	write(test, "4567\n");
	expect_read(test, "lost 1\n3456\n4567\n", 1000);
	write(test, "123456789012345678\n");
	expect_read(test, "123456789012345678\n", 1000);
	write(test, "1\n");
	write(test, "2\n");
	write(test, "3\n");
	write(test, "4\n");
	write(test, "5\n");
	expect_read(test, "lost 1\n2\n3\n4\n5\n", 1000);
}

static void what_does_not_fit_is_counted(struct kunit *test)
{
	begin(test, 16);
	write(test, "1\n");
	write(test, "1234567890123\n");
	expect_read(test, "lost 2\n", 1000);
	write(test, "12345678901\n");
	expect_read(test, "12345678901\n", 1000);
}

static void who_comes_later_begins_with_the_oldest(struct kunit *test)
{
	struct ring_fixture *f = test->priv;

	begin(test, 24);
	write(test, "1234\n");
	write(test, "2345\n");
	write(test, "3456\n");
	bailey_flow_reader_end(&f->reader);
	refcount_inc(&f->ring->refs);
	bailey_flow_reader_begin(&f->reader, f->ring, false);
	expect_read(test, "2345\n3456\n", 1000);
	bailey_flow_reader_end(&f->reader);
	refcount_inc(&f->ring->refs);
	bailey_flow_reader_begin(&f->reader, f->ring, true);
	expect_read(test, "lost 1\n2345\n3456\n", 1000);
}

/* Lines of random lengths: each one is read once, or told to be lost. */
static void none_is_unaccounted_for(struct kunit *test)
{
	struct ring_fixture *f = test->priv;
	u64 written = 0, read = 0, lost, number;
	char line[64];
	u32 i, len;

	begin(test, 1000);
	for (i = 0; i < 20000; i++) {
		len = 8 + get_random_u32() % 40;
		snprintf(line, sizeof(line), "%0*llu\n", (int)len, written++);
		write(test, line);
		if (get_random_u32() % 16)
			continue;
		bailey_out_reset(&f->out);
		bailey_flow_reader_take(&f->reader, &f->out, 1 + get_random_u32() % 800);
		if (!f->out.len)
			continue;
		for (char *at = f->out.buf, *next; *at; at = next + 1) {
			next = strchrnul(at, '\n');
			*next = '\0';
			if (sscanf(at, "lost %llu", &lost) == 1)
				read += lost;
			else if (!kstrtou64(at, 10, &number))
				KUNIT_EXPECT_EQ(test, number, read++);
		}
	}
	KUNIT_EXPECT_EQ(test, f->reader.next, read);
	KUNIT_EXPECT_EQ(test, f->ring->written, written);
}

static void a_reader_keeps_its_ring(struct kunit *test)
{
	struct ring_fixture *f = test->priv;

	begin(test, 100);
	write(test, "last\n");
	bailey_flow_ring_put(f->ring);
	f->ring = NULL;
	expect_read(test, "last\n", 1000);
}

static int ring_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct ring_fixture), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void ring_test_exit(struct kunit *test)
{
	struct ring_fixture *f = test->priv;

	if (!f)
		return;
	bailey_flow_reader_end(&f->reader);
	bailey_flow_ring_put(f->ring);
	bailey_out_destroy(&f->out);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(lines_come_in_order),
	KUNIT_CASE(the_oldest_make_room),
	KUNIT_CASE(what_does_not_fit_is_counted),
	KUNIT_CASE(who_comes_later_begins_with_the_oldest),
	KUNIT_CASE(none_is_unaccounted_for),
	KUNIT_CASE(a_reader_keeps_its_ring),
	{}
};

static struct kunit_suite bailey_ring_suite = {
	.name = "bailey_flow_ring",
	.init = ring_test_init,
	.exit = ring_test_exit,
	.test_cases = ring_cases,
};

kunit_test_suite(bailey_ring_suite);
