// SPDX-License-Identifier: GPL-2.0
/*
 * Policies as tables of named, counted objects.
 *
 * Names and slots. Rules refer to lists, groups and ACLs by slot, a small number
 * that stays with a name for as long as anything mentions it. A name that is
 * mentioned before it is defined, or after it was deleted, keeps its slot with
 * an undefined object; sealing refuses what still refers to such a one, and
 * frees the slots of the others. So lines may come in any order, and "flush"
 * followed by the same policy again changes no slot.
 *
 * Life. A clone shares all objects with its base, and the tables and maps that find
 * them (objects.c, places.c, sets.c), as far as no change concerns them;
 * bailey_policy_own() copies an object before its first change. What a policy has
 * of an object beside it (a place in a map, a count) is taken away then, and comes
 * back for what the object has become when the policy is sealed. One writer at a
 * time works on a policy (the caller holds its mutex); packets read sealed policies
 * only.
 */
#include "policy.h"

/**
 * bailey_kind_name() - the word of the language for a kind
 * @kind: the kind
 *
 * Return: a static string.
 */
const char *bailey_kind_name(enum bailey_kind kind)
{
	static const char * const name[BAILEY_KIND_COUNT] = {
		"acl", "group", "prefix-list", "attach", "endpoint"
	};

	return name[kind];
}

/**
 * bailey_exempt_name() - the word of the language for an exemption
 * @exempt: the exemption
 *
 * Return: a static string.
 */
const char *bailey_exempt_name(enum bailey_exempt exempt)
{
	static const char * const name[BAILEY_EXEMPT_COUNT] = {
		"loopback", "nd", "mld", "dhcp", "icmp-error"
	};

	return name[exempt];
}

/**
 * bailey_default_name() - the word for an action, as the default has it
 * @action: the action
 *
 * Return: a static string.
 */
const char *bailey_default_name(enum bailey_action action)
{
	return action == BAILEY_ALLOW ? "pass" : bailey_action_name(action);
}

/**
 * bailey_policy_create() - the policy of a namespace that has none
 *
 * Nothing attached, all exemptions standing, "default pass".
 *
 * Return: a policy with one reference, or NULL when memory is short.
 */
struct bailey_policy *bailey_policy_create(void)
{
	struct bailey_policy *policy = bailey_zalloc(sizeof(*policy));
	u64 seed = bailey_random();
	enum bailey_kind kind;

	if (!policy)
		return NULL;
	bailey_ref_init(&policy->refs);
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		bailey_objects_init(&policy->objects[kind], seed);
	bailey_sets_init(&policy->sets, seed);
	bailey_places_init(&policy->places, seed);
	policy->exempts = BAILEY_EXEMPT_ALL;
	policy->next_set_id = 1;
	policy->max_rules = ~(u64)0;
	return policy;
}

/**
 * bailey_policy_clone() - begin a change
 * @base: a sealed policy
 *
 * Return: a policy that can be changed and says what @base says, with one
 * reference; or NULL when memory is short.
 */
struct bailey_policy *bailey_policy_clone(const struct bailey_policy *base)
{
	struct bailey_policy *policy = bailey_policy_create();
	enum bailey_kind kind;

	if (!policy)
		return NULL;
	policy->next_set_id = base->next_set_id;
	policy->epoch = base->epoch;
	policy->default_action = base->default_action;
	policy->exempts = base->exempts;
	policy->layout = base->layout;
	policy->stems[0] = base->stems[0];
	policy->stems[1] = base->stems[1];
	policy->rules = base->rules;
	bailey_sets_clone(&policy->sets, &base->sets);
	bailey_places_clone(&policy->places, &base->places);
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		if (bailey_objects_clone(&policy->objects[kind], &base->objects[kind]))
			goto fail;
	return policy;
fail:
	bailey_policy_put(policy);
	return NULL;
}

/**
 * bailey_policy_get() - take a reference
 * @policy: the policy
 */
void bailey_policy_get(struct bailey_policy *policy)
{
	bailey_ref_get(&policy->refs);
}

/**
 * bailey_policy_put() - give back a reference
 * @policy: the policy, or NULL; freed with the last one. No packet may still
 *	    read it then
 */
void bailey_policy_put(struct bailey_policy *policy)
{
	enum bailey_kind kind;

	if (!policy || !bailey_ref_put(&policy->refs))
		return;
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		bailey_objects_destroy(&policy->objects[kind]);
	bailey_sets_destroy(&policy->sets);
	bailey_places_destroy(&policy->places);
	bailey_free(policy);
}

