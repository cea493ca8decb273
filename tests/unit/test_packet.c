// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser: IPv4, IPv6, TCP and ports, cut and bent in each way.
 */
#include "frame.h"

static void addresses(void)
{
	static const u8 v6[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0,
				   1, 2, 3, 4, 5, 6, 7, 8 };
	static const u8 v4[4] = { 1, 3, 3, 7 };
	struct bailey_addr a = bailey_addr_from_bytes(BAILEY_IPV4, v4);
	struct bailey_addr b = bailey_addr_from_bytes(BAILEY_IPV6, v6);
	u8 out[16];

	CHECK(a.hi == 0x0103030700000000ULL && a.lo == 0);
	CHECK(b.hi == 0xfe80000000000000ULL && b.lo == 0x0102030405060708ULL);
	bailey_addr_to_bytes(BAILEY_IPV4, &a, out);
	CHECK(!memcmp(out, v4, sizeof(v4)));
	bailey_addr_to_bytes(BAILEY_IPV6, &b, out);
	CHECK(!memcmp(out, v6, sizeof(v6)));
	CHECK(bailey_addr_link_local(&b) && !bailey_addr_link_local(&a));
	CHECK(bailey_addr_cmp(&a, &b) < 0 && bailey_addr_cmp(&b, &a) > 0);
	CHECK(bailey_addr_cmp(&a, &a) == 0);
	CHECK(bailey_addr_in_prefix(&a, &b, 0));
	CHECK(bailey_addr_in_prefix(&b, &b, 64));
	CHECK(bailey_addr_in_prefix(&b, &b, 128));
	b.lo ^= 1;
	CHECK(!bailey_addr_in_prefix(&b, &(struct bailey_addr){ b.hi, b.lo ^ 1 },
				     128));
	CHECK(bailey_addr_in_prefix(&b, &(struct bailey_addr){ b.hi, b.lo ^ 1 },
				    127));
}

static void ipv4_tcp(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv4(&f, BAILEY_PROTO_TCP);
	put_tcp(&f, BAILEY_TCP_SYN | 0xc0);
	close_frame(&f);
	check_cuts(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.family == BAILEY_IPV4 && p.proto == BAILEY_PROTO_TCP);
	CHECK(p.src.hi == 0x7712244900000000ULL && p.src.lo == 0);
	CHECK(p.dst.hi == 0x0103030700000000ULL && p.dst.lo == 0);
	CHECK(p.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_SEQ) && p.sport == 40000);
	CHECK(p.dport == 443 && p.tcp_flags == BAILEY_TCP_SYN && p.tcp_header == 20);
	CHECK(p.len == 40 && p.payload_off == 20 && p.hop_limit == 63);
	CHECK(p.id == 0 && p.type == 0 && p.code == 0);
}

static void ipv4_lengths(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv4(&f, BAILEY_PROTO_TCP);
	put_tcp(&f, BAILEY_TCP_ACK);
	close_frame(&f);
	put(&f, 6);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.len == 40);
	set16(f.bytes + 2, 39);		/* padding is no part of the header */
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	set16(f.bytes + 2, 47);
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	CHECK(parse_gso(&f, &p) == BAILEY_PASS && p.len == 46);
	set16(f.bytes + 2, 19);
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	CHECK(p.family == BAILEY_IPV4 && p.dst.hi == 0x0103030700000000ULL);
	set16(f.bytes + 2, 0);
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	CHECK(parse_gso(&f, &p) == BAILEY_PASS && p.len == 46);
}

static void ipv4_header(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;
	unsigned int ihl;

	put_ipv4(&f, BAILEY_PROTO_TCP)[0] = 0x4f;
	put(&f, 40);
	put_tcp(&f, BAILEY_TCP_ACK);
	close_frame(&f);
	check_cuts(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.payload_off == 60 && p.dport == 443);
	for (ihl = 0; ihl < 5; ihl++) {
		f.bytes[0] = 0x40 | ihl;
		CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
		CHECK(parse_gso(&f, &p) == BAILEY_DROP_MALFORMED);
	}
	f.bytes[0] = 0x55;
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	f.bytes[0] = 0x05;
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
}

