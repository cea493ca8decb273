// SPDX-License-Identifier: GPL-2.0
/*
 * Which packets can go from one place to another.
 *
 * The questions are those of module/engine/evaluate.c, and so is their order's outcome,
 * but they are asked of all packets at once: what passes is what all who are asked
 * allow. For a pair of places it is
 *
 *	source's addresses and destination's addresses
 *	and what the source's groups let out  and  what its ACL lets out
 *	and what the destination's ACL lets in and what its groups let in
 *	and, for connections, requests whose response both ACLs let back
 *	or an exemption, at this machine's own hooks.
 *
 * The groups are not asked about the response, since their doors remember the request.
 * "A packet" is the first one that anybody sees of its connection: TCP's is a SYN, and
 * an ICMP reply can't be one where groups track. Among connections replies mean nothing:
 * they are filled in so that sets look simple, and nobody may ask about them.
 */
#include "reach.h"

#include "reach_permits.h"
#include "engine/exempt.h"

/* ICMPv6 messages of some types, with this hop limit. */
static u32 icmp6(struct spaces *spaces, u32 first, u32 last, u32 hop)
{
	u32 types = space_field(spaces, SPACE_DPORT, first << 8, last << 8 | 255);
	u32 proto = space_field(spaces, SPACE_PROTO, BAILEY_PROTO_ICMPV6, BAILEY_PROTO_ICMPV6);

	return space_and(spaces, space_and(spaces, spaces->family[1], proto),
			 space_and(spaces, types, space_field(spaces, SPACE_HOP, hop, hop)));
}

static u32 link_local(struct spaces *spaces, enum space_field field)
{
	const struct bailey_addr net = { 0xfe80ULL << 48, 0 };

	return space_prefix(spaces, field, BAILEY_IPV6, &net, 10);
}

static u32 nd_space(struct spaces *spaces)
{
	u32 far = space_or(spaces, icmp6(spaces, 134, 134, 255), icmp6(spaces, 137, 137, 255));

	return space_minus(spaces, icmp6(spaces, 133, 137, 255),
			   space_minus(spaces, far, link_local(spaces, SPACE_SRC)));
}

static u32 mld_space(struct spaces *spaces)
{
	const struct bailey_addr zero = { 0, 0 };
	u32 from = space_or(spaces, link_local(spaces, SPACE_SRC),
			    space_prefix(spaces, SPACE_SRC, BAILEY_IPV6, &zero, 128));
	u32 types = space_or(spaces, icmp6(spaces, 130, 132, 1), icmp6(spaces, 143, 143, 1));

	return space_and(spaces, types, from);
}

static u32 ports_between(struct spaces *spaces, u32 a, u32 b)
{
	u32 there = space_and(spaces, space_field(spaces, SPACE_SPORT, a, a),
			      space_field(spaces, SPACE_DPORT, b, b));
	u32 back = space_and(spaces, space_field(spaces, SPACE_SPORT, b, b),
			     space_field(spaces, SPACE_DPORT, a, a));

	return space_and(spaces, space_or(spaces, there, back),
			 space_field(spaces, SPACE_PROTO, BAILEY_PROTO_UDP, BAILEY_PROTO_UDP));
}

static u32 dhcp_space(struct spaces *spaces)
{
	u32 near = space_or(spaces, link_local(spaces, SPACE_SRC),
			    link_local(spaces, SPACE_DST));

	return space_or(spaces,
			space_and(spaces, spaces->family[0], ports_between(spaces, 67, 68)),
			space_and(spaces, near, ports_between(spaces, 546, 547)));
}

static u32 exempt_space(struct spaces *spaces, u8 stands)
{
	u32 space = SPACE_NONE;

	if (stands & (1 << BAILEY_EXEMPT_ND))
		space = space_or(spaces, space, nd_space(spaces));
	if (stands & (1 << BAILEY_EXEMPT_MLD))
		space = space_or(spaces, space, mld_space(spaces));
	if (stands & (1 << BAILEY_EXEMPT_DHCP))
		space = space_or(spaces, space, dhcp_space(spaces));
	return space;
}

/**
 * reach_init() - prepare to answer
 * @reach: filled in; to be freed with reach_exit(), also on failure
 * @spaces: where sets are kept
 * @world: the places
 * @packets: single packets are asked for, not connections
 * @within: nothing will be asked about other packets: answers may or may not have them
 *
 * Return: 0 or -ENOMEM.
 */
int reach_init(struct reach *reach, struct spaces *spaces, const struct world *world,
	       bool packets, u32 within)
{
	u32 i;

	memset(reach, 0, sizeof(*reach));
	reach->spaces = spaces;
	reach->world = world;
	reach->packets = packets;
	reach->permits = reach_permits_create();
	for (i = 0; i < world->policies; i++) {
		reach->rules[i] = reach_rules_create(world->policy[i], within);
		if (!reach->rules[i])
			return -ENOMEM;
	}
	return reach->permits ? 0 : -ENOMEM;
}

/**
 * reach_exit() - free what reach_init() made, and what was found since
 * @reach: it
 */
void reach_exit(struct reach *reach)
{
	u32 i;

	for (i = 0; i < WORLD_POLICIES; i++)
		reach_rules_destroy(reach->rules[i]);
	reach_permits_destroy(reach->permits);
	memset(reach, 0, sizeof(*reach));
}

/**
 * reach_collect() - forget sets that are not needed any more
 * @reach: what it knows stays, and so do the places
 * @keep: sets that stay as well
 * @count: how many
 *
 * If memory is short, the store has failed.
 */
