/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy bound to the interfaces that are there: what packets are judged by.
 */
#ifndef BAILEY_ENGINE_BINDING_H
#define BAILEY_ENGINE_BINDING_H

#include "policy.h"

struct bailey_contexts;

/**
 * struct bailey_device - an interface, as the caller knows it
 * @ifindex: its number, not 0
 * @name: its name
 */
struct bailey_device {
	u32 ifindex;
	char name[BAILEY_IFNAME_MAX + 1];
};

/**
 * struct bailey_iface - an interface that the policy speaks of
 * @ifindex: its number; 0 in an empty place of the hash
 * @host: the attach line that protects this machine behind it, or NULL
 * @subnet: the attach line that protects what lies beyond it, or NULL
 * @place: the endpoints behind it, as bailey_places_id() says
 * @name: its name
 */
struct bailey_iface {
	u32 ifindex;
	const struct bailey_attach *host;
	const struct bailey_attach *subnet;
	u32 place;
	char name[BAILEY_IFNAME_MAX + 1];
};

/**
 * struct bailey_ifaces - interfaces by number
 * @refs: one for each binding that has it
 * @mask: places in @iface, less one
 * @count: how many are taken; under the lock of who binds
 * @iface: hashed by ifindex, linear probing, never more than half full
 *
 * Interfaces are only added; when one goes or is renamed, another table is made.
 */
struct bailey_ifaces {
	struct bailey_refcount refs;
	u32 mask;
	u32 count;
	struct bailey_iface iface[];
};

/**
 * struct bailey_binding - a policy and the interfaces that it speaks of
 * @policy: the policy; holds a reference
 * @next: the owner's, to queue bindings that wait for their last reader
 * @contexts: the owner's, or NULL; freed with bailey_free()
 * @ifaces: the interfaces; holds a reference. Bindings of policies that say the
 *	    same of all interfaces may have it in common
 */
struct bailey_binding {
	struct bailey_policy *policy;
	struct bailey_binding *next;
	struct bailey_contexts *contexts;
	struct bailey_ifaces *ifaces;
};

struct bailey_binding *bailey_binding_create(struct bailey_policy *policy,
					     const struct bailey_device *device,
					     u32 count);
struct bailey_binding *bailey_binding_share(struct bailey_policy *policy,
					    const struct bailey_binding *old);
bool bailey_binding_add(struct bailey_binding *binding,
			const struct bailey_device *device);
void bailey_binding_destroy(struct bailey_binding *binding);
const struct bailey_iface *bailey_binding_find(const struct bailey_binding *binding,
					       u32 ifindex);

#endif /* BAILEY_ENGINE_BINDING_H */
