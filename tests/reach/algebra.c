// SPDX-License-Identifier: GPL-2.0
/*
 * The algebra of header spaces against brute force: a small universe of packets, random
 * sets of which each packet is asked by other means (the engine's own comparison of
 * rules and packets, plain comparisons of numbers), and the laws that sets obey.
 */
#include "reach/space.h"
#include "unit.h"

#define SETS		400
#define PACKETS_MAX	20000
#define LIST_MAX	12

static u64 state = 1;

static u32 draw(u32 below)
{
	u64 z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (u32)((z ^ z >> 31) >> 32) % below;
}

static struct bailey_packet universe[PACKETS_MAX];
static u32 packets;

/* A set in both forms. */
struct both {
	u32 space;
	bool has[PACKETS_MAX];
};

static struct both sets[SETS];
static struct spaces *spaces;

static struct bailey_addr addr_of(u8 family, u32 i)
{
	struct bailey_addr addr = { 0, 0 };

	if (family == BAILEY_IPV4)
		addr.hi = i < 4 ? (0x0a000000ULL | i) << 32 : i == 4 ? 0 : 0xffffffffULL << 32;
	else if (i < 4)
		addr = (struct bailey_addr){ 0x20010db8ULL << 32 | i << 1, i & 1 };
	else if (i == 5)
		addr = (struct bailey_addr){ ~0ULL, ~0ULL };
	return addr;
}

static void add_packet(struct bailey_packet packet)
{
	static const u8 hops[] = { 1, 64, 255 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hops); i++) {
		packet.hop_limit = hops[i];
		space_packet_complete(&packet);
		universe[packets++] = packet;
	}
}

static const u16 ports[] = { 0, 22, 1023, 65535 };
static const u8 protos[] = { 1, 6, 17, 47, 58, 132 };

/* All that one protocol can say between two addresses. */
static void add_proto(struct bailey_packet packet)
{
	static const u8 types[2][4] = { { 0, 3, 8, 13 }, { 1, 128, 129, 135 } };
	u32 i, k;

	if (bailey_packet_is_icmp(&packet)) {
		for (i = 0; i < 4; i++)
			for (packet.code = 0; packet.code < 2; packet.code++) {
				packet.type = types[packet.family == BAILEY_IPV6][i];
				add_packet(packet);
			}
	} else if (bailey_proto_has_ports(packet.proto)) {
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			for (k = 0; k < ARRAY_SIZE(ports); k++) {
				packet.sport = ports[i];
				packet.dport = ports[k];
				add_packet(packet);
			}
	} else {
		add_packet(packet);
	}
}

static void make_universe(void)
{
	struct bailey_packet packet = {};
	u32 i, src, dst;

	for (packet.family = 4; packet.family <= 6; packet.family += 2)
		for (i = 0; i < ARRAY_SIZE(protos); i++)
			for (src = 0; src < 6; src++)
				for (dst = 0; dst < 6; dst++) {
					packet.proto = protos[i];
					packet.src = addr_of(packet.family, src);
					packet.dst = addr_of(packet.family, dst);
					if (packets + 48 <= PACKETS_MAX)
						add_proto(packet);
				}
}

static void draw_peer(struct bailey_peer *peer, u8 family)
{
	if (draw(2))
		return;
	peer->kind = BAILEY_PEER_CIDR;
	peer->family = family;
	peer->bits = draw(family == BAILEY_IPV4 ? 33 : 129);
	if (draw(2))
		peer->bits = family == BAILEY_IPV4 ? 28 + draw(5) : 60 + draw(69);
	peer->addr = addr_of(family, draw(6));
	peer->addr = bailey_prefix_mask(&peer->addr, peer->bits);
}

static void draw_range(u16 *first, u16 *last)
{
	u16 a = ports[draw(4)] + draw(2), b = ports[draw(4)] - draw(2);

	*first = a < b ? a : b;
	*last = a < b ? b : a;
}

