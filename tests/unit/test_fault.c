// SPDX-License-Identifier: GPL-2.0
/*
 * Memory runs out, at each allocation in turn: a clean error, nothing lost
 * (LeakSanitizer looks when the program ends), and the policy in force as before.
 */
#include <stdlib.h>
#include "build.h"
#include "script.h"

static s64 fail_at = -1;	/* the allocation that fails; -1 for none */
static bool fail_on;		/* and all that come after it */
static s64 allocations;

void *bailey_test_zalloc(size_t size)
{
	s64 n = allocations++;

	if (fail_at >= 0 && (n == fail_at || (fail_on && n > fail_at)))
		return NULL;
	return calloc(1, size ? size : 1);
}

static const char base_text[] =
	"group web in allow tcp to any port 80\ngroup db in allow from group web\n"
	"prefix-list corp 10.0.0.0/8 2001:db8::/32\n"
	"acl edge in 100 allow tcp from prefix-list corp\nacl edge out 100 allow\n"
	"attach dev eth0 protects host acl edge groups web\n"
	"attach dev eth1 protects subnet acl edge groups web,db\n"
	"endpoint e dev eth1 addr 10.0.1.7,2001:db8::7 groups db\n";

static const char change_text[] =
	"group new in allow icmp type 8\ngroup web in allow udp\n"
	"group web out allow to prefix-list more\n"
	"replace prefix-list corp 192.168.1.1/16 fd00::/8\n"
	"prefix-list more 1.0.0.0/8 2.0.0.0/8 3.0.0.0/8 4.0.0.0/8 5.0.0.0/8 6.0.0.0/8 7.0.0.0/8 8.0.0.0/8 9.0.0.0/8\n"
	"acl edge in 50 deny udp\nacl other in 1 allow\ndelete acl edge in 100\n"
	"acl edge in 51 deny tcp from 10.1.0.0/16 to any port 22\n"
	"acl edge in 52 deny tcp from 10.2.0.0/16 to any port 22\n"
	"acl edge in 53 deny tcp from 10.3.0.0/24 to any port 80-90\n"
	"acl edge in 54 deny udp from 10.4.0.0/24 to 10.0.0.0/8\n"
	"acl edge in 55 deny from 10.0.0.1/32\nacl edge in 56 deny from 10.0.0.2/32\n"
	"acl edge in 57 deny icmp type 8\nacl edge in 58 deny icmp type 0 code 0\n"
	"acl edge in 59 deny tcp to any port 1-99\nacl edge in 60 deny tcp to any port 7-9\n"
	"delete group db in allow from group web\n"
	"replace attach dev eth1 protects subnet acl other groups new,web\n"
	"attach dev veth* protects subnet groups new\n"
	"endpoint f dev eth1 addr 10.0.1.8 groups new\n"
	"replace endpoint e dev eth2 addr ::1 groups new,db\n"
	"delete exempt nd\ndefault deny\n";

static const struct bailey_device devices[] = { { 1, "eth0" }, { 2, "eth1" } };

/* What a commit does, from clone to the text read back. 0, or an error. */
static int whole_way(const struct bailey_policy *base, const char *text,
		     struct bailey_out *out)
{
	struct bailey_policy *policy = bailey_policy_clone(base);
	struct bailey_binding *binding = NULL;
	struct bailey_diag diag = { 0 };
	int ret = policy ? 0 : -ENOMEM;

	if (!ret)
		ret = bailey_language_apply(policy, text, strlen(text), 1, &diag);
	if (!ret)
		ret = bailey_policy_seal(policy, base, NO_LIMIT, &diag);
	if (!ret) {
		binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
		ret = binding ? 0 : -ENOMEM;
	}
	if (!ret) {
		bailey_policy_print(policy, out);
		bailey_policy_print_stats(policy, 1, out);
		ret = out->failed ? -ENOMEM : 0;
	}
	/* Memory may run out for a remark as well; then it is not made. */
	if (ret && !diag.error.code)
		CHECK_EQ(ret, -ENOMEM);
	bailey_diag_destroy(&diag);
	bailey_binding_destroy(binding);
	bailey_policy_put(policy);
	return ret;
}

static void each_allocation(bool on)
{
	struct bailey_policy *base = build(NULL, base_text);
	struct bailey_out before = { 0 }, after = { 0 }, out = { 0 };
	s64 total, i;

	REQUIRE(base);
	build_print(base, &before);
	allocations = 0;
	CHECK_EQ(whole_way(base, change_text, &out), 0);
	total = allocations;
	CHECK(total > 50);
	for (i = 0; i < total; i++) {
		bailey_out_destroy(&out);
		unit_about("allocation %lld of %lld", (long long)i, (long long)total);
		allocations = 0;
		fail_on = on;
		fail_at = i;
		whole_way(base, change_text, &out);
		fail_at = -1;
		CHECK_STR(build_print(base, &after), before.buf);
	}
	bailey_out_destroy(&before);
	bailey_out_destroy(&after);
	bailey_out_destroy(&out);
	bailey_policy_put(base);
}

static void one_allocation_fails(void)
{
	each_allocation(false);
}

static void memory_is_gone_from_there_on(void)
{
	each_allocation(true);
}

