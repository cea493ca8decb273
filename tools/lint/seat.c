// SPDX-License-Identifier: GPL-2.0
/*
 * Where groups are asked, and what is let through there.
 */
#include "lint.h"

#define ENDPOINTS_MOST	64	/* of an interface, whose own groups are looked at */

/**
 * lint_names_group() - is a group one of the ends of a match?
 * @match: the match
 *
 * Return: true if so.
 */
bool lint_names_group(const struct bailey_match *match)
{
	return match->from.kind == BAILEY_PEER_GROUP || match->to.kind == BAILEY_PEER_GROUP;
}

/**
 * lint_is_everybody() - is a rule for everybody, as "untracked" understands it?
 * @match: what it matches
 * @dir: its direction
 *
 * Return: true if its peer is any, or the prefix of length 0.
 */
bool lint_is_everybody(const struct bailey_match *match, u32 dir)
{
	const struct bailey_peer *peer = dir == BAILEY_IN ? &match->from : &match->to;

	return peer->kind == BAILEY_PEER_ANY ||
	       (peer->kind == BAILEY_PEER_CIDR && !peer->bits);
}

/* The line that guards what is behind an interface: an exact one, or the longest stem. */
static const struct bailey_attach *subnet_line(const struct lint *lint, const char *dev)
{
	const struct bailey_attach *best = NULL, *attach;
	size_t len = 0;
	u32 n;

	for (n = 0; n < lint->policy->objects[BAILEY_ATTACH].named; n++) {
		attach = bailey_attach_of(bailey_policy_nth(lint->policy, BAILEY_ATTACH, n));
		if (attach->host)
			continue;
		if (!attach->stem && !strcmp(attach->dev, dev))
			return attach;
		if (attach->stem && !strncmp(attach->dev, dev, strlen(attach->dev)) &&
		    (!best || strlen(attach->dev) > len)) {
			best = attach;
			len = strlen(attach->dev);
		}
	}
	return best;
}

/**
 * lint_seats() - where is a group asked?
 * @lint: the examination
 * @slot: the group
 * @seat: filled in
 * @most: room in it
 *
 * Return: how many.
 */
u32 lint_seats(const struct lint *lint, u32 slot, struct lint_seat *seat, u32 most)
{
	const struct bailey_policy *policy = lint->policy;
	const struct bailey_endpoint *endpoint;
	const struct bailey_attach *attach;
	u32 n, count = 0;

	for (n = 0; n < policy->objects[BAILEY_ATTACH].named && count < most; n++) {
		attach = bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n));
		if (attach->set && bailey_set_has(attach->set, slot))
			seat[count++] = (struct lint_seat){ attach, NULL };
	}
	for (n = 0; n < policy->objects[BAILEY_ENDPOINT].named && count < most; n++) {
		endpoint = bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT, n));
		if (!endpoint->set || !bailey_set_has(endpoint->set, slot))
			continue;
		attach = subnet_line(lint, endpoint->dev);
		if (attach)
			seat[count++] = (struct lint_seat){ attach, endpoint };
	}
	return count;
}

static u32 own_addresses(struct spaces *spaces, const struct bailey_endpoint *endpoint, u32 dir)
{
	enum space_field field = dir == BAILEY_IN ? SPACE_DST : SPACE_SRC;
	u32 space = SPACE_NONE, i;

	for (i = 0; i < endpoint->count; i++)
		space = space_or(spaces, space,
				 space_prefix(spaces, field, endpoint->at[i].family,
					      &endpoint->at[i].addr,
					      endpoint->at[i].family == BAILEY_IPV4 ? 32 : 128));
	return space;
}

/**
 * lint_seat_space() - packets to or from a seat
 * @spaces: where
 * @seat: the seat
 * @dir: direction
 *
 * Return: the space: those with the endpoint's addresses, or all.
 */
u32 lint_seat_space(struct spaces *spaces, const struct lint_seat *seat, u32 dir)
{
	return seat->endpoint ? own_addresses(spaces, seat->endpoint, dir) : SPACE_ALL;
}

static u32 group_space(struct lint *lint, struct spaces *spaces, u32 slot, u32 dir)
{
	const struct bailey_object *group = bailey_policy_object(lint->policy, BAILEY_GROUP, slot);
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 space = SPACE_NONE;

	for (rule = bailey_rules_first(&bailey_group_of(group)->rules[dir], &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		if (!lint_names_group(&match))
			space = space_or(spaces, space,
					 space_match(spaces, lint->policy, &match, false));
	}
	return space;
}

static u32 set_space(struct lint *lint, struct spaces *spaces, const struct bailey_set *set,
		     u32 dir)
{
	u32 space = SPACE_NONE, i;

	if (!set)
		return SPACE_ALL;
	for (i = 0; i < set->count; i++)
		space = space_or(spaces, space, group_space(lint, spaces, set->slot[i], dir));
	return space;
}

/**
 * lint_groups_space() - packets that the groups behind an attach line surely allow
 * @lint: the examination
 * @spaces: where
 * @attach: the line
 * @dir: in this direction
 *
 * Rules that name groups, and endpoints beyond the first 64 behind the interface, are
 * left out: there may be more packets, but not fewer.
 *
 * Return: the space; all packets where there are no groups.
 */
u32 lint_groups_space(struct lint *lint, struct spaces *spaces,
		      const struct bailey_attach *attach, u32 dir)
{
	const struct bailey_objects *endpoints = &lint->policy->objects[BAILEY_ENDPOINT];
	u32 space = set_space(lint, spaces, attach->set, dir), n, looked = 0, own;
	const struct bailey_endpoint *endpoint;

	for (n = 0; n < endpoints->named && !attach->host && !attach->stem; n++) {
		endpoint = bailey_endpoint_of(bailey_policy_nth(lint->policy, BAILEY_ENDPOINT, n));
		if (strcmp(endpoint->dev, attach->dev))
			continue;
		own = own_addresses(spaces, endpoint, dir);
		space = space_minus(spaces, space, own);
		if (looked++ >= ENDPOINTS_MOST)
			continue;
		own = space_and(spaces, own, set_space(lint, spaces, endpoint->set, dir));
		space = space_or(spaces, space, own);
	}
	return space;
}

/**
 * lint_acl_passes() - what the ACL of an attach line allows of some packets
 * @lint: the examination
 * @spaces: where
 * @attach: the line
 * @dir: in this direction
 * @space: the packets, which are best few: then the sets on the way are small, however
 *	   many entries there are
 *
 * Return: the space; all of @space where there is no ACL.
 */
u32 lint_acl_passes(struct lint *lint, struct spaces *spaces,
		    const struct bailey_attach *attach, u32 dir, u32 space)
{
	const struct bailey_object *acl = bailey_policy_object(lint->policy, BAILEY_ACL,
							       attach->acl);
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 part, passes = SPACE_NONE;

	if (!acl)
		return space;
	for (rule = bailey_rules_first(&bailey_acl_of(acl)->rules[dir], &iter);
	     rule && space != SPACE_NONE && space != SPACE_FAILED;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		part = space_and(spaces, space, space_match(spaces, lint->policy, &match, false));
		if (rule->action == BAILEY_ALLOW)
			passes = space_or(spaces, passes, part);
		space = space_minus(spaces, space, part);
	}
	return space == SPACE_FAILED ? SPACE_FAILED : passes;
}