/* A match that the language can say. */
static void draw_match(struct bailey_match *match)
{
	u8 family = draw(2) ? BAILEY_IPV4 : BAILEY_IPV6;

	bailey_match_init(match);
	if (draw(4))
		match->proto = protos[draw(ARRAY_SIZE(protos))];
	if (match->proto == BAILEY_PROTO_ICMP || match->proto == BAILEY_PROTO_ICMPV6) {
		family = match->proto == BAILEY_PROTO_ICMP ? BAILEY_IPV4 : BAILEY_IPV6;
		match->families = bailey_family_bit(family);
		if (draw(2))
			match->type = draw(2) ? 8 * draw(2) : 128 + draw(2);
		if (match->type >= 0 && draw(2))
			match->code = draw(2);
	} else if (match->proto != BAILEY_PROTO_ANY && bailey_proto_has_ports(match->proto)) {
		match->sport_given = draw(2);
		match->dport_given = draw(2);
		if (match->sport_given)
			draw_range(&match->sport_first, &match->sport_last);
		if (match->dport_given)
			draw_range(&match->dport_first, &match->dport_last);
	}
	draw_peer(&match->from, family);
	draw_peer(&match->to, family);
	if (match->from.kind || match->to.kind)
		match->families = bailey_family_bit(family);
}

static bool rule_has(const struct bailey_rule *rule, const struct bailey_packet *packet)
{
	return bailey_rule_fields(rule, packet) == BAILEY_FIT_YES;
}

static void make_match(struct both *set)
{
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 i;

	draw_match(&match);
	rule = bailey_rule_create(&match, 0, BAILEY_ALLOW);
	set->space = space_match(spaces, NULL, &match, false);
	for (i = 0; i < packets; i++)
		set->has[i] = rule_has(rule, &universe[i]);
	bailey_rule_put(rule);
}

static void make_hops(struct both *set)
{
	u32 i, first = draw(256), last = first + draw(256 - first);

	set->space = space_field(spaces, SPACE_HOP, first, last);
	for (i = 0; i < packets; i++)
		set->has[i] = universe[i].hop_limit >= first && universe[i].hop_limit <= last;
}

/* Several ranges of addresses at once. */
static void make_ranges(struct both *set)
{
	u8 family = draw(2) ? BAILEY_IPV4 : BAILEY_IPV6;
	struct space_range range[2] = {
		{ addr_of(family, draw(2)), addr_of(family, 1) },
		{ addr_of(family, 3), addr_of(family, draw(2) ? 3 : 5) },
	};
	u32 i;

	set->space = space_ranges(spaces, SPACE_DST, family, range, 2);
	for (i = 0; i < packets; i++) {
		const struct bailey_addr *dst = &universe[i].dst;

		set->has[i] = universe[i].family == family &&
			((bailey_addr_cmp(dst, &range[0].first) >= 0 &&
			  bailey_addr_cmp(dst, &range[0].last) <= 0) ||
			 (bailey_addr_cmp(dst, &range[1].first) >= 0 &&
			  bailey_addr_cmp(dst, &range[1].last) <= 0));
	}
}

static void make_operation(struct both *set, const struct both *a, const struct both *b)
{
	u32 i, kind = draw(4);

	set->space = kind == 0 ? space_and(spaces, a->space, b->space) :
		     kind == 1 ? space_or(spaces, a->space, b->space) :
		     kind == 2 ? space_minus(spaces, a->space, b->space) :
				 space_not(a->space);
	for (i = 0; i < packets; i++)
		set->has[i] = kind == 0 ? a->has[i] && b->has[i] :
			      kind == 1 ? a->has[i] || b->has[i] :
			      kind == 2 ? a->has[i] && !b->has[i] : !a->has[i];
}

static void make_sets(void)
{
	u32 i;

	for (i = 0; i < SETS; i++) {
		u32 kind = draw(8);

		if (i > 20 && kind > 2)
			make_operation(&sets[i], &sets[draw(i)], &sets[draw(i)]);
		else if (kind == 0)
			make_hops(&sets[i]);
		else if (kind == 1)
			make_ranges(&sets[i]);
		else
			make_match(&sets[i]);
	}
}

static void sets_have_what_they_should(void)
{
	u32 i, k;

	for (i = 0; i < SETS; i++)
		for (k = 0; k < packets; k++)
			if (space_has(spaces, sets[i].space, &universe[k]) != sets[i].has[k]) {
				unit_about("set %u, packet %u", i, k);
				CHECK_EQ(!sets[i].has[k], sets[i].has[k]);
				break;
			}
	CHECK(!spaces_failed(spaces));
}

