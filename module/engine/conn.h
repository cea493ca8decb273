/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a connection is: its key, its state, and how packets move it.
 *
 * Pure functions on plain structures. Who stores, finds, locks and expires
 * them is module/conn_table.c's business; what may pass is evaluate.c's.
 */
#ifndef BAILEY_ENGINE_CONN_H
#define BAILEY_ENGINE_CONN_H

#include "packet.h"

/**
 * enum bailey_conn_key_bits - how to read a key
 * @BAILEY_KEY_FAR: its addresses are in @far, its domains in @domain
 * @BAILEY_KEY_ASKER: ICMP or ICMPv6 query: end 1 sent the request
 */
enum bailey_conn_key_bits {
	BAILEY_KEY_FAR = 1 << 0,
	BAILEY_KEY_ASKER = 1 << 1,
};

/**
 * struct bailey_conn_key - what both halves of a connection have in common
 * @far: addresses of the two ends; not used, and not to be read, unless
 *	 %BAILEY_KEY_FAR
 * @near: the same of IPv4 in the main domains
 * @domain: layer 3 domain (VRF) in which each end is reached, 0 for the main one
 * @port: ports of the two ends
 * @id: of protocols without ports: ICMP query identifier or GRE key; else 0
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @proto: protocol
 * @type: ICMP or ICMPv6 query: the type of the request; else 0
 * @bits: &enum bailey_conn_key_bits
 * @word: all but @far, for comparing
 *
 * Canonical, so that request and response make the same key: the end with the
 * lower (address, port, domain) is end 0. Most keys are near ones, 16 bytes; who keeps
 * such a key need not have room for @far: see bailey_conn_key_copy().
 */
struct bailey_conn_key {
	struct bailey_addr far[2];
	union {
		struct {
			union {
				u32 near[2];
				u32 domain[2];
			};
			union {
				u16 port[2];
				u32 id;
			};
			u8 family;
			u8 proto;
			u8 type;
			u8 bits;
		};
		u64 word[2];
	};
};

static_assert(sizeof(struct bailey_conn_key) == 48);

/**
 * enum bailey_conn_flags - what has been seen of a connection
 * @BAILEY_CONN_REPLIED: a packet of the response passed
 * @BAILEY_CONN_STREAM: UDP: a second request packet passed after a reply
 * @BAILEY_CONN_ASSURED: TCP, SCTP: was established, both ways; it outlives
 *	pressure
 * @BAILEY_CONN_HALF_CLOSED: TCP: data still flows against the first FIN
 */
enum bailey_conn_flags {
	BAILEY_CONN_REPLIED = 1 << 0,
	BAILEY_CONN_STREAM = 1 << 1,
	BAILEY_CONN_ASSURED = 1 << 2,
	BAILEY_CONN_HALF_CLOSED = 1 << 3,
};

/* The two doors of a connection. */
#define BAILEY_ORIGINATOR	0
#define BAILEY_RESPONDER	1

/**
 * struct bailey_tcp_half - what one side of a TCP connection has sent and offered
 * @end: behind the last byte that it sent
 * @max_end: the right edge of the other side's window: it may send up to there
 * @max_win: the largest window that it ever offered, scaled, at least 1
 * @max_ack: the highest acknowledgment that it sent
 */
struct bailey_tcp_half {
	u32 end;
	u32 max_end;
	u32 max_win;
	u32 max_ack;
};

/**
 * enum bailey_tcp_bits - what is known of a TCP connection's numbers
 * @BAILEY_TCP_SEEN: << side: its half is known
 * @BAILEY_TCP_PICKED_UP: the handshake was not seen, windows are guessed
 * @BAILEY_TCP_OTHER_SYN: a SYN came with another number than the first: an answer
 *	to that one may come
 * @BAILEY_TCP_CHALLENGED: before any SYN-ACK the responder sent an ACK, and its
 *	half has that number, and if it answers the SYN its window, unscaled
 * @BAILEY_TCP_TWO_ANSWERS: the responder has answered the SYN with two numbers
 * @BAILEY_TCP_SUCCEEDS: it took the place of another one, to which answers may come
 */
enum bailey_tcp_bits {
	BAILEY_TCP_SEEN = 1 << 0,
	BAILEY_TCP_PICKED_UP = 1 << 2,
	BAILEY_TCP_OTHER_SYN = 1 << 3,
	BAILEY_TCP_CHALLENGED = 1 << 4,
	BAILEY_TCP_TWO_ANSWERS = 1 << 5,
	BAILEY_TCP_SUCCEEDS = 1 << 6,
};

