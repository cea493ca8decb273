// SPDX-License-Identifier: GPL-2.0
/* Lines that speak of names, bound to interfaces that have numbers. */
#include "build.h"

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" }, { 4, "eth10" }, { 5, "eth1x" },
	{ 70, "ppp0" }, { 4000000000U, "veth9" }, { 71, "e" }, { 72, "eth" },
};

/* "NAME: host line, subnet line" for each interface that is bound. */
static void describe(const struct bailey_binding *b, u32 ifindex, struct bailey_out *out)
{
	const struct bailey_iface *iface = bailey_binding_find(b, ifindex);

	if (!iface) {
		bailey_out_printf(out, "-");
		return;
	}
	bailey_out_printf(out, "%s|%s|%s|%u", iface->name,
			  iface->host ? iface->host->object.name : "",
			  iface->subnet ? iface->subnet->object.name : "",
			  iface->place != BAILEY_NO_PLACE);
}

static void check(const struct bailey_binding *b, u32 ifindex, const char *want)
{
	struct bailey_out out = { 0 };

	describe(b, ifindex, &out);
	CHECK_STR(out.buf, want);
	bailey_out_destroy(&out);
}

static struct bailey_binding *bind(const char *text)
{
	struct bailey_policy *policy = build(NULL, text);
	struct bailey_binding *binding;

	if (!policy)
		return NULL;
	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
	bailey_policy_put(policy);
	return binding;
}

static void nothing_attached(void)
{
	struct bailey_binding *b = bind("group g\nacl a\n");

	REQUIRE(b);
	check(b, 0, "-");
	check(b, 1, "-");
	check(b, 99, "-");
	bailey_binding_destroy(b);
	bailey_binding_destroy(NULL);
}

static void exact_names_go_before_stems(void)
{
	struct bailey_binding *b;

	b = bind("attach dev eth1 protects subnet\nattach dev eth1* protects subnet\n"
		 "attach dev eth* protects subnet\nattach dev * protects host\n"
		 "attach dev ppp0 protects host\nattach dev e* protects host\n");
	REQUIRE(b);
	check(b, 1, "lo|* host||0");
	check(b, 2, "eth0|e* host|eth* subnet|0");
	check(b, 3, "eth1|e* host|eth1 subnet|0");
	check(b, 4, "eth10|e* host|eth1* subnet|0");
	check(b, 5, "eth1x|e* host|eth1* subnet|0");
	check(b, 70, "ppp0|ppp0 host||0");
	check(b, 4000000000U, "veth9|* host||0");
	check(b, 71, "e|e* host||0");
	check(b, 72, "eth|e* host|eth* subnet|0");
	check(b, 0, "-");
	bailey_binding_destroy(b);
}

static void a_stem_is_not_its_name_alone(void)
{
	struct bailey_binding *b = bind("attach dev eth protects subnet\n");

	REQUIRE(b);
	check(b, 72, "eth||eth subnet|0");
	check(b, 2, "-");
	bailey_binding_destroy(b);
	b = bind("attach dev veth9* protects subnet\n");
	REQUIRE(b);
	check(b, 4000000000U, "veth9||veth9* subnet|0");
	bailey_binding_destroy(b);
}

static void endpoints_alone_bind(void)
{
	struct bailey_binding *b;

	b = bind("group g\nendpoint e dev eth1 addr 10.0.0.1,::1 groups g\n"
		 "endpoint f dev nosuch addr 10.0.0.1 groups g\n"
		 "attach dev eth10 protects host\n");
	REQUIRE(b);
	check(b, 3, "eth1|||1");
	check(b, 4, "eth10|eth10 host||0");
	check(b, 2, "-");
	bailey_binding_destroy(b);
}

/* Renaming an interface is another binding of the same policy. */
static void names_move(void)
{
	struct bailey_device later[] = { { 3, "eth0" }, { 2, "wan" } };
	struct bailey_policy *p = build(NULL, "attach dev eth0 protects subnet\n");
	struct bailey_binding *a, *b;

	REQUIRE(p);
	a = bailey_binding_create(p, devices, ARRAY_SIZE(devices));
	b = bailey_binding_create(p, later, ARRAY_SIZE(later));
	bailey_policy_put(p);
	REQUIRE(a && b);
	check(a, 2, "eth0||eth0 subnet|0");
	check(a, 3, "-");
	check(b, 3, "eth0||eth0 subnet|0");
	check(b, 2, "-");
	bailey_binding_destroy(a);
	bailey_binding_destroy(b);
}

