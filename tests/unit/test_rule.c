// SPDX-License-Identifier: GPL-2.0
/* Matches, their order, and rules, which have them packed. */
#include <malloc.h>

#include "prefix_set.h"
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

static enum bailey_fit fields(const struct bailey_match *match,
			      const struct bailey_packet *packet)
{
	struct bailey_rule *rule = bailey_rule_create(match, 1, BAILEY_ALLOW);
	enum bailey_fit fit = BAILEY_FIT_NO;

	CHECK(rule);
	if (rule) {
		fit = bailey_rule_fields(rule, packet);
		bailey_rule_put(rule);
	}
	return fit;
}

static bool fits(const struct bailey_match *match, const struct bailey_packet *packet)
{
	enum bailey_fit fit = fields(match, packet);

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
	struct bailey_match m, ports, all_ports;

	p.flags = BAILEY_PKT_FRAGMENT;
	bailey_match_init(&m);
	CHECK_EQ(fields(&m, &p), BAILEY_FIT_YES);
	m.proto = BAILEY_PROTO_UDP;
	ports = m;
	all_ports = m;
	CHECK_EQ(fields(&m, &p), BAILEY_FIT_YES);
	ports.dport_given = true;
	ports.dport_first = 53;
	ports.dport_last = 53;
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_PERHAPS);
	ports.dport_first = 0;
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_PERHAPS);
	ports.dport_first = 1;
	ports.dport_last = U16_MAX;
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_PERHAPS);
	/* Port 0 to 65535 is any port. */
	all_ports.sport_given = true;
	all_ports.dport_given = true;
	CHECK_EQ(fields(&all_ports, &p), BAILEY_FIT_YES);
	all_ports.sport_last = 65534;
	CHECK_EQ(fields(&all_ports, &p), BAILEY_FIT_PERHAPS);
	p.proto = BAILEY_PROTO_TCP;
	CHECK_EQ(fields(&m, &p), BAILEY_FIT_NO);
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_NO);
	/* In IPv4 it is a protocol, in IPv6 a header before one. */
	p.proto = BAILEY_PROTO_DSTOPTS;
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_NO);
	p.family = BAILEY_IPV6;
	CHECK_EQ(fields(&m, &p), BAILEY_FIT_PERHAPS);
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_PERHAPS);
	m.proto = BAILEY_PROTO_ANY;
	CHECK_EQ(fields(&m, &p), BAILEY_FIT_YES);
	/* An address that is another one decides, whatever is not shown. */
	ports.families = BAILEY_FAMILY_IPV4;
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_NO);
	ports.families = BAILEY_FAMILY_BOTH;
	ports.from = (struct bailey_peer){ .kind = BAILEY_PEER_CIDR,
		.family = BAILEY_IPV6, .bits = 128, .addr = { 1, 2 } };
	CHECK_EQ(fields(&ports, &p), BAILEY_FIT_NO);
}

/* Nor does a later fragment show an ICMP type. */
static void match_fragments_of_icmp(void)
{
	struct bailey_packet p = packet(BAILEY_IPV6, BAILEY_PROTO_ICMPV6, 0, 0);
	struct bailey_match type;

	p.flags = BAILEY_PKT_FRAGMENT;
	bailey_match_init(&type);
	type.proto = BAILEY_PROTO_ICMPV6;
	type.type = 128;
	CHECK_EQ(fields(&type, &p), BAILEY_FIT_PERHAPS);
	type.type = 0;
	CHECK_EQ(fields(&type, &p), BAILEY_FIT_PERHAPS);
	type.type = BAILEY_TYPE_ANY;
	CHECK_EQ(fields(&type, &p), BAILEY_FIT_YES);
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

static u64 random_state = 1;

static u64 random_bits(u32 bits)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return bits ? random_state >> (64 - bits) : 0;
}

static void random_peer(struct bailey_peer *peer, u8 family)
{
	peer->kind = random_bits(2);
	if (peer->kind > BAILEY_PEER_CIDR) {
		peer->slot = random_bits(32);
	} else if (peer->kind == BAILEY_PEER_CIDR) {
		peer->family = family;
		peer->bits = random_bits(32) % (family == BAILEY_IPV6 ? 129 : 33);
		peer->addr.hi = random_bits(64);
		peer->addr.lo = random_bits(64);
		peer->addr = bailey_prefix_mask(&peer->addr, peer->bits);
	}
}

