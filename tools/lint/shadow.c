// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of an ACL that do not matter: since those before have decided everything
 * (shadowed, redundant), or since those behind would say the same (needless).
 *
 * Sample packets show of most entries at once that they matter. Of the others a glance
 * may show that an entry before covers them; else what is left of an entry's packets
 * is computed as a set, entry by entry, of those only with which it has packets in common.
 * So the sets stay small, and the answer is exact, over all packets. Later fragments
 * that nobody put together are left out.
 */
#include "lint.h"

#define SAMPLES		24
#define OVERLAPS_MOST	2000	/* entries that are subtracted from one */
#define GIVE_UP_MOST	5	/* entries given up before the rest of a list is */
#define NAMED		6	/* entries named in a finding */

/**
 * struct shadow - the entries of one list under examination
 * @list: them
 * @spaces: where sets are
 * @by: entries that took part in the answer
 * @by_count: how many
 * @space: each entry as a set, as far as it was wanted; %SPACE_FAILED: not yet
 * @later: entries behind the one looked at that may have packets in common with it
 * @later_count: how many
 * @needed: it is known that an entry can't go, or it is gone
 * @given_up: entries of which it is not known
 */
struct shadow {
	struct lint_list list;
	struct spaces *spaces;
	u32 *by;
	u32 by_count;
	u32 *space;
	u32 *later;
	u32 later_count;
	bool *needed;
	u32 given_up;
};

static const struct bailey_acl *acl_of(const struct shadow *shadow)
{
	return bailey_acl_of(shadow->list.object);
}

static bool spaces_ready(struct shadow *shadow)
{
	bool fresh, ready = lint_sets_ready(shadow->list.lint, &shadow->spaces, &fresh);

	if (fresh)
		memset(shadow->space, 0xff, shadow->list.count * sizeof(*shadow->space));
	return ready;
}

static u32 space_of(struct shadow *shadow, u32 i)
{
	if (shadow->space[i] == SPACE_FAILED)
		shadow->space[i] = space_match(shadow->spaces, shadow->list.lint->policy,
					       &shadow->list.match[i], false);
	return shadow->space[i];
}

/* The entry that plainly covers another one before it, or i. */
static u32 find_cover(const struct shadow *shadow, u32 i)
{
	u32 k;

	for (k = 0; k < i; k++)
		if (lint_match_covers(&shadow->list.match[k], &shadow->list.match[i]))
			break;
	return k;
}

/* Entries before i with which it may have packets in common go into @by. */
static void find_overlaps(struct shadow *shadow, u32 i, bool without_gone)
{
	u32 k;

	shadow->by_count = 0;
	for (k = 0; k < i; k++)
		if (!(without_gone && shadow->list.gone[k]) &&
		    !lint_match_apart(&shadow->list.match[k], &shadow->list.match[i]))
			shadow->by[shadow->by_count++] = k;
}

/*
 * What the entries before leave of one; @by becomes those that took something.
 * SPACE_FAILED: given up.
 */
static u32 what_is_left(struct shadow *shadow, u32 i, bool without_gone)
{
	u32 left, less, k, taken = 0;

	find_overlaps(shadow, i, without_gone);
	if (shadow->by_count > OVERLAPS_MOST || !spaces_ready(shadow))
		return SPACE_FAILED;
	left = space_of(shadow, i);
	for (k = 0; k < shadow->by_count && left != SPACE_NONE && left != SPACE_FAILED; k++) {
		less = space_minus(shadow->spaces, left, space_of(shadow, shadow->by[k]));
		if (less != left)
			shadow->by[taken++] = shadow->by[k];
		left = less;
	}
	shadow->by_count = taken;
	return left;
}

static void find_later(struct shadow *shadow, u32 i)
{
	const struct lint_list *list = &shadow->list;
	u32 k;

	shadow->later_count = 0;
	for (k = i + 1; k < list->count; k++)
		if (!lint_match_apart(&list->match[k], &list->match[i]))
			shadow->later[shadow->later_count++] = k;
}

/* What would be said of a packet of an entry that is not there any more? */
static enum bailey_action next_action(const struct shadow *shadow,
				      const struct bailey_packet *packet)
{
	const struct lint_list *list = &shadow->list;
	u32 k;

	for (k = 0; k < shadow->later_count; k++)
		if (lint_match_has(list->lint->policy, &list->match[shadow->later[k]], packet))
			return list->rule[shadow->later[k]]->action;
	return BAILEY_DENY;
}

