// SPDX-License-Identifier: GPL-2.0
/*
 * The attacker: segments with a forged source, by one who does not see the
 * conversation; and what may become of them.
 *
 * He does not aim blindly enough to miss the edges: half of his numbers are the ones just
 * beyond what is allowed. Where the receiver knows its peer's numbers,
 * allowed is
 *
 *	SEG.SEQ + SEG.LEN >= RCV.NXT - the largest window it ever advertised - 1 for
 *		   a keepalive, and 1 for the byte of a probe
 *	SEG.SEQ <= the largest right edge that it ever advertised + 1, which a sender
 *		   has who has probed a closed window by a byte (or, BSD, a FIN)
 *	SEG.ACK <= SND.NXT
 *	SEG.ACK >= SND.UNA - 2 * the largest window that the peer ever advertised,
 *		   or tcp_max_ack if that is more, - 1; in SYN-RECEIVED, > ISS
 *
 * Data in the SYN, which nobody has allowed, count as a window. An RST is judged
 * by SEG.SEQ alone (RFC 9293 3.5.3). In a connection that was picked up in the middle
 * windows are the largest that there can be, and either end may have sent as
 * much before.
 *
 * What is outside must be dropped. Three kinds pass by design, without bringing the entry
 * into another state; they are counted:
 *
 *	WALK_OTHER_SYN	  a SYN or SYN-ACK when both ends know each other: the end
 *			  challenges it (RFC 5961 4), and if it has lost its memory, answers
 *	WALK_OTHER_ACK	  an ACK or FIN without data that answers a SYN: a peer with an
 *			  old connection (RFC 9293 3.5.1)
 *	WALK_OTHER_RESET  an RST of who sent a SYN, before any SYN-ACK: the answer to that
 *
 * Where a SYN has opened an ended entry anew, also the answers to the SYN before it.
 * In each conversation the attacker has one end's address: a SYN as one and its
 * answer as the other would be a connection to whoever sees no more.
 *
 * What is inside may pass or not; an RST that is not exact must not close the entry. An RST
 * or a SYN that passed goes on to its receiver. Others that are inside
 * do not, and the firewall forgets them: there the attacker has won.
 */
#include "net.h"

#define ACK	BAILEY_TCP_ACK
#define FIN	BAILEY_TCP_FIN
#define PSH	BAILEY_TCP_PSH
#define RST	BAILEY_TCP_RST
#define SYN	BAILEY_TCP_SYN
#define URG	BAILEY_TCP_URG

static const u8 kinds[] = {
	ACK, ACK, ACK, ACK | PSH, ACK | PSH, ACK | URG, ACK | FIN, ACK | FIN,
	RST, RST, RST, RST | ACK, RST | ACK, SYN, SYN, SYN | ACK,
};

static const u8 nonsense[] = {
	0, FIN, PSH, URG, FIN | PSH | URG, SYN | FIN, SYN | RST, SYN | FIN | ACK, 0x3f,
};

/* What is allowed to reach an endpoint that knows its peer's numbers. */
struct bounds {
	u64 left, right;
	u64 ack_low, ack_high;
};

#define WINDOW_MOST	0x40000000ULL	/* 2^30 */

/* Picked up in the middle: all that may be true, counted from the first segment. */
static void find_guessed_bounds(const struct walk_net *net, const struct walk_endpoint *ep,
				struct bounds *bounds)
{
	bool first = net->first.from == ep->side;
	u64 right = (first ? net->first.ack : net->first.seq) + WINDOW_MOST;
	u64 passed = net->seen_end[!ep->side], own = net->seen_end[ep->side];

	/* What went by before is not counted */
	if (passed > ep->rcv_nxt)
		passed = ep->rcv_nxt;
	if (own > ep->snd_una)
		own = ep->snd_una;
	bounds->left = passed - WINDOW_MOST - 2;
	bounds->right = (right > ep->raw_edge_max ? right : ep->raw_edge_max) + 1;
	bounds->ack_low = own - 2 * WINDOW_MOST;
	bounds->ack_high = ep->snd_max + WINDOW_MOST;
}

