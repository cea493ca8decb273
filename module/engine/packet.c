// SPDX-License-Identifier: GPL-2.0
/*
 * Reading packets: IPv4 and IPv6 headers, what stands above them, and the packet
 * that an ICMP error quotes.
 *
 * Every byte is fetched through peek(), which knows where the packet ends; no
 * other function looks at memory that peek() did not return. Offsets count from
 * the start of the source and never pass reader.end, so sums of an offset and a
 * header's length cannot wrap. No locks, no memory of earlier packets.
 */
#include "packet.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define EXT_HEADER	8	/* the least that an extension header has */
#define TCP_HEADER	20
#define ICMP_HEADER	8
#define GRE_HEADER	4
#define QUOTE_PAYLOAD	8	/* all that an ICMP error must quote above IP */

#define IPV4_OFFSET	0x1fff	/* fragment offset in the flags word */

#define GRE_CHECKSUM	0x8000
#define GRE_ROUTING	0x4000
#define GRE_KEY		0x2000
#define GRE_VERSION	0x0007

/* One header chain being read: the packet itself, or the one that it quotes. */
struct reader {
	const struct bailey_source *source;
	struct bailey_packet *packet;
	u32 start;		/* of the IP header */
	u32 end;		/* no header reaches beyond */
	bool quoted;		/* cut short, and its lengths are not to be believed */
};

/* An IPv6 extension header to skip: (@mask & byte 1 + @more) * @unit bytes. */
struct ext_header {
	u8 proto;
	u8 mask;
	u8 more;
	u8 unit;
};

static const struct ext_header ext_headers[] = {
	{ BAILEY_PROTO_HOPOPTS,		0xff, 1, 8 },
	{ BAILEY_PROTO_ROUTING,		0xff, 1, 8 },
	{ BAILEY_PROTO_FRAGMENT,	0x00, 1, 8 },
	{ BAILEY_PROTO_DSTOPTS,		0xff, 1, 8 },
	{ BAILEY_PROTO_AH,		0xff, 2, 4 },
};

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

/* Returns @len bytes at @off, in @buf where they are not in one piece, or NULL. */
static const u8 *peek(const struct reader *r, u32 off, u32 len, void *buf)
{
	const struct bailey_source *source = r->source;

	if (off > r->end || len > r->end - off)
		return NULL;
	if (likely(off + len <= source->linear_len))
		return source->linear + off;
	return source->pull ? source->pull(source, off, len, buf) : NULL;
}

/* How much of a header must be there: quotes need not hold all of it. */
static u32 needed(const struct reader *r, u32 header)
{
	return r->quoted ? min_t(u32, header, QUOTE_PAYLOAD) : header;
}

/*
 * The IP header says that the packet has @len bytes, @header of them its own.
 * What follows them is padding of the link.
 */
static enum bailey_reason set_length(struct reader *r, u32 len, u32 header)
{
	r->packet->len = len;
	if (r->quoted || r->source->gso) {
		if (!r->quoted)
			r->packet->len = r->end;
		return header > r->end - r->start ? BAILEY_DROP_TRUNCATED :
						    BAILEY_PASS;
	}
	if (len < header)
		return BAILEY_DROP_MALFORMED;
	if (len > r->end)
		return BAILEY_DROP_TRUNCATED;
	r->end = len;
	return BAILEY_PASS;
}

static void set_addresses(struct bailey_packet *packet, u8 family, const u8 *src,
			  const u8 *dst)
{
	packet->family = family;
	packet->src = bailey_addr_from_bytes(family, src);
	packet->dst = bailey_addr_from_bytes(family, dst);
}

static enum bailey_reason parse_ipv4(struct reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[IPV4_HEADER];
	const u8 *h = peek(r, r->start, IPV4_HEADER, buf);
	u32 header;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_addresses(packet, BAILEY_IPV4, h + 12, h + 16);
	packet->proto = h[9];
	packet->hop_limit = h[8];
	header = (h[0] & 0xf) * 4;
	if (header < IPV4_HEADER)
		return BAILEY_DROP_MALFORMED;
	packet->payload_off = r->start + header;
	if (bailey_get_be16(h + 6) & IPV4_OFFSET)
		packet->flags |= BAILEY_PKT_FRAGMENT;
	return set_length(r, bailey_get_be16(h + 2), header);
}

static const struct ext_header *find_ext_header(u8 proto)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ext_headers); i++)
		if (ext_headers[i].proto == proto)
			return &ext_headers[i];
	return NULL;
}

