// SPDX-License-Identifier: GPL-2.0
/*
 * Prefix lists: describe-prefix-lists, which has entries, describe-managed-
 * prefix-lists, which has none, and get-managed-prefix-list-entries, which has
 * nothing else: whose they are is said by an option, by the file's name, or found
 * out when all is read (resolve.c).
 */
#include <ctype.h>

#include "aws.h"

static void put_entry(struct aws_import *aws, const struct aws_at *at,
		      struct aws_list *list, const char *text)
{
	struct aws_cidr cidr;

	if (aws_cidr_read(aws, at, text, list->family, &cidr))
		aws_add_cidr(&list->cidrs, &list->count, &list->cap, &cidr);
}

static void read_entries(struct aws_import *aws, const struct aws_at *entries,
			 struct aws_list *list)
{
	struct aws_at item;
	const char *text;
	size_t i;

	for (i = 0; i < json_array_size(entries->json); i++) {
		aws_item(entries, i, &item);
		if (json_is_string(item.json)) {
			put_entry(aws, &item, list, json_string_value(item.json));
			continue;
		}
		if (!aws_object_needed(aws, &item))
			continue;
		text = aws_string(aws, &item, "Cidr");
		if (text)
			put_entry(aws, &item, list, text);
		else
			aws_refuse(aws, &item, "Cidr is missing");
	}
	list->count = aws_unique(list->cidrs, list->count, sizeof(*list->cidrs), aws_cidr_cmp,
				 NULL);
	list->known = true;
}

static bool same_list(const struct aws_list *a, const struct aws_list *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (aws_cidr_cmp(&a->cidrs[i], &b->cidrs[i]))
			return false;
	return true;
}

static void keep_list(struct aws_import *aws, const struct aws_at *at, struct aws_list *list)
{
	struct aws_list *other = aws_find(&aws->lists, list->o.id);

	if (!other) {
		aws_insert(&aws->lists, list);
		return;
	}
	if (list->known && other->known && !same_list(list, other)) {
		aws_invalid(aws, at, "%s has other entries than in %s", list->o.id,
			    other->o.where);
	} else if (list->known && !other->known) {
		other->known = true;
		other->cidrs = list->cidrs;
		other->count = list->count;
		other->cap = list->cap;
		list->cidrs = NULL;
	}
	if (!other->family)
		other->family = list->family;
	aws_list_free(list);
}

static u8 read_family(struct aws_import *aws, const struct aws_at *at)
{
	const char *word = aws_string(aws, at, "AddressFamily");

	if (!word)
		return 0;
	if (!strcasecmp(word, "IPv4"))
		return BAILEY_IPV4;
	if (!strcasecmp(word, "IPv6"))
		return BAILEY_IPV6;
	aws_refuse(aws, at, "AddressFamily is IPv4 or IPv6, not '%.40s'", word);
	return 0;
}

/**
 * aws_read_list() - a prefix list, with its entries or without
 * @aws: the import
 * @at: the list
 */
void aws_read_list(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at entries = {};
	struct aws_list *list;
	const char *id, *name;
	s64 most = 0;

	if (!aws_object_needed(aws, at))
		return;
	id = aws_string(aws, at, "PrefixListId");
	if (!id) {
		aws_refuse(aws, at, "PrefixListId is missing");
		return;
	}
	list = aws_new(sizeof(*list));
	aws_head(aws, at, &list->o);
	list->o.id = aws_copy(id);
	name = aws_string(aws, at, "PrefixListName");
	if (name) {
		free(list->o.name);
		list->o.name = aws_copy(name);
	}
	list->family = read_family(aws, at);
	if (aws_number(aws, at, "MaxEntries", &most) && most > 0 && most < U32_MAX)
		list->most = most;
	aws_array(aws, at, "Cidrs", &entries);
	if (!json_is_array(entries.json))
		aws_array(aws, at, "Entries", &entries);
	if (json_is_array(entries.json))
		read_entries(aws, &entries, list);
	keep_list(aws, at, list);
}

/* The option names a file as it was typed, with its directories or without. */
static const char *list_by_option(struct aws_import *aws)
{
	const char *base = strrchr(aws->file, '/');
	size_t i;

	for (i = 0; i < aws->entry_count; i++) {
		struct aws_pair *pair = &aws->entries[i];

		if (strcmp(pair->to, aws->file) && (!base || strcmp(pair->to, base + 1)))
			continue;
		pair->used = true;
		return pair->from;
	}
	return NULL;
}

/* "pl-" and what may follow it, in the name of the file. */
static char *list_by_file(const struct aws_import *aws)
{
	const char *base = strrchr(aws->file, '/');
	size_t len = 3;
	char *id;

	base = strstr(base ? base : aws->file, "pl-");
	if (!base)
		return NULL;
	while (isalnum((u8)base[len]))
		len++;
	if (len < 8)
		return NULL;
	id = aws_copy(base);
	id[len] = '\0';
	return id;
}

/**
 * aws_read_entries() - entries of a prefix list that is not named beside them
 * @aws: the import
 * @at: the list of entries
 */
void aws_read_entries(struct aws_import *aws, const struct aws_at *at)
{
	const char *option = list_by_option(aws);
	char *id = option ? aws_copy(option) : list_by_file(aws);
	struct aws_loose *loose = aws_loose_new(aws, at, id);

	loose->list = aws_new(sizeof(*loose->list));
	read_entries(aws, at, loose->list);
	free(id);
}
