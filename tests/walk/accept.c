// SPDX-License-Identifier: GPL-2.0
/*
 * Which segments an endpoint accepts: those that no firewall may keep from it.
 *
 * A segment is accepted when it is one of these:
 *
 *	in LISTEN, a SYN;
 *	in SYN-SENT, a SYN, with an ACK of the own SYN or without ACK; an RST that
 *	acknowledges it; the bare ACK of a peer that still has the connection
 *	before (RFC 9293 3.5.1), since the RST that answers it is the way out;
 *	in synchronized states, what passes the tests of RFC 9293 3.10.7.4 (Linux
 *	takes a little more before the window than they do): an RST, whether it closes or is
 *	challenged; a SYN, to be challenged (RFC 5961); and what acknowledges
 *	something between SND.UNA - MAX.SND.WND and SND.NXT, new data or not;
 *	in any state, what it only answers, if its living sender waits for
 *	the answer: a SYN or data or FIN that this sender still has as
 *	unacknowledged, a probe of a closed window, a keepalive. TIME-WAIT has
 *	no others.
 *
 * Not accepted is what only looks like these: a duplicate whose sender has had its
 * ACK long ago, a segment of an earlier connection, the refusal of a SYN whose number 0
 * happens to be in a window, or the SYN or SYN-ACK of an end that has
 * reset the connection since.
 */
#include "endpoint.h"

/**
 * walk_acceptable() - RFC 9293's test of sequence numbers
 * @ep: synchronized
 * @segment: numbers unwrapped
 *
 * Return: true if @segment is in the window.
 */
bool walk_acceptable(const struct walk_endpoint *ep, const struct walk_segment *segment)
{
	u64 edge = walk_receive_edge(ep), end = walk_segment_end(segment);

	if (!ep->style.bsd)
		return end >= ep->rcv_wup && segment->seq <= edge;
	if (end == segment->seq)
		return segment->seq == ep->rcv_nxt ||
		       (segment->seq > ep->rcv_nxt && segment->seq < edge);
	return segment->seq < edge && end > ep->rcv_nxt;
}

/**
 * walk_ack_acceptable() - RFC 5961 5.2's test of acknowledgments
 * @ep: synchronized
 * @ack: unwrapped
 *
 * Return: true if @ack can be one that its peer has sent.
 */
bool walk_ack_acceptable(const struct walk_endpoint *ep, u64 ack)
{
	return ack + ep->max_snd_wnd >= ep->snd_una && ack <= ep->snd_max;
}

/* As on the wire: a receiver with other numbers in mind unwraps them otherwise. */
static s32 distance(u64 a, u64 b)
{
	return (u32)a - (u32)b;
}

/* Does the sender of a segment, which is not an RST, wait for an answer to it? */
static bool awaited(const struct walk_endpoint *sender, const struct walk_segment *segment)
{
	switch (sender->state) {
	case WALK_CLOSED:
	case WALK_LISTEN:
	case WALK_TIME_WAIT:
		return false;
	case WALK_SYN_SENT:
		return segment->flags == BAILEY_TCP_SYN &&
		       !distance(segment->seq, sender->iss);
	case WALK_SYN_RECEIVED:
		return segment->flags == (BAILEY_TCP_SYN | BAILEY_TCP_ACK) &&
		       !distance(segment->seq, sender->iss) &&
		       !distance(segment->ack, sender->rcv_nxt);
	default:
		break;
	}
	if (distance(segment->seq, sender->iss) < 0 ||
	    distance(segment->seq, sender->snd_max) > 0)
		return false; /* of an earlier connection */
	if (segment->probe)
		return distance(segment->seq + 1, sender->snd_una) >= 0;
	return walk_segment_end(segment) != segment->seq &&
	       distance(walk_segment_end(segment), sender->snd_una) > 0;
}

/* RFC 9293 3.5.1: one end has forgotten the connection and opens another. */
static bool half_open_challenge(const struct walk_endpoint *peer,
				const struct walk_segment *segment)
{
	return peer->synchronized && peer->state != WALK_CLOSED &&
	       segment->flags == BAILEY_TCP_ACK && !segment->len &&
	       !distance(segment->seq, peer->snd_max) &&
	       !distance(segment->ack, peer->rcv_nxt);
}

static bool syn_sent_accepts(const struct walk_endpoint *ep,
			     const struct walk_endpoint *peer,
			     const struct walk_segment *segment)
{
	bool acks = segment->flags & BAILEY_TCP_ACK;

	if (acks && (segment->ack <= ep->iss || segment->ack > ep->snd_max))
		return half_open_challenge(peer, segment);
	if (segment->flags & BAILEY_TCP_RST)
		return acks;
	/* From one that has gone since, it is but a detour to the reset behind it */
	return segment->flags & BAILEY_TCP_SYN && peer->state != WALK_CLOSED;
}

static bool synchronized_accepts(const struct walk_endpoint *ep,
				 const struct walk_endpoint *peer,
				 const struct walk_segment *segment)
{
	bool wanted = walk_acceptable(ep, segment);

	if (segment->flags & BAILEY_TCP_RST)
		return wanted && ep->state != WALK_TIME_WAIT && !segment->refusal;
	if (ep->state == WALK_TIME_WAIT)
		wanted = false;
	if (segment->flags & BAILEY_TCP_SYN) /* the connection's own, or another */
		return awaited(peer, segment) || (wanted && segment->seq != ep->irs);
	return segment->flags & BAILEY_TCP_ACK &&
	       walk_ack_acceptable(ep, segment->ack) &&
	       (wanted || awaited(peer, segment));
}

/**
 * walk_endpoint_accepts() - must this segment reach it?
 * @ep: the receiver
 * @peer: the other endpoint, as it is now
 * @segment: numbers unwrapped near those of @ep
 *
 * Return: true if @ep would act upon it; see the head of this file.
 */
bool walk_endpoint_accepts(const struct walk_endpoint *ep,
			   const struct walk_endpoint *peer,
			   const struct walk_segment *segment)
{
	bool reset = segment->flags & BAILEY_TCP_RST;

	switch (ep->state) {
	case WALK_CLOSED:
		return !reset && awaited(peer, segment) &&
		       (!ep->synchronized || !(segment->flags & BAILEY_TCP_ACK) ||
			walk_ack_acceptable(ep, segment->ack));
	case WALK_LISTEN:
		return segment->flags == BAILEY_TCP_SYN ||
		       (!reset && awaited(peer, segment));
	case WALK_SYN_SENT:
		return syn_sent_accepts(ep, peer, segment);
	default:
		return synchronized_accepts(ep, peer, segment);
	}
}