/**
 * struct bailey_tcp_track - the numbers of a TCP connection: see tcp.c
 * @half: by side
 * @syn: sequence number of the originator's SYN
 * @other: with %BAILEY_TCP_OTHER_SYN the number of a later one, which was put
 *	   aside; with %BAILEY_TCP_TWO_ANSWERS what acknowledged the first answer
 * @answer: what acknowledges the responder's SYN, once that was seen
 * @scale: by side, the shift of windows that it offers
 * @syn_scale: scale option of the originator's SYN
 * @bits: &enum bailey_tcp_bits
 */
struct bailey_tcp_track {
	struct bailey_tcp_half half[2];
	u32 syn;
	u32 other;
	u32 answer;
	u8 scale[2];
	u8 syn_scale;
	u8 bits;
};

#define BAILEY_TRACK_WORDS	13

/**
 * struct bailey_sctp_track - the verification tags of an SCTP association: see sctp.c
 * @tag: by side, the tag that it has chosen, hence that packets to it carry
 * @init: by side, the tag in the last INIT that it sent and that is not @tag
 * @answer: by side, the tag in its INIT ACK to the other side's @init
 * @old: by side, @tag of the association that this one follows
 *
 * 0 is no tag: it stands for what is not known.
 */
struct bailey_sctp_track {
	u32 tag[2];
	u32 init[2];
	u32 answer[2];
	u32 old[2];
};

/**
 * struct bailey_track - all that packets change of a connection but its deadline
 * @state: &enum bailey_tcp_state or &enum bailey_sctp_state; 0 for what is neither
 * @flags: &enum bailey_conn_flags
 * @last_dir: TCP: side (%BAILEY_ORIGINATOR or %BAILEY_RESPONDER) of the first FIN,
 *	      in the states from %BAILEY_TCP_FIN_WAIT to %BAILEY_TCP_TIME_WAIT
 * @reserved: 0
 * @tcp: its numbers, if it is TCP
 * @sctp: its tags, if it is SCTP
 * @word: all of it, for bailey_track_copy()
 */
struct bailey_track {
	union {
		struct {
			u8 state;
			u8 flags;
			u8 last_dir;
			u8 reserved;
			union {
				struct bailey_tcp_track tcp;
				struct bailey_sctp_track sctp;
			};
		};
		u32 word[BAILEY_TRACK_WORDS];
	};
};

static_assert(sizeof(struct bailey_track) == sizeof(u32) * BAILEY_TRACK_WORDS);

/**
 * struct bailey_conn - one connection
 * @key: canonical key; never changes
 * @set: for the originator's and the responder's side, the id of the group set
 *	 that said yes to the request, 0 when nobody was asked
 * @epoch: the policy's revocation epoch in which they said so
 * @ifindex: interface towards the originator and towards the responder, as last
 *	     seen on the request; 0 for this box itself
 * @expires: when it is dead, in the caller's seconds, compared modulo 2^32
 * @owner: room for whoever keeps it
 * @orig_end: which end of @key (0 or 1) is the originator
 * @track: how far it has come
 *
 * What not all need stands at both ends, and whoever keeps many has it only where
 * it is needed: &bailey_conn_key.far at the beginning, and but for TCP and SCTP all of
 * @track behind its first word. So copies are made by bailey_conn_copy(). What
 * every packet reads lies together: from &bailey_conn_key.near on two cache lines.
 */
struct bailey_conn {
	struct bailey_conn_key key;
	u32 set[2];
	u32 epoch;
	u32 ifindex[2];
	u32 expires;
	u8 owner[BAILEY_OWNER_SIZE];
	u8 orig_end;
	struct bailey_track track;
};

/**
 * struct bailey_conn_next - what a packet makes of a connection
 * @track: how far it has come after it
 * @timeout: seconds from now on that the connection may stay silent; 0: what
 *	     was granted before stands
 */
struct bailey_conn_next {
	struct bailey_track track;
	u32 timeout;
};

/**
 * struct bailey_timeouts - how long connections may stay silent, in seconds
 * @tcp: per &enum bailey_tcp_state (%BAILEY_TCP_NONE's is not used)
 * @sctp: per &enum bailey_sctp_state (%BAILEY_SCTP_NONE's is not used)
 * @udp: UDP and UDP-Lite until they are a stream
 * @udp_stream: UDP and UDP-Lite streams
 * @icmp: ICMP and ICMPv6 queries
 * @other: every other protocol
 */
struct bailey_timeouts {
	u32 tcp[BAILEY_TCP_STATE_COUNT];
	u32 sctp[BAILEY_SCTP_STATE_COUNT];
	u32 udp;
	u32 udp_stream;
	u32 icmp;
	u32 other;
};

