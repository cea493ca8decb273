// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP: whose packet it is, by verification tags, and how far the association has
 * come, by chunks (RFC 9260 4, 5, 8.5, 9).
 *
 * DOC: Tags
 *
 * Each end chooses a tag in its INIT or INIT ACK, and every later packet to it carries
 * that tag: 32 bits that only the two ends and those on the path know. Example: client
 * C asks server S with INIT(5), tag 0, S answers with INIT ACK(9), tag 5; now tag[C] =
 * 5, tag[S] = 9, C's packets carry 9, S's carry 5. All else is forged, late, or of
 * another association, and is dropped; it changes nothing.
 *
 *	INIT has tag 0 (the parser sees to that), and gives one.
 *	ABORT and SHUTDOWN COMPLETE with the T bit come from an end that knows no
 *		association: they carry back the tag that was sent to it (8.5.1).
 *
 * Anybody can send an INIT. So it never replaces a tag that is known: it stands in
 * init[], the answer to it in answer[], and what carries these tags passes and moves
 * nothing, until one handshake is shown to be the true one. Before the association is
 * established that is the COOKIE ECHO, later (an end has lost its memory and begins
 * anew, 5.2.4) the COOKIE ACK of the end that remembered.
 *
 * Where an association is picked up (a HEARTBEAT on a path that is new here, or after
 * the table was lost), tags are learned as they come, the originator's guess at the
 * responder's tag again and again until the responder has answered.
 *
 * States are those of one path: of an end with several addresses, chunks may go
 * other ways, so that only what no end could send is refused. Pure functions;
 * locking as in conn.h.
 */
#include "sctp.h"

#define S(state)	BAILEY_SCTP_##state
#define CHUNK(chunk)	BAILEY_SCTP_##chunk

/*
 * [chunk][state] = state behind it; what is left out is refused. Either end may take
 * either part of each exchange, tags say which one could. SHUTDOWN_SENT stands for
 * SHUTDOWN_RECD, too, where it is the responder who closes.
 *
 * INIT in CLOSED is no transition: bailey_conn_reopens().
 */
