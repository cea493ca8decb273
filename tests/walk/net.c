// SPDX-License-Identifier: GPL-2.0
/*
 * The path: each direction has a half before the firewall and one behind it, and on
 * either half segments may be lost, doubled, and overtaken.
 *
 * Each segment of an endpoint is checked at the firewall: one that its receiver
 * would accept as things stand must pass. What is refused goes on as a ghost, and must not
 * be one that the receiver would accept when it arrives.
 */
#include "net.h"

#define HALF_CLOSE_LEAST	3600	/* seconds for a connection that still sends */

/**
 * walk_net_fail() - a check has failed
 * @net: the conversation, which ends; the first failure counts
 * @failure: which check
 * @segment: the culprit, or NULL
 * @reason: what the firewall said of it
 */
void walk_net_fail(struct walk_net *net, enum walk_failure failure,
		   const struct walk_segment *segment, enum bailey_reason reason)
{
	if (net->failure)
		return;
	net->failure = failure;
	net->reason = reason;
	if (segment)
		net->culprit = *segment;
}

/**
 * walk_net_unwrap() - a segment as its receiver takes it
 * @ep: the receiver
 * @segment: as it was sent
 *
 * Return: the same with numbers near those of @ep. Who does not know his peer's numbers
 * takes them as they are.
 */
struct walk_segment walk_net_unwrap(const struct walk_endpoint *ep,
				    const struct walk_segment *segment)
{
	struct walk_segment unwrapped = *segment;

	if (ep->synchronized)
		unwrapped.seq = walk_unwrap(segment->seq, ep->rcv_nxt);
	if (ep->state != WALK_LISTEN)
		unwrapped.ack = walk_unwrap(segment->ack, ep->snd_una);
	return unwrapped;
}

/**
 * walk_net_push() - a segment enters a half of the path
 * @queue: the half; a full one loses it
 * @segment: to be copied
 */
void walk_net_push(struct walk_queue *queue, const struct walk_segment *segment)
{
	if (queue->count < WALK_QUEUE)
		queue->segment[queue->count++] = *segment;
}

/**
 * walk_net_collect() - what an endpoint has sent begins its way
 * @net: the conversation
 * @side: the endpoint's
 */
void walk_net_collect(struct walk_net *net, u8 side)
{
	struct walk_endpoint *ep = &net->ep[side];
	u32 i;

	for (i = 0; i < ep->outs; i++) {
		ep->out[i].number = ++net->number;
		walk_net_push(&net->near[side], &ep->out[i]);
		if (net->verbose)
			walk_trace_segment(net, "sends", &ep->out[i]);
	}
	ep->outs = 0;
}

/* Take a segment off a half: the first, or one that overtakes. */
static void pull(struct walk_net *net, struct walk_queue *queue, struct walk_segment *segment)
{
	u32 reach = queue->count < net->reorder ? queue->count : net->reorder;
	u32 i = walk_random(&net->random, reach);

	*segment = queue->segment[i];
	net->tally->overtaken += i > 0;
	if (walk_chance(&net->random, net->duplication)) {
		net->tally->duplicated++;
		return;
	}
	queue->count--;
	memmove(&queue->segment[i], &queue->segment[i + 1],
		(queue->count - i) * sizeof(*segment));
}

static bool lost(struct walk_net *net, const struct walk_segment *segment)
{
	if (!walk_chance(&net->random, net->loss))
		return false;
	net->tally->lost++;
	if (net->verbose)
		walk_trace_segment(net, "lost", segment);
	return true;
}

/* Does the firewall know enough to see that this RST will close? */
static bool told(const struct walk_net *net, const struct walk_segment *segment)
{
	u8 from = segment->from;

	return !segment->refusal &&
	       ((net->seen[!from] && (u32)segment->seq == (u32)net->seen_ack[!from]) ||
		(net->seen[from] && (u32)segment->seq == (u32)net->seen_end[from]));
}

