// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a connection: keys, timeouts, and how packets move it; TCP's part of
 * that is in tcp.c, SCTP's in sctp.c.
 *
 * Everything is a pure function: fields that another CPU may change are read once,
 * with READ_ONCE().
 */
#include "conn.h"

#include "sctp.h"
#include "tcp.h"

#define LITTLE	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

const struct bailey_timeouts bailey_timeouts_default = {
	.tcp = {
		[BAILEY_TCP_SYN_SENT] = 120,
		[BAILEY_TCP_SYN_RECV] = 60,
		[BAILEY_TCP_ESTABLISHED] = 432000,
		[BAILEY_TCP_FIN_WAIT] = 120,
		/*
		 * One half is closed, the other may go on with its work in silence:
		 * an established connection, at the least (RFC 5382 REQ-5).
		 */
		[BAILEY_TCP_CLOSE_WAIT] = 7440,
		[BAILEY_TCP_LAST_ACK] = 30,
		[BAILEY_TCP_TIME_WAIT] = 120,
		[BAILEY_TCP_CLOSE] = 10,
		[BAILEY_TCP_SYN_SENT2] = 120,
	},
	.sctp = {
		[BAILEY_SCTP_CLOSED] = 10,
		[BAILEY_SCTP_COOKIE_WAIT] = 60,
		/* Twice the longest pause between two tries, RTO.Max (RFC 9260 16). */
		[BAILEY_SCTP_COOKIE_ECHOED] = 120,
		/*
		 * Both ends send heartbeats, twice a minute; and who has lost a path
		 * can use it again only when what is known of it has died.
		 */
		[BAILEY_SCTP_ESTABLISHED] = 210,
		[BAILEY_SCTP_SHUTDOWN_SENT] = 120,
		[BAILEY_SCTP_SHUTDOWN_RECD] = 120,
		[BAILEY_SCTP_SHUTDOWN_ACK_SENT] = 120,
		[BAILEY_SCTP_HEARTBEAT_SENT] = 30,
	},
	.udp = 30,
	.udp_stream = 180,
	.icmp = 30,
	.other = 600,
};

/* SCTP by its tags; a packet made without them is judged by its ports alone. */
static bool is_sctp(const struct bailey_packet *packet)
{
	return packet->proto == BAILEY_PROTO_SCTP && packet->flags & BAILEY_PKT_TAG;
}

static bool is_udp(u8 proto)
{
	return proto == BAILEY_PROTO_UDP || proto == BAILEY_PROTO_UDPLITE;
}

static u32 udp_timeout(u8 flags, const struct bailey_timeouts *timeouts)
{
	return flags & BAILEY_CONN_STREAM ? timeouts->udp_stream : timeouts->udp;
}

static void plain_step(const struct bailey_packet *packet, u8 side,
		       const struct bailey_timeouts *timeouts,
		       struct bailey_conn_next *next)
{
	u8 *flags = &next->track.flags;

	if (side == BAILEY_RESPONDER)
		*flags |= BAILEY_CONN_REPLIED;
	else if (is_udp(packet->proto) && *flags & BAILEY_CONN_REPLIED)
		*flags |= BAILEY_CONN_STREAM;

