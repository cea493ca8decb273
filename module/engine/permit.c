// SPDX-License-Identifier: GPL-2.0
/*
 * Which rule of a side's groups lets a packet through.
 *
 * Groups only allow, so any rule of any group will do, and the first one found is
 * taken: groups by slot, and in each the order of group_index.c. Everything read is
 * immutable and under the caller's RCU.
 */
#include "permit.h"

/*
 * The groups of which a side of the packet is a member, at its place. This
 * machine's side asks whether the address is one of the interface's.
 */
static const struct bailey_set *member_of(const struct bailey_inquiry *inquiry,
					  const struct bailey_side *side,
					  const struct bailey_addr *addr)
{
	const struct bailey_where *where = inquiry->where;

	if (!side->box)
		return side->member;
	if (!side->attach || !side->attach->set ||
	    (where->has_addr &&
	     !where->has_addr(where, side->ifindex, inquiry->packet->family, addr)))
		return NULL;
	return side->attach->set;
}

/**
 * bailey_permit_members() - of which groups are the two ends members?
 * @inquiry: what is asked
 * @member: filled in for source and destination; NULL for none
 *
 * Context: Any.
 */
void bailey_permit_members(const struct bailey_inquiry *inquiry,
			   const struct bailey_set *member[2])
{
	member[BAILEY_SRC] = member_of(inquiry, inquiry->src, &inquiry->packet->src);
	member[BAILEY_DST] = member_of(inquiry, inquiry->dst, &inquiry->packet->dst);
}

/* Who are the two ends? Found out when a rule wants to know it, and once. */
static void find_members(const struct bailey_inquiry *inquiry,
			 const struct bailey_group_index *index,
			 struct bailey_group_question *question, u32 *found)
{
	u32 end;

	for (end = 0; end < 2; end++) {
		bool source = (inquiry->dir == BAILEY_IN) != end;

		if (*found & 1 << end || !bailey_group_index_has_peers(index, end))
			continue;
		*found |= 1 << end;
		question->member[end] = source ?
			member_of(inquiry, inquiry->src, &inquiry->packet->src) :
			member_of(inquiry, inquiry->dst, &inquiry->packet->dst);
	}
}

static const struct bailey_group_index *index_of(const struct bailey_inquiry *inquiry,
						 u32 slot)
{
	const struct bailey_object *group = bailey_policy_object(inquiry->policy,
								 BAILEY_GROUP, slot);

	return &bailey_group_of(group)->index[inquiry->dir];
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
	struct bailey_group_question question = {
		.policy = inquiry->policy,
		.packet = inquiry->packet,
		.everybody = inquiry->everybody,
	};
	const struct bailey_group_index *index;
	u32 i, found = 0;

	/* Each index is a line that is seldom at hand: fetch all of them at once. */
	for (i = 0; i < set->count; i++)
		bailey_prefetch(index_of(inquiry, set->slot[i]));
	for (i = 0; i < set->count; i++) {
		index = index_of(inquiry, set->slot[i]);
		find_members(inquiry, index, &question, &found);
		permit.rule = bailey_group_index_find(index, &question, &permit.perhaps);
		if (permit.rule) {
			permit.slot = set->slot[i];
			permit.perhaps = false;
			break;
		}
	}
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
