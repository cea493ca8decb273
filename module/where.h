/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a packet is: see where.c.
 */
#ifndef BAILEY_WHERE_H
#define BAILEY_WHERE_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "engine/side.h"

struct nf_hook_state;

void bailey_where_init(struct bailey_where *where, struct net *net,
		       enum bailey_hook hook);
void bailey_where_device(struct bailey_where *where, u32 side,
			 const struct net_device *dev);
bool bailey_where_locate(struct bailey_where *where, const struct sk_buff *skb,
			 const struct nf_hook_state *state);

#endif /* BAILEY_WHERE_H */
