// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what stands above IP: TCP with its options, SCTP with its chunks, ports,
 * GRE, ICMP.
 *
 * Called by packet.c when the IP headers are read; in a quote only the first 8
 * bytes above IP are sure to be there (RFC 792, RFC 4443 2.4). All bytes come
 * through bailey_reader_peek(). No locks, no memory of earlier packets.
 */
#include "packet_reader.h"

#define TCP_HEADER	20
#define ICMP_HEADER	8
#define GRE_HEADER	4
#define QUOTE_PAYLOAD	8	/* all that an ICMP error must quote above IP */

#define TCP_OPTIONS_MAX	40

#define TCPOPT_END	0
#define TCPOPT_NOP	1
#define TCPOPT_SCALE	3
#define TCPOPT_SACK	5
#define TCPOPT_TIMESTAMPS 0x0101080a	/* no-op, no-op, kind 8, 10 bytes */
#define TCP_SCALE_MAX	14	/* RFC 7323 2.3: more is taken as that */
#define SACK_BLOCK	8

#define SCTP_HEADER	12
#define SCTP_CHUNK	4
#define SCTP_INIT_CHUNK	20	/* INIT and INIT ACK without parameters */
#define SCTP_T_BIT	0x01

/* Chunk types that the reading of chunks asks for (RFC 9260 3.2, RFC 8260 2.1) */
#define SCTP_TYPE_DATA		0
#define SCTP_TYPE_INIT		1
#define SCTP_TYPE_INIT_ACK	2
#define SCTP_TYPE_ABORT		6
#define SCTP_TYPE_SHUTDOWN_COMPLETE 14
#define SCTP_TYPE_I_DATA	64

#define GRE_CHECKSUM	0x8000
#define GRE_ROUTING	0x4000
#define GRE_KEY		0x2000
#define GRE_VERSION	0x0007

/* An ICMP query and its reply; both carry an identifier at the same place. */
struct icmp_query {
	u8 proto;
	u8 request;
	u8 reply;
};

static const struct icmp_query icmp_queries[] = {
	{ BAILEY_PROTO_ICMP, 8, 0 },		/* echo (RFC 792) */
	{ BAILEY_PROTO_ICMP, 13, 14 },		/* timestamp (RFC 792) */
	{ BAILEY_PROTO_ICMP, 15, 16 },		/* information (RFC 792) */
	{ BAILEY_PROTO_ICMP, 17, 18 },		/* address mask (RFC 950) */
	{ BAILEY_PROTO_ICMP, 42, 43 },		/* extended echo (RFC 8335) */
	{ BAILEY_PROTO_ICMPV6, 128, 129 },	/* echo (RFC 4443) */
	{ BAILEY_PROTO_ICMPV6, 139, 140 },	/* node information (RFC 4620) */
	{ BAILEY_PROTO_ICMPV6, 160, 161 },	/* extended echo (RFC 8335) */
};

/* How much of a header must be there: quotes need not hold all of it. */
static u32 needed(const struct bailey_reader *r, u32 header)
{
	return r->quoted ? min_t(u32, header, QUOTE_PAYLOAD) : header;
}

static void set_ports(struct bailey_packet *packet, const u8 *h)
{
	packet->flags |= BAILEY_PKT_PORTS;
	packet->sport = bailey_get_be16(h);
	packet->dport = bailey_get_be16(h + 2);
}

/* The highest right edge: what the receiver says to have (RFC 2018 3). */
static void read_sack(struct bailey_packet *packet, const u8 *blocks, u32 len)
{
	u32 edge;

	for (; len >= SACK_BLOCK; blocks += SACK_BLOCK, len -= SACK_BLOCK) {
		edge = bailey_get_be32(blocks + 4);
		if (bailey_seq_after(edge, packet->tcp_sack))
			packet->tcp_sack = edge;
	}
}

/* The options that sequence numbers need; behind one that makes no sense, none do. */
static void read_tcp_options(struct bailey_packet *packet, const u8 *h, u32 len)
{
	u32 off = 0, size;

	while (off < len && h[off] != TCPOPT_END) {
		if (h[off] == TCPOPT_NOP) {
			off++;
			continue;
		}
		size = len - off < 2 ? 0 : h[off + 1];
		if (size < 2 || size > len - off)
			return;
		if (h[off] == TCPOPT_SACK)
			read_sack(packet, h + off + 2, size - 2);
		else if (h[off] == TCPOPT_SCALE && size == 3)
			packet->tcp_scale = min_t(u8, h[off + 2], TCP_SCALE_MAX);
		off += size;
	}
}