/**
 * struct look - what sample packets have shown of an entry
 * @matters: one is decided by it
 * @needed: one would be decided otherwise without it
 * @decided: the last that it decides
 */
struct look {
	bool matters;
	bool needed;
	struct bailey_packet decided;
};

static void look_at(struct shadow *shadow, u32 i, struct look *look)
{
	const struct lint_list *list = &shadow->list;
	struct bailey_packet packet;
	u32 turn;

	*look = (struct look){ .matters = false };
	find_later(shadow, i);
	for (turn = 0; turn < SAMPLES && !look->needed; turn++) {
		if (!lint_sample(list->lint->policy, &list->match[i], turn, &packet) ||
		    lint_acl_decides(list->lint, acl_of(shadow), list->dir, &packet) !=
		    list->rule[i])
			continue;
		look->matters = true;
		look->decided = packet;
		look->needed = next_action(shadow, &packet) != list->rule[i]->action;
	}
}

/* "100, 110 and 3 more": the entries in @by. */
static char *names_of(const struct shadow *shadow)
{
	struct bailey_out out = {};
	u32 k;

	for (k = 0; k < shadow->by_count && k < NAMED; k++)
		bailey_out_printf(&out, "%s%u", k ? ", " : "",
				  shadow->list.rule[shadow->by[k]]->number);
	if (shadow->by_count > NAMED)
		bailey_out_printf(&out, " and %u more", shadow->by_count - NAMED);
	if (out.failed) {
		bailey_out_destroy(&out);
		return NULL;
	}
	return out.buf;
}

static struct lint_finding *report(struct shadow *shadow, u32 i, enum lint_code code)
{
	struct lint_list *list = &shadow->list;
	char *line = lint_text_rule(list->lint, list->object, list->dir, list->rule[i]);
	struct lint_finding *finding = lint_find(list->lint, code, line);

	list->gone[i] = true;
	if (finding)
		lint_say(list->lint, &finding->suggestion, "delete %s", line);
	free(line);
	return finding;
}

/* Is the ACL asked about a packet, and is it the entry that answers, or is it not? */
static bool shown(const struct shadow *shadow, u32 i, bool decides,
		  const struct bailey_packet *packet, const struct lint_where *way,
		  const struct bailey_rule **rule)
{
	const struct bailey_step *step;
	struct lint_judged judged;
	u32 s;

	lint_judge(shadow->list.lint, packet, way, false, &judged);
	for (s = 0; s < judged.trace.count; s++) {
		step = &judged.trace.step[s];
		if (step->layer_group || step->who.acl != acl_of(shadow) ||
		    step->dir != shadow->list.dir)
			continue;
		*rule = step->rule;
		return step->rule && (step->rule == shadow->list.rule[i]) == decides;
	}
	return false;
}

/**
 * struct proof - a packet that shows what is said of an entry
 * @packet: the packet
 * @way: where it is
 * @rule: the entry that decides it
 */
struct proof {
	struct bailey_packet packet;
	struct lint_where way;
	const struct bailey_rule *rule;
};

static bool try_ways(const struct shadow *shadow, u32 i, bool decides,
		     const struct bailey_attach *attach, struct proof *proof)
{
	struct lint_where way[LINT_WAYS];
	u32 count = lint_ways(shadow->list.lint, attach, shadow->list.dir, way, LINT_WAYS), w;

	for (w = 0; w < count; w++) {
		proof->way = way[w];
		if (shown(shadow, i, decides, &proof->packet, &way[w], &proof->rule))
			return true;
	}
	return false;
}

/* One that the groups at an attach line let through as well. */
static bool try_groups(struct shadow *shadow, u32 i, bool decides,
		       const struct bailey_attach *attach, struct proof *proof)
{
	u32 space;

	if (!spaces_ready(shadow))
		return false;
	space = space_and(shadow->spaces, space_of(shadow, i),
			  lint_groups_space(shadow->list.lint, shadow->spaces, attach,
					    shadow->list.dir));
	return space_example(shadow->spaces, space, &proof->packet) &&
	       try_ways(shadow, i, decides, attach, proof);
}

