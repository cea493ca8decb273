// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser: GRE keys, ICMP queries, errors and what they quote.
 */
#include "frame.h"

static void gre(void)
{
	static const struct {
		u16 word;
		u32 len;
		u32 id;
		u16 flags;
	} kinds[] = {
		{ 0x0000, 4, 0, 0 },
		{ 0x2000, 8, 0x11111111, BAILEY_PKT_ID },
		{ 0x3000, 8, 0x11111111, BAILEY_PKT_ID },
		{ 0xa000, 12, 0x22222222, BAILEY_PKT_ID },
		{ 0xe000, 12, 0x22222222, BAILEY_PKT_ID },
		{ 0x8000, 4, 0, 0 },
		{ 0x3001, 4, 0, 0 },
		{ 0x2007, 4, 0, 0 },
	};
	struct bailey_packet p;
	size_t i;
	u8 *h;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct frame f = { 0 };

		put_ipv4(&f, BAILEY_PROTO_GRE);
		h = put(&f, kinds[i].len);
		set16(h, kinds[i].word);
		if (kinds[i].len > 4)
			set32(h + 4, 0x11111111);
		if (kinds[i].len > 8)
			set32(h + 8, 0x22222222);
		close_frame(&f);
		check_cuts(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS);
		CHECK(p.flags == kinds[i].flags && p.id == kinds[i].id);
	}
}

static void icmp_queries(void)
{
	static const struct {
		u8 family;
		u8 request;
		u8 reply;
	} kinds[] = {
		{ 4, 8, 0 }, { 4, 13, 14 }, { 4, 15, 16 }, { 4, 17, 18 },
		{ 4, 42, 43 }, { 6, 128, 129 }, { 6, 139, 140 }, { 6, 160, 161 },
	};
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct frame f = { 0 };
		u8 *h;

		if (kinds[i].family == 4)
			put_ipv4(&f, BAILEY_PROTO_ICMP);
		else
			put_ipv6(&f, BAILEY_PROTO_ICMPV6);
		h = put_icmp(&f, kinds[i].request, 0, 0xbeef);
		close_frame(&f);
		check_cuts(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS && p.id == 0xbeef);
		CHECK(p.flags == (BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID));
		CHECK(bailey_packet_request_type(&p) == kinds[i].request);
		h[0] = kinds[i].reply;
		h[1] = 3;
		CHECK(parse(&f, &p) == BAILEY_PASS && p.id == 0xbeef);
		CHECK(p.flags == (BAILEY_PKT_ICMP_REPLY | BAILEY_PKT_ID));
		CHECK(p.type == kinds[i].reply && p.code == 3);
		CHECK(bailey_packet_request_type(&p) == kinds[i].request);
	}
}

static void icmp_others(void)
{
	static const u8 v4[] = { 1, 2, 5, 6, 7, 9, 10, 19, 30, 128, 255 };
	static const u8 v6[] = { 130, 133, 134, 135, 136, 137, 143, 200, 255 };
	struct frame a = { 0 }, b = { 0 };
	struct bailey_packet p;
	size_t i;
	u8 *h;

	put_ipv4(&a, BAILEY_PROTO_ICMP);
	h = put_icmp(&a, 0, 0, 1);
	close_frame(&a);
	for (i = 0; i < ARRAY_SIZE(v4); i++) {
		h[0] = v4[i];
		CHECK(parse(&a, &p) == BAILEY_PASS && p.flags == 0 && p.id == 0);
		CHECK(p.type == v4[i]);
	}
	put_ipv6(&b, BAILEY_PROTO_ICMPV6);
	h = put_icmp(&b, 0, 0, 1);
	close_frame(&b);
	for (i = 0; i < ARRAY_SIZE(v6); i++) {
		h[0] = v6[i];
		CHECK(parse(&b, &p) == BAILEY_PASS && p.flags == 0 && p.id == 0);
		CHECK(p.type == v6[i]);
	}
}

/* An IPv4 error of @type about a TCP segment of which @left bytes are quoted. */
static void make_error(struct frame *f, u8 type, u32 left)
{
	u32 inner;

	put_ipv4(f, BAILEY_PROTO_ICMP);
	put_icmp(f, type, 4, 0);
	inner = f->len;
	put_ipv4(f, BAILEY_PROTO_TCP);
	put_tcp(f, BAILEY_TCP_ACK);
	set16(f->bytes + inner + 2, 1500);
	f->len = inner + left;
	close_frame(f);
}

