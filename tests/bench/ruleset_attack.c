// SPDX-License-Identifier: GPL-2.0
/*
 * Rule sets that are meant to hurt: what families of classifiers are slow at, or
 * explode on. Nobody writes such a policy by accident; one who may write policies
 * of a namespace might, and must not stall the machine by it.
 */
#include <string.h>
#include "ruleset.h"

struct attack {
	const char *name;
	void (*draw)(struct ruleset_random *random, bool v6, uint32_t n,
		     struct ruleset_rule *rule);
};

static uint16_t below(struct ruleset_random *random, uint32_t bound)
{
	return ruleset_random_below(random, bound);
}

static void set_net(struct ruleset_addr *addr, uint8_t *bits, uint64_t hi, uint64_t lo,
		    uint32_t length)
{
	addr->hi = length ? length < 64 ? hi & ~0ULL << (64 - length) : hi : 0;
	addr->lo = length > 64 ? lo & ~0ULL << (128 - length) : 0;
	*bits = length;
}

static void random_side(struct ruleset_random *random, bool v6, uint32_t length,
			struct ruleset_addr *addr, uint8_t *bits)
{
	set_net(addr, bits, ruleset_random(random), v6 ? ruleset_random(random) : 0, length);
}

static void random_range(struct ruleset_random *random, uint16_t *range)
{
	uint16_t a = below(random, 65536), b = below(random, 65536);

	range[0] = a < b ? a : b;
	range[1] = a < b ? b : a;
}

/* Each pair of prefix lengths there is, as many pairs as rules allow. */
static void draw_lengths(struct ruleset_random *random, bool v6, uint32_t n,
			 struct ruleset_rule *rule)
{
	uint32_t lengths = v6 ? 129 : 33;

	random_side(random, v6, n % lengths, &rule->src, &rule->src_bits);
	random_side(random, v6, n / lengths % lengths, &rule->dst, &rule->dst_bits);
	rule->proto = 6;
	rule->dport[0] = below(random, 65536);
	rule->dport[1] = rule->dport[0];
}

/* Nothing but ranges of ports, anywhere. */
static void draw_ranges(struct ruleset_random *random, bool v6, uint32_t n,
			struct ruleset_rule *rule)
{
	(void)v6;
	(void)n;
	rule->proto = 6;
	random_range(random, rule->sport);
	random_range(random, rule->dport);
}

/* One range inside the other, so that all rules hold the middle; narrow at the end. */
static void draw_onion(struct ruleset_random *random, bool v6, uint32_t n,
		       struct ruleset_rule *rule)
{
	(void)v6;
	rule->proto = 17;
	rule->dport[0] = n % 32768;
	rule->dport[1] = 65535 - n % 32768;
	rule->sport[0] = below(random, 65536);
	rule->sport[1] = rule->sport[0];
}

/* Short ranges over the same two hosts: one cell of any hash of addresses. */
static void draw_one_cell(struct ruleset_random *random, bool v6, uint32_t n,
			  struct ruleset_rule *rule)
{
	uint32_t host = v6 ? 128 : 32;

	(void)n;
	set_net(&rule->src, &rule->src_bits, 0x0a00000100000000ULL, v6, host);
	set_net(&rule->dst, &rule->dst_bits, 0x0a00000200000000ULL, v6, host);
	rule->proto = 6;
	rule->sport[0] = below(random, 60000);
	rule->sport[1] = rule->sport[0] + below(random, 300);
	rule->dport[0] = below(random, 60000);
	rule->dport[1] = rule->dport[0] + below(random, 300);
}

/* All prefixes of one pair of hosts, with a port each: nested in both dimensions. */
static void draw_nested(struct ruleset_random *random, bool v6, uint32_t n,
			struct ruleset_rule *rule)
{
	uint32_t lengths = v6 ? 129 : 33;

	set_net(&rule->src, &rule->src_bits, 0x0a01020300000000ULL, 7 * v6, n % lengths);
	set_net(&rule->dst, &rule->dst_bits, 0xc0a8010100000000ULL, 9 * v6,
		n / lengths % lengths);
	rule->proto = 6;
	rule->dport[0] = below(random, 65536);
	rule->dport[1] = rule->dport[0];
}

/* Everything at random: lengths, classes of ports, protocols. */
static void draw_anything(struct ruleset_random *random, bool v6, uint32_t n,
			  struct ruleset_rule *rule)
{
	uint32_t lengths = v6 ? 129 : 33;

	(void)n;
	random_side(random, v6, below(random, lengths), &rule->src, &rule->src_bits);
	random_side(random, v6, below(random, lengths), &rule->dst, &rule->dst_bits);
	rule->proto = below(random, 2) ? 6 : 17;
	if (below(random, 2))
		random_range(random, rule->sport);
	if (below(random, 2))
		random_range(random, rule->dport);
}

/* A source or a destination, never both: crosses that meet in every packet. */
static void draw_crosses(struct ruleset_random *random, bool v6, uint32_t n,
			 struct ruleset_rule *rule)
{
	uint32_t length = 1 + below(random, v6 ? 64 : 24);

	if (n & 1)
		random_side(random, v6, length, &rule->src, &rule->src_bits);
	else
		random_side(random, v6, length, &rule->dst, &rule->dst_bits);
	rule->proto = 6;
	random_range(random, rule->dport);
}

static const struct attack attacks[] = {
	{ "lengths", draw_lengths },
	{ "ranges", draw_ranges },
	{ "onion", draw_onion },
	{ "one-cell", draw_one_cell },
	{ "nested", draw_nested },
	{ "anything", draw_anything },
	{ "crosses", draw_crosses },
};

const char * const ruleset_attacks[] = {
	"lengths", "ranges", "onion", "one-cell", "nested", "anything", "crosses", NULL
};

int ruleset_make_attack(struct ruleset *set, const char *kind, bool v6, uint32_t count,
			uint64_t seed)
{
	struct ruleset_random random = { seed * 31337 + count };
	size_t i;
	uint32_t n;

	memset(set, 0, sizeof(*set));
	set->v6 = v6;
	snprintf(set->name, sizeof(set->name), "%s%s", kind, v6 ? "-v6" : "");
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		if (strcmp(attacks[i].name, kind))
			continue;
		for (n = 0; n < count; n++) {
			struct ruleset_rule rule = {
				.proto = RULESET_PROTO_ANY, .allow = n % 2,
				.sport = { 0, 65535 }, .dport = { 0, 65535 },
			};

			attacks[i].draw(&random, v6, n, &rule);
			if (ruleset_append(set, &rule))
				return -1;
		}
		return 0;
	}
	fprintf(stderr, "ruleset: no set '%s'\n", kind);
	return -1;
}
