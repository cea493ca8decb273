// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier against the plain reading of the entries, one by one: rules at
 * random and rules that are meant to hurt, before and after changes.
 */
#include <stdlib.h>
#include "build.h"
#include "classifier.h"

#define RULES_MAX	3000

static u64 seed;

static u32 below(u32 bound)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)((seed >> 32) * bound >> 32);
}

/* A kind of rules; what it makes depends on below() alone. */
struct kind {
	const char *name;
	void (*draw)(struct bailey_match *match);
	void (*aim)(struct bailey_packet *packet);
};

static struct bailey_rule *rules[RULES_MAX];
static u32 count;
static struct bailey_policy *policy;	/* has the prefix lists that rules name */

static struct bailey_addr some_addr(bool v6, u32 spread)
{
	struct bailey_addr addr = { 0, 0 };

	if (v6) {
		addr.hi = 0x20010db800000000ULL | below(spread);
		addr.lo = (u64)below(4) << 60 | below(spread);
	} else {
		addr.hi = (u64)(0x0a000000 | below(4) << 16 | below(spread)) << 32;
	}
	return addr;
}

static void draw_peer(struct bailey_peer *peer, u8 family, u32 spread)
{
	static const u8 lengths4[] = { 0, 1, 8, 14, 16, 23, 24, 28, 30, 31, 32, 32, 32 };
	static const u8 lengths6[] = { 0, 3, 32, 48, 63, 64, 65, 96, 127, 128, 128 };
	struct bailey_addr addr = some_addr(family == BAILEY_IPV6, spread);

	memset(peer, 0, sizeof(*peer));
	if (!below(6))
		return;
	peer->kind = BAILEY_PEER_CIDR;
	peer->family = family;
	peer->bits = family == BAILEY_IPV6 ? lengths6[below(ARRAY_SIZE(lengths6))] :
					     lengths4[below(ARRAY_SIZE(lengths4))];
	peer->addr = bailey_prefix_mask(&addr, peer->bits);
}

static void draw_ports(u16 *first, u16 *last, bool *given)
{
	u32 class = below(5);

	*given = class != 0;
	*first = class == 0 || class == 4 ? 0 : class == 1 ? 1024 : below(60);
	*last = class == 2 ? *first : class == 3 ? *first + below(40) : 65535;
}

static void draw_mixed(struct bailey_match *match)
{
	static const u16 protos[] = { 6, 6, 17, 47, BAILEY_PROTO_ANY };
	u8 family = below(2) ? BAILEY_IPV6 : BAILEY_IPV4;

	bailey_match_init(match);
	draw_peer(&match->from, family, 300);
	draw_peer(&match->to, family, 300);
	if (match->from.kind != BAILEY_PEER_ANY || match->to.kind != BAILEY_PEER_ANY)
		match->families = bailey_family_bit(family);
	match->proto = protos[below(ARRAY_SIZE(protos))];
	if (match->proto == 6 || match->proto == 17) {
		if (below(2))
			draw_ports(&match->sport_first, &match->sport_last, &match->sport_given);
		if (below(3))
			draw_ports(&match->dport_first, &match->dport_last, &match->dport_given);
	}
	if (!below(8) && match->families != BAILEY_FAMILY_BOTH) {
		match->proto = match->families == BAILEY_FAMILY_IPV4 ? 1 : 58;
		match->sport_given = false;
		match->dport_given = false;
		match->sport_first = 0;
		match->dport_first = 0;
		match->sport_last = U16_MAX;
		match->dport_last = U16_MAX;
		match->type = below(4) ? (s16)below(9) : BAILEY_TYPE_ANY;
		if (match->type != BAILEY_TYPE_ANY && below(2))
			match->code = below(3);
	}
	if (!below(20)) {
		match->to.kind = BAILEY_PEER_PREFIX_LIST;
		match->to.slot = below(2);
		if (match->from.kind == BAILEY_PEER_ANY)
			match->families = BAILEY_FAMILY_BOTH;
	}
}

static void draw_ranges(struct bailey_match *match)
{
	bailey_match_init(match);
	match->proto = 6;
	match->sport_first = below(65536);
	match->sport_last = match->sport_first + below(65536 - match->sport_first);
	match->dport_first = below(65536);
	match->dport_last = match->dport_first + below(65536 - match->dport_first);
	match->sport_given = true;
	match->dport_given = true;
}

