/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a packet is: see where.c.
 */
#ifndef BAILEY_WHERE_H
#define BAILEY_WHERE_H

#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ip.h>

#include "engine/side.h"

void bailey_where_init(struct bailey_where *where, struct net *net,
		       enum bailey_hook hook);
void bailey_where_device(struct bailey_where *where, u32 side,
			 const struct net_device *dev);
bool bailey_where_has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
			   const struct bailey_addr *addr);
bool bailey_where_find_out(struct bailey_where *where, const struct sk_buff *skb,
			   const struct nf_hook_state *state);

/**
 * bailey_where_has_vrf() - has an interface to do with a VRF?
 * @dev: the interface
 *
 * Return: true if it is a VRF, or a port of one.
 */
static inline bool bailey_where_has_vrf(const struct net_device *dev)
{
	return netif_is_l3_master(dev) || netif_is_l3_slave(dev);
}

/**
 * bailey_where_is_plain() - is a packet forwarded between two interfaces without VRFs?
 * @skb: at a hook
 * @state: the hook
 *
 * Return: true if it is, like most.
 */
static inline bool bailey_where_is_plain(const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	return state->hook == NF_INET_FORWARD && !bailey_where_has_vrf(state->in) &&
	       !bailey_where_has_vrf(state->out) &&
	       !(state->pf == NFPROTO_IPV4 ? inet_sdif(skb) : inet6_sdif(skb));
}

/**
 * bailey_where_locate() - find out where a packet is
 * @where: filled in
 * @skb: at a hook
 * @state: the hook
 *
 * Context: Under rcu_read_lock().
 * Return: false if this is not yet the place to judge it.
 */
static inline bool bailey_where_locate(struct bailey_where *where, const struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	if (unlikely(!bailey_where_is_plain(skb, state)))
		return bailey_where_find_out(where, skb, state);
	/* One by one: as a whole it would be cleared first. */
	where->hook = BAILEY_HOOK_FORWARD;
	where->loopback = false;
	where->ifindex[BAILEY_SRC] = state->in->ifindex;
	where->ifindex[BAILEY_DST] = state->out->ifindex;
	where->master[BAILEY_SRC] = 0;
	where->master[BAILEY_DST] = 0;
	where->domain[BAILEY_SRC] = 0;
	where->domain[BAILEY_DST] = 0;
	where->has_addr = bailey_where_has_addr;
	where->world = state->net;
	return true;
}

#endif /* BAILEY_WHERE_H */
