// SPDX-License-Identifier: GPL-2.0
/*
 * What a TCP endpoint does: its user's calls, and RFC 9293 3.10.7, segment arrives.
 *
 * Choices that RFC 9293 leaves are in struct walk_style.
 */
#include "endpoint.h"

/**
 * walk_state_name() - for timelines
 * @state: &enum walk_state
 *
 * Return: RFC 9293's name.
 */
const char *walk_state_name(u8 state)
{
	static const char *const names[] = {
		"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
		"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
		"TIME-WAIT",
	};

	return names[state];
}

/**
 * walk_endpoint_init() - a machine before anything happens
 * @ep: filled in
 * @side: 0 or 1
 * @style: how it goes about things
 * @iss: with room for windows below
 */
void walk_endpoint_init(struct walk_endpoint *ep, u8 side,
			const struct walk_style *style, u64 iss)
{
	memset(ep, 0, offsetof(struct walk_endpoint, out));
	ep->style = *style;
	ep->side = side;
	ep->iss = iss;
	ep->snd_una = iss;
	ep->snd_nxt = iss;
	ep->snd_max = iss;
	ep->snd_lim = iss + 1;
}

/**
 * walk_endpoint_listen() - passive OPEN
 * @ep: in CLOSED
 */
void walk_endpoint_listen(struct walk_endpoint *ep)
{
	ep->state = WALK_LISTEN;
	ep->synchronized = false;
	ep->max_adv = 0;
	ep->max_raw = 0;
	ep->late_count = 0;
	ep->unread = 0;
}

/**
 * walk_endpoint_connect() - active OPEN
 * @ep: in CLOSED
 * @early: bytes of data in the SYN (RFC 7413)
 */
void walk_endpoint_connect(struct walk_endpoint *ep, u32 early)
{
	ep->state = WALK_SYN_SENT;
	ep->active = true;
	ep->snd_lim += early;
	ep->snd_max = ep->iss + 1 + early;
	ep->snd_nxt = ep->snd_max;
	if (early)
		ep->early_end = ep->snd_max;
	walk_send_syn(ep);
}

/**
 * walk_endpoint_write() - SEND
 * @ep: in any state
 * @bytes: how many
 */
void walk_endpoint_write(struct walk_endpoint *ep, u32 bytes)
{
	if (ep->state == WALK_CLOSED || ep->state == WALK_TIME_WAIT || ep->fin_queued)
		return;
	ep->snd_lim += bytes;
	walk_send_data(ep);
}

/**
 * walk_endpoint_read() - RECEIVE
 * @ep: in any state
 * @bytes: at most how many
 */
void walk_endpoint_read(struct walk_endpoint *ep, u32 bytes)
{
	ep->unread -= bytes < ep->unread ? bytes : ep->unread;
	if (ep->state == WALK_ESTABLISHED || ep->state == WALK_FIN_WAIT_1 ||
	    ep->state == WALK_FIN_WAIT_2)
		walk_send_window(ep);
}

/**
 * walk_endpoint_close() - CLOSE, or the half of it that shutdown() is
 * @ep: in any state
 * @gone: nobody will read what comes
 */
void walk_endpoint_close(struct walk_endpoint *ep, bool gone)
{
	ep->user_gone |= gone;
	if (ep->state == WALK_ESTABLISHED)
		ep->state = WALK_FIN_WAIT_1;
	else if (ep->state == WALK_CLOSE_WAIT)
		ep->state = WALK_LAST_ACK;
	else
		return;
	ep->fin_queued = true;
	walk_send_data(ep);
}

static void end(struct walk_endpoint *ep, bool reset)
{
	ep->state = WALK_CLOSED;
	ep->was_reset |= reset;
	ep->ack_due = false;
	ep->ack_now = false;
}

/**
 * walk_endpoint_abort() - ABORT
 * @ep: in any state
 */
void walk_endpoint_abort(struct walk_endpoint *ep)
{
	if (ep->state == WALK_CLOSED || ep->state == WALK_LISTEN)
		return;
	/* RFC 9293 3.10.5: no RST from SYN-SENT and after both FINs */
	if (ep->state != WALK_SYN_SENT && ep->state != WALK_TIME_WAIT &&
	    ep->state != WALK_CLOSING && ep->state != WALK_LAST_ACK)
		walk_send_reset(ep);
	end(ep, true);
}

