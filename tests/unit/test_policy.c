// SPDX-License-Identifier: GPL-2.0
/* Objects, slots, sealing, counters across changes, what is in use. */
#include "build.h"

static struct bailey_rule *acl_rule(const struct bailey_policy *policy, const char *acl,
				    u32 index)
{
	struct bailey_object *object = build_find(policy, BAILEY_ACL, acl);

	return object && index < bailey_acl_of(object)->rules[BAILEY_IN].count ?
	       bailey_rules_at(&bailey_acl_of(object)->rules[BAILEY_IN], index) : NULL;
}

static void a_new_policy_concerns_nobody(void)
{
	struct bailey_policy *p = build(NULL, "");

	REQUIRE(p);
	CHECK(!bailey_policy_in_use(p));
	CHECK_EQ(p->exempts, BAILEY_EXEMPT_ALL);
	CHECK(p->default_action == BAILEY_ALLOW && !p->rules && !p->sets.by_id.count);
	bailey_policy_put(p);
}

static void in_use(void)
{
	static const struct {
		const char *text;
		bool used;
	} rows[] = {
		{ "acl a\ngroup g\nprefix-list l 10.0.0.0/8\n", false },
		{ "attach dev eth0 protects host\n", true },
		{ "group g\nendpoint e dev eth0 addr 10.0.0.1 groups g\n", true },
		{ "default deny\n", true },
		{ "default deny\ndefault pass\n", false },
		{ "delete exempt nd\n", false },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bailey_policy *p = build(NULL, rows[i].text);

		unit_about("row %u", i);
		REQUIRE(p);
		CHECK_EQ(bailey_policy_in_use(p), rows[i].used);
		bailey_policy_put(p);
	}
}

static void names_keep_their_slots(void)
{
	struct bailey_policy *p = build(NULL, "group a\ngroup b\ngroup c\n"), *q, *r;
	u32 a, c;

	REQUIRE(p);
	a = bailey_policy_slot(p, BAILEY_GROUP, "a", 1);
	c = bailey_policy_slot(p, BAILEY_GROUP, "c", 1);
	q = build(p, "delete group b\ngroup aa\n");
	REQUIRE(q);
	CHECK_EQ(bailey_policy_slot(q, BAILEY_GROUP, "a", 1), a);
	CHECK_EQ(bailey_policy_slot(q, BAILEY_GROUP, "c", 1), c);
	CHECK_EQ(bailey_policy_slot(q, BAILEY_GROUP, "b", 1), BAILEY_NO_SLOT);
	r = build(q, "flush\ngroup c\ngroup d\ngroup a\n");
	REQUIRE(r);
	CHECK_EQ(bailey_policy_slot(r, BAILEY_GROUP, "a", 1), a);
	CHECK_EQ(bailey_policy_slot(r, BAILEY_GROUP, "c", 1), c);
	CHECK_EQ(r->objects[BAILEY_GROUP].named, 3);
	CHECK_STR(bailey_policy_nth(r, BAILEY_GROUP, 1)->name, "c");
	/* A name is found whole, not by its beginning. */
	CHECK_EQ(bailey_policy_slot(q, BAILEY_GROUP, "aaa", 3), BAILEY_NO_SLOT);
	CHECK_EQ(bailey_policy_slot(q, BAILEY_GROUP, "", 0), BAILEY_NO_SLOT);
	bailey_policy_put(p);
	bailey_policy_put(q);
	bailey_policy_put(r);
}

static void many_names(void)
{
	struct bailey_out text = { 0 };
	struct bailey_policy *p;
	u32 i;

	for (i = 0; i < 3000; i++)
		bailey_out_printf(&text, "group g%u\n", i * 7919 % 3000);
	p = build(NULL, text.buf);
	bailey_out_destroy(&text);
	REQUIRE(p);
	CHECK_EQ(p->objects[BAILEY_GROUP].named, 3000);
	for (i = 1; i < 3000; i++)
		if (strcmp(bailey_policy_nth(p, BAILEY_GROUP, i - 1)->name,
			   bailey_policy_nth(p, BAILEY_GROUP, i)->name) >= 0)
			break;
	CHECK_EQ(i, 3000);
	bailey_policy_put(p);
}

