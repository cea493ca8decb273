// SPDX-License-Identifier: GPL-2.0
/*
 * The packet parser: SCTP's tags and chunks, cut, bundled and bent.
 */
#include "frame.h"
#include "sctp_chunks.h"

static u8 *put_sctp(struct frame *f, u32 tag)
{
	u8 *h = put(f, 12);

	set16(h, 40000);
	set16(h + 2, 36412);
	set32(h + 4, tag);
	return h;
}

static u8 *put_chunk(struct frame *f, u8 type, u16 len)
{
	u8 *h = put(f, (len + 3) & ~3U);

	h[0] = type;
	set16(h + 2, len);
	return h;
}

static u8 *put_init(struct frame *f, u8 type, u32 tag)
{
	u8 *h = put_chunk(f, type, 20);

	set32(h + 4, tag);
	return h;
}

static void parse_kinds(void)
{
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chunks); i++) {
		struct frame f = { 0 };
		bool init = chunks[i].kind == BAILEY_SCTP_INIT;
		bool ack = chunks[i].kind == BAILEY_SCTP_INIT_ACK;

		put_ipv4(&f, BAILEY_PROTO_SCTP);
		put_sctp(&f, init ? 0 : 0x12345678);
		put_init(&f, chunks[i].type, 0xabcdef01);
		close_frame(&f);
		if (chunks[i].type != 0 && chunks[i].type != 64)
			check_cuts(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS);
		CHECK(p.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_TAG) && p.sport == 40000);
		CHECK(p.dport == 36412 && p.sctp_tag == (init ? 0 : 0x12345678));
		CHECK(p.sctp_chunks == 1 << chunks[i].kind && !p.sctp_reflected);
		CHECK(p.sctp_init == (init || ack ? 0xabcdef01 : 0));
		set32(f.bytes + 24, init ? 1 : 0);	/* INIT has no tag, all else one */
		CHECK(parse(&f, &p) == BAILEY_DROP_MALFORMED);
		set32(f.bytes + 24, init ? 0 : 1);
		set32(f.bytes + 36, 0);			/* a tag of 0 is none */
		CHECK(parse(&f, &p) == (init || ack ? BAILEY_DROP_MALFORMED : BAILEY_PASS));
	}
}

static void parse_t_bit(void)
{
	static const u8 types[] = { 6, 14, 4 };
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct frame f = { 0 };

		put_ipv6(&f, BAILEY_PROTO_SCTP);
		put_sctp(&f, 7);
		put_chunk(&f, types[i], 4)[1] = 0xff;
		close_frame(&f);
		CHECK(parse(&f, &p) == BAILEY_PASS && p.sctp_reflected == (types[i] != 4));
		f.bytes[40 + 12 + 1] = 0xfe;
		CHECK(parse(&f, &p) == BAILEY_PASS && !p.sctp_reflected);
	}
}

static void parse_bundles(void)
{
	static const u8 alone[] = { 1, 2, 14 };
	struct bailey_packet p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(alone); i++) {
		struct frame before = { 0 }, behind = { 0 };

		put_ipv4(&before, BAILEY_PROTO_SCTP);
		put_sctp(&before, alone[i] == 1 ? 0 : 7);
		put_init(&before, alone[i], 5);
		put_chunk(&before, 3, 16);
		close_frame(&before);
		CHECK(parse(&before, &p) == BAILEY_DROP_MALFORMED);
		before.bytes[20 + 12 + 20] = alone[i];	/* the same twice */
		CHECK(parse(&before, &p) == BAILEY_DROP_MALFORMED);
		put_ipv4(&behind, BAILEY_PROTO_SCTP);
		put_sctp(&behind, alone[i] == 1 ? 0 : 7);
		put_chunk(&behind, 3, 16);
		put_init(&behind, alone[i], 5);
		close_frame(&behind);
		CHECK(parse(&behind, &p) == BAILEY_DROP_MALFORMED);
	}
}

/* Chunks are padded to 4 bytes, the last one perhaps not. */
static void parse_padding(void)
{
	struct bailey_packet p;
	struct frame f = { 0 };

	put_ipv4(&f, BAILEY_PROTO_SCTP);
	put_sctp(&f, 7);
	put_chunk(&f, 10, 5);
	put_chunk(&f, 9, 7);
	put_chunk(&f, 6, 6);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.sctp_chunks == (1 << BAILEY_SCTP_COOKIE_ECHO | 1 << BAILEY_SCTP_DATA |
				1 << BAILEY_SCTP_ABORT));
	f.len -= 2;
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.sctp_chunks & 1 << BAILEY_SCTP_ABORT);
	f.len -= 1;
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
}

static void parse_lengths(void)
{
	struct bailey_packet p;
	unsigned int len;

	for (len = 0; len <= 24; len++) {
		struct frame f = { 0 };

		put_ipv4(&f, BAILEY_PROTO_SCTP);
		put_sctp(&f, 7);
		set16(put_chunk(&f, 9, 16) + 2, len);
		close_frame(&f);
		/* What stands behind it then reads as DATA of no length. */
		CHECK(parse(&f, &p) == (len < 4 ? BAILEY_DROP_MALFORMED :
					len <= 12 ? BAILEY_DROP_MALFORMED :
					len <= 16 ? BAILEY_PASS : BAILEY_DROP_TRUNCATED));
		CHECK(parse_gso(&f, &p) != BAILEY_PASS || len > 12);
	}
	for (len = 4; len <= 20; len++) {
		struct frame f = { 0 };

		put_ipv4(&f, BAILEY_PROTO_SCTP);
		put_sctp(&f, 0);
		set16(put_init(&f, 1, 5) + 2, len);
		close_frame(&f);
		CHECK(parse(&f, &p) == (len < 17 ? BAILEY_DROP_MALFORMED :
					len < 20 ? BAILEY_DROP_MALFORMED : BAILEY_PASS));
	}
}

