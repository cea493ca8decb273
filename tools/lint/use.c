// SPDX-License-Identifier: GPL-2.0
/*
 * Who uses what: groups, their members, and prefix lists.
 */
#include "lint.h"

static u8 endpoint_families(const struct bailey_endpoint *endpoint)
{
	u8 families = 0;
	u32 i;

	for (i = 0; i < endpoint->count; i++)
		families |= bailey_family_bit(endpoint->at[i].family);
	return families;
}

/* The addresses of a host line are the interface's, which may be any. */
static void use_set(struct lint_use *use, const struct bailey_set *set, u8 families)
{
	u32 i;

	for (i = 0; set && i < set->count; i++) {
		use->attached[set->slot[i]] = true;
		use->families[set->slot[i]] |= families;
	}
}

static void use_sets(struct lint *lint)
{
	const struct bailey_policy *policy = lint->policy;
	const struct bailey_endpoint *endpoint;
	const struct bailey_attach *attach;
	u32 n;

	for (n = 0; n < policy->objects[BAILEY_ATTACH].named; n++) {
		attach = bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n));
		use_set(&lint->use, attach->set, attach->host ? BAILEY_FAMILY_BOTH : 0);
	}
	for (n = 0; n < policy->objects[BAILEY_ENDPOINT].named; n++) {
		endpoint = bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT, n));
		use_set(&lint->use, endpoint->set, endpoint_families(endpoint));
	}
}

static void use_peer(struct lint_use *use, const struct bailey_peer *peer)
{
	if (peer->kind == BAILEY_PEER_GROUP)
		use->named[peer->slot] = true;
	if (peer->kind == BAILEY_PEER_PREFIX_LIST)
		use->list_named[peer->slot] = true;
}

static void use_rules(struct lint *lint, const struct bailey_rules *rules)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 dir;

	for (dir = 0; dir < 2; dir++) {
		for (rule = bailey_rules_first(&rules[dir], &iter); rule;
		     rule = bailey_rules_next(&iter)) {
			bailey_rule_match(rule, &match);
			use_peer(&lint->use, &match.from);
			use_peer(&lint->use, &match.to);
		}
	}
}

static void use_lists(struct lint *lint)
{
	const struct bailey_objects *lists = &lint->policy->objects[BAILEY_PREFIX_LIST];
	const struct bailey_prefix_set *set;
	const struct bailey_object *object;
	u32 slot, i;

	for (slot = 0; slot < lists->slots; slot++) {
		object = bailey_policy_object(lint->policy, BAILEY_PREFIX_LIST, slot);
		if (!object)
			continue;
		set = &bailey_prefix_list_of(object)->set;
		for (i = 0; i < set->count; i++)
			lint->use.list_families[slot] |= bailey_family_bit(set->at[i].family);
	}
}

/**
 * lint_use_read() - find out who uses what
 * @lint: the examination; @lint->use is filled in
 *
 * Return: false when memory is short.
 */
bool lint_use_read(struct lint *lint)
{
	const struct bailey_policy *policy = lint->policy;
	struct lint_use *use = &lint->use;
	u32 groups = policy->objects[BAILEY_GROUP].slots + 1;
	u32 lists = policy->objects[BAILEY_PREFIX_LIST].slots + 1, n;

	use->families = calloc(groups, sizeof(*use->families));
	use->attached = calloc(groups, sizeof(*use->attached));
	use->named = calloc(groups, sizeof(*use->named));
	use->list_named = calloc(lists, sizeof(*use->list_named));
	use->list_families = calloc(lists, sizeof(*use->list_families));
	if (!use->families || !use->attached || !use->named || !use->list_named ||
	    !use->list_families)
		return false;
	use_sets(lint);
	use_lists(lint);
	for (n = 0; n < policy->objects[BAILEY_ACL].named; n++)
		use_rules(lint, bailey_acl_of(bailey_policy_nth(policy, BAILEY_ACL, n))->rules);
	for (n = 0; n < policy->objects[BAILEY_GROUP].named; n++)
		use_rules(lint, bailey_group_of(bailey_policy_nth(policy, BAILEY_GROUP,
								  n))->rules);
	return true;
}

/**
 * lint_use_free() - free what lint_use_read() has found
 * @lint: the examination
 */
void lint_use_free(struct lint *lint)
{
	free(lint->use.families);
	free(lint->use.attached);
	free(lint->use.named);
	free(lint->use.list_named);
	free(lint->use.list_families);
}
