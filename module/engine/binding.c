// SPDX-License-Identifier: GPL-2.0
/*
 * Binding attach and endpoint lines, which speak of names, to the interfaces
 * that are there, which packets know by number.
 *
 * An exact name goes before a stem, a longer stem before a shorter one, for the
 * host line and the subnet line of an interface separately.
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

static void insert(struct bailey_binding *binding, const struct bailey_iface *iface)
{
	u32 i = hash_index(iface->ifindex, binding->mask);

	while (binding->iface[i].ifindex)
		i = (i + 1) & binding->mask;
	binding->iface[i] = *iface;
}

static struct bailey_binding *hash_ifaces(struct bailey_policy *policy,
					  const struct bailey_iface *iface, u32 count)
{
	struct bailey_binding *binding;
	u32 i, places = 4;

	while (places < 2 * count)
		places *= 2;
	binding = bailey_zalloc(sizeof(*binding) +
				(size_t)places * sizeof(struct bailey_iface));
	if (!binding)
		return NULL;
	binding->mask = places - 1;
	bailey_policy_get(policy);
	binding->policy = policy;
	for (i = 0; i < count; i++)
		insert(binding, &iface[i]);
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
	struct bailey_binding *binding;
	struct bailey_iface *iface;
	u32 i, bound = 0;

	iface = bailey_zalloc(((size_t)count + 1) * sizeof(*iface));
	if (!iface)
		return NULL;
	for (i = 0; i < count; i++) {
		bound += iface_bind(&iface[bound], policy, &device[i]);
		bailey_yield();
	}
	binding = hash_ifaces(policy, iface, bound);
	bailey_free(iface);
	return binding;
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
	u32 i = hash_index(ifindex, binding->mask);

	if (!ifindex)
		return NULL;
	while (binding->iface[i].ifindex) {
		if (binding->iface[i].ifindex == ifindex)
			return &binding->iface[i];
		i = (i + 1) & binding->mask;
	}
	return NULL;
}
