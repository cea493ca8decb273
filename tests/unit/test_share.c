// SPDX-License-Identifier: GPL-2.0
/*
 * Policies that share what a change leaves alone: one change after the other, each
 * result against the same policy made from nothing, and the ones before unharmed.
 */
#include "build.h"

#define GROUPS		40
#define ENDPOINTS	300
#define DEVS		12
#define GENERATIONS	6

static u64 random_state = 0x2545f4914f6cdd1dULL;

static u32 random_below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 33) % n;
}

static void print_groups(struct bailey_out *out)
{
	u32 group = random_below(GROUPS / 2);

	bailey_out_printf(out, " groups g%u", group);
	while (!random_below(2) && group < GROUPS / 2 - 3)
		bailey_out_printf(out, ",g%u", group += 1 + random_below(3));
}

/* Every group is defined all the time; the upper half only other groups mention. */
static void print_line(struct bailey_out *out)
{
	u32 n = random_below(ENDPOINTS), what = random_below(10);

	if (what < 5) {
		bailey_out_printf(out, "replace endpoint e%u dev d%u addr 10.0.%u.%u,fd00::%x",
				  n, random_below(DEVS), n / 256, n % 256, n);
		print_groups(out);
	} else if (what < 6) {
		bailey_out_printf(out, "replace attach dev d%u%s protects %s", random_below(DEVS),
				  random_below(5) ? "" : "*", random_below(2) ? "host" : "subnet");
		if (random_below(3))
			print_groups(out);
	} else if (what < 7) {
		bailey_out_printf(out, "replace group g%u in allow from group g%u",
				  random_below(GROUPS), random_below(GROUPS));
	} else if (what < 8) {
		bailey_out_printf(out, "delete endpoint e%u", n);
	} else if (what < 9) {
		bailey_out_printf(out, "delete attach dev d%u protects %s", random_below(DEVS),
				  random_below(2) ? "host" : "subnet");
	} else {
		bailey_out_printf(out, "replace prefix-list l%u 10.0.0.0/%u", random_below(100),
				  8 + random_below(20));
	}
	bailey_out_bytes(out, "\n", 1);
}

/* A line that can't be (nothing to delete) is left out. */
static struct bailey_policy *change(const struct bailey_policy *base, u32 lines)
{
	struct bailey_policy *policy = bailey_policy_clone(base);
	struct bailey_diag diag = { 0 };
	struct bailey_out out = { 0 };
	u32 i;

	if (!random_below(20))
		bailey_policy_flush(policy);
	for (i = 0; i < GROUPS; i++)
		bailey_out_printf(&out, "replace group g%u out allow\n", i);
	CHECK_EQ(bailey_language_apply(policy, out.buf, out.len, 1, &diag), 0);
	for (i = 0; i < lines; i++) {
		bailey_out_reset(&out);
		print_line(&out);
		bailey_language_apply(policy, out.buf, out.len, 1, &diag);
		bailey_diag_destroy(&diag);
		memset(&diag, 0, sizeof(diag));
	}
	bailey_out_destroy(&out);
	CHECK_EQ(bailey_policy_seal(policy, base, NO_LIMIT, &diag), 0);
	bailey_diag_destroy(&diag);
	return policy;
}

/* The policy that a text says, which is a transaction of its own. */
static struct bailey_policy *make_anew(const struct bailey_out *text)
{
	struct bailey_policy *policy = bailey_policy_create();
	struct bailey_diag diag = { 0 };
	size_t begin = strlen("begin\n"), end = text->len - strlen("commit\n");

	CHECK_EQ(bailey_language_apply(policy, text->buf + begin, end - begin, 1, &diag), 0);
	CHECK_EQ(bailey_policy_seal(policy, NULL, NO_LIMIT, &diag), 0);
	bailey_diag_destroy(&diag);
	return policy;
}

static const struct bailey_endpoint *find_at(const struct bailey_policy *policy, u32 dev,
					     u8 family, u32 n)
{
	struct bailey_addr addr = { 0xfd00000000000000ULL, n };
	const struct bailey_endpoint *endpoint;
	const struct bailey_set *set = NULL;
	char name[8];

	if (family == BAILEY_IPV4) {
		addr.hi = (u64)(0x0a000000 + n) << 32;
		addr.lo = 0;
	}
	snprintf(name, sizeof(name), "d%u", dev);
	endpoint = bailey_places_find(&policy->places,
				      bailey_places_id(&policy->places, name),
				      family, &addr, &set);
	CHECK(set == (endpoint ? endpoint->set : NULL));
	return endpoint;
}

static bool same_set(const struct bailey_policy *p, const struct bailey_set *a,
		     const struct bailey_policy *q, const struct bailey_set *b)
{
	u32 i, k;

	if (!a || !b)
		return a == b;
	if (a->count != b->count || !bailey_policy_set_live(p, a->id) ||
	    !bailey_policy_set_live(q, b->id))
		return false;
	/* Slots differ, and with them the order. */
	for (i = 0; i < a->count; i++) {
		const char *name = bailey_policy_object(p, BAILEY_GROUP, a->slot[i])->name;

		for (k = 0; k < b->count; k++)
			if (!strcmp(name, bailey_policy_object(q, BAILEY_GROUP, b->slot[k])->name))
				break;
		if (k == b->count || !bailey_set_has(a, a->slot[i]))
			return false;
	}
	return true;
}

