/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the packets that are nearly all: IPv4 without options or IPv6 without
 * extension headers, whole, with all headers in one piece, and in it UDP, or TCP with no
 * options or timestamps alone.
 *
 * What this reads, packet.c and packet_upper.c read alike; for all else, errors
 * included, it leaves the packet to them. tests/unit/test_packet.c compares both. All of
 * it is inline, as it is a good part of what an established packet costs. No locks, no
 * memory of earlier packets.
 */
#ifndef BAILEY_ENGINE_PACKET_PLAIN_H
#define BAILEY_ENGINE_PACKET_PLAIN_H

#include "packet.h"

#define BAILEY_PLAIN_IPV4_HEADER	20
#define BAILEY_PLAIN_IPV6_HEADER	40
#define BAILEY_PLAIN_IPV4_FRAGMENT	0x3fff	/* more fragments, or an offset */
#define BAILEY_PLAIN_TCP_HEADER	20
#define BAILEY_PLAIN_TCP_TIMES	32
#define BAILEY_PLAIN_TIMES 0x0101080a	/* no-op, no-op, kind 8, 10 bytes */
#define BAILEY_PLAIN_UDP_HEADER	8

/**
 * bailey_plain_clear() - what is not read here is not there
 * @packet: cleared but for what the other functions fill in
 */
static __always_inline void
bailey_plain_clear(struct bailey_packet *packet)
{
	packet->id = 0;
	packet->type = 0;
	packet->code = 0;
	packet->sctp_tag = 0;
	packet->sctp_init = 0;
	packet->sctp_chunks = 0;
	packet->sctp_reflected = false;
}

/**
 * bailey_plain_length() - how long the packet is
 * @source: its bytes
 * @says: what its header says
 *
 * Return: bytes; 0 if the header does not say it well.
 */
static __always_inline u32
bailey_plain_length(const struct bailey_source *source, u32 says)
{
	if (unlikely(source->gso))
		return source->len;
	return says <= source->len ? says : 0;
}

/**
 * bailey_plain_ipv4() - read an IPv4 header without options
 * @source: at least 20 linear bytes
 * @packet: filled in
 *
 * Return: true if it is one, and not of a fragment.
 */
static __always_inline bool
bailey_plain_ipv4(const struct bailey_source *source, struct bailey_packet *packet)
{
	const u8 *h = source->linear;

	if (h[0] != (BAILEY_IPV4 << 4 | BAILEY_PLAIN_IPV4_HEADER / 4) ||
	    bailey_get_be16(h + 6) & BAILEY_PLAIN_IPV4_FRAGMENT)
		return false;
	packet->src.hi = (u64)bailey_get_be32(h + 12) << 32;
	packet->src.lo = 0;
	packet->dst.hi = (u64)bailey_get_be32(h + 16) << 32;
	packet->dst.lo = 0;
	packet->len = bailey_plain_length(source, bailey_get_be16(h + 2));
	packet->family = BAILEY_IPV4;
	packet->proto = h[9];
	packet->hop_limit = h[8];
	packet->payload_off = BAILEY_PLAIN_IPV4_HEADER;
	return true;
}

/**
 * bailey_plain_ipv6() - read an IPv6 header
 * @source: its bytes
 * @packet: filled in
 *
 * Return: true if it is one.
 */
static __always_inline bool
bailey_plain_ipv6(const struct bailey_source *source, struct bailey_packet *packet)
{
	const u8 *h = source->linear;

	if (h[0] >> 4 != BAILEY_IPV6 || source->linear_len < BAILEY_PLAIN_IPV6_HEADER)
		return false;
	packet->src.hi = bailey_get_be64(h + 8);
	packet->src.lo = bailey_get_be64(h + 16);
	packet->dst.hi = bailey_get_be64(h + 24);
	packet->dst.lo = bailey_get_be64(h + 32);
	packet->len = bailey_plain_length(source,
					  BAILEY_PLAIN_IPV6_HEADER + bailey_get_be16(h + 4));
	packet->family = BAILEY_IPV6;
	packet->proto = h[6];
	packet->hop_limit = h[7];
	packet->payload_off = BAILEY_PLAIN_IPV6_HEADER;
	return true;
}

