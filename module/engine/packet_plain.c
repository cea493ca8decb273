// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the packets that are nearly all: IPv4 without options or IPv6 without
 * extension headers, whole, with all headers in one piece, and in it UDP, or TCP with no
 * options or timestamps alone.
 *
 * What this reads, packet.c and packet_upper.c read alike; for all else, errors
 * included, it leaves the packet to them. tests/unit/test_packet.c compares both. No
 * locks, no memory of earlier packets.
 */
#include "packet_reader.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define IPV4_FRAGMENT	0x3fff	/* more fragments, or an offset */
#define TCP_HEADER	20
#define TCP_WITH_TIMES	32
#define TCPOPT_TIMESTAMPS 0x0101080a	/* no-op, no-op, kind 8, 10 bytes */
#define UDP_HEADER	8

static bool read_tcp(struct bailey_packet *packet, const u8 *h, u32 room, u32 end)
{
	u32 header = (h[12] >> 4) * 4;

	if (header > room || packet->payload_off + header > end ||
	    (header != TCP_HEADER &&
	     (header != TCP_WITH_TIMES ||
	      bailey_get_be32(h + TCP_HEADER) != TCPOPT_TIMESTAMPS)))
		return false;
	packet->flags = BAILEY_PKT_PORTS | BAILEY_PKT_SEQ;
	packet->tcp_header = header;
	packet->tcp_flags = h[13] & BAILEY_TCP_FLAGS;
	packet->tcp_seq = bailey_get_be32(h + 4);
	packet->tcp_ack = bailey_get_be32(h + 8);
	packet->tcp_sack = packet->tcp_ack;
	packet->tcp_window = bailey_get_be16(h + 14);
	packet->tcp_scale = BAILEY_TCP_NO_SCALE;
	packet->tcp_data = end - packet->payload_off - header;
	return true;
}

static bool read_udp(struct bailey_packet *packet, const u8 *h, u32 end, bool gso)
{
	u32 len = bailey_get_be16(h + 4);

	packet->flags = BAILEY_PKT_PORTS;
	return gso || (len >= UDP_HEADER && len <= end - packet->payload_off);
}

static bool read_upper(const struct bailey_source *source, struct bailey_packet *packet)
{
	const u8 *h = source->linear + packet->payload_off;
	u32 room, end = packet->len;

	if (source->linear_len < packet->payload_off || end < packet->payload_off)
		return false;
	room = min_t(u32, source->linear_len, end) - packet->payload_off;
	if (room < UDP_HEADER)
		return false;
	packet->sport = bailey_get_be16(h);
	packet->dport = bailey_get_be16(h + 2);
	if (packet->proto == BAILEY_PROTO_UDP)
		return read_udp(packet, h, end, source->gso);
	return packet->proto == BAILEY_PROTO_TCP && room >= TCP_HEADER &&
	       read_tcp(packet, h, room, end);
}

/* How long the packet is; 0 if its header does not say it well. */
static u32 length(const struct bailey_source *source, u32 says)
{
	if (source->gso)
		return source->len;
	return says <= source->len ? says : 0;
}

/**
 * bailey_packet_plain() - read a packet, if it is like most
 * @source: its bytes
 * @packet: filled in as by bailey_packet_parse()
 *
 * Context: Any. Reads nothing outside @source's linear bytes.
 * Return: true if it could be read; else @packet holds nothing of use.
 */
bool bailey_packet_plain(const struct bailey_source *source,
			 struct bailey_packet *packet)
{
	const u8 *h = source->linear;

	if (source->linear_len < IPV4_HEADER)
		return false;
	if (h[0] == (BAILEY_IPV4 << 4 | IPV4_HEADER / 4)) {
		if (bailey_get_be16(h + 6) & IPV4_FRAGMENT)
			return false;
		*packet = (struct bailey_packet){
			.src.hi = (u64)bailey_get_be32(h + 12) << 32,
			.dst.hi = (u64)bailey_get_be32(h + 16) << 32,
			.len = length(source, bailey_get_be16(h + 2)),
			.family = BAILEY_IPV4,
			.proto = h[9],
			.hop_limit = h[8],
			.payload_off = IPV4_HEADER,
		};
		return read_upper(source, packet);
	}
	if (h[0] >> 4 != BAILEY_IPV6 || source->linear_len < IPV6_HEADER)
		return false;
	*packet = (struct bailey_packet){
		.src = { bailey_get_be64(h + 8), bailey_get_be64(h + 16) },
		.dst = { bailey_get_be64(h + 24), bailey_get_be64(h + 32) },
		.len = length(source, IPV6_HEADER + bailey_get_be16(h + 4)),
		.family = BAILEY_IPV6,
		.proto = h[6],
		.hop_limit = h[7],
		.payload_off = IPV6_HEADER,
	};
	return read_upper(source, packet);
}