/* A packet of an entry that it decides, or does not: the one at hand, or another. */
static bool find_proof(struct shadow *shadow, u32 i, bool decides, struct proof *proof)
{
	const struct bailey_packet packet = proof->packet;
	const struct bailey_attach *attach;
	u32 at = 0;

	while ((attach = lint_attach_of_acl(shadow->list.lint, acl_of(shadow), at, &at))) {
		at++;
		proof->packet = packet;
		if (try_ways(shadow, i, decides, attach, proof) ||
		    try_groups(shadow, i, decides, attach, proof))
			return true;
	}
	return false;
}

static void show_proof(struct shadow *shadow, struct lint_finding *finding,
		       const struct proof *proof)
{
	struct lint *lint = shadow->list.lint;
	char *line = lint_text_rule(lint, shadow->list.object, shadow->list.dir, proof->rule);

	lint_example(lint, finding, &proof->packet, &proof->way, false);
	lint_say(lint, &finding->shows, "decided by %s", line ? line : "");
	free(line);
}

/* Nothing is left of it: some in @by have it all. */
static void report_covered(struct shadow *shadow, u32 i)
{
	const struct lint_list *list = &shadow->list;
	struct lint_finding *finding;
	struct proof proof;
	bool other = false;
	char *names;
	u32 k;

	for (k = 0; k < shadow->by_count; k++)
		other |= list->rule[shadow->by[k]]->action != list->rule[i]->action;
	/* Its set may be empty; then it is another finding's. */
	if (!spaces_ready(shadow) ||
	    !space_example(shadow->spaces, space_of(shadow, i), &proof.packet) ||
	    !find_proof(shadow, i, false, &proof))
		return;
	finding = report(shadow, i, other ? LINT_SHADOWED : LINT_REDUNDANT);
	names = names_of(shadow);
	if (finding) {
		lint_say(list->lint, &finding->text, other ?
			 "never decides: %s before it have all its packets, and do not all say %s" :
			 "never decides: %s before it have all its packets, and say %s, too",
			 names ? names : "", bailey_action_name(list->rule[i]->action));
		show_proof(shadow, finding, &proof);
	}
	free(names);
}

/*
 * Do all entries behind that it has packets in common with say the same, and one of
 * them, or the end of the list, of all its packets? Fills @by.
 */
static bool plainly_needless(struct shadow *shadow, u32 i, bool without_gone)
{
	const struct lint_list *list = &shadow->list;
	bool all = list->rule[i]->action == BAILEY_DENY;
	u32 k, n;

	shadow->by_count = 0;
	for (n = 0; n < shadow->later_count; n++) {
		k = shadow->later[n];
		if (without_gone && list->gone[k])
			continue;
		if (list->rule[k]->action != list->rule[i]->action)
			return false;
		shadow->by[shadow->by_count++] = k;
		if (lint_match_covers(&list->match[k], &list->match[i]))
			return true;
	}
	return all;
}

/* Would those behind say the same of what is left to an entry? Fills @by. */
static bool is_needless(struct shadow *shadow, u32 i, bool without_gone)
{
	const struct lint_list *list = &shadow->list;
	u32 left, part, k, n;

	if (plainly_needless(shadow, i, without_gone))
		return true;
	left = what_is_left(shadow, i, without_gone);
	shadow->by_count = 0;
	for (n = 0; n < shadow->later_count && left != SPACE_NONE && left != SPACE_FAILED; n++) {
		k = shadow->later[n];
		if (without_gone && list->gone[k])
			continue;
		part = space_and(shadow->spaces, left, space_of(shadow, k));
		if (part == SPACE_NONE)
			continue;
		if (list->rule[k]->action != list->rule[i]->action ||
		    shadow->by_count == OVERLAPS_MOST)
			return false;
		shadow->by[shadow->by_count++] = k;
		left = space_minus(shadow->spaces, left, part);
	}
	if (left == SPACE_FAILED) {
		shadow->given_up++;
		return false;
	}
	return left == SPACE_NONE || list->rule[i]->action == BAILEY_DENY;
}

static void report_needless(struct shadow *shadow, u32 i, const struct proof *proof,
			    const char *names)
{
	const struct lint_list *list = &shadow->list;
	struct lint_finding *finding = report(shadow, i, LINT_NEEDLESS);

	if (finding && names)
		lint_say(list->lint, &finding->text,
			 "without it %s behind it would say %s of the same packets", names,
			 bailey_action_name(list->rule[i]->action));
	else if (finding)
		lint_say(list->lint, &finding->text,
			 "what no entry matches is denied anyway");
	if (finding)
		show_proof(shadow, finding, proof);
}