/**
 * struct bailey_track_rules - what a namespace has set about connections
 * @timeouts: how long they may stay silent
 * @tcp_max_ack: bytes that an acknowledgment may lag behind, if the window was
 *		 never larger
 * @loose: let TCP connections be picked up in the middle, by a segment with ACK
 *	   or FIN, in its direction; and SCTP associations, see sctp.c
 * @liberal: let segments outside the windows pass, but for resets
 * @untracked: flows that rules of both directions let everybody have begin none
 */
struct bailey_track_rules {
	const struct bailey_timeouts *timeouts;
	u32 tcp_max_ack;
	bool loose;
	bool liberal;
	bool untracked;
};

#define BAILEY_TCP_MAX_ACK_DEFAULT	66000	/* a little more than an unscaled window */

/* RFC 5382 REQ-5, RFC 4787 REQ-5 and nf_conntrack's customs. */
extern const struct bailey_timeouts bailey_timeouts_default;

bool bailey_conn_trackable(const struct bailey_packet *packet);

/**
 * bailey_conn_key_equal() - are two keys the same?
 * @a: one
 * @b: the other
 *
 * Return: true if they are.
 */
static inline bool bailey_conn_key_equal(const struct bailey_conn_key *a,
					 const struct bailey_conn_key *b)
{
	if (a->word[0] != b->word[0] || a->word[1] != b->word[1])
		return false;
	return !(a->bits & BAILEY_KEY_FAR) ||
	       (bailey_addr_equal(&a->far[0], &b->far[0]) &&
		bailey_addr_equal(&a->far[1], &b->far[1]));
}

/**
 * bailey_conn_key_copy() - copy what there is of a key
 * @to: where to; of a near key @far is left alone
 * @from: where from
 */
static inline void bailey_conn_key_copy(struct bailey_conn_key *to,
					const struct bailey_conn_key *from)
{
	to->word[0] = from->word[0];
	to->word[1] = from->word[1];
	if (!(from->bits & BAILEY_KEY_FAR))
		return;
	to->far[0] = from->far[0];
	to->far[1] = from->far[1];
}

/**
 * bailey_conn_key_addr() - the address of an end
 * @key: the key
 * @end: 0 or 1
 *
 * Return: it.
 */
static inline struct bailey_addr bailey_conn_key_addr(const struct bailey_conn_key *key,
						      u8 end)
{
	if (key->bits & BAILEY_KEY_FAR)
		return key->far[end];
	return (struct bailey_addr){ .hi = (u64)key->near[end] << 32 };
}

/**
 * bailey_conn_key_domain() - the layer 3 domain in which an end is reached
 * @key: the key
 * @end: 0 or 1
 *
 * Return: it, 0 for the main one.
 */
static inline u32 bailey_conn_key_domain(const struct bailey_conn_key *key, u8 end)
{
	return key->bits & BAILEY_KEY_FAR ? key->domain[end] : 0;
}

/**
 * bailey_conn_key_port() - the port of an end
 * @key: the key
 * @end: 0 or 1
 *
 * Return: it, 0 where the protocol has none.
 */
static inline u16 bailey_conn_key_port(const struct bailey_conn_key *key, u8 end)
{
	return bailey_proto_has_ports(key->proto) ? key->port[end] : 0;
}

/**
 * bailey_conn_key_id() - what stands for ports where there are none
 * @key: the key
 *
 * Return: ICMP query identifier or GRE key; else 0.
 */
static inline u32 bailey_conn_key_id(const struct bailey_conn_key *key)
{
	return bailey_proto_has_ports(key->proto) ? 0 : key->id;
}

u8 bailey_conn_key_make(struct bailey_conn_key *key,
			const struct bailey_packet *packet,
			u32 src_domain, u32 dst_domain);

/**
 * bailey_conn_side() - which side sent a packet that came from an end
 * @conn: its connection
 * @end: what bailey_conn_key_make() returned for it
 *
 * Return: %BAILEY_ORIGINATOR for a packet of the request, %BAILEY_RESPONDER for
 * one of the response.
 */
static inline u8 bailey_conn_side(const struct bailey_conn *conn, u8 end)
{
	return end == conn->orig_end ? BAILEY_ORIGINATOR : BAILEY_RESPONDER;
}

enum bailey_reason bailey_conn_open(const struct bailey_packet *packet,
				    const struct bailey_track_rules *rules,
				    struct bailey_conn_next *next);

