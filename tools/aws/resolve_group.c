// SPDX-License-Identifier: GPL-2.0
/*
 * Whose rules are whose, and who is meant by a rule's group.
 */
#include "aws.h"

static struct aws_group *mention(struct aws_import *aws, const char *id)
{
	struct aws_group *group = aws_new(sizeof(*group));

	group->o.id = aws_copy(id);
	aws_insert(&aws->groups, group);
	return group;
}

/* A rule that stands alone is one of its group's, or the group is made of such. */
static void settle_rule(struct aws_import *aws, struct aws_loose *loose, size_t at)
{
	struct aws_group *group = aws_find(&aws->groups, loose->id);

	if (!group) {
		group = mention(aws, loose->id);
		group->by_rules = true;
		group->o.where = aws_copy(loose->where);
	}
	if (group->by_rules) {
		group->rules = aws_more(group->rules, group->count, &group->cap,
					sizeof(*group->rules));
		group->rules[group->count++] = loose->rules[at];
		memset(&loose->rules[at], 0, sizeof(loose->rules[at]));
	} else if (!group->count ||
		   !bsearch(&loose->rules[at], group->rules, group->count,
			    sizeof(*group->rules), aws_rule_cmp)) {
		aws_refuse_where(aws, loose->where, "%s has no such rule in %s", loose->id,
				 group->o.where);
	}
}

static void settle_rules(struct aws_import *aws)
{
	size_t i, k;

	for (i = 0; i < aws->loose_count; i++)
		for (k = 0; k < aws->loose[i].count; k++)
			settle_rule(aws, &aws->loose[i], k);
	for (i = 0; i < aws->groups.count; i++) {
		struct aws_group *group = aws->groups.at[i];

		if (!group->by_rules)
			continue;
		group->count = aws_unique(group->rules, group->count, sizeof(*group->rules),
					  aws_rule_cmp, aws_rule_free);
		aws_remark(aws, NULL,
			   "%s is known by its rules alone: those in the files are all it has",
			   group->o.id);
	}
}

/* Groups that interfaces have, but no file describes: they allow nothing. */
static void mention_groups_of(struct aws_import *aws, const struct aws_nic *nic)
{
	size_t i;

	for (i = 0; i < nic->group_count; i++) {
		if (aws_find(&aws->groups, nic->groups[i]))
			continue;
		mention(aws, nic->groups[i]);
		aws_remark(aws, NULL, "%s of %s is not described: it allows nothing",
			   nic->groups[i], nic->o.id);
	}
}

static char *name_key(const char *vpc, const char *name)
{
	struct bailey_out out = {};
	char *key;

	bailey_out_bytes(&out, vpc ? vpc : "", vpc ? strlen(vpc) : 0);
	bailey_out_bytes(&out, "\n", 1);
	bailey_out_bytes(&out, name, strlen(name));
	key = aws_copy(out.buf);
	bailey_out_destroy(&out);
	return key;
}

/* Ids of groups by VPC and name, for rules that name a group only. */
static json_t *names_index(const struct aws_import *aws)
{
	json_t *index = json_object();
	size_t i;

	for (i = 0; i < aws->groups.count; i++) {
		const struct aws_group *group = aws->groups.at[i];
		char *key;

		if (!group->o.name)
			continue;
		key = name_key(group->o.vpc, group->o.name);
		json_object_set_new(index, key, json_string(group->o.id));
		free(key);
	}
	return index;
}

static void by_name(struct aws_rule *rule, const struct aws_group *group, json_t *names)
{
	char *key = name_key(group->o.vpc, rule->name);
	const char *id = json_string_value(json_object_get(names, key));

	free(rule->id);
	rule->id = aws_copy(id ? id : rule->name);
	free(key);
}

/* A group of the same name that nobody is in. */
static void point_at_nobody(struct aws_import *aws, struct aws_rule *rule,
			    const struct aws_group *group)
{
	struct bailey_out id = {};
	struct aws_group *nobody;

	bailey_out_printf(&id, "%.200s:gone", rule->id);
	if (!aws_find(&aws->groups, id.buf)) {
		nobody = mention(aws, id.buf);
		nobody->nobody = true;
		aws_remark(aws, NULL,
			   "stale: the peering that leads %s to %s is over: nobody is meant",
			   group->o.id, rule->id);
	}
	free(rule->id);
	rule->id = aws_copy(id.buf);
	bailey_out_destroy(&id);
}

static void resolve_peer(struct aws_import *aws, struct aws_group *group,
			 struct aws_rule *rule, json_t *names)
{
	struct aws_group *peer;

	if (!*rule->id)
		by_name(rule, group, names);
	peer = aws_find(&aws->groups, rule->id);
	if (peer && rule->dead)
		point_at_nobody(aws, rule, group);
	if (peer)
		return;
	peer = mention(aws, rule->id);
	peer->nobody = true;
	if (rule->name)
		peer->o.name = aws_copy(rule->name);
	aws_remark(aws, NULL,
		   "stale: %s refers to %s, which is not in these files (deleted, or another account's): nobody is meant",
		   group->o.id, rule->id);
}

/**
 * aws_resolve_groups() - whose rules are whose, and who is meant by their peers
 * @aws: the import
 */
void aws_resolve_groups(struct aws_import *aws)
{
	size_t i, k, count;
	json_t *names;

	settle_rules(aws);
	for (i = 0; i < aws->nics.count; i++)
		mention_groups_of(aws, aws->nics.at[i]);
	names = names_index(aws);
	count = aws->groups.count;
	for (i = 0; i < count; i++) {
		struct aws_group *group = aws->groups.at[i];

		for (k = 0; k < group->count; k++)
			if (group->rules[k].peer == AWS_PEER_GROUP)
				resolve_peer(aws, group, &group->rules[k], names);
		group->count = aws_unique(group->rules, group->count, sizeof(*group->rules),
					  aws_rule_cmp, aws_rule_free);
	}
	json_decref(names);
}
