/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packets that are nearly all: of an established TCP connection a segment with
 * ACK and nothing else, inside the windows; of UDP any that brings no new state.
 *
 * For them this says what bailey_conn_advance() would say, in a fraction of the time:
 * nothing is copied, and only numbers that go on are written. For all others, and
 * whenever there is the slightest doubt, it says that it does not know. Neither
 * state nor flags ever change here. Pure functions; locking as in conn.h. All of it is
 * inline, as it is what an established packet costs.
 */
#ifndef BAILEY_ENGINE_STREAM_H
#define BAILEY_ENGINE_STREAM_H

#include "tcp_numbers.h"

/**
 * enum bailey_stream - what a packet is to a connection
 * @BAILEY_STREAM_OTHER: bailey_conn_advance() is to say it
 * @BAILEY_STREAM_SAME: it passes, and changes nothing but the deadline
 * @BAILEY_STREAM_ON: it passes, and numbers go on
 */
enum bailey_stream {
	BAILEY_STREAM_OTHER,
	BAILEY_STREAM_SAME,
	BAILEY_STREAM_ON,
};

/* Of both sides something was seen, and it was established in both directions. */
#define BAILEY_STREAM_SEEN	(BAILEY_TCP_SEEN << 0 | BAILEY_TCP_SEEN << 1)
#define BAILEY_STREAM_FLAGS	(BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED)

/**
 * bailey_stream_half() - read one half, which another CPU may be changing
 * @half: the half
 *
 * Return: its numbers, each read once.
 */
static __always_inline struct bailey_tcp_half
bailey_stream_half(const struct bailey_tcp_half *half)
{
	return (struct bailey_tcp_half){
		.end = READ_ONCE(half->end),
		.max_end = READ_ONCE(half->max_end),
		.max_win = READ_ONCE(half->max_win),
		.max_ack = READ_ONCE(half->max_ack),
	};
}

/**
 * bailey_stream_put() - write what another CPU may be reading, if it changes
 * @at: where
 * @value: what
 * @store: write it; else only say whether it would change
 *
 * Return: true if it changes.
 */
static __always_inline bool bailey_stream_put(u32 *at, u32 value, bool store)
{
	if (READ_ONCE(*at) == value)
		return false;
	if (store)
		WRITE_ONCE(*at, value);
	return true;
}

/**
 * bailey_stream_is_tcp() - is it a plain ACK of an established connection?
 * @track: the connection
 * @bits: its &bailey_tcp_track.bits
 * @packet: the segment
 *
 * Return: true if it is.
 */
static __always_inline bool bailey_stream_is_tcp(const struct bailey_track *track, u8 bits,
						 const struct bailey_packet *packet)
{
	return READ_ONCE(track->state) == BAILEY_TCP_ESTABLISHED &&
	       READ_ONCE(track->flags) == BAILEY_STREAM_FLAGS &&
	       (bits & BAILEY_STREAM_SEEN) == BAILEY_STREAM_SEEN &&
	       (packet->tcp_flags & ~BAILEY_TCP_PSH) == BAILEY_TCP_ACK &&
	       packet->flags & BAILEY_PKT_SEQ;
}

/**
 * bailey_stream_tcp() - a segment, and what it does to the numbers
 * @track: the connection
 * @packet: the segment
 * @side: which side sent it
 * @rules: what the namespace has set
 * @store: write the numbers; else only look
 *
 * Return: &enum bailey_stream.
 */
