// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a connection: keys, TCP states, timeouts.
 *
 * TCP is judged by flags alone; sequence windows will narrow what is let through
 * here. So a segment is refused only where no end, however late, repeated or
 * reordered its segments come, could have sent it. Everything is a pure
 * function: fields that another CPU may change are read once, with READ_ONCE().
 */
#include "conn.h"

const struct bailey_timeouts bailey_timeouts_default = {
	.tcp = {
		[BAILEY_TCP_SYN_SENT] = 120,
		[BAILEY_TCP_SYN_RECV] = 60,
		[BAILEY_TCP_ESTABLISHED] = 432000,
		[BAILEY_TCP_FIN_WAIT] = 120,
		[BAILEY_TCP_CLOSE_WAIT] = 60,
		[BAILEY_TCP_LAST_ACK] = 30,
		[BAILEY_TCP_TIME_WAIT] = 120,
		[BAILEY_TCP_CLOSE] = 10,
		[BAILEY_TCP_SYN_SENT2] = 120,
	},
	.udp = 30,
	.udp_stream = 180,
	.icmp = 30,
	.other = 600,
};

/* What a segment is, by its flags. */
enum segment {
	SEG_SYN,
	SEG_SYN_ACK,
	SEG_ACK,
	SEG_FIN,
	SEG_RST,
	SEG_COUNT,
	SEG_INVALID = SEG_COUNT
};

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

/*
 * [role][segment][state] = state behind it; what is left out is refused.
 *
 * The first role is the originator's, the second the responder's. Only for ACK
 * and FIN while the connection closes (FIN_WAIT to TIME_WAIT) they are that of
 * the side which sent the first FIN, and of the other: see role_of().
 *
 * SYN in TIME_WAIT and CLOSE is no transition: bailey_conn_reopens().
 */
