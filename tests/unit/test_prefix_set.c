// SPDX-License-Identifier: GPL-2.0
/* Prefix sets against a linear search over the prefixes they were made of. */
#include "prefix_set.h"
#include "text.h"
#include "unit.h"

static u64 random_state = 0x9e3779b97f4a7c15ULL;

static u64 random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static struct bailey_prefix prefix(const char *text, u8 bits)
{
	struct bailey_prefix p = { .bits = bits };

	CHECK(bailey_text_addr(text, strlen(text), &p.family, &p.addr));
	return p;
}

static bool contains(const struct bailey_prefix_set *set, const char *text)
{
	struct bailey_prefix p = prefix(text, 0);

	return bailey_prefix_set_contains(set, p.family, &p.addr);
}

static void add(struct bailey_prefix_set *set, const char *text, u8 bits)
{
	struct bailey_prefix p = prefix(text, bits);

	CHECK_EQ(bailey_prefix_set_add(set, &p), 0);
}

static void seal(struct bailey_prefix_set *set)
{
	CHECK(!bailey_prefix_set_sort(set));
	CHECK_EQ(bailey_prefix_set_seal(set), 0);
}

static void masks(void)
{
	struct bailey_addr all = { ~0ULL, ~0ULL }, net;

	net = bailey_prefix_mask(&all, 0);
	CHECK(net.hi == 0 && net.lo == 0);
	net = bailey_prefix_mask(&all, 1);
	CHECK(net.hi == 1ULL << 63 && net.lo == 0);
	net = bailey_prefix_mask(&all, 64);
	CHECK(net.hi == ~0ULL && net.lo == 0);
	net = bailey_prefix_mask(&all, 65);
	CHECK(net.hi == ~0ULL && net.lo == 1ULL << 63);
	net = bailey_prefix_mask(&all, 128);
	CHECK(net.hi == ~0ULL && net.lo == ~0ULL);
}

static void empty_set(void)
{
	struct bailey_prefix_set set = { 0 };

	seal(&set);
	CHECK(!contains(&set, "0.0.0.0") && !contains(&set, "::"));
	bailey_prefix_set_destroy(&set);
}

static void families_are_apart(void)
{
	struct bailey_prefix_set set = { 0 };

	add(&set, "0.0.0.0", 0);
	seal(&set);
	CHECK(contains(&set, "0.0.0.0") && contains(&set, "255.255.255.255"));
	CHECK(!contains(&set, "::") && !contains(&set, "ffff::"));
	bailey_prefix_set_destroy(&set);
	add(&set, "::", 0);
	seal(&set);
	CHECK(!contains(&set, "0.0.0.0") && !contains(&set, "1.2.3.4"));
	CHECK(contains(&set, "::") && contains(&set, "ffff:ffff:ffff:ffff::"));
	bailey_prefix_set_destroy(&set);
}