static const u8 transitions[BAILEY_SCTP_CHUNK_COUNT][BAILEY_SCTP_STATE_COUNT] = {
	[CHUNK(INIT)] = {
		[S(NONE)] = S(COOKIE_WAIT),			/* a new association */
		[S(COOKIE_WAIT)] = S(COOKIE_WAIT),		/* sent again, or they crossed */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* likewise, or a stale cookie */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* restart: aside */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* gets a SHUTDOWN ACK */
		[S(HEARTBEAT_SENT)] = S(HEARTBEAT_SENT),	/* restart: aside */
	},
	[CHUNK(INIT_ACK)] = {
		[S(COOKIE_WAIT)] = S(COOKIE_WAIT),		/* the answer */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* late; or they crossed */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* late; or of a restart */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* late */
		[S(HEARTBEAT_SENT)] = S(HEARTBEAT_SENT),	/* of a restart */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(COOKIE_ECHO)] = {
		[S(NONE)] = S(COOKIE_ECHOED),			/* picked up in the handshake */
		[S(COOKIE_WAIT)] = S(COOKIE_ECHOED),		/* the third of four */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* sent again, or they crossed */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* its COOKIE ACK is lost */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* gets a SHUTDOWN ACK */
		[S(HEARTBEAT_SENT)] = S(HEARTBEAT_SENT),	/* of a restart */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(COOKIE_ACK)] = {
		[S(COOKIE_ECHOED)] = S(ESTABLISHED),		/* the handshake is complete */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* to a repeated COOKIE ECHO */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* late */
		[S(HEARTBEAT_SENT)] = S(ESTABLISHED),		/* of a restart */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(DATA)] = {
		[S(NONE)] = S(ESTABLISHED),			/* picked up in the middle */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* with the COOKIE ECHO */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* data, or their SACK */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* the other side's last */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* late */
		[S(HEARTBEAT_SENT)] = S(ESTABLISHED),		/* the path is in use */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(HEARTBEAT)] = {
		[S(NONE)] = S(HEARTBEAT_SENT),			/* a path that is new here */
		[S(COOKIE_WAIT)] = S(COOKIE_WAIT),		/* the cookie went another way */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* overtook the COOKIE ACK */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* all is well */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* late */
		[S(HEARTBEAT_SENT)] = S(HEARTBEAT_SENT),	/* sent again, or they crossed */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(HEARTBEAT_ACK)] = {
		[S(COOKIE_WAIT)] = S(ESTABLISHED),		/* the cookie went another way */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* overtook the COOKIE ACK */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* all is well */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* likewise */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* late */
		[S(HEARTBEAT_SENT)] = S(ESTABLISHED),		/* the path works */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(SHUTDOWN)] = {
		[S(NONE)] = S(SHUTDOWN_SENT),			/* picked up at its end */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* overtook the COOKIE ACK */
		[S(ESTABLISHED)] = S(SHUTDOWN_SENT),		/* closes */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_SENT),		/* sent again, or they crossed */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_RECD),		/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* its SHUTDOWN ACK is lost */
		[S(HEARTBEAT_SENT)] = S(SHUTDOWN_SENT),		/* closes */
		[S(CLOSED)] = S(CLOSED),			/* was under way at the end */
	},
	[CHUNK(SHUTDOWN_ACK)] = {
		[S(COOKIE_WAIT)] = S(COOKIE_WAIT),		/* of the one before: 8.5.1 E */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* likewise */
		[S(ESTABLISHED)] = S(SHUTDOWN_ACK_SENT),	/* SHUTDOWN went another way */
		[S(SHUTDOWN_SENT)] = S(SHUTDOWN_ACK_SENT),	/* the answer */
		[S(SHUTDOWN_RECD)] = S(SHUTDOWN_ACK_SENT),	/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(SHUTDOWN_ACK_SENT),	/* sent again */
		[S(HEARTBEAT_SENT)] = S(SHUTDOWN_ACK_SENT),	/* SHUTDOWN went another way */
		[S(CLOSED)] = S(CLOSED),			/* SHUTDOWN COMPLETE is lost */
	},
	[CHUNK(SHUTDOWN_COMPLETE)] = {
		[S(COOKIE_WAIT)] = S(COOKIE_WAIT),		/* of the one before */
		[S(COOKIE_ECHOED)] = S(COOKIE_ECHOED),		/* likewise */
		[S(ESTABLISHED)] = S(ESTABLISHED),		/* its receiver discards it */
		[S(SHUTDOWN_SENT)] = S(CLOSED),			/* SHUTDOWN ACK went another way */
		[S(SHUTDOWN_RECD)] = S(CLOSED),			/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(CLOSED),		/* the last of three */
		[S(HEARTBEAT_SENT)] = S(HEARTBEAT_SENT),	/* likewise */
		[S(CLOSED)] = S(CLOSED),			/* to a repeated SHUTDOWN ACK */
	},
	[CHUNK(ABORT)] = {
		[S(COOKIE_WAIT)] = S(CLOSED),			/* refused, or given up */
		[S(COOKIE_ECHOED)] = S(CLOSED),			/* likewise */
		[S(ESTABLISHED)] = S(CLOSED),			/* broken off */
		[S(SHUTDOWN_SENT)] = S(CLOSED),			/* likewise */
		[S(SHUTDOWN_RECD)] = S(CLOSED),			/* likewise */
		[S(SHUTDOWN_ACK_SENT)] = S(CLOSED),		/* likewise */
		[S(HEARTBEAT_SENT)] = S(CLOSED),		/* nobody knows it there */
		[S(CLOSED)] = S(CLOSED),			/* once for each late packet */
	},
};

/* What a packet's tag says. */
enum fit {
	FITS,		/* it is the association's, and moves it */
	ASIDE,		/* the other end is to judge it; it moves nothing */
	ANEW,		/* one handshake of several is shown to be the true one */
	OUTSIDE,	/* none of its */
};

/* A packet on its way through the tags: from side @a to side @b. */
struct move {
	const struct bailey_packet *packet;
	struct bailey_track *track;
	u8 a;
	u8 b;
};

static bool has(const struct bailey_packet *packet, enum bailey_sctp_chunk chunk)
{
	return packet->sctp_chunks & 1 << chunk;
}

/* 0 is no tag. */
static bool same(u32 tag, u32 other)
{
	return tag && tag == other;
}

static bool is_early(u8 state)
{
	return state == BAILEY_SCTP_COOKIE_WAIT || state == BAILEY_SCTP_COOKIE_ECHOED;
}

/* An INIT. Only the first one is taken at its word. */
static enum fit fit_init(const struct move *m)
{
	struct bailey_sctp_track *sctp = &m->track->sctp;
	u32 tag = m->packet->sctp_init;

	if (m->track->state == BAILEY_SCTP_NONE) {
		sctp->tag[m->a] = tag;
		return FITS;
	}
	if (tag != sctp->tag[m->a] && tag != sctp->init[m->a]) {
		sctp->init[m->a] = tag;
		sctp->answer[m->b] = 0;
	}
	return is_early(m->track->state) ? FITS : ASIDE;
}

/* An INIT ACK, whose tag says which INIT it answers. */
static enum fit fit_init_ack(const struct move *m)
{
	struct bailey_sctp_track *sctp = &m->track->sctp;
	u32 tag = m->packet->sctp_init;
	bool early = is_early(m->track->state);

