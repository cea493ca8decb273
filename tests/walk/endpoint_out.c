// SPDX-License-Identifier: GPL-2.0
/* What a TCP endpoint sends: segments, their windows and their options. */
#include "endpoint.h"

#define BURST	16	/* segments sent without waiting for anything */

static u32 room(const struct walk_endpoint *ep)
{
	return ep->style.buffer > ep->unread ? ep->style.buffer - ep->unread : 0;
}

/**
 * walk_receive_edge() - where does what it takes end?
 * @ep: synchronized
 *
 * Return: the number behind the last that it takes. Linux goes by what it has
 * advertised, BSD also by the room that it has, of which nobody can use more than a
 * byte, the probe of a window that was advertised as closed.
 */
u64 walk_receive_edge(const struct walk_endpoint *ep)
{
	u64 edge = ep->rcv_adv > ep->rcv_nxt ? ep->rcv_adv : ep->rcv_nxt;

	if (!ep->style.bsd || ep->style.shrinks)
		return edge;
	if (edge < ep->edge_max)
		edge = ep->edge_max;
	return edge < ep->rcv_nxt + room(ep) ? edge + 1 : edge;
}

/* The right edge that it would like to advertise. */
static u64 wanted_edge(const struct walk_endpoint *ep)
{
	const struct walk_style *style = &ep->style;
	u64 edge = ep->rcv_nxt + room(ep);
	u64 now = ep->rcv_adv > ep->rcv_nxt ? ep->rcv_adv : ep->rcv_nxt;
	u32 step = style->mss < style->buffer / 2 ? style->mss : style->buffer / 2;

	if (edge < now)
		return style->shrinks ? edge : now;
	return !style->silly && edge - now < step ? now : edge;
}

/* The window field of the next segment; remembers what was promised. */
static u16 advertise(struct walk_endpoint *ep, bool syn)
{
	u32 shift = syn ? 0 : ep->rcv_shift;
	u64 window = syn ? room(ep) : wanted_edge(ep) - ep->rcv_nxt;
	u64 raw = window >> shift;

	if (!syn && !ep->style.bsd && !ep->style.shrinks &&
	    ep->rcv_nxt + (raw << shift) < ep->rcv_adv)
		raw++;
	if (raw > U16_MAX)
		raw = U16_MAX;
	window = raw << shift;
	if (ep->max_adv < window)
		ep->max_adv = window;
	if (ep->max_raw < raw)
		ep->max_raw = raw;
	if (!ep->synchronized)
		return raw;
	ep->rcv_wup = ep->rcv_nxt;
	ep->rcv_adv = ep->rcv_nxt + window;
	if (ep->edge_max < ep->rcv_adv)
		ep->edge_max = ep->rcv_adv;
	if (ep->raw_edge_max < ep->rcv_nxt + (raw << 14))
		ep->raw_edge_max = ep->rcv_nxt + (raw << 14);
	return raw;
}

static void add_sack(struct walk_segment *segment, const u64 block[2], u32 most)
{
	if (segment->sacks >= most || block[0] == block[1])
		return;
	segment->sack[segment->sacks][0] = block[0];
	segment->sack[segment->sacks++][1] = block[1];
}

static struct walk_segment *push(struct walk_endpoint *ep, u8 flags, u64 seq, u32 len)
{
	struct walk_segment *segment;

	if (ep->outs == WALK_OUT)
		ep->outs--; /* a full interface loses packets */
	segment = &ep->out[ep->outs++];
	memset(segment, 0, sizeof(*segment));
	segment->flags = flags;
	segment->seq = seq;
	segment->len = len;
	segment->from = ep->side;
	segment->shift = -1;
	segment->timestamps = ep->style.timestamps;
	return segment;
}

static struct walk_segment *emit(struct walk_endpoint *ep, u8 flags, u64 seq, u32 len)
{
	struct walk_segment *segment = push(ep, flags, seq, len);
	u32 i, most = segment->timestamps ? 3 : 4;

	if (ep->urgent && len) {
		segment->flags |= BAILEY_TCP_URG;
		segment->urgent = len < U16_MAX ? len : U16_MAX;
		ep->urgent = false;
	}
	segment->window = advertise(ep, flags & BAILEY_TCP_SYN);
	if (!(flags & BAILEY_TCP_ACK))
		return segment;
	segment->ack = ep->rcv_nxt;
	ep->ack_due = false;
	ep->ack_now = false;
	if (!ep->sack_ok || flags & BAILEY_TCP_SYN)
		return segment;
	if (ep->style.duplicate_sack)
		add_sack(segment, ep->duplicate, most);
	ep->duplicate[0] = ep->duplicate[1];
	for (i = 0; i < ep->late_count; i++)
		add_sack(segment, ep->late[i], most);
	return segment;
}

