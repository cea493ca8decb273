/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a socket buffer to what the engine sees.
 */
#ifndef BAILEY_SKB_H
#define BAILEY_SKB_H

#include <linux/skbuff.h>

#include "engine/packet.h"

enum bailey_reason bailey_skb_parse(const struct sk_buff *skb,
				    struct bailey_packet *packet,
				    struct bailey_packet *quote);
bool bailey_skb_plain(const struct sk_buff *skb, struct bailey_packet *packet);
bool bailey_skb_reads_alike(const struct sk_buff *skb, const struct bailey_packet *plain);
void bailey_skb_on_wire(const struct sk_buff *skb, const struct bailey_packet *packet,
			u32 *packets, u32 *bytes);
bool bailey_skb_checksum_ok(const struct sk_buff *skb,
			    const struct bailey_packet *packet);

#endif /* BAILEY_SKB_H */
