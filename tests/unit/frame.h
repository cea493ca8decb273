/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets made byte by byte, and read in all ways.
 *
 * Every packet is read in one piece, through pull() alone, and split at each
 * byte; the results must agree. Each piece stands in a block of exactly its
 * size, so that the address sanitizer sees the first byte read too far.
 */
#ifndef BAILEY_TEST_FRAME_H
#define BAILEY_TEST_FRAME_H

#include <assert.h>

#include "packet.h"
#include "unit.h"

#define ROOM	512

/* A packet under construction. */
struct frame {
	u32 len;
	u8 bytes[ROOM];
};

struct split {
	struct bailey_source source;
	const u8 *bytes;
	u32 pulls;
};

static inline u8 *put(struct frame *f, u32 len)
{
	u8 *p = f->bytes + f->len;

	assert(f->len + len <= ROOM);
	memset(p, 0, len);
	f->len += len;
	return p;
}

static inline void set16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v & 0xff;
}

static inline void set32(u8 *p, u32 v)
{
	set16(p, v >> 16);
	set16(p + 2, v & 0xffff);
}

/* 119.18.36.73 -> 1.3.3.7 */
static inline u8 *put_ipv4(struct frame *f, u8 proto)
{
	u8 *h = put(f, 20);

	h[0] = 0x45;
	h[8] = 63;
	h[9] = proto;
	set32(h + 12, 0x77122449);
	set32(h + 16, 0x01030307);
	return h;
}

/* 2001:db8::1 -> 2001:db8::2 */
static inline u8 *put_ipv6(struct frame *f, u8 proto)
{
	u8 *h = put(f, 40);

	h[0] = 0x60;
	h[6] = proto;
	h[7] = 64;
	set32(h + 8, 0x20010db8);
	h[23] = 1;
	set32(h + 24, 0x20010db8);
	h[39] = 2;
	return h;
}

/* The outermost header at the start of @f says how long all of it is. */
static inline void close_frame(struct frame *f)
{
	if (f->bytes[0] >> 4 == 4)
		set16(f->bytes + 2, f->len);
	else
		set16(f->bytes + 4, f->len - 40);
}

static inline u8 *put_tcp(struct frame *f, u8 flags)
{
	u8 *h = put(f, 20);

	set16(h, 40000);
	set16(h + 2, 443);
	h[12] = 0x50;
	h[13] = flags;
	return h;
}

static inline u8 *put_udp(struct frame *f)
{
	u8 *h = put(f, 8);

	set16(h, 5353);
	set16(h + 2, 53);
	set16(h + 4, 8);
	return h;
}

static inline u8 *put_icmp(struct frame *f, u8 type, u8 code, u16 id)
{
	u8 *h = put(f, 8);

	h[0] = type;
	h[1] = code;
	set16(h + 4, id);
	return h;
}

/* An extension header of @units times 8 bytes, or 4 for AH. */
static inline u8 *put_ext(struct frame *f, u8 next, u8 hdrlen, u32 len)
{
	u8 *h = put(f, len);

	h[0] = next;
	h[1] = hdrlen;
	return h;
}

static inline const void *pull(const struct bailey_source *source, u32 off,
			       u32 len, void *buf)
{
	struct split *split = container_of((void *)source, struct split, source);

	assert(off <= source->len && len <= source->len - off);
	memcpy(buf, split->bytes + off, len);
	split->pulls++;
	return buf;
}

static inline bool same(const struct bailey_packet *a, const struct bailey_packet *b)
{
	return bailey_addr_equal(&a->src, &b->src) &&
	       bailey_addr_equal(&a->dst, &b->dst) && a->id == b->id &&
	       a->len == b->len && a->sport == b->sport &&
	       a->dport == b->dport && a->flags == b->flags &&
	       a->family == b->family && a->proto == b->proto &&
	       a->type == b->type && a->code == b->code &&
	       a->tcp_flags == b->tcp_flags && a->hop_limit == b->hop_limit &&
	       a->tcp_header == b->tcp_header && a->tcp_scale == b->tcp_scale &&
	       a->tcp_window == b->tcp_window && a->tcp_seq == b->tcp_seq &&
	       a->tcp_ack == b->tcp_ack && a->tcp_sack == b->tcp_sack &&
	       a->tcp_data == b->tcp_data && a->sctp_tag == b->sctp_tag &&
	       a->sctp_init == b->sctp_init && a->sctp_chunks == b->sctp_chunks &&
	       a->sctp_reflected == b->sctp_reflected &&
	       a->payload_off == b->payload_off;
}

/* What is read in one go is what is read step by step. */
static inline void check_plain(const struct bailey_source *source,
			       enum bailey_reason reason,
			       const struct bailey_packet *packet)
{
	struct bailey_packet p, q;

	memset(&p, 0xa5, sizeof(p));
	CHECK(bailey_packet_read(source, &p, &q) == reason);
	CHECK(same(&p, packet));
}

static inline enum bailey_reason parse_at(const struct frame *f, u32 linear,
					  bool gso,
					  struct bailey_packet *packet,
					  struct bailey_packet *quote)
{
	enum bailey_reason reason;
	u8 *head = malloc(linear ? linear : 1), *all = malloc(f->len ? f->len : 1);
	struct split split = {
		.source = { head, linear, f->len, gso, pull },
		.bytes = all,
	};

	memcpy(head, f->bytes, linear);
	memcpy(all, f->bytes, f->len);
	memset(packet, 0xa5, sizeof(*packet));
	memset(quote, 0xa5, sizeof(*quote));
	if (linear == f->len)
		split.source.pull = NULL;
	reason = bailey_packet_parse(&split.source, packet, quote);
	check_plain(&split.source, reason, packet);
	free(head);
	free(all);
	return reason;
}

/* Reads it all ways; they must agree. */
static inline enum bailey_reason parse_all(const struct frame *f, bool gso,
					   struct bailey_packet *packet,
					   struct bailey_packet *quote)
{
	enum bailey_reason reason = parse_at(f, f->len, gso, packet, quote);
	struct bailey_packet p, q;
	u32 linear;

	for (linear = 0; linear < f->len; linear++) {
		CHECK(parse_at(f, linear, gso, &p, &q) == reason);
		CHECK(same(&p, packet));
		if (packet->flags & BAILEY_PKT_QUOTE)
			CHECK(same(&q, quote));
	}
	return reason;
}

static inline enum bailey_reason parse(const struct frame *f,
				       struct bailey_packet *packet)
{
	struct bailey_packet quote;

	return parse_all(f, false, packet, &quote);
}

static inline enum bailey_reason parse_gso(const struct frame *f,
					   struct bailey_packet *packet)
{
	struct bailey_packet quote;

	return parse_all(f, true, packet, &quote);
}

/* Every shorter packet, with true and with stale lengths, is truncated. */
static inline void check_cuts(const struct frame *f)
{
	struct bailey_packet packet;
	struct frame cut;
	u32 len;

	for (len = 0; len < f->len; len++) {
		cut = *f;
		cut.len = len;
		CHECK(parse(&cut, &packet) == BAILEY_DROP_TRUNCATED);
		if (len < (f->bytes[0] >> 4 == 4 ? 20 : 40))
			continue;
		close_frame(&cut);
		CHECK(parse(&cut, &packet) != BAILEY_PASS);
		CHECK(parse_gso(&cut, &packet) == BAILEY_DROP_TRUNCATED);
	}
}

#endif /* BAILEY_TEST_FRAME_H */