enum bailey_reason bailey_conn_advance(const struct bailey_conn *conn,
				       const struct bailey_packet *packet,
				       u8 side,
				       const struct bailey_track_rules *rules,
				       struct bailey_conn_next *next);

bool bailey_conn_reopens(const struct bailey_conn *conn,
			 const struct bailey_packet *packet);

void bailey_conn_succeeds(struct bailey_conn *conn, const struct bailey_conn *old);

bool bailey_conn_quoted(const struct bailey_conn *conn,
			const struct bailey_packet *quote, u8 side);

/**
 * bailey_track_words() - how many words of a track are used
 * @proto: the connection's protocol
 *
 * Return: all for TCP and SCTP; one, state and flags, for what has no numbers.
 */
static inline unsigned int bailey_track_words(u8 proto)
{
	return proto == BAILEY_PROTO_TCP || proto == BAILEY_PROTO_SCTP ?
	       BAILEY_TRACK_WORDS : 1;
}

/**
 * bailey_track_copy() - copy between a connection and a packet's view of it
 * @to: where to
 * @from: where from
 * @words: bailey_track_words()
 *
 * Word by word, as another CPU may be reading or writing one of them: a reader
 * may see some words from before a change and some from after it.
 */
static inline void bailey_track_copy(struct bailey_track *to,
				     const struct bailey_track *from, unsigned int words)
{
	unsigned int i;

	for (i = 0; i < words; i++)
		WRITE_ONCE(to->word[i], READ_ONCE(from->word[i]));
}

/**
 * bailey_track_equal() - has a packet changed anything?
 * @a: one
 * @b: the other
 * @words: bailey_track_words()
 *
 * Return: true if they are the same.
 */
static inline bool bailey_track_equal(const struct bailey_track *a,
				      const struct bailey_track *b, unsigned int words)
{
	unsigned int i;

	for (i = 0; i < words; i++)
		if (READ_ONCE(a->word[i]) != READ_ONCE(b->word[i]))
			return false;
	return true;
}

/**
 * bailey_track_moved() - has a packet changed more than numbers?
 * @a: one
 * @b: the other
 *
 * Return: true if states or flags differ: such a packet's checksum is verified.
 */
static inline bool bailey_track_moved(const struct bailey_track *a,
				      const struct bailey_track *b)
{
	return READ_ONCE(a->word[0]) != READ_ONCE(b->word[0]);
}

/**
 * bailey_conn_expired() - is it dead?
 * @conn: the connection
 * @now: the caller's seconds
 *
 * Return: true once its time has come; 2^31 s wrap safely.
 */
static inline bool bailey_conn_expired(const struct bailey_conn *conn, u32 now)
{
	return (s32)(READ_ONCE(conn->expires) - now) <= 0;
}

/**
 * bailey_conn_closed() - is a connection over, with its entry still there for a while?
 * @conn: the connection
 * @state: &enum bailey_tcp_state or &enum bailey_sctp_state, its own or one before
 *
 * Return: true if its ends have closed it or broken it off.
 */
static inline bool bailey_conn_closed(const struct bailey_conn *conn, u8 state)
{
	if (conn->key.proto == BAILEY_PROTO_SCTP)
		return state == BAILEY_SCTP_CLOSED;
	return conn->key.proto == BAILEY_PROTO_TCP &&
	       (state == BAILEY_TCP_TIME_WAIT || state == BAILEY_TCP_CLOSE);
}

/**
 * enum bailey_expendable - whether a connection may go when there is no room
 * @BAILEY_EXPENDABLE_NOT: never
 * @BAILEY_EXPENDABLE_FIRST: not answered, not come about, or over
 * @BAILEY_EXPENDABLE_NEXT: answered once, which forged requests are, too: when there
 *	are none of the first
 * @BAILEY_EXPENDABLE_COUNT: number of kinds, not a kind
 */
enum bailey_expendable {
	BAILEY_EXPENDABLE_NOT,
	BAILEY_EXPENDABLE_FIRST,
	BAILEY_EXPENDABLE_NEXT,
	BAILEY_EXPENDABLE_COUNT
};

enum bailey_expendable bailey_conn_expendable(const struct bailey_conn *conn);

void bailey_conn_copy(struct bailey_conn *to, const struct bailey_conn *from);
void bailey_conn_request(const struct bailey_conn *conn,
			 struct bailey_packet *packet);

const char *bailey_tcp_state_name(u8 state);
const char *bailey_sctp_state_name(u8 state);
const char *bailey_conn_state_name(const struct bailey_conn *conn);
bool bailey_packet_begins(const struct bailey_packet *packet);

#endif /* BAILEY_ENGINE_CONN_H */
