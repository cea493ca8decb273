// SPDX-License-Identifier: GPL-2.0
/* Matches, their order, arrays of rules and what happens to counters. */
#include "rule.h"
#include "unit.h"

static struct bailey_packet packet(u8 family, u8 proto, u16 sport, u16 dport)
{
	struct bailey_packet p = {
		.family = family, .proto = proto, .sport = sport, .dport = dport,
		.src = { 0x0a00000100000000ULL, 0 },
		.dst = { 0x0a00010200000000ULL, 0 },
	};

	if (bailey_proto_has_ports(proto))
		p.flags = BAILEY_PKT_PORTS;
	return p;
}

static bool fits(const struct bailey_match *match, const struct bailey_packet *packet)
{
	enum bailey_fit fit = bailey_match_fields(match, packet);

	CHECK(fit != BAILEY_FIT_PERHAPS);
	return fit == BAILEY_FIT_YES;
}

static void match_everything(void)
{
	struct bailey_packet p4 = packet(BAILEY_IPV4, BAILEY_PROTO_ESP, 0, 0);
	struct bailey_packet p6 = packet(BAILEY_IPV6, BAILEY_PROTO_UDP, 1, 2);
	struct bailey_match m;

	bailey_match_init(&m);
	CHECK(fits(&m, &p4) && fits(&m, &p6));
	m.families = BAILEY_FAMILY_IPV4;
	CHECK(fits(&m, &p4) && !fits(&m, &p6));
}

static void match_ports(void)
{
	struct bailey_packet p = packet(BAILEY_IPV4, BAILEY_PROTO_TCP, 1024, 443);
	struct bailey_match m;

	bailey_match_init(&m);
	m.proto = BAILEY_PROTO_TCP;
	m.dport_first = 443;
	m.dport_last = 445;
	m.dport_given = true;
	CHECK(fits(&m, &p));
	p.dport = 445;
	CHECK(fits(&m, &p));
	p.dport = 446;
	CHECK(!fits(&m, &p));
	p.dport = 442;
	CHECK(!fits(&m, &p));
	p.dport = 443;
	m.sport_first = 1024;
	m.sport_given = true;
	CHECK(fits(&m, &p));
	p.sport = 1023;
	CHECK(!fits(&m, &p));
	p.proto = BAILEY_PROTO_UDP;
	p.sport = 1024;
	CHECK(!fits(&m, &p));
}

/* A match of ports 0-65535 is one of packets that have ports. */
static void match_all_ports_needs_ports(void)
{
	struct bailey_packet p = packet(BAILEY_IPV4, BAILEY_PROTO_TCP, 1, 2);
	struct bailey_match m;

	bailey_match_init(&m);
	m.dport_given = true;
	CHECK(fits(&m, &p));
	p.flags = 0;
	CHECK(!fits(&m, &p));
}

static void match_icmp(void)
{
	struct bailey_packet p = packet(BAILEY_IPV4, BAILEY_PROTO_ICMP, 0, 0);
	struct bailey_match m;

	bailey_match_init(&m);
	m.proto = BAILEY_PROTO_ICMP;
	m.families = BAILEY_FAMILY_IPV4;
	m.type = 3;
	p.type = 3;
	p.code = 4;
	CHECK(fits(&m, &p));
	m.code = 0;
	CHECK(!fits(&m, &p));
	p.code = 0;
	CHECK(fits(&m, &p));
	m.type = 0;
	CHECK(!fits(&m, &p));
	p.type = 0;
	CHECK(fits(&m, &p));
	p.family = BAILEY_IPV6;
	CHECK(!fits(&m, &p));
}

static void match_cidr(void)
{
	struct bailey_packet p = packet(BAILEY_IPV4, BAILEY_PROTO_UDP, 1, 2);
	struct bailey_match m;

	bailey_match_init(&m);
	m.from = (struct bailey_peer){ .kind = BAILEY_PEER_CIDR,
		.family = BAILEY_IPV4, .bits = 31,
		.addr = { 0x0a00000000000000ULL, 0 } };
	CHECK(fits(&m, &p));
	p.src.hi = 0x0a00000200000000ULL;
	CHECK(!fits(&m, &p));
	p.src.hi = 0x0a00000000000000ULL;
	p.family = BAILEY_IPV6;
	CHECK(!fits(&m, &p));
	p.family = BAILEY_IPV4;
	m.to = m.from;
	CHECK(!fits(&m, &p));
	p.dst = p.src;
	CHECK(fits(&m, &p));
}