/* The largest window of an endpoint; what its peer has sent with the SYN counts as one. */
static u64 window_of(const struct walk_endpoint *ep, const struct walk_endpoint *peer)
{
	u64 early = peer->early_end ? peer->early_end - peer->iss - 1 : 0;

	return ep->max_adv > early ? ep->max_adv : early;
}

static void find_bounds(const struct walk_net *net, const struct walk_endpoint *ep,
			const struct walk_endpoint *peer, struct bounds *bounds)
{
	u64 window = window_of(ep, peer), lag = window_of(peer, ep);

	if (net->firewall.picked_up) {
		find_guessed_bounds(net, ep, bounds);
		return;
	}
	if (lag < net->firewall.rules.tcp_max_ack)
		lag = net->firewall.rules.tcp_max_ack;
	bounds->left = ep->rcv_nxt - window - 2;
	bounds->right = (ep->edge_max > peer->early_end ? ep->edge_max : peer->early_end) + 1;
	bounds->ack_low = ep->snd_una - 2 * lag - 1;
	bounds->ack_high = ep->snd_max;
	if (net->firewall.conn.track.state == BAILEY_TCP_SYN_RECV &&
	    net->kind != WALK_SIMULTANEOUS && ep->state == WALK_SYN_RECEIVED)
		bounds->ack_low = ep->iss + 1;
}

/* Is a number that is 32 bits wide outside a range of the long ones? */
static bool outside(u64 number, u64 low, u64 high)
{
	return (u64)(u32)((u32)number - (u32)low) > high - low;
}

static bool seq_outside(const struct bounds *bounds, const struct walk_segment *segment)
{
	u64 len = walk_segment_end(segment) - segment->seq;

	return outside(segment->seq, bounds->left - len, bounds->right);
}

static bool ack_outside(const struct bounds *bounds, const struct walk_segment *segment)
{
	return outside(segment->ack, bounds->ack_low, bounds->ack_high);
}

/*
 * Does it acknowledge what the client may send soon? Who has answered that by an RST
 * will find it exact.
 */
static bool foresees(const struct walk_endpoint *ep, const struct walk_segment *segment)
{
	return segment->flags & ACK && !outside(segment->ack, ep->iss + 1, ep->iss + WINDOW_MOST);
}

/* Does it acknowledge what a SYN has sent? */
static bool answers_syn(const struct walk_endpoint *ep, const struct walk_segment *segment)
{
	u64 most = ep->early_end ? ep->early_end : ep->iss + 1;

	return segment->flags & ACK && !outside(segment->ack, ep->iss + 1, most);
}

/*
 * Refuses a SYN, for who has not seen that it was answered, or has seen another
 * one since. No other number of such an RST is known in advance.
 */
static bool refuses(const struct walk_net *net, const struct walk_segment *segment)
{
	const struct bailey_conn *conn = &net->firewall.conn;

	if (conn->track.state == BAILEY_TCP_SYN_SENT && segment->from == conn->orig_end)
		return false;
	return answers_syn(&net->ep[!segment->from], segment);
}

/* Numbers that make an RST one that closes, for its receiver or for who watches. */
static bool is_exact(const struct walk_net *net, const struct walk_segment *segment)
{
	const struct walk_endpoint *ep = &net->ep[!segment->from];
	const struct walk_endpoint *peer = &net->ep[segment->from];
	u32 seq = segment->seq;

	return refuses(net, segment) || seq == (u32)peer->iss + 1 ||
	       seq == (u32)ep->rcv_nxt || seq == (u32)ep->rcv_wup ||
	       seq == (u32)peer->snd_max || seq == (u32)peer->snd_una ||
	       seq == (u32)net->seen_end[segment->from] ||
	       seq == (u32)net->seen_ack[!segment->from];
}