/**
 * bailey_policy_slot() - find an object by name
 * @policy: the policy
 * @kind: which kind
 * @name: its name, not terminated
 * @len: length of the name
 *
 * Return: its slot, or %BAILEY_NO_SLOT when there is no such name. The object
 * in the slot may be undefined while a change is under way.
 */
u32 bailey_policy_slot(const struct bailey_policy *policy, enum bailey_kind kind,
		       const char *name, u32 len)
{
	return bailey_objects_find(&policy->objects[kind], name, len);
}

/**
 * bailey_policy_mention() - the slot of a name, which is made if there is none
 * @policy: being changed
 * @kind: which kind
 * @name: its name, not terminated, at most %BAILEY_NAME_MAX bytes
 * @len: length of the name
 * @line: where it is mentioned
 * @column: the column there
 * @slot: filled in
 *
 * Return: 0, -ENOMEM, or -ENOSPC when there are too many.
 */
int bailey_policy_mention(struct bailey_policy *policy, enum bailey_kind kind,
			  const char *name, u32 len, u32 line, u32 column,
			  u32 *slot)
{
	struct bailey_objects *objects = &policy->objects[kind];
	struct bailey_object *object;

	*slot = bailey_objects_find(objects, name, len);
	if (*slot != BAILEY_NO_SLOT) {
		object = bailey_objects_at(objects, *slot);
		if (!object->defined && !object->line) {
			object->line = line;
			object->column = column;
		}
		return 0;
	}
	/* Names that are going away still count until the policy is sealed. */
	if (objects->named / 2 >= policy->max_rules)
		return -ENOSPC;
	object = bailey_object_create(kind, name, len);
	if (!object)
		return -ENOMEM;
	object->line = line;
	object->column = column;
	if (!bailey_objects_insert(objects, object, slot))
		return 0;
	bailey_object_put(object);
	return -ENOMEM;
}

/**
 * bailey_policy_object_size() - what an object counts for in a policy's size
 * @object: the object, defined
 *
 * Return: its rules, prefixes or addresses; 1 for an attach line.
 */
u64 bailey_policy_object_size(const struct bailey_object *object)
{
	switch (object->kind) {
	case BAILEY_ACL:
		return (u64)bailey_acl_of(object)->rules[BAILEY_IN].count +
		       bailey_acl_of(object)->rules[BAILEY_OUT].count;
	case BAILEY_GROUP:
		return (u64)bailey_group_of(object)->rules[BAILEY_IN].count +
		       bailey_group_of(object)->rules[BAILEY_OUT].count;
	case BAILEY_PREFIX_LIST:
		return bailey_prefix_list_of(object)->set.count;
	case BAILEY_ENDPOINT:
		return bailey_endpoint_of(object)->count;
	default:
		return 1;
	}
}

/* An object of the policy before goes: take away what the policy has beside it. */
static int forget(struct bailey_policy *policy, const struct bailey_object *object)
{
	int ret;

	policy->rules -= bailey_policy_object_size(object);
	if (object->kind == BAILEY_ATTACH)
		return bailey_sets_use(&policy->sets, bailey_attach_of(object)->set, false);
	if (object->kind != BAILEY_ENDPOINT)
		return 0;
	ret = bailey_sets_use(&policy->sets, bailey_endpoint_of(object)->set, false);
	return ret ? ret : bailey_places_remove(&policy->places,
						bailey_endpoint_of(object));
}

/* Put another object, whose reference is taken over on success, into a slot. */
static int replace(struct bailey_policy *policy, enum bailey_kind kind, u32 slot,
		   struct bailey_object *object)
{
	struct bailey_objects *objects = &policy->objects[kind];
	struct bailey_object **at = bailey_objects_own(objects, slot);

	if (!at)
		return -ENOMEM;
	if (!(*at)->fresh && (bailey_objects_touch(objects, slot) || forget(policy, *at)))
		return -ENOMEM;
	bailey_object_put(*at);
	*at = object;
	return 0;
}

/**
 * bailey_policy_own() - an object that may be changed
 * @policy: being changed
 * @kind: which kind
 * @slot: its slot; there must be an object
 *
 * Return: the object, defined as it was, copied first if it is shared; or NULL
 * when memory is short.
 */
struct bailey_object *bailey_policy_own(struct bailey_policy *policy,
					enum bailey_kind kind, u32 slot)
{
	struct bailey_object *object = bailey_policy_object(policy, kind, slot);
	struct bailey_object *copy;

