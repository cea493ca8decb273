// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that policies share: one change of ACLs, groups and prefix lists after the
 * other, each result against the same policy made from nothing, the ones before
 * unharmed, and each rule that stayed the same object with the same counter.
 */
#include "build.h"
#include "classifier.h"
#include "group_index.h"

#define GENERATIONS	4
#define NUMBERS		1200

static u64 random_state = 0x9e3779b97f4a7c15ULL;

static u32 below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 33) % n;
}

static void print_peer(struct bailey_out *out, const char *word, bool v6)
{
	u32 what = below(6);

	if (what < 2)
		return;
	bailey_out_printf(out, " %s ", word);
	if (what == 2)
		bailey_out_printf(out, "prefix-list l%u", below(2));
	else if (v6)
		bailey_out_printf(out, "2001:db8:%u::%u/%u", below(3), below(3),
				  below(2) ? 128 : 40 + below(60));
	else
		bailey_out_printf(out, "10.0.%u.%u/%u", below(3), below(3),
				  below(2) ? 32 : 8 + below(24));
}

static void print_match(struct bailey_out *out)
{
	bool v6 = below(2);
	u32 what = below(6);

	if (what == 0)
		bailey_out_printf(out, " %s", v6 ? "icmpv6" : "icmp");
	else if (what < 4)
		bailey_out_printf(out, " %s", what == 1 ? "udp" : "tcp");
	print_peer(out, "from", v6);
	if (what == 0) {
		if (below(2))
			bailey_out_printf(out, " type %u", below(4));
		return;
	}
	if (what > 2) {
		print_peer(out, "to", v6);
		return;
	}
	bailey_out_printf(out, " to any port %u", below(30));
	if (below(2))
		bailey_out_printf(out, "-%u", 30 + below(100));
}

/* A line that can't be (nothing to delete, no packet has both) is left out. */
static void print_line(struct bailey_out *out)
{
	static const char * const action[] = { "allow", "deny", "reject" };
	u32 what = below(20);

	if (what < 10) {
		bailey_out_printf(out, "replace acl a in %u %s", 1 + below(NUMBERS),
				  action[below(3)]);
		print_match(out);
	} else if (what < 15) {
		bailey_out_printf(out, "delete acl a in %u", 1 + below(NUMBERS));
	} else if (what < 18) {
		bailey_out_printf(out, "replace group g in allow");
		print_match(out);
	} else if (what < 19) {
		bailey_out_printf(out, "delete group g in allow");
		print_match(out);
	} else {
		bailey_out_printf(out, "replace prefix-list l%u 10.0.%u.0/%u 2001:db8:%u::/48",
				  below(2), below(3), 22 + below(10), below(3));
	}
}

static void apply(struct bailey_policy *policy, const char *text)
{
	struct bailey_diag diag = { 0 };

	bailey_language_apply(policy, text, strlen(text), 1, &diag);
	bailey_diag_destroy(&diag);
}

/* Say all of @base again behind a flush, as who loads a file does. */
static void say_again(struct bailey_policy *policy, const struct bailey_policy *base)
{
	struct bailey_out text = { 0 };

	bailey_policy_print(base, &text);
	bailey_policy_flush(policy);
	text.buf[text.len - strlen("commit\n")] = '\0';
	apply(policy, text.buf + strlen("begin\n"));
	bailey_out_destroy(&text);
}

static struct bailey_policy *change(const struct bailey_policy *base, u32 lines)
{
	struct bailey_policy *policy = bailey_policy_clone(base);
	struct bailey_diag diag = { 0 };
	struct bailey_out out = { 0 };

	if (!below(12))
		say_again(policy, base);
	while (lines--) {
		bailey_out_reset(&out);
		print_line(&out);
		apply(policy, out.buf);
	}
	bailey_out_destroy(&out);
	CHECK_EQ(bailey_policy_seal(policy, base, NO_LIMIT, &diag), 0);
	bailey_diag_destroy(&diag);
	return policy;
}

static struct bailey_policy *make_anew(const struct bailey_policy *policy)
{
	struct bailey_policy *anew = bailey_policy_create();
	struct bailey_diag diag = { 0 };

	say_again(anew, policy);
	CHECK_EQ(bailey_policy_seal(anew, NULL, NO_LIMIT, &diag), 0);
	bailey_diag_destroy(&diag);
	return anew;
}

static void draw_addr(struct bailey_addr *addr, u8 family)
{
	if (family == BAILEY_IPV6) {
		addr->hi = 0x20010db800000000ULL | (u64)below(4) << 16;
		addr->lo = below(4);
	} else {
		addr->hi = (u64)(0x0a000000 | below(4) << 8 | below(4)) << 32;
	}
}

