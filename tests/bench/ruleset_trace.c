// SPDX-License-Identifier: GPL-2.0
/*
 * Traces for rule sets, and sets and traces as text.
 *
 * The expected rule of each header is found by plain linear search here, apart
 * from everything that is measured.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "ruleset.h"

static bool inside(const struct ruleset_addr *addr, const struct ruleset_addr *net,
		   uint32_t bits)
{
	if (!bits)
		return true;
	if (bits <= 64)
		return !((addr->hi ^ net->hi) >> (64 - bits));
	return addr->hi == net->hi && !((addr->lo ^ net->lo) >> (128 - bits));
}

static bool all_ports(const struct ruleset_rule *rule)
{
	return !rule->sport[0] && !rule->dport[0] && rule->sport[1] == 65535 &&
	       rule->dport[1] == 65535;
}

static bool has_ports(uint8_t proto)
{
	return proto == 6 || proto == 17 || proto == 136 || proto == 132 || proto == 33;
}

bool ruleset_holds(const struct ruleset_rule *rule, const struct ruleset_header *header)
{
	return inside(&header->src, &rule->src, rule->src_bits) &&
	       inside(&header->dst, &rule->dst, rule->dst_bits) &&
	       (rule->proto == RULESET_PROTO_ANY || rule->proto == header->proto) &&
	       (all_ports(rule) ||
		(has_ports(header->proto) &&
		 header->sport >= rule->sport[0] && header->sport <= rule->sport[1] &&
		 header->dport >= rule->dport[0] && header->dport <= rule->dport[1]));
}

static uint32_t first_match(const struct ruleset *set, const struct ruleset_header *header)
{
	uint32_t i;

	for (i = 0; i < set->count; i++)
		if (ruleset_holds(&set->rule[i], header))
			return i + 1;
	return 0;
}

static uint16_t draw_port(struct ruleset_random *random, const uint16_t *range)
{
	switch (ruleset_random_below(random, 8)) {
	case 0:
		return range[0];
	case 1:
		return range[1];
	default:
		return range[0] + ruleset_random_below(random, range[1] - range[0] + 1);
	}
}

static struct ruleset_addr draw_addr(struct ruleset_random *random, bool v6,
				     const struct ruleset_addr *net, uint32_t bits)
{
	struct ruleset_addr addr = { ruleset_random(random), ruleset_random(random) };

	if (!v6) {
		addr.hi &= ~0ULL << 32;
		addr.lo = 0;
	}
	if (bits >= 64) {
		addr.hi = net->hi;
		if (bits > 64)
			addr.lo = bits == 128 ? net->lo : net->lo | addr.lo >> (bits - 64);
	} else {
		addr.hi = net->hi | (bits ? addr.hi >> bits : addr.hi);
		if (!v6)
			addr.hi &= ~0ULL << 32;
	}
	return addr;
}

static void draw_header(struct ruleset_random *random, bool v6,
			const struct ruleset_rule *rule, struct ruleset_header *header)
{
	memset(header, 0, sizeof(*header));
	header->src = draw_addr(random, v6, &rule->src, rule->src_bits);
	header->dst = draw_addr(random, v6, &rule->dst, rule->dst_bits);
	header->proto = rule->proto == RULESET_PROTO_ANY ?
			ruleset_random_below(random, 2) ? 6 : 17 : rule->proto;
	if (has_ports(header->proto)) {
		header->sport = draw_port(random, rule->sport);
		header->dport = draw_port(random, rule->dport);
	}
}

struct ruleset_header *ruleset_trace(const struct ruleset *set, uint32_t count,
				     uint32_t miss, uint64_t seed)
{
	static const struct ruleset_rule anything = {
		.proto = RULESET_PROTO_ANY, .sport = { 0, 65535 }, .dport = { 0, 65535 },
	};
	struct ruleset_random random = { seed ^ 0x5eed };
	struct ruleset_header *trace = calloc(count, sizeof(*trace));
	uint32_t i;

	for (i = 0; trace && i < count; i++) {
		bool lost = !set->count || (miss && !ruleset_random_below(&random, miss));
		const struct ruleset_rule *rule = lost ? &anything :
			&set->rule[ruleset_random_below(&random, set->count)];

		draw_header(&random, set->v6, rule, &trace[i]);
		trace[i].number = first_match(set, &trace[i]);
	}
	if (!trace)
		fprintf(stderr, "ruleset: out of memory\n");
	return trace;
}

static const char *addr_text(const struct ruleset_addr *addr, bool v6, char *text)
{
	uint8_t bytes[16];
	int i;

	for (i = 0; i < 8; i++) {
		bytes[i] = addr->hi >> (56 - 8 * i);
		bytes[8 + i] = addr->lo >> (56 - 8 * i);
	}
	return inet_ntop(v6 ? AF_INET6 : AF_INET, bytes, text, INET6_ADDRSTRLEN);
}

static void write_side(const char *word, const struct ruleset_addr *net, uint32_t bits,
		       bool v6, const uint16_t *port, FILE *to)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(to, " %s %s/%u", word, addr_text(net, v6, text), bits);
	if (port[0] == port[1])
		fprintf(to, " port %u", port[0]);
	else if (port[0] || port[1] != 65535)
		fprintf(to, " port %u-%u", port[0], port[1]);
}

static void write_proto(uint16_t proto, FILE *to)
{
	if (proto == 6)
		fprintf(to, " tcp");
	else if (proto == 17)
		fprintf(to, " udp");
	else if (proto != RULESET_PROTO_ANY)
		fprintf(to, " %u", proto);
}

void ruleset_write_policy(const struct ruleset *set, const char *acl, FILE *to)
{
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		const struct ruleset_rule *rule = &set->rule[i];

		fprintf(to, "acl %s in %u %s", acl, i + 1, rule->allow ? "allow" : "deny");
		write_proto(rule->proto, to);
		write_side("from", &rule->src, rule->src_bits, set->v6, rule->sport, to);
		write_side("to", &rule->dst, rule->dst_bits, set->v6, rule->dport, to);
		fputc('\n', to);
	}
}

void ruleset_write_trace(const struct ruleset *set, const struct ruleset_header *trace,
			 uint32_t count, FILE *to)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	uint32_t i;

	for (i = 0; i < count; i++)
		fprintf(to, "%s %s %u %u %u %u\n",
			addr_text(&trace[i].src, set->v6, src),
			addr_text(&trace[i].dst, set->v6, dst), trace[i].proto,
			trace[i].sport, trace[i].dport, trace[i].number);
}
