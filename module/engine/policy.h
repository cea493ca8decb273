/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: named objects, and who refers to whom.
 *
 * A policy is built by one writer (language.c), sealed, and never changes again;
 * a change is a clone that shares every object which the change leaves alone.
 */
#ifndef BAILEY_ENGINE_POLICY_H
#define BAILEY_ENGINE_POLICY_H

#include "objects.h"
#include "places.h"
#include "sets.h"
#include "text.h"

/* What passes without a rule, as long as its line stands. */
enum bailey_exempt {
	BAILEY_EXEMPT_LOOPBACK,
	BAILEY_EXEMPT_ND,
	BAILEY_EXEMPT_MLD,
	BAILEY_EXEMPT_DHCP,
	BAILEY_EXEMPT_ICMP_ERROR,
	BAILEY_EXEMPT_COUNT
};

#define BAILEY_EXEMPT_ALL	((1 << BAILEY_EXEMPT_COUNT) - 1)

/**
 * struct bailey_policy - a whole policy
 * @refs: the live pointer's, readers' and writers' references
 * @objects: per &enum bailey_kind
 * @sets: group sets in use
 * @places: endpoints by interface and address
 * @next_set_id: the next new set's number
 * @layout: two policies of a namespace with the same one have the same attach lines,
 *	    and endpoints behind the same interfaces; numbered with the sets
 * @epoch: moves with each commit that revokes: whoever was asked before is asked again
 * @default_action: &enum bailey_action, for interfaces with nothing attached
 * @exempts: bit per &enum bailey_exempt whose line stands
 * @stems: bit per length that the stem of an attach line has, for the subnet and
 *	   for the host lines; made when sealed
 * @rules: rules, prefixes and addresses in all objects; while it is being changed
 *	   without those of objects that are
 * @replaced: about how many rules and prefixes only the policy before has; counted
 *	      when sealed, for who keeps that one for a while
 * @max_rules: writer only: how many of these, and objects of each kind, there may be
 */
struct bailey_policy {
	struct bailey_refcount refs;
	struct bailey_objects objects[BAILEY_KIND_COUNT];
	struct bailey_sets sets;
	struct bailey_places places;
	u32 next_set_id;
	u32 layout;
	u32 epoch;
	u8 default_action;
	u8 exempts;
	u32 stems[2];
	u64 rules;
	u64 replaced;
	u64 max_rules;
};

struct bailey_policy *bailey_policy_create(void);
struct bailey_policy *bailey_policy_clone(const struct bailey_policy *base);
void bailey_policy_get(struct bailey_policy *policy);
void bailey_policy_put(struct bailey_policy *policy);
int bailey_policy_flush(struct bailey_policy *policy);
bool bailey_policy_in_use(const struct bailey_policy *policy);

u32 bailey_policy_slot(const struct bailey_policy *policy, enum bailey_kind kind,
		       const char *name, u32 len);
int bailey_policy_mention(struct bailey_policy *policy, enum bailey_kind kind,
			  const char *name, u32 len, u32 line, u32 column,
			  u32 *slot);
struct bailey_object *bailey_policy_own(struct bailey_policy *policy,
					enum bailey_kind kind, u32 slot);
struct bailey_object *bailey_policy_redefine(struct bailey_policy *policy,
					     enum bailey_kind kind, u32 slot);
int bailey_policy_delete(struct bailey_policy *policy, enum bailey_kind kind,
			 u32 slot, u32 line, u32 column);
struct bailey_set *bailey_policy_set_get(struct bailey_policy *policy,
					 const u32 *slots, u32 count);
bool bailey_policy_set_live(const struct bailey_policy *policy, u32 id);
bool bailey_set_has(const struct bailey_set *set, u32 slot);
u64 bailey_policy_object_size(const struct bailey_object *object);
const char *bailey_kind_name(enum bailey_kind kind);
const char *bailey_exempt_name(enum bailey_exempt exempt);
const char *bailey_default_name(enum bailey_action action);

/**
 * bailey_policy_object() - the object in a slot
 * @policy: the policy
 * @kind: which kind
 * @slot: its slot
 *
 * Return: the object; NULL for an unused slot or %BAILEY_NO_SLOT.
 */
static inline struct bailey_object *
bailey_policy_object(const struct bailey_policy *policy, enum bailey_kind kind,
		     u32 slot)
{
	return bailey_objects_at(&policy->objects[kind], slot);
}

/**
 * bailey_policy_nth() - walk the objects of one kind in order of their names
 * @policy: sealed
 * @kind: which kind
 * @n: from 0 to objects[kind].named - 1
 *
 * Return: the object.
 */
static inline struct bailey_object *
bailey_policy_nth(const struct bailey_policy *policy, enum bailey_kind kind, u32 n)
{
	const struct bailey_objects *objects = &policy->objects[kind];

	return bailey_objects_at(objects, objects->order->slot[n]);
}

#endif /* BAILEY_ENGINE_POLICY_H */