	if (same(sctp->tag[m->b], m->packet->sctp_tag)) {
		if (early && !sctp->tag[m->a])
			sctp->tag[m->a] = tag;
		if (tag == sctp->tag[m->a])
			return early ? FITS : ASIDE;
	} else if (!same(sctp->init[m->b], m->packet->sctp_tag)) {
		return OUTSIDE;
	}
	/* Each answer has a tag of its own: whichever the cookie comes back with. */
	sctp->init[m->b] = m->packet->sctp_tag;
	sctp->answer[m->a] = tag;
	return early ? FITS : ASIDE;
}

/* The association has the tags of @initiator's INIT and of the answer to it. */
static void adopt(struct bailey_sctp_track *sctp, u8 initiator)
{
	struct bailey_sctp_track now = { .old = { 0 } };

	now.tag[initiator] = sctp->init[initiator];
	now.tag[!initiator] = sctp->answer[!initiator];
	*sctp = now;
}

/* Does it show that the handshake of the later INIT is the one that counts? */
static bool proves_later(const struct move *m, u8 *initiator)
{
	const struct bailey_sctp_track *sctp = &m->track->sctp;
	u32 tag = m->packet->sctp_tag;

	if (is_early(m->track->state) && has(m->packet, BAILEY_SCTP_COOKIE_ECHO) &&
	    same(sctp->answer[m->b], tag)) {
		*initiator = m->a;
		return true;
	}
	*initiator = m->b;
	return has(m->packet, BAILEY_SCTP_COOKIE_ACK) && sctp->answer[m->a] &&
	       same(sctp->init[m->b], tag);
}

/* T bit: the tag is that of the sender. */
static enum fit fit_reflected(const struct move *m)
{
	const struct bailey_sctp_track *sctp = &m->track->sctp;
	u32 tag = m->packet->sctp_tag;

	if (same(sctp->tag[m->a], tag))
		return FITS;
	if (same(sctp->init[m->a], tag) || same(sctp->answer[m->a], tag) ||
	    same(sctp->old[m->a], tag))
		return ASIDE;
	return OUTSIDE;
}

/* A tag that nobody has said yet: whoever comes is believed, but not to end it. */
static enum fit learn(const struct move *m)
{
	struct bailey_sctp_track *sctp = &m->track->sctp;
	u8 state = m->track->state;

	if (state == BAILEY_SCTP_COOKIE_WAIT || state == BAILEY_SCTP_CLOSED)
		return OUTSIDE;
	if (has(m->packet, BAILEY_SCTP_ABORT) ||
	    has(m->packet, BAILEY_SCTP_SHUTDOWN_COMPLETE))
		return ASIDE;
	sctp->tag[m->b] = m->packet->sctp_tag;
	return FITS;
}

static enum fit fit(const struct move *m)
{
	const struct bailey_packet *packet = m->packet;
	struct bailey_sctp_track *sctp = &m->track->sctp;
	u32 tag = packet->sctp_tag;
	u8 initiator;

	if (has(packet, BAILEY_SCTP_INIT))
		return fit_init(m);
	if (has(packet, BAILEY_SCTP_INIT_ACK))
		return fit_init_ack(m);
	if (packet->sctp_reflected)
		return fit_reflected(m);
	if (same(sctp->tag[m->b], tag))
		return FITS;
	if (proves_later(m, &initiator)) {
		adopt(sctp, initiator);
		return ANEW;
	}
	if (same(sctp->init[m->b], tag) || same(sctp->answer[m->b], tag))
		return ASIDE;
	if (same(sctp->old[m->b], tag) && has(packet, BAILEY_SCTP_SHUTDOWN_ACK))
		return ASIDE;
	/* What is known from one side alone is a guess, while nobody has answered. */
	return sctp->tag[m->a] && sctp->tag[m->b] ? OUTSIDE : learn(m);
}

/* The state behind all of a packet's chunks; %BAILEY_SCTP_NONE if one is refused. */
static u8 state_behind(const struct bailey_packet *packet, u8 side, u8 from)
{
	u8 state = from, chunk, to;

	/* An ABORT may have the reason for it in front, of which nothing follows. */
	if (has(packet, BAILEY_SCTP_ABORT))
		return transitions[BAILEY_SCTP_ABORT][from];
	for (chunk = 0; chunk < BAILEY_SCTP_CHUNK_COUNT; chunk++) {
		if (!has(packet, chunk))
			continue;
		to = transitions[chunk][state];
		if (to == BAILEY_SCTP_NONE)
			return BAILEY_SCTP_NONE;
		if (to == BAILEY_SCTP_SHUTDOWN_SENT && to != state &&
		    side == BAILEY_RESPONDER)
			to = BAILEY_SCTP_SHUTDOWN_RECD;
		state = to;
	}
	return state;
}

