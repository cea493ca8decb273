/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tcp_window.c and stream.c do with TCP's numbers: the bounds of the essay at
 * the head of tcp_window.c, of the two halves of a connection.
 */
#ifndef BAILEY_ENGINE_TCP_NUMBERS_H
#define BAILEY_ENGINE_TCP_NUMBERS_H

#include "tcp.h"

/* Windows are below this even with the largest scale (RFC 7323 2.3). */
#define BAILEY_TCP_WINDOW_MOST	0x40000000U

/**
 * bailey_seq_later() - the later of two sequence numbers
 * @a: one
 * @b: the other
 *
 * Return: @a if it is behind @b, else @b.
 */
static inline u32 bailey_seq_later(u32 a, u32 b)
{
	return bailey_seq_after(a, b) ? a : b;
}

/**
 * bailey_seq_earlier() - the earlier of two sequence numbers
 * @a: one
 * @b: the other
 *
 * Return: @b if @a is behind it, else @a.
 */
static inline u32 bailey_seq_earlier(u32 a, u32 b)
{
	return bailey_seq_after(a, b) ? b : a;
}

/**
 * bailey_tcp_end_of() - behind the last byte of a segment
 * @packet: the segment; SYN and FIN are one byte each
 *
 * Return: the number.
 */
static inline u32 bailey_tcp_end_of(const struct bailey_packet *packet)
{
	return packet->tcp_seq + packet->tcp_data +
	       !!(packet->tcp_flags & BAILEY_TCP_SYN) +
	       !!(packet->tcp_flags & BAILEY_TCP_FIN);
}

/**
 * bailey_tcp_low_edge() - the first byte that the other side could need, less one
 * @own: the sender's half
 * @other: the other one
 *
 * Return: the number.
 */
static inline u32 bailey_tcp_low_edge(const struct bailey_tcp_half *own,
				      const struct bailey_tcp_half *other)
{
	return bailey_seq_earlier(own->end, own->max_end) - other->max_win - 1;
}

/**
 * bailey_tcp_bytes_fit() - could the other side use, or have to answer, these bytes?
 * @own: the sender's half
 * @other: the other one
 * @packet: the segment
 *
 * Return: true if it could.
 */
static inline bool bailey_tcp_bytes_fit(const struct bailey_tcp_half *own,
					const struct bailey_tcp_half *other,
					const struct bailey_packet *packet)
{
	return !bailey_seq_after(packet->tcp_seq, own->max_end + 1) &&
	       !bailey_seq_after(bailey_tcp_low_edge(own, other),
				 bailey_tcp_end_of(packet));
}

/**
 * bailey_tcp_ack_fits() - could this side acknowledge that, behind the handshake?
 * @own: the sender's half
 * @other: the other one
 * @bits: &enum bailey_tcp_bits of the connection
 * @max_ack: bytes that an acknowledgment may lag behind
 * @packet: the segment, with ACK
 *
 * Return: true if it could.
 */
static inline bool bailey_tcp_ack_fits(const struct bailey_tcp_half *own,
				       const struct bailey_tcp_half *other, u8 bits,
				       u32 max_ack, const struct bailey_packet *packet)
{
	u32 lag = min_t(u32, max_t(u32, own->max_win, max_ack), BAILEY_TCP_WINDOW_MOST - 1);
	u32 sent = other->end, old = bailey_seq_earlier(other->end, other->max_end);

	if (bits & BAILEY_TCP_PICKED_UP) {
		/* What was sent before, we have not seen; half of all numbers is all. */
		sent += BAILEY_TCP_WINDOW_MOST;
		lag = min_t(u32, lag, BAILEY_TCP_WINDOW_MOST / 2 - 1);
	}
	if (bailey_seq_after(packet->tcp_ack, sent) ||
	    bailey_seq_after(packet->tcp_sack, sent))
		return false;
	/* A FIN may be sent whatever the window. */
	return !bailey_seq_after(old - 2 * lag - 1, packet->tcp_ack);
}

/**
 * bailey_tcp_absorb() - a segment that fits leaves its numbers behind
 * @own: the sender's half
 * @other: the other one
 * @bits: &enum bailey_tcp_bits of the connection
 * @window: the window that it offers, scaled
 * @packet: the segment
 */
static inline void bailey_tcp_absorb(struct bailey_tcp_half *own,
				     struct bailey_tcp_half *other, u8 bits, u32 window,
				     const struct bailey_packet *packet)
{
	own->end = bailey_seq_later(own->end, bailey_tcp_end_of(packet));
	own->max_win = max_t(u32, own->max_win, window);
	if (!(packet->tcp_flags & BAILEY_TCP_ACK))
		return;
	own->max_ack = bailey_seq_later(own->max_ack, packet->tcp_ack);
	other->max_end = bailey_seq_later(other->max_end, packet->tcp_ack + window);
	if (bits & BAILEY_TCP_PICKED_UP)
		other->end = bailey_seq_later(other->end, packet->tcp_ack);
}

#endif /* BAILEY_ENGINE_TCP_NUMBERS_H */
