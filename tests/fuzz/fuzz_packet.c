// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a packet: the answer does not depend on where they lie, and what
 * it says of itself is inside the packet. The first byte says how many of them
 * are in one piece.
 */
#include "conn.h"
#include "fuzz.h"

static const uint8_t *bytes;
static size_t bytes_len;

/* Bytes that have to be copied, or lie somewhere else in one piece. */
static const void *pull_copy(const struct bailey_source *source, u32 off, u32 len, void *buf)
{
	MUST(source->len <= bytes_len);
	if (off > bytes_len || len > bytes_len - off)
		return NULL;
	memcpy(buf, bytes + off, len);
	return buf;
}

static const void *pull_there(const struct bailey_source *source, u32 off, u32 len, void *buf)
{
	(void)source;
	(void)buf;
	if (off > bytes_len || len > bytes_len - off)
		return NULL;
	return bytes + off;
}

struct result {
	enum bailey_reason reason;
	struct bailey_packet packet;
	struct bailey_packet quote;
};

static void parse(const void *linear, u32 linear_len, bool gso,
		  const void *(*pull)(const struct bailey_source *, u32, u32, void *),
		  struct result *result)
{
	struct bailey_source source = {
		.linear = linear,
		.linear_len = linear_len,
		.len = bytes_len,
		.gso = gso,
		.pull = pull,
	};

	memset(result, 0, sizeof(*result));
	result->reason = bailey_packet_parse(&source, &result->packet, &result->quote);
	if (!(result->packet.flags & BAILEY_PKT_QUOTE))
		memset(&result->quote, 0, sizeof(result->quote));
}

static bool same_packet(const struct bailey_packet *a, const struct bailey_packet *b)
{
	return bailey_addr_equal(&a->src, &b->src) && bailey_addr_equal(&a->dst, &b->dst) &&
	       a->id == b->id && a->len == b->len && a->sport == b->sport &&
	       a->dport == b->dport && a->flags == b->flags && a->family == b->family &&
	       a->proto == b->proto && a->type == b->type && a->code == b->code &&
	       a->tcp_flags == b->tcp_flags && a->hop_limit == b->hop_limit &&
	       a->tcp_header == b->tcp_header && a->payload_off == b->payload_off &&
	       a->sctp_tag == b->sctp_tag && a->sctp_init == b->sctp_init &&
	       a->sctp_chunks == b->sctp_chunks && a->sctp_reflected == b->sctp_reflected;
}

static void must_be_same(const struct result *a, const struct result *b)
{
	MUST(a->reason == b->reason);
	MUST(same_packet(&a->packet, &b->packet));
	MUST(same_packet(&a->quote, &b->quote));
}

/* A connection that the packet opens, and that both sides then answer with the same. */
static void live(const struct bailey_packet *packet)
{
	struct bailey_track_rules rules = {
		.timeouts = &bailey_timeouts_default, .loose = true,
	};
	struct bailey_conn conn = { .expires = 0 };
	struct bailey_conn_next next;
	u8 step;

	conn.orig_end = bailey_conn_key_make(&conn.key, packet, 0, 0);
	MUST(conn.orig_end < 2);
	if (bailey_conn_open(packet, &rules, &next) != BAILEY_PASS)
		return;
	for (step = 0; step < 4; step++) {
		conn.track = next.track;
		MUST(conn.key.proto != BAILEY_PROTO_TCP ||
		     (conn.track.state != BAILEY_TCP_NONE &&
		      conn.track.state < BAILEY_TCP_STATE_COUNT));
		MUST(conn.key.proto != BAILEY_PROTO_SCTP ||
		     (conn.track.state != BAILEY_SCTP_NONE &&
		      conn.track.state < BAILEY_SCTP_STATE_COUNT));
		bailey_conn_quoted(&conn, packet, step & 1);
		if (bailey_conn_advance(&conn, packet, step & 1, &rules, &next) !=
		    BAILEY_PASS)
			return;
	}
}

static void check(const struct result *r)
{
	const struct bailey_packet *p = &r->packet;

	MUST(r->reason < BAILEY_REASON_COUNT);
	if (r->reason != BAILEY_PASS)
		return;
	MUST(p->family == BAILEY_IPV4 || p->family == BAILEY_IPV6);
	MUST(p->payload_off <= bytes_len && p->len <= bytes_len);
	MUST(p->tcp_header <= bytes_len - p->payload_off);
	if (p->flags & BAILEY_PKT_PORTS)
		MUST(bailey_proto_has_ports(p->proto));
	if (p->flags & BAILEY_PKT_QUOTE)
		MUST(p->flags & BAILEY_PKT_ICMP_ERROR);
	MUST(bailey_packet_proto_known(p) || p->flags & BAILEY_PKT_FRAGMENT);
	if (!bailey_conn_trackable(p))
		return;
	live(p);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	struct result whole, other;
	size_t piece;
	void *copy, *part;
	int gso;

	if (!size)
		return 0;
	copy = fuzz_copy(data + 1, size - 1);
	bytes = copy;
	bytes_len = size - 1;
	piece = data[0] < bytes_len ? data[0] : bytes_len;
	part = fuzz_copy(copy, piece);
	for (gso = 0; gso < 2; gso++) {
		parse(copy, bytes_len, gso, NULL, &whole);
		check(&whole);
		parse(part, piece, gso, pull_copy, &other);
		must_be_same(&whole, &other);
		parse(part, piece, gso, pull_there, &other);
		must_be_same(&whole, &other);
		parse(part, 0, gso, pull_copy, &other);
		must_be_same(&whole, &other);
		/* Bytes that are not there are at most a reason to drop. */
		parse(part, piece, gso, NULL, &other);
		MUST(other.reason == whole.reason || other.reason != BAILEY_PASS ||
		     whole.reason != BAILEY_PASS);
	}
	free(part);
	free(copy);
	return 0;
}
