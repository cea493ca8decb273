/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How segments move a TCP connection: states in tcp.c, numbers in tcp_window.c.
 */
#ifndef BAILEY_ENGINE_TCP_H
#define BAILEY_ENGINE_TCP_H

#include "conn.h"

/**
 * enum bailey_tcp_segment - what a segment is, by its flags
 * @BAILEY_TCP_SEG_SYN: asks for a connection
 * @BAILEY_TCP_SEG_SYN_ACK: answers a SYN
 * @BAILEY_TCP_SEG_ACK: data, or an acknowledgment
 * @BAILEY_TCP_SEG_FIN: the last data of its side
 * @BAILEY_TCP_SEG_RST: breaks off
 * @BAILEY_TCP_SEG_COUNT: number of kinds
 * @BAILEY_TCP_SEG_INVALID: a combination that no stack sends
 */
enum bailey_tcp_segment {
	BAILEY_TCP_SEG_SYN,
	BAILEY_TCP_SEG_SYN_ACK,
	BAILEY_TCP_SEG_ACK,
	BAILEY_TCP_SEG_FIN,
	BAILEY_TCP_SEG_RST,
	BAILEY_TCP_SEG_COUNT,
	BAILEY_TCP_SEG_INVALID = BAILEY_TCP_SEG_COUNT
};

/**
 * enum bailey_tcp_fit - what a segment's numbers say
 * @BAILEY_TCP_FITS: it is the connection's, and moves it
 * @BAILEY_TCP_ASIDE: the other end is to judge it; it moves nothing
 * @BAILEY_TCP_ANEW: the responder answers a later SYN: the handshake is its own
 * @BAILEY_TCP_OUTSIDE: no end could use it
 */
enum bailey_tcp_fit {
	BAILEY_TCP_FITS,
	BAILEY_TCP_ASIDE,
	BAILEY_TCP_ANEW,
	BAILEY_TCP_OUTSIDE,
};

/**
 * struct bailey_tcp_move - one segment on its way through the numbers
 * @packet: the segment
 * @rules: what the namespace has set
 * @track: the connection: comes in as it is, goes out with the segment's numbers
 *	   unless that is %BAILEY_TCP_OUTSIDE; the state is not touched
 * @segment: what @packet is
 * @side: which side sent it
 */
struct bailey_tcp_move {
	const struct bailey_packet *packet;
	const struct bailey_track_rules *rules;
	struct bailey_track *track;
	enum bailey_tcp_segment segment;
	u8 side;
};

enum bailey_tcp_segment bailey_tcp_segment_of(u8 tcp_flags);
enum bailey_reason bailey_tcp_step(const struct bailey_packet *packet, u8 side,
				   const struct bailey_track_rules *rules,
				   struct bailey_conn_next *next);

enum bailey_tcp_fit bailey_tcp_fit(const struct bailey_tcp_move *move);
bool bailey_tcp_is_first_syn(const struct bailey_tcp_track *tcp,
			     const struct bailey_packet *syn);
bool bailey_tcp_quoted(const struct bailey_tcp_track *tcp,
		       const struct bailey_packet *quote, u8 side);

#endif /* BAILEY_ENGINE_TCP_H */