static void a_clone_shares_what_is_left_alone(void)
{
	struct bailey_policy *p = build(NULL, "acl a in 1 allow\nacl b in 1 allow\n"), *q;

	REQUIRE(p);
	q = build(p, "acl a in 2 deny\n");
	REQUIRE(q);
	CHECK(build_find(p, BAILEY_ACL, "b") == build_find(q, BAILEY_ACL, "b"));
	CHECK(build_find(p, BAILEY_ACL, "a") != build_find(q, BAILEY_ACL, "a"));
	CHECK(!acl_rule(p, "a", 1) && acl_rule(q, "a", 1));
	CHECK(acl_rule(p, "a", 0) == acl_rule(q, "a", 0));
	bailey_policy_put(p);
	CHECK_EQ(acl_rule(q, "a", 0)->number, 1);
	bailey_policy_put(q);
}

/* "flush" and the same again: equal rules go on counting. */
static void counters_survive_a_reload(void)
{
	static const char text[] = "acl a in 100 allow tcp\nacl a in 200 deny\n"
				   "group g in allow udp\n";
	struct bailey_policy *p = build(NULL, text), *q;
	char again[256];

	REQUIRE(p);
	bailey_counter_add(&acl_rule(p, "a", 0)->counter, 1500, 77);
	snprintf(again, sizeof(again), "flush\nacl a in 150 allow\n%s", text);
	q = build(p, again);
	bailey_policy_put(p);
	REQUIRE(q);
	CHECK_EQ(acl_rule(q, "a", 0)->number, 100);
	CHECK_EQ(acl_rule(q, "a", 0)->counter.packets, 1);
	CHECK_EQ(acl_rule(q, "a", 0)->counter.last, 77);
	CHECK_EQ(acl_rule(q, "a", 1)->counter.packets, 0);
	p = build(q, "replace acl a in 100 deny tcp\n");
	REQUIRE(p);
	CHECK_EQ(acl_rule(p, "a", 0)->counter.packets, 0);
	CHECK_EQ(acl_rule(q, "a", 0)->counter.packets, 1);
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static void sets_are_one_if_equal(void)
{
	struct bailey_policy *p, *q;
	struct bailey_attach *x, *y, *z;
	u32 id;

	p = build(NULL, "group a\ngroup b\nattach dev x protects subnet groups a,b\n"
		  "attach dev y protects subnet groups b,a\n"
		  "attach dev z protects subnet groups b\n");
	REQUIRE(p);
	x = bailey_attach_of(build_find(p, BAILEY_ATTACH, "x subnet"));
	y = bailey_attach_of(build_find(p, BAILEY_ATTACH, "y subnet"));
	z = bailey_attach_of(build_find(p, BAILEY_ATTACH, "z subnet"));
	CHECK(x->set == y->set && x->set != z->set);
	CHECK(x->set->id && z->set->id && x->set->id != z->set->id);
	CHECK_EQ(p->sets.by_id.count, 2);
	id = z->set->id;
	CHECK(bailey_policy_set_live(p, id) && !bailey_policy_set_live(p, 0));
	q = build(p, "replace attach dev z protects subnet\n");
	REQUIRE(q);
	CHECK(!bailey_policy_set_live(q, id) && bailey_policy_set_live(p, id));
	CHECK(bailey_policy_set_live(q, x->set->id));
	bailey_policy_put(p);
	/* The same groups again, later, are another answer to be given. */
	p = build(q, "replace attach dev z protects subnet groups b\n");
	REQUIRE(p);
	CHECK(!bailey_policy_set_live(p, id));
	CHECK_EQ(p->sets.by_id.count, 2);
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static const struct bailey_endpoint *find_at(const struct bailey_policy *policy,
					     const char *dev, u8 family,
					     const struct bailey_addr *addr)
{
	const struct bailey_set *set;

	return bailey_places_find(&policy->places, bailey_places_id(&policy->places, dev),
				  family, addr, &set);
}

static void endpoints_by_place(void)
{
	struct bailey_policy *p;
	const struct bailey_endpoint *e;
	struct bailey_addr addr;
	u8 family;

	p = build(NULL, "group g\n"
		  "endpoint e1 dev eth1 addr 10.0.0.7,2001:db8::7 groups g\n"
		  "endpoint e2 dev eth2 addr 10.0.0.7 groups g\n"
		  "endpoint e3 dev eth1 addr 10.0.0.8 groups g\n");
	REQUIRE(p);
	CHECK_EQ(p->places.by_dev.count, 2);
	bailey_text_addr("10.0.0.7", 8, &family, &addr);
	e = find_at(p, "eth1", family, &addr);
	REQUIRE(e);
	CHECK_STR(e->object.name, "e1");
	e = find_at(p, "eth2", family, &addr);
	REQUIRE(e);
	CHECK_STR(e->object.name, "e2");
	CHECK(!find_at(p, "eth2", BAILEY_IPV6, &addr));
	CHECK(!find_at(p, "eth", family, &addr));
	CHECK(!bailey_places_id(&p->places, "eth3"));
	bailey_policy_put(p);
}

struct refusal {
	const char *base;
	const char *text;
	int ret;
	u32 line;
	u32 column;
	const char *reason;	/* a part of it */
};

static const struct refusal refusals[] = {
	{ "", "attach dev eth0 protects host acl nosuch\n", -ENOENT, 1, 35, "nosuch" },
	{ "", "attach dev eth0 protects host groups nosuch\n", -ENOENT, 1, 38, "nosuch" },
	{ "group g\n", "endpoint e dev x addr 1.2.3.4 groups g,h\n", -ENOENT, 1, 40, "'h'" },
	{ "", "acl a in 1 allow from prefix-list l\n", -ENOENT, 1, 35, "acl a" },
	{ "", "group g in allow\ngroup g in allow from group h\n", -ENOENT, 2, 29, "group g" },
	{ "acl a\nattach dev x protects host acl a\n", "\ndelete acl a\n", -EBUSY, 2, 12,
	  "in use by attach x host" },
	{ "group g\nattach dev x protects subnet groups g\n", "delete group g\n", -EBUSY,
	  1, 14, "in use by attach x subnet" },
	{ "group g\ngroup h in allow from group g\n", "delete group g\n", -EBUSY, 1, 14,
	  "in use by group h" },
	{ "group g\nendpoint e dev x addr 1.2.3.4 groups g\n", "delete group g\n", -EBUSY,
	  1, 14, "in use by endpoint e" },
	{ "prefix-list l\nacl a out 1 deny to prefix-list l\n", "delete prefix-list l\n",
	  -EBUSY, 1, 20, "in use by acl a" },
	{ "acl a in 100 allow\n", "acl a in 100 deny\n", -EEXIST, 1, 10, "entry in 100" },
	{ "acl a in 100 allow from 10.0.0.0/8\n", "acl a in 100 deny\n", -EEXIST, 1, 10,
	  "of that family" },
	{ "", "acl a in 100 deny icmp\nacl a in 100 deny icmpv6\nacl a in 100 deny\n",
	  -EEXIST, 3, 10, "of that family" },
	{ "group g out allow\n", "\n\ngroup g out allow\n", -EEXIST, 3, 13, "this out rule" },
	{ "prefix-list l 10.0.0.0/8\n", "prefix-list l 10.1.2.3/8\n", -EEXIST, 1, 15,
	  "this prefix" },
	{ "", "prefix-list l 10.0.0.0/8\nprefix-list l ::/0 10.0.0.0/8\n", -EEXIST, 2, 20,
	  "this prefix" },
	{ "group g\nendpoint e dev x addr 1.2.3.4 groups g\n",
	  "endpoint f dev x addr 1.2.3.5,1.2.3.4 groups g\n", -EEXIST, 1, 10, "endpoint e" },
	{ "", "group g\nendpoint e dev x addr ::1,::1 groups g\n", -EEXIST, 2, 10, "" },
};

static void a_whole_policy_is_refused(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *row = &refusals[i];
		struct bailey_policy *empty = build(NULL, ""), *base, *p;
		struct bailey_diag diag = { 0 };
		struct bailey_out before = { 0 }, after = { 0 };
		int ret;

		unit_about("row %u: %s", i, row->text);
		base = empty ? build(empty, row->base) : NULL;
		REQUIRE(base);
		build_print(base, &before);
		p = build_change(base, row->text, &diag, &ret);
		CHECK(!p);
		CHECK_EQ(ret, row->ret);
		CHECK_EQ(diag.error.code, row->ret);
		CHECK_EQ(diag.error.line, row->line);
		CHECK_EQ(diag.error.column, row->column);
		if (!strstr(diag.error.reason, row->reason))
			CHECK_STR(diag.error.reason, row->reason);
		CHECK_STR(build_print(base, &after), before.buf);
		bailey_diag_destroy(&diag);
		bailey_out_destroy(&before);
		bailey_out_destroy(&after);
		bailey_policy_put(p);
		bailey_policy_put(base);
		bailey_policy_put(empty);
	}
}

/* What is deleted may be used again if it is defined again, wherever. */
static void lines_come_in_any_order(void)
{
	struct bailey_policy *p, *q;

	p = build(NULL, "attach dev x protects subnet acl a groups g\n"
		  "group g in allow from group h\nacl a in 1 allow from prefix-list l\n"
		  "group h\nprefix-list l 10.0.0.0/8\n");
	REQUIRE(p);
	q = build(p, "delete group g\ndelete acl a\ndelete prefix-list l\n"
		  "prefix-list l ::/0\nacl a\ngroup g\n");
	REQUIRE(q);
	CHECK_EQ(bailey_acl_of(build_find(q, BAILEY_ACL, "a"))->rules[BAILEY_IN].count, 0);
	bailey_policy_put(p);
	p = build(q, "delete attach dev x protects subnet\ndelete group g\ndelete acl a\n");
	REQUIRE(p);
	CHECK(!build_find(p, BAILEY_GROUP, "g") && build_find(p, BAILEY_GROUP, "h"));
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static void the_size_is_bounded(void)
{
	static const char text[] = "group g in allow\nprefix-list l 10.0.0.0/8 11.0.0.0/8\n"
		"acl a in 1 allow\nendpoint e dev x addr 10.0.0.1,10.0.0.2 groups g\n";
	struct bailey_diag diag = { 0 };
	struct bailey_policy *p;

	p = bailey_policy_create();
	REQUIRE(p);
	CHECK_EQ(bailey_language_apply(p, text, strlen(text), 1, &diag), 0);
	CHECK_EQ(bailey_policy_seal(p, NULL, 5, &diag), -ENOSPC);
	CHECK_EQ(diag.error.code, -ENOSPC);
	bailey_policy_put(p);
	bailey_diag_destroy(&diag);
	p = build(NULL, text);
	REQUIRE(p);
	CHECK_EQ(p->rules, 6);
	bailey_policy_put(p);
}

/* A rule that stood there before is never the one to blame. */
static void the_new_line_is_blamed(void)
{
	struct bailey_policy *p = build(NULL, "\n\n\n\nacl a in 100 allow\n"), *q;
	struct bailey_diag diag = { 0 };
	int ret;

	REQUIRE(p);
	q = build_change(p, "acl a in 100 allow tcp\n", &diag, &ret);
	CHECK(!q);
	CHECK_EQ(ret, -EEXIST);
	CHECK_EQ(diag.error.line, 1);
	bailey_diag_destroy(&diag);
	bailey_policy_put(q);
	bailey_policy_put(p);
}

/* After a flush a name that is not there again was not "deleted while in use". */
static void flush_then_dangling(void)
{
	struct bailey_policy *p = build(NULL, "group web\n"), *q;
	struct bailey_diag diag = { 0 };
	int ret;

	REQUIRE(p);
	q = build_change(p, "flush\nattach dev x protects subnet groups web\n", &diag, &ret);
	CHECK(!q);
	CHECK(ret == -ENOENT || ret == -EBUSY);
	CHECK_EQ(diag.error.line, 2);
	bailey_diag_destroy(&diag);
	bailey_policy_put(q);
	bailey_policy_put(p);
}

static const struct unit_test tests[] = {
	UNIT(a_new_policy_concerns_nobody),
	UNIT(in_use),
	UNIT(names_keep_their_slots),
	UNIT(many_names),
	UNIT(a_clone_shares_what_is_left_alone),
	UNIT(counters_survive_a_reload),
	UNIT(sets_are_one_if_equal),
	UNIT(endpoints_by_place),
	UNIT(a_whole_policy_is_refused),
	UNIT(lines_come_in_any_order),
	UNIT(the_size_is_bounded),
	UNIT(the_new_line_is_blamed),
	UNIT(flush_then_dangling),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