/* RFC 791 3.1: options that send it another way first */
static void ipv4_source_routes(void)
{
	static const struct {
		u8 options[8];
		bool routed;
	} cases[] = {
		{ { 0 }, false },
		{ { 1, 1, 1, 1, 1, 1, 1, 1 }, false },
		{ { 131, 7, 4, 1, 2, 3, 4, 0 }, true },
		{ { 1, 137, 7, 4, 1, 2, 3, 4 }, true },
		{ { 7, 3, 4, 131, 3, 4, 0, 0 }, true },
		{ { 7, 4, 131, 131, 0, 0, 0, 0 }, false },
		{ { 0, 131, 3, 4, 0, 0, 0, 0 }, false },
		{ { 7, 0, 131, 3, 0, 0, 0, 0 }, false },
		{ { 1, 1, 1, 1, 1, 1, 1, 68 }, false },
	};
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct frame f = { 0 };

		unit_about("options %zu", i);
		put_ipv4(&f, BAILEY_PROTO_TCP)[0] = 0x47;
		memcpy(put(&f, 8), cases[i].options, 8);
		put_tcp(&f, BAILEY_TCP_ACK);
		close_frame(&f);
		check_cuts(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS && p.dport == 443);
		CHECK(!(p.flags & BAILEY_PKT_ROUTED) == !cases[i].routed);
	}
}

static void ipv4_fragments(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv4(&f, BAILEY_PROTO_TCP);
	put_tcp(&f, BAILEY_TCP_ACK);
	close_frame(&f);
	set16(f.bytes + 6, 0x4000);	/* don't fragment */
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_SEQ));
	set16(f.bytes + 6, 0x2000);	/* the first of several */
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_SEQ));
	set16(f.bytes + 6, 0x2001);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_FRAGMENT);
	CHECK(p.proto == BAILEY_PROTO_TCP && p.sport == 0 && p.tcp_flags == 0);
	CHECK(p.src.hi == 0x7712244900000000ULL && p.payload_off == 20);
	set16(f.bytes + 6, 0x1fff);	/* the last of several */
	f.len = 21;
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_FRAGMENT);
}

static void tcp_header(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;
	unsigned int words;
	u8 *h;

	put_ipv4(&f, BAILEY_PROTO_TCP);
	h = put_tcp(&f, 0xff);
	put(&f, 20);
	close_frame(&f);
	for (words = 0; words < 16; words++) {
		h[12] = words << 4 | 0xf;
		if (words < 5)
			CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
		else if (words <= 10)
			CHECK(parse(&f, &p) == BAILEY_PASS &&
			      p.tcp_header == words * 4 &&
			      p.tcp_flags == BAILEY_TCP_FLAGS);
		else
			CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	}
}

static void ports(void)
{
	static const struct {
		u8 proto;
		u32 header;
	} kinds[] = {
		{ BAILEY_PROTO_UDP, 8 }, { BAILEY_PROTO_UDPLITE, 8 },
		{ BAILEY_PROTO_DCCP, 12 },
	};
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct frame v4 = { 0 }, v6 = { 0 };

		CHECK(bailey_proto_has_ports(kinds[i].proto));
		put_ipv4(&v4, kinds[i].proto);
		put_udp(&v4);
		put(&v4, kinds[i].header - 8);
		close_frame(&v4);
		check_cuts(&v4);
		CHECK(parse(&v4, &p) == BAILEY_PASS);
		CHECK(p.flags == BAILEY_PKT_PORTS && p.sport == 5353 &&
		      p.dport == 53 && p.tcp_flags == 0);
		put_ipv6(&v6, kinds[i].proto);
		put_udp(&v6);
		put(&v6, kinds[i].header - 8);
		close_frame(&v6);
		check_cuts(&v6);
		CHECK(parse(&v6, &p) == BAILEY_PASS && p.dport == 53);
	}
	CHECK(!bailey_proto_has_ports(BAILEY_PROTO_GRE));
}

