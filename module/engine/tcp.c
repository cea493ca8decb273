// SPDX-License-Identifier: GPL-2.0
/*
 * How far a TCP connection has come: states, by flags (RFC 9293 3.3.2) and by what
 * numbers say (tcp_window.c).
 *
 * The table refuses a segment only where no end, however late, repeated or
 * reordered its segments come, could have sent it with these flags. Whether it is
 * one of theirs, its numbers say. Pure functions; locking as in conn.h.
 */
#include "tcp.h"

/* The combinations that stacks send, PSH left out: it goes with all of them. */
#define FLAGS(flags)	(1ULL << (flags))

static const u64 valid_flags =
	FLAGS(BAILEY_TCP_SYN) |
	FLAGS(BAILEY_TCP_SYN | BAILEY_TCP_URG) |
	FLAGS(BAILEY_TCP_SYN | BAILEY_TCP_ACK) |
	FLAGS(BAILEY_TCP_ACK) |
	FLAGS(BAILEY_TCP_ACK | BAILEY_TCP_URG) |
	FLAGS(BAILEY_TCP_FIN | BAILEY_TCP_ACK) |
	FLAGS(BAILEY_TCP_FIN | BAILEY_TCP_ACK | BAILEY_TCP_URG) |
	FLAGS(BAILEY_TCP_RST) |
	FLAGS(BAILEY_TCP_RST | BAILEY_TCP_ACK);

#define S(state)	BAILEY_TCP_##state
#define SEG(segment)	BAILEY_TCP_SEG_##segment

/*
 * [role][segment][state] = state behind it; what is left out is refused.
 *
 * The first role is the originator's, the second the responder's. Only for ACK
 * and FIN while the connection closes (FIN_WAIT to TIME_WAIT) they are that of
 * the side which sent the first FIN, and of the other: see role_of().
 *
 * A new SYN in TIME_WAIT and CLOSE is no transition: bailey_conn_reopens().
 */
static const u8 transitions[2][BAILEY_TCP_SEG_COUNT][BAILEY_TCP_STATE_COUNT] = {
	[0] = {
		[SEG(SYN)] = {
			[S(NONE)] = S(SYN_SENT),		/* a new connection */
			[S(SYN_SENT)] = S(SYN_SENT),		/* sent again */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* sent again, they crossed */
			[S(SYN_RECV)] = S(SYN_RECV),		/* crossed the SYN-ACK */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* rebooted; gets a challenge ACK */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* a late copy of the first */
			[S(CLOSE)] = S(CLOSE),			/* likewise */
		},
		[SEG(SYN_ACK)] = {
			[S(SYN_SENT2)] = S(SYN_RECV),		/* simultaneous open, answered */
			[S(SYN_RECV)] = S(SYN_RECV),		/* likewise, the second answer */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* a late copy */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* likewise */
			[S(CLOSE)] = S(CLOSE),			/* likewise */
		},
		[SEG(ACK)] = {
			[S(NONE)] = S(ESTABLISHED),		/* picked up in the middle */
			[S(SYN_SENT2)] = S(SYN_RECV),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(ESTABLISHED),		/* the handshake is complete */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* data, or their ACK */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* behind its own FIN */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* still takes data */
			[S(LAST_ACK)] = S(TIME_WAIT),		/* the second FIN is acknowledged */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* to a repeated FIN */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG(FIN)] = {
			[S(NONE)] = S(FIN_WAIT),		/* picked up at its end */
			[S(SYN_SENT2)] = S(FIN_WAIT),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(FIN_WAIT),		/* with the handshake's ACK */
			[S(ESTABLISHED)] = S(FIN_WAIT),		/* the first FIN */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* sent again */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* sent again, its ACK is lost */
			[S(LAST_ACK)] = S(LAST_ACK),		/* sent again, both cross */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* likewise */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG(RST)] = {
			[S(SYN_SENT)] = S(CLOSE),		/* given up, or a stale answer */
			[S(SYN_SENT2)] = S(CLOSE),		/* given up */
			[S(SYN_RECV)] = S(CLOSE),		/* does not want the answer */
			[S(ESTABLISHED)] = S(CLOSE),		/* broken off */
			[S(FIN_WAIT)] = S(CLOSE),		/* broken off */
			[S(CLOSE_WAIT)] = S(CLOSE),		/* takes no more data */
			[S(LAST_ACK)] = S(CLOSE),		/* broken off */
			[S(TIME_WAIT)] = S(CLOSE),		/* has forgotten it */
			[S(CLOSE)] = S(CLOSE),			/* once for each late segment */
		},
	},
	[1] = {
		[SEG(SYN)] = {
			[S(SYN_SENT)] = S(SYN_SENT2),		/* simultaneous open */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* sent again */
			[S(SYN_RECV)] = S(SYN_RECV),		/* sent again, they crossed */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* rebooted; gets a challenge ACK */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
		},
		[SEG(SYN_ACK)] = {
			[S(SYN_SENT)] = S(SYN_RECV),		/* the answer */
			[S(SYN_SENT2)] = S(SYN_RECV),		/* simultaneous open, answered */
			[S(SYN_RECV)] = S(SYN_RECV),		/* sent again */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* sent again, its ACK is lost */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* a late copy */
			[S(CLOSE)] = S(CLOSE),			/* crossed the reset */
		},
		[SEG(ACK)] = {
			[S(SYN_SENT)] = S(SYN_SENT),		/* challenge of an older one */
			[S(SYN_SENT2)] = S(SYN_RECV),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(SYN_RECV),		/* data right behind the SYN-ACK */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* data, or their ACK */
			[S(FIN_WAIT)] = S(CLOSE_WAIT),		/* the first FIN is acknowledged */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* still sends data */
			[S(LAST_ACK)] = S(LAST_ACK),		/* behind its own FIN */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* a late copy */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG(FIN)] = {
			[S(SYN_SENT)] = S(SYN_SENT),		/* of an older connection */
			[S(SYN_SENT2)] = S(FIN_WAIT),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(FIN_WAIT),		/* accepted and closed at once */
			[S(ESTABLISHED)] = S(FIN_WAIT),		/* the first FIN */
			[S(FIN_WAIT)] = S(LAST_ACK),		/* the second FIN */
			[S(CLOSE_WAIT)] = S(LAST_ACK),		/* the second FIN */
			[S(LAST_ACK)] = S(LAST_ACK),		/* sent again */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* sent again, its ACK is lost */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG(RST)] = {
			[S(SYN_SENT)] = S(CLOSE),		/* refused */
			[S(SYN_SENT2)] = S(CLOSE),		/* given up */
			[S(SYN_RECV)] = S(CLOSE),		/* given up */
			[S(ESTABLISHED)] = S(CLOSE),		/* broken off */
			[S(FIN_WAIT)] = S(CLOSE),		/* broken off */
			[S(CLOSE_WAIT)] = S(CLOSE),		/* broken off */
			[S(LAST_ACK)] = S(CLOSE),		/* broken off */
			[S(TIME_WAIT)] = S(CLOSE),		/* has forgotten it */
			[S(CLOSE)] = S(CLOSE),			/* once for each late segment */
		},
	},
};

