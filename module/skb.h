/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a socket buffer to what the engine sees.
 */
#ifndef BAILEY_SKB_H
#define BAILEY_SKB_H

#include <linux/if_ether.h>
#include <linux/skbuff.h>

#include "engine/packet_plain.h"

enum bailey_reason bailey_skb_parse(const struct sk_buff *skb,
				    struct bailey_packet *packet,
				    struct bailey_packet *quote);
bool bailey_skb_reads_alike(const struct sk_buff *skb, const struct bailey_packet *plain);
bool bailey_skb_checksum_ok(const struct sk_buff *skb,
			    const struct bailey_packet *packet);

/**
 * bailey_skb_contradicts() - does the buffer say that it is of the other family?
 * @skb: the buffer
 * @packet: what was read
 *
 * A raw socket can put any version into a packet that it calls IPv4.
 *
 * Return: true if it does.
 */
static inline bool bailey_skb_contradicts(const struct sk_buff *skb,
					  const struct bailey_packet *packet)
{
	if (packet->family == BAILEY_IPV4)
		return skb->protocol == htons(ETH_P_IPV6);
	return skb->protocol == htons(ETH_P_IP);
}

/**
 * bailey_skb_plain() - read a buffer's packet, if it is like most
 * @skb: as for bailey_skb_parse()
 * @packet: as for bailey_packet_plain()
 *
 * Inline, as packet_plain.h is.
 *
 * Context: Any.
 * Return: true if it could be read: then bailey_skb_parse() says the same.
 */
static __always_inline bool bailey_skb_plain(const struct sk_buff *skb,
					     struct bailey_packet *packet)
{
	const struct bailey_source source = {
		.linear = skb_network_header(skb),
		.linear_len = max_t(int, skb_headlen(skb) - skb_network_offset(skb), 0),
		.len = max_t(int, skb->len - skb_network_offset(skb), 0),
		.gso = skb_is_gso(skb),
	};

	return bailey_packet_plain(&source, packet) && !bailey_skb_contradicts(skb, packet);
}

#endif /* BAILEY_SKB_H */