static void edges(void)
{
	struct bailey_prefix_set set = { 0 };

	add(&set, "10.0.1.0", 24);
	add(&set, "10.0.3.0", 24);
	add(&set, "255.255.255.255", 32);
	add(&set, "2001:db8::8", 125);
	add(&set, "ffff::", 16);
	seal(&set);
	CHECK(!contains(&set, "10.0.0.255") && contains(&set, "10.0.1.0"));
	CHECK(contains(&set, "10.0.1.255") && !contains(&set, "10.0.2.0"));
	CHECK(!contains(&set, "255.255.255.254"));
	CHECK(contains(&set, "255.255.255.255"));
	CHECK(!contains(&set, "2001:db8::7") && contains(&set, "2001:db8::8"));
	CHECK(contains(&set, "2001:db8::f") && !contains(&set, "2001:db8::10"));
	CHECK(contains(&set, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	CHECK(!contains(&set, "fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	bailey_prefix_set_destroy(&set);
}

static void ranges_merge(void)
{
	struct bailey_prefix_set set = { 0 };

	add(&set, "10.0.0.0", 9);
	add(&set, "10.128.0.0", 9);
	add(&set, "10.1.2.3", 32);
	add(&set, "11.0.0.0", 8);
	add(&set, "2001:db8:0:1::", 64);
	add(&set, "2001:db8::", 64);
	seal(&set);
	CHECK_EQ(set.cover[0].hi.count, 2);
	CHECK_EQ(set.cover[1].hi.count, 2);
	CHECK(contains(&set, "10.0.0.0") && contains(&set, "11.255.255.255"));
	CHECK(!contains(&set, "9.255.255.255") && !contains(&set, "12.0.0.0"));
	bailey_prefix_set_destroy(&set);
}

static void duplicates_name_the_later_line(void)
{
	struct bailey_prefix_set set = { 0 };
	struct bailey_prefix p = prefix("10.0.0.0", 8);
	const struct bailey_prefix *twice;

	p.line = 4;
	CHECK_EQ(bailey_prefix_set_add(&set, &p), 0);
	add(&set, "1.0.0.0", 8);
	p.line = 2;
	p.column = 33;
	CHECK_EQ(bailey_prefix_set_add(&set, &p), 0);
	twice = bailey_prefix_set_sort(&set);
	REQUIRE(twice);
	CHECK_EQ(twice->line, 4);
	bailey_prefix_set_destroy(&set);

	/* The same network with another length is another prefix. */
	add(&set, "10.0.0.0", 8);
	add(&set, "10.0.0.0", 9);
	CHECK(!bailey_prefix_set_sort(&set));
	bailey_prefix_set_destroy(&set);
}

static void removal(void)
{
	struct bailey_prefix_set set = { 0 }, copy = { 0 };
	struct bailey_prefix p = prefix("10.0.0.0", 8);

	add(&set, "10.0.0.0", 9);
	add(&set, "10.0.0.0", 8);
	add(&set, "2001:db8::", 32);
	seal(&set);
	CHECK_EQ(bailey_prefix_set_clone(&copy, &set), 0);
	CHECK(bailey_prefix_set_remove(&copy, &p));
	CHECK(!bailey_prefix_set_remove(&copy, &p));
	p.bits = 10;
	CHECK(!bailey_prefix_set_remove(&copy, &p));
	seal(&copy);
	CHECK(contains(&copy, "10.1.0.0") && !contains(&copy, "10.200.0.0"));
	CHECK(contains(&set, "10.200.0.0"));
	bailey_prefix_set_destroy(&copy);
	bailey_prefix_set_destroy(&set);
}

static void fill_at_random(struct bailey_prefix_set *set, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		struct bailey_prefix p;
		struct bailey_addr addr = { 0, 0 };

		p = (struct bailey_prefix){ .line = i + 1 };
		p.family = random_u64() & 1 ? BAILEY_IPV6 : BAILEY_IPV4;
		addr.hi = random_u64() & 0x0f00000f00000000ULL;
		if (p.family == BAILEY_IPV6) {
			addr.hi |= random_u64() & 3;
			addr.lo = random_u64() & 0xc000000000000003ULL;
		}
		p.bits = random_u64() % (p.family == BAILEY_IPV4 ? 33 : 129);
		p.addr = bailey_prefix_mask(&addr, p.bits);
		bailey_prefix_set_add(set, &p);
		if (bailey_prefix_set_sort(set))
			set->count--, set->sorted = 0;
	}
}

static bool contains_linear(const struct bailey_prefix_set *set, u8 family,
			    const struct bailey_addr *addr)
{
	u32 i;

	for (i = 0; i < set->count; i++)
		if (set->at[i].family == family &&
		    bailey_addr_in_prefix(addr, &set->at[i].addr, set->at[i].bits))
			return true;
	return false;
}

static void random_sets(void)
{
	u32 round, i;

	for (round = 0; round < 500; round++) {
		struct bailey_prefix_set set = { 0 };

		fill_at_random(&set, 1 + random_u64() % 20);
		if (bailey_prefix_set_sort(&set)) {
			bailey_prefix_set_destroy(&set);
			continue;
		}
		CHECK_EQ(bailey_prefix_set_seal(&set), 0);
		for (i = 0; i < 200; i++) {
			struct bailey_addr addr = {
				random_u64() & 0x0f00000f00000003ULL, 0
			};
			u8 family = i & 1 ? BAILEY_IPV6 : BAILEY_IPV4;

			if (family == BAILEY_IPV4)
				addr.hi &= 0xffffffff00000000ULL;
			else
				addr.lo = random_u64() & 0xc000000000000003ULL;
			CHECK_EQ(bailey_prefix_set_contains(&set, family, &addr),
				 contains_linear(&set, family, &addr));
		}
		bailey_prefix_set_destroy(&set);
	}
}

/* Numbers of every count that fills lines and levels just so, or not quite. */
static void steps(void)
{
	static const u32 counts[] = { 0, 1, 7, 8, 9, 71, 72, 73, 80, 81, 647, 648, 649, 5833,
				      50000 };
	struct bailey_steps steps;
	u32 c, i;

	for (c = 0; c < ARRAY_SIZE(counts); c++) {
		unit_about("%u numbers", counts[c]);
		REQUIRE(!bailey_steps_alloc(&steps, counts[c]));
		for (i = 0; i < counts[c]; i++)
			steps.key[i] = 10 * (u64)i + 5;
		/* Crowds at both ends, and loners between them. */
		for (i = 0; i < counts[c] && c & 1; i++)
			steps.key[i] = i < counts[c] / 3 ? 5 + 2 * i :
				       i < counts[c] / 2 ? 1000000ULL * i * i :
				       (7ULL << 60) + 2 * i;
		bailey_steps_seal(&steps);
		CHECK_EQ(bailey_steps_rank(&steps, 0), 0);
		CHECK_EQ(bailey_steps_rank(&steps, ~0ULL), counts[c]);
		for (i = 0; i < counts[c]; i++) {
			if (bailey_steps_rank(&steps, steps.key[i] - 1) != i ||
			    bailey_steps_rank(&steps, steps.key[i]) != i + 1)
				CHECK_EQ(bailey_steps_rank(&steps, steps.key[i]), i + 1);
		}
		bailey_steps_destroy(&steps);
	}
	REQUIRE(!bailey_steps_alloc(&steps, 9));
	for (i = 0; i < 9; i++)
		steps.key[i] = ~0ULL - 8 + i;
	bailey_steps_seal(&steps);
	CHECK_EQ(bailey_steps_rank(&steps, ~0ULL), 9);
	CHECK_EQ(bailey_steps_rank(&steps, ~0ULL - 1), 8);
	bailey_steps_destroy(&steps);
}

/* A prefix of a crowded part of the address space, without duplicates by @n. */
static struct bailey_prefix crowded(u32 n)
{
	struct bailey_prefix p = { .family = n & 1 ? BAILEY_IPV6 : BAILEY_IPV4 };
	struct bailey_addr addr = { (u64)n * 0x9e3779b1 << 32, 0 };

	p.bits = 20 + n % 13;
	if (p.family == BAILEY_IPV6) {
		addr.hi = 0x20010db800000000ULL | (u32)(n % 64 * 0x9e3779b1);
		addr.lo = (u64)n * 0x9e3779b97f4a7c15ULL;
		p.bits = n & 2 ? 128 : 40 + n % 60;
	}
	p.addr = bailey_prefix_mask(&addr, p.bits);
	return p;
}

static bool add_unless_there(struct bailey_prefix_set *set, const struct bailey_prefix *p)
{
	u32 i;

	for (i = 0; i < set->count; i++)
		if (set->at[i].family == p->family && set->at[i].bits == p->bits &&
		    bailey_addr_equal(&set->at[i].addr, &p->addr))
			return false;
	return !bailey_prefix_set_add(set, p);
}

static void check_linear(const struct bailey_prefix_set *set, u32 questions)
{
	u32 i, bad = 0;

	for (i = 0; i < questions; i++) {
		struct bailey_prefix p = crowded(random_u64() % 8000);
		u64 what = random_u64() % 4;

		/* At, before, behind and inside of borders. */
		if (what == 1 && !p.addr.lo--)
			p.addr.hi--;
		else if (what == 2)
			p.addr.lo += 1ULL << (random_u64() % 64);
		else if (what == 3)
			p.addr.hi += 1ULL << (random_u64() % 64);
		if (p.family == BAILEY_IPV4)
			p.addr = bailey_prefix_mask(&p.addr, 32);
		bad += bailey_prefix_set_contains(set, p.family, &p.addr) !=
		       contains_linear(set, p.family, &p.addr);
	}
	CHECK_EQ(bad, 0);
}

/* Many, and then a few more: those that were in order are not sorted again. */
static void a_few_come_to_many(void)
{
	struct bailey_prefix_set set = { 0 }, copy = { 0 };
	const struct bailey_prefix *twice;
	struct bailey_prefix p;
	u32 n, before;

	for (n = 0; n < 4000; n++) {
		p = crowded(n);
		add_unless_there(&set, &p);
	}
	seal(&set);
	check_linear(&set, 3000);
	REQUIRE(!bailey_prefix_set_clone(&copy, &set));
	for (n = 4000; n < 4100; n++) {
		p = crowded(n);
		add_unless_there(&copy, &p);
	}
	before = copy.sorted;
	CHECK(before < copy.count);
	seal(&copy);
	for (n = 1; n < copy.count; n++)
		CHECK(copy.at[n - 1].family < copy.at[n].family ||
		      bailey_addr_cmp(&copy.at[n - 1].addr, &copy.at[n].addr) < 0 ||
		      copy.at[n - 1].bits < copy.at[n].bits);
	check_linear(&copy, 3000);
	check_linear(&set, 1000);
	/* One of them twice, once among the many and once among the few. */
	p = copy.at[copy.count / 2];
	p.line = 77;
	REQUIRE(!bailey_prefix_set_add(&copy, &p));
	twice = bailey_prefix_set_sort(&copy);
	REQUIRE(twice);
	CHECK_EQ(twice->line, 77);
	bailey_prefix_set_destroy(&copy);
	bailey_prefix_set_destroy(&set);
}

static const struct unit_test tests[] = {
	UNIT(masks),
	UNIT(empty_set),
	UNIT(families_are_apart),
	UNIT(edges),
	UNIT(ranges_merge),
	UNIT(duplicates_name_the_later_line),
	UNIT(removal),
	UNIT(random_sets),
	UNIT(steps),
	UNIT(a_few_come_to_many),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