/**
 * walk_endpoint_idle() - is nothing left that it would do of itself?
 * @ep: in any state
 *
 * Return: true if no timer runs.
 */
bool walk_endpoint_idle(const struct walk_endpoint *ep)
{
	switch (ep->state) {
	case WALK_SYN_SENT:
	case WALK_SYN_RECEIVED:
		return false;
	case WALK_CLOSED:
	case WALK_LISTEN:
	case WALK_TIME_WAIT:
		return true;
	default:
		return ep->snd_una == ep->snd_lim + ep->fin_queued && !ep->ack_due;
	}
}

/* What a SYN says; the peer's numbers are known from now on. */
static void learn_syn(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	bool scales = segment->shift >= 0 && ep->style.shift >= 0;

	ep->irs = segment->seq;
	ep->rcv_nxt = segment->seq + 1;
	ep->rcv_wup = ep->rcv_nxt;
	/* What the SYN that was sent has promised counts from here */
	ep->rcv_adv = ep->rcv_nxt + ep->max_adv;
	ep->edge_max = ep->rcv_adv;
	ep->raw_edge_max = ep->rcv_nxt + ((u64)ep->max_raw << 14);
	ep->peer_scales = segment->shift >= 0;
	ep->snd_shift = scales ? segment->shift : 0;
	ep->rcv_shift = scales ? ep->style.shift : 0;
	ep->sack_ok = segment->sack_permitted && ep->style.sack;
	ep->snd_wnd = segment->window;
	if (ep->max_snd_wnd < ep->snd_wnd)
		ep->max_snd_wnd = ep->snd_wnd;
	ep->snd_wl1 = segment->seq;
	ep->snd_wl2 = segment->ack;
	ep->synchronized = true;
}

static void take_early(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	if (!ep->style.takes_early || segment->len > ep->style.buffer)
		return;
	ep->rcv_nxt += segment->len;
	ep->unread += segment->len;
}

static void listen_receives(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	if (segment->flags & BAILEY_TCP_RST)
		return;
	if (segment->flags & BAILEY_TCP_ACK) {
		walk_send_refusal(ep, segment);
		return;
	}
	if (!(segment->flags & BAILEY_TCP_SYN))
		return;
	learn_syn(ep, segment);
	take_early(ep, segment);
	ep->state = WALK_SYN_RECEIVED;
	ep->snd_nxt = ep->iss + 1;
	ep->snd_max = ep->snd_nxt;
	walk_send_syn(ep);
}

static void syn_sent_receives(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	bool acks = segment->flags & BAILEY_TCP_ACK;

	if (acks && (segment->ack <= ep->iss || segment->ack > ep->snd_max)) {
		if (!(segment->flags & BAILEY_TCP_RST))
			walk_send_refusal(ep, segment);
		return;
	}
	if (segment->flags & BAILEY_TCP_RST) {
		if (acks)
			end(ep, true);
		return;
	}
	if (!(segment->flags & BAILEY_TCP_SYN))
		return;
	learn_syn(ep, segment);
	if (!acks) {
		ep->state = WALK_SYN_RECEIVED;
		walk_send_syn(ep);
		return;
	}
	ep->state = WALK_ESTABLISHED;
	ep->snd_una = segment->ack;
	ep->snd_nxt = ep->snd_una;
	ep->ack_now = true;
	walk_send_data(ep);
}

static bool fin_acked(const struct walk_endpoint *ep)
{
	return ep->fin_queued && ep->snd_una == ep->snd_lim + 1;
}

static void advance_close(struct walk_endpoint *ep)
{
	if (!fin_acked(ep))
		return;
	if (ep->state == WALK_FIN_WAIT_1)
		ep->state = WALK_FIN_WAIT_2;
	else if (ep->state == WALK_CLOSING)
		ep->state = WALK_TIME_WAIT;
	else if (ep->state == WALK_LAST_ACK)
		end(ep, false);
	ep->regular |= ep->state == WALK_TIME_WAIT || ep->state == WALK_CLOSED;
}

