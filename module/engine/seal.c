// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: the checks that only a whole policy can fail, and what packets need
 * of it.
 *
 * In this order: duplicates inside objects, references to what is not there, the
 * size, the same address at one place twice; then rules that the policy in force
 * has as well take over its counters, and classifiers and indexes are made. Only
 * objects that the change has touched are looked at, unless a name went that others
 * may refer to. Nothing here touches the policy in force: on an error the caller
 * puts the new one away and all is as before.
 */
#include "seal.h"
#include "classifier.h"

/* A list that differs from the one before by less than this part is not made anew. */
#define UPDATED_PART	8

static int fail_at(struct bailey_diag *diag, int code,
		   const struct bailey_object *object, const char *reason,
		   const char *who)
{
	struct bailey_error *error = &diag->error;

	if (!error->code) {
		error->length = strlen(object->name);
		snprintf(error->word, sizeof(error->word), "%s", object->name);
	}
	return bailey_diag_fail(diag, code, object->line, object->column,
				reason, bailey_kind_name(object->kind),
				object->name, who);
}

/* A word for the place in which two rules clash. */
static int fail_twice(struct bailey_diag *diag, const struct bailey_object *object,
		      const struct bailey_rules *rules, u32 dir)
{
	const char *way = dir == BAILEY_IN ? "in" : "out";

	if (rules->twice_number)
		return bailey_diag_fail(diag, -EEXIST, rules->twice_line,
					rules->twice_column,
					"%s '%s' has an entry %s %u of that family already",
					bailey_kind_name(object->kind),
					object->name, way, rules->twice_number);
	return bailey_diag_fail(diag, -EEXIST, rules->twice_line, rules->twice_column,
				"%s '%s' has this %s rule already",
				bailey_kind_name(object->kind), object->name, way);
}

static int rules_seal(const struct bailey_rules *rules,
		      const struct bailey_object *object, struct bailey_diag *diag)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++)
		if (rules[dir].twice)
			return fail_twice(diag, object, &rules[dir], dir);
	return 0;
}

static int prefix_list_seal(struct bailey_prefix_list *list,
			    struct bailey_diag *diag)
{
	const struct bailey_prefix *twice = bailey_prefix_set_sort(&list->set);

	if (twice)
		return bailey_diag_fail(diag, -EEXIST, twice->line, twice->column,
					"prefix-list '%s' has this prefix already",
					list->object.name);
	return bailey_prefix_set_seal(&list->set);
}

static struct bailey_rules *rules_of(struct bailey_object *object)
{
	if (object->kind == BAILEY_ACL)
		return bailey_acl_of(object)->rules;
	if (object->kind == BAILEY_GROUP)
		return bailey_group_of(object)->rules;
	return NULL;
}

/* Order and duplicates inside one object that this change has touched. */
static int object_check(struct bailey_object *object, struct bailey_diag *diag)
{
	if (!object->fresh || !object->defined)
		return 0;
	if (object->kind == BAILEY_PREFIX_LIST)
		return prefix_list_seal(bailey_prefix_list_of(object), diag);
	if (rules_of(object))
		return rules_seal(rules_of(object), object, diag);
	return 0;
}

/* One reference: is there something at the other end? */
static int reference_check(const struct bailey_policy *policy,
			   const struct bailey_object *from,
			   enum bailey_kind kind, u32 slot,
			   struct bailey_diag *diag)
{
	const struct bailey_object *object = bailey_policy_object(policy, kind, slot);
	char who[BAILEY_NAME_MAX + 32];

	if (object->defined)
		return 0;
	snprintf(who, sizeof(who), "%s %s", bailey_kind_name(from->kind), from->name);
	if (object->deleted)
		return fail_at(diag, -EBUSY, object,
			       "%s '%s' is in use by %s", who);
	return fail_at(diag, -ENOENT, object,
		       "there is no %s '%s', which %s refers to", who);
}

static int peer_check(const struct bailey_policy *policy,
		      const struct bailey_object *from,
		      const struct bailey_peer *peer, struct bailey_diag *diag)
{
	if (peer->kind == BAILEY_PEER_PREFIX_LIST)
		return reference_check(policy, from, BAILEY_PREFIX_LIST,
				       peer->slot, diag);
	if (peer->kind == BAILEY_PEER_GROUP)
		return reference_check(policy, from, BAILEY_GROUP, peer->slot, diag);
	return 0;
}