static void draw_one_cell(struct bailey_match *match)
{
	bailey_match_init(match);
	match->families = BAILEY_FAMILY_IPV4;
	match->from.kind = BAILEY_PEER_CIDR;
	match->from.family = BAILEY_IPV4;
	match->from.bits = 32;
	match->from.addr.hi = 0x0a00000100000000ULL;
	match->proto = 17;
	match->dport_first = below(60000);
	match->dport_last = match->dport_first + below(200);
	match->dport_given = true;
}

static void draw_lengths(struct bailey_match *match)
{
	struct bailey_peer *peer[2] = { &match->from, &match->to };
	u32 i;

	bailey_match_init(match);
	match->families = BAILEY_FAMILY_IPV6;
	for (i = 0; i < 2; i++) {
		struct bailey_addr addr = some_addr(true, 3);

		peer[i]->kind = BAILEY_PEER_CIDR;
		peer[i]->family = BAILEY_IPV6;
		peer[i]->bits = below(129);
		peer[i]->addr = bailey_prefix_mask(&addr, peer[i]->bits);
	}
}

static void draw_same(struct bailey_match *match)
{
	bailey_match_init(match);
	if (below(2))
		match->proto = 6;
}

static const struct kind kinds[] = {
	{ .name = "mixed", .draw = draw_mixed },
	{ .name = "ranges", .draw = draw_ranges },
	{ .name = "one cell", .draw = draw_one_cell },
	{ .name = "lengths", .draw = draw_lengths },
	{ .name = "the same again and again", .draw = draw_same },
};

/* A packet near the rules: some of what one of them says, and some of chance. */
static void draw_packet(struct bailey_packet *packet)
{
	static const u8 protos[] = { 6, 6, 6, 17, 17, 47, 1, 58 };
	struct bailey_match unpacked, *match = &unpacked;

	bailey_rule_match(rules[below(count)], match);
	memset(packet, 0, sizeof(*packet));
	packet->family = match->families == BAILEY_FAMILY_BOTH ? (below(2) ? 4 : 6) :
			 match->families == BAILEY_FAMILY_IPV4 ? 4 : 6;
	packet->src = some_addr(packet->family == 6, 300);
	packet->dst = some_addr(packet->family == 6, 300);
	if (below(4) && match->from.kind == BAILEY_PEER_CIDR)
		packet->src = match->from.addr;
	if (below(4) && match->to.kind == BAILEY_PEER_CIDR)
		packet->dst = match->to.addr;
	packet->proto = match->proto != BAILEY_PROTO_ANY && below(4) ? match->proto :
			protos[below(ARRAY_SIZE(protos))];
	if (bailey_proto_has_ports(packet->proto)) {
		packet->flags = BAILEY_PKT_PORTS;
		packet->sport = below(2) ? match->sport_first + below(3) : below(65536);
		packet->dport = below(2) ? match->dport_first + below(3) : below(65536);
	} else if (bailey_packet_is_icmp(packet)) {
		packet->type = below(9);
		packet->code = below(3);
	}
	if (!below(10)) {
		packet->flags = BAILEY_PKT_FRAGMENT;
		packet->sport = 0;
		packet->dport = 0;
		packet->type = 0;
		packet->code = 0;
	}
}

static bool list_holds(const struct bailey_peer *peer, u8 family, const struct bailey_addr *addr)
{
	struct bailey_object *list;

	if (peer->kind != BAILEY_PEER_PREFIX_LIST)
		return true;
	list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
	return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set, family, addr);
}

/* The plain reading: all entries, in any order; the lowest number that fits. */
static const struct bailey_rule *read_plainly(const struct bailey_packet *packet, bool *sure)
{
	const struct bailey_rule *best = NULL;
	u32 i;

	*sure = true;
	for (i = 0; i < count; i++) {
		enum bailey_fit fit = bailey_rule_fields(rules[i], packet);
		struct bailey_match match;

		bailey_rule_match(rules[i], &match);
		if (fit == BAILEY_FIT_NO || (best && best->number <= rules[i]->number) ||
		    !list_holds(&match.from, packet->family, &packet->src) ||
		    !list_holds(&match.to, packet->family, &packet->dst))
			continue;
		best = rules[i];
		*sure = fit == BAILEY_FIT_YES;
	}
	return best;
}

