// SPDX-License-Identifier: GPL-2.0
/*
 * Rule sets in the structure of ClassBench's families.
 *
 * What a family is, as far as a classifier can feel it: which pairs of prefix
 * lengths there are and how they spread around their peaks; how many different
 * addresses each side has, and that short prefixes hold long ones; which classes
 * of ports meet (all, below 1024, above 1023, one, some); which protocols; and
 * that rules overlap, the narrow ones mostly, not always, before the wide ones.
 * The weights were counted in sets that ClassBench's generator makes of its
 * published seeds with smoothness 2.
 */
#include <stdlib.h>
#include <string.h>
#include "ruleset.h"

enum port_class { WC, HI, LO, AR, EM };

struct weighted {
	uint16_t a;
	uint16_t b;
	uint16_t weight;
};

/**
 * struct profile - a family
 * @name: as in ClassBench
 * @sources: different source addresses in 10,000 rules
 * @destinations: the same on the other side
 * @proto: a: protocol
 * @ports: a, b: port classes
 * @bits: a, b: lengths of prefixes before they are spread
 */
struct profile {
	const char *name;
	uint32_t sources;
	uint32_t destinations;
	struct weighted proto[6];
	struct weighted ports[11];
	struct weighted bits[24];
};

#define ANY	RULESET_PROTO_ANY