static enum bailey_reason skip_ext_header(struct reader *r,
					  const struct ext_header *ext)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[EXT_HEADER];
	const u8 *h = peek(r, packet->payload_off, EXT_HEADER, buf);
	u32 len;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	/* Routing header type 0 must not be processed (RFC 5095). */
	if (ext->proto == BAILEY_PROTO_ROUTING && h[2] == 0)
		return BAILEY_DROP_MALFORMED;
	if (ext->proto == BAILEY_PROTO_FRAGMENT && bailey_get_be16(h + 2) >> 3)
		packet->flags |= BAILEY_PKT_FRAGMENT;
	len = ((h[1] & ext->mask) + ext->more) * ext->unit;
	if (len > r->end - packet->payload_off)
		return BAILEY_DROP_TRUNCATED;
	packet->proto = h[0];
	packet->payload_off += len;
	return BAILEY_PASS;
}

static enum bailey_reason skip_ext_headers(struct reader *r)
{
	const struct ext_header *ext;
	enum bailey_reason reason;
	unsigned int n;

	for (n = 0; (ext = find_ext_header(r->packet->proto)); n++) {
		/* Hop-by-hop options come first or not at all (RFC 8200 4.1). */
		if (ext->proto == BAILEY_PROTO_HOPOPTS && n > 0)
			return BAILEY_DROP_MALFORMED;
		if (n == BAILEY_EXT_HEADERS_MAX)
			return BAILEY_DROP_EXT_HEADERS;
		reason = skip_ext_header(r, ext);
		if (reason != BAILEY_PASS ||
		    r->packet->flags & BAILEY_PKT_FRAGMENT)
			return reason;
	}
	return BAILEY_PASS;
}

static enum bailey_reason parse_ipv6(struct reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[IPV6_HEADER];
	const u8 *h = peek(r, r->start, IPV6_HEADER, buf);
	enum bailey_reason reason;
	u32 len;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_addresses(packet, BAILEY_IPV6, h + 8, h + 24);
	packet->proto = h[6];
	packet->hop_limit = h[7];
	packet->payload_off = r->start + IPV6_HEADER;
	len = bailey_get_be16(h + 4);
	/* No link carries jumbograms; only our own big GSO packets look so. */
	if (len == 0 && packet->proto == BAILEY_PROTO_HOPOPTS && !r->quoted &&
	    !r->source->gso)
		return BAILEY_DROP_MALFORMED;
	reason = set_length(r, IPV6_HEADER + len, IPV6_HEADER);
	return reason == BAILEY_PASS ? skip_ext_headers(r) : reason;
}

static void set_ports(struct bailey_packet *packet, const u8 *h)
{
	packet->flags |= BAILEY_PKT_PORTS;
	packet->sport = bailey_get_be16(h);
	packet->dport = bailey_get_be16(h + 2);
}

static enum bailey_reason parse_tcp(struct reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[TCP_HEADER];
	const u8 *h = peek(r, packet->payload_off, needed(r, TCP_HEADER), buf);
	u32 header;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_ports(packet, h);
	if (r->quoted)
		return BAILEY_PASS;
	header = (h[12] >> 4) * 4;
	if (header < TCP_HEADER)
		return BAILEY_DROP_MALFORMED;
	if (header > r->end - packet->payload_off)
		return BAILEY_DROP_TRUNCATED;
	packet->tcp_header = header;
	packet->tcp_flags = h[13] & BAILEY_TCP_FLAGS;
	return BAILEY_PASS;
}

/* UDP, UDP-Lite, SCTP and DCCP: the ports come first, @header is the least. */
static enum bailey_reason parse_ports(struct reader *r, u32 header)
{
	u8 buf[12];
	const u8 *h = peek(r, r->packet->payload_off, needed(r, header), buf);

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	set_ports(r->packet, h);
	return BAILEY_PASS;
}

static enum bailey_reason parse_gre(struct reader *r)
{
	struct bailey_packet *packet = r->packet;
	u32 off = packet->payload_off;
	u8 buf[GRE_HEADER];
	const u8 *h = peek(r, off, GRE_HEADER, buf);
	u16 flags;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	flags = bailey_get_be16(h);
	/* Version 1 (RFC 2637) has a call number there, not the same both ways. */
	if (flags & GRE_VERSION || !(flags & GRE_KEY))
		return BAILEY_PASS;
	off += flags & (GRE_CHECKSUM | GRE_ROUTING) ? 8 : 4;
	h = peek(r, off, sizeof(buf), buf);
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
		return type >= 1 && type <= 4;
	return type == 3 || type == 4 || type == 11 || type == 12;
}

static enum bailey_reason parse_icmp(struct reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[ICMP_HEADER];
	const u8 *h = peek(r, packet->payload_off, ICMP_HEADER, buf);

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	packet->type = h[0];
	packet->code = h[1];
	packet->flags |= bailey_packet_icmp_flags(packet->proto, packet->type);
	if (packet->flags & BAILEY_PKT_ID)
		packet->id = bailey_get_be16(h + 4);
	return BAILEY_PASS;
}