/* The number that a segment without data has: Linux stays within the window. */
static u64 bare_seq(const struct walk_endpoint *ep)
{
	u64 edge = ep->snd_una + ep->snd_wnd;

	return !ep->style.bsd && ep->snd_max > edge ? edge : ep->snd_max;
}

/**
 * walk_send_ack() - send an ACK without data
 * @ep: synchronized
 */
void walk_send_ack(struct walk_endpoint *ep)
{
	emit(ep, BAILEY_TCP_ACK, bare_seq(ep), 0);
}

/**
 * walk_send_reset() - send what ends a connection at once
 * @ep: a synchronized endpoint, or one that has sent a SYN
 */
void walk_send_reset(struct walk_endpoint *ep)
{
	u8 flags = ep->synchronized ? BAILEY_TCP_RST | BAILEY_TCP_ACK : BAILEY_TCP_RST;

	emit(ep, flags, ep->synchronized ? bare_seq(ep) : ep->snd_max, 0);
}

/**
 * walk_send_refusal() - answer a segment of no connection
 * @ep: who answers
 * @cause: the segment; not an RST
 *
 * RFC 9293 3.5.2, first group.
 */
void walk_send_refusal(struct walk_endpoint *ep, const struct walk_segment *cause)
{
	struct walk_segment *segment;

	if (cause->flags & BAILEY_TCP_ACK) {
		segment = push(ep, BAILEY_TCP_RST, cause->ack, 0);
	} else {
		segment = push(ep, BAILEY_TCP_RST | BAILEY_TCP_ACK, 0, 0);
		segment->ack = walk_segment_end(cause);
		segment->refusal = true;
	}
	segment->provoked = cause->attack;
}

/**
 * walk_send_syn() - send SYN or SYN-ACK, as the state has it
 * @ep: in SYN-SENT or SYN-RECEIVED
 */
void walk_send_syn(struct walk_endpoint *ep)
{
	bool answer = ep->state == WALK_SYN_RECEIVED;
	u64 data = ep->snd_max - ep->iss - 1; /* TFO: what went with the SYN */
	struct walk_segment *segment;

	if (answer || ep->snd_max == ep->iss)
		data = 0;
	segment = emit(ep, answer ? BAILEY_TCP_SYN | BAILEY_TCP_ACK : BAILEY_TCP_SYN,
		       ep->iss, data);
	segment->mss = ep->style.mss < U16_MAX ? ep->style.mss : U16_MAX;
	/* An answer has only options that the SYN had (RFC 7323 2.2) */
	if (!answer || ep->peer_scales)
		segment->shift = ep->style.shift;
	segment->sack_permitted = answer ? ep->sack_ok : ep->style.sack;
}

static bool may_send(const struct walk_endpoint *ep)
{
	switch (ep->state) {
	case WALK_ESTABLISHED:
	case WALK_CLOSE_WAIT:
	case WALK_FIN_WAIT_1:
	case WALK_CLOSING:
	case WALK_LAST_ACK:
		return true;
	case WALK_SYN_RECEIVED: /* RFC 7413 4.2.2: data in the SYN were taken */
		return ep->rcv_nxt > ep->irs + 1 && !ep->active;
	default:
		return false;
	}
}

/* How far the peer lets it send; the window of a SYN counts from behind the SYN. */
static u64 send_edge(const struct walk_endpoint *ep)
{
	return ep->snd_una + (ep->snd_una == ep->iss) + ep->snd_wnd;
}