static void parse_without_chunks(void)
{
	struct bailey_packet p;
	struct frame f = { 0 };

	put_ipv4(&f, BAILEY_PROTO_SCTP);
	put_sctp(&f, 7);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_DROP_TRUNCATED);
	CHECK(p.flags & BAILEY_PKT_PORTS && p.dport == 36412);
}

/* Nobody's processor is kept busy by a packet full of the smallest chunks. */
static void parse_is_bounded(void)
{
	struct bailey_packet p;
	struct frame f = { 0 };
	unsigned int i;

	put_ipv4(&f, BAILEY_PROTO_SCTP);
	put_sctp(&f, 7);
	for (i = 0; i < BAILEY_SCTP_CHUNKS_MAX; i++)
		put_chunk(&f, 9, 4);
	put_chunk(&f, 6, 4);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS && p.sctp_chunks == 1 << BAILEY_SCTP_DATA);
}

/* Behind DATA nothing is looked for; a GSO packet has the DATA of many. */
static void parse_data(void)
{
	struct bailey_packet p;
	struct frame f = { 0 };
	unsigned int i;

	put_ipv4(&f, BAILEY_PROTO_SCTP);
	put_sctp(&f, 7);
	put_chunk(&f, 11, 4);
	for (i = 0; i < 10; i++)
		put_chunk(&f, i & 1 ? 64 : 0, 18 + i);
	close_frame(&f);
	CHECK(parse(&f, &p) == BAILEY_PASS);
	CHECK(p.sctp_chunks == (1 << BAILEY_SCTP_DATA | 1 << BAILEY_SCTP_COOKIE_ACK));
	set16(f.bytes + 2, 60);		/* the length of one segment */
	CHECK(parse_gso(&f, &p) == BAILEY_PASS && p.len == f.len);
	CHECK(p.sctp_chunks == (1 << BAILEY_SCTP_DATA | 1 << BAILEY_SCTP_COOKIE_ACK));
}

/* A first fragment shows chunks up to DATA, and may end in it. */
static void parse_first_fragments(void)
{
	struct frame f = { 0 }, cut;
	struct bailey_packet p;
	u32 len;

	put_ipv4(&f, BAILEY_PROTO_SCTP);
	put_sctp(&f, 7);
	put_chunk(&f, 11, 4);
	put_chunk(&f, 0, 100);
	for (len = 20; len < f.len; len++) {
		cut = f;
		cut.len = len;
		close_frame(&cut);
		set16(cut.bytes + 6, 0x2000);
		CHECK(parse(&cut, &p) == (len < 36 ? BAILEY_DROP_TRUNCATED : BAILEY_PASS));
		CHECK(len < 40 || p.sctp_chunks & 1 << BAILEY_SCTP_DATA);
	}
}

/* Eight bytes are sure to be quoted, and of an INIT more is needed. */
static void parse_quotes(void)
{
	struct bailey_packet p, q;
	u32 left, type;

	for (type = 0; type <= 2; type++)
		for (left = 0; left <= 32; left++) {
			struct frame f = { 0 };
			bool shown = type == 1 && left >= 20;

			put_ipv4(&f, BAILEY_PROTO_ICMP);
			put_icmp(&f, 3, 1, 0);
			put_ipv4(&f, BAILEY_PROTO_SCTP);
			put_sctp(&f, type == 1 ? 0 : 9);
			put_init(&f, type, 5);
			f.len = 20 + 8 + 20 + left;
			close_frame(&f);
			CHECK(parse_all(&f, false, &p, &q) == BAILEY_PASS);
			CHECK(!!(p.flags & BAILEY_PKT_QUOTE) == (left >= 8));
			if (left < 8)
				continue;
			CHECK(q.flags == (BAILEY_PKT_PORTS | BAILEY_PKT_TAG));
			CHECK(q.sctp_tag == (type == 1 ? 0 : 9));
			CHECK(q.sctp_init == (shown ? 5 : 0));
			CHECK(q.sctp_chunks == (shown ? 1 << BAILEY_SCTP_INIT : 0));
		}
}

static u32 draw(u32 below)
{
	static u32 state = 1;

	state = state * 1664525 + 1013904223;
	return (u32)((u64)state * below >> 32);
}

static void parse_garbage(void)
{
	u32 seen[BAILEY_REASON_COUNT] = { 0 }, round, i, n;
	struct bailey_packet p, q;

	for (round = 0; round < 20000; round++) {
		struct frame f = { 0 };

		put_ipv4(&f, BAILEY_PROTO_SCTP);
		put_sctp(&f, draw(3) ? draw(1 << 16) : 0);
		for (n = draw(6); n; n--)
			put_chunk(&f, draw(16), 4 + draw(30));
		put(&f, draw(8));
		for (i = 0; i < 4; i++)
			if (f.len > 32 && !draw(3))
				f.bytes[32 + draw(f.len - 32)] = draw(2) ? draw(32) : draw(256);
		close_frame(&f);
		seen[parse_all(&f, !draw(4), &p, &q)]++;
	}
	CHECK(seen[BAILEY_PASS] > 1000);
	CHECK(seen[BAILEY_DROP_MALFORMED] > 1000);
	CHECK(seen[BAILEY_DROP_TRUNCATED] > 1000);
}

UNIT_MAIN(UNIT(parse_kinds), UNIT(parse_t_bit), UNIT(parse_bundles), UNIT(parse_padding),
	  UNIT(parse_lengths), UNIT(parse_without_chunks), UNIT(parse_is_bounded),
	  UNIT(parse_data), UNIT(parse_first_fragments), UNIT(parse_quotes),
	  UNIT(parse_garbage));