static void draw_packet(struct bailey_packet *packet)
{
	static const u8 protos[] = { 1, 6, 17, 47, 58, 6 };

	memset(packet, 0, sizeof(*packet));
	packet->family = below(2) ? BAILEY_IPV6 : BAILEY_IPV4;
	draw_addr(&packet->src, packet->family);
	draw_addr(&packet->dst, packet->family);
	packet->proto = protos[below(ARRAY_SIZE(protos))];
	if (bailey_proto_has_ports(packet->proto)) {
		packet->flags = BAILEY_PKT_PORTS;
		packet->dport = below(160);
	} else if (bailey_packet_is_icmp(packet)) {
		packet->type = below(5);
	}
	if (!below(10)) {
		packet->flags = BAILEY_PKT_FRAGMENT;
		packet->dport = 0;
		packet->type = 0;
	}
}

static void say_rule(const struct bailey_policy *policy, const struct bailey_rule *rule,
		     bool sure, struct bailey_out *out)
{
	bailey_out_reset(out);
	bailey_out_printf(out, "%d ", sure);
	if (rule)
		bailey_rule_print(policy, rule, out);
}

static void ask_acl(const struct bailey_policy *policy, const struct bailey_packet *packet,
		    struct bailey_out *out)
{
	const struct bailey_acl *acl = bailey_acl_of(build_find(policy, BAILEY_ACL, "a"));
	const struct bailey_rule *rule;
	bool sure;

	rule = bailey_classify(policy, acl->classifier[BAILEY_IN], packet, &sure);
	say_rule(policy, rule, sure, out);
}

/* Which of several rules lets it pass may depend on the slots of lists. */
static u32 ask_group(const struct bailey_policy *policy, const struct bailey_packet *packet)
{
	const struct bailey_group_question question = { .policy = policy, .packet = packet };
	struct bailey_group *group = bailey_group_of(build_find(policy, BAILEY_GROUP, "g"));
	bool perhaps = false;

	if (bailey_group_index_find(&group->index[BAILEY_IN], &question, &perhaps))
		return 2;
	return perhaps;
}

static u32 compare(const struct bailey_policy *a, const struct bailey_policy *b, u32 packets)
{
	struct bailey_out x = { 0 }, y = { 0 };
	u32 differ = 0;

	differ += strcmp(build_print(a, &x), build_print(b, &y)) != 0;
	while (packets--) {
		struct bailey_packet packet;

		draw_packet(&packet);
		ask_acl(a, &packet, &x);
		ask_acl(b, &packet, &y);
		differ += strcmp(x.buf, y.buf) != 0;
		differ += ask_group(a, &packet) != ask_group(b, &packet);
	}
	bailey_out_destroy(&x);
	bailey_out_destroy(&y);
	return differ;
}

/* A rule of both is one object, and no other rule is. */
static u32 miscounted(const struct bailey_rules *rules, const struct bailey_rules *before)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	u32 wrong = 0;

	for (rule = bailey_rules_first(rules, &iter); rule; rule = bailey_rules_next(&iter)) {
		const struct bailey_rule *old = bailey_rules_find(before, rule);

		wrong += (old && old->action == rule->action) != (old == rule);
	}
	return wrong;
}

static void check_counters(const struct bailey_policy *policy, const struct bailey_policy *base)
{
	CHECK_EQ(miscounted(bailey_acl_of(build_find(policy, BAILEY_ACL, "a"))->rules,
			    bailey_acl_of(build_find(base, BAILEY_ACL, "a"))->rules), 0);
	CHECK_EQ(miscounted(bailey_group_of(build_find(policy, BAILEY_GROUP, "g"))->rules,
			    bailey_group_of(build_find(base, BAILEY_GROUP, "g"))->rules), 0);
}

/* A few lines at a time, so that many changes lie over one base; now and then many. */
static void one_change_after_the_other(void)
{
	struct bailey_policy *policy[GENERATIONS] = { NULL }, *anew[GENERATIONS] = { NULL };
	u32 i, k;

	for (k = 0; k < GENERATIONS; k++) {
		policy[k] = build(NULL, "prefix-list l0\nprefix-list l1\nacl a\ngroup g\n");
		anew[k] = make_anew(policy[k]);
	}
	for (i = 0; i < 150; i++) {
		u32 to = i % GENERATIONS, from = (to + GENERATIONS - 1 - !below(8)) % GENERATIONS;
		struct bailey_policy *next;

		unit_about("change %u", i);
		next = change(policy[from], i < 3 || !below(80) ? 1500 : 1 + below(24));
		check_counters(next, policy[from]);
		bailey_policy_put(policy[to]);
		bailey_policy_put(anew[to]);
		policy[to] = next;
		anew[to] = make_anew(next);
		CHECK_EQ(compare(policy[to], anew[to], 40), 0);
		k = below(GENERATIONS);
		CHECK_EQ(compare(policy[k], anew[k], 20), 0);
	}
	for (k = 0; k < GENERATIONS; k++) {
		bailey_policy_put(policy[k]);
		bailey_policy_put(anew[k]);
	}
}

UNIT_MAIN(UNIT(one_change_after_the_other))
