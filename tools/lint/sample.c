// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of a match, to try: its corners first, then any. A packet that an entry
 * decides shows that the entry matters, and saves the exact check; that none was found
 * shows nothing.
 */
#include "lint.h"

/* How a value is chosen, by turn. */
enum choice {
	LOWEST,
	HIGHEST,
	ANY,
};

static u64 mixed(u64 seed)
{
	seed ^= seed >> 30;
	seed *= 0xbf58476d1ce4e5b9ULL;
	seed ^= seed >> 27;
	seed *= 0x94d049bb133111ebULL;
	return seed ^ seed >> 31;
}

/* One of 3 choices for each dimension; turns beyond the corners are all ANY. */
static enum choice choose(u32 turn, u32 dimension)
{
	return turn < 16 ? (enum choice)(turn >> dimension & 1) : ANY;
}

static u64 next(u64 *state)
{
	*state += 0x9e3779b97f4a7c15ULL;
	return mixed(*state);
}

static u32 number(u64 *state, enum choice choice, u32 first, u32 last)
{
	if (choice == LOWEST)
		return first;
	if (choice == HIGHEST)
		return last;
	return first + next(state) % (last - first + 1);
}

/* Fill the bits behind a prefix. */
static struct bailey_addr fill(u64 *state, enum choice choice, u8 family,
			       const struct bailey_addr *addr, u8 bits)
{
	struct bailey_addr mask = bailey_prefix_mask(&(struct bailey_addr){ ~0ULL, ~0ULL }, bits);
	struct bailey_addr value = { 0, 0 };

	if (choice == HIGHEST)
		value = (struct bailey_addr){ ~0ULL, ~0ULL };
	if (choice == ANY)
		value = (struct bailey_addr){ next(state), next(state) };
	value.hi = (value.hi & ~mask.hi) | (addr->hi & mask.hi);
	value.lo = (value.lo & ~mask.lo) | (addr->lo & mask.lo);
	if (family == BAILEY_IPV4) {
		value.hi &= ~0ULL << 32;
		value.lo = 0;
	}
	return value;
}

static const struct bailey_prefix *prefix_of(const struct bailey_prefix_set *set, u8 family,
					     u64 *state)
{
	u32 i, start = set->count ? next(state) % set->count : 0;

	for (i = 0; i < set->count; i++) {
		const struct bailey_prefix *prefix = &set->at[(start + i) % set->count];

		if (prefix->family == family)
			return prefix;
	}
	return NULL;
}

static bool address(const struct bailey_policy *policy, const struct bailey_peer *peer,
		    u64 *state, enum choice choice, u8 family, struct bailey_addr *addr)
{
	static const struct bailey_addr zero;
	const struct bailey_prefix *prefix;
	const struct bailey_object *list;

	if (peer->kind == BAILEY_PEER_CIDR) {
		*addr = fill(state, choice, family, &peer->addr, peer->bits);
		return peer->family == family;
	}
	if (peer->kind != BAILEY_PEER_PREFIX_LIST) {
		*addr = fill(state, choice, family, &zero, 0);
		return true;
	}
	list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
	prefix = prefix_of(&bailey_prefix_list_of(list)->set, family, state);
	if (prefix)
		*addr = fill(state, choice, family, &prefix->addr, prefix->bits);
	return prefix;
}

static u8 protocol(const struct bailey_match *match, u32 turn, u64 *state, u8 family)
{
	static const u8 often[] = {
		BAILEY_PROTO_TCP, BAILEY_PROTO_UDP, BAILEY_PROTO_GRE, BAILEY_PROTO_ICMP,
	};
	u32 any = next(state);

	if (match->proto != BAILEY_PROTO_ANY)
		return match->proto;
	if (turn % 4 == 3)
		return next(state);
	any %= ARRAY_SIZE(often);
	if (often[any] == BAILEY_PROTO_ICMP && family == BAILEY_IPV6)
		return BAILEY_PROTO_ICMPV6;
	return often[any];
}

static void upper(const struct bailey_match *match, u32 turn, u64 *state,
		  struct bailey_packet *packet)
{
	if (bailey_proto_has_ports(packet->proto)) {
		packet->sport = number(state, choose(turn, 2),
				       match->sport_given ? match->sport_first : 0,
				       match->sport_given ? match->sport_last : U16_MAX);
		packet->dport = number(state, choose(turn, 3),
				       match->dport_given ? match->dport_first : 0,
				       match->dport_given ? match->dport_last : U16_MAX);
	} else if (bailey_packet_is_icmp(packet)) {
		packet->type = match->type != BAILEY_TYPE_ANY ? (u8)match->type : next(state);
		packet->code = match->code != BAILEY_TYPE_ANY ? (u8)match->code : next(state);
	}
}

/**
 * lint_sample() - a packet of a match
 * @policy: has the prefix lists
 * @match: the match
 * @turn: which one: for the same turn always the same
 * @packet: filled in
 *
 * Return: false if this turn gives none.
 */
bool lint_sample(const struct bailey_policy *policy, const struct bailey_match *match,
		 u32 turn, struct bailey_packet *packet)
{
	u64 state = mixed(turn + 1);
	bool v6 = match->families == BAILEY_FAMILY_IPV6 ||
		  (match->families == BAILEY_FAMILY_BOTH && next(&state) & 1);

	memset(packet, 0, sizeof(*packet));
	packet->family = v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	packet->hop_limit = 64;
	if (!address(policy, &match->from, &state, choose(turn, 0), packet->family,
		     &packet->src) ||
	    !address(policy, &match->to, &state, choose(turn, 1), packet->family,
		     &packet->dst))
		return false;
	packet->proto = protocol(match, turn, &state, packet->family);
	upper(match, turn, &state, packet);
	space_packet_complete(packet);
	return lint_match_has(policy, match, packet);
}

/**
 * lint_typical() - the packet of a match that looks most like a usual one
 * @lint: the examination
 * @match: the match
 * @packet: filled in
 *
 * Return: false if no packet matches.
 */
bool lint_typical(struct lint *lint, const struct bailey_match *match,
		  struct bailey_packet *packet)
{
	bool fresh;

	if (!lint_sets_ready(lint, &lint->spaces, &fresh))
		return false;
	return space_example(lint->spaces, space_match(lint->spaces, lint->policy, match, false),
			     packet);
}