static enum walk_rule syn_rule(const struct walk_net *net, const struct walk_endpoint *ep,
			       const struct walk_segment *segment,
			       const struct bounds *bounds)
{
	u8 state = net->firewall.conn.track.state;
	bool early = state == BAILEY_TCP_SYN_SENT || state == BAILEY_TCP_SYN_SENT2;

	if (state == BAILEY_TCP_TIME_WAIT || state == BAILEY_TCP_CLOSE)
		return WALK_INSIDE; /* it may open a new connection */
	if (!ep->synchronized && !(segment->flags & ACK))
		return WALK_INSIDE; /* nobody could know better */
	if (!early)
		return answers_syn(ep, segment) ||
		       (segment->flags & ACK && !seq_outside(bounds, segment) &&
			!ack_outside(bounds, segment)) ? WALK_INSIDE : WALK_OTHER_SYN;
	if (!(segment->flags & ACK))
		return WALK_INSIDE; /* another SYN, or a simultaneous one */
	if (ep->state == WALK_SYN_SENT || net->firewall.reopened)
		return foresees(ep, segment) && net->firewall.reopened ? WALK_INSIDE :
		       answers_syn(ep, segment) ? WALK_INSIDE :
		       net->firewall.reopened ? WALK_OTHER_SYN : WALK_OUTSIDE;
	return ep->synchronized && ack_outside(bounds, segment) ? WALK_OUTSIDE : WALK_INSIDE;
}

static enum walk_rule reset_rule(const struct walk_net *net, const struct walk_endpoint *ep,
				 const struct walk_segment *segment,
				 const struct bounds *bounds)
{
	const struct bailey_conn *conn = &net->firewall.conn;
	bool early = conn->track.state == BAILEY_TCP_SYN_SENT ||
		     conn->track.state == BAILEY_TCP_SYN_SENT2;

	if (refuses(net, segment))
		return WALK_INSIDE;
	if (early && segment->from == conn->orig_end)
		return is_exact(net, segment) ? WALK_INSIDE : WALK_OTHER_RESET;
	if (early && net->firewall.reopened)
		return WALK_OTHER_RESET;
	if (ep->synchronized)
		return seq_outside(bounds, segment) ? WALK_OUTSIDE : WALK_INSIDE;
	if (ep->state == WALK_SYN_SENT && conn->track.state == BAILEY_TCP_SYN_SENT)
		return WALK_OUTSIDE;
	return WALK_INSIDE;
}

static enum walk_rule ack_rule(const struct walk_net *net, const struct walk_endpoint *ep,
			       const struct walk_segment *segment,
			       const struct bounds *bounds)
{
	const struct bailey_conn *conn = &net->firewall.conn;
	bool early = conn->track.state == BAILEY_TCP_SYN_SENT;

	if (net->firewall.picked_up && !(conn->track.flags & BAILEY_CONN_REPLIED))
		return WALK_INSIDE; /* it could begin the entry as well */
	if (early && !segment->len && segment->from != conn->orig_end)
		return foresees(ep, segment) ? WALK_INSIDE : WALK_OTHER_ACK;
	if (ep->synchronized)
		return seq_outside(bounds, segment) || ack_outside(bounds, segment) ?
			WALK_OUTSIDE : WALK_INSIDE;
	if (early && segment->from == conn->orig_end)
		return WALK_OUTSIDE;
	if (ep->state != WALK_SYN_SENT)
		return WALK_INSIDE;
	if (answers_syn(ep, segment))
		return WALK_INSIDE;
	if (segment->len)
		return early ? WALK_OUTSIDE : WALK_INSIDE;
	return foresees(ep, segment) ? WALK_INSIDE : WALK_OTHER_ACK;
}

static bool is_nonsense(const struct walk_segment *segment)
{
	return memchr(nonsense, segment->flags, sizeof(nonsense));
}

static enum walk_rule find_rule(const struct walk_net *net, const struct walk_segment *segment,
				const struct bounds *bounds)
{
	const struct walk_endpoint *ep = &net->ep[!segment->from];

	if (is_nonsense(segment))
		return WALK_OUTSIDE;
	if (segment->flags & SYN)
		return syn_rule(net, ep, segment, bounds);
	if (segment->flags & RST)
		return reset_rule(net, ep, segment, bounds);
	return ack_rule(net, ep, segment, bounds);
}