static const struct profile profiles[] = {
	{ "acl1", 4100, 640,
	  { { 6, 0, 878 }, { ANY, 0, 81 }, { 1, 0, 29 }, { 17, 0, 12 } },
	  { { WC, EM, 609 }, { WC, WC, 279 }, { WC, AR, 112 } },
	  { { 32, 32, 752 }, { 32, 22, 56 }, { 23, 32, 42 }, { 32, 24, 37 },
	    { 31, 32, 26 }, { 23, 16, 14 }, { 30, 22, 12 }, { 32, 30, 8 },
	    { 30, 32, 8 }, { 23, 28, 4 }, { 23, 5, 2 }, { 16, 24, 4 } } },
	{ "acl2", 6000, 6400,
	  { { ANY, 0, 459 }, { 6, 0, 457 }, { 17, 0, 64 }, { 1, 0, 11 }, { 88, 0, 10 } },
	  { { WC, WC, 680 }, { WC, EM, 244 }, { WC, AR, 70 }, { WC, HI, 6 } },
	  { { 32, 32, 136 }, { 16, 32, 129 }, { 24, 32, 84 }, { 12, 32, 82 },
	    { 32, 24, 81 }, { 32, 16, 81 }, { 24, 16, 46 }, { 24, 24, 34 },
	    { 32, 0, 34 }, { 24, 12, 32 }, { 0, 32, 32 }, { 0, 24, 29 },
	    { 32, 12, 28 }, { 16, 24, 26 }, { 24, 0, 20 }, { 16, 16, 20 },
	    { 20, 28, 15 }, { 28, 20, 15 }, { 8, 32, 15 }, { 26, 26, 15 },
	    { 16, 0, 10 }, { 0, 16, 10 } } },
	{ "acl3", 1000, 1000,
	  { { 6, 0, 649 }, { 17, 0, 270 }, { ANY, 0, 43 }, { 1, 0, 38 } },
	  { { WC, EM, 698 }, { WC, AR, 110 }, { WC, HI, 108 }, { WC, WC, 83 }, { EM, HI, 1 } },
	  { { 32, 32, 247 }, { 24, 32, 117 }, { 16, 32, 53 }, { 27, 32, 51 },
	    { 26, 32, 50 }, { 27, 27, 47 }, { 0, 32, 42 }, { 24, 0, 33 },
	    { 23, 32, 32 }, { 19, 32, 19 }, { 25, 32, 16 }, { 29, 32, 16 },
	    { 28, 32, 16 }, { 24, 27, 15 }, { 16, 24, 15 }, { 0, 24, 15 },
	    { 8, 32, 14 }, { 24, 24, 14 }, { 32, 24, 14 }, { 21, 30, 10 },
	    { 30, 21, 10 }, { 12, 28, 10 } } },
	{ "acl4", 1000, 2400,
	  { { 6, 0, 662 }, { 17, 0, 258 }, { ANY, 0, 39 }, { 1, 0, 38 }, { 47, 0, 2 } },
	  { { WC, EM, 719 }, { WC, AR, 110 }, { WC, HI, 90 }, { WC, WC, 81 } },
	  { { 32, 32, 254 }, { 24, 32, 103 }, { 27, 32, 64 }, { 16, 32, 60 },
	    { 0, 32, 49 }, { 27, 27, 34 }, { 26, 32, 33 }, { 23, 32, 30 },
	    { 31, 32, 25 }, { 24, 0, 23 }, { 28, 32, 22 }, { 19, 32, 16 },
	    { 29, 32, 16 }, { 27, 31, 15 }, { 0, 27, 15 }, { 8, 32, 14 },
	    { 24, 24, 14 }, { 32, 24, 14 }, { 21, 30, 10 }, { 30, 21, 10 },
	    { 12, 28, 10 }, { 16, 20, 8 } } },
	{ "acl5", 460, 1700,
	  { { 17, 0, 485 }, { 6, 0, 330 }, { 1, 0, 170 }, { 89, 0, 15 } },
	  { { WC, EM, 710 }, { WC, WC, 186 }, { WC, AR, 59 }, { WC, HI, 46 } },
	  { { 32, 32, 610 }, { 32, 28, 112 }, { 16, 32, 59 }, { 32, 27, 40 },
	    { 24, 32, 30 }, { 16, 28, 22 }, { 16, 27, 17 }, { 19, 32, 13 },
	    { 24, 27, 11 }, { 24, 28, 10 }, { 22, 32, 8 }, { 17, 32, 7 },
	    { 20, 32, 6 }, { 8, 32, 6 } } },
	{ "fw1", 3500, 6600,
	  { { 6, 0, 566 }, { 17, 0, 334 }, { 47, 0, 50 }, { 1, 0, 40 }, { ANY, 0, 10 } },
	  { { WC, EM, 569 }, { WC, WC, 191 }, { EM, WC, 107 }, { HI, HI, 64 },
	    { EM, EM, 27 }, { HI, EM, 23 }, { EM, HI, 19 }, { HI, AR, 1 }, { AR, HI, 1 } },
	  { { 0, 32, 593 }, { 32, 0, 147 }, { 32, 32, 57 }, { 32, 21, 20 },
	    { 30, 0, 19 }, { 27, 0, 17 }, { 32, 28, 16 }, { 32, 30, 16 },
	    { 28, 32, 15 }, { 30, 32, 15 }, { 21, 0, 14 }, { 23, 0, 13 },
	    { 0, 0, 10 }, { 29, 0, 9 }, { 16, 0, 9 }, { 12, 0, 9 }, { 8, 0, 9 } } },
	{ "fw2", 8300, 3500,
	  { { 2, 0, 150 }, { 17, 0, 200 }, { 1, 0, 260 }, { ANY, 0, 252 }, { 4, 0, 130 } },
	  { { EM, WC, 472 }, { WC, WC, 363 }, { HI, WC, 166 } },
	  { { 24, 0, 446 }, { 32, 32, 233 }, { 0, 24, 122 }, { 32, 0, 76 },
	    { 16, 0, 61 }, { 24, 32, 46 }, { 16, 24, 15 }, { 0, 0, 1 } } },
	{ "fw3", 2800, 6400,
	  { { 6, 0, 575 }, { 17, 0, 366 }, { 1, 0, 48 }, { ANY, 0, 11 } },
	  { { WC, EM, 666 }, { EM, WC, 157 }, { WC, WC, 99 }, { HI, HI, 50 },
	    { HI, EM, 13 }, { EM, HI, 13 }, { AR, HI, 1 }, { HI, AR, 1 } },
	  { { 0, 32, 667 }, { 32, 0, 179 }, { 32, 21, 38 }, { 21, 0, 26 },
	    { 23, 0, 26 }, { 0, 0, 13 }, { 24, 32, 12 }, { 21, 32, 12 },
	    { 24, 0, 7 }, { 27, 0, 6 }, { 16, 0, 6 }, { 12, 0, 5 }, { 8, 0, 4 } } },
	{ "fw4", 4000, 6800,
	  { { 6, 0, 759 }, { 17, 0, 158 }, { ANY, 0, 65 }, { 4, 0, 4 }, { 2, 0, 4 } },
	  { { HI, EM, 295 }, { EM, EM, 263 }, { LO, EM, 120 }, { EM, HI, 99 },
	    { WC, WC, 93 }, { HI, HI, 72 }, { HI, WC, 21 }, { AR, WC, 8 },
	    { WC, EM, 7 }, { HI, AR, 7 }, { AR, HI, 7 } },
	  { { 0, 24, 265 }, { 32, 32, 244 }, { 0, 32, 139 }, { 32, 0, 130 },
	    { 0, 23, 60 }, { 0, 25, 44 }, { 24, 0, 37 }, { 0, 0, 29 },
	    { 24, 24, 27 }, { 23, 0, 18 }, { 8, 0, 4 }, { 0, 8, 3 } } },
	{ "fw5", 3400, 5500,
	  { { 6, 0, 515 }, { 17, 0, 405 }, { 1, 0, 64 }, { ANY, 0, 17 } },
	  { { WC, EM, 557 }, { WC, WC, 178 }, { EM, WC, 162 }, { EM, EM, 49 },
	    { HI, HI, 31 }, { HI, EM, 14 }, { WC, AR, 6 }, { HI, AR, 1 }, { AR, HI, 1 } },
	  { { 0, 32, 536 }, { 32, 0, 256 }, { 0, 28, 53 }, { 21, 0, 27 },
	    { 23, 0, 27 }, { 32, 32, 15 }, { 28, 28, 13 }, { 0, 0, 12 },
	    { 30, 0, 8 }, { 28, 0, 7 }, { 24, 0, 7 }, { 23, 32, 7 }, { 8, 0, 7 },
	    { 16, 0, 6 } } },
	{ "ipc1", 1400, 2800,
	  { { 17, 0, 385 }, { ANY, 0, 327 }, { 6, 0, 271 }, { 1, 0, 11 },
	    { 47, 0, 3 }, { 50, 0, 2 } },
	  { { WC, WC, 368 }, { WC, EM, 360 }, { EM, WC, 164 }, { WC, HI, 57 },
	    { WC, AR, 23 }, { AR, WC, 21 }, { EM, EM, 4 }, { HI, WC, 3 } },
	  { { 32, 32, 243 }, { 24, 32, 97 }, { 24, 24, 75 }, { 32, 24, 53 },
	    { 0, 32, 42 }, { 23, 24, 36 }, { 23, 32, 35 }, { 32, 26, 25 },
	    { 24, 16, 25 }, { 24, 0, 23 }, { 24, 26, 22 }, { 26, 24, 19 },
	    { 16, 24, 19 }, { 32, 0, 16 }, { 0, 24, 15 }, { 16, 32, 15 },
	    { 28, 28, 15 }, { 20, 32, 12 }, { 8, 32, 10 }, { 12, 24, 10 },
	    { 30, 30, 10 }, { 27, 16, 10 } } },
	{ "ipc2", 4700, 8900,
	  { { 1, 0, 367 }, { ANY, 0, 275 }, { 17, 0, 255 }, { 6, 0, 104 } },
	  { { WC, WC, 642 }, { EM, EM, 162 }, { WC, EM, 104 }, { EM, WC, 93 } },
	  { { 0, 32, 531 }, { 32, 32, 258 }, { 32, 0, 108 }, { 23, 32, 55 },
	    { 24, 32, 50 } } },
};

