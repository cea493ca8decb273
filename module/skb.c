// SPDX-License-Identifier: GPL-2.0
/*
 * From a socket buffer to what the engine sees.
 *
 * The engine reads the linear part of a buffer where it is; what lies in page
 * fragments or in a list of buffers (GRO, reassembled fragments) comes through
 * skb_header_pointer(). The buffer is neither changed nor copied, so pointers
 * that others hold into it stay good. No locks; the caller owns the buffer.
 */
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

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

static struct skb_source source_of(const struct sk_buff *skb)
{
	int network = skb_network_offset(skb);

	return (struct skb_source){
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
	const struct skb_source s = source_of(skb);
	enum bailey_reason reason;

	reason = bailey_packet_parse(&s.source, packet, quote);
	if (reason == BAILEY_PASS && bailey_skb_contradicts(skb, packet))
		return BAILEY_DROP_MALFORMED;
	return reason;
}

/**
 * bailey_skb_reads_alike() - does the long way read what the short one has read?
 * @skb: as for bailey_skb_parse()
 * @plain: from bailey_skb_plain()
 *
 * For the comparing mode.
 *
 * Context: Any.
 * Return: true if it does.
 */
bool bailey_skb_reads_alike(const struct sk_buff *skb, const struct bailey_packet *plain)
{
	const struct skb_source s = source_of(skb);
	struct bailey_packet packet;

	/* There is no padding but behind the last one. */
	return bailey_packet_read(&s.source, &packet, NULL) == BAILEY_PASS &&
	       !memcmp(&packet, plain, offsetofend(struct bailey_packet, sctp_reflected));
}

/* Is there a sum over all of the packet behind the IP headers that we know? */
static bool has_checksum(const struct bailey_packet *packet)
{
	/* The sum of a source-routed packet is made with its last destination. */
	if (packet->flags & BAILEY_PKT_ROUTED)
		return false;
	return packet->proto == BAILEY_PROTO_TCP || packet->proto == BAILEY_PROTO_UDP ||
	       bailey_packet_is_icmp(packet);
}

/*
 * What a UDP header says of its sum: how much it is of, or 0 if there is none. RFC 768
 * allows that over IPv4, RFC 6935 for tunnels over IPv6, which the receiver knows.
 */
static u32 udp_summed(const struct sk_buff *skb, int off, u32 len)
{
	const struct udphdr *udp;
	struct udphdr buf;

	udp = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!udp)
		return len;
	return udp->check ? min_t(u32, len, ntohs(udp->len)) : 0;
}

static __sum16 fold_with_addresses(const struct bailey_packet *packet, u32 len,
				   __wsum sum)
{
	struct in6_addr src, dst;

	if (packet->proto == BAILEY_PROTO_ICMP)
		return csum_fold(sum);
	bailey_addr_to_bytes(packet->family, &packet->src, src.s6_addr);
	bailey_addr_to_bytes(packet->family, &packet->dst, dst.s6_addr);
	if (packet->family == BAILEY_IPV4)
		return csum_tcpudp_magic(src.s6_addr32[0], dst.s6_addr32[0], len,
					 packet->proto, sum);
	return csum_ipv6_magic(&src, &dst, len, packet->proto, sum);
}

/**
 * bailey_skb_checksum_ok() - is what stands above IP as its sender made it?
 * @skb: at a netfilter hook
 * @packet: what bailey_skb_parse() found in it
 *
 * The hardware's word is taken where it has one; sums that are yet to be made
 * (CHECKSUM_PARTIAL) and protocols other than TCP, UDP, ICMP and ICMPv6 are
 * not looked at. Reads the whole packet otherwise; leaves the buffer as it is.
 *
 * Context: Any.
 * Return: false if the checksum is wrong (RFC 9293 3.1, 768, 792, 4443 2.3).
 */
bool bailey_skb_checksum_ok(const struct sk_buff *skb,
			    const struct bailey_packet *packet)
{
	int off = skb_network_offset(skb) + packet->payload_off;
	u32 len = packet->len - packet->payload_off;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL ||
	    skb_is_gso(skb) || !has_checksum(packet))
		return true;
	if (packet->proto == BAILEY_PROTO_UDP)
		len = udp_summed(skb, off, len);
	if (!len)
		return true;
	return !fold_with_addresses(packet, len, skb_checksum(skb, off, len, 0));
}