static enum bailey_reason parse_upper(struct reader *r)
{
	switch (r->packet->proto) {
	case BAILEY_PROTO_TCP:
		return parse_tcp(r);
	case BAILEY_PROTO_UDP:
	case BAILEY_PROTO_UDPLITE:
		return parse_ports(r, 8);
	case BAILEY_PROTO_SCTP:
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

static enum bailey_reason parse(struct reader *r)
{
	enum bailey_reason reason;
	u8 buf[1];
	const u8 *h = peek(r, r->start, 1, buf);

	*r->packet = (struct bailey_packet){ 0 };
	if (!h)
		return BAILEY_DROP_TRUNCATED;
	switch (h[0] >> 4) {
	case BAILEY_IPV4:
		reason = parse_ipv4(r);
		break;
	case BAILEY_IPV6:
		reason = parse_ipv6(r);
		break;
	default:
		return BAILEY_DROP_MALFORMED;
	}
	if (reason != BAILEY_PASS || r->packet->flags & BAILEY_PKT_FRAGMENT)
		return reason;
	return parse_upper(r);
}

/* Is there a packet behind an ICMP error's header that could be looked up? */
static bool parse_quote(const struct reader *error, struct bailey_packet *quote)
{
	struct reader r = {
		.source = error->source,
		.packet = quote,
		.start = error->packet->payload_off + ICMP_HEADER,
		.end = error->end,
		.quoted = true,
	};

	return parse(&r) == BAILEY_PASS &&
	       quote->family == error->packet->family &&
	       !(quote->flags & (BAILEY_PKT_FRAGMENT | BAILEY_PKT_ICMP_ERROR));
}

/**
 * bailey_packet_parse() - read all that the engine asks of a packet
 * @source: its bytes
 * @packet: filled in; on an error as far as it went, addresses included where
 *	    the IP header itself was readable
 * @quote: filled in from the packet that an ICMP error quotes, when
 *	   %BAILEY_PKT_QUOTE is set in @packet's flags; a quote may be cut short
 *	   right behind the first 8 bytes above IP (RFC 792, RFC 4443 2.4).
 *	   NULL when nobody wants it
 *
 * Later fragments pass with %BAILEY_PKT_FRAGMENT: what becomes of them is the
 * caller's to say. In a quote only what fits in 8 bytes is filled in, and its
 * len is what its header says.
 *
 * Context: Any. Reads nothing outside @source.
 * Return: BAILEY_PASS, or the reason why such a packet is never let through.
 */
enum bailey_reason bailey_packet_parse(const struct bailey_source *source,
				       struct bailey_packet *packet,
				       struct bailey_packet *quote)
{
	struct reader r = {
		.source = source,
		.packet = packet,
		.end = source->len,
	};
	enum bailey_reason reason = parse(&r);

	if (reason == BAILEY_PASS && packet->flags & BAILEY_PKT_ICMP_ERROR &&
	    quote && parse_quote(&r, quote))
		packet->flags |= BAILEY_PKT_QUOTE;
	return reason;
}

/**
 * bailey_packet_proto_known() - is the protocol above IP that which the packet names?
 * @packet: a packet that could be parsed
 *
 * Behind the fragment header of a later IPv6 fragment stands what the first one goes
 * on with: if that is another extension header, this fragment does not show what
 * comes after it.
 *
 * Return: true unless it is such a fragment.
 */
bool bailey_packet_proto_known(const struct bailey_packet *packet)
{
	return !(packet->flags & BAILEY_PKT_FRAGMENT) ||
	       packet->family == BAILEY_IPV4 || !find_ext_header(packet->proto);
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

/**
 * bailey_addr_from_bytes() - read an address from a header
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @bytes: 4 or 16 bytes in network order, any alignment
 *
 * Return: the address.
 */
struct bailey_addr bailey_addr_from_bytes(u8 family, const u8 *bytes)
{
	struct bailey_addr addr = { 0 };

	if (family == BAILEY_IPV4) {
		addr.hi = (u64)bailey_get_be32(bytes) << 32;
	} else {
		addr.hi = bailey_get_be64(bytes);
		addr.lo = bailey_get_be64(bytes + 8);
	}
	return addr;
}

/**
 * bailey_addr_to_bytes() - write an address as in a header
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 * @bytes: room for 4 or 16 bytes
 */
void bailey_addr_to_bytes(u8 family, const struct bailey_addr *addr, u8 *bytes)
{
	unsigned int i, n = family == BAILEY_IPV4 ? 4 : 16;

	for (i = 0; i < n; i++)
		bytes[i] = (u8)((i < 8 ? addr->hi : addr->lo) >> (56 - i % 8 * 8));
}