/* Is @p what a policy is that was made of the same text at once? */
static u32 compare(const struct bailey_policy *p, const struct bailey_policy *q)
{
	u32 kind, n, dev, bad = 0;

	bad += p->rules != q->rules || p->stems[0] != q->stems[0] || p->stems[1] != q->stems[1];
	bad += p->sets.by_id.count != q->sets.by_id.count;
	bad += p->sets.by_groups.count != q->sets.by_groups.count;
	bad += p->places.by_dev.count != q->places.by_dev.count;
	bad += p->places.member.count != q->places.member.count;
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		if (p->objects[kind].named != q->objects[kind].named)
			return bad + 1;
		for (n = 0; n < p->objects[kind].named; n++) {
			struct bailey_object *object = bailey_policy_nth(p, kind, n);

			bad += strcmp(object->name, bailey_policy_nth(q, kind, n)->name) != 0;
			bad += build_find(p, kind, object->name) != object;
		}
	}
	for (n = 0; n < ENDPOINTS; n++) {
		for (dev = 0; dev < DEVS; dev++) {
			u8 family = (n + dev) & 1 ? BAILEY_IPV6 : BAILEY_IPV4;
			const struct bailey_endpoint *a = find_at(p, dev, family, n);
			const struct bailey_endpoint *b = find_at(q, dev, family, n);

			bad += !a != !b || (a && (strcmp(a->object.name, b->object.name) ||
						  !same_set(p, a->set, q, b->set)));
		}
	}
	return bad;
}

static void one_change_after_the_other(void)
{
	struct bailey_policy *policy[GENERATIONS], *next, *anew;
	struct bailey_out text[GENERATIONS] = { 0 }, out = { 0 };
	u32 i, k;

	for (i = 0; i < GENERATIONS; i++)
		policy[i] = bailey_policy_create();
	for (i = 0; i < 400; i++) {
		u32 to = i % GENERATIONS;

		/* Not always the newest one: what is rolled back leaves nothing behind. */
		k = (i + GENERATIONS - 1 - random_below(2)) % GENERATIONS;
		next = change(policy[k], random_below(4) ? random_below(6) : random_below(200));
		bailey_policy_put(policy[to]);
		policy[to] = next;
		build_print(next, &text[to]);
		anew = make_anew(&text[to]);
		unit_about("change %u", i);
		CHECK_EQ(compare(next, anew), 0);
		bailey_policy_put(anew);
		for (k = 0; k < GENERATIONS; k++)
			if (text[k].buf)
				CHECK_STR(build_print(policy[k], &out), text[k].buf);
	}
	for (i = 0; i < GENERATIONS; i++) {
		bailey_policy_put(policy[i]);
		bailey_out_destroy(&text[i]);
	}
	bailey_out_destroy(&out);
}

/* A change of one endpoint's groups copies little, and moves no interface. */
static void one_membership(void)
{
	struct bailey_out out = { 0 };
	struct bailey_policy *p, *q;
	u32 i, shared = 0;

	bailey_out_printf(&out, "group a\ngroup b\n");
	for (i = 0; i < 5000; i++)
		bailey_out_printf(&out, "endpoint e%u dev d%u addr 10.0.%u.%u groups a\n", i,
				  i % 500, i / 256, i % 256);
	p = build(NULL, out.buf);
	bailey_out_destroy(&out);
	REQUIRE(p);
	q = build(p, "replace endpoint e77 dev d77 addr 10.0.0.77 groups b\n");
	REQUIRE(q);
	CHECK_EQ(p->layout, q->layout);
	for (i = 0; i < p->objects[BAILEY_ENDPOINT].chunks; i++)
		shared += p->objects[BAILEY_ENDPOINT].chunk[i] ==
			  q->objects[BAILEY_ENDPOINT].chunk[i];
	CHECK_EQ(shared, p->objects[BAILEY_ENDPOINT].chunks - 1);
	CHECK(p->objects[BAILEY_ENDPOINT].order == q->objects[BAILEY_ENDPOINT].order);
	CHECK(p->objects[BAILEY_GROUP].chunk[0] == q->objects[BAILEY_GROUP].chunk[0]);
	CHECK_STR(find_at(q, 77, BAILEY_IPV4, 77)->object.name, "e77");
	CHECK(find_at(q, 77, BAILEY_IPV4, 77) != find_at(p, 77, BAILEY_IPV4, 77));
	bailey_policy_put(p);
	p = build(q, "delete endpoint e77\nendpoint x dev new addr 1.1.1.1 groups a\n");
	REQUIRE(p);
	CHECK(p->layout != q->layout);
	CHECK(!find_at(p, 77, BAILEY_IPV4, 77));
	CHECK_STR(find_at(q, 77, BAILEY_IPV4, 77)->object.name, "e77");
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static const struct unit_test tests[] = {
	UNIT(one_change_after_the_other),
	UNIT(one_membership),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