static void icmp_errors(void)
{
	static const u8 types[] = { 3, 4, 11, 12 };
	struct bailey_packet p, q;
	u32 left;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		for (left = 0; left <= 40; left++) {
			struct frame f = { 0 };

			make_error(&f, types[i], left);
			CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
			CHECK(p.type == types[i] && p.code == 4);
			CHECK(p.flags == (BAILEY_PKT_ICMP_ERROR |
					  (left >= 28 ? BAILEY_PKT_QUOTE : 0)));
			if (left < 28)
				continue;
			CHECK(q.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_SEQ) && q.sport == 40000);
			CHECK(q.dport == 443 && q.tcp_flags == 0);
			CHECK(q.len == 1500 && q.payload_off == 48);
			CHECK(q.src.hi == 0x7712244900000000ULL);
		}
}

static void icmpv6_errors(void)
{
	/* The last ones have no meaning yet, and are errors all the same. */
	static const u8 types[] = { 1, 2, 3, 4, 0, 5, 100, 127 };
	struct bailey_packet p, q;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct frame f = { 0 };

		put_ipv6(&f, BAILEY_PROTO_ICMPV6);
		put_icmp(&f, types[i], 0, 0);
		put_ipv6(&f, BAILEY_PROTO_FRAGMENT);
		put_ext(&f, BAILEY_PROTO_UDP, 0, 8)[3] = 1;
		put_udp(&f);
		close_frame(&f);
		CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
		CHECK(p.flags == (BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE));
		CHECK(q.proto == BAILEY_PROTO_UDP && q.sport == 5353);
		f.bytes[48 + 40 + 2] = 1;	/* a later fragment */
		CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
		CHECK(p.flags == BAILEY_PKT_ICMP_ERROR);
	}
}

static void icmp_quote_refused(void)
{
	struct frame a = { 0 }, b = { 0 }, c = { 0 };
	struct bailey_packet p, q;

	make_error(&a, 3, 40);
	a.bytes[28 + 9] = BAILEY_PROTO_ICMP;	/* an error about an error */
	a.bytes[28 + 20] = 11;
	CHECK(parse_all(&a, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags == BAILEY_PKT_ICMP_ERROR);
	a.bytes[28 + 20] = 8;			/* an error about a ping */
	CHECK(parse_all(&a, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags == (BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE));
	CHECK(q.flags == (BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID));
	put_ipv4(&b, BAILEY_PROTO_ICMP);	/* of the other family */
	put_icmp(&b, 3, 0, 0);
	put_ipv6(&b, BAILEY_PROTO_UDP);
	put_udp(&b);
	close_frame(&b);
	CHECK(parse_all(&b, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags == BAILEY_PKT_ICMP_ERROR);
	make_error(&c, 3, 40);			/* not even an IP header */
	c.bytes[28] = 0x42;
	CHECK(parse_all(&c, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags == BAILEY_PKT_ICMP_ERROR);
	CHECK(parse_at(&c, c.len, false, &p, &q) == BAILEY_PASS);
}

/* What stands behind the end of the packet is no part of the quote. */
static void icmp_quote_in_padding(void)
{
	struct bailey_packet p, q;
	struct frame f = { 0 };

	make_error(&f, 3, 40);
	set16(f.bytes + 2, 28 + 27);
	CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags == BAILEY_PKT_ICMP_ERROR && p.len == 55);
}

static void gre_in_quote(void)
{
	struct bailey_packet p, q;
	struct frame f = { 0 };

	make_error(&f, 3, 28);
	f.bytes[28 + 9] = BAILEY_PROTO_GRE;
	set16(f.bytes + 48, 0x2000);
	set32(f.bytes + 52, 7);
	CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
	CHECK(p.flags & BAILEY_PKT_QUOTE && q.id == 7);
	set16(f.bytes + 48, 0xa000);		/* the key is cut off */
	CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
	CHECK(!(p.flags & BAILEY_PKT_QUOTE));
}

UNIT_MAIN(UNIT(gre), UNIT(icmp_queries), UNIT(icmp_others), UNIT(icmp_errors),
	  UNIT(icmpv6_errors), UNIT(icmp_quote_refused),
	  UNIT(icmp_quote_in_padding), UNIT(gre_in_quote))
