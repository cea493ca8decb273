// SPDX-License-Identifier: GPL-2.0
/*
 * The firewall in the middle: a segment becomes the bytes of a packet, these are parsed, and
 * the engine opens or advances the one connection that there is. Time does
 * not pass: what timeouts the engine grants is looked at, not waited for.
 */
#include "stream.h"
#include "firewall.h"

#define TCP_OPTIONS	40

/* The start of a packet; of its data only the length is there. */
struct frame {
	u8 bytes[60 + 20 + TCP_OPTIONS];
	u32 len;
};

/**
 * walk_fault_name() - what a fault does
 * @fault: which
 *
 * Return: a sentence.
 */
const char *walk_fault_name(enum walk_fault fault)
{
	static const char *const names[] = {
		"none",
		"window scaling is ignored",
		"windows are taken for smaller by one",
		"windows are taken for larger by one",
		"retransmissions are dropped",
		"any reset passes",
		"a reset inside the window closes",
		"a SYN in an established connection opens anew",
		"acknowledgements are not looked at",
		"what the responder changes is not stored",
		"FIN is not seen",
		"sequence numbers are not looked at",
		"a SYN does not replace what has ended",
		"resets do not close",
		"windows of what was picked up are not scaled",
		"a half-closed connection gets no time",
		"what a dropped segment changes is stored",
	};

	static_assert(ARRAY_SIZE(names) == WALK_FAULT_COUNT);
	return names[fault];
}

/**
 * walk_firewall_init() - a firewall that knows nothing yet
 * @firewall: filled in
 * @fault: what it does wrongly
 * @ipv6: what packets are
 * @loose: lets connections be picked up
 */
void walk_firewall_init(struct walk_firewall *firewall, enum walk_fault fault,
			bool ipv6, bool loose)
{
	memset(firewall, 0, sizeof(*firewall));
	firewall->fault = fault;
	firewall->ipv6 = ipv6;
	firewall->watching = true;
	firewall->rules.timeouts = &bailey_timeouts_default;
	firewall->rules.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT;
	firewall->rules.loose = loose;
}

static void put(struct frame *frame, u32 value, u32 bytes)
{
	while (bytes--)
		frame->bytes[frame->len++] = value >> 8 * bytes;
}

static void put_options(struct frame *frame, const struct walk_segment *segment)
{
	u32 i;

	if (segment->mss) {
		put(frame, 0x0204, 2);
		put(frame, segment->mss, 2);
	}
	if (segment->shift >= 0)
		put(frame, 0x01030300 | segment->shift, 4);
	if (segment->sack_permitted)
		put(frame, 0x01010402, 4);
	if (segment->timestamps) {
		put(frame, 0x0101080a, 4);
		put(frame, segment->number, 4);
		put(frame, segment->number / 2, 4);
	}
	if (!segment->sacks)
		return;
	put(frame, 0x01010500 | (2 + 8 * segment->sacks), 4);
	for (i = 0; i < segment->sacks; i++) {
		put(frame, segment->sack[i][0], 4);
		put(frame, segment->sack[i][1], 4);
	}
}

static void put_tcp(struct frame *frame, const struct walk_segment *segment)
{
	u32 start = frame->len;

	put(frame, segment->from ? 443 : 40000, 2);
	put(frame, segment->from ? 40000 : 443, 2);
	put(frame, segment->seq, 4);
	put(frame, segment->ack, 4);
	put(frame, 0x5000 | segment->flags, 2);
	put(frame, segment->window, 2);
	put(frame, 0, 2);
	put(frame, segment->urgent, 2);
	put_options(frame, segment);
	frame->bytes[start + 12] = (frame->len - start) / 4 << 4;
}

/* A length that has no place in the header is 0, as in BIG TCP. */
static void patch_len(struct frame *frame, u32 at, u32 len)
{
	if (len > U16_MAX)
		len = 0;
	frame->bytes[at] = len >> 8;
	frame->bytes[at + 1] = len;
}

static void build(struct frame *frame, const struct walk_segment *segment, bool ipv6)
{
	u8 src = segment->from ? 9 : 7, dst = segment->from ? 7 : 9;

	memset(frame, 0, sizeof(*frame));
	if (ipv6) {
		put(frame, 0x60000000, 4);
		put(frame, BAILEY_PROTO_TCP << 8 | 64, 4);
		put(frame, 0x20010db8, 4);
		frame->len += 11;
		put(frame, src, 1);
		put(frame, 0x20010db8, 4);
		frame->len += 11;
		put(frame, dst, 1);
		put_tcp(frame, segment);
		patch_len(frame, 4, frame->len - 40 + segment->len);
		return;
	}
	put(frame, 0x45000000, 4);
	put(frame, 0x00004000, 4);
	put(frame, 0x40000000 | BAILEY_PROTO_TCP << 16, 4);
	put(frame, 0x0a000000 | src, 4);
	put(frame, 0x0a000000 | dst, 4);
	put_tcp(frame, segment);
	patch_len(frame, 2, frame->len + segment->len);
}

