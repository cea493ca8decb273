// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of a group that others make redundant. Groups only allow, so a rule whose
 * packets other rules allow already can go. A rule that names a group is compared with
 * those that name the same one there, or none: who its members are does not matter.
 */
#include "lint.h"
#include "engine/near.h"

#define SAMPLES		24
#define OVERLAPS_MOST	2000
#define GIVE_UP_MOST	5

/* The rules of one direction under examination. */
struct pile {
	struct lint_list list;
	struct spaces *spaces;
	u32 slot;
	u32 given_up;
};

/* May a rule stand for another as far as groups are concerned? */
static bool peer_stands_for(const struct bailey_peer *a, const struct bailey_peer *b)
{
	return a->kind != BAILEY_PEER_GROUP ||
	       (b->kind == BAILEY_PEER_GROUP && a->slot == b->slot);
}

static bool counts(const struct pile *pile, u32 k, u32 i)
{
	const struct bailey_match *a = &pile->list.match[k], *b = &pile->list.match[i];

	return k != i && !pile->list.gone[k] && peer_stands_for(&a->from, &b->from) &&
	       peer_stands_for(&a->to, &b->to) && !lint_match_apart(a, b);
}

/* A rule that allows a packet besides i; @count if there is none. */
static u32 another(const struct pile *pile, u32 i, const struct bailey_packet *packet)
{
	u32 k;

	for (k = 0; k < pile->list.count; k++)
		if (counts(pile, k, i) &&
		    lint_match_has(pile->list.lint->policy, &pile->list.match[k], packet))
			break;
	return k;
}

static bool sample_matters(const struct pile *pile, u32 i)
{
	const struct lint_list *list = &pile->list;
	struct bailey_packet packet;
	u32 turn;

	for (turn = 0; turn < SAMPLES; turn++)
		if (lint_sample(list->lint->policy, &list->match[i], turn, &packet) &&
		    another(pile, i, &packet) == list->count)
			return true;
	return false;
}

static bool spaces_ready(struct pile *pile)
{
	bool fresh;

	return lint_sets_ready(pile->list.lint, &pile->spaces, &fresh);
}

static u32 space_of(struct pile *pile, u32 i)
{
	return space_match(pile->spaces, pile->list.lint->policy, &pile->list.match[i], false);
}

/* Do the others allow all that it allows? */
static bool is_redundant(struct pile *pile, u32 i)
{
	u32 left, k, overlaps = 0;

	for (k = 0; k < pile->list.count; k++) {
		if (!counts(pile, k, i))
			continue;
		if (lint_match_covers(&pile->list.match[k], &pile->list.match[i]))
			return true;
		overlaps++;
	}
	if (!overlaps)
		return false;
	left = overlaps > OVERLAPS_MOST || !spaces_ready(pile) ? SPACE_FAILED :
								 space_of(pile, i);
	for (k = 0; k < pile->list.count && left != SPACE_NONE && left != SPACE_FAILED; k++)
		if (counts(pile, k, i))
			left = space_minus(pile->spaces, left, space_of(pile, k));
	pile->given_up += left == SPACE_FAILED;
	return left == SPACE_NONE;
}

/* Does the engine think so, too, of a rule that names no group? */
static bool engine_agrees(const struct pile *pile, u32 k, const struct bailey_packet *packet)
{
	const struct bailey_near_question question = {
		.policy = pile->list.lint->policy, .packet = packet,
	};

	return lint_names_group(&pile->list.match[k]) ||
	       !bailey_near_misfits(&question, pile->list.rule[k]);
}

static void report(struct pile *pile, u32 i)
{
	struct lint_list *list = &pile->list;
	struct lint *lint = list->lint;
	struct lint_seat seat;
	struct lint_where way[LINT_WAYS];
	struct bailey_packet packet;
	struct lint_finding *finding;
	char *line, *other;
	u32 k;

	if (!lint_seats(lint, pile->slot, &seat, 1) || !spaces_ready(pile) ||
	    !lint_ways(lint, seat.attach, list->dir, way, LINT_WAYS) ||
	    !space_example(pile->spaces, space_of(pile, i), &packet))
		return;
	k = another(pile, i, &packet);
	if (k == list->count || !engine_agrees(pile, k, &packet) ||
	    !engine_agrees(pile, i, &packet))
		return;
	list->gone[i] = true;
	line = lint_text_rule(lint, list->object, list->dir, list->rule[i]);
	other = lint_text_rule(lint, list->object, list->dir, list->rule[k]);
	finding = lint_find(lint, LINT_REDUNDANT_RULE, line);
	if (finding) {
		lint_say(lint, &finding->text, "other rules of the group allow all that it allows");
		lint_say(lint, &finding->suggestion, "delete %s", line);
		lint_example(lint, finding, &packet, &way[0], false);
		lint_say(lint, &finding->shows, "allowed also by %s", other ? other : "");
	}
	free(line);
	free(other);
}

static void examine(struct lint *lint, struct bailey_object *object, u32 slot, u32 dir)
{
	struct pile pile = { .slot = slot };
	char *line;
	u32 i;

	if (lint_list_open(&pile.list, lint, object, dir))
		for (i = 0; i < pile.list.count && pile.given_up < GIVE_UP_MOST; i++)
			if (!sample_matters(&pile, i) && is_redundant(&pile, i))
				report(&pile, i);
	if (pile.given_up) {
		line = lint_text_object(object);
		lint_give_up(lint, line,
			     "some of its rules may be redundant: to find out would take too long");
		free(line);
	}
	spaces_destroy(pile.spaces);
	lint_list_close(&pile.list);
}

/**
 * lint_check_group_rules() - rules of groups that can go
 * @lint: the examination
 *
 * Groups that nothing has are left out.
 */
void lint_check_group_rules(struct lint *lint)
{
	const struct bailey_objects *groups = &lint->policy->objects[BAILEY_GROUP];
	u32 n, slot;

	for (n = 0; n < groups->named; n++) {
		slot = groups->order->slot[n];
		if (!lint->use.attached[slot])
			continue;
		examine(lint, bailey_policy_nth(lint->policy, BAILEY_GROUP, n), slot, BAILEY_IN);
		examine(lint, bailey_policy_nth(lint->policy, BAILEY_GROUP, n), slot, BAILEY_OUT);
	}
}
