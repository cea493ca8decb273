// SPDX-License-Identifier: GPL-2.0
/*
 * Objects, from their making to their end.
 *
 * An object is counted: each chunk of a table (objects.c) that has it holds one
 * reference.
 */
#include "object.h"
#include "classifier.h"

static const size_t object_size[BAILEY_KIND_COUNT] = {
	[BAILEY_ACL] = sizeof(struct bailey_acl),
	[BAILEY_GROUP] = sizeof(struct bailey_group),
	[BAILEY_PREFIX_LIST] = sizeof(struct bailey_prefix_list),
	[BAILEY_ATTACH] = sizeof(struct bailey_attach),
	[BAILEY_ENDPOINT] = sizeof(struct bailey_endpoint),
};

static_assert(offsetof(struct bailey_acl, object) == 0);
static_assert(offsetof(struct bailey_group, object) == 0);
static_assert(offsetof(struct bailey_prefix_list, object) == 0);
static_assert(offsetof(struct bailey_attach, object) == 0);
static_assert(offsetof(struct bailey_endpoint, object) == 0);

/**
 * bailey_set_put() - give back a reference
 * @set: the set, or NULL; freed with the last one
 */
void bailey_set_put(struct bailey_set *set)
{
	if (set && bailey_ref_put(&set->refs))
		bailey_free(set);
}

static void rules_pair_destroy(struct bailey_rules *rules)
{
	bailey_rules_destroy(&rules[BAILEY_IN]);
	bailey_rules_destroy(&rules[BAILEY_OUT]);
}

static void acl_unseal(struct bailey_acl *acl)
{
	bailey_classifier_put(acl->classifier[BAILEY_IN]);
	bailey_classifier_put(acl->classifier[BAILEY_OUT]);
	acl->classifier[BAILEY_IN] = NULL;
	acl->classifier[BAILEY_OUT] = NULL;
}

static void group_unseal(struct bailey_group *group)
{
	bailey_group_index_exit(&group->index[BAILEY_IN]);
	bailey_group_index_exit(&group->index[BAILEY_OUT]);
}

/* Free what an object holds. An undefined one holds nothing: all of it is zero. */
static void object_empty(struct bailey_object *object)
{
	switch (object->kind) {
	case BAILEY_ACL:
		acl_unseal(bailey_acl_of(object));
		rules_pair_destroy(bailey_acl_of(object)->rules);
		break;
	case BAILEY_GROUP:
		group_unseal(bailey_group_of(object));
		rules_pair_destroy(bailey_group_of(object)->rules);
		break;
	case BAILEY_PREFIX_LIST:
		bailey_prefix_set_destroy(&bailey_prefix_list_of(object)->set);
		break;
	case BAILEY_ATTACH:
		bailey_set_put(bailey_attach_of(object)->set);
		bailey_attach_of(object)->set = NULL;
		break;
	case BAILEY_ENDPOINT:
		bailey_set_put(bailey_endpoint_of(object)->set);
		bailey_endpoint_of(object)->set = NULL;
		bailey_free(bailey_endpoint_of(object)->at);
		bailey_endpoint_of(object)->at = NULL;
		bailey_endpoint_of(object)->count = 0;
		break;
	}
}

/**
 * bailey_object_put() - give back a reference
 * @object: the object, or NULL; freed with the last one
 */
void bailey_object_put(struct bailey_object *object)
{
	if (object && bailey_ref_put(&object->refs)) {
		object_empty(object);
		bailey_free(object);
	}
}

/**
 * bailey_object_create() - make an object
 * @kind: which kind
 * @name: its name, not terminated, at most %BAILEY_NAME_MAX bytes
 * @len: length of the name
 *
 * Return: an undefined, fresh object with one reference, or NULL.
 */
struct bailey_object *bailey_object_create(enum bailey_kind kind,
					   const char *name, u32 len)
{
	struct bailey_object *object = bailey_zalloc(object_size[kind]);

	if (!object)
		return NULL;
	bailey_ref_init(&object->refs);
	object->kind = kind;
	object->fresh = true;
	memcpy(object->name, name, len);
	return object;
}

static void rules_pair_clone(struct bailey_rules *to, const struct bailey_rules *from)
{
	bailey_rules_clone(&to[BAILEY_IN], &from[BAILEY_IN]);
	bailey_rules_clone(&to[BAILEY_OUT], &from[BAILEY_OUT]);
}

/**
 * bailey_object_clone() - copy an object that other policies keep as it is
 * @from: an ACL, group or prefix list
 *
 * Return: a fresh object with one reference, or NULL when memory is short.
 */
struct bailey_object *bailey_object_clone(const struct bailey_object *from)
{
	struct bailey_object *to = bailey_object_create(from->kind, from->name,
						 strlen(from->name));
	int ret = 0;

	if (!to)
		return NULL;
	to->defined = from->defined;
	if (from->kind == BAILEY_ACL)
		rules_pair_clone(bailey_acl_of(to)->rules, bailey_acl_of(from)->rules);
	else if (from->kind == BAILEY_GROUP)
		rules_pair_clone(bailey_group_of(to)->rules,
				 bailey_group_of(from)->rules);
	else if (from->kind == BAILEY_PREFIX_LIST)
		ret = bailey_prefix_set_clone(&bailey_prefix_list_of(to)->set,
					      &bailey_prefix_list_of(from)->set);
	if (ret) {
		bailey_object_put(to);
		return NULL;
	}
	return to;
}
