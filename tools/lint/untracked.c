// SPDX-License-Identifier: GPL-2.0
/*
 * Flows that rules of both directions let everybody have. With the sysctl
 * "untracked", as on AWS, they leave no entry: each half passes by its own rule, and
 * is cut with it at once.
 */
#include "lint.h"

/**
 * struct loose - the groups of a seat under examination
 * @lint: the examination
 * @seat: the seat
 * @set: its groups
 * @dir: direction of the requests
 * @spaces: where sets are
 * @requests: packets that begin something there
 */
struct loose {
	struct lint *lint;
	const struct lint_seat *seat;
	const struct bailey_set *set;
	u32 dir;
	struct spaces *spaces;
	u32 requests;
};

/* A rule of a direction, and whose it is. */
struct owned {
	const struct bailey_object *group;
	const struct bailey_rule *rule;
};

static bool already(const struct lint *lint, const char *subject)
{
	size_t i;

	for (i = 0; i < lint->count; i++)
		if (lint->finding[i].code == LINT_UNTRACKED && lint->finding[i].subject &&
		    !strcmp(lint->finding[i].subject, subject))
			return true;
	return false;
}

static void report(struct loose *loose, const struct owned *there, const struct owned *back,
		   const struct bailey_packet *packet, const struct lint_where *way)
{
	struct lint *lint = loose->lint;
	char *line = lint_text_rule(lint, there->group, loose->dir, there->rule);
	char *other = lint_text_rule(lint, back->group, !loose->dir, back->rule);
	struct lint_finding *finding = NULL;

	if (line && other && !already(lint, line))
		finding = lint_find(lint, LINT_UNTRACKED, line);
	if (finding) {
		lint_say(lint, &finding->text,
			 "'%s' lets all have the responses: no entry with sysctl untracked 1",
			 other);
		lint_say(lint, &finding->suggestion, "delete %s", other);
		lint_example(lint, finding, packet, way, true);
		lint_say(lint, &finding->shows, "it passes, and has no entry with untracked 1");
	}
	free(line);
	free(other);
}

/* What a pair of rules lets through both ways, at this seat. */
static bool try_pair(struct loose *loose, const struct owned *there, const struct owned *back)
{
	struct lint_where way[LINT_WAYS];
	struct spaces *spaces = loose->spaces;
	struct bailey_packet packet;
	struct lint_judged judged;
	struct bailey_match match;
	u32 space, count, w;

	bailey_rule_match(there->rule, &match);
	space = space_and(spaces, loose->requests,
			  space_match(spaces, loose->lint->policy, &match, false));
	bailey_rule_match(back->rule, &match);
	space = space_and(spaces, space,
			  space_match(spaces, loose->lint->policy, &match, true));
	space = lint_acl_passes(loose->lint, spaces, loose->seat->attach, loose->dir, space);
	if (!space_example(spaces, space, &packet))
		return false;
	count = lint_ways(loose->lint, loose->seat->attach, loose->dir, way, LINT_WAYS);
	for (w = 0; w < count; w++) {
		lint_judge(loose->lint, &packet, &way[w], true, &judged);
		if (judged.verdict.reason == BAILEY_PASS && judged.verdict.untracked) {
			report(loose, there, back, &packet, &way[w]);
			return true;
		}
	}
	return false;
}

/* The next rule for everybody of a set's groups; false behind the last. */
static bool next_loose(const struct loose *loose, u32 dir, u32 *group,
		       struct bailey_rules_iter *iter, struct owned *at)
{
	struct bailey_match match;

	for (;;) {
		if (at->rule)
			at->rule = bailey_rules_next(iter);
		while (!at->rule && *group < loose->set->count) {
			at->group = bailey_policy_object(loose->lint->policy, BAILEY_GROUP,
							 loose->set->slot[(*group)++]);
			at->rule = bailey_rules_first(&bailey_group_of(at->group)->rules[dir],
						      iter);
		}
		if (!at->rule)
			return false;
		bailey_rule_match(at->rule, &match);
		if (lint_is_everybody(&match, dir) && !lint_names_group(&match))
			return true;
	}
}

static void examine(struct loose *loose)
{
	struct bailey_rules_iter there_iter, back_iter;
	u32 there_group = 0, back_group;
	struct owned there = {}, back;

	while (next_loose(loose, loose->dir, &there_group, &there_iter, &there)) {
		back_group = 0;
		memset(&back, 0, sizeof(back));
		while (next_loose(loose, !loose->dir, &back_group, &back_iter, &back))
			if (try_pair(loose, &there, &back))
				break;
	}
}

/* Requests by TCP and UDP to or from the seat. */
static u32 requests_at(struct loose *loose)
{
	struct spaces *spaces = loose->spaces;
	u32 space = space_or(spaces, space_field(spaces, SPACE_PROTO, BAILEY_PROTO_TCP,
						 BAILEY_PROTO_TCP),
			     space_field(spaces, SPACE_PROTO, BAILEY_PROTO_UDP,
					 BAILEY_PROTO_UDP));

	space = space_and(spaces, space, space_field(spaces, SPACE_SPORT, 1024, U16_MAX));
	return space_and(spaces, space, lint_seat_space(spaces, loose->seat, loose->dir));
}

static void examine_seat(struct lint *lint, struct spaces *spaces, const struct lint_seat *seat,
			 const struct bailey_set *set)
{
	struct loose loose = { .lint = lint, .seat = seat, .set = set, .spaces = spaces };

	for (loose.dir = 0; loose.dir < 2; loose.dir++) {
		loose.requests = requests_at(&loose);
		examine(&loose);
	}
}

/**
 * lint_check_untracked() - flows that would not be tracked
 * @lint: the examination
 *
 * Each group is looked at in the first places where it is asked.
 */
void lint_check_untracked(struct lint *lint)
{
	const struct bailey_objects *groups = &lint->policy->objects[BAILEY_GROUP];
	struct spaces *spaces = NULL;
	bool fresh, given_up = false;
	struct lint_seat seat[4];
	u32 n, s, seats;

	for (n = 0; n < groups->named && !given_up; n++) {
		seats = lint_seats(lint, groups->order->slot[n], seat, ARRAY_SIZE(seat));
		for (s = 0; s < seats && !given_up; s++) {
			given_up = !lint_sets_ready(lint, &spaces, &fresh);
			if (given_up)
				break;
			examine_seat(lint, spaces, &seat[s], seat[s].endpoint ?
				     seat[s].endpoint->set : seat[s].attach->set);
			given_up = spaces_failed(spaces);
		}
	}
	if (given_up && !lint->failed)
		lint_give_up(lint, "policy",
			     "which flows would not be tracked would take too long to find out");
	spaces_destroy(spaces);
}