/* What the firewall can know of the numbers. */
static void note_seen(struct walk_net *net, const struct walk_segment *segment)
{
	u64 end = walk_segment_end(segment);
	u8 from = segment->from;
	bool anew = !net->seen[from] || segment->flags & BAILEY_TCP_SYN;

	if (segment->flags & BAILEY_TCP_RST)
		return;
	if (anew || net->seen_end[from] < end)
		net->seen_end[from] = end;
	if (segment->flags & BAILEY_TCP_ACK &&
	    (anew || net->seen_ack[from] < segment->ack))
		net->seen_ack[from] = segment->ack;
	net->seen[from] = true;
}

/* A connection that one end has closed and the other still uses must be kept. */
static void check_half_close(struct walk_net *net, const struct walk_segment *segment)
{
	const struct walk_endpoint *sender = &net->ep[segment->from];
	const struct walk_endpoint *receiver = &net->ep[!segment->from];

	if (sender->state == WALK_CLOSE_WAIT && receiver->state == WALK_FIN_WAIT_2 &&
	    segment->len && walk_segment_end(segment) > net->seen_end[segment->from] &&
	    net->firewall.known && !net->firewall.picked_up &&
	    !net->firewall.rules.liberal && net->firewall.timeout < HALF_CLOSE_LEAST)
		walk_net_fail(net, WALK_HALF_CLOSE, segment, BAILEY_PASS);
}

/* Nothing is known, and this is no segment with which to begin. */
static bool no_pickup(const struct walk_net *net, const struct walk_segment *segment)
{
	if (net->firewall.known || segment->flags == BAILEY_TCP_SYN)
		return false;
	return !net->firewall.rules.loose ||
	       segment->flags & (BAILEY_TCP_RST | BAILEY_TCP_SYN);
}

/*
 * Is it owed to anybody? What is behind a reset is not: if the reset is lost, the next
 * SYN opens the entry anew. Nor is what is left of a connection that somebody
 * has forgotten: the answers to its successor's SYN bring that to an end.
 */
static enum walk_excuse excuse(const struct walk_net *net, const struct walk_segment *segment)
{
	const struct walk_endpoint *receiver = &net->ep[!segment->from];
	u8 state = net->firewall.conn.track.state;
	bool forgotten = net->kind == WALK_CLIENT_CRASH_UNSEEN && net->turned;
	bool reset = segment->flags & BAILEY_TCP_RST;
	bool syn = segment->flags & BAILEY_TCP_SYN;

	if (no_pickup(net, segment))
		return WALK_NO_PICKUP;
	if (net->late_copy)
		return WALK_LATE_COPY;
	if (state == BAILEY_TCP_CLOSE && (reset || syn))
		return WALK_BEHIND_RESET;
	/* An answer to the SYN before, to which nobody stands any more */
	if ((!net->firewall.answered || (net->turned && state == BAILEY_TCP_CLOSE)) && !syn &&
	    (receiver->state == WALK_CLOSED || receiver->state == WALK_LISTEN))
		return WALK_BEHIND_RESET;
	if (forgotten && (reset || syn || state == BAILEY_TCP_SYN_SENT))
		return WALK_FORGOTTEN;
	if (net->turned && reset && state == BAILEY_TCP_SYN_SENT)
		return WALK_OLD_CHALLENGE;
	return WALK_OWED;
}

/* The same for what its receiver would not have taken when it was dropped. */
static enum walk_excuse later_excuse(const struct walk_net *net,
				     const struct walk_segment *segment)
{
	u8 state = net->firewall.conn.track.state;

	if ((state == BAILEY_TCP_SYN_SENT && segment->len) ||
	    (net->turned && (state == BAILEY_TCP_SYN_RECV || state == BAILEY_TCP_CLOSE)))
		return WALK_TOO_EARLY;
	return segment->lags ? WALK_LAGGED : excuse(net, segment);
}

static void refuse(struct walk_net *net, struct walk_segment *segment, bool accepts,
		   enum bailey_reason reason)
{
	enum walk_excuse why = accepts ? excuse(net, segment) : later_excuse(net, segment);

	if (accepts && !why)
		walk_net_fail(net, WALK_VALID_DROPPED, segment, reason);
	if (accepts)
		net->tally->excused[why]++;
	else
		net->tally->dropped++;
	segment->ghost = true;
	segment->excuse = why;
	if (!accepts)
		walk_net_push(&net->far[segment->from], segment);
}