/* A later fragment shows its addresses, and its protocol if that is no header. */
static void match_fragments(void)
{
	struct bailey_packet p = packet(BAILEY_IPV4, BAILEY_PROTO_UDP, 0, 0);
	struct bailey_match m, ports, type, all_ports;

	p.flags = BAILEY_PKT_FRAGMENT;
	bailey_match_init(&m);
	CHECK_EQ(bailey_match_fields(&m, &p), BAILEY_FIT_YES);
	m.proto = BAILEY_PROTO_UDP;
	ports = m;
	all_ports = m;
	CHECK_EQ(bailey_match_fields(&m, &p), BAILEY_FIT_YES);
	ports.dport_given = true;
	ports.dport_first = 53;
	ports.dport_last = 53;
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_PERHAPS);
	ports.dport_first = 0;
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_PERHAPS);
	ports.dport_first = 1;
	ports.dport_last = U16_MAX;
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_PERHAPS);
	/* Port 0 to 65535 is any port. */
	all_ports.sport_given = true;
	all_ports.dport_given = true;
	CHECK_EQ(bailey_match_fields(&all_ports, &p), BAILEY_FIT_YES);
	all_ports.sport_last = 65534;
	CHECK_EQ(bailey_match_fields(&all_ports, &p), BAILEY_FIT_PERHAPS);
	p.proto = BAILEY_PROTO_TCP;
	CHECK_EQ(bailey_match_fields(&m, &p), BAILEY_FIT_NO);
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_NO);
	/* In IPv4 it is a protocol, in IPv6 a header before one. */
	p.proto = BAILEY_PROTO_DSTOPTS;
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_NO);
	p.family = BAILEY_IPV6;
	CHECK_EQ(bailey_match_fields(&m, &p), BAILEY_FIT_PERHAPS);
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_PERHAPS);
	m.proto = BAILEY_PROTO_ANY;
	CHECK_EQ(bailey_match_fields(&m, &p), BAILEY_FIT_YES);
	/* An address that is another one decides, whatever is not shown. */
	ports.families = BAILEY_FAMILY_IPV4;
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_NO);
	ports.families = BAILEY_FAMILY_BOTH;
	ports.from = (struct bailey_peer){ .kind = BAILEY_PEER_CIDR,
		.family = BAILEY_IPV6, .bits = 128, .addr = { 1, 2 } };
	CHECK_EQ(bailey_match_fields(&ports, &p), BAILEY_FIT_NO);
	type = m;
	type.proto = BAILEY_PROTO_ICMPV6;
	type.type = 128;
	p.proto = BAILEY_PROTO_ICMPV6;
	CHECK_EQ(bailey_match_fields(&type, &p), BAILEY_FIT_PERHAPS);
	type.type = 0;
	CHECK_EQ(bailey_match_fields(&type, &p), BAILEY_FIT_PERHAPS);
	type.type = BAILEY_TYPE_ANY;
	CHECK_EQ(bailey_match_fields(&type, &p), BAILEY_FIT_YES);
}

/* Each field alone tells two matches apart, in both directions. */
static void match_order(void)
{
	struct bailey_match base, other[14];
	u32 i;

	bailey_match_init(&base);
	for (i = 0; i < ARRAY_SIZE(other); i++)
		other[i] = base;
	other[0].proto = 6;
	other[1].sport_first = 1;
	other[2].sport_last = 1;
	other[3].dport_first = 1;
	other[4].dport_last = 1;
	other[5].type = 1;
	other[6].code = 1;
	other[7].families = BAILEY_FAMILY_IPV4;
	other[8].sport_given = true;
	other[9].dport_given = true;
	other[10].from.kind = BAILEY_PEER_GROUP;
	other[11].to.slot = 1;
	other[12].to.bits = 1;
	other[13].from.addr.lo = 1;
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		int order = bailey_match_cmp(&base, &other[i]);

		unit_about("field %u", i);
		CHECK(order);
		CHECK_EQ(order > 0, bailey_match_cmp(&other[i], &base) < 0);
		CHECK(!bailey_match_cmp(&other[i], &other[i]));
	}
}

static void append(struct bailey_rules *rules, u32 number, u8 families, u32 line)
{
	struct bailey_match m;
	struct bailey_rule *rule;

	bailey_match_init(&m);
	m.families = families;
	rule = bailey_rule_create(&m, number, BAILEY_ALLOW);
	REQUIRE(rule);
	rule->line = line;
	CHECK_EQ(bailey_rules_append(rules, rule), 0);
}

static void numbers_order(void)
{
	struct bailey_rules rules = { 0 };
	u32 i;

	for (i = 50; i > 0; i--)
		append(&rules, i * 10, BAILEY_FAMILY_BOTH, 51 - i);
	CHECK(!rules.sorted);
	CHECK(!bailey_rules_sort(&rules));
	CHECK(rules.sorted);
	for (i = 0; i < 50; i++)
		CHECK_EQ(bailey_rules_at(&rules, i)->number, (i + 1) * 10);
	CHECK_EQ(bailey_rules_find(&rules, 0), 0);
	CHECK_EQ(bailey_rules_find(&rules, 10), 0);
	CHECK_EQ(bailey_rules_find(&rules, 11), 1);
	CHECK_EQ(bailey_rules_find(&rules, 500), 49);
	CHECK_EQ(bailey_rules_find(&rules, 501), 50);
	bailey_rules_remove(&rules, 49);
	bailey_rules_remove(&rules, 0);
	CHECK_EQ(rules.count, 48);
	CHECK_EQ(bailey_rules_at(&rules, 0)->number, 20);
	CHECK_EQ(bailey_rules_at(&rules, 47)->number, 490);
	bailey_rules_destroy(&rules);
	CHECK(!rules.count);
}