static u64 any(struct walk_random *random)
{
	return (1ULL << 34) + (u32)walk_random64(random);
}

/* A number at an edge of what is allowed, more often beyond it than within. */
static u64 aim(struct walk_random *random, u64 low, u64 high)
{
	u32 by = walk_random(random, 4) ? walk_random(random, 3) : walk_random(random, 100000);

	switch (walk_random(random, 6)) {
	case 0:
	case 1:
		return high + 1 + by;
	case 2:
	case 3:
		return low - 1 - by;
	case 4:
		return walk_random(random, 2) ? high : low;
	default:
		return low + walk_random(random, high - low < U32_MAX ? high - low + 1 : U32_MAX);
	}
}

static void forge(struct walk_net *net, struct walk_segment *segment, struct bounds *bounds)
{
	static const u16 lens[] = { 0, 0, 0, 1, 100, 1460 };
	struct walk_random *random = &net->random;
	const struct walk_endpoint *ep;
	bool odd = !walk_random(random, 16);
	u64 len;

	memset(segment, 0, sizeof(*segment));
	segment->attack = true;
	segment->number = ++net->number;
	segment->from = net->attacker;
	segment->shift = -1;
	segment->window = walk_random(random, 65536);
	ep = &net->ep[!segment->from];
	find_bounds(net, ep, &net->ep[segment->from], bounds);
	segment->flags = odd ? nonsense[walk_random(random, sizeof(nonsense))] :
			 kinds[walk_random(random, sizeof(kinds))];
	if (!(segment->flags & (SYN | RST)))
		segment->len = lens[walk_random(random, ARRAY_SIZE(lens))];
	len = walk_segment_end(segment);
	segment->seq = !ep->synchronized || !walk_random(random, 3) ? any(random) :
		       aim(random, bounds->left - len, bounds->right);
	segment->ack = !walk_random(random, 3) ? any(random) :
		       walk_random(random, 2) ? ep->snd_una :
		       aim(random, bounds->ack_low, bounds->ack_high);
	if (segment->flags & SYN && walk_random(random, 2))
		segment->shift = walk_random(random, 15);
	if (segment->flags & ACK && !walk_random(random, 4)) {
		segment->sacks = 1;
		segment->sack[0][0] = any(random);
		segment->sack[0][1] = segment->sack[0][0] + 1460;
	}
}

static void inside(struct walk_net *net, const struct walk_segment *segment, bool exact,
		   const struct walk_firewall *before)
{
	if (segment->flags & RST && !exact) {
		if (net->firewall.moved)
			walk_net_fail(net, WALK_RESET_CLOSED, segment, BAILEY_PASS);
		walk_net_push(&net->far[segment->from], segment);
		return;
	}
	net->firewall = *before;
}

/**
 * walk_attack() - the attacker sends a segment
 * @net: the conversation
 */
void walk_attack(struct walk_net *net)
{
	struct walk_firewall before = net->firewall;
	struct walk_segment segment;
	enum bailey_reason reason;
	struct bounds bounds;
	enum walk_rule rule;
	bool exact;

	forge(net, &segment, &bounds);
	rule = find_rule(net, &segment, &bounds);
	exact = is_exact(net, &segment);
	reason = walk_firewall_judge(&net->firewall, &segment);
	net->tally->segments++;
	net->tally->rules[rule]++;
	if (net->verbose)
		walk_trace_segment(net, bailey_reason_name(reason), &segment);
	if (reason != BAILEY_PASS) {
		if (memcmp(&before.conn, &net->firewall.conn, sizeof(before.conn)))
			walk_net_fail(net, WALK_ATTACK_MOVED, &segment, reason);
		return;
	}
	net->tally->rule_passed[rule]++;
	if (rule == WALK_INSIDE) {
		inside(net, &segment, exact, &before);
	} else if (rule == WALK_OUTSIDE) {
		walk_net_fail(net, WALK_ATTACK_PASSED, &segment, reason);
	} else {
		if (net->firewall.moved)
			walk_net_fail(net, WALK_ATTACK_MOVED, &segment, reason);
		walk_net_push(&net->far[segment.from], &segment);
	}
}
