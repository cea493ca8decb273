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
 * Life. A clone shares all objects with its base; bailey_policy_own() copies one
 * before its first change. One writer at a time works on a policy (the caller
 * holds its mutex); packets read sealed policies only.
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

	if (!policy)
		return NULL;
	bailey_ref_init(&policy->refs);
	policy->exempts = BAILEY_EXEMPT_ALL;
	policy->next_set_id = 1;
	policy->max_rules = ~(u64)0;
	return policy;
}

static int sets_reserve(struct bailey_policy *policy, u32 cap)
{
	struct bailey_set **sets;

	if (cap <= policy->set_cap)
		return 0;
	sets = bailey_zalloc((size_t)cap * sizeof(struct bailey_set *));
	if (!sets)
		return -ENOMEM;
	if (policy->set_count)
		memcpy(sets, policy->sets, policy->set_count * sizeof(*sets));
	bailey_free(policy->sets);
	policy->sets = sets;
	policy->set_cap = cap;
	return 0;
}

static int sets_clone(struct bailey_policy *policy, const struct bailey_policy *base)
{
	u32 i;

	if (sets_reserve(policy, base->set_count))
		return -ENOMEM;
	for (i = 0; i < base->set_count; i++) {
		bailey_ref_get(&base->sets[i]->refs);
		policy->sets[i] = base->sets[i];
	}
	policy->set_count = base->set_count;
	return 0;
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
	if (sets_clone(policy, base))
		goto fail;
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
	u32 i;

	if (!policy || !bailey_ref_put(&policy->refs))
		return;
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		bailey_objects_destroy(&policy->objects[kind]);
	for (i = 0; i < policy->set_count; i++)
		bailey_set_put(policy->sets[i]);
	bailey_free(policy->sets);
	bailey_free(policy->place);
	bailey_free(policy->members);
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
	const struct bailey_objects *objects = &policy->objects[kind];
	bool found;
	u32 place = bailey_objects_search(objects, name, len, &found);

	return found ? objects->order[place] : BAILEY_NO_SLOT;
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
	bool found;
	u32 place = bailey_objects_search(objects, name, len, &found);

	if (found) {
		*slot = objects->order[place];
		object = objects->at[*slot];
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
	if (!bailey_objects_insert(objects, place, object, slot))
		return 0;
	bailey_object_put(object);
	return -ENOMEM;
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
	struct bailey_object **at = &policy->objects[kind].at[slot];
	struct bailey_object *copy;

	if ((*at)->fresh)
		return *at;
	copy = bailey_object_clone(*at);
	if (!copy)
		return NULL;
	bailey_object_put(*at);
	*at = copy;
	return copy;
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
	struct bailey_object **at = &policy->objects[kind].at[slot];
	struct bailey_object *fresh = bailey_object_create(kind, (*at)->name,
						    strlen((*at)->name));

	if (!fresh)
		return NULL;
	fresh->defined = true;
	bailey_object_put(*at);
	*at = fresh;
	return fresh;
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

static bool set_equal(const struct bailey_set *set, const u32 *slots, u32 count)
{
	return set->count == count &&
	       !memcmp(set->slot, slots, count * sizeof(*slots));
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
	struct bailey_set *set;
	u32 i;

	for (i = 0; i < policy->set_count; i++) {
		set = policy->sets[i];
		if (set_equal(set, slots, count)) {
			bailey_ref_get(&set->refs);
			return set;
		}
	}
	if (policy->set_count == policy->set_cap &&
	    sets_reserve(policy, policy->set_cap ? 2 * policy->set_cap : 8))
		return NULL;
	set = bailey_zalloc(sizeof(*set) + count * sizeof(*slots));
	if (!set)
		return NULL;
	bailey_ref_init(&set->refs);
	set->id = policy->next_set_id++;
	set->count = count;
	memcpy(set->slot, slots, count * sizeof(*slots));
	policy->sets[policy->set_count++] = set;
	bailey_ref_get(&set->refs);
	return set;
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
	u32 low = 0, high = policy->set_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (policy->sets[middle]->id == id)
			return true;
		if (policy->sets[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
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
	u32 i;

	for (i = 0; set && i < set->count; i++)
		if (set->slot[i] == slot)
			return true;
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
			if (policy->objects[kind].at[slot] &&
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

/**
 * bailey_policy_place() - the endpoints behind an interface
 * @policy: sealed
 * @dev: the interface's name
 *
 * Return: the place, or NULL when no endpoint is there.
 */
const struct bailey_place *bailey_policy_place(const struct bailey_policy *policy,
					       const char *dev)
{
	u32 low = 0, high = policy->places;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		int order = strcmp(dev, policy->place[middle].dev);

		if (!order)
			return &policy->place[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int member_order(const struct bailey_member *member, u8 family,
			const struct bailey_addr *addr)
{
	if (member->family != family)
		return member->family < family ? -1 : 1;
	return bailey_addr_cmp(&member->addr, addr);
}

/**
 * bailey_place_find() - the endpoint with an address
 * @place: where it is looked for, or NULL
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 *
 * Context: Any.
 * Return: the endpoint, or NULL.
 */
const struct bailey_endpoint *
bailey_place_find(const struct bailey_place *place, u8 family,
		  const struct bailey_addr *addr)
{
	u32 low = 0, high = place ? place->count : 0;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		int order = member_order(&place->member[middle], family, addr);

		if (!order)
			return place->member[middle].endpoint;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
