// SPDX-License-Identifier: GPL-2.0
/*
 * The model's memory: arrays that grow, objects by id. A tool that runs out of
 * memory has printed nothing yet, and ends.
 */
#include "aws.h"

static void *needed(void *memory)
{
	if (!memory)
		exit(tool_fail("out of memory"));
	return memory;
}

/**
 * aws_new() - memory, zeroed
 * @size: bytes
 *
 * Return: the memory.
 */
void *aws_new(size_t size)
{
	return needed(calloc(1, size));
}

/**
 * aws_copy() - a copy of a string
 * @text: the string, or NULL
 *
 * Return: the copy, or NULL.
 */
char *aws_copy(const char *text)
{
	return text ? needed(strdup(text)) : NULL;
}

/**
 * aws_more() - room for one more element
 * @array: the array, or NULL
 * @count: elements in it
 * @cap: room in it; grows by the double
 * @size: bytes of an element
 *
 * Return: the array, perhaps moved.
 */
void *aws_more(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 8;
	return needed(reallocarray(array, *cap, size));
}

/**
 * aws_find() - an object by its id
 * @table: the objects
 * @id: the id
 *
 * Return: the object, or NULL.
 */
void *aws_find(const struct aws_table *table, const char *id)
{
	json_t *at = json_object_get(table->index, id);

	return at ? table->at[json_integer_value(at)] : NULL;
}

static void index_object(struct aws_table *table, size_t at)
{
	const struct aws_object *head = table->at[at];

	if (json_object_set_new_nocheck(table->index, head->id, json_integer(at)))
		needed(NULL);
}

/**
 * aws_insert() - put an object into its table
 * @table: has none of its id
 * @object: begins with its struct aws_object
 */
void aws_insert(struct aws_table *table, void *object)
{
	if (!table->index)
		table->index = needed(json_object());
	table->at = aws_more(table->at, table->count, &table->cap, sizeof(*table->at));
	table->at[table->count] = object;
	index_object(table, table->count++);
}

static int id_cmp(const void *a, const void *b)
{
	const struct aws_object *x = *(void * const *)a, *y = *(void * const *)b;

	return strcmp(x->id, y->id);
}

/**
 * aws_sort() - bring objects into the order of their ids
 * @table: the objects
 */
void aws_sort(struct aws_table *table)
{
	size_t i;

	if (table->count)
		qsort(table->at, table->count, sizeof(*table->at), id_cmp);
	for (i = 0; i < table->count; i++)
		index_object(table, i);
}

/**
 * aws_add_cidr() - append a prefix
 * @cidrs: the array
 * @count: prefixes in it
 * @cap: room in it
 * @cidr: the prefix
 */
void aws_add_cidr(struct aws_cidr **cidrs, size_t *count, size_t *cap,
		  const struct aws_cidr *cidr)
{
	*cidrs = aws_more(*cidrs, *count, cap, sizeof(**cidrs));
	(*cidrs)[(*count)++] = *cidr;
}

/**
 * aws_unique() - sort, and drop what is there twice
 * @array: the elements
 * @count: how many
 * @size: bytes of each
 * @cmp: their order
 * @drop: frees what an element holds, or NULL
 *
 * Return: how many are left.
 */
size_t aws_unique(void *array, size_t count, size_t size,
		  int (*cmp)(const void *a, const void *b), void (*drop)(void *item))
{
	char *at = array;
	size_t i, kept = 0;

	if (!count)
		return 0;
	qsort(array, count, size, cmp);
	for (i = 1; i < count; i++) {
		if (cmp(at + kept * size, at + i * size)) {
			kept++;
			if (kept != i)
				memcpy(at + kept * size, at + i * size, size);
		} else if (drop) {
			drop(at + i * size);
		}
	}
	return kept + 1;
}

/**
 * aws_object_free() - free what the common part holds
 * @object: the common part
 */
void aws_object_free(struct aws_object *object)
{
	free(object->id);
	free(object->name);
	free(object->text);
	free(object->vpc);
	free(object->tags);
	free(object->where);
	free(object->label);
}

/**
 * aws_rule_free() - free what a rule holds
 * @rule: the rule
 */
void aws_rule_free(void *rule)
{
	struct aws_rule *r = rule;

	free(r->id);
	free(r->name);
	free(r->text);
}

/**
 * aws_group_free() - free a group
 * @group: the group
 */
void aws_group_free(void *group)
{
	struct aws_group *g = group;
	size_t i;

	for (i = 0; i < g->count; i++)
		aws_rule_free(&g->rules[i]);
	free(g->rules);
	aws_object_free(&g->o);
	free(g);
}

/**
 * aws_acl_free() - free a network ACL
 * @acl: the ACL
 */
void aws_acl_free(void *acl)
{
	struct aws_acl *a = acl;

	free(a->entries);
	json_decref(a->subnets);
	aws_object_free(&a->o);
	free(a);
}

/**
 * aws_subnet_free() - free a subnet
 * @subnet: the subnet
 */
void aws_subnet_free(void *subnet)
{
	struct aws_subnet *s = subnet;

	free(s->cidrs);
	free(s->dev);
	free(s->tag);
	aws_object_free(&s->o);
	free(s);
}

/**
 * aws_nic_free() - free an interface
 * @nic: the interface
 */
void aws_nic_free(void *nic)
{
	struct aws_nic *n = nic;
	size_t i;

	for (i = 0; i < n->group_count; i++)
		free(n->groups[i]);
	free(n->groups);
	free(n->subnet_id);
	free(n->addrs);
	aws_object_free(&n->o);
	free(n);
}

/**
 * aws_list_free() - free a prefix list
 * @list: the list
 */
void aws_list_free(void *list)
{
	struct aws_list *l = list;

	free(l->cidrs);
	aws_object_free(&l->o);
	free(l);
}

/**
 * aws_table_free() - free all objects of a table
 * @table: the table
 * @drop: frees one
 */
void aws_table_free(struct aws_table *table, void (*drop)(void *object))
{
	size_t i;

	for (i = 0; i < table->count; i++)
		drop(table->at[i]);
	free(table->at);
	json_decref(table->index);
}

/**
 * aws_loose_new() - make room for rules or entries without their owner
 * @aws: the import
 * @at: where they stand
 * @id: whose they are, or NULL
 *
 * Return: the new one; good until the next call.
 */
struct aws_loose *aws_loose_new(struct aws_import *aws, const struct aws_at *at,
				const char *id)
{
	struct aws_loose *loose;

	aws->loose = aws_more(aws->loose, aws->loose_count, &aws->loose_cap,
			      sizeof(*aws->loose));
	loose = &aws->loose[aws->loose_count++];
	memset(loose, 0, sizeof(*loose));
	loose->id = aws_copy(id);
	loose->where = aws_where(aws, at);
	return loose;
}