void reach_collect(struct reach *reach, const u32 *keep, u32 count)
{
	const struct world *world = reach->world;
	u32 i, n = count + 2 * world->places, *root;

	for (i = 0; i < world->policies; i++)
		n += reach_rules_roots(reach->rules[i], NULL);
	n += reach_permits_roots(reach->permits, NULL);
	root = calloc(n + 1, sizeof(*root));
	if (!root) {
		reach->spaces->bdd.failure = BDD_NO_MEMORY;
		return;
	}
	memcpy(root, keep, count * sizeof(*keep));
	n = count;
	for (i = 0; i < world->policies; i++)
		n += reach_rules_roots(reach->rules[i], root + n);
	for (i = 0; i < world->places; i++) {
		root[n++] = world->place[i].space[0];
		root[n++] = world->place[i].space[1];
	}
	n += reach_permits_roots(reach->permits, root + n);
	spaces_collect(reach->spaces, root, n);
	free(root);
}

/* Of which groups a side's addresses are members: this machine's are those of its line. */
static const struct bailey_set *member_of(const struct bailey_side *side)
{
	return side->box ? side->attach ? side->attach->set : NULL : side->member;
}

/* What the groups of a side let through, and this machine's errors unasked. */
static u32 groups_allow(struct reach *reach, u32 policy, const struct reach_pair *pair,
			u32 end)
{
	const struct bailey_side *side[2] = {
		&pair->from->side[policy], &pair->to->side[policy],
	};
	const struct reach_question question = {
		.set = side[end]->set, .member = { member_of(side[0]), member_of(side[1]) },
		.policy = policy, .dir = end == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN,
	};
	u8 exempts = reach->world->policy[policy]->exempts;
	u32 space;

	if (!question.set)
		return SPACE_ALL;
	space = reach_permits_space(reach->permits, reach->spaces, reach->rules[policy],
				    &question);
	if (pair->hook == BAILEY_HOOK_LOCAL_OUT && exempts & (1 << BAILEY_EXEMPT_ICMP_ERROR))
		space = space_or(reach->spaces, space, reach->spaces->errors);
	return space;
}

/* What the ACL of a side lets through, of requests and of what comes back. */
static u32 acl_allows(struct reach *reach, u32 policy, const struct bailey_side *side,
		      u32 end)
{
	struct reach_rules *rules = reach->rules[policy];
	struct spaces *spaces = reach->spaces;
	u8 dir = end == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN;
	u32 there = reach_rules_acl(rules, spaces, side->acl, dir, false), back;

	if (reach->packets || !side->acl)
		return there;
	back = reach_rules_acl(rules, spaces, side->acl, !dir, true);
	return space_and(spaces, there, space_or(spaces, back, space_not(spaces->answered)));
}

/* What everybody who is asked lets through; nobody is asked about exemptions. */
static u32 asked_space(struct reach *reach, u32 policy, const struct reach_pair *pair)
{
	const struct bailey_side *from = &pair->from->side[policy];
	const struct bailey_side *to = &pair->to->side[policy];
	const struct bailey_policy *of = reach->world->policy[policy];
	struct spaces *spaces = reach->spaces;
	u32 space;

	if (of->default_action != BAILEY_ALLOW &&
	    (bailey_side_unattached(from) || bailey_side_unattached(to)))
		return SPACE_NONE;
	space = groups_allow(reach, policy, pair, BAILEY_SRC);
	space = space_and(spaces, space, groups_allow(reach, policy, pair, BAILEY_DST));
	if (reach->packets && (from->set || to->set))
		space = space_minus(spaces, space, spaces->replies);
	/* What turns round in one interface does not cross its boundary */
	if (space == SPACE_NONE ||
	    (pair->hook == BAILEY_HOOK_FORWARD && pair->from->device == pair->to->device))
		return space;
	space = space_and(spaces, space, acl_allows(reach, policy, from, BAILEY_SRC));
	return space_and(spaces, space, acl_allows(reach, policy, to, BAILEY_DST));
}

/* Only packets with addresses of both places. */
static u32 between(struct reach *reach, const struct reach_pair *pair, u32 space)
{
	space = space_and(reach->spaces, space, pair->from->space[0]);
	return space_and(reach->spaces, space, pair->to->space[1]);
}

/**
 * reach_allowed() - the packets that rules let go from one place to another
 * @reach: says whether their responses must be able to come back
 * @policy: number of the policy in the world
 * @pair: the places
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 reach_allowed(struct reach *reach, u32 policy, const struct reach_pair *pair)
{
	u32 space = between(reach, pair, asked_space(reach, policy, pair));

	return reach->packets ? space : space_fill_replies(reach->spaces, space);
}

/**
 * reach_exempt() - the packets that go from one place to another by an exempt line
 * @reach: knows the places
 * @policy: number of the policy in the world
 * @pair: the places
 * @only: bit per &enum bailey_exempt that is meant
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 reach_exempt(struct reach *reach, u32 policy, const struct reach_pair *pair, u8 only)
{
	const struct world_device *device = &reach->world->device[pair->from->device];
	u8 exempts = reach->world->policy[policy]->exempts & only;

	if (pair->hook == BAILEY_HOOK_FORWARD || !exempts)
		return SPACE_NONE;
	if (device->loopback && exempts & (1 << BAILEY_EXEMPT_LOOPBACK))
		return between(reach, pair, SPACE_ALL);
	return between(reach, pair, exempt_space(reach->spaces, exempts));
}

/**
 * reach_space() - the packets that can go from one place to another
 * @reach: says whether their responses must be able to come back
 * @policy: number of the policy in the world
 * @pair: the places
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 reach_space(struct reach *reach, u32 policy, const struct reach_pair *pair)
{
	return space_or(reach->spaces, reach_allowed(reach, policy, pair),
			reach_exempt(reach, policy, pair, BAILEY_EXEMPT_ALL));
}