	if (is_udp(packet->proto))
		next->timeout = udp_timeout(*flags, timeouts);
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

static int compare(u64 a, u64 b)
{
	return (a > b) - (a < b);
}

/* Without a branch: which half a packet is of, no processor can guess. */
static void swap_if(bool swap, u32 *a, u32 *b)
{
	u32 differ = (*a ^ *b) & -(u32)swap;

	*a ^= differ;
	*b ^= differ;
}

/*
 * A key is loaded as two words by those who hash and compare it, at once. A processor
 * can't do that before parts that were stored one by one have reached its cache: so
 * parts become words in registers. Two of them, as they lie in memory:
 */
static u64 two_words(u32 first, u32 second)
{
	return LITTLE ? (u64)second << 32 | first : (u64)first << 32 | second;
}

static u32 two_ports(u16 first, u16 second)
{
	return LITTLE ? (u32)second << 16 | first : (u32)first << 16 | second;
}

static u16 two_bytes(u8 first, u8 second)
{
	return LITTLE ? second << 8 | first : first << 8 | second;
}

/* Is its source the higher end (1), the lower one (-1), or both the same (0)? */
static int near_addrs(struct bailey_conn_key *key, const struct bailey_packet *packet)
{
	u32 src = packet->src.hi >> 32, dst = packet->dst.hi >> 32;
	int cmp = compare((u64)src << 16 | packet->sport, (u64)dst << 16 | packet->dport);

	swap_if(cmp > 0, &src, &dst);
	key->word[0] = two_words(src, dst);
	return cmp;
}

static int far_addrs(struct bailey_conn_key *key, const struct bailey_packet *packet,
		     u32 src_domain, u32 dst_domain)
{
	int cmp = bailey_addr_cmp(&packet->src, &packet->dst);

	if (!cmp)
		cmp = compare((u64)packet->sport << 32 | src_domain,
			      (u64)packet->dport << 32 | dst_domain);
	key->far[cmp > 0] = packet->src;
	key->far[cmp <= 0] = packet->dst;
	swap_if(cmp > 0, &src_domain, &dst_domain);
	key->word[0] = two_words(src_domain, dst_domain);
	return cmp;
}

/* What stands for ports where there are none; @cmp as near_addrs() says. */
static void portless(const struct bailey_packet *packet, int cmp, u8 *type, u8 *bits)
{
	if (!bailey_packet_is_icmp(packet))
		return;
	*type = bailey_packet_request_type(packet);
	/* Both ends are one: then it has asked itself. */
	if (cmp && (packet->flags & BAILEY_PKT_ICMP_REPLY ? cmp < 0 : cmp > 0))
		*bits |= BAILEY_KEY_ASKER;
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
	bool near = packet->family == BAILEY_IPV4 && !src_domain && !dst_domain;
	u32 sport = packet->sport, dport = packet->dport, id;
	u8 type = 0, bits = 0;
	int cmp;

	if (near) {
		key->far[0] = (struct bailey_addr){ 0 };
		key->far[1] = (struct bailey_addr){ 0 };
		cmp = near_addrs(key, packet);
	} else {
		bits = BAILEY_KEY_FAR;
		cmp = far_addrs(key, packet, src_domain, dst_domain);
	}
	if (bailey_proto_has_ports(packet->proto)) {
		swap_if(cmp > 0, &sport, &dport);
		id = two_ports(sport, dport);
	} else {
		id = packet->id;
		portless(packet, cmp, &type, &bits);
	}
	key->word[1] = two_words(id, two_ports(two_bytes(packet->family, packet->proto),
					       two_bytes(type, bits)));
	return cmp > 0;
}

/**
 * bailey_conn_open() - may this packet be a connection's first?
 * @packet: a trackable packet of which no connection is known
 * @rules: what the namespace has set
 * @next: filled in on BAILEY_PASS: the new entry's track and timeout
 *
 * Return: BAILEY_PASS; BAILEY_DROP_NO_CONNECTION for replies, SYN-ACKs, resets
 * and later segments, and the like of SCTP; BAILEY_DROP_TCP_FLAGS for a combination
 * nobody sends.
 */
enum bailey_reason bailey_conn_open(const struct bailey_packet *packet,
				    const struct bailey_track_rules *rules,
				    struct bailey_conn_next *next)
{
	enum bailey_reason reason;