/* Whom nobody answers is not believed for long, as with TCP. */
static u32 sctp_timeout(u8 state, u8 flags, const struct bailey_timeouts *timeouts)
{
	const u32 *t = timeouts->sctp;

	if (state == BAILEY_SCTP_ESTABLISHED && !(flags & BAILEY_CONN_REPLIED))
		return min_t(u32, t[BAILEY_SCTP_HEARTBEAT_SENT], t[state]);
	return t[state];
}

static void move_on(struct bailey_track *track, u8 state, u8 side)
{
	if (side == BAILEY_RESPONDER)
		track->flags |= BAILEY_CONN_REPLIED;
	if (state == BAILEY_SCTP_ESTABLISHED && track->flags & BAILEY_CONN_REPLIED)
		track->flags |= BAILEY_CONN_ASSURED;
	track->state = state;
}

/**
 * bailey_sctp_step() - what a packet makes of an association
 * @packet: the packet, with %BAILEY_PKT_TAG
 * @side: which side sent it
 * @rules: what the namespace has set
 * @next: comes in as the association is (%BAILEY_SCTP_NONE for a new one) and goes
 *	  out as the packet leaves it; of no use when it is refused
 *
 * Return: BAILEY_PASS, BAILEY_DROP_SCTP_TAG or BAILEY_DROP_SCTP_STATE.
 */
enum bailey_reason bailey_sctp_step(const struct bailey_packet *packet, u8 side,
				    const struct bailey_track_rules *rules,
				    struct bailey_conn_next *next)
{
	struct bailey_track *track = &next->track;
	const struct move m = {
		.packet = packet,
		.track = track,
		.a = side,
		.b = !side,
	};
	u8 state;

	next->timeout = 0;
	state = state_behind(packet, side, track->state);
	switch (fit(&m)) {
	case OUTSIDE:
		return BAILEY_DROP_SCTP_TAG;
	case ASIDE:
		return state == BAILEY_SCTP_NONE ? BAILEY_DROP_SCTP_STATE : BAILEY_PASS;
	case ANEW:
		state = state_behind(packet, side, has(packet, BAILEY_SCTP_COOKIE_ACK) ?
				     BAILEY_SCTP_COOKIE_ECHOED : BAILEY_SCTP_COOKIE_WAIT);
		break;
	case FITS:
		break;
	}
	if (state == BAILEY_SCTP_NONE)
		return BAILEY_DROP_SCTP_STATE;
	move_on(track, state, side);
	next->timeout = sctp_timeout(state, track->flags, rules->timeouts);
	return BAILEY_PASS;
}

/**
 * bailey_sctp_succeeds() - a new association takes the place of one that has ended
 * @sctp: the new one's tags
 * @old: those of the one that has ended
 * @turned: its originator is the new one's responder
 *
 * An end that has not heard SHUTDOWN COMPLETE answers an INIT with a SHUTDOWN ACK of
 * the old one (RFC 9260 9.2).
 */
void bailey_sctp_succeeds(struct bailey_sctp_track *sctp,
			  const struct bailey_sctp_track *old, bool turned)
{
	sctp->old[0] = old->tag[turned];
	sctp->old[1] = old->tag[!turned];
}

/**
 * bailey_sctp_quoted() - could this side have sent the packet that an error quotes?
 * @sctp: the association's tags
 * @quote: the quoted packet, with %BAILEY_PKT_TAG
 * @side: whose address is its source
 *
 * RFC 9260 10: the tag must be the other side's; without one it must be an INIT, quoted
 * far enough to show the tag that it gives.
 *
 * Return: true if its tag says so.
 */
bool bailey_sctp_quoted(const struct bailey_sctp_track *sctp,
			const struct bailey_packet *quote, u8 side)
{
	u32 tag = quote->sctp_tag;

	if (!tag)
		return has(quote, BAILEY_SCTP_INIT) &&
		       (same(sctp->tag[side], quote->sctp_init) ||
			same(sctp->init[side], quote->sctp_init));
	return same(sctp->tag[!side], tag) || same(sctp->init[!side], tag) ||
	       same(sctp->answer[!side], tag);
}

/**
 * bailey_sctp_state_name() - the name that nf_conntrack prints for a state
 * @state: &enum bailey_sctp_state
 *
 * Return: a static string; "?" for a number that is no state.
 */
const char *bailey_sctp_state_name(u8 state)
{
	static const char * const names[] = BAILEY_SCTP_STATE_NAMES;

	static_assert(ARRAY_SIZE(names) == BAILEY_SCTP_STATE_COUNT);
	return state < BAILEY_SCTP_STATE_COUNT ? names[state] : "?";
}