static u32 compare(const struct bailey_classifier *classifier, u32 packets)
{
	u32 i, wrong = 0;

	for (i = 0; i < packets; i++) {
		struct bailey_packet packet;
		const struct bailey_rule *want, *got;
		bool want_sure, sure;

		draw_packet(&packet);
		want = read_plainly(&packet, &want_sure);
		got = bailey_classify(policy, classifier, &packet, &sure);
		wrong += want != got || sure != want_sure;
	}
	return wrong;
}

static void start(const struct kind *kind, u32 rules_wanted)
{
	u32 number = 1;

	policy = build(NULL, "prefix-list a 10.0.0.0/25 2001:db8::/64\n"
			"prefix-list b 10.1.0.0/16\n");
	seed = rules_wanted;
	for (count = 0; count < rules_wanted; count++) {
		struct bailey_match match;

		kind->draw(&match);
		number += 1 + below(3);
		rules[count] = bailey_rule_create(&match, number, BAILEY_ALLOW);
	}
}

static void finish(void)
{
	while (count)
		bailey_rule_put(rules[--count]);
	bailey_policy_put(policy);
}

static void says_what_a_plain_reading_says(void)
{
	static const u32 sizes[] = { 1, 5, 9, 40, 300, 2500 };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (k = 0; k < ARRAY_SIZE(sizes); k++) {
			struct bailey_classifier *classifier;

			unit_about("%s, %u rules", kinds[i].name, sizes[k]);
			start(&kinds[i], sizes[k]);
			classifier = bailey_classifier_create(rules, count);
			if (CHECK(classifier))
				CHECK_EQ(compare(classifier, 2000), 0);
			bailey_classifier_put(classifier);
			finish();
		}
	}
}

/* Change one of the rules; the new one has another number or another match. */
static struct bailey_classifier *change_some(struct bailey_classifier *old,
					     const struct kind *kind)
{
	struct bailey_rule *removed[4], *added[4];
	struct bailey_classifier *classifier;
	u32 nr = 0, na = 0, i, n = below(4);

	for (i = 0; i <= n && count > 8; i++) {
		u32 at = below(count);

		removed[nr++] = rules[at];
		rules[at] = rules[--count];
	}
	for (i = 0; i < 4 && count < RULES_MAX; i++) {
		struct bailey_match match;

		kind->draw(&match);
		/* even numbers of their own, which none had before */
		added[na] = bailey_rule_create(&match, 1000000 + below(1000000) * 2, BAILEY_DENY);
		if (below(2))
			added[na]->number = nr ? removed[below(nr)]->number : 7;
		for (u32 k = 0; k < count; k++)
			if (rules[k]->number == added[na]->number)
				added[na]->number += 5000000 + below(1000000);
		rules[count++] = added[na++];
	}
	classifier = bailey_classifier_update(old, removed, nr, added, na);
	bailey_classifier_put(old);
	while (nr)
		bailey_rule_put(removed[--nr]);
	return classifier;
}

static void follows_changes(void)
{
	u32 i, k;

	for (i = 0; i < 3; i++) {
		struct bailey_classifier *classifier;

		start(&kinds[i], 500);
		classifier = bailey_classifier_create(rules, count);
		for (k = 0; k < 300 && classifier; k++) {
			unit_about("%s, change %u", kinds[i].name, k);
			classifier = change_some(classifier, &kinds[i]);
			if (CHECK(classifier))
				CHECK_EQ(compare(classifier, 40), 0);
		}
		bailey_classifier_put(classifier);
		finish();
	}
}

/* What was made before stays what it was. */
static void old_ones_stay(void)
{
	struct bailey_rule *before[400];
	struct bailey_classifier *old, *new;
	u32 n, i;

	start(&kinds[0], 400);
	n = count;
	memcpy(before, rules, sizeof(before));
	old = bailey_classifier_create(rules, count);
	new = bailey_classifier_update(old, rules + 100, 40, NULL, 0);
	REQUIRE(old && new);
	CHECK_EQ(compare(old, 2000), 0);
	memmove(rules + 100, rules + 140, 260 * sizeof(*rules));
	count = 360;
	CHECK_EQ(compare(new, 2000), 0);
	bailey_classifier_put(old);
	CHECK_EQ(compare(new, 2000), 0);
	bailey_classifier_put(new);
	for (i = 0; i < n; i++)
		rules[i] = before[i];
	count = n;
	finish();
}

UNIT_MAIN(UNIT(says_what_a_plain_reading_says), UNIT(follows_changes), UNIT(old_ones_stay))
