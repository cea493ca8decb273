// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of TCP: which segments an end could have sent, and could use.
 *
 * DOC: What a box in the middle can know
 *
 * G. van Rooij, "Real stateful TCP packet filtering in IP Filter" (2001), which
 * pf and nf_conntrack follow, too: for each side, what it has sent so far (end),
 * how far it may send (max_end, the right edge of the other side's window), and
 * the largest window that it offered (max_win). A segment of side s to side r
 *
 *	begins no later than s.max_end + 1: r would not take it. The 1 is for what
 *		follows a probe of a closed window (RFC 9293 3.8.6.1);
 *	ends no earlier than s.end - r.max_win - 1: r has had all of that, and s
 *		knows it, as otherwise s could not have sent up to s.end. The 1
 *		is for keepalives, which send a byte again (RFC 9293 3.8.4);
 *	acknowledges nothing behind r.end: r has not sent it;
 *	acknowledges nothing before r.end - 2 * s.max_win - 1: r is at most s.max_win
 *		(and a FIN) ahead of what it knows to be acknowledged, and an acknowledgment
 *		may lag behind that by as much again (RFC 5961 5.2).
 *
 * Example, with windows of 100: s has sent up to 1000, r has acknowledged 950 and
 * offers 100, so s.end = 1000, s.max_end = 1050. A segment 1040-1060 passes (it
 * begins inside); 1060-1080 is nothing that r asked for; 950-1000 sent again, since
 * r's acknowledgment was lost behind us, passes; 850-890 r must have had before
 * s could send anything near 1000.
 *
 * Edges only move forwards. That a segment may end behind the window costs nothing
 * and spares the ends that send a little too much; but the lower bound counts from
 * min(end, max_end), so that a forged segment which begins just inside the window and is very
 * long cannot push the true ones out.
 *
 * What is more particular: a reset closes only if its number is exact, as at the ends (RFC
 * 5961 3.2); a SYN in the middle of a connection passes and changes nothing, as
 * its receiver answers with a challenge (RFC 5961 4.2); the answer to that, and to
 * segments of connections that one end has forgotten (RFC 9293 3.5.1), are
 * resets with the number that was acknowledged, hence exact.
 *
 * Where the handshake was not seen, windows are taken as the largest that there
 * can be. Pure functions; locking as in conn.h.
 */
#include "tcp_numbers.h"

#define WINDOW_MOST	BAILEY_TCP_WINDOW_MOST
#define SCALE_MOST	14

static bool has_ack(const struct bailey_packet *packet)
{
	return packet->tcp_flags & BAILEY_TCP_ACK;
}

static bool seen(const struct bailey_tcp_track *tcp, u8 side)
{
	return tcp->bits & BAILEY_TCP_SEEN << side;
}

static bool both_seen(const struct bailey_tcp_track *tcp)
{
	return seen(tcp, BAILEY_ORIGINATOR) && seen(tcp, BAILEY_RESPONDER);
}

/* The window that a segment offers; those of SYNs are never scaled (RFC 7323 2.2). */
static u32 window_of(const struct bailey_tcp_track *tcp, u8 side,
		     const struct bailey_packet *packet)
{
	u32 scale = packet->tcp_flags & BAILEY_TCP_SYN ? 0 : tcp->scale[side];

	return (u32)packet->tcp_window << scale;
}

static bool bytes_fit(const struct bailey_tcp_track *tcp, u8 side,
		      const struct bailey_packet *packet)
{
	return bailey_tcp_bytes_fit(&tcp->half[side], &tcp->half[!side], packet);
}

/*
 * Before the handshake is complete there is nothing old to acknowledge. The
 * responder may still have sent a bare ACK of the connection before.
 */
static bool acks_too_little(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	if (move->side == BAILEY_ORIGINATOR)
		return bailey_seq_after(tcp->answer, packet->tcp_ack);
	return bailey_tcp_end_of(packet) != packet->tcp_seq &&
	       bailey_seq_after(tcp->syn + 1, packet->tcp_ack);
}

/* Could this side acknowledge that? */
static bool ack_fits(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	if (!has_ack(move->packet))
		return true;
	if ((move->track->state == BAILEY_TCP_SYN_RECV ||
	     move->track->state == BAILEY_TCP_SYN_SENT2) && acks_too_little(move))
		return false;
	return bailey_tcp_ack_fits(&tcp->half[move->side], &tcp->half[!move->side], tcp->bits,
				   move->rules->tcp_max_ack, move->packet);
}

/* A segment that fits leaves its numbers behind. */
static void absorb(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	struct bailey_tcp_track *tcp = &move->track->tcp;
	struct bailey_tcp_half *own = &tcp->half[move->side];

	bailey_tcp_absorb(own, &tcp->half[!move->side], tcp->bits,
			  window_of(tcp, move->side, packet), packet);
	/* The other half may go another way, and its windows be never seen. */
	if (tcp->bits & BAILEY_TCP_PICKED_UP && !(move->track->flags & BAILEY_CONN_REPLIED) &&
	    bailey_seq_after(packet->tcp_seq, own->max_end - WINDOW_MOST / 2))
		own->max_end = packet->tcp_seq + WINDOW_MOST;
}

/* Of two answers to its SYN the originator goes by the one that it has had first. */
static void choose_answer(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_track *tcp = &move->track->tcp;
	struct bailey_tcp_half *own = &tcp->half[BAILEY_ORIGINATOR];
	struct bailey_tcp_half *other = &tcp->half[BAILEY_RESPONDER];

	if (move->side != BAILEY_ORIGINATOR || move->track->state != BAILEY_TCP_SYN_RECV ||
	    !(tcp->bits & BAILEY_TCP_TWO_ANSWERS) || !has_ack(move->packet) ||
	    move->packet->tcp_ack != tcp->other)
		return;
	tcp->answer = tcp->other;
	own->max_ack = tcp->answer;
	other->end = tcp->answer;
	other->max_end = other->end + own->max_win;
}

/* The middle of a connection: all that may be true of it is taken for true. */
static enum bailey_tcp_fit pick_up(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	struct bailey_tcp_track *tcp = &move->track->tcp;

	tcp->half[move->side] = (struct bailey_tcp_half){
		.end = bailey_tcp_end_of(packet),
		.max_end = packet->tcp_seq + WINDOW_MOST,
		.max_win = WINDOW_MOST,
		.max_ack = packet->tcp_ack,
	};
	tcp->half[!move->side] = (struct bailey_tcp_half){
		.end = packet->tcp_ack,
		.max_end = packet->tcp_ack + WINDOW_MOST,
		.max_win = WINDOW_MOST,
		.max_ack = packet->tcp_seq,
	};
	tcp->scale[0] = SCALE_MOST;
	tcp->scale[1] = SCALE_MOST;
	tcp->syn_scale = BAILEY_TCP_NO_SCALE;
	tcp->bits = BAILEY_TCP_SEEN << 0 | BAILEY_TCP_SEEN << 1 | BAILEY_TCP_PICKED_UP;
	return BAILEY_TCP_FITS;
}

/*
 * What was picked up is a guess until it is answered: a forged or late segment must
 * not keep out the true ones, which could have begun the entry as well.
 */
static bool is_guess(const struct bailey_tcp_move *move)
{
	return move->side == BAILEY_ORIGINATOR && has_ack(move->packet) &&
	       move->track->tcp.bits & BAILEY_TCP_PICKED_UP &&
	       !(move->track->flags & BAILEY_CONN_REPLIED);
}

static enum bailey_tcp_fit fit_plain(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	if (!both_seen(tcp))
		return BAILEY_TCP_OUTSIDE;
	choose_answer(move);
	if (!bytes_fit(tcp, move->side, move->packet) || !ack_fits(move))
		return is_guess(move) ? pick_up(move) : BAILEY_TCP_OUTSIDE;
	absorb(move);
	return BAILEY_TCP_FITS;
}

/* A side begins with a SYN. How far it may send, the other side will say. */
static void begin(struct bailey_tcp_track *tcp, u8 side,
		  const struct bailey_packet *packet)
{
	tcp->half[side] = (struct bailey_tcp_half){
		.end = bailey_tcp_end_of(packet),
		.max_end = bailey_tcp_end_of(packet),
		.max_win = max_t(u32, packet->tcp_window, 1),
	};
	tcp->scale[side] = packet->tcp_scale;
	tcp->bits |= BAILEY_TCP_SEEN << side;
	if (side == BAILEY_ORIGINATOR) {
		tcp->syn = packet->tcp_seq;
		tcp->syn_scale = packet->tcp_scale;
	}
}

/* Both SYNs were seen: scaling holds if both had the option. */
static void agree(struct bailey_tcp_track *tcp)
{
	u32 side;

	if (tcp->scale[0] == BAILEY_TCP_NO_SCALE || tcp->scale[1] == BAILEY_TCP_NO_SCALE)
		memset(tcp->scale, 0, sizeof(tcp->scale));
	for (side = 0; side < 2; side++) {
		struct bailey_tcp_half *half = &tcp->half[side];

		half->max_end = bailey_seq_later(half->max_end,
						 half->end + tcp->half[!side].max_win);
	}
}

/* The number of a side's SYN, before the handshake is complete. */
static u32 syn_of(const struct bailey_tcp_track *tcp, u8 side)
{
	return side == BAILEY_ORIGINATOR ? tcp->syn : tcp->answer - 1;
}

/* A side's first SYN, or the same again. */
static enum bailey_tcp_fit begin_again(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	struct bailey_tcp_track *tcp = &move->track->tcp;
	struct bailey_tcp_half *own = &tcp->half[move->side];

	/* Sent again, perhaps without the data that it had (RFC 7413 4.1.3) */
	if (seen(tcp, move->side)) {
		own->end = bailey_seq_later(own->end, bailey_tcp_end_of(packet));
		own->max_win = max_t(u32, own->max_win, packet->tcp_window);
		return BAILEY_TCP_FITS;
	}
	begin(tcp, move->side, packet);
	tcp->answer = packet->tcp_seq + 1;
	/* What both will acknowledge, and resets would have */
	tcp->half[BAILEY_ORIGINATOR].max_ack = tcp->answer;
	tcp->half[BAILEY_RESPONDER].max_ack = tcp->syn + 1;
	agree(tcp);
	return BAILEY_TCP_FITS;
}

/*
 * A further SYN. One with another number is put aside, but remembered: if the
 * responder answers that one, the connection begins with it after all.
 */
static enum bailey_tcp_fit fit_syn(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	struct bailey_tcp_track *tcp = &move->track->tcp;
	u8 state = move->track->state;

	if ((state == BAILEY_TCP_SYN_SENT || state == BAILEY_TCP_SYN_SENT2) &&
	    (!seen(tcp, move->side) || packet->tcp_seq == syn_of(tcp, move->side)))
		return begin_again(move);
	if (move->side == BAILEY_ORIGINATOR && packet->tcp_seq != tcp->syn) {
		tcp->bits |= BAILEY_TCP_OTHER_SYN;
		tcp->bits &= ~BAILEY_TCP_TWO_ANSWERS;
		tcp->other = packet->tcp_seq;
	}
	return BAILEY_TCP_ASIDE;
}

/* Does it acknowledge the originator's SYN, with all or a part of the SYN's data? */
static bool acks_syn(const struct bailey_tcp_track *tcp, const struct bailey_packet *packet)
{
	return has_ack(packet) && bailey_seq_after(packet->tcp_ack, tcp->syn) &&
	       !bailey_seq_after(packet->tcp_ack, tcp->half[BAILEY_ORIGINATOR].end);
}

/* An ACK of the responder came before its SYN-ACK, which now says how to read it. */
static void count_overtaker(struct bailey_tcp_track *tcp, const struct bailey_tcp_half *early)
{
	struct bailey_tcp_half *own = &tcp->half[BAILEY_RESPONDER];
	struct bailey_tcp_half *other = &tcp->half[BAILEY_ORIGINATOR];
	u32 window = early->max_win << tcp->scale[BAILEY_RESPONDER];

	own->max_win = max_t(u32, own->max_win, window);
	other->max_end = bailey_seq_later(other->max_end, early->max_end + window);
}

/* The responder's answer to the originator's SYN. */
static void answer(const struct bailey_tcp_move *move)
{
	const struct bailey_packet *packet = move->packet;
	struct bailey_tcp_track *tcp = &move->track->tcp;
	struct bailey_tcp_half *own = &tcp->half[BAILEY_RESPONDER];
	struct bailey_tcp_half *other = &tcp->half[BAILEY_ORIGINATOR];
	struct bailey_tcp_half early = *own;

	begin(tcp, BAILEY_RESPONDER, packet);
	own->max_ack = packet->tcp_ack;
	/* What the originator will acknowledge, and a reset would have. */
	tcp->answer = packet->tcp_seq + 1;
	other->max_ack = tcp->answer;
	tcp->scale[BAILEY_ORIGINATOR] = tcp->syn_scale;
	agree(tcp);
	other->max_end = bailey_seq_later(other->end, packet->tcp_ack + packet->tcp_window);
	own->max_end = packet->tcp_seq + 1 + other->max_win;
	if (tcp->bits & BAILEY_TCP_CHALLENGED && early.max_win)
		count_overtaker(tcp, &early);
	/* Data in the SYN asked for no window. */
	own->max_win = max_t(u32, own->max_win, other->end - tcp->syn - 1);
	tcp->bits &= ~(BAILEY_TCP_SUCCEEDS | BAILEY_TCP_CHALLENGED);
}

/* Both ends begin anew where we remember a connection: its SYN was put aside. */
static enum bailey_tcp_fit restart(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_track *tcp = &move->track->tcp;

	tcp->syn = tcp->other;
	/* Not remembered: as large as can be, if the answer scales at all */
	tcp->syn_scale = SCALE_MOST;
	tcp->half[BAILEY_ORIGINATOR] = (struct bailey_tcp_half){
		.end = tcp->syn + 1,
		.max_end = tcp->syn + 1,
		.max_win = U16_MAX,
	};
	tcp->bits = BAILEY_TCP_SEEN << BAILEY_ORIGINATOR;
	answer(move);
	return BAILEY_TCP_ANEW;
}

/*
 * An ACK before any SYN-ACK: of a connection that the responder still has, which its
 * receiver is to reset (RFC 9293 3.5.1), or one that overtook its SYN-ACK.
 */
static enum bailey_tcp_fit challenge(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_track *tcp = &move->track->tcp;
	struct bailey_tcp_half *own = &tcp->half[BAILEY_RESPONDER];

	own->max_ack = move->packet->tcp_ack;
	if (acks_syn(tcp, move->packet)) {
		own->max_end = own->max_win ? bailey_seq_later(own->max_end, own->max_ack) :
					      own->max_ack;
		own->max_win = max_t(u32, own->max_win, move->packet->tcp_window);
	}
	tcp->bits |= BAILEY_TCP_CHALLENGED;
	return BAILEY_TCP_ASIDE;
}

/* May answers to an older SYN still be under way? */
static bool may_be_late(const struct bailey_tcp_track *tcp)
{
	return tcp->bits & (BAILEY_TCP_OTHER_SYN | BAILEY_TCP_SUCCEEDS);
}

static bool answers_other_syn(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	return move->side == BAILEY_RESPONDER && has_ack(move->packet) &&
	       tcp->bits & BAILEY_TCP_OTHER_SYN &&
	       move->packet->tcp_ack == tcp->other + 1;
}

/*
 * Another answer to the SYN, as SYN cookies give when that comes again later; or the
 * first one, which its own reset has overtaken.
 */
static bool is_other_answer(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	if (move->side != BAILEY_RESPONDER || !acks_syn(tcp, move->packet))
		return false;
	if (move->track->state == BAILEY_TCP_CLOSE)
		return !seen(tcp, BAILEY_RESPONDER);
	/* A SYN of the responder that came before may have been forged. */
	return (move->track->state == BAILEY_TCP_SYN_RECV ||
		move->track->state == BAILEY_TCP_SYN_SENT2) &&
	       move->packet->tcp_seq + 1 != tcp->answer;
}

static enum bailey_tcp_fit fit_syn_ack(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_track *tcp = &move->track->tcp;
	u8 state = move->track->state;

	if (state == BAILEY_TCP_SYN_SENT) {
		if (acks_syn(tcp, move->packet)) {
			answer(move);
			return BAILEY_TCP_FITS;
		}
		if (answers_other_syn(move))
			return restart(move);
		return may_be_late(tcp) ? challenge(move) : BAILEY_TCP_OUTSIDE;
	}
	if (answers_other_syn(move))
		return restart(move);
	if (is_other_answer(move)) {
		if (state == BAILEY_TCP_SYN_RECV && !(tcp->bits & BAILEY_TCP_OTHER_SYN)) {
			tcp->other = tcp->answer;
			tcp->bits |= BAILEY_TCP_TWO_ANSWERS;
		}
		answer(move);
		return BAILEY_TCP_FITS;
	}
	if (state == BAILEY_TCP_SYN_SENT2 || state == BAILEY_TCP_SYN_RECV)
		return fit_plain(move);
	/* A late copy tells nothing new, and its window is of another kind. */
	return bytes_fit(tcp, move->side, move->packet) && ack_fits(move) ?
	       BAILEY_TCP_ASIDE : BAILEY_TCP_OUTSIDE;
}

/* Before the responder has answered: RFC 9293 3.10.7.3, 3.5.2. */
static enum bailey_tcp_fit fit_early_reset(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;
	u32 seq = move->packet->tcp_seq;

	if (move->side == BAILEY_RESPONDER) {
		if (acks_syn(tcp, move->packet))
			return BAILEY_TCP_FITS;
		return may_be_late(tcp) && has_ack(move->packet) ?
		       BAILEY_TCP_ASIDE : BAILEY_TCP_OUTSIDE;
	}
	if (seq == tcp->half[BAILEY_ORIGINATOR].end || seq == tcp->syn + 1)
		return BAILEY_TCP_FITS;
	return tcp->bits & BAILEY_TCP_CHALLENGED &&
	       seq == tcp->half[BAILEY_RESPONDER].max_ack ? BAILEY_TCP_ASIDE :
							    BAILEY_TCP_OUTSIDE;
}

/* The SYN is refused after all, or once more; what number it has does not matter. */
static bool refuses_syn(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;

	switch (move->track->state) {
	case BAILEY_TCP_SYN_SENT2:
	case BAILEY_TCP_SYN_RECV:
		if (move->side == BAILEY_ORIGINATOR) /* where SYNs crossed */
			return has_ack(move->packet) &&
			       move->packet->tcp_ack == tcp->answer;
		return move->side == BAILEY_RESPONDER && acks_syn(tcp, move->packet);
	case BAILEY_TCP_CLOSE:
		/* Behind a long life most numbers would acknowledge the SYN. */
		return move->side == BAILEY_RESPONDER && acks_syn(tcp, move->packet) &&
		       (!seen(tcp, BAILEY_RESPONDER) ||
			move->packet->tcp_ack == tcp->syn + 1) &&
		       !(tcp->bits & BAILEY_TCP_PICKED_UP);
	default:
		return false;
	}
}

/* Exact: what its receiver expects next, or what its sender would send next. */
static enum bailey_tcp_fit fit_reset(const struct bailey_tcp_move *move)
{
	const struct bailey_tcp_track *tcp = &move->track->tcp;
	u32 seq = move->packet->tcp_seq;

	if (move->track->state == BAILEY_TCP_SYN_SENT)
		return fit_early_reset(move);
	if (seq == tcp->half[!move->side].max_ack || seq == tcp->half[move->side].end)
		return BAILEY_TCP_FITS;
	if (refuses_syn(move))
		return BAILEY_TCP_FITS;
	/* A SYN that was put aside is refused: that is between the ends. */
	return answers_other_syn(move) ||
	       bytes_fit(tcp, move->side, move->packet) ? BAILEY_TCP_ASIDE :
							  BAILEY_TCP_OUTSIDE;
}

static enum bailey_tcp_fit judge(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_track *tcp = &move->track->tcp;
	u8 state = move->track->state;

	if (state == BAILEY_TCP_NONE && move->segment == BAILEY_TCP_SEG_SYN) {
		begin(tcp, move->side, move->packet);
		return BAILEY_TCP_FITS;
	}
	if (!tcp->bits)
		return pick_up(move);
	switch (move->segment) {
	case BAILEY_TCP_SEG_SYN:
		return fit_syn(move);
	case BAILEY_TCP_SEG_SYN_ACK:
		return fit_syn_ack(move);
	case BAILEY_TCP_SEG_RST:
		return fit_reset(move);
	default:
		break;
	}
	/* Nothing of the responder's was seen, and perhaps there is nothing. */
	if (state == BAILEY_TCP_SYN_SENT ||
	    (state == BAILEY_TCP_CLOSE && move->side == BAILEY_RESPONDER &&
	     !seen(tcp, BAILEY_RESPONDER)))
		return move->packet->tcp_data ? BAILEY_TCP_OUTSIDE : challenge(move);
	return fit_plain(move);
}

/* This machine may not see all, but it goes by what it sees. */
static enum bailey_tcp_fit be_liberal(const struct bailey_tcp_move *move)
{
	struct bailey_tcp_half *other = &move->track->tcp.half[!move->side];

	absorb(move);
	if (has_ack(move->packet))
		other->end = bailey_seq_later(other->end, move->packet->tcp_ack);
	return BAILEY_TCP_FITS;
}

/**
 * bailey_tcp_fit() - judge a segment's numbers, and keep them
 * @move: the segment, with %BAILEY_PKT_SEQ, in a state in which its flags make
 *	  sense
 *
 * Return: &enum bailey_tcp_fit.
 */
enum bailey_tcp_fit bailey_tcp_fit(const struct bailey_tcp_move *move)
{
	enum bailey_tcp_fit ret = judge(move);

	if (ret == BAILEY_TCP_OUTSIDE && move->rules->liberal &&
	    move->segment != BAILEY_TCP_SEG_RST && both_seen(&move->track->tcp))
		return be_liberal(move);
	return ret;
}

/**
 * bailey_tcp_is_first_syn() - is this the SYN with which an answered connection began?
 * @tcp: the connection's numbers; may be changing on another CPU
 * @syn: a SYN with the connection's key, from either side
 *
 * Return: true for a copy of it.
 */
bool bailey_tcp_is_first_syn(const struct bailey_tcp_track *tcp,
			     const struct bailey_packet *syn)
{
	u8 bits = READ_ONCE(tcp->bits);

	return syn->flags & BAILEY_PKT_SEQ && bits & BAILEY_TCP_SEEN << BAILEY_RESPONDER &&
	       !(bits & BAILEY_TCP_PICKED_UP) && syn->tcp_seq == READ_ONCE(tcp->syn);
}

/**
 * bailey_tcp_quoted() - could this side have sent the packet that an error quotes?
 * @tcp: the connection's numbers
 * @quote: the quoted packet, with %BAILEY_PKT_SEQ
 * @side: whose address is its source
 *
 * RFC 5927 4.1: only what is under way may be quoted.
 *
 * Return: true if its first byte is among those that are.
 */
bool bailey_tcp_quoted(const struct bailey_tcp_track *tcp,
		       const struct bailey_packet *quote, u8 side)
{
	const struct bailey_tcp_half *own = &tcp->half[side];

	if (!tcp->bits)
		return true;
	if (!seen(tcp, side))
		return false;
	if (!seen(tcp, !side))
		return quote->tcp_seq == tcp->syn;
	return !bailey_seq_after(quote->tcp_seq, own->end) &&
	       !bailey_seq_after(bailey_tcp_low_edge(own, &tcp->half[!side]), quote->tcp_seq);
}