static void random_match(struct bailey_match *m)
{
	u8 family = random_bits(1) ? BAILEY_IPV4 : BAILEY_IPV6;

	bailey_match_init(m);
	random_peer(&m->from, family);
	random_peer(&m->to, family);
	m->families = 1 + random_bits(32) % 3;
	m->proto = random_bits(32) % 257;
	if (random_bits(1))
		m->type = random_bits(8);
	if (random_bits(1))
		m->code = random_bits(8);
	m->sport_given = random_bits(1);
	m->dport_given = random_bits(1);
	if (random_bits(1)) {
		m->sport_first = random_bits(16);
		m->sport_last = random_bits(16);
	}
	if (random_bits(1)) {
		m->dport_first = random_bits(16);
		m->dport_last = random_bits(16);
	}
}

/* What goes into a rule comes out of it, and rules stand in the order of matches. */
static void packed_matches_come_back(void)
{
	struct bailey_rule *rule, *last = NULL;
	struct bailey_match m, before, back;
	u32 i;

	for (i = 0; i < 20000; i++, last = rule, before = m) {
		unit_about("match %u", i);
		random_match(&m);
		if (i % 3 == 0 && last)
			m = before;
		if (i % 3 == 0)
			m.to.slot += m.to.kind > BAILEY_PEER_CIDR;
		rule = bailey_rule_create(&m, i % 3, BAILEY_DENY);
		REQUIRE(rule);
		bailey_rule_match(rule, &back);
		CHECK(!bailey_match_cmp(&m, &back));
		CHECK_EQ(rule->number, i % 3);
		CHECK_EQ(rule->action, BAILEY_DENY);
		if (!last)
			continue;
		last->number = rule->number;
		CHECK_EQ(bailey_rule_cmp(last, rule), bailey_match_cmp(&before, &m));
		bailey_rule_put(last);
	}
	bailey_rule_put(last);
}

static struct bailey_match hosts(u8 family, u8 from_bits, u8 to_bits)
{
	struct bailey_match m;

	bailey_match_init(&m);
	m.from = (struct bailey_peer){ .kind = BAILEY_PEER_CIDR, .family = family,
				       .bits = from_bits };
	m.to = m.from;
	m.to.bits = to_bits;
	return m;
}

/* Words of 32 bits behind what all rules have. */
static size_t words_of(const struct bailey_match *m)
{
	struct bailey_rule *rule = bailey_rule_create(m, 1, BAILEY_ALLOW);
	size_t size;

	CHECK(rule);
	if (!rule)
		return 0;
	size = malloc_usable_size(rule) - offsetof(struct bailey_rule, word);
	bailey_rule_put(rule);
	return size / sizeof(u32);
}

/* 100,000 of them should not need more than they have to. */
static void rules_are_small(void)
{
	struct bailey_match m = hosts(BAILEY_IPV4, 32, 32);

	CHECK_EQ(words_of(&m), 3);
	m.dport_first = 443;
	m.dport_last = 443;
	CHECK_EQ(words_of(&m), 3);
	m.sport_first = 1024;
	CHECK_EQ(words_of(&m), 5);
	m = hosts(BAILEY_IPV4, 0, 24);
	CHECK_EQ(words_of(&m), 1);
	m = hosts(BAILEY_IPV6, 33, 64);
	CHECK_EQ(words_of(&m), 5);
	m = hosts(BAILEY_IPV6, 128, 128);
	m.dport_first = 443;
	CHECK_EQ(words_of(&m), 9);
	m.sport_first = 1024;
	m.type = 3;
	CHECK_EQ(words_of(&m), 11);
	bailey_match_init(&m);
	CHECK_EQ(words_of(&m), 1);
	m.code = 0;
	CHECK_EQ(words_of(&m), 1);
	CHECK_EQ(offsetof(struct bailey_rule, word) - sizeof(bailey_counter), 16);
}

static const struct unit_test tests[] = {
	UNIT(match_everything),
	UNIT(match_ports),
	UNIT(match_all_ports_needs_ports),
	UNIT(match_icmp),
	UNIT(match_cidr),
	UNIT(match_fragments),
	UNIT(match_fragments_of_icmp),
	UNIT(match_order),
	UNIT(packed_matches_come_back),
	UNIT(rules_are_small),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