static int rules_check(const struct bailey_policy *policy,
		       const struct bailey_object *from,
		       const struct bailey_rules *rules, struct bailey_diag *diag)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 n = 0;
	int ret = 0;

	if (!rules->named)
		return 0;
	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_yield_often(n++);
		bailey_rule_match(rule, &match);
		ret = peer_check(policy, from, &match.from, diag);
		if (!ret)
			ret = peer_check(policy, from, &match.to, diag);
		if (ret)
			break;
	}
	return ret;
}

static int set_check(const struct bailey_policy *policy,
		     const struct bailey_object *from,
		     const struct bailey_set *set, struct bailey_diag *diag)
{
	int ret = 0;
	u32 i;

	for (i = 0; set && i < set->count && !ret; i++)
		ret = reference_check(policy, from, BAILEY_GROUP, set->slot[i], diag);
	return ret;
}

/* All references of one object. */
static int references_check(struct bailey_policy *policy,
			    struct bailey_object *object, struct bailey_diag *diag)
{
	struct bailey_rules *rules = rules_of(object);
	u32 acl;
	int ret;

	if (rules) {
		ret = rules_check(policy, object, &rules[BAILEY_IN], diag);
		return ret ? ret : rules_check(policy, object,
					       &rules[BAILEY_OUT], diag);
	}
	if (object->kind == BAILEY_ENDPOINT)
		return set_check(policy, object, bailey_endpoint_of(object)->set, diag);
	if (object->kind != BAILEY_ATTACH)
		return 0;
	acl = bailey_attach_of(object)->acl;
	if (acl != BAILEY_NO_SLOT) {
		ret = reference_check(policy, object, BAILEY_ACL, acl, diag);
		if (ret)
			return ret;
	}
	return set_check(policy, object, bailey_attach_of(object)->set, diag);
}

/* Is there a name that stands for nothing, and that rules or lines may mention? */
static bool may_dangle(const struct bailey_policy *policy)
{
	static const u8 kinds[] = { BAILEY_ACL, BAILEY_GROUP, BAILEY_PREFIX_LIST };
	u32 k, n;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct bailey_objects *objects = &policy->objects[kinds[k]];

		for (n = 0; n < objects->touched_count; n++)
			if (!bailey_objects_at(objects, objects->touched[n])->defined)
				return true;
	}
	return false;
}

typedef int (*object_fn)(struct bailey_policy *policy, struct bailey_object *object,
			 struct bailey_diag *diag);

/* Call a function for each defined object, until one fails. */
static int each_object(struct bailey_policy *policy, object_fn fn,
		       struct bailey_diag *diag)
{
	enum bailey_kind kind;
	u32 n;
	int ret;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		for (n = 0; n < policy->objects[kind].named; n++) {
			struct bailey_object *object = bailey_policy_nth(policy, kind, n);

			ret = object->defined ? fn(policy, object, diag) : 0;
			if (ret)
				return ret;
		}
		bailey_yield();
	}
	return 0;
}

/* The same for those that the change has touched, in order of their names, too. */
static int each_touched(struct bailey_policy *policy, object_fn fn,
			struct bailey_diag *diag)
{
	enum bailey_kind kind;
	u32 n;
	int ret;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		const struct bailey_objects *objects = &policy->objects[kind];

		for (n = 0; n < objects->touched_count; n++) {
			struct bailey_object *object =
				bailey_objects_at(objects, objects->touched[n]);

			ret = object->defined ? fn(policy, object, diag) : 0;
			if (ret)
				return ret;
			bailey_yield();
		}
	}
	return 0;
}

static int check_object(struct bailey_policy *policy,
			struct bailey_object *object, struct bailey_diag *diag)
{
	(void)policy;
	return object_check(object, diag);
}

static int count_object(struct bailey_policy *policy, struct bailey_object *object,
			struct bailey_diag *diag)
{
	(void)diag;
	policy->rules += bailey_policy_object_size(object);
	return 0;
}