static const void *no_more(const struct bailey_source *source, u32 off, u32 len, void *buf)
{
	return NULL;
}

static enum bailey_reason parse(const struct frame *frame, u32 data,
				struct bailey_packet *packet)
{
	const struct bailey_source source = {
		.linear = frame->bytes,
		.linear_len = frame->len,
		.len = frame->len + data,
		.gso = frame->len + data > U16_MAX,
		.pull = no_more,
	};
	struct bailey_packet quote;

	return bailey_packet_parse(&source, packet, &quote);
}

/* What a faulty firewall reads in place of what is there. */
static void misread(const struct walk_firewall *firewall, struct walk_segment *segment)
{
	u8 peer = !segment->from;

	switch (firewall->fault) {
	case WALK_FAULT_NO_SCALE:
		if (segment->shift > 0)
			segment->shift = 0;
		break;
	case WALK_FAULT_WINDOW_LESS:
		segment->window -= segment->window > 0;
		break;
	case WALK_FAULT_WINDOW_MORE:
		segment->window += segment->window < U16_MAX;
		break;
	case WALK_FAULT_ACK_UNSEEN: /* as if it were a good one */
		if (segment->attack && firewall->topped[peer])
			segment->ack = firewall->top[peer];
		break;
	case WALK_FAULT_SEQ_UNSEEN:
		if (segment->attack && firewall->topped[segment->from])
			segment->seq = firewall->top[segment->from];
		break;
	case WALK_FAULT_FIN_UNSEEN: /* as if it were a byte */
		if (segment->flags & BAILEY_TCP_FIN) {
			segment->flags &= ~BAILEY_TCP_FIN;
			segment->len++;
		}
		break;
	default:
		break;
	}
}

static bool retransmission(const struct walk_firewall *firewall,
			   const struct walk_segment *segment)
{
	return segment->len && firewall->topped[segment->from] &&
	       (s32)((u32)walk_segment_end(segment) - firewall->top[segment->from]) <= 0;
}

static void remember_top(struct walk_firewall *firewall, const struct walk_segment *segment)
{
	u32 end = walk_segment_end(segment);
	u8 from = segment->from;

	if (segment->flags & BAILEY_TCP_RST)
		return;
	if (!firewall->topped[from] || segment->flags & BAILEY_TCP_SYN ||
	    (s32)(end - firewall->top[from]) > 0)
		firewall->top[from] = end;
	firewall->topped[from] = true;
}

/* What a faulty firewall makes of its entry. */
static void spoil(const struct walk_firewall *firewall, const struct bailey_packet *packet,
		  struct bailey_conn_next *next)
{
	struct bailey_track *track = &next->track;

	switch (firewall->fault) {
	case WALK_FAULT_NEAR_RESET:
		if (packet->tcp_flags & BAILEY_TCP_RST)
			track->state = BAILEY_TCP_CLOSE;
		break;
	case WALK_FAULT_RESET_UNSEEN:
		if (packet->tcp_flags & BAILEY_TCP_RST)
			*track = firewall->conn.track;
		break;
	case WALK_FAULT_PICKUP_UNSCALED:
		if (firewall->picked_up) {
			track->tcp.scale[0] = 0;
			track->tcp.scale[1] = 0;
			track->tcp.half[0].max_win = 65535;
			track->tcp.half[1].max_win = 65535;
		}
		break;
	case WALK_FAULT_HALF_CLOSE:
		if (track->state == BAILEY_TCP_CLOSE_WAIT && next->timeout)
			next->timeout = 60;
		break;
	default:
		break;
	}
}

static enum bailey_reason open_conn(struct walk_firewall *firewall,
				    const struct bailey_packet *packet)
{
	struct bailey_conn_next next = { 0 };
	struct bailey_conn made = { 0 };
	enum bailey_reason reason;

	reason = bailey_conn_open(packet, &firewall->rules, &next);
	if (reason != BAILEY_PASS)
		return reason;
	made.orig_end = bailey_conn_key_make(&made.key, packet, 0, 0);
	made.track = next.track;
	firewall->reopened = firewall->known;
	firewall->answered = next.track.state != BAILEY_TCP_SYN_SENT;
	if (firewall->known)
		bailey_conn_succeeds(&made, &firewall->conn);
	firewall->conn = made;
	firewall->known = true;
	firewall->picked_up = !(packet->tcp_flags & BAILEY_TCP_SYN);
	firewall->timeout = next.timeout;
	firewall->opened = true;
	firewall->moved = true;
	return reason;
}