static void other_protocols(void)
{
	static const u8 protos[] = { 2, 4, 41, 50, 51, 59, 89, 103, 112, 255,
				     BAILEY_PROTO_ICMPV6, 43, 44, 60, 0 };
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		struct frame f = { 0 };

		put_ipv4(&f, protos[i]);
		close_frame(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS);
		CHECK(p.proto == protos[i] && p.flags == 0);
	}
	for (i = 0; i < 10; i++) {
		struct frame f = { 0 };

		if (protos[i] == BAILEY_PROTO_AH)
			continue;
		put_ipv6(&f, protos[i]);
		CHECK(parse(&f, &p) == BAILEY_PASS);
		CHECK(p.proto == protos[i] && p.flags == 0 && p.len == 40);
	}
}

static void ipv6_tcp(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv6(&f, BAILEY_PROTO_TCP);
	put_tcp(&f, BAILEY_TCP_SYN | BAILEY_TCP_ACK);
	close_frame(&f);
	check_cuts(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.family == BAILEY_IPV6 && p.src.hi == 0x20010db800000000ULL);
	CHECK(p.src.lo == 1 && p.dst.lo == 2 && p.hop_limit == 64);
	CHECK(p.sport == 40000 && p.dport == 443 && p.payload_off == 40);
	CHECK(p.len == 60 && p.tcp_flags == (BAILEY_TCP_SYN | BAILEY_TCP_ACK));
	put(&f, 3);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.len == 60);
	set16(f.bytes + 4, 24);
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	CHECK(parse_gso(&f, &p) == BAILEY_PASS && p.len == 63);
	set16(f.bytes + 4, 0);		/* BIG TCP without a jumbo header */
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	CHECK(parse_gso(&f, &p) == BAILEY_PASS && p.len == 63);
}

static void ipv6_jumbo(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;
	u8 *h;

	put_ipv6(&f, BAILEY_PROTO_HOPOPTS);
	h = put_ext(&f, BAILEY_PROTO_TCP, 0, 8);
	h[2] = 0xc2;
	h[3] = 4;
	set32(h + 4, 28);
	put_tcp(&f, BAILEY_TCP_ACK);
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	CHECK(parse_gso(&f, &p) == BAILEY_PASS);
	CHECK(p.proto == BAILEY_PROTO_TCP && p.dport == 443);
	CHECK(p.payload_off == 48 && p.len == 68);
}

static void ipv6_ext_headers(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv6(&f, BAILEY_PROTO_HOPOPTS);
	put_ext(&f, BAILEY_PROTO_DSTOPTS, 1, 16);
	put_ext(&f, BAILEY_PROTO_ROUTING, 0, 8);
	put_ext(&f, BAILEY_PROTO_FRAGMENT, 0, 8)[2] = 4;	/* type 4 */
	put_ext(&f, BAILEY_PROTO_AH, 77, 8);	/* the fragment's reserved byte */
	put_ext(&f, BAILEY_PROTO_DSTOPTS, 4, 24);
	put_ext(&f, BAILEY_PROTO_TCP, 0, 8);
	put_tcp(&f, BAILEY_TCP_ACK);
	close_frame(&f);
	check_cuts(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.proto == BAILEY_PROTO_TCP && p.dport == 443);
	CHECK(p.payload_off == 40 + 16 + 8 + 8 + 8 + 24 + 8);
	CHECK(p.len == f.len && p.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_SEQ |
					  BAILEY_PKT_ROUTED));
}