static __always_inline enum bailey_stream
bailey_stream_tcp(struct bailey_track *track, const struct bailey_packet *packet, u8 side,
		  const struct bailey_track_rules *rules, bool store)
{
	struct bailey_tcp_half *at = &track->tcp.half[side], *facing = &track->tcp.half[!side];
	struct bailey_tcp_half own = bailey_stream_half(at);
	struct bailey_tcp_half other = bailey_stream_half(facing);
	u8 bits = READ_ONCE(track->tcp.bits), scale = READ_ONCE(track->tcp.scale[side]);
	bool on;

	if (!bailey_stream_is_tcp(track, bits, packet) ||
	    !bailey_tcp_bytes_fit(&own, &other, packet) ||
	    !bailey_tcp_ack_fits(&own, &other, bits, rules->tcp_max_ack, packet))
		return BAILEY_STREAM_OTHER;
	/* While it is half changed the scale may be none. */
	bailey_tcp_absorb(&own, &other, bits, (u32)packet->tcp_window << (scale & 31), packet);
	on = bailey_stream_put(&at->end, own.end, store);
	on |= bailey_stream_put(&at->max_win, own.max_win, store);
	on |= bailey_stream_put(&at->max_ack, own.max_ack, store);
	on |= bailey_stream_put(&facing->end, other.end, store);
	on |= bailey_stream_put(&facing->max_end, other.max_end, store);
	return on ? BAILEY_STREAM_ON : BAILEY_STREAM_SAME;
}

/**
 * bailey_stream_is_udp() - does a packet of UDP bring no flag that is not there?
 * @flags: those of the connection
 * @side: which side sent it
 *
 * Return: true if it brings none.
 */
static __always_inline bool bailey_stream_is_udp(u8 flags, u8 side)
{
	if (side == BAILEY_RESPONDER)
		return flags & BAILEY_CONN_REPLIED;
	return !(flags & BAILEY_CONN_REPLIED) || flags & BAILEY_CONN_STREAM;
}

/**
 * bailey_stream_step() - bailey_stream_look() and bailey_stream_move()
 * @conn: the connection
 * @packet: a packet with its key
 * @side: which side sent it
 * @rules: what the namespace has set
 * @timeout: filled in unless %BAILEY_STREAM_OTHER
 * @store: write numbers; else only look
 *
 * Return: &enum bailey_stream.
 */
static __always_inline enum bailey_stream
bailey_stream_step(struct bailey_conn *conn, const struct bailey_packet *packet, u8 side,
		   const struct bailey_track_rules *rules, u32 *timeout, bool store)
{
	u8 flags;

	switch (packet->proto) {
	case BAILEY_PROTO_TCP:
		*timeout = rules->timeouts->tcp[BAILEY_TCP_ESTABLISHED];
		return bailey_stream_tcp(&conn->track, packet, side, rules, store);
	case BAILEY_PROTO_UDP:
		flags = READ_ONCE(conn->track.flags);
		*timeout = flags & BAILEY_CONN_STREAM ? rules->timeouts->udp_stream :
							rules->timeouts->udp;
		return bailey_stream_is_udp(flags, side) ? BAILEY_STREAM_SAME :
							   BAILEY_STREAM_OTHER;
	default:
		return BAILEY_STREAM_OTHER;
	}
}

/**
 * bailey_stream_look() - does a packet only go on with its connection?
 * @conn: the connection; may be changing on another CPU, and then only
 *	  %BAILEY_STREAM_SAME is to be believed
 * @packet: a packet with its key
 * @side: which side sent it
 * @rules: what the namespace has set
 * @timeout: filled in unless %BAILEY_STREAM_OTHER: seconds from now on that the
 *	     connection may stay silent
 *
 * Return: &enum bailey_stream.
 */
static inline enum bailey_stream
bailey_stream_look(const struct bailey_conn *conn, const struct bailey_packet *packet,
		   u8 side, const struct bailey_track_rules *rules, u32 *timeout)
{
	return bailey_stream_step((struct bailey_conn *)conn, packet, side, rules, timeout, false);
}

/**
 * bailey_stream_move() - let a packet go on with its connection
 * @conn: the connection; its caller's to change, while others read
 * @packet: a packet with its key
 * @side: which side sent it
 * @rules: what the namespace has set
 * @timeout: as for bailey_stream_look()
 *
 * Return: &enum bailey_stream; the numbers are stored when it is
 * %BAILEY_STREAM_ON.
 */
static inline enum bailey_stream
bailey_stream_move(struct bailey_conn *conn, const struct bailey_packet *packet,
		   u8 side, const struct bailey_track_rules *rules, u32 *timeout)
{
	return bailey_stream_step(conn, packet, side, rules, timeout, true);
}

#endif /* BAILEY_ENGINE_STREAM_H */
