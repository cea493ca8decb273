// SPDX-License-Identifier: GPL-2.0
/*
 * Reading packets: IPv4 and IPv6 headers with IPv6's extension headers, and the
 * packet that an ICMP error quotes; what stands above IP is packet_upper.c's.
 *
 * packet_plain.h reads most packets before any of this is asked. All bytes come
 * through bailey_reader_peek(). No locks, no memory of earlier packets.
 */
#include "packet_plain.h"
#include "packet_reader.h"

#define IPV4_HEADER	20
#define IPV6_HEADER	40
#define ICMP_HEADER	8
#define EXT_HEADER	8	/* the least that an extension header has */
#define IPV4_OPTIONS_MAX 40
#define IPV4_OPT_END	0
#define IPV4_OPT_NOP	1
#define IPV4_OPT_LSRR	131
#define IPV4_OPT_SSRR	137

#define IPV4_OFFSET	0x1fff	/* fragment offset in the flags word */
#define IPV4_MORE	0x2000	/* more fragments, there */
#define IPV6_MORE	0x0001	/* the same in a fragment header */

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

/*
 * The IP header says that the packet has @len bytes, @header of them its own.
 * What follows them is padding of the link.
 */
static enum bailey_reason set_length(struct bailey_reader *r, u32 len, u32 header)
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

/* RFC 791 3.1: with one of these the address of the destination is the next stop's. */
static bool has_source_route(const struct bailey_reader *r, u32 header)
{
	u8 buf[IPV4_OPTIONS_MAX];
	u32 off = 0, size, len = header - IPV4_HEADER;
	const u8 *h = bailey_reader_peek(r, r->start + IPV4_HEADER, len, buf);

	while (h && off < len && h[off] != IPV4_OPT_END) {
		if (h[off] == IPV4_OPT_LSRR || h[off] == IPV4_OPT_SSRR)
			return true;
		size = h[off] == IPV4_OPT_NOP ? 1 : off + 1 < len ? h[off + 1] : 0;
		if (!size)
			break;
		off += size;
	}
	return false;
}

static enum bailey_reason parse_ipv4(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[IPV4_HEADER];
	const u8 *h = bailey_reader_peek(r, r->start, IPV4_HEADER, buf);
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
	if (header > IPV4_HEADER && has_source_route(r, header))
		packet->flags |= BAILEY_PKT_ROUTED;
	r->more = bailey_get_be16(h + 6) & IPV4_MORE;
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

static enum bailey_reason skip_ext_header(struct bailey_reader *r,
					  const struct ext_header *ext)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[EXT_HEADER];
	const u8 *h = bailey_reader_peek(r, packet->payload_off, EXT_HEADER, buf);
	u32 len;

	if (!h)
		return BAILEY_DROP_TRUNCATED;
	/* Routing header type 0 must not be processed (RFC 5095). */
	if (ext->proto == BAILEY_PROTO_ROUTING && h[2] == 0)
		return BAILEY_DROP_MALFORMED;
	/* Segments that are left, or perhaps a home address (RFC 6275 6.3) */
	if ((ext->proto == BAILEY_PROTO_ROUTING && h[3]) ||
	    ext->proto == BAILEY_PROTO_DSTOPTS)
		packet->flags |= BAILEY_PKT_ROUTED;
	if (ext->proto == BAILEY_PROTO_FRAGMENT && bailey_get_be16(h + 2) & IPV6_MORE)
		r->more = true;
	if (ext->proto == BAILEY_PROTO_FRAGMENT && bailey_get_be16(h + 2) >> 3)
		packet->flags |= BAILEY_PKT_FRAGMENT;
	len = ((h[1] & ext->mask) + ext->more) * ext->unit;
	if (len > r->end - packet->payload_off)
		return BAILEY_DROP_TRUNCATED;
	packet->proto = h[0];
	packet->payload_off += len;
	return BAILEY_PASS;
}

static enum bailey_reason skip_ext_headers(struct bailey_reader *r)
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

static enum bailey_reason parse_ipv6(struct bailey_reader *r)
{
	struct bailey_packet *packet = r->packet;
	u8 buf[IPV6_HEADER];
	const u8 *h = bailey_reader_peek(r, r->start, IPV6_HEADER, buf);
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

static enum bailey_reason parse(struct bailey_reader *r)
{
	enum bailey_reason reason;
	u8 buf[1];
	const u8 *h = bailey_reader_peek(r, r->start, 1, buf);

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
	return bailey_reader_upper(r);
}

/* Is there a packet behind an ICMP error's header that could be looked up? */
static bool parse_quote(const struct bailey_reader *error, struct bailey_packet *quote)
{
	struct bailey_reader r = {
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
 * bailey_packet_read() - bailey_packet_parse() for packets of any shape
 * @source: as there
 * @packet: as there
 * @quote: as there
 *
 * Context: Any.
 * Return: as there.
 */
enum bailey_reason bailey_packet_read(const struct bailey_source *source,
				      struct bailey_packet *packet,
				      struct bailey_packet *quote)
{
	struct bailey_reader r = {
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
	if (likely(bailey_packet_plain(source, packet)))
		return BAILEY_PASS;
	return bailey_packet_read(source, packet, quote);
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