/* Most segments have timestamps and nothing else (RFC 7323 appendix A). */
static bool only_timestamps(const u8 *h, u32 len)
{
	return len == 12 && bailey_get_be32(h) == TCPOPT_TIMESTAMPS;
}

static enum bailey_reason parse_tcp_options(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u32 len = packet->tcp_header - TCP_HEADER;
	u8 buf[TCP_OPTIONS_MAX];
	const u8 *h = bailey_reader_peek(r, packet->payload_off + TCP_HEADER, len, buf);

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	if (!only_timestamps(h, len))
		read_tcp_options(packet, h, len);
	return BAILEY_PASS;
}

static void set_tcp_numbers(struct bailey_packet *packet, const u8 *h, u32 end)
{
	packet->flags |= BAILEY_PKT_SEQ;
	packet->tcp_seq = bailey_get_be32(h + 4);
	packet->tcp_ack = bailey_get_be32(h + 8);
	packet->tcp_sack = packet->tcp_ack;
	packet->tcp_window = bailey_get_be16(h + 14);
	packet->tcp_scale = BAILEY_TCP_NO_SCALE;
	packet->tcp_data = end - packet->payload_off - packet->tcp_header;
}

static enum bailey_reason parse_tcp(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[TCP_HEADER];
	const u8 *h = bailey_reader_peek(r, packet->payload_off, needed(r, TCP_HEADER), buf);
	u32 header;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_ports(packet, h);
	if (r->quoted) {
		packet->flags |= BAILEY_PKT_SEQ;
		packet->tcp_seq = bailey_get_be32(h + 4);
		return BAILEY_PASS;
	}
	header = (h[12] >> 4) * 4;
	if (header < TCP_HEADER)
		return BAILEY_DROP_MALFORMED;
	if (header > r->end - packet->payload_off)
		return BAILEY_DROP_TRUNCATED;
	packet->tcp_header = header;
	packet->tcp_flags = h[13] & BAILEY_TCP_FLAGS;
	set_tcp_numbers(packet, h, r->end);
	return header > TCP_HEADER ? parse_tcp_options(r) : BAILEY_PASS;
}

static enum bailey_sctp_chunk sctp_kind(u8 type)
{
	static const u8 kinds[] = {
		[SCTP_TYPE_DATA] = BAILEY_SCTP_DATA,
		[SCTP_TYPE_INIT] = BAILEY_SCTP_INIT,
		[SCTP_TYPE_INIT_ACK] = BAILEY_SCTP_INIT_ACK,
		[3] = BAILEY_SCTP_DATA,			/* SACK */
		[4] = BAILEY_SCTP_HEARTBEAT,
		[5] = BAILEY_SCTP_HEARTBEAT_ACK,
		[SCTP_TYPE_ABORT] = BAILEY_SCTP_ABORT,
		[7] = BAILEY_SCTP_SHUTDOWN,
		[8] = BAILEY_SCTP_SHUTDOWN_ACK,
		[9] = BAILEY_SCTP_DATA,			/* ERROR */
		[10] = BAILEY_SCTP_COOKIE_ECHO,
		[11] = BAILEY_SCTP_COOKIE_ACK,
		[12] = BAILEY_SCTP_DATA,		/* ECNE */
		[13] = BAILEY_SCTP_DATA,		/* CWR */
		[SCTP_TYPE_SHUTDOWN_COMPLETE] = BAILEY_SCTP_SHUTDOWN_COMPLETE,
	};

	return type < ARRAY_SIZE(kinds) ? kinds[type] : BAILEY_SCTP_DATA;
}

static bool is_sctp_data(u8 type)
{
	return type == SCTP_TYPE_DATA || type == SCTP_TYPE_I_DATA;
}

/* The tag that an INIT or INIT ACK gives to its sender is never 0 (RFC 9260 3.3.2). */
static enum bailey_reason read_sctp_init(struct bailey_reader *r, u32 off, u32 len)
{
	u8 buf[4];
	const u8 *h;

	if (len < SCTP_INIT_CHUNK)
		return BAILEY_DROP_MALFORMED;
	h = bailey_reader_peek(r, off + SCTP_CHUNK, sizeof(buf), buf);
	if (!h)
		return BAILEY_DROP_TRUNCATED;
	r->packet->sctp_init = bailey_get_be32(h);
	return r->packet->sctp_init ? BAILEY_PASS : BAILEY_DROP_MALFORMED;
}

