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
	bailey_classifier_destroy(acl->classifier[BAILEY_IN]);
	bailey_classifier_destroy(acl->classifier[BAILEY_OUT]);
	acl->classifier[BAILEY_IN] = NULL;
	acl->classifier[BAILEY_OUT] = NULL;
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

static void object_put(struct bailey_object *object)
{
	if (object && bailey_ref_put(&object->refs)) {
		object_empty(object);
		bailey_free(object);
	}
}

static struct bailey_object *object_create(enum bailey_kind kind,
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

static int rules_pair_clone(struct bailey_rules *to, const struct bailey_rules *from)
{
	int ret = bailey_rules_clone(&to[BAILEY_IN], &from[BAILEY_IN]);

	return ret ? ret : bailey_rules_clone(&to[BAILEY_OUT], &from[BAILEY_OUT]);
}

/* A fresh copy of an object that other policies keep as it is. */
static struct bailey_object *object_clone(const struct bailey_object *from)
{
	struct bailey_object *to = object_create(from->kind, from->name,
						 strlen(from->name));
	int ret = 0;

	if (!to)
		return NULL;
	to->defined = from->defined;
	if (from->kind == BAILEY_ACL)
		ret = rules_pair_clone(bailey_acl_of(to)->rules,
				       bailey_acl_of(from)->rules);
	else if (from->kind == BAILEY_GROUP)
		ret = rules_pair_clone(bailey_group_of(to)->rules,
				       bailey_group_of(from)->rules);
	else if (from->kind == BAILEY_PREFIX_LIST)
		ret = bailey_prefix_set_clone(&bailey_prefix_list_of(to)->set,
					      &bailey_prefix_list_of(from)->set);
	if (ret) {
		object_put(to);
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

/* Where a name stands in the order, or would stand. */
static u32 objects_search(const struct bailey_objects *objects,
			  const char *name, u32 len, bool *found)
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

static int objects_insert(struct bailey_objects *objects, u32 place,
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

static int objects_clone(struct bailey_objects *to, const struct bailey_objects *from)
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

static void objects_destroy(struct bailey_objects *objects)
{
	u32 slot;

	for (slot = 0; slot < objects->slots; slot++)
		object_put(objects->at[slot]);
	bailey_free(objects->at);
	bailey_free(objects->order);
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
	policy->default_deny = base->default_deny;
	policy->exempts = base->exempts;
	if (sets_clone(policy, base))
		goto fail;
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		if (objects_clone(&policy->objects[kind], &base->objects[kind]))
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
		objects_destroy(&policy->objects[kind]);
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
	u32 place = objects_search(objects, name, len, &found);

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
 * Return: 0 or -ENOMEM.
 */
int bailey_policy_mention(struct bailey_policy *policy, enum bailey_kind kind,
			  const char *name, u32 len, u32 line, u32 column,
			  u32 *slot)
{
	struct bailey_objects *objects = &policy->objects[kind];
	struct bailey_object *object;
	bool found;
	u32 place = objects_search(objects, name, len, &found);

	if (found) {
		*slot = objects->order[place];
		return 0;
	}
	object = object_create(kind, name, len);
	if (!object)
		return -ENOMEM;
	object->line = line;
	object->column = column;
	if (!objects_insert(objects, place, object, slot))
		return 0;
	object_put(object);
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
	copy = object_clone(*at);
	if (!copy)
		return NULL;
	object_put(*at);
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
	struct bailey_object *fresh = object_create(kind, (*at)->name,
						    strlen((*at)->name));

	if (!fresh)
		return NULL;
	fresh->defined = true;
	object_put(*at);
	*at = fresh;
	return fresh;
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
	struct bailey_object *object = bailey_policy_redefine(policy, kind, slot);

	if (!object)
		return -ENOMEM;
	object->defined = false;
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
 * @line: where this was asked for
 *
 * Names keep their slots until the policy is sealed, so that those which come
 * back are the same to rules and connections.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_policy_flush(struct bailey_policy *policy, u32 line)
{
	enum bailey_kind kind;
	u32 slot;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		for (slot = 0; slot < policy->objects[kind].slots; slot++)
			if (policy->objects[kind].at[slot] &&
			    bailey_policy_delete(policy, kind, slot, line, 1))
				return -ENOMEM;
	policy->default_deny = false;
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
	return policy->default_deny ||
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