static void ipv6_routing_type_0(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;
	u8 *h;

	put_ipv6(&f, BAILEY_PROTO_ROUTING);
	h = put_ext(&f, BAILEY_PROTO_TCP, 0, 8);
	put_tcp(&f, BAILEY_TCP_ACK);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	h[2] = 2;
	CHECK(parse(&f, &p) == BAILEY_PASS && p.dport == 443);
}

static void ipv6_ext_header_bound(void)
{
	struct bailey_packet p;
	unsigned int n, i;

	for (n = 1; n <= 12; n++) {
		struct frame f = { 0 };

		put_ipv6(&f, BAILEY_PROTO_DSTOPTS);
		for (i = 1; i < n; i++)
			put_ext(&f, BAILEY_PROTO_DSTOPTS, 0, 8);
		put_ext(&f, BAILEY_PROTO_UDP, 0, 8);
		put_udp(&f);
		close_frame(&f);
		CHECK(parse(&f, &p) == (n <= BAILEY_EXT_HEADERS_MAX ?
					BAILEY_PASS : BAILEY_DROP_EXT_HEADERS));
	}
}

static void ipv6_hop_by_hop_first(void)
{
	struct frame f = { 0 };
	struct bailey_packet p;

	put_ipv6(&f, BAILEY_PROTO_DSTOPTS);
	put_ext(&f, BAILEY_PROTO_HOPOPTS, 0, 8);
	put_ext(&f, BAILEY_PROTO_UDP, 0, 8);
	put_udp(&f);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	f.bytes[6] = BAILEY_PROTO_HOPOPTS;
	CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
	f.bytes[40] = BAILEY_PROTO_DSTOPTS;
	CHECK(parse(&f, &p) == BAILEY_PASS && p.dport == 53);
}

static void ipv6_fragments(void)
{
	static const u8 headers[] = { BAILEY_PROTO_HOPOPTS, BAILEY_PROTO_ROUTING,
				      BAILEY_PROTO_FRAGMENT, BAILEY_PROTO_AH,
				      BAILEY_PROTO_DSTOPTS };
	struct frame f = { 0 };
	struct bailey_packet p;
	u32 i;
	u8 *h;

	put_ipv6(&f, BAILEY_PROTO_FRAGMENT);
	h = put_ext(&f, BAILEY_PROTO_UDP, 0, 8);
	put_udp(&f);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_PORTS);
	set16(h + 2, 1);		/* the first of several */
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_PORTS);
	set16(h + 2, 6);		/* reserved bits are no offset */
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_PORTS);
	set16(h + 2, 8);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_FRAGMENT);
	CHECK(p.proto == BAILEY_PROTO_UDP && p.dport == 0 && p.src.lo == 1);
	CHECK(bailey_packet_proto_known(&p));
	/* What the first fragment goes on with may be a header again. */
	for (i = 0; i < ARRAY_SIZE(headers); i++) {
		h[0] = headers[i];
		set16(h + 2, 8);
		CHECK(parse(&f, &p) == BAILEY_PASS && p.flags == BAILEY_PKT_FRAGMENT);
		CHECK_EQ(p.proto, headers[i]);
		CHECK(!bailey_packet_proto_known(&p));
		p.family = BAILEY_IPV4;
		CHECK(bailey_packet_proto_known(&p));
	}
}

/* The first of several must hold what rules ask for. */
static void tiny_first_fragments(void)
{
	static const u8 protos[] = { BAILEY_PROTO_TCP, BAILEY_PROTO_UDP, BAILEY_PROTO_DCCP,
				     BAILEY_PROTO_UDPLITE, BAILEY_PROTO_ICMP };
	static const u8 least[] = { 20, 8, 12, 8, 8 };
	struct bailey_packet p;
	u32 i, len;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		for (len = 0; len <= least[i]; len++) {
			struct frame f = { 0 };

			unit_about("protocol %u, %u bytes", protos[i], len);
			put_ipv4(&f, protos[i]);
			put_tcp(&f, BAILEY_TCP_SYN);
			f.len = 20 + len;
			close_frame(&f);
			set16(f.bytes + 6, 0x2000);
			CHECK_EQ(parse(&f, &p), len < least[i] ? BAILEY_DROP_TRUNCATED :
								 BAILEY_PASS);
		}
	}
	unit_about("%s", "");
}

