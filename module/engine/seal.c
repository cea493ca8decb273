// SPDX-License-Identifier: GPL-2.0
/*
 * Sealing: the checks that only a whole policy can fail, and what packets need
 * of it.
 *
 * In this order: duplicates inside objects, references to what is not there,
 * the same address at one place twice, the size; then rules that the policy in
 * force has as well take over its counters, and classifiers, prefix ranges and
 * places are made. Nothing here touches the policy in force: on an error the
 * caller puts the new one away and all is as before.
 */
#include "seal.h"
#include "classifier.h"
#include "group_index.h"

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
	int ret = 0;

	if (!rules->named)
		return 0;
	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
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
static int references_check(const struct bailey_policy *policy,
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

static bool any_undefined(const struct bailey_policy *policy)
{
	enum bailey_kind kind;
	u32 slot;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++)
		for (slot = 0; slot < policy->objects[kind].slots; slot++)
			if (policy->objects[kind].at[slot] &&
			    !policy->objects[kind].at[slot]->defined)
				return true;
	return false;
}

typedef int (*object_fn)(const struct bailey_policy *policy,
			 struct bailey_object *object, struct bailey_diag *diag);

/* Call a function for each defined object, until one fails. */
static int each_object(const struct bailey_policy *policy, object_fn fn,
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

static int check_object(const struct bailey_policy *policy,
			struct bailey_object *object, struct bailey_diag *diag)
{
	(void)policy;
	return object_check(object, diag);
}

static u64 object_size(struct bailey_object *object)
{
	struct bailey_rules *rules = rules_of(object);

	if (rules)
		return (u64)rules[BAILEY_IN].count + rules[BAILEY_OUT].count;
	if (object->kind == BAILEY_PREFIX_LIST)
		return bailey_prefix_list_of(object)->set.count;
	if (object->kind == BAILEY_ENDPOINT)
		return bailey_endpoint_of(object)->count;
	return 1;
}

static int size_check(struct bailey_policy *policy, u64 max_rules,
		      struct bailey_diag *diag)
{
	enum bailey_kind kind;
	u32 n;

	policy->rules = 0;
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		if (policy->objects[kind].named > max_rules)
			return bailey_diag_fail(diag, -ENOSPC, 1, 1,
						"the policy would have %u objects of one kind; the limit (sysctl max_rules) is %llu",
						policy->objects[kind].named,
						(unsigned long long)max_rules);
		for (n = 0; n < policy->objects[kind].named; n++)
			policy->rules += object_size(bailey_policy_nth(policy, kind, n));
	}
	if (policy->rules <= max_rules)
		return 0;
	return bailey_diag_fail(diag, -ENOSPC, 1, 1,
				"the policy would have %llu rules, prefixes and addresses; the limit (sysctl max_rules) is %llu",
				(unsigned long long)policy->rules,
				(unsigned long long)max_rules);
}

static int member_cmp(const void *a, const void *b)
{
	const struct bailey_member *x = a, *y = b;
	int order = strcmp(x->endpoint->dev, y->endpoint->dev);

	if (!order)
		order = (int)x->family - y->family;
	return order ? order : bailey_addr_cmp(&x->addr, &y->addr);
}

static u32 members_fill(struct bailey_policy *policy)
{
	u32 n, i, count = 0;

	for (n = 0; n < policy->objects[BAILEY_ENDPOINT].named; n++) {
		struct bailey_object *object = bailey_policy_nth(policy, BAILEY_ENDPOINT, n);
		struct bailey_endpoint *endpoint = bailey_endpoint_of(object);

		for (i = 0; object->defined && i < endpoint->count; i++, count++) {
			if (!policy->members)
				continue;
			policy->members[count].addr = endpoint->at[i].addr;
			policy->members[count].family = endpoint->at[i].family;
			policy->members[count].endpoint = endpoint;
		}
	}
	return count;
}

static int members_clash(struct bailey_diag *diag, const struct bailey_member *a,
			 const struct bailey_member *b)
{
	const struct bailey_object *later = &b->endpoint->object;
	const struct bailey_object *other = &a->endpoint->object;
	char who[BAILEY_NAME_MAX + 16];

	if (other->line > later->line) {
		later = other;
		other = &b->endpoint->object;
	}
	snprintf(who, sizeof(who), "endpoint %s", other->name);
	return fail_at(diag, -EEXIST, later,
		       "%s '%s' has an address on this interface that is that of %s already",
		       who);
}

/* Cut the members, which are in order of interface, into one place each. */
static int places_make(struct bailey_policy *policy, u32 count,
		       struct bailey_diag *diag)
{
	u32 i, places = 0;