static void laws_hold(void)
{
	u32 i;

	for (i = 0; i < 5000; i++) {
		u32 a = sets[draw(SETS)].space, b = sets[draw(SETS)].space;
		u32 c = sets[draw(SETS)].space;
		u32 ab = space_and(spaces, a, b), or = space_or(spaces, a, b);

		CHECK_EQ(ab, space_and(spaces, b, a));
		CHECK_EQ(space_and(spaces, ab, c), space_and(spaces, a, space_and(spaces, b, c)));
		CHECK_EQ(space_and(spaces, or, c), space_or(spaces, space_and(spaces, a, c),
							    space_and(spaces, b, c)));
		CHECK_EQ(space_not(or), space_and(spaces, space_not(a), space_not(b)));
		CHECK_EQ(space_not(space_not(a)), a);
		CHECK_EQ(space_or(spaces, a, space_not(a)), SPACE_ALL);
		CHECK_EQ(space_and(spaces, a, space_not(a)), SPACE_NONE);
		CHECK_EQ(space_or(spaces, ab, space_minus(spaces, a, b)), a);
		CHECK(space_subset(spaces, ab, a));
		CHECK_EQ(space_subset(spaces, a, b), ab == a);
	}
}

static bool in_list(const struct space_list *list, struct bailey_addr value)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		if (bailey_addr_cmp(&list->range[i].first, &value) <= 0 &&
		    bailey_addr_cmp(&value, &list->range[i].last) <= 0)
			return true;
	return false;
}

static struct bailey_addr number(u64 value, u32 width)
{
	return (struct bailey_addr){ .hi = value << (64 - width) };
}

static bool row_has(const struct space_row *row, const struct bailey_packet *p)
{
	bool icmp = bailey_packet_is_icmp(p), ports = p->flags & BAILEY_PKT_PORTS;
	const struct space_list *dport = &row->field[SPACE_DPORT];
	u64 place = icmp ? (u64)p->type << 8 | p->code : p->dport;

	if (!(row->families & bailey_family_bit(p->family)) || (row->icmp && !icmp) ||
	    !in_list(&row->field[SPACE_PROTO], number(p->proto, 8)) ||
	    !in_list(&row->field[SPACE_HOP], number(p->hop_limit, 8)))
		return false;
	if (icmp || ports ? !in_list(dport, number(place, 16)) : !dport->all)
		return false;
	if (ports ? !in_list(&row->field[SPACE_SPORT], number(p->sport, 16)) :
		    !row->field[SPACE_SPORT].all)
		return false;
	return (row->field[SPACE_SRC].all || in_list(&row->field[SPACE_SRC], p->src)) &&
	       (row->field[SPACE_DST].all || in_list(&row->field[SPACE_DST], p->dst));
}

static void rows_have_each_packet_once(void)
{
	struct space_rows rows;
	u32 i, k, r, n;

	for (i = 0; i < SETS / 4; i++) {
		REQUIRE(!space_rows_create(spaces, sets[i * 4].space, 100000, &rows));
		for (k = draw(7); k < packets; k += 7) {
			for (r = 0, n = 0; r < rows.count; r++)
				n += row_has(&rows.row[r], &universe[k]);
			if (n != sets[i * 4].has[k]) {
				unit_about("set %u, packet %u", i * 4, k);
				CHECK_EQ(n, sets[i * 4].has[k]);
				break;
			}
		}
		space_rows_destroy(&rows);
	}
}

static void rows_are_counted(void)
{
	struct space_rows rows;
	u32 both = space_or(spaces, space_field(spaces, SPACE_DPORT, 1, 5),
			    space_field(spaces, SPACE_SPORT, 1, 5));

	both = space_and(spaces, both, spaces->with_ports);
	CHECK_EQ(space_rows_create(spaces, both, 1, &rows), -E2BIG);
	space_rows_destroy(&rows);
	CHECK_EQ(space_rows_create(spaces, both, 4, &rows), 0);
	CHECK_EQ(rows.count, 2);
	CHECK_EQ(rows.row[0].families, BAILEY_FAMILY_BOTH);
	space_rows_destroy(&rows);
}

static void examples_are_in_their_set(void)
{
	struct bailey_packet packet;
	u32 i, empty = 0;

	for (i = 0; i < SETS; i++) {
		bool found = space_example(spaces, sets[i].space, &packet);

		unit_about("set %u", i);
		CHECK_EQ(found, sets[i].space != SPACE_NONE);
		if (found)
			CHECK(space_has(spaces, sets[i].space, &packet));
		empty += !found;
	}
	CHECK(empty > 0 && empty < SETS / 2);
}