/**
 * bailey_tcp_segment_of() - what a segment is
 * @tcp_flags: its flags; PSH goes with all of them
 *
 * Return: &enum bailey_tcp_segment.
 */
enum bailey_tcp_segment bailey_tcp_segment_of(u8 tcp_flags)
{
	u8 flags = tcp_flags & BAILEY_TCP_FLAGS & ~BAILEY_TCP_PSH;

	if (!(valid_flags >> flags & 1))
		return BAILEY_TCP_SEG_INVALID;
	if (flags & BAILEY_TCP_RST)
		return BAILEY_TCP_SEG_RST;
	if (flags & BAILEY_TCP_SYN)
		return flags & BAILEY_TCP_ACK ? BAILEY_TCP_SEG_SYN_ACK : BAILEY_TCP_SEG_SYN;
	return flags & BAILEY_TCP_FIN ? BAILEY_TCP_SEG_FIN : BAILEY_TCP_SEG_ACK;
}

static bool closing(u8 state)
{
	return state >= BAILEY_TCP_FIN_WAIT && state <= BAILEY_TCP_TIME_WAIT;
}

/* Who opened matters to the SYNs, who closed first to the rest. */
static u8 role_of(enum bailey_tcp_segment segment, u8 state, u8 last_dir, u8 side)
{
	if (closing(state) &&
	    (segment == BAILEY_TCP_SEG_ACK || segment == BAILEY_TCP_SEG_FIN))
		return side ^ last_dir;
	return side;
}

/*
 * Two things that nf_conntrack's numbers alone would get wrong: days for whoever
 * sends a lone ACK that nobody answers, and one minute for a connection whose
 * one half goes on with its work after the other is closed.
 */
static u32 tcp_timeout(u8 state, u8 flags, const struct bailey_timeouts *timeouts)
{
	const u32 *t = timeouts->tcp;

	if (state == BAILEY_TCP_ESTABLISHED && !(flags & BAILEY_CONN_REPLIED))
		return min_t(u32, t[BAILEY_TCP_SYN_SENT], t[state]);
	if (state == BAILEY_TCP_CLOSE_WAIT && flags & BAILEY_CONN_HALF_CLOSED)
		return max_t(u32, t[BAILEY_TCP_ESTABLISHED], t[state]);
	return t[state];
}

static bool has_data(const struct bailey_packet *packet)
{
	return packet->len > packet->payload_off + packet->tcp_header;
}

/* An ACK has answered a FIN only if it acknowledges it, and all before it. */
static bool answers_fin(const struct bailey_track *track, u8 side,
			const struct bailey_packet *packet)
{
	return !(packet->flags & BAILEY_PKT_SEQ) ||
	       packet->tcp_ack == track->tcp.half[!side].end;
}

