// SPDX-License-Identifier: GPL-2.0
/*
 * From a socket buffer to what the engine sees.
 *
 * The engine reads the linear part of a buffer where it is; what lies in page
 * fragments or in a list of buffers (GRO, reassembled fragments) comes through
 * skb_header_pointer(). The buffer is neither changed nor copied, so pointers
 * that others hold into it stay good. No locks; the caller owns the buffer.
 */
#include <linux/if_ether.h>

#include "skb.h"

/* A source that knows its buffer. */
struct skb_source {
	struct bailey_source source;
	const struct sk_buff *skb;
	int network;		/* offset of the network header; may be negative */
};

static const void *pull(const struct bailey_source *source, u32 off, u32 len,
			void *buf)
{
	const struct skb_source *s;

	s = container_of(source, struct skb_source, source);
	return skb_header_pointer(s->skb, s->network + (int)off, len, buf);
}

/* A raw socket can put any version into a packet that it calls IPv4. */
static bool contradicts(const struct sk_buff *skb,
			const struct bailey_packet *packet)
{
	if (packet->family == BAILEY_IPV4)
		return skb->protocol == htons(ETH_P_IPV6);
	return skb->protocol == htons(ETH_P_IP);
}

/**
 * bailey_skb_parse() - read all that the engine asks of a buffer's packet
 * @skb: at a netfilter hook: the network header is set
 * @packet: as for bailey_packet_parse()
 * @quote: as for bailey_packet_parse()
 *
 * Segmentation offload is looked at before any length: the buffer may hold more
 * than its headers can say (BIG TCP).
 *
 * Context: Any.
 * Return: as bailey_packet_parse().
 */
enum bailey_reason bailey_skb_parse(const struct sk_buff *skb,
				    struct bailey_packet *packet,
				    struct bailey_packet *quote)
{
	int network = skb_network_offset(skb);
	struct skb_source s = {
		.source = {
			.linear = skb_network_header(skb),
			.linear_len = max_t(int, skb_headlen(skb) - network, 0),
			.len = max_t(int, skb->len - network, 0),
			.gso = skb_is_gso(skb),
			.pull = pull,
		},
		.skb = skb,
		.network = network,
	};
	enum bailey_reason reason;

	reason = bailey_packet_parse(&s.source, packet, quote);
	if (reason == BAILEY_PASS && contradicts(skb, packet))
		return BAILEY_DROP_MALFORMED;
	return reason;
}
