// SPDX-License-Identifier: GPL-2.0
/*
 * The sides of a packet.
 *
 * A forwarded packet has the subnets behind its two interfaces as its sides. At
 * LOCAL_IN and LOCAL_OUT there is one interface: on the far side of it the subnet,
 * on the near side this machine. A VRF's port speaks for itself; where it has no
 * attach lines those of its VRF hold.
 */
#include "side.h"

static bool attached(const struct bailey_iface *iface)
{
	return iface && (iface->host || iface->subnet);
}

/* The interface whose attach lines hold: the port, or else its VRF master. */
static const struct bailey_iface *
attached_iface(const struct bailey_binding *binding, u32 ifindex, u32 master)
{
	const struct bailey_iface *iface = bailey_binding_find(binding, ifindex);
	const struct bailey_iface *vrf;

	if (attached(iface) || !master)
		return iface;
	vrf = bailey_binding_find(binding, master);
	return attached(vrf) || !iface ? vrf : iface;
}

/* The endpoint with an address: at the port itself, or else at its VRF master. */
static const struct bailey_endpoint *endpoint_at(const struct bailey_binding *binding,
						 const struct bailey_where *where, u32 port,
						 u8 family, const struct bailey_addr *addr,
						 const struct bailey_set **set)
{
	const u32 ifindex[2] = { where->ifindex[port], where->master[port] };
	const struct bailey_endpoint *endpoint = NULL;
	const struct bailey_iface *iface;
	u32 i;

	for (i = 0; i < 2 && !endpoint; i++) {
		iface = bailey_binding_find(binding, ifindex[i]);
		if (iface)
			endpoint = bailey_places_find(&binding->policy->places,
						      iface->place, family, addr, set);
	}
	return endpoint;
}

static const struct bailey_acl *attach_acl(const struct bailey_policy *policy,
					   const struct bailey_attach *attach)
{
	struct bailey_object *object = bailey_policy_object(policy, BAILEY_ACL,
							    attach->acl);

	return object ? bailey_acl_of(object) : NULL;
}

/* Which interface a packet passes on a side; at LOCAL_* there is only one. */
static u32 side_port(const struct bailey_where *where, u32 s)
{
	if (where->hook == BAILEY_HOOK_LOCAL_IN)
		return BAILEY_SRC;
	if (where->hook == BAILEY_HOOK_LOCAL_OUT)
		return BAILEY_DST;
	return s;
}

/**
 * bailey_side_resolve() - find out who stands on a side of a packet
 * @side: filled in
 * @binding: the policy bound to interfaces
 * @where: where the packet is
 * @packet: the packet
 * @s: %BAILEY_SRC or %BAILEY_DST
 *
 * Context: Any.
 */
void bailey_side_resolve(struct bailey_side *side, const struct bailey_binding *binding,
			 const struct bailey_where *where,
			 const struct bailey_packet *packet, u32 s)
{
	u32 port = side_port(where, s);

	side->attach = NULL;
	side->endpoint = NULL;
	side->member = NULL;
	side->set = NULL;
	side->acl = NULL;
	side->box = where->hook != BAILEY_HOOK_FORWARD && port != s;
	side->ifindex = where->ifindex[port];
	side->iface = attached_iface(binding, side->ifindex, where->master[port]);
	if (!side->iface)
		return;
	if (!side->box)
		side->endpoint = endpoint_at(binding, where, port, packet->family,
					     s == BAILEY_SRC ? &packet->src : &packet->dst,
					     &side->member);
	side->attach = side->box ? side->iface->host : side->iface->subnet;
	if (!side->attach)
		return;
	side->acl = attach_acl(binding->policy, side->attach);
	side->set = side->endpoint ? side->member : side->attach->set;
}

/**
 * bailey_side_unattached() - is nothing attached to the interface of a side?
 * @side: resolved
 *
 * Context: Any.
 * Return: true if "default" says what becomes of the packet there.
 */
bool bailey_side_unattached(const struct bailey_side *side)
{
	return !attached(side->iface);
}