/* A single failure is an error, never a policy that says less. */
static void no_half_policy(void)
{
	struct bailey_policy *base = build(NULL, base_text);
	struct bailey_out whole = { 0 }, out = { 0 };
	s64 total, i;

	REQUIRE(base);
	allocations = 0;
	CHECK_EQ(whole_way(base, change_text, &whole), 0);
	total = allocations;
	fail_on = false;
	for (i = 0; i < total; i++) {
		int ret;

		bailey_out_destroy(&out);
		allocations = 0;
		fail_at = i;
		ret = whole_way(base, change_text, &out);
		fail_at = -1;
		unit_about("allocation %lld", (long long)i);
		if (!ret)
			CHECK_STR(out.buf, whole.buf);
		else
			CHECK_EQ(ret, -ENOMEM);
	}
	bailey_out_destroy(&whole);
	bailey_out_destroy(&out);
	bailey_policy_put(base);
}

/* Numbers, of which some lie between those that are there: nodes split and merge. */
static void many_lines(struct bailey_out *out, const char *verb, u32 from, u32 to, u32 step)
{
	for (; from <= to; from += step)
		bailey_out_printf(out, "%sacl x in %u%s\n", verb, from,
				  strcmp(verb, "delete ") ? " allow tcp" : "");
}

/* Let each allocation of a change fail: an error, or all of it, and @base as it was. */
static void each_fails(const struct bailey_policy *base, const char *lines)
{
	struct bailey_out before = { 0 }, after = { 0 }, out = { 0 };
	s64 total, i;
	int ret;

	build_print(base, &before);
	allocations = 0;
	fail_at = -1;
	CHECK_EQ(whole_way(base, lines, &out), 0);
	total = allocations;
	CHECK(total > 50);
	fail_on = false;
	for (i = 0; i < total; i++) {
		bailey_out_destroy(&after);
		unit_about("allocation %lld of %lld", (long long)i, (long long)total);
		allocations = 0;
		fail_at = i;
		ret = whole_way(base, lines, &after);
		fail_at = -1;
		if (ret)
			CHECK_EQ(ret, -ENOMEM);
		else
			CHECK_STR(after.buf, out.buf);
	}
	CHECK_STR(build_print(base, &after), before.buf);
	bailey_out_destroy(&before);
	bailey_out_destroy(&after);
	bailey_out_destroy(&out);
}

/* Lists of many rules: each failure leaves the older list as it was. */
static void long_lists(void)
{
	struct bailey_out base_lines = { 0 }, lines = { 0 };
	struct bailey_policy *base;

	many_lines(&base_lines, "", 10, 4000, 10);
	base = build(NULL, base_lines.buf);
	REQUIRE(base);
	many_lines(&lines, "", 1005, 1800, 10);
	many_lines(&lines, "delete ", 2000, 3500, 10);
	many_lines(&lines, "replace ", 3001, 3009, 1);
	each_fails(base, lines.buf);
	bailey_out_destroy(&base_lines);
	bailey_out_destroy(&lines);
	bailey_policy_put(base);
}

static void some_entries(struct bailey_out *out, u32 from, u32 to, const char *action)
{
	for (; from <= to; from++)
		bailey_out_printf(out, "replace acl x in %u %s tcp from 10.0.%u.0/%u port %u\n",
				  from, action, from % 7, 24 + from % 3, 1 + from % 11);
}

/* Classifiers that change a little: beside the base first, then all made anew. */
static void small_changes(void)
{
	struct bailey_out lines = { 0 };
	struct bailey_policy *base, *next;

	some_entries(&lines, 1, 200, "allow");
	base = build(NULL, lines.buf);
	bailey_out_reset(&lines);
	some_entries(&lines, 50, 60, "deny");
	each_fails(base, lines.buf);
	next = build(base, lines.buf);
	bailey_policy_put(base);
	REQUIRE(next);
	bailey_out_reset(&lines);
	some_entries(&lines, 60, 64, "reject");
	each_fails(next, lines.buf);
	bailey_out_destroy(&lines);
	bailey_policy_put(next);
}

static u32 commits;

static int commit(void *arg, const struct bailey_commit *c, struct bailey_diag *diag)
{
	static const char body[] = "acl a\nacl b\n";

	(void)arg;
	(void)diag;
	commits++;
	CHECK(c->len == sizeof(body) - 1 && !memcmp(c->text, body, c->len));
	return 0;
}

static int confirm(void *arg, struct bailey_diag *diag)
{
	(void)arg;
	(void)diag;
	return 0;
}

/* A stream without memory refuses, and does not carry out the rest. */
static void streams(void)
{
	static const struct bailey_script_ops ops = { commit, confirm };
	static const char * const writes[] = { "begin\nacl a\n", "acl b\n", "commit\n" };
	struct bailey_script script;
	struct bailey_diag diag = { 0 };
	u32 i, k;

	for (i = 0; i < 4; i++) {
		bool refused = false;

		bailey_script_init(&script, &ops, NULL, 1 << 20);
		commits = 0;
		allocations = 0;
		fail_on = false;
		fail_at = i;
		for (k = 0; k < 3; k++) {
			refused |= bailey_script_feed(&script, writes[k], strlen(writes[k]),
						      &diag) != 0;
			bailey_diag_destroy(&diag);
			/* If begin itself is lost, what follows stands alone. */
			if (refused && !k)
				break;
		}
		unit_about("allocation %u", i);
		CHECK_EQ(commits, !refused);
		fail_at = -1;
		bailey_script_destroy(&script);
	}
}

static const struct unit_test tests[] = {
	UNIT(one_allocation_fails),
	UNIT(memory_is_gone_from_there_on),
	UNIT(no_half_policy),
	UNIT(long_lists),
	UNIT(small_changes),
	UNIT(streams),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
