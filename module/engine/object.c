// SPDX-License-Identifier: GPL-2.0
/*
 * Objects, from their making to their end, and tables of them.
 *
 * An object is counted: each policy that has it holds one reference. A table
 * finds objects by slot at once, and by name through an order of slots.
 */
#include "object.h"
#include "classifier.h"

#include "group_index.h"

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
	bailey_group_index_destroy(group->index[BAILEY_IN]);
	bailey_group_index_destroy(group->index[BAILEY_OUT]);
	group->index[BAILEY_IN] = NULL;
	group->index[BAILEY_OUT] = NULL;
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

static int objects_reserve(struct bailey_objects *objects, u32 cap)
{
	struct bailey_object **at;
	u32 *order;

	if (cap <= objects->cap)
		return 0;
	at = bailey_zalloc((size_t)cap * sizeof(*at));
	order = bailey_zalloc((size_t)cap * sizeof(*order));
	if (!at || !order) {
		bailey_free(at);
		bailey_free(order);
		return -ENOMEM;
	}
	if (objects->slots) {
		memcpy(at, objects->at, objects->slots * sizeof(*at));
		memcpy(order, objects->order, objects->named * sizeof(*order));
	}
	bailey_free(objects->at);
	bailey_free(objects->order);
	objects->at = at;
	objects->order = order;
	objects->cap = cap;
	return 0;
}

static int name_cmp(const char *name, u32 len, const char *other)
{
	u32 other_len = strlen(other);
	int order = memcmp(name, other, min_t(u32, len, other_len));

	return order ? order : (int)len - (int)other_len;
}

/**
 * bailey_objects_search() - where a name stands in the order, or would stand
 * @objects: the table
 * @name: the name, not terminated
 * @len: length of the name
 * @found: filled in: it stands there
 *
 * Return: index into the order.
 */
u32 bailey_objects_search(const struct bailey_objects *objects, const char *name,
			  u32 len, bool *found)
{
	u32 low = 0, high = objects->named;

	*found = false;
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		int order = name_cmp(name, len,
				     objects->at[objects->order[middle]]->name);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static u32 objects_free_slot(const struct bailey_objects *objects)
{
	u32 slot;

	if (objects->named == objects->slots)
		return objects->slots;
	for (slot = 0; slot < objects->slots; slot++)
		if (!objects->at[slot])
			return slot;
	return objects->slots;
}

/**
 * bailey_objects_insert() - give an object a slot
 * @objects: the table
 * @place: from bailey_objects_search() for its name
 * @object: the object; the table takes the caller's reference
 * @slot: filled in
 *
 * Return: 0, or -ENOMEM with the reference still the caller's.
 */
int bailey_objects_insert(struct bailey_objects *objects, u32 place,
			  struct bailey_object *object, u32 *slot)
{
	if (objects->slots == objects->cap &&
	    objects_reserve(objects, objects->cap ? 2 * objects->cap : 8))
		return -ENOMEM;
	*slot = objects_free_slot(objects);
	memmove(objects->order + place + 1, objects->order + place,
		(objects->named - place) * sizeof(*objects->order));
	objects->order[place] = *slot;
	objects->at[*slot] = object;
	objects->named++;
	if (*slot == objects->slots)
		objects->slots++;
	return 0;
}

/**
 * bailey_objects_clone() - share all objects of a table
 * @to: empty; filled in
 * @from: the table
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_objects_clone(struct bailey_objects *to, const struct bailey_objects *from)
{
	int ret = objects_reserve(to, from->slots);
	u32 slot;

	if (ret)
		return ret;
	for (slot = 0; slot < from->slots; slot++) {
		to->at[slot] = from->at[slot];
		if (to->at[slot])
			bailey_ref_get(&to->at[slot]->refs);
	}
	if (from->named)
		memcpy(to->order, from->order, from->named * sizeof(*to->order));
	to->slots = from->slots;
	to->named = from->named;
	return 0;
}

/**
 * bailey_objects_destroy() - give back all objects, and free the table
 * @objects: the table
 */
void bailey_objects_destroy(struct bailey_objects *objects)
{
	u32 slot;

	for (slot = 0; slot < objects->slots; slot++)
		bailey_object_put(objects->at[slot]);
	bailey_free(objects->at);
	bailey_free(objects->order);
}