/* Numbers that fall on the same place of the hash, and thousands of them. */
static void many_interfaces(void)
{
	static struct bailey_device many[3000];
	struct bailey_policy *p = build(NULL, "attach dev v* protects subnet\n");
	struct bailey_binding *b;
	u32 i, bad = 0;

	REQUIRE(p);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		many[i].ifindex = 1 + i * 4096;
		snprintf(many[i].name, sizeof(many[i].name), "%c%u", i % 3 ? 'v' : 'x', i);
	}
	b = bailey_binding_create(p, many, ARRAY_SIZE(many));
	bailey_policy_put(p);
	REQUIRE(b);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		const struct bailey_iface *iface = bailey_binding_find(b, many[i].ifindex);

		if (!iface != !(i % 3) || (iface && strcmp(iface->name, many[i].name)))
			bad++;
		if (bailey_binding_find(b, many[i].ifindex + 1))
			bad++;
	}
	CHECK_EQ(bad, 0);
	bailey_binding_destroy(b);
}

static bool iface_same(const struct bailey_iface *a, const struct bailey_iface *b)
{
	if (!a || !b)
		return a == b;
	return a->ifindex == b->ifindex && a->host == b->host && a->subnet == b->subnet &&
	       a->place == b->place && !strcmp(a->name, b->name);
}

/* One interface after the other, and all at once. */
static void interfaces_come(void)
{
	static struct bailey_device many[2000];
	struct bailey_policy *p = build(NULL, "group g\nattach dev v* protects subnet\n"
					"attach dev v7 protects host\n"
					"endpoint e dev x3 addr 10.0.0.1 groups g\n");
	struct bailey_binding *b, *whole;
	u32 i, bad = 0, anew = 0;

	REQUIRE(p);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		many[i].ifindex = 1 + i * (i & 1 ? 1 : 64);
		snprintf(many[i].name, sizeof(many[i].name), "%c%u", i % 3 ? 'v' : 'x', i);
	}
	b = bailey_binding_create(p, many, 0);
	REQUIRE(b);
	for (i = 0; i < ARRAY_SIZE(many); i++) {
		/* Some numbers are another's already. */
		if (bailey_binding_find(b, many[i].ifindex)) {
			bad += bailey_binding_add(b, &many[i]);
			many[i].ifindex = 1000000 + i;
		}
		if (bailey_binding_add(b, &many[i]))
			continue;
		bailey_binding_destroy(b);
		b = bailey_binding_create(p, many, i + 1);
		REQUIRE(b);
		anew++;
	}
	whole = bailey_binding_create(p, many, ARRAY_SIZE(many));
	REQUIRE(whole);
	for (i = 0; i < ARRAY_SIZE(many); i++)
		bad += !iface_same(bailey_binding_find(b, many[i].ifindex),
				   bailey_binding_find(whole, many[i].ifindex));
	CHECK_EQ(bad, 0);
	CHECK(anew && anew < 15);
	bailey_binding_destroy(b);
	bailey_binding_destroy(whole);
	bailey_policy_put(p);
}

/* A policy that says the same of interfaces is bound as the one before. */
static void interfaces_are_shared(void)
{
	static const char * const others[] = {
		"replace attach dev eth1 protects subnet\n", "attach dev eth9 protects host\n",
		"endpoint f dev eth0 addr 10.0.0.2 groups g\n", "delete endpoint e\n",
		"replace endpoint e dev eth0 addr 10.0.0.1 groups g\n",
	};
	struct bailey_policy *p = build(NULL, "group g\nattach dev eth1 protects subnet groups g\n"
					"endpoint e dev eth1 addr 10.0.0.1 groups g\n"), *q;
	struct bailey_binding *a, *b;
	u32 i;

	REQUIRE(p);
	a = bailey_binding_create(p, devices, ARRAY_SIZE(devices));
	REQUIRE(a);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		q = build(p, others[i]);
		REQUIRE(q);
		unit_about("%s", others[i]);
		CHECK(!bailey_binding_share(q, a));
		bailey_policy_put(q);
	}
	q = build(p, "group g in allow\nreplace endpoint e dev eth1 addr 10.0.0.3 groups g\nacl a\n"
		  "endpoint f dev eth1 addr 10.0.0.1 groups g\n");
	REQUIRE(q);
	b = bailey_binding_share(q, a);
	REQUIRE(b);
	CHECK(a->ifaces == b->ifaces && b->policy == q);
	bailey_policy_put(p);
	bailey_policy_put(q);
	bailey_binding_destroy(a);
	check(b, 3, "eth1||eth1 subnet|1");
	bailey_binding_destroy(b);
}

static const struct unit_test tests[] = {
	UNIT(nothing_attached),
	UNIT(exact_names_go_before_stems),
	UNIT(a_stem_is_not_its_name_alone),
	UNIT(endpoints_alone_bind),
	UNIT(names_move),
	UNIT(many_interfaces),
	UNIT(interfaces_come),
	UNIT(interfaces_are_shared),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