/* What the quick way says of a packet must be what the whole way says. */
static void check_stream(const struct walk_firewall *firewall,
			 const struct bailey_packet *packet, u8 side,
			 enum bailey_reason reason, const struct bailey_conn_next *next)
{
	struct bailey_conn conn = firewall->conn;
	u32 timeout = 0, again = 0;
	enum bailey_stream look, move;
	bool same;

	look = bailey_stream_look(&conn, packet, side, &firewall->rules, &timeout);
	same = bailey_track_equal(&conn.track, &firewall->conn.track, BAILEY_TRACK_WORDS);
	move = bailey_stream_move(&conn, packet, side, &firewall->rules, &again);
	if (look == BAILEY_STREAM_OTHER && move == look)
		return;
	same = same && look == move && reason == BAILEY_PASS &&
	       timeout == next->timeout && again == timeout &&
	       bailey_track_equal(&conn.track, &next->track, BAILEY_TRACK_WORDS) &&
	       (look == BAILEY_STREAM_SAME) ==
	       bailey_track_equal(&firewall->conn.track, &next->track, BAILEY_TRACK_WORDS);
	if (same)
		return;
	fprintf(stderr, "the quick way differs: look %d move %d reason %d\n", look, move, reason);
	abort();
}

static enum bailey_reason advance(struct walk_firewall *firewall,
				  const struct bailey_packet *packet)
{
	struct bailey_conn *conn = &firewall->conn;
	struct bailey_conn_next next = { 0 };
	enum bailey_reason reason;
	struct bailey_conn_key key;
	u8 side;

	side = bailey_conn_side(conn, bailey_conn_key_make(&key, packet, 0, 0));
	reason = bailey_conn_advance(conn, packet, side, &firewall->rules, &next);
	check_stream(firewall, packet, side, reason, &next);
	if (firewall->fault == WALK_FAULT_ANY_RESET && packet->tcp_flags & BAILEY_TCP_RST)
		reason = BAILEY_PASS;
	if (firewall->fault == WALK_FAULT_DROP_STORED && reason == BAILEY_DROP_TCP_WINDOW)
		conn->track.tcp.half[side].end = packet->tcp_seq;
	if (reason != BAILEY_PASS)
		return reason;
	spoil(firewall, packet, &next);
	if (firewall->fault == WALK_FAULT_RESPONDER_FORGOTTEN &&
	    side == BAILEY_RESPONDER && conn->track.state == BAILEY_TCP_ESTABLISHED)
		return reason;
	firewall->moved = bailey_track_moved(&conn->track, &next.track);
	conn->track = next.track;
	if (conn->track.state != BAILEY_TCP_SYN_SENT && conn->track.state != BAILEY_TCP_CLOSE)
		firewall->answered = true;
	if (next.timeout)
		firewall->timeout = next.timeout;
	return reason;
}

static bool reopens(const struct walk_firewall *firewall,
		    const struct bailey_packet *packet)
{
	if (firewall->fault == WALK_FAULT_REUSE_REFUSED)
		return false;
	if (firewall->fault == WALK_FAULT_SYN_OPENS &&
	    packet->tcp_flags == BAILEY_TCP_SYN)
		return true;
	return bailey_conn_reopens(&firewall->conn, packet);
}

/**
 * walk_firewall_judge() - a packet comes by
 * @firewall: moves if the packet passes
 * @segment: what is in the packet
 *
 * Return: BAILEY_PASS or why it is dropped.
 */
enum bailey_reason walk_firewall_judge(struct walk_firewall *firewall,
				       const struct walk_segment *segment)
{
	struct walk_segment seen = *segment;
	struct bailey_packet packet;
	enum bailey_reason reason;
	struct frame frame;

	firewall->opened = false;
	firewall->moved = false;
	if (firewall->fault == WALK_FAULT_RETRANSMISSION && retransmission(firewall, segment))
		return BAILEY_DROP_TCP_STATE;
	misread(firewall, &seen);
	build(&frame, &seen, firewall->ipv6);
	reason = parse(&frame, seen.len, &packet);
	if (reason != BAILEY_PASS)
		return reason;
	if (firewall->known && !reopens(firewall, &packet))
		reason = advance(firewall, &packet);
	else
		reason = open_conn(firewall, &packet);
	if (reason == BAILEY_PASS)
		remember_top(firewall, segment);
	return reason;
}