static void at_firewall(struct walk_net *net, struct walk_segment *segment)
{
	const struct walk_endpoint *receiver = &net->ep[!segment->from];
	struct walk_segment unwrapped = walk_net_unwrap(receiver, segment);
	bool known = net->firewall.known, accepts;
	enum bailey_reason reason;

	if (!net->firewall.watching) {
		net->tally->unseen++;
		walk_net_push(&net->far[segment->from], segment);
		return;
	}
	accepts = !segment->provoked &&
		  walk_endpoint_accepts(receiver, &net->ep[segment->from], &unwrapped);
	segment->told = told(net, segment);
	segment->lags = segment->flags & BAILEY_TCP_ACK && receiver->synchronized &&
			!walk_ack_acceptable(receiver, unwrapped.ack);
	reason = walk_firewall_judge(&net->firewall, segment);
	net->tally->segments++;
	if (net->verbose)
		walk_trace_segment(net, bailey_reason_name(reason), segment);
	if (reason != BAILEY_PASS) {
		refuse(net, segment, accepts, reason);
		return;
	}
	segment->closed = net->firewall.conn.track.state == BAILEY_TCP_CLOSE ||
			  net->firewall.conn.track.state == BAILEY_TCP_TIME_WAIT;
	if (!known)
		net->first = *segment;
	if (known && net->firewall.opened && net->ep[segment->from].state != WALK_SYN_SENT)
		net->late_copy = true;
	net->tally->accepted += accepts;
	net->tally->passed += !accepts;
	check_half_close(net, segment);
	note_seen(net, segment);
	walk_net_push(&net->far[segment->from], segment);
}

/* An RST has closed an endpoint: the entry should know. */
static void check_reset(struct walk_net *net, const struct walk_segment *segment)
{
	if (!net->firewall.known || segment->attack || segment->closed ||
	    net->turned || net->late_copy || net->firewall.rules.liberal)
		return;
	if (segment->told)
		walk_net_fail(net, WALK_RESET_UNSEEN, segment, BAILEY_PASS);
	else
		net->tally->resets_untold++;
}

/* What was dropped arrives all the same: would it be accepted now? */
static void check_ghost(struct walk_net *net, const struct walk_segment *segment,
			const struct walk_segment *unwrapped)
{
	enum walk_excuse why = segment->excuse ? segment->excuse : excuse(net, segment);

	if (segment->provoked ||
	    !walk_endpoint_accepts(&net->ep[!segment->from], &net->ep[segment->from],
				   unwrapped))
		return;
	if (why)
		net->tally->excused[why]++;
	else
		walk_net_fail(net, WALK_VALID_MISSING, segment, BAILEY_PASS);
}

static void arrive(struct walk_net *net, const struct walk_segment *segment)
{
	struct walk_endpoint *receiver = &net->ep[!segment->from];
	struct walk_segment unwrapped = walk_net_unwrap(receiver, segment);
	bool was_reset = receiver->was_reset;

	if (segment->ghost) {
		check_ghost(net, segment, &unwrapped);
		return;
	}
	walk_endpoint_receive(receiver, &unwrapped);
	if (net->verbose)
		walk_trace_segment(net, "arrives", segment);
	if (receiver->was_reset && !was_reset && segment->flags & BAILEY_TCP_RST)
		check_reset(net, segment);
	walk_net_collect(net, !segment->from);
}

/**
 * walk_net_quiet() - is nothing on its way?
 * @net: the conversation
 *
 * Return: true if all halves are empty.
 */
bool walk_net_quiet(const struct walk_net *net)
{
	return !net->near[0].count && !net->near[1].count &&
	       !net->far[0].count && !net->far[1].count;
}

/**
 * walk_net_move() - one segment goes over one half of its way
 * @net: not quiet
 */
void walk_net_move(struct walk_net *net)
{
	struct walk_queue *queue[4] = { &net->near[0], &net->near[1],
					&net->far[0], &net->far[1] };
	struct walk_segment segment;
	u32 i;

	do
		i = walk_random(&net->random, 4);
	while (!queue[i]->count);
	pull(net, queue[i], &segment);
	if (lost(net, &segment))
		return;
	if (i < 2)
		at_firewall(net, &segment);
	else
		arrive(net, &segment);
}
