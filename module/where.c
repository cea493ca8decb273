// SPDX-License-Identifier: GPL-2.0
/*
 * Where a packet is: which interface on the side of its source, which on that of its
 * destination, which VRF. A VRF's port counts, not its master; at LOCAL_OUT the
 * route's interface. No locks; all of it under rcu_read_lock().
 */
#include "where.h"

#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/if_inet6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

static bool has_addr4(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_local == addr)
			return true;
	return false;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool has_addr6(const struct net_device *dev, const struct in6_addr *addr)
{
	const struct inet6_dev *in6_dev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifp;

	if (!in6_dev)
		return false;
	list_for_each_entry_rcu(ifp, &in6_dev->addr_list, if_list)
		if (ipv6_addr_equal(&ifp->addr, addr))
			return true;
	return false;
}
#else
static bool has_addr6(const struct net_device *dev, const struct in6_addr *addr)
{
	return false;
}
#endif

/**
 * bailey_where_has_addr() - is this one of an interface's addresses at this moment?
 * @where: where a packet is
 * @ifindex: the interface
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 *
 * Context: Any.
 * Return: true if it is.
 */
bool bailey_where_has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
			   const struct bailey_addr *addr)
{
	const struct net_device *dev;
	struct in6_addr bytes;
	bool found = false;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(where->world, ifindex);
	bailey_addr_to_bytes(family, addr, bytes.s6_addr);
	if (dev && family == BAILEY_IPV4)
		found = has_addr4(dev, bytes.s6_addr32[0]);
	else if (dev)
		found = has_addr6(dev, &bytes);
	rcu_read_unlock();
	return found;
}

/**
 * bailey_where_init() - a packet is at a hook of a namespace
 * @where: filled in, but for the interfaces: see bailey_where_device()
 * @net: the namespace
 * @hook: the hook
 */
void bailey_where_init(struct bailey_where *where, struct net *net,
		       enum bailey_hook hook)
{
	memset(where, 0, sizeof(*where));
	where->hook = hook;
	where->has_addr = bailey_where_has_addr;
	where->world = net;
}

/**
 * bailey_where_device() - a packet passes an interface on one side
 * @where: filled in for that side; at LOCAL_* the other side's domain, too
 * @side: %BAILEY_SRC or %BAILEY_DST
 * @dev: the interface itself, not the VRF that it is a port of
 *
 * Context: Under rcu_read_lock().
 */
void bailey_where_device(struct bailey_where *where, u32 side,
			 const struct net_device *dev)
{
	u32 master = l3mdev_master_ifindex_rcu(dev);

	where->ifindex[side] = dev->ifindex;
	where->master[side] = master == dev->ifindex ? 0 : master;
	where->domain[side] = master;
	if (where->hook == BAILEY_HOOK_FORWARD)
		return;
	where->domain[!side] = master;
	where->loopback = dev->flags & IFF_LOOPBACK;
}

/* The port by which a packet came in, where a VRF stands in for it. */
static const struct net_device *ingress_port(const struct sk_buff *skb,
					     const struct nf_hook_state *state)
{
	const struct net_device *dev;
	int sdif = state->pf == NFPROTO_IPV4 ? inet_sdif(skb) : inet6_sdif(skb);

	if (!sdif)
		return state->in;
	dev = dev_get_by_index_rcu(state->net, sdif);
	return dev ? dev : state->in;
}

/* After DNAT in LOCAL_OUT, state->out is still where the packet would have gone. */
static const struct net_device *egress_port(const struct sk_buff *skb,
					    const struct nf_hook_state *state)
{
	if (state->hook == NF_INET_LOCAL_OUT && skb_dst(skb) && skb_dst(skb)->dev)
		return skb_dst(skb)->dev;
	return state->out;
}

/*
 * At LOCAL_OUT a VRF shows packets twice: first as leaving by itself, either on
 * their way into its own queue (then the route leads to the VRF) or at once (then
 * the buffer is on the VRF, and the route leads on already); then again by the
 * port. What state->out says is stale once a packet was routed anew.
 */
static bool comes_again(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (state->hook != NF_INET_LOCAL_OUT)
		return false;
	if (netif_is_l3_master(egress_port(skb, state)))
		return true;
	return netif_is_l3_master(state->out) && skb->dev == state->out;
}

/**
 * bailey_where_find_out() - where a packet is that is not plain
 * @where: filled in
 * @skb: at a hook
 * @state: the hook
 *
 * Context: Under rcu_read_lock().
 * Return: false if this is not yet the place to judge it.
 */
bool bailey_where_find_out(struct bailey_where *where, const struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	bailey_where_init(where, state->net,
			  state->hook == NF_INET_LOCAL_IN ? BAILEY_HOOK_LOCAL_IN :
			  state->hook == NF_INET_LOCAL_OUT ? BAILEY_HOOK_LOCAL_OUT :
							     BAILEY_HOOK_FORWARD);
	if (state->hook != NF_INET_LOCAL_OUT)
		bailey_where_device(where, BAILEY_SRC, ingress_port(skb, state));
	if (state->hook != NF_INET_LOCAL_IN)
		bailey_where_device(where, BAILEY_DST, egress_port(skb, state));
	return !comes_again(skb, state);
}