static int size_check(struct bailey_policy *policy, u64 max_rules,
		      struct bailey_diag *diag)
{
	enum bailey_kind kind;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		if (policy->objects[kind].named > max_rules)
			return bailey_diag_fail(diag, -ENOSPC, 1, 1,
						"the policy would have %u objects of one kind; the limit (sysctl max_rules) is %llu",
						policy->objects[kind].named,
						(unsigned long long)max_rules);
	each_touched(policy, count_object, diag);
	if (policy->rules <= max_rules)
		return 0;
	return bailey_diag_fail(diag, -ENOSPC, 1, 1,
				"the policy would have %llu rules, prefixes and addresses; the limit (sysctl max_rules) is %llu",
				(unsigned long long)policy->rules,
				(unsigned long long)max_rules);
}

static int members_clash(struct bailey_diag *diag, const struct bailey_endpoint *a,
			 const struct bailey_endpoint *b)
{
	const struct bailey_object *later = &b->object;
	const struct bailey_object *other = &a->object;
	char who[BAILEY_NAME_MAX + 16];

	if (other->line > later->line) {
		later = other;
		other = &b->object;
	}
	snprintf(who, sizeof(who), "endpoint %s", other->name);
	return fail_at(diag, -EEXIST, later,
		       "%s '%s' has an address on this interface that is that of %s already",
		       who);
}

/* An attach line or an endpoint takes its place in the policy. */
static int place_object(struct bailey_policy *policy, struct bailey_object *object,
			struct bailey_diag *diag)
{
	const struct bailey_endpoint *endpoint = bailey_endpoint_of(object), *other;
	int ret;

	if (object->kind == BAILEY_ATTACH)
		return bailey_sets_use(&policy->sets, bailey_attach_of(object)->set, true);
	if (object->kind != BAILEY_ENDPOINT)
		return 0;
	ret = bailey_places_add(&policy->places, endpoint, &other);
	if (ret == -EEXIST)
		return members_clash(diag, other, endpoint);
	return ret ? ret : bailey_sets_use(&policy->sets, endpoint->set, true);
}

/* Attach lines and endpoints take their places; what they have left goes. */
static int places_seal(struct bailey_policy *policy, struct bailey_diag *diag)
{
	int ret = each_touched(policy, place_object, diag);

	if (!ret)
		ret = bailey_sets_release(&policy->sets);
	return ret ? ret : bailey_places_release(&policy->places);
}

/* Forget names that nothing mentions any more. */
static int objects_release(struct bailey_policy *policy)
{
	enum bailey_kind kind;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		if (bailey_objects_release(&policy->objects[kind]))
			return -ENOMEM;
	return 0;
}

static int settle(struct bailey_policy *policy)
{
	enum bailey_kind kind;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		if (bailey_objects_settle(&policy->objects[kind]))
			return -ENOMEM;
	return 0;
}

/* Which lengths of stems there are, so that binding an interface tries no others. */
static void stems_seal(struct bailey_policy *policy)
{
	u32 n;

	policy->stems[0] = 0;
	policy->stems[1] = 0;
	for (n = 0; n < policy->objects[BAILEY_ATTACH].named; n++) {
		const struct bailey_attach *attach =
			bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n));

		if (attach->stem)
			policy->stems[attach->host] |= 1U << strlen(attach->dev);
	}
}

/* A direction of an ACL, made of the one before if it differs little. */
static struct bailey_classifier *classify(const struct bailey_rules *rules,
					  struct bailey_classifier *before,
					  const struct bailey_rules_diff *diff)
{
	struct bailey_classifier *classifier;
	struct bailey_rule **list;

	if (before && !diff->removed_count && !diff->added_count) {
		bailey_classifier_get(before);
		return before;
	}
	if (before && diff->removed_count <= diff->cap && diff->added_count <= diff->cap)
		return bailey_classifier_update(before, diff->removed, diff->removed_count,
						diff->added, diff->added_count);
	list = bailey_rules_list(rules);
	if (!list)
		return NULL;
	classifier = bailey_classifier_create(list, rules->count);
	bailey_free(list);
	return classifier;
}

static int rules_inherit(struct bailey_policy *policy, struct bailey_object *object,
			 struct bailey_object *before, u32 dir)
{
	static const struct bailey_rules none;
	struct bailey_rules *rules = &rules_of(object)[dir];
	const struct bailey_rules *old = before ? &rules_of(before)[dir] : &none;
	struct bailey_rules_diff diff = { .most = old->count / UPDATED_PART };
	struct bailey_classifier **classifier;
	int ret = bailey_rules_adopt(rules, old, &diff);

