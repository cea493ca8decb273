// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of one direction as an array, and what can be said of two matches at a
 * glance: that one covers the other, or that they have no packet in common. Where
 * prefix lists or groups stand, a glance may not tell; then neither is said.
 */
#include "lint.h"

static const struct bailey_rules *rules_of(const struct bailey_object *object, u32 dir)
{
	return object->kind == BAILEY_ACL ? &bailey_acl_of(object)->rules[dir] :
					    &bailey_group_of(object)->rules[dir];
}

/**
 * lint_list_open() - take the rules of one direction
 * @list: filled in, also on failure; see lint_list_close()
 * @lint: the examination
 * @object: an ACL or a group
 * @dir: the direction
 *
 * Return: false when memory is short.
 */
bool lint_list_open(struct lint_list *list, struct lint *lint,
		    struct bailey_object *object, u32 dir)
{
	const struct bailey_rules *rules = rules_of(object, dir);
	u32 i;

	*list = (struct lint_list){ .lint = lint, .object = object, .dir = dir };
	if (!rules->count)
		return true;
	list->rule = bailey_rules_list(rules);
	list->match = calloc(rules->count, sizeof(*list->match));
	list->gone = calloc(rules->count, sizeof(*list->gone));
	if (!list->rule || !list->match || !list->gone) {
		lint->failed = true;
		return false;
	}
	list->count = rules->count;
	for (i = 0; i < list->count; i++)
		bailey_rule_match(list->rule[i], &list->match[i]);
	return true;
}

/**
 * lint_list_close() - give it back
 * @list: the list
 */
void lint_list_close(struct lint_list *list)
{
	bailey_free(list->rule);
	free(list->match);
	free(list->gone);
}

static bool peer_covers(const struct bailey_peer *a, const struct bailey_peer *b)
{
	if (a->kind == BAILEY_PEER_ANY)
		return true;
	if (a->kind != b->kind)
		return false;
	if (a->kind != BAILEY_PEER_CIDR)
		return a->slot == b->slot;
	return a->family == b->family && a->bits <= b->bits &&
	       bailey_addr_in_prefix(&b->addr, &a->addr, a->bits);
}

static bool peers_apart(const struct bailey_peer *a, const struct bailey_peer *b)
{
	u8 bits = min_t(u8, a->bits, b->bits);

	if (a->kind != BAILEY_PEER_CIDR || b->kind != BAILEY_PEER_CIDR)
		return false;
	return a->family != b->family || !bailey_addr_in_prefix(&a->addr, &b->addr, bits);
}

static bool ports_cover(const struct bailey_match *a, const struct bailey_match *b)
{
	if (a->sport_given && (!b->sport_given || a->sport_first > b->sport_first ||
			       a->sport_last < b->sport_last))
		return false;
	return !a->dport_given || (b->dport_given && a->dport_first <= b->dport_first &&
				   a->dport_last >= b->dport_last);
}

static bool type_covers(s16 a, s16 b)
{
	return a == BAILEY_TYPE_ANY || a == b;
}

/**
 * lint_match_covers() - does a match plainly hold for all packets of another?
 * @a: the one
 * @b: the other
 *
 * Return: true if it does; false if not, or if it takes more than a glance.
 */
bool lint_match_covers(const struct bailey_match *a, const struct bailey_match *b)
{
	return !(b->families & ~a->families) &&
	       (a->proto == BAILEY_PROTO_ANY || a->proto == b->proto) &&
	       peer_covers(&a->from, &b->from) && peer_covers(&a->to, &b->to) &&
	       ports_cover(a, b) && type_covers(a->type, b->type) &&
	       type_covers(a->code, b->code);
}

static bool types_apart(s16 a, s16 b)
{
	return a != BAILEY_TYPE_ANY && b != BAILEY_TYPE_ANY && a != b;
}

/**
 * lint_match_apart() - have two matches plainly no packet in common?
 * @a: the one
 * @b: the other
 *
 * Return: true if they have none; false if they have, or if it takes more than a
 * glance.
 */
bool lint_match_apart(const struct bailey_match *a, const struct bailey_match *b)
{
	if (!(a->families & b->families) ||
	    (a->proto != b->proto && a->proto != BAILEY_PROTO_ANY &&
	     b->proto != BAILEY_PROTO_ANY))
		return true;
	if (a->dport_given && b->dport_given &&
	    (a->dport_last < b->dport_first || b->dport_last < a->dport_first))
		return true;
	if (a->sport_given && b->sport_given &&
	    (a->sport_last < b->sport_first || b->sport_last < a->sport_first))
		return true;
	return peers_apart(&a->from, &b->from) || peers_apart(&a->to, &b->to) ||
	       types_apart(a->type, b->type) || types_apart(a->code, b->code);
}

static bool peer_has(const struct bailey_policy *policy, const struct bailey_peer *peer,
		     u8 family, const struct bailey_addr *addr)
{
	const struct bailey_object *list;

	switch (peer->kind) {
	case BAILEY_PEER_CIDR:
		return peer->family == family &&
		       bailey_addr_in_prefix(addr, &peer->addr, peer->bits);
	case BAILEY_PEER_PREFIX_LIST:
		list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
		return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set, family,
						  addr);
	default:
		return true;
	}
}

/**
 * lint_match_has() - is a match about a packet? Everybody is a member of groups
 * @policy: has the prefix lists
 * @match: the match
 * @packet: the packet, no later fragment
 *
 * Return: true if it is.
 */
bool lint_match_has(const struct bailey_policy *policy, const struct bailey_match *match,
		    const struct bailey_packet *packet)
{
	bool ports = packet->flags & BAILEY_PKT_PORTS;
	bool icmp = bailey_packet_is_icmp(packet);

	if (!(match->families & bailey_family_bit(packet->family)) ||
	    (match->proto != BAILEY_PROTO_ANY && match->proto != packet->proto))
		return false;
	if (match->sport_given && (!ports || packet->sport < match->sport_first ||
				   packet->sport > match->sport_last))
		return false;
	if (match->dport_given && (!ports || packet->dport < match->dport_first ||
				   packet->dport > match->dport_last))
		return false;
	if ((match->type != BAILEY_TYPE_ANY && (!icmp || match->type != packet->type)) ||
	    (match->code != BAILEY_TYPE_ANY && (!icmp || match->code != packet->code)))
		return false;
	return peer_has(policy, &match->from, packet->family, &packet->src) &&
	       peer_has(policy, &match->to, packet->family, &packet->dst);
}
