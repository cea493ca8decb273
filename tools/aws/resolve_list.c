// SPDX-License-Identifier: GPL-2.0
/*
 * Whose entries are whose, and whether those of all prefix lists in use are at hand.
 */
#include "aws.h"

static struct aws_list *list_get(struct aws_import *aws, const char *id)
{
	struct aws_list *list = aws_find(&aws->lists, id);

	if (!list) {
		list = aws_new(sizeof(*list));
		list->o.id = aws_copy(id);
		aws_insert(&aws->lists, list);
	}
	return list;
}

static void mark_used(struct aws_import *aws)
{
	size_t i, k;

	for (i = 0; i < aws->groups.count; i++) {
		const struct aws_group *group = aws->groups.at[i];

		for (k = 0; k < group->count; k++)
			if (group->rules[k].peer == AWS_PEER_LIST)
				list_get(aws, group->rules[k].id)->used = true;
	}
}

static void give(struct aws_import *aws, struct aws_list *list, struct aws_loose *loose)
{
	size_t i;

	for (i = 0; i < loose->list->count && list->family; i++)
		if (loose->list->cidrs[i].family != list->family)
			aws_refuse_where(aws, loose->where, "%s has prefixes of the other family",
					 list->o.id);
	if (!list->known) {
		list->known = true;
		list->cidrs = loose->list->cidrs;
		list->count = loose->list->count;
		list->cap = loose->list->cap;
		loose->list->cidrs = NULL;
		return;
	}
	for (i = 0; i < list->count && list->count == loose->list->count; i++)
		if (aws_cidr_cmp(&list->cidrs[i], &loose->list->cidrs[i]))
			break;
	if (i != list->count || list->count != loose->list->count)
		aws_refuse_where(aws, loose->where, "%s has other entries elsewhere", list->o.id);
}

static bool fits(const struct aws_list *list, const struct aws_list *entries)
{
	size_t i;

	if (list->known || (list->most && list->most < entries->count))
		return false;
	for (i = 0; i < entries->count && list->family; i++)
		if (entries->cidrs[i].family != list->family)
			return false;
	return true;
}

/* Entries that do not say whose they are: is there one list alone that they fit? */
static void guess(struct aws_import *aws, struct aws_loose *loose)
{
	struct aws_list *found = NULL;
	size_t i, count = 0, used = 0;

	for (i = 0; i < aws->lists.count; i++) {
		struct aws_list *list = aws->lists.at[i];

		if (!fits(list, loose->list))
			continue;
		found = list;
		count++;
		used += list->used;
	}
	if (count == 1) {
		aws_remark(aws, NULL, "%s are taken to be those of %s, the only list that they fit",
			   loose->where, found->o.id);
		give(aws, found, loose);
	} else if (used) {
		aws_refuse_where(aws, loose->where,
				 "entries of which prefix list? --entries LIST=FILE says it");
	} else {
		aws_remark(aws, NULL, "%s: entries of a list that nobody refers to",
			   loose->where);
	}
}

static void check_used(struct aws_import *aws)
{
	size_t i;

	for (i = 0; i < aws->lists.count; i++) {
		struct aws_list *list = aws->lists.at[i];

		if (list->known)
			continue;
		if (!list->used)
			aws_remark(aws, NULL,
				   "%s: its entries are not at hand, but no rule refers to it",
				   list->o.id);
		else if (aws->allow_missing)
			aws_remark(aws, NULL,
				   "%s: its entries are not at hand: nobody is meant by it",
				   list->o.id);
		else
			aws_refuse_where(aws, list->o.where,
					 "the entries of %s are not at hand, and a rule refers to it (get-managed-prefix-list-entries has them; --allow-missing takes it for empty)",
					 list->o.id);
	}
}

static void check_options(struct aws_import *aws)
{
	size_t i;

	for (i = 0; i < aws->entry_count; i++)
		if (!aws->entries[i].used)
			aws_refuse_where(aws, NULL,
					 "--entries %s=%s: no such file was read, or it has no entries alone",
					 aws->entries[i].from, aws->entries[i].to);
}

/**
 * aws_resolve_lists() - give entries to their lists
 * @aws: the import; groups are resolved
 */
void aws_resolve_lists(struct aws_import *aws)
{
	size_t i;

	mark_used(aws);
	for (i = 0; i < aws->loose_count; i++)
		if (aws->loose[i].list && aws->loose[i].id)
			give(aws, list_get(aws, aws->loose[i].id), &aws->loose[i]);
	for (i = 0; i < aws->loose_count; i++)
		if (aws->loose[i].list && !aws->loose[i].id)
			guess(aws, &aws->loose[i]);
	check_used(aws);
	check_options(aws);
}
