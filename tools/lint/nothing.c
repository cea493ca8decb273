// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that no packet can match: they name an empty prefix list, a group of which
 * nobody is a member, or things that are of different families.
 */
#include "lint.h"

/* What keeps a rule from matching. */
struct fault {
	enum lint_code code;
	const struct bailey_object *object;
};

static u8 peer_families(const struct lint *lint, const struct bailey_peer *peer)
{
	switch (peer->kind) {
	case BAILEY_PEER_CIDR:
		return bailey_family_bit(peer->family);
	case BAILEY_PEER_PREFIX_LIST:
		return lint->use.list_families[peer->slot];
	case BAILEY_PEER_GROUP:
		return lint->use.families[peer->slot];
	default:
		return BAILEY_FAMILY_BOTH;
	}
}

static bool peer_fault(const struct lint *lint, const struct bailey_peer *peer,
		       struct fault *fault)
{
	if (peer_families(lint, peer))
		return false;
	fault->code = peer->kind == BAILEY_PEER_GROUP ? LINT_NO_MEMBERS : LINT_EMPTY_LIST;
	fault->object = bailey_policy_object(lint->policy, peer->kind == BAILEY_PEER_GROUP ?
					     BAILEY_GROUP : BAILEY_PREFIX_LIST, peer->slot);
	return true;
}

static bool find_fault(const struct lint *lint, const struct bailey_match *match,
		       struct fault *fault)
{
	if (peer_fault(lint, &match->from, fault) || peer_fault(lint, &match->to, fault))
		return true;
	*fault = (struct fault){ .code = LINT_MATCHES_NOTHING };
	return !(match->families & peer_families(lint, &match->from) &
		 peer_families(lint, &match->to));
}

/* What it would match were the empty thing anybody. */
static void widen(const struct bailey_match *match, struct bailey_match *wide)
{
	*wide = *match;
	if (match->from.kind != BAILEY_PEER_CIDR)
		wide->from.kind = BAILEY_PEER_ANY;
	if (match->to.kind != BAILEY_PEER_CIDR)
		wide->to.kind = BAILEY_PEER_ANY;
}

/* A packet that it was perhaps meant for, and a way on which it is not matched. */
static bool find_proof(const struct lint_list *list, u32 i, u32 slot,
		       struct bailey_packet *packet, struct lint_where *way)
{
	struct lint *lint = list->lint;
	const struct bailey_attach *attach;
	struct lint_where ways[LINT_WAYS];
	struct bailey_match wide;
	struct lint_seat seat = {};
	u32 at;

	if (list->object->kind == BAILEY_ACL)
		attach = lint_attach_of_acl(lint, bailey_acl_of(list->object), 0, &at);
	else
		attach = lint_seats(lint, slot, &seat, 1) ? seat.attach : NULL;
	if (!attach || !lint_ways(lint, attach, list->dir, ways, LINT_WAYS))
		return false;
	*way = ways[0];
	widen(&list->match[i], &wide);
	if (!lint_typical(lint, &wide, packet))
		return false;
	if (list->object->kind == BAILEY_ACL)
		return lint_acl_decides(lint, bailey_acl_of(list->object), list->dir, packet) !=
		       list->rule[i];
	return true;
}

/* By groups the engine must not name the rule. */
static bool group_is_silent(const struct lint_list *list, u32 i,
			    const struct bailey_packet *packet, const struct lint_where *way)
{
	struct lint_judged judged;
	u32 s;

	lint_judge(list->lint, packet, way, false, &judged);
	for (s = 0; s < judged.trace.count; s++)
		if (judged.trace.step[s].rule == list->rule[i])
			return false;
	return true;
}

static void say_fault(struct lint *lint, struct lint_finding *finding, const struct fault *fault)
{
	if (fault->code == LINT_EMPTY_LIST)
		lint_say(lint, &finding->text,
			 "matches nothing: there is no prefix in prefix-list %s",
			 fault->object->name);
	else if (fault->code == LINT_NO_MEMBERS)
		lint_say(lint, &finding->text,
			 "matches nothing: nobody is a member of group %s (endpoints are, and hosts)",
			 fault->object->name);
	else
		lint_say(lint, &finding->text,
			 "matches nothing: no address of its peers is of the family that it wants");
}

static void report(const struct lint_list *list, u32 i, u32 slot, const struct fault *fault)
{
	struct lint *lint = list->lint;
	struct bailey_packet packet;
	struct lint_finding *finding;
	struct lint_where way;
	char *line;

	if (!find_proof(list, i, slot, &packet, &way) ||
	    (list->object->kind == BAILEY_GROUP && !group_is_silent(list, i, &packet, &way)))
		return;
	line = lint_text_rule(lint, list->object, list->dir, list->rule[i]);
	finding = lint_find(lint, fault->code, line);
	if (finding) {
		say_fault(lint, finding, fault);
		lint_say(lint, &finding->suggestion, "delete %s", line);
		lint_example(lint, finding, &packet, &way, false);
		lint_say(lint, &finding->shows, "not decided by it");
	}
	free(line);
}

static void examine(struct lint *lint, struct bailey_object *object, u32 slot, u32 dir)
{
	struct lint_list list;
	struct fault fault;
	u32 i;

	if (lint_list_open(&list, lint, object, dir))
		for (i = 0; i < list.count; i++)
			if (find_fault(lint, &list.match[i], &fault))
				report(&list, i, slot, &fault);
	lint_list_close(&list);
}

/**
 * lint_check_nothing() - rules that match nothing
 * @lint: the examination
 */
void lint_check_nothing(struct lint *lint)
{
	static const u8 kinds[] = { BAILEY_ACL, BAILEY_GROUP };
	const struct bailey_objects *objects;
	u32 k, n, dir;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		objects = &lint->policy->objects[kinds[k]];
		for (n = 0; n < objects->named; n++)
			for (dir = 0; dir < 2; dir++)
				examine(lint, bailey_policy_nth(lint->policy, kinds[k], n),
					objects->order->slot[n], dir);
	}
}