/*
 * RFC 9293 3.10.7.4, but as Linux does also when an old sequence number (of a keepalive)
 * comes with a new acknowledgment: the window would be counted from there otherwise,
 * and data be sent beyond what was advertised.
 */
static void update_window(struct walk_endpoint *ep, const struct walk_segment *segment,
			  bool advanced)
{
	if (segment->ack < ep->snd_una ||
	    !(advanced || ep->snd_wl1 < segment->seq ||
	      (ep->snd_wl1 == segment->seq && ep->snd_wl2 <= segment->ack)))
		return;
	ep->snd_wnd = (u32)segment->window << ep->snd_shift;
	if (ep->max_snd_wnd < ep->snd_wnd)
		ep->max_snd_wnd = ep->snd_wnd;
	ep->snd_wl1 = segment->seq;
	ep->snd_wl2 = segment->ack;
}

/* The fifth check of RFC 9293. False if the segment ends here. */
static bool take_ack(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	bool advances = segment->ack > ep->snd_una;

	if (ep->state == WALK_SYN_RECEIVED) {
		if (segment->ack <= ep->iss || segment->ack > ep->snd_max) {
			walk_send_refusal(ep, segment);
			return false;
		}
		ep->state = WALK_ESTABLISHED;
		ep->snd_wl1 = segment->seq;
		ep->snd_wl2 = segment->ack;
	} else if (!walk_ack_acceptable(ep, segment->ack)) {
		ep->ack_now = true;
		return false;
	}
	if (advances) {
		ep->snd_una = segment->ack;
		if (ep->snd_nxt < ep->snd_una)
			ep->snd_nxt = ep->snd_una;
	}
	/* The window of a SYN-ACK that ends a simultaneous open is not scaled */
	if (!(segment->flags & BAILEY_TCP_SYN))
		update_window(ep, segment, advances);
	advance_close(ep);
	return ep->state != WALK_CLOSED;
}

/* Put a range among those that wait for what is missing. */
static void keep_late(struct walk_endpoint *ep, u64 from, u64 to)
{
	u64 merged[WALK_HOLES + 1][2];
	u32 i, n = 0;
	bool placed = false;

	for (i = 0; i < ep->late_count; i++) {
		u64 *range = ep->late[i];

		if (range[1] < from || (range[0] > to && placed)) {
			memcpy(merged[n++], range, sizeof(merged[0]));
		} else if (range[0] > to) {
			merged[n][0] = from;
			merged[n++][1] = to;
			placed = true;
			memcpy(merged[n++], range, sizeof(merged[0]));
		} else {
			from = range[0] < from ? range[0] : from;
			to = range[1] > to ? range[1] : to;
		}
	}
	if (!placed) {
		merged[n][0] = from;
		merged[n++][1] = to;
	}
	/* Reneging on the last is allowed (RFC 2018 8) */
	ep->late_count = n > WALK_HOLES ? WALK_HOLES : n;
	memcpy(ep->late, merged, ep->late_count * sizeof(merged[0]));
}

static void take_in_order(struct walk_endpoint *ep)
{
	u64 before = ep->rcv_nxt;

	while (ep->late_count && ep->late[0][0] <= ep->rcv_nxt) {
		if (ep->late[0][1] > ep->rcv_nxt)
			ep->rcv_nxt = ep->late[0][1];
		ep->late_count--;
		memmove(ep->late[0], ep->late[1], ep->late_count * sizeof(ep->late[0]));
	}
	ep->unread += ep->rcv_nxt - before;
}

static bool may_receive(const struct walk_endpoint *ep)
{
	return ep->state == WALK_ESTABLISHED || ep->state == WALK_FIN_WAIT_1 ||
	       ep->state == WALK_FIN_WAIT_2;
}

static void take_data(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	u64 from = segment->seq + !!(segment->flags & BAILEY_TCP_SYN);
	u64 to = from + segment->len;
	u64 edge = walk_receive_edge(ep);
	bool in_order = from <= ep->rcv_nxt && !ep->late_count;

	if (!segment->len)
		return;
	ep->ack_now |= !in_order || ep->ack_due || !ep->style.delays_ack;
	ep->ack_due = true;
	if (from < ep->rcv_nxt) {
		ep->duplicate[0] = from;
		ep->duplicate[1] = to < ep->rcv_nxt ? to : ep->rcv_nxt;
		from = ep->rcv_nxt;
		ep->ack_now = true;
	}
	if (to > edge)
		to = edge;
	if (ep->fin_known && to > ep->fin_at)
		to = ep->fin_at;
	if (from >= to)
		return;
	keep_late(ep, from, to);
	take_in_order(ep);
}