	memset(next, 0, sizeof(*next));
	if (packet->proto == BAILEY_PROTO_TCP) {
		reason = bailey_tcp_step(packet, BAILEY_ORIGINATOR, rules, next);
		if (reason == BAILEY_DROP_TCP_STATE ||
		    (reason == BAILEY_PASS && !rules->loose &&
		     next->track.state != BAILEY_TCP_SYN_SENT))
			return BAILEY_DROP_NO_CONNECTION;
		return reason;
	}
	if (is_sctp(packet)) {
		reason = bailey_sctp_step(packet, BAILEY_ORIGINATOR, rules, next);
		if (reason != BAILEY_PASS ||
		    (!rules->loose && next->track.state != BAILEY_SCTP_COOKIE_WAIT))
			return BAILEY_DROP_NO_CONNECTION;
		return reason;
	}
	if (packet->flags & BAILEY_PKT_ICMP_REPLY)
		return BAILEY_DROP_NO_CONNECTION;
	plain_step(packet, BAILEY_ORIGINATOR, rules->timeouts, next);
	return BAILEY_PASS;
}

/**
 * bailey_conn_advance() - what a further packet makes of a connection
 * @conn: the connection as it is
 * @packet: a trackable packet with its key
 * @side: which side sent it
 * @rules: what the namespace has set
 * @next: filled in on BAILEY_PASS
 *
 * Changes nothing: the caller stores @next when the packet has passed all its
 * questions, since a packet that an ACL denies neither advances nor refreshes.
 *
 * Return: BAILEY_PASS, BAILEY_DROP_TCP_FLAGS, BAILEY_DROP_TCP_STATE,
 * BAILEY_DROP_TCP_WINDOW, BAILEY_DROP_SCTP_TAG or BAILEY_DROP_SCTP_STATE.
 */
enum bailey_reason bailey_conn_advance(const struct bailey_conn *conn,
				       const struct bailey_packet *packet,
				       u8 side,
				       const struct bailey_track_rules *rules,
				       struct bailey_conn_next *next)
{
	memset(next, 0, sizeof(*next));
	bailey_track_copy(&next->track, &conn->track, bailey_track_words(packet->proto));
	if (packet->proto == BAILEY_PROTO_TCP)
		return bailey_tcp_step(packet, side, rules, next);
	if (is_sctp(packet))
		return bailey_sctp_step(packet, side, rules, next);
	plain_step(packet, side, rules->timeouts, next);
	return BAILEY_PASS;
}

/*
 * The SYN with which it began, once more? Before the handshake was complete that may
 * be meant, as its first answers may have been lost.
 */
static bool is_late_syn(const struct bailey_conn *conn, const struct bailey_packet *syn)
{
	return READ_ONCE(conn->track.flags) & BAILEY_CONN_ASSURED &&
	       bailey_tcp_is_first_syn(&conn->track.tcp, syn);
}

/**
 * bailey_conn_reopens() - does this packet begin the connection anew?
 * @conn: the connection that it would belong to
 * @packet: a packet with its key
 *
 * A SYN after the end (TIME_WAIT, CLOSE) is a new connection, whichever side
 * sends it: it is judged as if @conn were not there, and takes its place. Not so a
 * late copy of the SYN with which @conn began. An INIT does so when SCTP is CLOSED.
 *
 * Return: true for such a packet.
 */
bool bailey_conn_reopens(const struct bailey_conn *conn,
			 const struct bailey_packet *packet)
{
	u8 state = READ_ONCE(conn->track.state);

	if (is_sctp(packet))
		return state == BAILEY_SCTP_CLOSED && bailey_packet_begins(packet);
	return packet->proto == BAILEY_PROTO_TCP &&
	       (state == BAILEY_TCP_TIME_WAIT || state == BAILEY_TCP_CLOSE) &&
	       bailey_tcp_segment_of(packet->tcp_flags) == BAILEY_TCP_SEG_SYN &&
	       !is_late_syn(conn, packet);
}

/**
 * bailey_conn_succeeds() - a new connection takes the place of one that has ended
 * @conn: the new one, not yet shared
 * @old: the one that has ended, with the same key
 *
 * Answers to the old one may still be under way: what they provoke is let through.
 */
void bailey_conn_succeeds(struct bailey_conn *conn, const struct bailey_conn *old)
{
	struct bailey_track *track = &conn->track;
	struct bailey_track before;

	if (conn->key.proto == BAILEY_PROTO_SCTP) {
		bailey_track_copy(&before, &old->track, BAILEY_TRACK_WORDS);
		bailey_sctp_succeeds(&track->sctp, &before.sctp,
				     conn->orig_end != old->orig_end);
		return;
	}
	if (track->state == BAILEY_TCP_SYN_SENT && track->tcp.bits)
		track->tcp.bits |= BAILEY_TCP_SUCCEEDS;
}

/**
 * bailey_conn_quoted() - may an error be about this connection?
 * @conn: a connection with the key of the packet that the error quotes
 * @quote: that packet
 * @side: whose address is its source
 *
 * Return: false if it quotes what this side can't have sent lately.
 */
bool bailey_conn_quoted(const struct bailey_conn *conn,
			const struct bailey_packet *quote, u8 side)
{
	struct bailey_track track;

	if (!is_sctp(quote) &&
	    (quote->proto != BAILEY_PROTO_TCP || !(quote->flags & BAILEY_PKT_SEQ)))
		return true;
	bailey_track_copy(&track, &conn->track, BAILEY_TRACK_WORDS);
	if (is_sctp(quote))
		return bailey_sctp_quoted(&track.sctp, quote, side);
	return bailey_tcp_quoted(&track.tcp, quote, side);
}

/**
 * bailey_packet_begins() - could this packet begin a connection, whatever is known?
 * @packet: a packet of the request
 *
 * Return: true for SYN and INIT, and for any packet of a protocol without a
 * handshake.
 */
bool bailey_packet_begins(const struct bailey_packet *packet)
{
	if (is_sctp(packet))
		return packet->sctp_chunks & 1 << BAILEY_SCTP_INIT;
	return packet->proto != BAILEY_PROTO_TCP ||
	       bailey_tcp_segment_of(packet->tcp_flags) == BAILEY_TCP_SEG_SYN;
}

/**
 * bailey_conn_state_name() - how far a connection has come, by nf_conntrack's names
 * @conn: the connection
 *
 * Return: a static string; "-" for protocols without states.
 */
const char *bailey_conn_state_name(const struct bailey_conn *conn)
{
	u8 state = READ_ONCE(conn->track.state);

	if (conn->key.proto == BAILEY_PROTO_TCP)
		return bailey_tcp_state_name(state);
	if (conn->key.proto == BAILEY_PROTO_SCTP && state != BAILEY_SCTP_NONE)
		return bailey_sctp_state_name(state);
	return "-";
}

/**
 * bailey_conn_expendable() - may it go when there is no room?
 * @conn: the connection
 *
 * An answer alone does not make a TCP connection: servers answer forged SYNs as
 * well. It must have come through its handshake, and not be over. So with SCTP. A
 * UDP flow must be a stream. An ICMP query has had all that it wanted.
 *
 * Return: &enum bailey_expendable.
 */
enum bailey_expendable bailey_conn_expendable(const struct bailey_conn *conn)
{
	u8 flags = READ_ONCE(conn->track.flags);