/**
 * bailey_plain_tcp() - read a TCP header with no options or timestamps alone
 * @packet: filled in
 * @h: the header
 * @room: linear bytes of it and what follows, at least 20
 *
 * Return: true if it is one.
 */
static __always_inline bool
bailey_plain_tcp(struct bailey_packet *packet, const u8 *h, u32 room)
{
	u32 header = (h[12] >> 4) * 4;

	if (header != BAILEY_PLAIN_TCP_HEADER &&
	    (header != BAILEY_PLAIN_TCP_TIMES || room < header ||
	     bailey_get_be32(h + BAILEY_PLAIN_TCP_HEADER) != BAILEY_PLAIN_TIMES))
		return false;
	packet->flags = BAILEY_PKT_PORTS | BAILEY_PKT_SEQ;
	packet->tcp_header = header;
	packet->tcp_flags = h[13] & BAILEY_TCP_FLAGS;
	packet->tcp_seq = bailey_get_be32(h + 4);
	packet->tcp_ack = bailey_get_be32(h + 8);
	packet->tcp_sack = packet->tcp_ack;
	packet->tcp_window = bailey_get_be16(h + 14);
	packet->tcp_scale = BAILEY_TCP_NO_SCALE;
	packet->tcp_data = packet->len - packet->payload_off - header;
	return true;
}

/**
 * bailey_plain_udp() - read a UDP header
 * @packet: filled in
 * @h: the header
 * @gso: its length may be another one
 *
 * Return: true if its length fits.
 */
static __always_inline bool
bailey_plain_udp(struct bailey_packet *packet, const u8 *h, bool gso)
{
	u32 len = bailey_get_be16(h + 4);

	packet->flags = BAILEY_PKT_PORTS;
	packet->tcp_header = 0;
	packet->tcp_flags = 0;
	packet->tcp_seq = 0;
	packet->tcp_ack = 0;
	packet->tcp_sack = 0;
	packet->tcp_window = 0;
	packet->tcp_scale = 0;
	packet->tcp_data = 0;
	return gso || (len >= BAILEY_PLAIN_UDP_HEADER && len <= packet->len - packet->payload_off);
}

/**
 * bailey_plain_upper() - read what stands above IP
 * @source: its bytes
 * @packet: the IP header is read; filled in
 *
 * Return: true if it is TCP or UDP, and could be read.
 */
static __always_inline bool
bailey_plain_upper(const struct bailey_source *source, struct bailey_packet *packet)
{
	const u8 *h = source->linear + packet->payload_off;
	u32 end = min_t(u32, source->linear_len, packet->len);
	u32 room;

	if (end < packet->payload_off + BAILEY_PLAIN_UDP_HEADER)
		return false;
	room = end - packet->payload_off;
	packet->sport = bailey_get_be16(h);
	packet->dport = bailey_get_be16(h + 2);
	if (likely(packet->proto == BAILEY_PROTO_TCP))
		return room >= BAILEY_PLAIN_TCP_HEADER && bailey_plain_tcp(packet, h, room);
	return packet->proto == BAILEY_PROTO_UDP && bailey_plain_udp(packet, h, source->gso);
}

/**
 * bailey_packet_plain() - read a packet, if it is like most
 * @source: its bytes
 * @packet: filled in as by bailey_packet_parse()
 *
 * Context: Any. Reads nothing outside @source's linear bytes.
 * Return: true if it could be read; else @packet holds nothing of use.
 */
static __always_inline bool bailey_packet_plain(const struct bailey_source *source,
						struct bailey_packet *packet)
{
	if (source->linear_len < BAILEY_PLAIN_IPV4_HEADER ||
	    (!bailey_plain_ipv4(source, packet) && !bailey_plain_ipv6(source, packet)))
		return false;
	bailey_plain_clear(packet);
	return bailey_plain_upper(source, packet);
}

#endif /* BAILEY_ENGINE_PACKET_PLAIN_H */
