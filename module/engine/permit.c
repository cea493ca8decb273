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

static bool holds(const struct bailey_inquiry *inquiry, const struct bailey_match *match)
{
	const struct bailey_packet *packet = inquiry->packet;

	return bailey_match_fields(match, packet) &&
	       (!inquiry->everybody || is_for_everybody(match, inquiry->dir)) &&
	       peer_holds(inquiry, &match->from, inquiry->src, &packet->src) &&
	       peer_holds(inquiry, &match->to, inquiry->dst, &packet->dst);
}

/**
 * bailey_permit_find() - a rule that lets a packet through
 * @set: the groups of the side that is asked
 * @inquiry: what it is asked
 * @slot: filled in with the group whose rule it is
 *
 * Context: Any.
 * Return: the rule, or NULL when none allows it.
 */
struct bailey_rule *bailey_permit_find(const struct bailey_set *set,
				       const struct bailey_inquiry *inquiry, u32 *slot)
{
	const struct bailey_object *group;
	const struct bailey_rules *rules;
	u32 i, k;

	for (i = 0; i < set->count; i++) {
		group = bailey_policy_object(inquiry->policy, BAILEY_GROUP, set->slot[i]);
		rules = &bailey_group_of(group)->rules[inquiry->dir];
		for (k = 0; k < rules->count; k++) {
			if (!holds(inquiry, &rules->at[k]->match))
				continue;
			*slot = set->slot[i];
			return rules->at[k];
		}
	}
	return NULL;
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
	u32 slot;

	if ((response.proto != BAILEY_PROTO_TCP && response.proto != BAILEY_PROTO_UDP) ||
	    response.flags & BAILEY_PKT_FRAGMENT)
		return false;
	ask.everybody = true;
	if (!bailey_permit_find(set, &ask, &slot))
		return false;
	response.src = inquiry->packet->dst;
	response.dst = inquiry->packet->src;
	response.sport = inquiry->packet->dport;
	response.dport = inquiry->packet->sport;
	ask.packet = &response;
	ask.src = inquiry->dst;
	ask.dst = inquiry->src;
	ask.dir = inquiry->dir == BAILEY_IN ? BAILEY_OUT : BAILEY_IN;
	return bailey_permit_find(set, &ask, &slot);
}