/* Send one segment of new data, or the FIN. False if there is nothing to send. */
static bool send_some(struct walk_endpoint *ep)
{
	u64 edge = send_edge(ep);
	u64 end = ep->snd_lim < edge ? ep->snd_lim : edge;
	u64 len = end > ep->snd_nxt ? end - ep->snd_nxt : 0;
	u8 flags = BAILEY_TCP_ACK;
	bool fin;

	if (ep->snd_nxt > ep->snd_lim || ep->snd_nxt - ep->snd_una >= ep->style.flight)
		return false;
	if (len > ep->style.mss)
		len = ep->style.mss;
	fin = ep->fin_queued && ep->snd_nxt + len == ep->snd_lim &&
	      (ep->style.bsd || edge > ep->snd_lim);
	if (!len && !fin)
		return false;
	if (fin)
		flags |= BAILEY_TCP_FIN;
	if (len && ep->snd_nxt + len == ep->snd_lim)
		flags |= BAILEY_TCP_PSH;
	emit(ep, flags, ep->snd_nxt, len);
	ep->snd_nxt += len + fin;
	if (ep->snd_max < ep->snd_nxt)
		ep->snd_max = ep->snd_nxt;
	return true;
}

/**
 * walk_send_data() - send what the windows allow, and the ACK that is due
 * @ep: in any state
 */
void walk_send_data(struct walk_endpoint *ep)
{
	u32 i;

	if (may_send(ep))
		for (i = 0; i < BURST && send_some(ep); i++)
			;
	if (ep->ack_now)
		walk_send_ack(ep);
}

/**
 * walk_send_window() - tell of a window that has grown, if it is worth it
 * @ep: synchronized; the user has read
 */
void walk_send_window(struct walk_endpoint *ep)
{
	u64 edge = wanted_edge(ep);

	if (edge > ep->rcv_adv && edge - ep->rcv_adv >= 1ULL << ep->rcv_shift)
		walk_send_ack(ep);
}

static bool all_acked(const struct walk_endpoint *ep)
{
	return ep->snd_una == ep->snd_max;
}

/* The window is closed, and there is something to send. */
static void probe(struct walk_endpoint *ep)
{
	if (ep->snd_lim == ep->snd_una && !ep->fin_queued)
		return;
	if (ep->style.bsd && ep->snd_lim > ep->snd_una) {
		emit(ep, BAILEY_TCP_ACK, ep->snd_una, 1)->probe = true;
		if (ep->snd_max == ep->snd_una)
			ep->snd_max++;
		return;
	}
	emit(ep, BAILEY_TCP_ACK, ep->snd_una - 1, 0)->probe = true;
}

/* RFC 6298 5.4, or RFC 6675's holes: any part of what is on its way. */
static void retransmit(struct walk_endpoint *ep, struct walk_random *random)
{
	u64 seq = ep->snd_una, edge = ep->snd_una + ep->snd_wnd, end;
	u8 flags = BAILEY_TCP_ACK;

	if (ep->style.bsd) {
		ep->snd_nxt = ep->snd_una;
		if (!send_some(ep))
			probe(ep);
		return;
	}
	if (ep->sack_ok && walk_chance(random, 300))
		seq += walk_random(random, ep->snd_max - ep->snd_una);
	end = seq + ep->style.mss;
	if (end > ep->snd_max)
		end = ep->snd_max;
	/* The window may have shrunk: one byte goes all the same */
	if (end > edge)
		end = edge > seq ? edge : seq + 1;
	if (end > ep->snd_lim)
		flags |= BAILEY_TCP_FIN;
	emit(ep, flags, seq, end - seq - !!(flags & BAILEY_TCP_FIN));
}

/**
 * walk_endpoint_timer() - one of its timers ends
 * @ep: in any state
 * @random: chooses what to retransmit
 */
void walk_endpoint_timer(struct walk_endpoint *ep, struct walk_random *random)
{
	if (ep->state == WALK_SYN_SENT || ep->state == WALK_SYN_RECEIVED) {
		walk_send_syn(ep);
		return;
	}
	if (ep->ack_due)
		walk_send_ack(ep);
	if (!may_send(ep))
		return;
	walk_send_data(ep);
	if (!all_acked(ep))
		retransmit(ep, random);
	else if (!ep->snd_wnd)
		probe(ep);
}

/**
 * walk_endpoint_keepalive() - ask whether the peer is there (RFC 9293 3.8.4)
 * @ep: in any state; does nothing unless the line is idle
 * @byte: with a byte of garbage, as old implementations need
 */
void walk_endpoint_keepalive(struct walk_endpoint *ep, bool byte)
{
	if ((ep->state != WALK_ESTABLISHED && ep->state != WALK_CLOSE_WAIT &&
	     ep->state != WALK_FIN_WAIT_2) || !all_acked(ep))
		return;
	emit(ep, BAILEY_TCP_ACK, ep->snd_una - 1, byte)->probe = true;
}