const char * const ruleset_families[] = {
	"acl1", "acl2", "acl3", "acl4", "acl5", "fw1", "fw2", "fw3", "fw4", "fw5",
	"ipc1", "ipc2", NULL
};

uint64_t ruleset_random(struct ruleset_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint32_t ruleset_random_below(struct ruleset_random *random, uint32_t bound)
{
	return (ruleset_random(random) >> 32) * bound >> 32;
}

int ruleset_append(struct ruleset *set, const struct ruleset_rule *rule)
{
	if (set->count == set->cap) {
		uint32_t cap = set->cap ? 2 * set->cap : 1024;
		void *grown = realloc(set->rule, cap * sizeof(*set->rule));

		if (!grown) {
			fprintf(stderr, "ruleset: out of memory\n");
			return -1;
		}
		set->rule = grown;
		set->cap = cap;
	}
	set->rule[set->count++] = *rule;
	return 0;
}

void ruleset_free(struct ruleset *set)
{
	free(set->rule);
	memset(set, 0, sizeof(*set));
}

static const struct weighted *draw(struct ruleset_random *random,
				   const struct weighted *from, size_t count)
{
	uint32_t total = 0, at;
	size_t i;

	for (i = 0; i < count; i++)
		total += from[i].weight;
	at = ruleset_random_below(random, total);
	for (i = 0; at >= from[i].weight; i++)
		at -= from[i].weight;
	return &from[i];
}

#define DRAW(random, from)	draw(random, from, sizeof(from) / sizeof((from)[0]))

static struct ruleset_addr cut(struct ruleset_addr addr, uint32_t bits)
{
	addr.hi = bits ? bits < 64 ? addr.hi & ~0ULL << (64 - bits) : addr.hi : 0;
	addr.lo = bits > 64 ? addr.lo & ~0ULL << (128 - bits) : 0;
	return addr;
}

/* The length in IPv6 that plays the part of one in IPv4: /24 is a /64 there. */
static uint8_t length_v6(uint32_t bits)
{
	if (!bits)
		return 0;
	if (bits <= 24)
		return 16 + 2 * bits;
	return bits == 32 ? 128 : 64 + (bits - 24) * 8;
}

/* Addresses in the way networks have them: some nets, many hosts in each. */
static struct ruleset_addr *make_pool(struct ruleset_random *random, bool v6,
				      uint32_t count)
{
	uint32_t nets = 1 + count / 24, i;
	struct ruleset_addr *pool = calloc(count, sizeof(*pool));

	for (i = 0; pool && i < count; i++) {
		/* net numbers that are drawn twice as small weigh more */
		uint32_t net = ruleset_random_below(random,
						    1 + ruleset_random_below(random, nets));
		struct ruleset_random inside = { net * 0x100000001b3ULL + nets };
		uint64_t prefix = ruleset_random(&inside);
		/* a quarter of the nets are wide, their hosts lie further apart */
		uint32_t wide = (prefix & 3) == 0 ? 16 : 8;
		uint64_t host = ruleset_random(random);

		if (v6) {
			pool[i].hi = (0x2001ULL << 48) | (prefix >> 32 << 16) | (host & 0xff);
			pool[i].lo = ruleset_random(random) >> 40;
		} else {
			prefix = prefix >> 33 << 1;
			pool[i].hi = (prefix >> wide << wide | (host & ((1U << wide) - 1))) << 32;
		}
	}
	return pool;
}

static const uint16_t services[] = {
	80, 443, 53, 25, 22, 123, 21, 23, 110, 143, 161, 389, 1521, 3306, 8080, 1433,
	135, 139, 445, 69, 88, 119, 179, 514, 1723, 5060, 5190, 6789, 7648, 2105,
};

static void draw_ports(struct ruleset_random *random, uint16_t class, uint16_t *range)
{
	static const uint16_t all[][2] = {
		[WC] = { 0, 65535 }, [HI] = { 1024, 65535 }, [LO] = { 0, 1023 },
	};

	if (class == EM) {
		/* services mostly, some of them by far the most; now and then any port */
		uint32_t i = ruleset_random_below(random, 1 +
			ruleset_random_below(random, sizeof(services) / sizeof(services[0])));

		range[0] = ruleset_random_below(random, 8) ? services[i] :
			   ruleset_random_below(random, 512) + 1500;
		range[1] = range[0];
	} else if (class == AR) {
		uint32_t i = ruleset_random_below(random, 40);

		range[0] = 100 + i * 700;
		range[1] = range[0] + (1U << (1 + i % 11));
	} else {
		memcpy(range, all[class], sizeof(all[class]));
	}
}

static bool has_ports(uint16_t proto)
{
	return proto == 6 || proto == 17 || proto == 136 || proto == 132 || proto == 33;
}

/* One or two steps away from the peak, as ClassBench's smoothness 2 has it. */
static void spread(struct ruleset_random *random, int *bits)
{
	uint32_t steps = ruleset_random_below(random, 2) + ruleset_random_below(random, 2);

	while (steps--) {
		int *side = &bits[ruleset_random_below(random, 2)];

		*side += ruleset_random_below(random, 2) ? 1 : -1;
		if (*side < 0)
			*side = 1;
		if (*side > 32)
			*side = 31;
	}
}

static void draw_rule(struct ruleset_random *random, const struct profile *profile, bool v6,
		      const struct ruleset_addr *src, uint32_t sources,
		      const struct ruleset_addr *dst, uint32_t destinations,
		      struct ruleset_rule *rule)
{
	const struct weighted *pair = DRAW(random, profile->bits);
	const struct weighted *ports = DRAW(random, profile->ports);
	int bits[2] = { pair->a, pair->b };

	memset(rule, 0, sizeof(*rule));
	spread(random, bits);
	rule->src_bits = v6 ? length_v6(bits[0]) : bits[0];
	rule->dst_bits = v6 ? length_v6(bits[1]) : bits[1];
	rule->src = cut(src[ruleset_random_below(random, sources)], rule->src_bits);
	rule->dst = cut(dst[ruleset_random_below(random, destinations)], rule->dst_bits);
	rule->proto = DRAW(random, profile->proto)->a;
	draw_ports(random, ports->a, rule->sport);
	draw_ports(random, ports->b, rule->dport);
	if ((ports->a != WC || ports->b != WC) && !has_ports(rule->proto))
		rule->proto = ruleset_random_below(random, 4) ? 6 : 17;
	if (v6 && rule->proto == 1)
		rule->proto = 58;
	rule->allow = ruleset_random_below(random, 3) != 0;
}

static bool same(const struct ruleset_rule *a, const struct ruleset_rule *b)
{
	return a->src.hi == b->src.hi && a->src.lo == b->src.lo &&
	       a->dst.hi == b->dst.hi && a->dst.lo == b->dst.lo &&
	       a->src_bits == b->src_bits && a->dst_bits == b->dst_bits &&
	       a->proto == b->proto && !memcmp(a->sport, b->sport, sizeof(a->sport)) &&
	       !memcmp(a->dport, b->dport, sizeof(a->dport));
}

static uint64_t fingerprint(const struct ruleset_rule *rule)
{
	const uint64_t word[] = {
		rule->src.hi, rule->src.lo, rule->dst.hi, rule->dst.lo,
		(uint64_t)rule->src_bits << 32 | rule->dst_bits << 16 | rule->proto,
		(uint64_t)rule->sport[0] << 48 | (uint64_t)rule->sport[1] << 32 |
		(uint64_t)rule->dport[0] << 16 | rule->dport[1],
	};
	struct ruleset_random mix = { 1 };
	size_t i;

	for (i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		mix.state = ruleset_random(&mix) ^ word[i];
	return ruleset_random(&mix);
}

/* How wide a rule is, with noise: what decides where it stands. */
static uint64_t place_of(struct ruleset_random *random, const struct ruleset_rule *rule, bool v6)
{
	int narrow = rule->src_bits + rule->dst_bits;

	if (v6)
		narrow /= 4;
	narrow += rule->proto != ANY ? 8 : 0;
	narrow += rule->sport[0] == rule->sport[1] ? 12 : 0;
	narrow += rule->dport[0] == rule->dport[1] ? 12 : 0;
	narrow += ruleset_random_below(random, 48);
	return (uint64_t)(200 - narrow) << 32 | (ruleset_random(random) & 0xffffffff);
}

struct place {
	uint64_t key;
	struct ruleset_rule rule;
};

static int by_place(const void *a, const void *b)
{
	uint64_t x = ((const struct place *)a)->key, y = ((const struct place *)b)->key;

	return x < y ? -1 : x > y;
}

/* Wide rules behind narrow ones, mostly. */
static int put_in_order(struct ruleset *set, struct ruleset_random *random)
{
	struct place *place = calloc(set->count, sizeof(*place));
	uint32_t i;

	if (!place)
		return -1;
	for (i = 0; i < set->count; i++) {
		place[i].rule = set->rule[i];
		place[i].key = place_of(random, &set->rule[i], set->v6);
	}
	qsort(place, set->count, sizeof(*place), by_place);
	for (i = 0; i < set->count; i++)
		set->rule[i] = place[i].rule;
	free(place);
	return 0;
}

/* Whether a rule is there already; if not, its place is taken. */
static bool taken(uint32_t *seen, uint32_t mask, const struct ruleset *set,
		  const struct ruleset_rule *rule)
{
	uint32_t slot = fingerprint(rule) & mask;

	for (; seen[slot]; slot = (slot + 1) & mask)
		if (same(&set->rule[seen[slot] - 1], rule))
			return true;
	seen[slot] = set->count + 1;
	return false;
}

static uint32_t scaled(uint32_t per_10k, uint32_t count)
{
	uint64_t n = (uint64_t)per_10k * count / 10000;

	return n < 16 ? 16 : n;
}

static int fill(struct ruleset *set, const struct profile *profile, uint32_t count,
		struct ruleset_random *random)
{
	uint32_t sources = scaled(profile->sources, count);
	uint32_t destinations = scaled(profile->destinations, count);
	struct ruleset_addr *src = make_pool(random, set->v6, sources);
	struct ruleset_addr *dst = make_pool(random, set->v6, destinations);
	uint32_t mask = 1, tries = 0;
	struct ruleset_rule rule;
	uint32_t *seen;
	int ret = -1;

	while (mask < 4 * count)
		mask *= 2;
	seen = calloc(mask--, sizeof(*seen));
	/* where a family has no more different rules, it stays short of @count */
	while (src && dst && seen && set->count < count && tries++ < 40 * count) {
		draw_rule(random, profile, set->v6, src, sources, dst, destinations, &rule);
		if (!taken(seen, mask, set, &rule) && ruleset_append(set, &rule))
			break;
	}
	if (src && dst && seen)
		ret = put_in_order(set, random);
	free(src);
	free(dst);
	free(seen);
	return ret;
}

int ruleset_make(struct ruleset *set, const char *family, bool v6, uint32_t count,
		 uint64_t seed)
{
	struct ruleset_random random = { seed * 1000003 + count + v6 };
	size_t i;

	memset(set, 0, sizeof(*set));
	set->v6 = v6;
	snprintf(set->name, sizeof(set->name), "%s%s", family, v6 ? "-v6" : "");
	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		random.state += 77;
		if (!strcmp(profiles[i].name, family))
			return fill(set, &profiles[i], count, &random);
	}
	fprintf(stderr, "ruleset: no family '%s'\n", family);
	return -1;
}