	if (!ret && object->kind == BAILEY_ACL && rules->count) {
		classifier = &bailey_acl_of(object)->classifier[dir];
		*classifier = classify(rules, before ?
				       bailey_acl_of(before)->classifier[dir] : NULL, &diff);
		ret = *classifier ? 0 : -ENOMEM;
	}
	policy->replaced += diff.removed_count;
	bailey_rules_diff_destroy(&diff);
	return ret;
}

/*
 * Rules that the policy in force has as well go on counting where they were, and
 * classifiers are made.
 */
static int rules_settle(struct bailey_policy *policy, struct bailey_object *object,
			const struct bailey_policy *old)
{
	struct bailey_object *before = NULL;
	int ret;
	u32 slot;

	if (!rules_of(object))
		return 0;
	if (old) {
		slot = bailey_policy_slot(old, object->kind, object->name,
					  strlen(object->name));
		before = bailey_policy_object(old, object->kind, slot);
	}
	ret = rules_inherit(policy, object, before, BAILEY_IN);
	return ret ? ret : rules_inherit(policy, object, before, BAILEY_OUT);
}

static int group_classify(struct bailey_group *group)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++)
		if (bailey_group_index_init(&group->index[dir], &group->rules[dir], dir))
			return -ENOMEM;
	return 0;
}

static u32 prefixes_settle(struct bailey_prefix_set *set)
{
	u32 i;

	for (i = 0; i < set->count; i++)
		set->at[i].line = 0;
	return set->count;
}

/* Make of a fresh object what packets need, and close it. */
static int object_seal(struct bailey_policy *policy, struct bailey_object *object,
		       const struct bailey_policy *old)
{
	if (rules_settle(policy, object, old))
		return -ENOMEM;
	if (object->kind == BAILEY_GROUP && group_classify(bailey_group_of(object)))
		return -ENOMEM;
	if (object->kind == BAILEY_PREFIX_LIST)
		policy->replaced += prefixes_settle(&bailey_prefix_list_of(object)->set);
	object->fresh = false;
	object->line = 0;
	return 0;
}

static int objects_seal(struct bailey_policy *policy, const struct bailey_policy *old)
{
	enum bailey_kind kind;
	u32 n;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		struct bailey_objects *objects = &policy->objects[kind];

		for (n = 0; n < objects->touched_count; n++) {
			struct bailey_object *object =
				bailey_objects_at(objects, objects->touched[n]);

			if (object_seal(policy, object, old))
				return -ENOMEM;
			bailey_yield();
		}
		bailey_free(objects->touched);
		objects->touched = NULL;
		objects->touched_count = 0;
		objects->touched_cap = 0;
	}
	return 0;
}

/* Attach lines, or the interfaces that have endpoints, are others now. */
static void layout_seal(struct bailey_policy *policy, bool attached)
{
	if (attached)
		stems_seal(policy);
	if (attached || policy->places.moved)
		policy->layout = policy->next_set_id++;
	policy->places.moved = false;
}

/**
 * bailey_policy_seal() - check a written policy and make it ready for packets
 * @policy: being changed; on success it never changes again
 * @old: the policy in force, whose counters equal rules take over; or NULL
 * @max_rules: how many rules, prefixes and addresses it may have
 * @diag: says what is wrong with it
 *
 * Return: 0; -EEXIST for what is there twice, -ENOENT for a name that stands
 * for nothing, -EBUSY for a deletion of what is in use, -ENOSPC, -ENOMEM. On an
 * error @policy is good for bailey_policy_put() only.
 */
int bailey_policy_seal(struct bailey_policy *policy,
		       const struct bailey_policy *old, u64 max_rules,
		       struct bailey_diag *diag)
{
	bool attached = policy->objects[BAILEY_ATTACH].touched_count;
	int ret = settle(policy);

	if (!ret)
		ret = each_touched(policy, check_object, diag);
	if (!ret && may_dangle(policy))
		ret = each_object(policy, references_check, diag);
	if (!ret)
		ret = objects_release(policy);
	if (!ret)
		ret = size_check(policy, max_rules, diag);
	if (!ret)
		ret = places_seal(policy, diag);
	if (ret)
		return ret;
	layout_seal(policy, attached);
	return objects_seal(policy, old);
}