static const u8 transitions[2][SEG_COUNT][BAILEY_TCP_STATE_COUNT] = {
	[0] = {
		[SEG_SYN] = {
			[S(NONE)] = S(SYN_SENT),		/* a new connection */
			[S(SYN_SENT)] = S(SYN_SENT),		/* sent again */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* sent again, they crossed */
			[S(SYN_RECV)] = S(SYN_RECV),		/* crossed the SYN-ACK */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* rebooted; gets a challenge ACK */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
		},
		[SEG_SYN_ACK] = {
			[S(SYN_SENT2)] = S(SYN_RECV),		/* simultaneous open, answered */
			[S(SYN_RECV)] = S(SYN_RECV),		/* likewise, the second answer */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* a late copy */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* likewise */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* likewise */
			[S(LAST_ACK)] = S(LAST_ACK),		/* likewise */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* likewise */
			[S(CLOSE)] = S(CLOSE),			/* likewise */
		},
		[SEG_ACK] = {
			[S(NONE)] = S(ESTABLISHED),		/* picked up in the middle */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(ESTABLISHED),		/* the handshake is complete */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* data, or their ACK */
			[S(FIN_WAIT)] = S(FIN_WAIT),		/* behind its own FIN */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* still takes data */
			[S(LAST_ACK)] = S(TIME_WAIT),		/* the second FIN is acknowledged */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* to a repeated FIN */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG_FIN] = {
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
		[SEG_RST] = {
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
		[SEG_SYN] = {
			[S(SYN_SENT)] = S(SYN_SENT2),		/* simultaneous open */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* sent again */
			[S(SYN_RECV)] = S(SYN_RECV),		/* sent again, they crossed */
		},
		[SEG_SYN_ACK] = {
			[S(SYN_SENT)] = S(SYN_RECV),		/* the answer */
			[S(SYN_SENT2)] = S(SYN_RECV),		/* simultaneous open, answered */
			[S(SYN_RECV)] = S(SYN_RECV),		/* sent again */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* sent again, its ACK is lost */
			[S(FIN_WAIT)] = S(SYN_RECV),		/* likewise, or a new beginning */
			[S(CLOSE_WAIT)] = S(SYN_RECV),		/* likewise */
			[S(LAST_ACK)] = S(SYN_RECV),		/* likewise */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* a late copy */
			[S(CLOSE)] = S(CLOSE),			/* crossed the reset */
		},
		[SEG_ACK] = {
			[S(SYN_SENT)] = S(SYN_SENT),		/* challenge of an older one */
			[S(SYN_SENT2)] = S(SYN_SENT2),		/* overtook its SYN-ACK */
			[S(SYN_RECV)] = S(SYN_RECV),		/* data right behind the SYN-ACK */
			[S(ESTABLISHED)] = S(ESTABLISHED),	/* data, or their ACK */
			[S(FIN_WAIT)] = S(CLOSE_WAIT),		/* the first FIN is acknowledged */
			[S(CLOSE_WAIT)] = S(CLOSE_WAIT),	/* still sends data */
			[S(LAST_ACK)] = S(LAST_ACK),		/* behind its own FIN */
			[S(TIME_WAIT)] = S(TIME_WAIT),		/* a late copy */
			[S(CLOSE)] = S(CLOSE),			/* was under way at the reset */
		},
		[SEG_FIN] = {
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
		[SEG_RST] = {
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

static enum segment segment_of(u8 flags)
{
	flags &= BAILEY_TCP_FLAGS & ~BAILEY_TCP_PSH;
	if (!(valid_flags >> flags & 1))
		return SEG_INVALID;
	if (flags & BAILEY_TCP_RST)
		return SEG_RST;
	if (flags & BAILEY_TCP_SYN)
		return flags & BAILEY_TCP_ACK ? SEG_SYN_ACK : SEG_SYN;
	return flags & BAILEY_TCP_FIN ? SEG_FIN : SEG_ACK;
}

static bool closing(u8 state)
{
	return state >= BAILEY_TCP_FIN_WAIT && state <= BAILEY_TCP_TIME_WAIT;
}

/* Who opened matters to the SYNs, who closed first to the rest. */
static u8 role_of(enum segment segment, u8 state, u8 last_dir, u8 side)
{
	if (closing(state) && (segment == SEG_ACK || segment == SEG_FIN))
		return side ^ last_dir;
	return side;
}

static bool is_udp(u8 proto)
{
	return proto == BAILEY_PROTO_UDP || proto == BAILEY_PROTO_UDPLITE;
}

static u32 udp_timeout(u8 flags, const struct bailey_timeouts *timeouts)
{
	return flags & BAILEY_CONN_STREAM ? timeouts->udp_stream : timeouts->udp;
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

static u8 tcp_flags_after(const struct bailey_conn_next *next, u8 state, u8 role,
			  u8 side, const struct bailey_packet *packet)
{
	u8 flags = next->flags;

	if (side == BAILEY_RESPONDER)
		flags |= BAILEY_CONN_REPLIED;
	if (next->state == BAILEY_TCP_ESTABLISHED && flags & BAILEY_CONN_REPLIED)
		flags |= BAILEY_CONN_ASSURED;
	if (next->state != BAILEY_TCP_CLOSE_WAIT)
		flags &= ~BAILEY_CONN_HALF_CLOSED;
	else if (state == BAILEY_TCP_CLOSE_WAIT && role == 1 && has_data(packet))
		flags |= BAILEY_CONN_HALF_CLOSED;
	return flags;
}

/* @next comes in as the connection is and goes out as the segment leaves it. */
static enum bailey_reason tcp_step(const struct bailey_packet *packet, u8 side,
				   const struct bailey_timeouts *timeouts,
				   struct bailey_conn_next *next)
{
	enum segment segment = segment_of(packet->tcp_flags);
	u8 state = next->state;
	u8 role;

	if (segment == SEG_INVALID)
		return BAILEY_DROP_TCP_FLAGS;
	role = role_of(segment, state, next->last_dir, side);
	next->state = transitions[role][segment][state];
	if (next->state == BAILEY_TCP_NONE)
		return BAILEY_DROP_TCP_STATE;
	if (!closing(next->state))
		next->last_dir = 0;
	else if (!closing(state))
		next->last_dir = side;
	next->flags = tcp_flags_after(next, state, role, side, packet);
	next->timeout = tcp_timeout(next->state, next->flags, timeouts);
	return BAILEY_PASS;
}

static void plain_step(const struct bailey_packet *packet, u8 side,
		       const struct bailey_timeouts *timeouts,
		       struct bailey_conn_next *next)
{
	if (side == BAILEY_RESPONDER)
		next->flags |= BAILEY_CONN_REPLIED;
	else if (is_udp(packet->proto) && next->flags & BAILEY_CONN_REPLIED)
		next->flags |= BAILEY_CONN_STREAM;

	if (is_udp(packet->proto))
		next->timeout = udp_timeout(next->flags, timeouts);
	else if (bailey_packet_is_icmp(packet))
		next->timeout = timeouts->icmp;
	else
		next->timeout = timeouts->other;
}

/**
 * bailey_conn_trackable() - can a packet of this kind belong to a connection?
 * @packet: a parsed packet
 *
 * ICMP and ICMPv6 messages that are neither query, reply nor error (redirects,
 * neighbour discovery, …) belong to none: each is judged by itself. Errors
 * belong to the connection of the packet that they quote, not to their own.
 * Later fragments do not show whose they are.
 *
 * Return: true if bailey_conn_key_make() makes sense for it.
 */
bool bailey_conn_trackable(const struct bailey_packet *packet)
{
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		return false;
	return !bailey_packet_is_icmp(packet) ||
	       packet->flags & (BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ICMP_REPLY);
}

static int compare_ends(const struct bailey_packet *packet, u32 src_domain,
			u32 dst_domain)
{
	int cmp = bailey_addr_cmp(&packet->src, &packet->dst);

	if (cmp)
		return cmp;
	if (packet->sport != packet->dport)
		return packet->sport < packet->dport ? -1 : 1;
	if (src_domain != dst_domain)
		return src_domain < dst_domain ? -1 : 1;
	return 0;
}

/**
 * bailey_conn_key_make() - the key of a packet's connection
 * @key: filled in, all bytes
 * @packet: a trackable packet
 * @src_domain: layer 3 domain of its source side
 * @dst_domain: layer 3 domain of its destination side
 *
 * Return: the end (0 or 1) of @key from which the packet came. When both ends
 * are equal this is 0, so that such a packet is always a request.
 */
u8 bailey_conn_key_make(struct bailey_conn_key *key,
			const struct bailey_packet *packet,
			u32 src_domain, u32 dst_domain)
{
	int cmp = compare_ends(packet, src_domain, dst_domain);
	u8 src = cmp > 0;
	u8 dst = !src;

	*key = (struct bailey_conn_key){
		.id = packet->id,
		.family = packet->family,
		.proto = packet->proto,
	};
	key->addr[src] = packet->src;
	key->addr[dst] = packet->dst;
	key->domain[src] = src_domain;
	key->domain[dst] = dst_domain;
	key->port[src] = packet->sport;
	key->port[dst] = packet->dport;
	if (bailey_packet_is_icmp(packet)) {
		key->type = bailey_packet_request_type(packet);
		if (cmp)
			key->asker = packet->flags & BAILEY_PKT_ICMP_REPLY ?
				     dst : src;
	}
	return src;
}

/**
 * bailey_conn_open() - may this packet be a connection's first?
 * @packet: a trackable packet of which no connection is known
 * @timeouts: the namespace's timeouts
 * @loose: let TCP connections be picked up in the middle, by a segment with ACK
 *	   or FIN, in its direction
 * @next: filled in on BAILEY_PASS: state, flags and timeout of the new entry
 *
 * Return: BAILEY_PASS; BAILEY_DROP_NO_CONNECTION for replies, SYN-ACKs, resets
 * and later segments; BAILEY_DROP_TCP_FLAGS for a combination nobody sends.
 */
enum bailey_reason bailey_conn_open(const struct bailey_packet *packet,
				    const struct bailey_timeouts *timeouts,
				    bool loose, struct bailey_conn_next *next)
{
	enum bailey_reason reason;

	*next = (struct bailey_conn_next){ .state = BAILEY_TCP_NONE };
	if (packet->proto == BAILEY_PROTO_TCP) {
		reason = tcp_step(packet, BAILEY_ORIGINATOR, timeouts, next);
		if (reason == BAILEY_DROP_TCP_STATE ||
		    (reason == BAILEY_PASS && !loose &&
		     next->state != BAILEY_TCP_SYN_SENT))
			return BAILEY_DROP_NO_CONNECTION;
		return reason;
	}
	if (packet->flags & BAILEY_PKT_ICMP_REPLY)
		return BAILEY_DROP_NO_CONNECTION;
	plain_step(packet, BAILEY_ORIGINATOR, timeouts, next);
	return BAILEY_PASS;
}

/**
 * bailey_conn_advance() - what a further packet makes of a connection
 * @conn: the connection as it is
 * @packet: a trackable packet with its key
 * @side: which side sent it
 * @timeouts: the namespace's timeouts
 * @next: filled in on BAILEY_PASS
 *
 * Changes nothing: the caller stores @next when the packet has passed all its
 * questions, since a packet that an ACL denies neither advances nor refreshes.
 *
 * Return: BAILEY_PASS, BAILEY_DROP_TCP_FLAGS or BAILEY_DROP_TCP_STATE.
 */
enum bailey_reason bailey_conn_advance(const struct bailey_conn *conn,
				       const struct bailey_packet *packet,
				       u8 side,
				       const struct bailey_timeouts *timeouts,
				       struct bailey_conn_next *next)
{
	*next = (struct bailey_conn_next){
		.state = READ_ONCE(conn->state),
		.flags = READ_ONCE(conn->flags),
		.last_dir = READ_ONCE(conn->last_dir),
	};
	if (packet->proto == BAILEY_PROTO_TCP)
		return tcp_step(packet, side, timeouts, next);
	plain_step(packet, side, timeouts, next);
	return BAILEY_PASS;
}

/**
 * bailey_conn_reopens() - does this packet begin the connection anew?
 * @conn: the connection that it would belong to
 * @packet: a packet with its key
 *
 * A SYN after the end (TIME_WAIT, CLOSE) is a new connection, whichever side
 * sends it: it is judged as if @conn were not there, and takes its place.
 *
 * Return: true for such a packet.
 */
bool bailey_conn_reopens(const struct bailey_conn *conn,
			 const struct bailey_packet *packet)
{
	u8 state = READ_ONCE(conn->state);

	return packet->proto == BAILEY_PROTO_TCP &&
	       (state == BAILEY_TCP_TIME_WAIT || state == BAILEY_TCP_CLOSE) &&
	       segment_of(packet->tcp_flags) == SEG_SYN;
}

/**
 * bailey_conn_request() - make the request of a connection a packet again
 * @conn: the connection
 * @packet: filled in with addresses, ports, protocol, and for ICMP queries type
 *	    of the request, code 0; TCP flags are SYN; its length is 0
 */
void bailey_conn_request(const struct bailey_conn *conn,
			 struct bailey_packet *packet)
{
	const struct bailey_conn_key *key = &conn->key;
	u8 src = conn->orig_end;
	u8 dst = !src;

	*packet = (struct bailey_packet){
		.src = key->addr[src],
		.dst = key->addr[dst],
		.id = key->id,
		.sport = key->port[src],
		.dport = key->port[dst],
		.family = key->family,
		.proto = key->proto,
		.type = key->type,
	};
	if (bailey_proto_has_ports(key->proto))
		packet->flags |= BAILEY_PKT_PORTS;
	if (key->proto == BAILEY_PROTO_TCP)
		packet->tcp_flags = BAILEY_TCP_SYN;
	if (bailey_packet_is_icmp(packet))
		packet->flags |= BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID;
	else if (key->id)
		packet->flags |= BAILEY_PKT_ID;
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
