// SPDX-License-Identifier: GPL-2.0
/*
 * Binding attach and endpoint lines, which speak of names, to the interfaces
 * that are there, which packets know by number.
 *
 * An exact name goes before a stem, a longer stem before a shorter one, for the
 * host line and the subnet line of an interface separately.
 *
 * To bind a policy is to look at all interfaces. Where there are thousands that is
 * not done for each change of an endpoint's groups, nor for each interface that
 * comes: policies of the same layout have the table in common, and what comes is
 * added to it while packets read it. That is safe since nothing looks for the
 * number of an interface that is not there yet.
 */
#include "binding.h"

/* An attach line by what its object is called: "eth1 subnet", "veth* host". */
static const struct bailey_attach *attach_named(const struct bailey_policy *policy,
						const char *dev, u32 len,
						const char *rest)
{
	char name[BAILEY_NAME_MAX + 1];
	struct bailey_object *object;
	u32 slot;

	snprintf(name, sizeof(name), "%.*s%s", (int)len, dev, rest);
	slot = bailey_policy_slot(policy, BAILEY_ATTACH, name, strlen(name));
	object = bailey_policy_object(policy, BAILEY_ATTACH, slot);
	return object ? bailey_attach_of(object) : NULL;
}

static const struct bailey_attach *attach_find(const struct bailey_policy *policy,
					       const char *dev, bool host)
{
	const struct bailey_attach *attach;
	u32 len = strlen(dev);
	u32 stems = policy->stems[host] & ((2U << len) - 1);

	if (!policy->objects[BAILEY_ATTACH].named)
		return NULL;
	attach = attach_named(policy, dev, len, host ? " host" : " subnet");
	for (; !attach && stems; stems &= (1U << len) - 1) {
		while (!(stems & (1U << len)))
			len--;
		attach = attach_named(policy, dev, len, host ? "* host" : "* subnet");
	}
	return attach;
}

/* Fill in what the policy says about an interface; false when that is nothing. */
static bool iface_bind(struct bailey_iface *iface, const struct bailey_policy *policy,
		       const struct bailey_device *device)
{
	memset(iface, 0, sizeof(*iface));
	iface->ifindex = device->ifindex;
	memcpy(iface->name, device->name, sizeof(iface->name));
	iface->host = attach_find(policy, device->name, true);
	iface->subnet = attach_find(policy, device->name, false);
	iface->place = bailey_places_id(&policy->places, device->name);
	return iface->host || iface->subnet || iface->place;
}

/* Interfaces are numbered one after the other: the number is a perfect hash. */
static u32 hash_index(u32 ifindex, u32 mask)
{
	return ifindex & mask;
}

/* A reader who sees the number sees the rest. */
static void insert(struct bailey_ifaces *ifaces, const struct bailey_iface *iface)
{
	u32 i = hash_index(iface->ifindex, ifaces->mask);
	struct bailey_iface *to;

	while (ifaces->iface[i].ifindex)
		i = (i + 1) & ifaces->mask;
	to = &ifaces->iface[i];
	to->host = iface->host;
	to->subnet = iface->subnet;
	to->place = iface->place;
	memcpy(to->name, iface->name, sizeof(to->name));
	bailey_store_release(&to->ifindex, iface->ifindex);
	ifaces->count++;
}

static struct bailey_ifaces *hash_ifaces(const struct bailey_iface *iface, u32 count)
{
	struct bailey_ifaces *ifaces;
	u32 i, places = 8;

	while (places < 4 * count)
		places *= 2;
	ifaces = bailey_zalloc(sizeof(*ifaces) +
			       (size_t)places * sizeof(struct bailey_iface));
	if (!ifaces)
		return NULL;
	bailey_ref_init(&ifaces->refs);
	ifaces->mask = places - 1;
	for (i = 0; i < count; i++)
		insert(ifaces, &iface[i]);
	return ifaces;
}

