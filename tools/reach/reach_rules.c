// SPDX-License-Identifier: GPL-2.0
/*
 * What the ACLs and groups of a policy are as sets, made when they are asked for.
 *
 * An ACL is the same set wherever it is asked. What a group allows depends on who the two
 * ends are; so its rules are sorted by the groups that they name, and each such heap is a
 * set.
 */
#include "reach_rules.h"

/**
 * reach_rules_create() - nothing yet
 * @policy: sealed; must outlive it
 * @within: nothing is asked about other packets
 *
 * Return: it, or NULL when memory is short.
 */
struct reach_rules *reach_rules_create(const struct bailey_policy *policy, u32 within)
{
	struct reach_rules *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return NULL;
	rules->policy = policy;
	rules->within = within;
	rules->acl = calloc(policy->objects[BAILEY_ACL].slots + 1, sizeof(*rules->acl));
	rules->group = calloc(policy->objects[BAILEY_GROUP].slots + 1,
			      sizeof(*rules->group));
	if (rules->acl && rules->group)
		return rules;
	reach_rules_destroy(rules);
	return NULL;
}

/**
 * reach_rules_destroy() - free it; its sets are their store's
 * @rules: it, or NULL
 */
void reach_rules_destroy(struct reach_rules *rules)
{
	u32 i;

	if (!rules)
		return;
	for (i = 0; rules->group && i < rules->policy->objects[BAILEY_GROUP].slots; i++) {
		free(rules->group[i][0].peers);
		free(rules->group[i][1].peers);
	}
	free(rules->acl);
	free(rules->group);
	free(rules);
}

/**
 * reach_rules_acl() - what an ACL allows
 * @rules: of its policy
 * @spaces: where
 * @acl: the ACL, or NULL, which allows all
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @response: the requests whose response it allows, instead
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 reach_rules_acl(struct reach_rules *rules, struct spaces *spaces,
		    const struct bailey_acl *acl, u8 dir, bool response)
{
	struct reach_acl *known;
	u32 slot;

	if (!acl)
		return SPACE_ALL;
	slot = bailey_policy_slot(rules->policy, BAILEY_ACL, acl->object.name,
				  strlen(acl->object.name));
	known = &rules->acl[slot][dir];
	if (!known->made[response]) {
		known->space[response] =
			space_first_match_within(spaces, rules->policy, &acl->rules[dir],
						 response, rules->within);
		known->made[response] = true;
	}
	return known->space[response];
}

/* A rule, with what decides about its heap. */
struct heaped {
	u32 slot[2];
	struct bailey_rule *rule;
};

static int by_slots(const void *x, const void *y)
{
	const struct heaped *a = x, *b = y;

	if (a->slot[0] != b->slot[0])
		return a->slot[0] < b->slot[0] ? -1 : 1;
	return a->slot[1] < b->slot[1] ? -1 : a->slot[1] > b->slot[1];
}

static u32 peer_slot(const struct bailey_peer *peer)
{
	return peer->kind == BAILEY_PEER_GROUP ? peer->slot : BAILEY_NO_SLOT;
}

static struct heaped *sort_rules(const struct bailey_rules *rules)
{
	struct heaped *heaped = calloc(rules->count + 1, sizeof(*heaped));
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 n = 0;

	if (!heaped || !rules->count)
		return heaped;
	for (rule = bailey_rules_first(rules, &iter); rule; rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		heaped[n].slot[0] = peer_slot(&match.from);
		heaped[n].slot[1] = peer_slot(&match.to);
		heaped[n++].rule = rule;
	}
	qsort(heaped, n, sizeof(*heaped), by_slots);
	return heaped;
}

/* The union of some rules; @scratch has room for as many. */
static u32 heap_space(struct spaces *spaces, const struct reach_rules *rules,
		      const struct heaped *heaped, u32 count, u32 *scratch)
{
	struct bailey_match match;
	u32 i;

	for (i = 0; i < count; i++) {
		bailey_rule_match(heaped[i].rule, &match);
		scratch[i] = space_and(spaces, rules->within,
				       space_match(spaces, rules->policy, &match, false));
	}
	return space_union(spaces, scratch, count);
}

static int make_group(struct reach_rules *rules, struct spaces *spaces,
		      const struct bailey_rules *list, struct reach_group *group)
{
	struct heaped *heaped = sort_rules(list);
	u32 *scratch = calloc(list->count + 1, sizeof(*scratch));
	struct reach_peers *peers;
	u32 i, n;

	group->peers = calloc(list->count + 1, sizeof(*group->peers));
	for (i = 0; heaped && scratch && group->peers && i < list->count; i += n) {
		for (n = 1; i + n < list->count && !by_slots(&heaped[i], &heaped[i + n]); n++)
			;
		peers = &group->peers[group->count++];
		memcpy(peers->slot, heaped[i].slot, sizeof(peers->slot));
		peers->space = heap_space(spaces, rules, heaped + i, n, scratch);
		group->cares[0] |= peers->slot[0] != BAILEY_NO_SLOT;
		group->cares[1] |= peers->slot[1] != BAILEY_NO_SLOT;
	}
	n = heaped && scratch && group->peers;
	free(heaped);
	free(scratch);
	return n ? 0 : -ENOMEM;
}

/**
 * reach_rules_group() - what a group allows, by whom its rules name
 * @rules: of its policy
 * @spaces: where
 * @slot: the group
 * @dir: %BAILEY_IN or %BAILEY_OUT
 *
 * Return: it, owned by @rules; NULL when memory is short.
 */
struct reach_group *reach_rules_group(struct reach_rules *rules, struct spaces *spaces,
				      u32 slot, u8 dir)
{
	struct bailey_object *object = bailey_policy_object(rules->policy, BAILEY_GROUP, slot);
	struct reach_group *group = &rules->group[slot][dir];

	if (group->made)
		return group;
	group->made = true;
	if (!make_group(rules, spaces, &bailey_group_of(object)->rules[dir], group))
		return group;
	spaces->bdd.failure = BDD_NO_MEMORY;
	return NULL;
}

/**
 * reach_rules_roots() - the sets that were made
 * @rules: it
 * @root: filled in, or NULL to count them
 *
 * Return: how many.
 */
u32 reach_rules_roots(const struct reach_rules *rules, u32 *root)
{
	u32 i, k, dir, n = 0;

	if (root)
		root[n] = rules->within;
	n++;
	for (i = 0; i < rules->policy->objects[BAILEY_ACL].slots; i++)
		for (dir = 0; dir < 2; dir++)
			for (k = 0; k < 2; k++, n++)
				if (root)
					root[n] = rules->acl[i][dir].space[k];
	for (i = 0; i < rules->policy->objects[BAILEY_GROUP].slots; i++)
		for (dir = 0; dir < 2; dir++)
			for (k = 0; k < rules->group[i][dir].count; k++, n++)
				if (root)
					root[n] = rules->group[i][dir].peers[k].space;
	return n;
}