/* The state behind a segment that fits. */
static u8 state_behind(const struct bailey_track *track, enum bailey_tcp_segment segment,
		       u8 side, u8 state, const struct bailey_packet *packet)
{
	/* Both FINs cross, and one comes again with what its lost ACK said. */
	if (segment == BAILEY_TCP_SEG_FIN && state == BAILEY_TCP_LAST_ACK &&
	    track->state == BAILEY_TCP_LAST_ACK && side == track->last_dir &&
	    packet->flags & BAILEY_PKT_SEQ && answers_fin(track, side, packet))
		return BAILEY_TCP_TIME_WAIT;
	if (segment == BAILEY_TCP_SEG_ACK && state != track->state &&
	    (state == BAILEY_TCP_CLOSE_WAIT || state == BAILEY_TCP_TIME_WAIT) &&
	    !answers_fin(track, side, packet))
		return track->state;
	return state;
}

static u8 flags_behind(const struct bailey_track *track, u8 state, u8 role, u8 side,
		       const struct bailey_packet *packet)
{
	u8 flags = track->flags;

	if (side == BAILEY_RESPONDER)
		flags |= BAILEY_CONN_REPLIED;
	if (state == BAILEY_TCP_ESTABLISHED && flags & BAILEY_CONN_REPLIED)
		flags |= BAILEY_CONN_ASSURED;
	if (state != BAILEY_TCP_CLOSE_WAIT)
		flags &= ~BAILEY_CONN_HALF_CLOSED;
	else if (track->state == BAILEY_TCP_CLOSE_WAIT && role == 1 && has_data(packet))
		flags |= BAILEY_CONN_HALF_CLOSED;
	return flags;
}

static void move_on(struct bailey_track *track, u8 state, u8 role, u8 side,
		    const struct bailey_packet *packet)
{
	u8 flags = flags_behind(track, state, role, side, packet);

	if (!closing(state))
		track->last_dir = 0;
	else if (!closing(track->state))
		track->last_dir = side;
	track->flags = flags;
	track->state = state;
}

/* What the numbers say, if there are any. */
static enum bailey_tcp_fit fit(const struct bailey_tcp_move *move)
{
	return move->packet->flags & BAILEY_PKT_SEQ ? bailey_tcp_fit(move) :
						      BAILEY_TCP_FITS;
}

/**
 * bailey_tcp_step() - what a segment makes of a connection
 * @packet: the segment
 * @side: which side sent it
 * @rules: what the namespace has set
 * @next: comes in as the connection is (%BAILEY_TCP_NONE for a new one) and goes
 *	  out as the segment leaves it; of no use when it is refused
 *
 * Return: BAILEY_PASS; BAILEY_DROP_TCP_FLAGS, BAILEY_DROP_TCP_STATE or
 * BAILEY_DROP_TCP_WINDOW.
 */
enum bailey_reason bailey_tcp_step(const struct bailey_packet *packet, u8 side,
				   const struct bailey_track_rules *rules,
				   struct bailey_conn_next *next)
{
	struct bailey_track *track = &next->track;
	struct bailey_tcp_move move = {
		.packet = packet,
		.rules = rules,
		.track = track,
		.segment = bailey_tcp_segment_of(packet->tcp_flags),
		.side = side,
	};
	u8 role, state;

	next->timeout = 0;
	if (move.segment == BAILEY_TCP_SEG_INVALID)
		return BAILEY_DROP_TCP_FLAGS;
	role = role_of(move.segment, track->state, track->last_dir, side);
	state = transitions[role][move.segment][track->state];
	if (state == BAILEY_TCP_NONE)
		return BAILEY_DROP_TCP_STATE;
	switch (fit(&move)) {
	case BAILEY_TCP_OUTSIDE:
		return BAILEY_DROP_TCP_WINDOW;
	case BAILEY_TCP_ASIDE:
		return BAILEY_PASS;
	case BAILEY_TCP_ANEW:
		state = BAILEY_TCP_SYN_RECV;
		break;
	case BAILEY_TCP_FITS:
		state = state_behind(track, move.segment, side, state, packet);
		break;
	}
	move_on(track, state, role, side, packet);
	next->timeout = tcp_timeout(state, track->flags, rules->timeouts);
	return BAILEY_PASS;
}

/**
 * bailey_tcp_state_name() - the name that nf_conntrack prints for a state
 * @state: &enum bailey_tcp_state
 *
 * Return: a static string; "?" for a number that is no state.
 */
const char *bailey_tcp_state_name(u8 state)
{
	static const char * const names[] = BAILEY_TCP_STATE_NAMES;

	static_assert(ARRAY_SIZE(names) == BAILEY_TCP_STATE_COUNT);
	return state < BAILEY_TCP_STATE_COUNT ? names[state] : "?";
}
