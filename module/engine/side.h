/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a packet is, and who stands on each side of it.
 */
#ifndef BAILEY_ENGINE_SIDE_H
#define BAILEY_ENGINE_SIDE_H

#include "binding.h"

/* Where a packet meets the firewall. */
enum bailey_hook {
	BAILEY_HOOK_LOCAL_IN,
	BAILEY_HOOK_LOCAL_OUT,
	BAILEY_HOOK_FORWARD,
};

/* The sides of a packet. */
#define BAILEY_SRC	0
#define BAILEY_DST	1

/**
 * struct bailey_where - where a packet is
 * @hook: &enum bailey_hook
 * @loopback: the interface at LOCAL_IN or LOCAL_OUT is a loopback
 * @ifindex: interface on the source's and on the destination's side; 0 on the
 *	     side that is this machine
 * @master: VRF master of that interface, asked for its attach lines when the
 *	    interface has none; 0 for none
 * @domain: layer 3 domain on each side, 0 for the main one
 * @has_addr: tells whether an address is one of this machine's on an interface;
 *	      NULL means that every address of this machine's side is
 * @world: for @has_addr
 *
 * At LOCAL_IN and LOCAL_OUT the side that is this machine has ifindex 0 and the
 * domain of the other.
 */
struct bailey_where {
	u8 hook;
	bool loopback;
	u32 ifindex[2];
	u32 master[2];
	u32 domain[2];
	bool (*has_addr)(const struct bailey_where *where, u32 ifindex, u8 family,
			 const struct bailey_addr *addr);
	void *world;
};

/**
 * struct bailey_side - one side of a packet
 * @iface: the interface it passes on this side, if the policy speaks of it
 * @attach: the attach line that guards this side, or NULL
 * @endpoint: the endpoint that has the packet's address there, or NULL
 * @member: that endpoint's groups, or NULL
 * @set: the groups to be asked, or NULL for none
 * @acl: the ACL to be asked, or NULL for none
 * @ifindex: the interface that the packet passes on this side
 * @box: this side is this machine
 */
struct bailey_side {
	const struct bailey_iface *iface;
	const struct bailey_attach *attach;
	const struct bailey_endpoint *endpoint;
	const struct bailey_set *member;
	const struct bailey_set *set;
	const struct bailey_acl *acl;
	u32 ifindex;
	bool box;
};

void bailey_side_resolve(struct bailey_side *side, const struct bailey_binding *binding,
			 const struct bailey_where *where,
			 const struct bailey_packet *packet, u32 s);
bool bailey_side_unattached(const struct bailey_side *side);

#endif /* BAILEY_ENGINE_SIDE_H */