static bool list_allows(const struct bailey_rules *rules, const struct bailey_packet *packet)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;

	for (rule = bailey_rules_first(rules, &iter); rule; rule = bailey_rules_next(&iter))
		if (rule_has(rule, packet))
			return rule->action == BAILEY_ALLOW;
	return false;
}

/* What comes back, as the engine has it. */
static struct bailey_packet response_of(const struct bailey_packet *request)
{
	struct bailey_packet response = *request;

	response.src = request->dst;
	response.dst = request->src;
	response.sport = request->dport;
	response.dport = request->sport;
	if (bailey_packet_is_icmp(request))
		response.type = bailey_packet_reply_type(request);
	space_packet_complete(&response);
	return response;
}

static void draw_rules(struct bailey_rules *rules)
{
	u32 i, count = draw(LIST_MAX) + 1;
	struct bailey_match match;
	struct bailey_rule *rule;

	for (i = 0; i < count; i++) {
		draw_match(&match);
		rule = bailey_rule_create(&match, 10 * i + 10, draw(3));
		if (bailey_rules_add(rules, rule))
			bailey_rule_put(rule);
	}
}

static void the_first_match_decides(void)
{
	u32 i, k, straight, back, answered = 0;
	struct bailey_packet response;

	for (i = 0; i < 60; i++) {
		struct bailey_rules rules = {};

		draw_rules(&rules);
		straight = space_first_match(spaces, NULL, &rules, false);
		back = space_first_match(spaces, NULL, &rules, true);
		for (k = draw(11); k < packets; k += 11) {
			unit_about("list %u, packet %u", i, k);
			CHECK_EQ(space_has(spaces, straight, &universe[k]),
				 list_allows(&rules, &universe[k]));
			if (!space_has(spaces, spaces->answered, &universe[k]))
				continue;
			answered++;
			response = response_of(&universe[k]);
			CHECK_EQ(space_has(spaces, back, &universe[k]),
				 list_allows(&rules, &response));
		}
		bailey_rules_destroy(&rules);
	}
	CHECK(answered > 1000);
}

static void what_is_kept_stays(void)
{
	u32 keep[10], i, k, before, after;
	u32 used = spaces->bdd.live;

	for (i = 0; i < ARRAY_SIZE(keep); i++)
		keep[i] = sets[i * 7 + 50].space;
	before = space_and(spaces, keep[0], space_or(spaces, keep[1], keep[2]));
	keep[9] = before;
	spaces_collect(spaces, keep, ARRAY_SIZE(keep));
	CHECK(spaces->bdd.live < used / 2);
	/* Others take the room of those that were not kept */
	for (i = 0; i < 2000; i++)
		space_and(spaces, space_field(spaces, SPACE_SPORT, i, 2 * i + 7),
			  space_field(spaces, SPACE_HOP, i % 100, 100 + i % 50));
	for (i = 0; i < 9; i++)
		for (k = 0; k < packets; k += 3)
			if (space_has(spaces, keep[i], &universe[k]) !=
			    sets[i * 7 + 50].has[k]) {
				unit_about("set %u, packet %u", i * 7 + 50, k);
				CHECK(false);
				break;
			}
	after = space_and(spaces, keep[0], space_or(spaces, keep[1], keep[2]));
	CHECK_EQ(after, before);
	CHECK_EQ(space_field(spaces, SPACE_PROTO, 6, 6), space_field(spaces, SPACE_PROTO, 6, 6));
}

static void replies_are_as_what_nobody_uses(void)
{
	u32 i, k, n = 0;

	for (i = 0; i < SETS; i++) {
		u32 filled = space_fill_replies(spaces, sets[i].space);

		for (k = draw(5); k < packets; k += 5) {
			struct bailey_packet packet = universe[k];
			bool reply = packet.flags & BAILEY_PKT_ICMP_REPLY;

			if (reply)
				packet.type = packet.family == BAILEY_IPV4 ? 1 : 199;
			n += reply && sets[i].has[k] != space_has(spaces, filled, &universe[k]);
			unit_about("set %u, packet %u", i, k);
			CHECK_EQ(space_has(spaces, filled, &universe[k]),
				 space_has(spaces, sets[i].space, &packet));
		}
	}
	/* Some were filled in, or taken out */
	CHECK(n > 0);
	CHECK_EQ(space_fill_replies(spaces, SPACE_ALL), SPACE_ALL);
}

