// SPDX-License-Identifier: GPL-2.0
/* The canonical form: one spelling, and it can be written back as it is. */
#include "build.h"

static const char everything[] =
	"group web in allow tcp from any to any port 80\n"
	"group web in allow tcp to any port 443-445 # https and more\n"
	"group web in allow icmp type 8 code 0\n"
	"group db out allow 89 from group web\n"
	"group db in allow sctp from group web port 1000-2000 to 10.1.2.3 port 5\n"
	"group empty\n"
	"prefix-list corp 10.0.0.0/8 2001:DB8::/32 192.168.0.1\n"
	"prefix-list none\n"
	"acl edge in 200 deny from 10.1.2.3/16 to any\n"
	"acl edge in 100 allow any\n"
	"acl edge out 4294967295 allow icmpv6 to ::/0 type 135\n"
	"acl edge out 7 allow 17 from prefix-list corp port 53 to 0.0.0.0/0\n"
	"acl void\n"
	"attach dev eth0 protects host acl edge groups web,db\n"
	"attach dev veth* protects subnet\n"
	"attach dev * protects subnet groups empty\n"
	"endpoint db1 dev eth1 addr 2001:db8:0:0::7,10.0.1.7 groups db\n"
	"delete exempt dhcp\n"
	"default deny\n";

static const char canonical[] =
	"begin\nflush\n"
	"prefix-list corp 10.0.0.0/8 192.168.0.1/32 2001:db8::/32\n"
	"prefix-list none\n"
	"group db in allow sctp from group web port 1000-2000 to 10.1.2.3/32 port 5\n"
	"group db out allow ospf from group web\n"
	"group empty\n"
	"group web in allow icmp type 8 code 0\n"
	"group web in allow tcp to any port 80\n"
	"group web in allow tcp to any port 443-445\n"
	"acl edge in 100 allow any\n"
	"acl edge in 200 deny any from 10.1.0.0/16\n"
	"acl edge out 7 allow udp from prefix-list corp port 53 to 0.0.0.0/0\n"
	"acl edge out 4294967295 allow icmpv6 to ::/0 type 135\n"
	"acl void\n"
	"attach dev * protects subnet groups empty\n"
	"attach dev eth0 protects host acl edge groups db,web\n"
	"attach dev veth* protects subnet\n"
	"endpoint db1 dev eth1 addr 2001:db8::7,10.0.1.7 groups db\n"
	"exempt loopback\nexempt nd\nexempt mld\ndelete exempt dhcp\nexempt icmp-error\n"
	"default deny\ncommit\n";

/* The lines between begin and commit. */
static char *body(const char *text)
{
	static char copy[8192];
	size_t len = strlen(text);

	if (len < 13 || len >= sizeof(copy) || strncmp(text, "begin\n", 6))
		return "";
	memcpy(copy, text + 6, len - 6 - 7);
	copy[len - 6 - 7] = '\0';
	return copy;
}

static void one_spelling(void)
{
	struct bailey_policy *p = build(NULL, everything);
	struct bailey_out out = { 0 };

	REQUIRE(p);
	CHECK_STR(build_print(p, &out), canonical);
	bailey_out_destroy(&out);
	bailey_policy_put(p);
}

static void comes_back_the_same(void)
{
	struct bailey_policy *p = build(NULL, everything), *again, *over, *other;
	struct bailey_out out = { 0 }, out2 = { 0 };

	REQUIRE(p);
	build_print(p, &out);
	again = build(NULL, body(out.buf));
	REQUIRE(again);
	CHECK_STR(build_print(again, &out2), out.buf);
	over = build(p, body(out.buf));
	REQUIRE(over);
	CHECK_STR(build_print(over, &out2), out.buf);
	other = build(NULL, "acl other in 1 deny\ngroup web\nattach dev e protects host\n"
		      "delete exempt nd\n");
	REQUIRE(other);
	bailey_policy_put(again);
	again = build(other, body(out.buf));
	REQUIRE(again);
	CHECK_STR(build_print(again, &out2), out.buf);
	bailey_out_destroy(&out);
	bailey_out_destroy(&out2);
	bailey_policy_put(p);
	bailey_policy_put(again);
	bailey_policy_put(over);
	bailey_policy_put(other);
}

/* Groups and lists in another order of mention are still the same policy. */
static void order_of_mention_does_not_show(void)
{
	struct bailey_policy *p, *q;
	struct bailey_out out = { 0 }, out2 = { 0 };

	p = build(NULL, "group b\ngroup a\nprefix-list z\nprefix-list y\n"
		  "group c in allow from group b\ngroup c in allow from group a\n"
		  "group c in allow from prefix-list z\ngroup c in allow from prefix-list y\n"
		  "attach dev x protects subnet groups b,a,c\n");
	q = build(NULL, "attach dev x protects subnet groups a,c,b\n"
		  "group c in allow from prefix-list y\ngroup c in allow from prefix-list z\n"
		  "group c in allow from group a\ngroup c in allow from group b\n"
		  "group a\ngroup b\nprefix-list y\nprefix-list z\n");
	REQUIRE(p && q);
	build_print(p, &out);
	CHECK_STR(build_print(q, &out2), out.buf);
	bailey_out_destroy(&out);
	bailey_out_destroy(&out2);
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static void long_lists_are_broken(void)
{
	struct bailey_out text = { 0 }, out = { 0 }, out2 = { 0 };
	struct bailey_policy *p, *q;
	const char *at;
	u32 i, lines = 0;

	bailey_out_printf(&text, "prefix-list l");
	for (i = 0; i < 1000; i++)
		bailey_out_printf(&text, " 10.%u.%u.0/24", i / 250, i % 250);
	bailey_out_printf(&text, "\n");
	p = build(NULL, text.buf);
	REQUIRE(p);
	build_print(p, &out);
	for (at = out.buf; (at = strstr(at, "prefix-list l ")); at++)
		lines++;
	CHECK_EQ(lines, 125);
	bailey_out_reset(&text);
	bailey_out_bytes(&text, out.buf + 6, out.len - 13);
	q = build(NULL, text.buf);
	REQUIRE(q);
	CHECK_STR(build_print(q, &out2), out.buf);
	bailey_out_destroy(&text);
	bailey_out_destroy(&out);
	bailey_out_destroy(&out2);
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static void stats(void)
{
	struct bailey_policy *p = build(NULL, "acl a in 5 deny tcp to any port 22\n"
					"group g out allow\n");
	struct bailey_out out = { 0 };

	REQUIRE(p);
	bailey_counter_add(&bailey_rules_at(bailey_acl_of(build_find(p, BAILEY_ACL, "a"))->rules,
					    0)->counter, 60, 1000);
	bailey_policy_print_stats(p, 1042, &out);
	CHECK_STR(out.buf,
		  "rule acl a in packets 1 bytes 60 last 42: 5 deny tcp to any port 22\n"
		  "rule group g out packets 0 bytes 0 last never: allow any\n");
	bailey_out_destroy(&out);
	bailey_policy_put(p);
}

static const struct unit_test tests[] = {
	UNIT(one_spelling),
	UNIT(comes_back_the_same),
	UNIT(order_of_mention_does_not_show),
	UNIT(long_lists_are_broken),
	UNIT(stats),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
