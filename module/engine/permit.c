// SPDX-License-Identifier: GPL-2.0
/*
 * Which rule of a side's groups lets a packet through.
 *
 * Groups only allow, so any rule of any group will do, and the first one found is
 * taken. Everything read is immutable and under the caller's RCU.
 */
#include "permit.h"

/* Is a side of the packet a member of a group, at its place? */
static bool is_member(const struct bailey_where *where, const struct bailey_side *side,
		      u32 group, u8 family, const struct bailey_addr *addr)
{
	if (!side->box)
		return side->endpoint && bailey_set_has(side->endpoint->set, group);
	if (!side->attach || !bailey_set_has(side->attach->set, group))
		return false;
	return !where->has_addr ||
	       where->has_addr(where, side->ifindex, family, addr);
}

static bool peer_holds(const struct bailey_inquiry *inquiry,
		       const struct bailey_peer *peer, const struct bailey_side *side,
		       const struct bailey_addr *addr)
{
	u8 family = inquiry->packet->family;
	const struct bailey_object *list;

	switch (peer->kind) {
	case BAILEY_PEER_PREFIX_LIST:
		list = bailey_policy_object(inquiry->policy, BAILEY_PREFIX_LIST,
					    peer->slot);
		return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set,
						  family, addr);
	case BAILEY_PEER_GROUP:
		return is_member(inquiry->where, side, peer->slot, family, addr);
	default:
		return true; /* bailey_match_fields() has looked at the others */
	}
}

/* Is the other end, as the side that is asked sees it, whoever it likes to be? */
static bool is_for_everybody(const struct bailey_match *match, u8 dir)
{
	const struct bailey_peer *peer = dir == BAILEY_IN ? &match->from : &match->to;

	return peer->kind == BAILEY_PEER_ANY ||
	       (peer->kind == BAILEY_PEER_CIDR && !peer->bits);
}

static enum bailey_fit fits(const struct bailey_inquiry *inquiry,
			    const struct bailey_rule *rule)
{
	const struct bailey_packet *packet = inquiry->packet;
	enum bailey_fit fit = bailey_rule_fields(rule, packet);
	struct bailey_match match;

	if (fit == BAILEY_FIT_NO)
		return fit;
	bailey_rule_match(rule, &match);
	if ((inquiry->everybody && !is_for_everybody(&match, inquiry->dir)) ||
	    !peer_holds(inquiry, &match.from, inquiry->src, &packet->src) ||
	    !peer_holds(inquiry, &match.to, inquiry->dst, &packet->dst))
		return BAILEY_FIT_NO;
	return fit;
}

/* The first rule of a list that fits for certain. */
static struct bailey_rule *find_in(const struct bailey_rules *rules,
				   const struct bailey_inquiry *inquiry, bool *perhaps)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	enum bailey_fit fit;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		fit = fits(inquiry, rule);
		if (fit == BAILEY_FIT_YES)
			return rule;
		*perhaps |= fit == BAILEY_FIT_PERHAPS;
	}
	return NULL;
}

/**
 * bailey_permit_find() - a rule that lets a packet through
 * @set: the groups of the side that is asked
 * @inquiry: what it is asked
 *
 * Context: Any.
 * Return: the rule and its group.
 */
struct bailey_permit bailey_permit_find(const struct bailey_set *set,
					const struct bailey_inquiry *inquiry)
{
	struct bailey_permit permit = { .slot = BAILEY_NO_SLOT };
	const struct bailey_object *group;
	u32 i;

	for (i = 0; i < set->count && !permit.rule; i++) {
		group = bailey_policy_object(inquiry->policy, BAILEY_GROUP, set->slot[i]);
		permit.rule = find_in(&bailey_group_of(group)->rules[inquiry->dir],
				      inquiry, &permit.perhaps);
		if (permit.rule)
			permit.slot = set->slot[i];
	}
	if (permit.rule)
		permit.perhaps = false;
	return permit;
}

/**
 * bailey_permit_all_of_flow() - need this side remember nothing of a flow?
 * @set: the groups of the side
 * @inquiry: about a packet that they allow
 *
 * AWS does not track a TCP or UDP flow that rules of both directions let everybody
 * have: the response passes by its own rule.
 *
 * Context: Any.
 * Return: true if it is such a flow, and rules for everybody allow both the packet
 * and what comes back.
 */
bool bailey_permit_all_of_flow(const struct bailey_set *set,
			       const struct bailey_inquiry *inquiry)
{
	struct bailey_packet response = *inquiry->packet;
	struct bailey_inquiry ask = *inquiry;

	if ((response.proto != BAILEY_PROTO_TCP && response.proto != BAILEY_PROTO_UDP) ||
	    response.flags & BAILEY_PKT_FRAGMENT)
		return false;
	ask.everybody = true;
	if (!bailey_permit_find(set, &ask).rule)
		return false;
	response.src = inquiry->packet->dst;
	response.dst = inquiry->packet->src;
	response.sport = inquiry->packet->dport;
	response.dport = inquiry->packet->sport;
	ask.packet = &response;
	ask.src = inquiry->dst;
	ask.dst = inquiry->src;
	ask.dir = inquiry->dir == BAILEY_IN ? BAILEY_OUT : BAILEY_IN;
	return bailey_permit_find(set, &ask).rule;
}