	if (object->fresh)
		return object;
	copy = bailey_object_clone(object);
	if (copy && !replace(policy, kind, slot, copy))
		return copy;
	bailey_object_put(copy);
	return NULL;
}

/**
 * bailey_policy_redefine() - an empty object in place of what a name stood for
 * @policy: being changed
 * @kind: which kind
 * @slot: its slot; there must be an object, defined or not
 *
 * Return: the object, defined and empty; or NULL when memory is short.
 */
struct bailey_object *bailey_policy_redefine(struct bailey_policy *policy,
					     enum bailey_kind kind, u32 slot)
{
	const struct bailey_object *object = bailey_policy_object(policy, kind, slot);
	struct bailey_object *fresh = bailey_object_create(kind, object->name,
						    strlen(object->name));

	if (!fresh)
		return NULL;
	fresh->defined = true;
	if (!replace(policy, kind, slot, fresh))
		return fresh;
	bailey_object_put(fresh);
	return NULL;
}

/* A name that stands for nothing until a line defines it again. */
static int undefine(struct bailey_policy *policy, enum bailey_kind kind, u32 slot)
{
	struct bailey_object *object = bailey_policy_redefine(policy, kind, slot);

	if (!object)
		return -ENOMEM;
	object->defined = false;
	return 0;
}

/**
 * bailey_policy_delete() - make a name stand for nothing
 * @policy: being changed
 * @kind: which kind
 * @slot: its slot; there must be an object
 * @line: where it is deleted
 * @column: the column there
 *
 * Whether anything still refers to it shows when the policy is sealed.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_policy_delete(struct bailey_policy *policy, enum bailey_kind kind,
			 u32 slot, u32 line, u32 column)
{
	struct bailey_object *object;

	if (undefine(policy, kind, slot))
		return -ENOMEM;
	object = bailey_policy_object(policy, kind, slot);
	object->deleted = true;
	object->line = line;
	object->column = column;
	return 0;
}

/**
 * bailey_policy_set_get() - the set of these groups
 * @policy: being changed
 * @slots: slots of groups, ascending, none twice
 * @count: how many, at least one
 *
 * Return: the set with a reference for the caller; or NULL when memory is short.
 */
struct bailey_set *bailey_policy_set_get(struct bailey_policy *policy,
					 const u32 *slots, u32 count)
{
	return bailey_sets_get(&policy->sets, &policy->next_set_id, slots, count);
}

/**
 * bailey_policy_set_live() - is anybody asked by this set?
 * @policy: sealed
 * @id: number of a set of this or an older policy
 *
 * Context: Any.
 * Return: true if an attach or endpoint of @policy uses it.
 */
bool bailey_policy_set_live(const struct bailey_policy *policy, u32 id)
{
	return bailey_sets_live(&policy->sets, id);
}

/**
 * bailey_set_has() - is a group one of a set's?
 * @set: the set, or NULL for none
 * @slot: the group's slot
 *
 * Context: Any.
 * Return: true if it is.
 */
bool bailey_set_has(const struct bailey_set *set, u32 slot)
{
	u32 low = 0, high = set ? set->count : 0;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (set->slot[middle] == slot)
			return true;
		if (set->slot[middle] < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/**
 * bailey_policy_flush() - back to the policy of a namespace that has none
 * @policy: being changed
 *
 * Names keep their slots until the policy is sealed, so that those which come
 * back are the same to rules and connections.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_policy_flush(struct bailey_policy *policy)
{
	enum bailey_kind kind;
	u32 slot;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		for (slot = 0; slot < policy->objects[kind].slots; slot++)
			if (bailey_policy_object(policy, kind, slot) &&
			    undefine(policy, kind, slot))
				return -ENOMEM;
	policy->default_action = BAILEY_ALLOW;
	policy->exempts = BAILEY_EXEMPT_ALL;
	return 0;
}

/**
 * bailey_policy_in_use() - does this policy concern any packet?
 * @policy: sealed
 *
 * Return: false when it has neither attach nor endpoint lines and its default
 * is to pass: such a namespace needs no hooks.
 */
bool bailey_policy_in_use(const struct bailey_policy *policy)
{
	return policy->default_action != BAILEY_ALLOW ||
	       policy->objects[BAILEY_ATTACH].named ||
	       policy->objects[BAILEY_ENDPOINT].named;
}