static void ipv6_final_headers(void)
{
	static const u8 finals[] = { BAILEY_PROTO_NONE, BAILEY_PROTO_ESP,
				     BAILEY_PROTO_MOBILITY, 139, 140, 253,
				     BAILEY_PROTO_ICMP };
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(finals); i++) {
		struct frame f = { 0 };

		put_ipv6(&f, BAILEY_PROTO_DSTOPTS);
		put_ext(&f, finals[i], 0, 8);
		put(&f, 8);
		close_frame(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS);
		CHECK(p.proto == finals[i] && p.flags == BAILEY_PKT_ROUTED);
		CHECK(p.payload_off == 48);
	}
}

static u32 random_state = 1;

static u32 draw(u32 below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (u32)((u64)random_state * below >> 32);
}

static void make_random(struct frame *f)
{
	static const u8 protos[] = { 0, 1, 6, 17, 43, 44, 47, 51, 58, 60, 132 };
	u32 i, n = 1 + draw(160);

	f->len = 0;
	put(f, n);
	for (i = 0; i < n; i++)
		f->bytes[i] = draw(3) ? draw(16) : draw(256);
	f->bytes[0] = draw(2) ? 0x45 : 0x60;
	if (n > 9)
		f->bytes[9] = protos[draw(ARRAY_SIZE(protos))];
	if (n > 6)
		f->bytes[6] = protos[draw(ARRAY_SIZE(protos))] & 0xdf;
	for (i = 40; i < n; i += 8)
		f->bytes[i] = draw(4) ? protos[draw(ARRAY_SIZE(protos))] : 0x45;
	if (n >= 40 && draw(8))
		close_frame(f);
}

/* Whatever comes: nothing is read outside, and all ways of reading agree. */
static void random_bytes(void)
{
	u32 seen[BAILEY_REASON_COUNT] = { 0 };
	struct bailey_packet p, q, p2, q2;
	struct frame f;
	enum bailey_reason reason;
	u32 round, linear;
	bool gso;

	for (round = 0; round < 300000; round++) {
		make_random(&f);
		gso = draw(4) == 0;
		linear = draw(f.len + 1);
		reason = parse_at(&f, f.len, gso, &p, &q);
		seen[reason]++;
		CHECK(parse_at(&f, linear, gso, &p2, &q2) == reason);
		CHECK(same(&p, &p2));
		if (p.flags & BAILEY_PKT_QUOTE)
			CHECK(same(&q, &q2));
		CHECK(p.len <= f.len || reason != BAILEY_PASS);
	}
	CHECK(seen[BAILEY_PASS] > 1000);
	CHECK(seen[BAILEY_DROP_MALFORMED] > 1000);
	CHECK(seen[BAILEY_DROP_TRUNCATED] > 1000);
}

UNIT_MAIN(UNIT(addresses), UNIT(ipv4_tcp), UNIT(ipv4_lengths),
	  UNIT(ipv4_header), UNIT(ipv4_source_routes), UNIT(ipv4_fragments), UNIT(tcp_header),
	  UNIT(ports), UNIT(other_protocols), UNIT(ipv6_tcp), UNIT(ipv6_jumbo),
	  UNIT(ipv6_ext_headers), UNIT(ipv6_routing_type_0),
	  UNIT(ipv6_ext_header_bound), UNIT(ipv6_hop_by_hop_first),
	  UNIT(ipv6_fragments), UNIT(tiny_first_fragments),
	  UNIT(ipv6_final_headers), UNIT(random_bytes))
