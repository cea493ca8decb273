// SPDX-License-Identifier: GPL-2.0
/*
 * The packets that are nearly all: of an established TCP connection a segment with
 * ACK and nothing else, inside the windows; of UDP any that brings no new state.
 *
 * For them this says what bailey_conn_advance() would say, in a fraction of the time:
 * nothing is copied, and only numbers that go on are written. For all others, and
 * whenever there is the slightest doubt, it says that it does not know. Neither
 * state nor flags ever change here. Pure functions; locking as in conn.h.
 */
#include "stream.h"

#include "tcp_numbers.h"

#define BOTH_SEEN	(BAILEY_TCP_SEEN << 0 | BAILEY_TCP_SEEN << 1)
#define ESTABLISHED_FLAGS (BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED)

static struct bailey_tcp_half read_half(const struct bailey_tcp_half *half)
{
	return (struct bailey_tcp_half){
		.end = READ_ONCE(half->end),
		.max_end = READ_ONCE(half->max_end),
		.max_win = READ_ONCE(half->max_win),
		.max_ack = READ_ONCE(half->max_ack),
	};
}

/* Write what another CPU may be reading, if it changes. */
static bool put(u32 *at, u32 value, bool store)
{
	if (READ_ONCE(*at) == value)
		return false;
	if (store)
		WRITE_ONCE(*at, value);
	return true;
}

static bool is_tcp_stream(const struct bailey_track *track, u8 bits,
			  const struct bailey_packet *packet)
{
	return READ_ONCE(track->state) == BAILEY_TCP_ESTABLISHED &&
	       READ_ONCE(track->flags) == ESTABLISHED_FLAGS &&
	       (bits & BOTH_SEEN) == BOTH_SEEN &&
	       (packet->tcp_flags & ~BAILEY_TCP_PSH) == BAILEY_TCP_ACK &&
	       packet->flags & BAILEY_PKT_SEQ;
}

static __always_inline enum bailey_stream
tcp_stream(struct bailey_track *track, const struct bailey_packet *packet, u8 side,
	   const struct bailey_track_rules *rules, bool store)
{
	struct bailey_tcp_half *at = &track->tcp.half[side], *facing = &track->tcp.half[!side];
	struct bailey_tcp_half own = read_half(at), other = read_half(facing);
	u8 bits = READ_ONCE(track->tcp.bits);
	bool on;

	if (!is_tcp_stream(track, bits, packet))
		return BAILEY_STREAM_OTHER;
	if (!bailey_tcp_bytes_fit(&own, &other, packet) ||
	    !bailey_tcp_ack_fits(&own, &other, bits, rules->tcp_max_ack, packet))
		return BAILEY_STREAM_OTHER;
	bailey_tcp_absorb(&own, &other, bits,
			  (u32)packet->tcp_window << (READ_ONCE(track->tcp.scale[side]) & 31), packet);
	on = put(&at->end, own.end, store);
	on |= put(&at->max_win, own.max_win, store);
	on |= put(&at->max_ack, own.max_ack, store);
	on |= put(&facing->end, other.end, store);
	on |= put(&facing->max_end, other.max_end, store);
	return on ? BAILEY_STREAM_ON : BAILEY_STREAM_SAME;
}

/* Does it bring no flag that is not there? */
static bool is_udp_stream(u8 flags, u8 side)
{
	if (side == BAILEY_RESPONDER)
		return flags & BAILEY_CONN_REPLIED;
	return !(flags & BAILEY_CONN_REPLIED) || flags & BAILEY_CONN_STREAM;
}

static __always_inline enum bailey_stream
stream(struct bailey_conn *conn, const struct bailey_packet *packet, u8 side,
       const struct bailey_track_rules *rules, u32 *timeout, bool store)
{
	u8 flags;

	switch (packet->proto) {
	case BAILEY_PROTO_TCP:
		*timeout = rules->timeouts->tcp[BAILEY_TCP_ESTABLISHED];
		return tcp_stream(&conn->track, packet, side, rules, store);
	case BAILEY_PROTO_UDP:
		flags = READ_ONCE(conn->track.flags);
		*timeout = flags & BAILEY_CONN_STREAM ? rules->timeouts->udp_stream :
							rules->timeouts->udp;
		return is_udp_stream(flags, side) ? BAILEY_STREAM_SAME : BAILEY_STREAM_OTHER;
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
enum bailey_stream bailey_stream_look(const struct bailey_conn *conn,
				      const struct bailey_packet *packet, u8 side,
				      const struct bailey_track_rules *rules,
				      u32 *timeout)
{
	return stream((struct bailey_conn *)conn, packet, side, rules, timeout, false);
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
enum bailey_stream bailey_stream_move(struct bailey_conn *conn,
				      const struct bailey_packet *packet, u8 side,
				      const struct bailey_track_rules *rules,
				      u32 *timeout)
{
	return stream(conn, packet, side, rules, timeout, true);
}
