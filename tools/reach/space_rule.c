// SPDX-License-Identifier: GPL-2.0
/*
 * What rules are as sets of packets: matches, and lists of which the first that
 * matches decides.
 *
 * "As the response" means: those requests whose response the rule is about. Its
 * source is then the request's destination, its type the one that answers the
 * request's. So what becomes of both halves of a connection is said in one space, that of
 * requests, and no set is ever turned round.
 */
#include "space.h"
#include "space_bits.h"

static void prefix_range(const struct bailey_prefix *prefix, struct space_range *range)
{
	u32 i, width = space_width(SPACE_SRC, prefix->family);

	range->first = prefix->addr;
	range->last = prefix->addr;
	for (i = prefix->bits; i < width; i++)
		range->last = space_with_bit(range->last, i);
}

/* The prefixes of a family, which are in order, without those inside of others. */
static u32 list_ranges(const struct bailey_prefix_set *set, u8 family,
		       struct space_range *range)
{
	struct space_range one;
	u32 i, count = 0;

	for (i = 0; i < set->count; i++) {
		if (set->at[i].family != family)
			continue;
		prefix_range(&set->at[i], &one);
		if (!count || bailey_addr_cmp(&range[count - 1].last, &one.first) < 0)
			range[count++] = one;
	}
	return count;
}

static u32 list_make(struct spaces *spaces, const struct bailey_prefix_set *set,
		     enum space_field field)
{
	struct space_range *range = calloc(set->count + 1, sizeof(*range));
	u32 v4, v6;

	if (!range) {
		spaces->bdd.failure = BDD_NO_MEMORY;
		return SPACE_FAILED;
	}
	v4 = space_ranges(spaces, field, BAILEY_IPV4, range,
			  list_ranges(set, BAILEY_IPV4, range));
	v6 = space_ranges(spaces, field, BAILEY_IPV6, range,
			  list_ranges(set, BAILEY_IPV6, range));
	free(range);
	return space_or(spaces, v4, v6);
}

/* A prefix list may have 100,000 prefixes and be named by as many rules. */
static u32 list_space(struct spaces *spaces, const struct bailey_prefix_list *list,
		      enum space_field field)
{
	struct space_memo *memo;
	u32 i;

	for (i = 0; i < spaces->memos; i++)
		if (spaces->memo[i].list == list && spaces->memo[i].field == field)
			return spaces->memo[i].space;
	memo = realloc(spaces->memo, (spaces->memos + 1) * sizeof(*memo));
	if (!memo) {
		spaces->bdd.failure = BDD_NO_MEMORY;
		return SPACE_FAILED;
	}
	spaces->memo = memo;
	memo += spaces->memos++;
	*memo = (struct space_memo){ list, field, list_make(spaces, &list->set, field) };
	return memo->space;
}

static u32 peer_space(struct spaces *spaces, const struct bailey_policy *policy,
		      const struct bailey_peer *peer, enum space_field field)
{
	const struct bailey_object *list;

	switch (peer->kind) {
	case BAILEY_PEER_CIDR:
		return space_prefix(spaces, field, peer->family, &peer->addr, peer->bits);
	case BAILEY_PEER_PREFIX_LIST:
		list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
		return list_space(spaces, bailey_prefix_list_of(list), field);
	default:
		return SPACE_ALL;
	}
}

static u32 ports_space(struct spaces *spaces, const struct bailey_match *match,
		       bool response)
{
	u32 sport = space_field(spaces, response ? SPACE_DPORT : SPACE_SPORT,
				match->sport_first, match->sport_last);
	u32 dport = space_field(spaces, response ? SPACE_SPORT : SPACE_DPORT,
				match->dport_first, match->dport_last);

	return space_and(spaces, spaces->with_ports, space_and(spaces, sport, dport));
}

/* Of a message of this type, is the match about it, or about its response? */
static bool type_fits(const struct bailey_match *match, u8 proto, u8 type, bool response)
{
	const struct bailey_packet message = { .proto = proto, .type = type };

	if (response)
		type = bailey_packet_reply_type(&message);
	return match->type == BAILEY_TYPE_ANY || match->type == type;
}

static u32 icmp_space(struct spaces *spaces, const struct bailey_match *match,
		      u8 proto, bool response)
{
	struct space_range range[256];
	u32 type, count = 0;

	for (type = 0; type < 256; type++) {
		u64 first = match->code == BAILEY_TYPE_ANY ? 0 : match->code;
		u64 last = match->code == BAILEY_TYPE_ANY ? 255 : match->code;

		if (!type_fits(match, proto, type, response))
			continue;
		range[count++] = (struct space_range){
			.first.hi = (u64)type << 56 | first << 48,
			.last.hi = (u64)type << 56 | last << 48,
		};
	}
	return space_and(spaces, space_ranges(spaces, SPACE_DPORT, 0, range, count),
			 space_field(spaces, SPACE_PROTO, proto, proto));
}