/* A binding with a table, whose reference is taken over. */
static struct bailey_binding *bind_ifaces(struct bailey_policy *policy,
					  struct bailey_ifaces *ifaces)
{
	struct bailey_binding *binding = bailey_zalloc(sizeof(*binding));

	if (!binding) {
		if (bailey_ref_put(&ifaces->refs))
			bailey_free(ifaces);
		return NULL;
	}
	bailey_policy_get(policy);
	binding->policy = policy;
	binding->ifaces = ifaces;
	return binding;
}

/**
 * bailey_binding_create() - bind a policy to interfaces
 * @policy: sealed; the binding takes a reference
 * @device: the interfaces that are there
 * @count: how many
 *
 * Return: the binding, or NULL when memory is short.
 */
struct bailey_binding *bailey_binding_create(struct bailey_policy *policy,
					     const struct bailey_device *device,
					     u32 count)
{
	struct bailey_ifaces *ifaces;
	struct bailey_iface *iface;
	u32 i, bound = 0;

	iface = bailey_zalloc(((size_t)count + 1) * sizeof(*iface));
	if (!iface)
		return NULL;
	for (i = 0; i < count; i++) {
		bound += iface_bind(&iface[bound], policy, &device[i]);
		bailey_yield();
	}
	ifaces = hash_ifaces(iface, bound);
	bailey_free(iface);
	return ifaces ? bind_ifaces(policy, ifaces) : NULL;
}

/**
 * bailey_binding_share() - bind a policy as another one was
 * @policy: sealed; the binding takes a reference
 * @old: binds a policy of the same namespace to the interfaces that are there
 *
 * Return: the binding; NULL if the policies differ in what they say of interfaces,
 * or memory is short: then bailey_binding_create() may help.
 */
struct bailey_binding *bailey_binding_share(struct bailey_policy *policy,
					    const struct bailey_binding *old)
{
	if (policy->layout != old->policy->layout)
		return NULL;
	bailey_ref_get(&old->ifaces->refs);
	return bind_ifaces(policy, old->ifaces);
}

/**
 * bailey_binding_add() - bind another interface
 * @binding: the binding, which packets may read meanwhile
 * @device: the interface, which has just come
 *
 * Context: Serialised by the caller, also among bindings that share interfaces.
 * Return: false if there is no room for it, or its number was another's before:
 * then another binding is to be made.
 */
bool bailey_binding_add(struct bailey_binding *binding,
			const struct bailey_device *device)
{
	struct bailey_ifaces *ifaces = binding->ifaces;
	struct bailey_iface iface;

	if (bailey_binding_find(binding, device->ifindex))
		return false;
	if (!iface_bind(&iface, binding->policy, device))
		return true;
	if (2 * ifaces->count >= ifaces->mask)
		return false;
	insert(ifaces, &iface);
	return true;
}

/**
 * bailey_binding_destroy() - free a binding and its reference to the policy
 * @binding: the binding, or NULL; no packet may still read it
 */
void bailey_binding_destroy(struct bailey_binding *binding)
{
	if (!binding)
		return;
	bailey_policy_put(binding->policy);
	if (bailey_ref_put(&binding->ifaces->refs))
		bailey_free(binding->ifaces);
	bailey_free(binding->contexts);
	bailey_free(binding);
}

/**
 * bailey_binding_find() - what the policy says about an interface
 * @binding: the binding
 * @ifindex: its number; 0 is none
 *
 * Context: Any.
 * Return: the interface, or NULL when the policy does not speak of it.
 */
const struct bailey_iface *bailey_binding_find(const struct bailey_binding *binding,
					       u32 ifindex)
{
	const struct bailey_ifaces *ifaces = binding->ifaces;
	u32 i = hash_index(ifindex, ifaces->mask), there;

	if (!ifindex)
		return NULL;
	for (;;) {
		there = bailey_load_acquire(&ifaces->iface[i].ifindex);
		if (there == ifindex)
			return &ifaces->iface[i];
		if (!there)
			return NULL;
		i = (i + 1) & ifaces->mask;
	}
}