static void take_fin(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	u64 at = walk_segment_end(segment) - 1;

	if (segment->flags & BAILEY_TCP_FIN && at < walk_receive_edge(ep)) {
		ep->fin_known = true;
		ep->fin_at = at;
		ep->ack_now = true;
	}
	if (!ep->fin_known || ep->rcv_nxt != ep->fin_at)
		return;
	ep->rcv_nxt++;
	ep->ack_now = true;
	if (ep->state == WALK_ESTABLISHED)
		ep->state = WALK_CLOSE_WAIT;
	else if (ep->state == WALK_FIN_WAIT_1)
		ep->state = WALK_CLOSING;
	else
		ep->state = WALK_TIME_WAIT;
	ep->regular |= ep->state == WALK_TIME_WAIT;
}

/* Second check: RST. RFC 5961 3.2. */
static void take_reset(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	if (segment->seq != ep->rcv_nxt)
		walk_send_ack(ep);
	else if (ep->state == WALK_SYN_RECEIVED && !ep->active)
		walk_endpoint_listen(ep);
	else
		end(ep, true);
}

/* Out of the window: an ACK, or the SYN-ACK again. */
static void take_unacceptable(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	if (segment->flags & BAILEY_TCP_RST)
		return;
	if (ep->state == WALK_SYN_RECEIVED && segment->flags & BAILEY_TCP_SYN &&
	    segment->seq == ep->irs) {
		walk_send_syn(ep);
		return;
	}
	if (ep->style.duplicate_sack && segment->len &&
	    segment->seq < ep->rcv_nxt && segment->seq + segment->len <= ep->rcv_nxt) {
		ep->duplicate[0] = segment->seq;
		ep->duplicate[1] = segment->seq + segment->len;
	}
	walk_send_ack(ep);
}

static void synchronized_receives(struct walk_endpoint *ep,
				  const struct walk_segment *segment)
{
	bool crossed = ep->state == WALK_SYN_RECEIVED && segment->seq == ep->irs &&
		       segment->flags == (BAILEY_TCP_SYN | BAILEY_TCP_ACK);

	if (!crossed && !walk_acceptable(ep, segment)) {
		take_unacceptable(ep, segment);
		return;
	}
	if (segment->flags & BAILEY_TCP_RST) {
		take_reset(ep, segment);
		return;
	}
	if (segment->flags & BAILEY_TCP_SYN && !crossed) {
		walk_send_ack(ep); /* RFC 5961 4.2 */
		return;
	}
	if (!(segment->flags & BAILEY_TCP_ACK))
		return;
	if (take_ack(ep, segment) && may_receive(ep)) {
		if (segment->len && ep->user_gone && ep->style.resets_late_data &&
		    segment->seq + segment->len > ep->rcv_nxt) {
			walk_send_reset(ep);
			end(ep, true);
			return;
		}
		take_data(ep, segment);
		take_fin(ep, segment);
	} else if (walk_segment_end(segment) != segment->seq) {
		ep->ack_now = ep->state != WALK_CLOSED; /* all of it is known */
	}
	walk_send_data(ep);
}

/**
 * walk_endpoint_receive() - a segment arrives
 * @ep: in any state
 * @segment: as the wire had it, its numbers unwrapped near those of @ep
 */
void walk_endpoint_receive(struct walk_endpoint *ep, const struct walk_segment *segment)
{
	switch (ep->state) {
	case WALK_CLOSED:
		if (!(segment->flags & BAILEY_TCP_RST))
			walk_send_refusal(ep, segment);
		break;
	case WALK_LISTEN:
		listen_receives(ep, segment);
		break;
	case WALK_SYN_SENT:
		syn_sent_receives(ep, segment);
		break;
	default:
		synchronized_receives(ep, segment);
	}
}
