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
	CHECK_EQ(set.ranges[0], 1);
	CHECK_EQ(set.ranges[1], 1);
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
			set->count--, set->sorted = false;
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

static const struct unit_test tests[] = {
	UNIT(masks),
	UNIT(empty_set),
	UNIT(families_are_apart),
	UNIT(edges),
	UNIT(ranges_merge),
	UNIT(duplicates_name_the_later_line),
	UNIT(removal),
	UNIT(random_sets),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
