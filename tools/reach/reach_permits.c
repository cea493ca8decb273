// SPDX-License-Identifier: GPL-2.0
/*
 * What a side's groups allow, by who the two ends are. The same question is asked for
 * many pairs of places, so answers are remembered; of ends that no rule cares for
 * it is not asked who they are.
 */
#include "reach_permits.h"

/**
 * reach_permits_create() - no answers yet
 *
 * Return: them, or NULL when memory is short.
 */
struct reach_permits *reach_permits_create(void)
{
	struct reach_permits *permits = calloc(1, sizeof(*permits));

	if (!permits)
		return NULL;
	permits->cap = 64;
	permits->at = calloc(permits->cap, sizeof(*permits->at));
	if (permits->at)
		return permits;
	free(permits);
	return NULL;
}

/**
 * reach_permits_destroy() - free answers; their sets are their store's
 * @permits: them, or NULL
 */
void reach_permits_destroy(struct reach_permits *permits)
{
	if (permits)
		free(permits->at);
	free(permits);
}

static bool question_equal(const struct reach_question *a, const struct reach_question *b)
{
	return a->set == b->set && a->member[0] == b->member[0] &&
	       a->member[1] == b->member[1] && a->policy == b->policy && a->dir == b->dir;
}

static u32 id_of(const struct bailey_set *set)
{
	return set ? set->id : 0;
}

static struct reach_permit *find(const struct reach_permits *permits,
				 const struct reach_question *question)
{
	u64 h = id_of(question->set) * 0x9e3779b97f4a7c15ULL;
	u32 i;

	h = (h ^ h >> 29 ^ id_of(question->member[0])) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 29 ^ id_of(question->member[1])) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 29 ^ question->policy << 1 ^ question->dir) * 0x94d049bb133111ebULL;
	i = (u32)(h >> 32) & (permits->cap - 1);
	while (permits->at[i].question.set &&
	       !question_equal(&permits->at[i].question, question))
		i = (i + 1) & (permits->cap - 1);
	return &permits->at[i];
}

static int make_room(struct reach_permits *permits)
{
	struct reach_permits wider = { .cap = 2 * permits->cap };
	u32 i;

	if (2 * permits->count < permits->cap)
		return 0;
	wider.at = calloc(wider.cap, sizeof(*wider.at));
	if (!wider.at)
		return -ENOMEM;
	for (i = 0; i < permits->cap; i++)
		if (permits->at[i].question.set)
			*find(&wider, &permits->at[i].question) = permits->at[i];
	free(permits->at);
	permits->at = wider.at;
	permits->cap = wider.cap;
	return 0;
}

/* Is an end a member, where a rule cares? */
static bool member_fits(const struct bailey_set *member, u32 slot)
{
	return slot == BAILEY_NO_SLOT || (member && bailey_set_has(member, slot));
}

static u32 ask(struct spaces *spaces, struct reach_rules *rules,
	       const struct reach_question *question)
{
	u32 i, k, space = SPACE_NONE;

	for (i = 0; i < question->set->count; i++) {
		const struct reach_group *group =
			reach_rules_group(rules, spaces, question->set->slot[i],
					  question->dir);

		for (k = 0; group && k < group->count; k++)
			if (member_fits(question->member[0], group->peers[k].slot[0]) &&
			    member_fits(question->member[1], group->peers[k].slot[1]))
				space = space_or(spaces, space, group->peers[k].space);
	}
	return space;
}

static bool cares(struct spaces *spaces, struct reach_rules *rules,
		  const struct reach_question *question, u32 end)
{
	u32 i;

	for (i = 0; i < question->set->count; i++) {
		const struct reach_group *group =
			reach_rules_group(rules, spaces, question->set->slot[i],
					  question->dir);

		if (group && group->cares[end])
			return true;
	}
	return false;
}

/**
 * reach_permits_space() - what a side's groups allow
 * @permits: answers from before
 * @spaces: where
 * @rules: of the policy
 * @question: what is asked
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 reach_permits_space(struct reach_permits *permits, struct spaces *spaces,
			struct reach_rules *rules, const struct reach_question *question)
{
	struct reach_question plain = *question;
	struct reach_permit *permit;
	u32 end;

	for (end = 0; end < 2; end++)
		if (!cares(spaces, rules, question, end))
			plain.member[end] = NULL;
	if (make_room(permits)) {
		spaces->bdd.failure = BDD_NO_MEMORY;
		return SPACE_FAILED;
	}
	permit = find(permits, &plain);
	if (!permit->question.set) {
		permit->question = plain;
		permit->space = ask(spaces, rules, &plain);
		permits->count++;
	}
	return permit->space;
}

/**
 * reach_permits_roots() - the sets that were made
 * @permits: them
 * @root: filled in, or NULL to count them
 *
 * Return: how many.
 */
u32 reach_permits_roots(const struct reach_permits *permits, u32 *root)
{
	u32 i, n = 0;

	for (i = 0; i < permits->cap; i++)
		if (permits->at[i].question.set) {
			if (root)
				root[n] = permits->at[i].space;
			n++;
		}
	return n;
}