static u32 types_space(struct spaces *spaces, const struct bailey_match *match,
		       bool response)
{
	u32 v4 = icmp_space(spaces, match, BAILEY_PROTO_ICMP, response);
	u32 v6 = icmp_space(spaces, match, BAILEY_PROTO_ICMPV6, response);

	return space_or(spaces, space_and(spaces, spaces->family[0], v4),
			space_and(spaces, spaces->family[1], v6));
}

/**
 * space_match() - the packets that a match is about
 * @spaces: where
 * @policy: sealed; has the prefix lists that the match names
 * @match: the match, as the language can say it
 * @response: the requests whose response it is about, instead
 *
 * A group as a peer is taken for anybody: who is a member depends on the place, and
 * is the caller's business. For @response, what has none (see @answered of
 * struct spaces) is left to the caller, too.
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_match(struct spaces *spaces, const struct bailey_policy *policy,
		const struct bailey_match *match, bool response)
{
	u32 from = peer_space(spaces, policy, &match->from, response ? SPACE_DST : SPACE_SRC);
	u32 to = peer_space(spaces, policy, &match->to, response ? SPACE_SRC : SPACE_DST);
	u32 space = space_and(spaces, from, to);

	if (match->families == BAILEY_FAMILY_IPV4)
		space = space_and(spaces, spaces->family[0], space);
	else if (match->families == BAILEY_FAMILY_IPV6)
		space = space_and(spaces, spaces->family[1], space);
	if (match->sport_given || match->dport_given)
		space = space_and(spaces, ports_space(spaces, match, response), space);
	if (match->type != BAILEY_TYPE_ANY || match->code != BAILEY_TYPE_ANY)
		space = space_and(spaces, types_space(spaces, match, response), space);
	if (match->proto != BAILEY_PROTO_ANY)
		space = space_and(spaces, space, space_field(spaces, SPACE_PROTO,
							     match->proto, match->proto));
	return space;
}

/* What a part of a list allows, and what it decides at all. */
struct decided {
	u32 allowed;
	u32 all;
};

/* A list that is being put together. */
struct list {
	struct spaces *spaces;
	const struct bailey_policy *policy;
	bool response;
	u32 within;
};

static struct decided decide_one(const struct list *list, const struct bailey_rule *rule)
{
	struct bailey_match match;
	struct decided one;

	bailey_rule_match(rule, &match);
	one.all = space_and(list->spaces, list->within,
			    space_match(list->spaces, list->policy, &match, list->response));
	one.allowed = rule->action == BAILEY_ALLOW ? one.all : SPACE_NONE;
	return one;
}

/* The rules before decide first. */
static struct decided decide(const struct list *list, struct bailey_rule **rule, u32 count)
{
	struct spaces *spaces = list->spaces;
	struct decided a, b;

	if (count == 1)
		return decide_one(list, *rule);
	a = decide(list, rule, count / 2);
	b = decide(list, rule + count / 2, count - count / 2);
	a.allowed = space_or(spaces, a.allowed, space_minus(spaces, b.allowed, a.all));
	a.all = space_or(spaces, a.all, b.all);
	return a;
}

/**
 * space_first_match_within() - what an ordered list of rules allows of some packets
 * @spaces: where
 * @policy: sealed; has the prefix lists that they name
 * @rules: entries of an ACL; what none matches is denied
 * @response: the requests whose response is allowed, instead: see space_match()
 * @within: of these packets only; the fewer, the less there is to do
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_first_match_within(struct spaces *spaces, const struct bailey_policy *policy,
			     const struct bailey_rules *rules, bool response, u32 within)
{
	const struct list list = { spaces, policy, response, within };
	struct bailey_rule **rule;
	u32 space;

	if (!rules->count)
		return SPACE_NONE;
	rule = bailey_rules_list(rules);
	if (!rule) {
		spaces->bdd.failure = BDD_NO_MEMORY;
		return SPACE_FAILED;
	}
	space = decide(&list, rule, rules->count).allowed;
	bailey_free(rule);
	return space;
}

/**
 * space_first_match() - what an ordered list of rules allows
 * @spaces: where
 * @policy: sealed; has the prefix lists that they name
 * @rules: entries of an ACL; what none matches is denied
 * @response: the requests whose response is allowed, instead: see space_match()
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_first_match(struct spaces *spaces, const struct bailey_policy *policy,
		      const struct bailey_rules *rules, bool response)
{
	return space_first_match_within(spaces, policy, rules, response, SPACE_ALL);
}