/* One chunk of @len bytes; @alone: there is no other one in the packet. */
static enum bailey_reason read_sctp_chunk(struct bailey_reader *r, const u8 *h, u32 off,
					  u32 len, bool alone)
{
	struct bailey_packet *packet = r->packet;

	packet->sctp_chunks |= 1 << sctp_kind(h[0]);
	switch (h[0]) {
	case SCTP_TYPE_INIT:
	case SCTP_TYPE_INIT_ACK:
		return alone ? read_sctp_init(r, off, len) : BAILEY_DROP_MALFORMED;
	case SCTP_TYPE_SHUTDOWN_COMPLETE:
		packet->sctp_reflected = h[1] & SCTP_T_BIT;
		return alone ? BAILEY_PASS : BAILEY_DROP_MALFORMED;
	case SCTP_TYPE_ABORT:
		packet->sctp_reflected = h[1] & SCTP_T_BIT;
		break;
	}
	return BAILEY_PASS;
}

/*
 * Control chunks come before DATA, and some alone (RFC 9260 6.10): reading ends at
 * DATA, of which a first fragment need not hold all. What is hidden behind it, or behind
 * very many chunks, its sender who knows the tag hides from us alone: the entry is then
 * further back than the association.
 */
static enum bailey_reason read_sctp_chunks(struct bailey_reader *r)
{
	u32 off = r->packet->payload_off + SCTP_HEADER, n = 0, len, next;
	enum bailey_reason reason;
	u8 buf[SCTP_CHUNK];
	const u8 *h;

	do {
		h = bailey_reader_peek(r, off, SCTP_CHUNK, buf);
		if (!h)
			return BAILEY_DROP_TRUNCATED;
		len = bailey_get_be16(h + 2);
		if (len < SCTP_CHUNK)
			return BAILEY_DROP_MALFORMED;
		if (len > r->end - off && !is_sctp_data(h[0]))
			return BAILEY_DROP_TRUNCATED;
		/* The last one's padding may be missing. */
		next = off + min_t(u32, (len + 3) & ~3U, r->end - off);
		reason = read_sctp_chunk(r, h, off, len,
					 !n && r->end - next < SCTP_CHUNK);
		if (reason != BAILEY_PASS || is_sctp_data(h[0]))
			return reason;
		off = next;
	} while (++n < BAILEY_SCTP_CHUNKS_MAX && r->end - off >= SCTP_CHUNK);
	return BAILEY_PASS;
}

/* Of a quote the tag is sure to be there; of an INIT, the one that it gives, too. */
static void read_sctp_quote(struct bailey_reader *r)
{
	u8 buf[SCTP_CHUNK + 4];
	const u8 *h = bailey_reader_peek(r, r->packet->payload_off + SCTP_HEADER,
					 sizeof(buf), buf);

	if (!h || h[0] != SCTP_TYPE_INIT)
		return;
	r->packet->sctp_chunks = 1 << BAILEY_SCTP_INIT;
	r->packet->sctp_init = bailey_get_be32(h + SCTP_CHUNK);
}

static enum bailey_reason parse_sctp(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[SCTP_HEADER];
	const u8 *h = bailey_reader_peek(r, packet->payload_off, needed(r, SCTP_HEADER), buf);
	enum bailey_reason reason;
	bool init;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_ports(packet, h);
	packet->flags |= BAILEY_PKT_TAG;
	packet->sctp_tag = bailey_get_be32(h + 4);
	if (r->quoted) {
		read_sctp_quote(r);
		return BAILEY_PASS;
	}
	reason = read_sctp_chunks(r);
	if (reason != BAILEY_PASS)
		return reason;
	/* An INIT has no tag yet, and nothing else has none (RFC 9260 8.5.1). */
	init = packet->sctp_chunks & 1 << BAILEY_SCTP_INIT;
	return init == !packet->sctp_tag ? BAILEY_PASS : BAILEY_DROP_MALFORMED;
}

/* UDP, UDP-Lite and DCCP: the ports come first, @header is the least. */
static enum bailey_reason parse_ports(struct bailey_reader *r, u32 header)
{
	u8 buf[12];
	const u8 *h = bailey_reader_peek(r, r->packet->payload_off, needed(r, header), buf);

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_ports(r->packet, h);
	return BAILEY_PASS;
}

