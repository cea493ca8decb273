// SPDX-License-Identifier: GPL-2.0
/* A conversation as a timeline, for who has to understand a failure. */
#include "net.h"

/**
 * walk_failure_name() - what is wrong
 * @failure: which check has failed
 *
 * Return: a sentence.
 */
const char *walk_failure_name(enum walk_failure failure)
{
	static const char *const names[] = {
		"nothing is wrong",
		"a segment that its receiver would accept is dropped",
		"a segment was dropped that its receiver would now accept",
		"an attacker's segment outside what is allowed passes",
		"an attacker's segment moves the entry",
		"an inexact reset closes the entry",
		"both ends have closed, the entry has not",
		"a reset has closed an end, the entry has not",
		"a half-closed connection that still sends gets no time",
		"a connection on ports used before has no entry of its own",
		"the conversation does not end",
	};

	static_assert(ARRAY_SIZE(names) == WALK_FAILURE_COUNT);
	return names[failure];
}

/**
 * walk_kind_name() - what sort of conversation
 * @kind: which
 *
 * Return: some words.
 */
const char *walk_kind_name(enum walk_kind kind)
{
	static const char *const names[] = {
		"plain", "data in the SYN", "simultaneous open", "refused",
		"picked up in the middle", "the same ports again", "client crashes",
		"client and firewall crash", "server crashes",
	};

	static_assert(ARRAY_SIZE(names) == WALK_KIND_COUNT);
	return names[kind];
}

static void print_flags(u8 flags)
{
	static const char letters[] = "FSRPAU";
	char text[8];
	u32 i, n = 0;

	for (i = 0; i < 6; i++)
		if (flags & 1 << i)
			text[n++] = letters[i];
	if (!n)
		text[n++] = '-';
	text[n] = 0;
	printf(" %-5s", text);
}

/* Relative to the initial number, modulo 2^32, small numbers below it negative. */
static s64 relative(u64 number, u64 initial)
{
	return (s32)((u32)number - (u32)initial);
}

static void print_state(const struct walk_net *net)
{
	const struct walk_firewall *firewall = &net->firewall;

	printf("  [%s | %s | %s]\n", walk_state_name(net->ep[0].state),
	       !firewall->watching ? "not yet" : !firewall->known ? "no entry" :
	       bailey_tcp_state_name(firewall->conn.track.state),
	       walk_state_name(net->ep[1].state));
}

/**
 * walk_trace_segment() - a line about a segment
 * @net: the conversation
 * @what: what becomes of it
 * @segment: which
 */
void walk_trace_segment(const struct walk_net *net, const char *what,
			const struct walk_segment *segment)
{
	u64 own = net->ep[segment->from].iss, other = net->ep[!segment->from].iss;
	u32 i;

	printf("# %4u %s%s #%-4u %-13s", net->steps, segment->from ? "<-B" : "A->",
	       segment->attack ? "!" : segment->ghost ? "~" : " ", segment->number, what);
	print_flags(segment->flags);
	printf(" seq %lld+%u", (long long)relative(segment->seq, own), segment->len);
	if (segment->flags & BAILEY_TCP_ACK)
		printf(" ack %lld", (long long)relative(segment->ack, other));
	printf(" win %u", segment->window);
	if (segment->shift >= 0)
		printf(" scale %d", segment->shift);
	if (segment->sack_permitted)
		printf(" sackOK");
	for (i = 0; i < segment->sacks; i++)
		printf(" sack %lld-%lld", (long long)relative(segment->sack[i][0], other),
		       (long long)relative(segment->sack[i][1], other));
	print_state(net);
}

/**
 * walk_trace_entry() - what the firewall knows of the numbers
 * @net: the conversation
 */
void walk_trace_entry(const struct walk_net *net)
{
	const struct bailey_conn *conn = &net->firewall.conn;
	u32 side;

	for (side = 0; side < 2; side++) {
		const struct bailey_tcp_half *half = &conn->track.tcp.half[side];
		u32 ep = side ^ conn->orig_end;
		u64 own = net->ep[ep].iss, other = net->ep[!ep].iss;

		printf("# %s: end %lld max_end %lld max_ack %lld max_win %u scale %u; ",
		       ep ? "B" : "A", (long long)relative(half->end, own),
		       (long long)relative(half->max_end, own),
		       (long long)relative(half->max_ack, other), half->max_win,
		       conn->track.tcp.scale[side]);
		printf("truly una %lld max %lld nxt %lld edge %lld largest window %u\n",
		       (long long)relative(net->ep[ep].snd_una, own),
		       (long long)relative(net->ep[ep].snd_max, own),
		       (long long)relative(net->ep[ep].rcv_nxt, other),
		       (long long)relative(net->ep[ep].edge_max, other),
		       net->ep[ep].max_adv);
	}
}

/**
 * walk_trace() - a line about something else
 * @net: the conversation
 * @what: what happens
 * @side: whom it concerns
 */
void walk_trace(const struct walk_net *net, const char *what, u8 side)
{
	printf("# %4u %s  %s", net->steps, side ? "  B" : "A  ", what);
	print_state(net);
}
