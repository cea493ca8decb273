// SPDX-License-Identifier: GPL-2.0
/*
 * What packets compare of a rule, in 16 bytes: a quarter of a cache line.
 *
 * Rules are many, their protocols and ports few: these are numbered (services), and a
 * record has the number. Of prefixes it has the last 32 bits; those before them have
 * gone into the hash, and where IPv6 has more of them, the rule has the last word. Of
 * more than 65,535 services the rule has it, too.
 *
 * Runs in the writer.
 */
#include "classifier_grid.h"

/**
 * bailey_record_dport_first() - the lowest destination port, or ICMP type and code
 * @match: the match
 *
 * Return: the port, or type << 8 | code.
 */
u16 bailey_record_dport_first(const struct bailey_match *match)
{
	if (match->type == BAILEY_TYPE_ANY)
		return match->dport_first;
	return (u16)(match->type << 8 | (match->code == BAILEY_TYPE_ANY ? 0 : match->code));
}

/**
 * bailey_record_dport_last() - the highest destination port, or ICMP type and code
 * @match: the match
 *
 * Return: the port, or type << 8 | code.
 */
u16 bailey_record_dport_last(const struct bailey_match *match)
{
	if (match->type == BAILEY_TYPE_ANY)
		return match->dport_last;
	return (u16)(match->type << 8 | (match->code == BAILEY_TYPE_ANY ? 0xff : match->code));
}

/**
 * bailey_services_exit() - free what bailey_services_init() made
 * @services: those, or all zero
 */
void bailey_services_exit(struct bailey_services *services)
{
	bailey_free(services->list);
	bailey_free(services->hash);
}

/**
 * bailey_services_init() - begin to collect
 * @services: filled in; to be freed after an error, too
 * @rules: how many rules there will be at the most
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_services_init(struct bailey_services *services, u32 rules)
{
	services->max = min_t(u32, rules + 1, BAILEY_SERVICES_MAX);
	services->count = 1;
	services->slots = 16;
	while (services->slots < 2 * services->max)
		services->slots *= 2;
	services->list = bailey_zalloc((size_t)services->max * sizeof(*services->list));
	services->hash = bailey_zalloc((size_t)services->slots * sizeof(*services->hash));
	if (!services->list || !services->hash)
		return -ENOMEM;
	services->list[0].sports = U16_MAX;
	services->list[0].dports = U16_MAX;
	return 0;
}

static u32 service_hash(const struct bailey_service *service)
{
	u64 ports = (u64)service->sport << 48 | (u64)service->sports << 32 |
		    (u32)service->dport << 16 | service->dports;
	u32 rest = (u32)service->proto << 16 | service->proto_mask << 8 | service->ports;

	return bailey_index_hash_end(ports * BAILEY_INDEX_MIX_HI + rest * BAILEY_INDEX_MIX_LO);
}

static bool same_service(const struct bailey_service *a, const struct bailey_service *b)
{
	return a->sport == b->sport && a->sports == b->sports && a->dport == b->dport &&
	       a->dports == b->dports && a->proto == b->proto &&
	       a->proto_mask == b->proto_mask && a->ports == b->ports;
}

/* The number of a service; 0 if there are too many. */
static u32 service_number(struct bailey_services *services, const struct bailey_service *service)
{
	u32 slot = service_hash(service);

	for (;; slot++) {
		u32 *number = &services->hash[slot & (services->slots - 1)];

		if (*number && same_service(&services->list[*number], service))
			return *number;
		if (*number)
			continue;
		if (services->count == services->max)
			return 0;
		services->list[services->count] = *service;
		*number = services->count++;
		return *number;
	}
}

static u32 record_flags(const struct bailey_match *match, const u8 *bits)
{
	u32 flags = 0;

	if (bits[BAILEY_INDEX_SRC] > 32 || bits[BAILEY_INDEX_DST] > 32)
		flags |= BAILEY_RECORD_LONG;
	if (match->from.kind == BAILEY_PEER_PREFIX_LIST ||
	    match->to.kind == BAILEY_PEER_PREFIX_LIST ||
	    (match->code != BAILEY_TYPE_ANY && match->type == BAILEY_TYPE_ANY))
		flags |= BAILEY_RECORD_ASK;
	return flags;
}

static u32 last_bits(const struct bailey_peer *peer, u8 shift)
{
	u64 part[4];

	bailey_record_parts(&peer->addr, part);
	return (u32)(part[shift >> 6] >> (shift & 63));
}

/**
 * bailey_record_fill() - make the record of a rule
 * @record: filled in
 * @services: where its protocol and ports go
 * @rule: the rule
 * @rank: its place in its family's order
 */
void bailey_record_fill(struct bailey_record *record, struct bailey_services *services,
			const struct bailey_rule *rule, u32 rank)
{
	struct bailey_service service = { 0 };
	struct bailey_match match;
	u8 bits[BAILEY_INDEX_FIELDS];

	bailey_rule_match(rule, &match);
	bailey_grid_lengths(rule, bits);
	record->rank = rank << BAILEY_RECORD_FLAGS | record_flags(&match, bits);
	record->shift[0] = bailey_record_shift(bits[BAILEY_INDEX_SRC]);
	record->shift[1] = bailey_record_shift(bits[BAILEY_INDEX_DST]);
	record->addr[0] = last_bits(&match.from, record->shift[0]);
	record->addr[1] = last_bits(&match.to, record->shift[1]);
	service.sport = match.sport_first;
	service.sports = match.sport_last - match.sport_first;
	service.dport = bailey_record_dport_first(&match);
	service.dports = bailey_record_dport_last(&match) - service.dport;
	service.proto = match.proto;
	service.proto_mask = match.proto == BAILEY_PROTO_ANY ? 0 : 0xff;
	service.ports = match.sport_given || match.dport_given;
	record->service = service_number(services, &service);
	if (!record->service)
		record->rank |= BAILEY_RECORD_ASK;
}