/* The most usual packet that an entry decides, rather than any. Spoils @by. */
static bool choose_typical(struct shadow *shadow, u32 i, struct bailey_packet *decided)
{
	struct bailey_packet packet;
	u32 left = what_is_left(shadow, i, false);

	if (left == SPACE_FAILED || !space_example(shadow->spaces, left, &packet))
		return false;
	*decided = packet;
	return true;
}

/* Those behind it, in @by, or the end of the list would say the same. */
static void needless(struct shadow *shadow, u32 i, const struct bailey_packet *decided)
{
	char *names = shadow->by_count ? names_of(shadow) : NULL;
	bool have = decided;
	struct proof proof = {};

	if (decided)
		proof.packet = *decided;
	have |= choose_typical(shadow, i, &proof.packet);
	if (have && find_proof(shadow, i, true, &proof))
		report_needless(shadow, i, &proof, names);
	free(names);
}

/* Does it decide anything? Those of which that is needed are noted. */
static void examine_before(struct shadow *shadow, u32 i)
{
	struct look look;
	u32 left;

	look_at(shadow, i, &look);
	shadow->needed[i] = look.needed;
	if (look.matters)
		return;
	shadow->by_count = 1;
	shadow->by[0] = find_cover(shadow, i);
	left = shadow->by[0] < i ? SPACE_NONE : what_is_left(shadow, i, false);
	shadow->needed[i] = left == SPACE_NONE || left == SPACE_FAILED;
	shadow->given_up += left == SPACE_FAILED;
	if (left == SPACE_NONE)
		report_covered(shadow, i);
}

/*
 * Is what it decides said behind it as well? Both as things are, and when all is gone
 * that was found before: then all of it can go, and each of it alone.
 */
static void examine_behind(struct shadow *shadow, u32 i)
{
	struct look look;

	if (shadow->needed[i])
		return;
	look_at(shadow, i, &look);
	if (is_needless(shadow, i, true) && is_needless(shadow, i, false))
		needless(shadow, i, look.matters ? &look.decided : NULL);
}

/* What never decides first, so that no entry is called needless because of such a one. */
static void examine_all(struct shadow *shadow)
{
	u32 i;

	for (i = 0; i < shadow->list.count && shadow->given_up < GIVE_UP_MOST; i++)
		examine_before(shadow, i);
	for (i = 0; i < shadow->list.count && shadow->given_up < GIVE_UP_MOST; i++)
		examine_behind(shadow, i);
}

static bool shadow_alloc(struct shadow *shadow)
{
	u32 count = shadow->list.count + 1;

	shadow->by = calloc(count, sizeof(*shadow->by));
	shadow->space = calloc(count, sizeof(*shadow->space));
	shadow->later = calloc(count, sizeof(*shadow->later));
	shadow->needed = calloc(count, sizeof(*shadow->needed));
	return shadow->by && shadow->space && shadow->later && shadow->needed;
}

static void examine_list(struct lint *lint, struct bailey_object *object, u32 dir)
{
	struct shadow shadow = {};
	char *line;

	if (lint_list_open(&shadow.list, lint, object, dir) && shadow_alloc(&shadow))
		memset(shadow.space, 0xff, (shadow.list.count + 1) * sizeof(*shadow.space));
	else
		lint->failed = true;
	if (!lint->failed)
		examine_all(&shadow);
	if (shadow.given_up) {
		line = lint_text_object(object);
		lint_give_up(lint, line, dir == BAILEY_IN ?
			     "some 'in' entries may not matter: it takes too long to find out" :
			     "some 'out' entries may not matter: it takes too long to find out");
		free(line);
	}
	spaces_destroy(shadow.spaces);
	free(shadow.by);
	free(shadow.space);
	free(shadow.later);
	free(shadow.needed);
	lint_list_close(&shadow.list);
}

/**
 * lint_check_shadow() - entries of ACLs that do not matter
 * @lint: the examination
 *
 * ACLs that nothing is attached to are left out.
 */
void lint_check_shadow(struct lint *lint)
{
	const struct bailey_objects *acls = &lint->policy->objects[BAILEY_ACL];
	struct bailey_object *object;
	u32 n, at;

	for (n = 0; n < acls->named; n++) {
		object = bailey_policy_nth(lint->policy, BAILEY_ACL, n);
		if (!lint_attach_of_acl(lint, bailey_acl_of(object), 0, &at))
			continue;
		examine_list(lint, object, BAILEY_IN);
		examine_list(lint, object, BAILEY_OUT);
	}
}