	if (!(flags & BAILEY_CONN_REPLIED))
		return BAILEY_EXPENDABLE_FIRST;
	switch (conn->key.proto) {
	case BAILEY_PROTO_TCP:
	case BAILEY_PROTO_SCTP:
		return flags & BAILEY_CONN_ASSURED &&
		       !bailey_conn_closed(conn, READ_ONCE(conn->track.state)) ?
		       BAILEY_EXPENDABLE_NOT : BAILEY_EXPENDABLE_FIRST;
	case BAILEY_PROTO_UDP:
	case BAILEY_PROTO_UDPLITE:
		return flags & BAILEY_CONN_STREAM ? BAILEY_EXPENDABLE_NOT :
						    BAILEY_EXPENDABLE_NEXT;
	case BAILEY_PROTO_ICMP:
	case BAILEY_PROTO_ICMPV6:
		return BAILEY_EXPENDABLE_NEXT;
	default:
		return BAILEY_EXPENDABLE_NOT;
	}
}

/**
 * bailey_conn_copy() - copy what there is of a connection
 * @to: filled in, all but &bailey_conn.owner
 * @from: perhaps kept in less room than a struct bailey_conn
 *
 * Context: Nobody changes @from.
 */
void bailey_conn_copy(struct bailey_conn *to, const struct bailey_conn *from)
{
	memset(to, 0, sizeof(*to));
	bailey_conn_key_copy(&to->key, &from->key);
	to->set[0] = from->set[0];
	to->set[1] = from->set[1];
	to->epoch = from->epoch;
	to->ifindex[0] = from->ifindex[0];
	to->ifindex[1] = from->ifindex[1];
	to->expires = from->expires;
	to->orig_end = from->orig_end;
	bailey_track_copy(&to->track, &from->track, bailey_track_words(from->key.proto));
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
		.src = bailey_conn_key_addr(key, src),
		.dst = bailey_conn_key_addr(key, dst),
		.id = bailey_conn_key_id(key),
		.sport = bailey_conn_key_port(key, src),
		.dport = bailey_conn_key_port(key, dst),
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
	else if (packet->id)
		packet->flags |= BAILEY_PKT_ID;
}
