// SPDX-License-Identifier: GPL-2.0
/*
 * Putting fragments together, before the hooks see them.
 *
 * That is done by modules of the kernel, nf_defrag_ipv4 and nf_defrag_ipv6, which this
 * one does not link to, so that a bare insmod works: they are loaded when this one is,
 * and held while a namespace needs them. No locks of its own.
 */
#include <linux/kmod.h>
#include <linux/module.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#if IS_ENABLED(CONFIG_IPV6)
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#endif

#include "defrag.h"

#define DEFRAG(version)								\
static int defrag##version##_enable(struct net *net)				\
{										\
	int (*enable)(struct net *net);						\
	int ret;								\
										\
	enable = symbol_get(nf_defrag_ipv##version##_enable);			\
	if (!enable)								\
		return -EPROTONOSUPPORT;					\
	ret = enable(net);							\
	if (ret)								\
		symbol_put(nf_defrag_ipv##version##_enable);			\
	return ret;								\
}										\
										\
static void defrag##version##_disable(struct net *net)				\
{										\
	void (*disable)(struct net *net);					\
										\
	disable = symbol_get(nf_defrag_ipv##version##_disable);			\
	if (disable) {								\
		disable(net);							\
		symbol_put(nf_defrag_ipv##version##_disable);			\
	}									\
	symbol_put(nf_defrag_ipv##version##_enable);				\
}

DEFRAG(4)
#if IS_ENABLED(CONFIG_IPV6)
DEFRAG(6)
#else
static int defrag6_enable(struct net *net)
{
	return 0;
}

static void defrag6_disable(struct net *net)
{
}
#endif

/**
 * bailey_defrag_prepare() - load what will be needed
 *
 * Not left to the first policy: loading takes the lock under which namespaces
 * end, and they wait for writers.
 *
 * Context: Module initialisation, before the first namespace. What is missing
 * shows in bailey_defrag_enable().
 */
void __init bailey_defrag_prepare(void)
{
	request_module("nf_defrag_ipv4");
	if (IS_ENABLED(CONFIG_IPV6))
		request_module("nf_defrag_ipv6");
}

/**
 * bailey_defrag_enable() - put a namespace's fragments together from now on
 * @net: the namespace
 *
 * Context: Process, without RTNL.
 * Return: 0 or a negative errno, -EPROTONOSUPPORT when a module can't be had;
 * nothing is enabled then.
 */
int bailey_defrag_enable(struct net *net)
{
	int ret = defrag4_enable(net);

	if (ret)
		return ret;
	ret = defrag6_enable(net);
	if (ret)
		defrag4_disable(net);
	return ret;
}

/**
 * bailey_defrag_disable() - undo bailey_defrag_enable()
 * @net: the namespace
 *
 * Context: Process, without RTNL.
 */
void bailey_defrag_disable(struct net *net)
{
	defrag6_disable(net);
	defrag4_disable(net);
}