/* One number once per family, or once for both: ruling 2. */
static void numbers_clash_by_family(void)
{
	static const struct {
		u8 families[3];
		u32 twice;
	} rows[] = {
		{ { 1, 2, 0 }, 0 }, { { 2, 1, 0 }, 0 },
		{ { 1, 1, 0 }, 2 }, { { 3, 1, 0 }, 2 }, { { 3, 2, 0 }, 2 },
		{ { 1, 3, 0 }, 2 }, { { 2, 3, 0 }, 2 }, { { 3, 3, 0 }, 2 },
		{ { 1, 2, 3 }, 3 }, { { 2, 1, 3 }, 3 }, { { 1, 2, 1 }, 3 },
		{ { 2, 1, 2 }, 3 },
	};
	struct bailey_rule *twice;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bailey_rules rules = { 0 };

		unit_about("row %u", i);
		for (k = 0; k < 3 && rows[i].families[k]; k++)
			append(&rules, 100, rows[i].families[k], k + 1);
		twice = bailey_rules_sort(&rules);
		CHECK_EQ(twice ? twice->line : 0, rows[i].twice);
		bailey_rules_destroy(&rules);
	}
}

static void group_rules_clash_when_equal(void)
{
	struct bailey_rules rules = { 0 };
	struct bailey_rule *twice;

	append(&rules, 0, BAILEY_FAMILY_BOTH, 1);
	append(&rules, 0, BAILEY_FAMILY_IPV4, 2);
	append(&rules, 0, BAILEY_FAMILY_IPV6, 3);
	CHECK(!bailey_rules_sort(&rules));
	append(&rules, 0, BAILEY_FAMILY_IPV4, 4);
	twice = bailey_rules_sort(&rules);
	REQUIRE(twice);
	CHECK_EQ(twice->line, 4);
	bailey_rules_destroy(&rules);
}

static void clones_share(void)
{
	struct bailey_rules rules = { 0 }, copy = { 0 };

	append(&rules, 1, BAILEY_FAMILY_BOTH, 1);
	append(&rules, 2, BAILEY_FAMILY_BOTH, 2);
	CHECK_EQ(bailey_rules_clone(&copy, &rules), 0);
	CHECK(bailey_rules_at(&copy, 0) == bailey_rules_at(&rules, 0));
	bailey_rules_remove(&copy, 0);
	CHECK_EQ(rules.count, 2);
	bailey_rules_destroy(&rules);
	CHECK_EQ(bailey_rules_at(&copy, 0)->number, 2);
	bailey_counter_add(&bailey_rules_at(&copy, 0)->counter, 100, 5);
	bailey_counter_add(&bailey_rules_at(&copy, 0)->counter, 1, 6);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.packets, 2);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.bytes, 101);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.last, 6);
	bailey_rules_destroy(&copy);
}

static void equal_rules_are_adopted(void)
{
	struct bailey_rules old = { 0 }, new = { 0 };

	append(&old, 10, BAILEY_FAMILY_BOTH, 1);
	append(&old, 20, BAILEY_FAMILY_IPV4, 2);
	append(&old, 30, BAILEY_FAMILY_BOTH, 3);
	append(&new, 5, BAILEY_FAMILY_BOTH, 1);
	append(&new, 10, BAILEY_FAMILY_BOTH, 2);
	append(&new, 20, BAILEY_FAMILY_IPV6, 3);
	append(&new, 30, BAILEY_FAMILY_BOTH, 4);
	bailey_rules_at(&new, 3)->action = BAILEY_DENY;
	bailey_rules_adopt(&new, &old);
	CHECK(bailey_rules_at(&new, 1) == bailey_rules_at(&old, 0));
	CHECK(bailey_rules_at(&new, 0) != bailey_rules_at(&old, 0) && bailey_rules_at(&new, 2) != bailey_rules_at(&old, 1));
	CHECK(bailey_rules_at(&new, 3) != bailey_rules_at(&old, 2));
	CHECK_EQ(bailey_rules_at(&new, 2)->match.families, BAILEY_FAMILY_IPV6);
	bailey_rules_destroy(&old);
	bailey_rules_adopt(&new, &old);
	CHECK_EQ(bailey_rules_at(&new, 1)->number, 10);
	bailey_rules_destroy(&new);
}

static const struct unit_test tests[] = {
	UNIT(match_everything),
	UNIT(match_ports),
	UNIT(match_all_ports_needs_ports),
	UNIT(match_icmp),
	UNIT(match_cidr),
	UNIT(match_fragments),
	UNIT(match_order),
	UNIT(numbers_order),
	UNIT(numbers_clash_by_family),
	UNIT(group_rules_clash_when_equal),
	UNIT(clones_share),
	UNIT(equal_rules_are_adopted),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