/* Pairs of equal bits far apart have no small diagram. */
static u32 explode(struct spaces *small)
{
	u32 i, all = SPACE_ALL, src, dst;

	for (i = 0; i < 32; i++) {
		src = bdd_make(&small->bdd, 25 + i, SPACE_NONE, SPACE_ALL);
		dst = bdd_make(&small->bdd, 153 + i, SPACE_NONE, SPACE_ALL);
		all = space_and(small, all,
				space_or(small, space_and(small, src, dst),
					 space_minus(small, space_not(src), dst)));
	}
	return all;
}

static void limits_are_kept(void)
{
	struct spaces *small = spaces_create(20000, SPACES_STEPS);
	struct spaces *hurried = spaces_create(SPACES_NODES, 200000);
	struct space_rows rows;
	struct bailey_packet packet;

	CHECK(!spaces_failed(small));
	CHECK_EQ(explode(small), SPACE_FAILED);
	CHECK(spaces_failed(small) && strstr(spaces_failed(small), "too large"));
	CHECK_EQ(space_or(small, SPACE_NONE, SPACE_ALL), SPACE_FAILED);
	CHECK_EQ(space_not(SPACE_FAILED), SPACE_FAILED);
	CHECK_EQ(space_rows_create(small, SPACE_FAILED, 10, &rows), -E2BIG);
	CHECK(!space_example(small, SPACE_FAILED, &packet));
	CHECK_EQ(explode(hurried), SPACE_FAILED);
	CHECK(spaces_failed(hurried) && strstr(spaces_failed(hurried), "too long"));
	spaces_destroy(small);
	spaces_destroy(hurried);
}

static void rows_are_words(void)
{
	struct bailey_match match;
	struct bailey_out out = {};
	struct space_rows rows;
	u32 space, i;

	bailey_match_init(&match);
	match.proto = BAILEY_PROTO_TCP;
	match.dport_given = true;
	match.dport_first = 22;
	match.dport_last = 22;
	match.families = BAILEY_FAMILY_IPV4;
	match.from.kind = BAILEY_PEER_CIDR;
	match.from.family = BAILEY_IPV4;
	match.from.addr.hi = 0x0aULL << 56;
	match.from.bits = 8;
	space = space_match(spaces, NULL, &match, false);
	match.dport_first = 80;
	match.dport_last = 90;
	space = space_or(spaces, space, space_match(spaces, NULL, &match, false));
	bailey_match_init(&match);
	match.proto = BAILEY_PROTO_ICMP;
	match.families = BAILEY_FAMILY_IPV4;
	match.type = 3;
	match.code = 4;
	space = space_or(spaces, space, space_match(spaces, NULL, &match, false));
	space = space_or(spaces, space, space_field(spaces, SPACE_PROTO, 47, 47));
	REQUIRE(!space_rows_create(spaces, space, 100, &rows));
	for (i = 0; i < rows.count; i++) {
		space_row_print(&rows.row[i], &out);
		bailey_out_printf(&out, "\n");
	}
	CHECK_STR(out.buf, "icmp from 0.0.0.0/0 type 3/4\n"
			   "tcp from 10.0.0.0/8 to any port 22,80-90\n"
			   "gre\n");
	bailey_out_destroy(&out);
	space_rows_destroy(&rows);
}

int main(void)
{
	static const struct unit_test tests[] = {
		UNIT(sets_have_what_they_should),
		UNIT(laws_hold),
		UNIT(rows_have_each_packet_once),
		UNIT(rows_are_counted),
		UNIT(rows_are_words),
		UNIT(examples_are_in_their_set),
		UNIT(the_first_match_decides),
		UNIT(replies_are_as_what_nobody_uses),
		UNIT(what_is_kept_stays),
		UNIT(limits_are_kept),
	};
	int failed;

	spaces = spaces_create(SPACES_NODES, SPACES_STEPS);
	make_universe();
	make_sets();
	failed = unit_run(tests, ARRAY_SIZE(tests));
	spaces_destroy(spaces);
	return failed;
}