	for (i = 0; i < count; i++) {
		const struct bailey_member *member = &policy->members[i];
		struct bailey_place *place;

		if (i && !member_cmp(member - 1, member))
			return members_clash(diag, member - 1, member);
		if (!i || strcmp(member[-1].endpoint->dev, member->endpoint->dev))
			places++;
		if (!policy->place)
			continue;
		place = &policy->place[places - 1];
		if (!place->count++) {
			place->member = member;
			memcpy(place->dev, member->endpoint->dev, sizeof(place->dev));
		}
	}
	policy->places = places;
	return 0;
}

static int places_seal(struct bailey_policy *policy, struct bailey_diag *diag)
{
	u32 count = members_fill(policy);
	int ret;

	if (!count)
		return 0;
	policy->members = bailey_zalloc((size_t)count * sizeof(*policy->members));
	if (!policy->members)
		return -ENOMEM;
	members_fill(policy);
	sort(policy->members, count, sizeof(*policy->members), member_cmp, NULL);
	ret = places_make(policy, count, diag);
	if (ret)
		return ret;
	policy->place = bailey_zalloc((size_t)policy->places * sizeof(*policy->place));
	if (!policy->place)
		return -ENOMEM;
	return places_make(policy, count, diag);
}

/* Forget names that nothing mentions any more. */
static void objects_release(struct bailey_policy *policy)
{
	enum bailey_kind kind;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		struct bailey_objects *objects = &policy->objects[kind];
		u32 n, kept = 0;

		for (n = 0; n < objects->named; n++) {
			u32 slot = objects->order[n];
			struct bailey_object *object = objects->at[slot];

			if (object->defined) {
				objects->order[kept++] = slot;
				continue;
			}
			/* An undefined object holds nothing but its name. */
			objects->at[slot] = NULL;
			bailey_free(object);
		}
		objects->named = kept;
	}
}

static void sets_release(struct bailey_policy *policy)
{
	u32 i, kept = 0;

	for (i = 0; i < policy->set_count; i++)
		policy->sets[i]->used = false;
	for (i = 0; i < policy->objects[BAILEY_ATTACH].named; i++) {
		struct bailey_attach *attach =
			bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, i));

		if (attach->set)
			attach->set->used = true;
	}
	for (i = 0; i < policy->objects[BAILEY_ENDPOINT].named; i++)
		bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT, i))->set->used = true;
	for (i = 0; i < policy->set_count; i++) {
		if (policy->sets[i]->used)
			policy->sets[kept++] = policy->sets[i];
		else
			bailey_set_put(policy->sets[i]);
	}
	policy->set_count = kept;
}

/* Which lengths of stems there are, so that binding an interface tries no others. */
static void stems_seal(struct bailey_policy *policy)
{
	u32 n;

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

static int rules_inherit(struct bailey_object *object, struct bailey_object *before,
			 u32 dir)
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
	bailey_rules_diff_destroy(&diff);
	return ret;
}

/*
 * Rules that the policy in force has as well go on counting where they were, and
 * classifiers are made.
 */
static int rules_settle(struct bailey_object *object, const struct bailey_policy *old)
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
	ret = rules_inherit(object, before, BAILEY_IN);
	return ret ? ret : rules_inherit(object, before, BAILEY_OUT);
}

static int group_classify(struct bailey_group *group)
{
	u32 dir;

	for (dir = 0; dir < 2; dir++) {
		if (!group->rules[dir].count || group->index[dir])
			continue;
		group->index[dir] = bailey_group_index_create(&group->rules[dir], dir);
		if (!group->index[dir])
			return -ENOMEM;
	}
	return 0;
}

static void prefixes_settle(struct bailey_prefix_set *set)
{
	u32 i;

	for (i = 0; i < set->count; i++)
		set->at[i].line = 0;
}

/* Make of fresh objects what packets need, and close them. */
static int objects_seal(struct bailey_policy *policy, const struct bailey_policy *old)
{
	enum bailey_kind kind;
	u32 n;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		for (n = 0; n < policy->objects[kind].named; n++) {
			struct bailey_object *object = bailey_policy_nth(policy, kind, n);

			if (!object->fresh)
				continue;
			if (rules_settle(object, old))
				return -ENOMEM;
			if (kind == BAILEY_GROUP && group_classify(bailey_group_of(object)))
				return -ENOMEM;
			if (kind == BAILEY_PREFIX_LIST)
				prefixes_settle(&bailey_prefix_list_of(object)->set);
			object->fresh = false;
			object->line = 0;
			bailey_yield();
		}
	}
	return 0;
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
	int ret = each_object(policy, check_object, diag);

	if (!ret && any_undefined(policy)) {
		ret = each_object(policy, references_check, diag);
		if (!ret)
			objects_release(policy);
	}
	if (!ret)
		ret = size_check(policy, max_rules, diag);
	if (!ret)
		ret = places_seal(policy, diag);
	if (!ret) {
		sets_release(policy);
		stems_seal(policy);
		ret = objects_seal(policy, old);
	}
	return ret;
}