static enum bailey_reason parse_gre(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u32 off = packet->payload_off;
	u8 buf[GRE_HEADER];
	const u8 *h = bailey_reader_peek(r, off, GRE_HEADER, buf);
	u16 flags;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	flags = bailey_get_be16(h);
	/* Version 1 (RFC 2637) has a call number there, not the same both ways. */
	if (flags & GRE_VERSION || !(flags & GRE_KEY))
		return BAILEY_PASS;
	off += flags & (GRE_CHECKSUM | GRE_ROUTING) ? 8 : 4;
	h = bailey_reader_peek(r, off, sizeof(buf), buf);
	if (!h)
		return BAILEY_DROP_TRUNCATED;
	packet->flags |= BAILEY_PKT_ID;
	packet->id = bailey_get_be32(h);
	return BAILEY_PASS;
}

static const struct icmp_query *find_icmp_query(u8 proto, u8 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmp_queries); i++)
		if (icmp_queries[i].proto == proto &&
		    (icmp_queries[i].request == type ||
		     icmp_queries[i].reply == type))
			return &icmp_queries[i];
	return NULL;
}

/* A redirect quotes a packet, too, but tells of no failure of it. */
static bool is_icmp_error(u8 proto, u8 type)
{
	if (proto == BAILEY_PROTO_ICMPV6)
		return type < 128; /* also those that nobody knows (RFC 4443 2.1) */
	return type == 3 || type == 4 || type == 11 || type == 12;
}

static enum bailey_reason parse_icmp(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[ICMP_HEADER];
	const u8 *h = bailey_reader_peek(r, packet->payload_off, ICMP_HEADER, buf);

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	packet->type = h[0];
	packet->code = h[1];
	packet->flags |= bailey_packet_icmp_flags(packet->proto, packet->type);
	if (packet->flags & BAILEY_PKT_ID)
		packet->id = bailey_get_be16(h + 4);
	return BAILEY_PASS;
}

/**
 * bailey_reader_upper() - read the header above IP
 * @r: its packet's payload_off is at that header
 *
 * Return: BAILEY_PASS, or the reason why such a packet is never let through.
 */
enum bailey_reason bailey_reader_upper(struct bailey_reader *r)
{
	switch (r->packet->proto) {
	case BAILEY_PROTO_TCP:
		return parse_tcp(r);
	case BAILEY_PROTO_UDP:
	case BAILEY_PROTO_UDPLITE:
		return parse_ports(r, 8);
	case BAILEY_PROTO_SCTP:
		return parse_sctp(r);
	case BAILEY_PROTO_DCCP:
		return parse_ports(r, 12);
	case BAILEY_PROTO_GRE:
		return parse_gre(r);
	case BAILEY_PROTO_ICMP:
	case BAILEY_PROTO_ICMPV6:
		if (bailey_packet_is_icmp(r->packet))
			return parse_icmp(r);
	}
	return BAILEY_PASS;
}

/**
 * bailey_packet_icmp_flags() - what kind of ICMP message a type is
 * @proto: %BAILEY_PROTO_ICMP or %BAILEY_PROTO_ICMPV6
 * @type: the message's type
 *
 * Return: those of &enum bailey_packet_flags that follow from it; 0 for what is
 * neither query, reply nor error.
 */
u16 bailey_packet_icmp_flags(u8 proto, u8 type)
{
	const struct icmp_query *query;

	if (is_icmp_error(proto, type))
		return BAILEY_PKT_ICMP_ERROR;
	query = find_icmp_query(proto, type);
	if (!query)
		return 0;
	return BAILEY_PKT_ID | (type == query->request ? BAILEY_PKT_ICMP_QUERY :
							 BAILEY_PKT_ICMP_REPLY);
}

/**
 * bailey_packet_reply_type() - the ICMP type of the reply to a query
 * @packet: an ICMP or ICMPv6 query
 *
 * Return: the type of its reply.
 */
u8 bailey_packet_reply_type(const struct bailey_packet *packet)
{
	const struct icmp_query *query;

	query = find_icmp_query(packet->proto, packet->type);
	return query ? query->reply : packet->type;
}

/**
 * bailey_packet_request_type() - the ICMP type of the request of a query
 * @packet: an ICMP or ICMPv6 query or reply
 *
 * Return: the type of @packet, or of what it replies to.
 */
u8 bailey_packet_request_type(const struct bailey_packet *packet)
{
	const struct icmp_query *query;

	query = find_icmp_query(packet->proto, packet->type);
	return query ? query->request : packet->type;
}

