/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A conversation: two endpoints, the path between them, the firewall in its middle, the
 * attacker beside it; and what is checked of each segment.
 */
#ifndef BAILEY_TESTS_WALK_NET_H
#define BAILEY_TESTS_WALK_NET_H

#include "endpoint.h"
#include "firewall.h"
#include "evaluate.h"

#define WALK_QUEUE	64	/* segments on one half of one direction */

enum walk_kind {
	WALK_PLAIN,
	WALK_EARLY_DATA,
	WALK_SIMULTANEOUS,
	WALK_REFUSED,
	WALK_PICKUP,
	WALK_REUSE,
	WALK_CLIENT_CRASH,
	WALK_CLIENT_CRASH_UNSEEN,
	WALK_SERVER_CRASH,
	WALK_KIND_COUNT,
};

enum walk_failure {
	WALK_FINE,
	WALK_VALID_DROPPED,
	WALK_VALID_MISSING,
	WALK_ATTACK_PASSED,
	WALK_ATTACK_MOVED,
	WALK_RESET_CLOSED,
	WALK_END_STATE,
	WALK_RESET_UNSEEN,
	WALK_HALF_CLOSE,
	WALK_NOT_REOPENED,
	WALK_STUCK,
	WALK_FAILURE_COUNT,
};

/* What may become of an attacker's segment. */
enum walk_rule {
	WALK_INSIDE,		/* the receiver itself might take it */
	WALK_OUTSIDE,		/* it must be dropped */
	WALK_OTHER_SYN,		/* it may pass to be challenged, and move nothing */
	WALK_OTHER_ACK,		/* the same for an ACK that answers a SYN */
	WALK_OTHER_RESET,	/* the same for an RST that answers such an ACK */
	WALK_RULE_COUNT,
};

/* Why a segment is owed to nobody, although its receiver would take or answer it. */
enum walk_excuse {
	WALK_OWED,
	WALK_NO_PICKUP,		/* nothing is known, and it begins no connection in the middle */
	WALK_BEHIND_RESET,	/* an RST or SYN behind the reset that has ended the entry */
	WALK_LATE_COPY,		/* a late copy of a SYN has opened an ended entry anew */
	WALK_FORGOTTEN,		/* the firewall has forgotten it, and seen a later SYN */
	WALK_OLD_CHALLENGE,	/* an RST for a challenge from before the entry was opened */
	WALK_TOO_EARLY,		/* it has overtaken the SYN-ACK before the firewall */
	WALK_LAGGED,		/* its ACK was too old for its receiver when it was dropped */
	WALK_EXCUSE_COUNT,
};

/**
 * struct walk_options - what the user wants
 * @seed: of the first conversation
 * @segments: how many at the firewall, at least
 * @kinds: of conversations, a bit for each &enum walk_kind
 * @limit: about how many steps a conversation has
 * @fault: of the firewall
 * @verbose: print a timeline
 */
struct walk_options {
	u64 seed;
	u64 segments;
	u32 kinds;
	u32 limit;
	enum walk_fault fault;
	bool verbose;
};

/**
 * struct walk_tally - what happened, over all conversations
 * @segments: that the firewall judged, the attacker's included
 * @kinds: conversations by &enum walk_kind
 * @accepted: segments that their receivers had to get
 * @passed: others that passed
 * @dropped: others that were dropped
 * @unseen: segments that went by before the firewall watched
 * @lost: lost on either half of the path
 * @duplicated: likewise
 * @overtaken: likewise
 * @rules: attacker's segments by &enum walk_rule
 * @rule_passed: how many of these passed
 * @resets_untold: connections ended by an RST whose number the firewall couldn't know
 * @excused: segments that were dropped and owed to nobody, by &enum walk_excuse
 * @late_copies: conversations whose ended entry a late copy of a SYN has opened anew
 * @ends: how connections ended: in both FINs, by RST, otherwise
 */
struct walk_tally {
	u64 segments;
	u64 kinds[WALK_KIND_COUNT];
	u64 accepted, passed, dropped, unseen;
	u64 lost, duplicated, overtaken;
	u64 rules[WALK_RULE_COUNT], rule_passed[WALK_RULE_COUNT];
	u64 resets_untold, late_copies;
	u64 excused[WALK_EXCUSE_COUNT];
	u64 ends[3];
};

/**
 * struct walk_queue - one half of one direction
 * @segment: the oldest first
 * @count: how many
 */
struct walk_queue {
	struct walk_segment segment[WALK_QUEUE];
	u32 count;
};

/**
 * struct walk_net - one conversation
 * @random: all chance comes from here
 * @tally: the caller's
 * @kind: what sort of conversation it is
 * @verbose: print a timeline
 * @wide: segments are so large that numbers go round
 * @loss: per mille and half
 * @duplication: likewise
 * @reorder: how many segments one may overtake, from 1
 * @attacks: per mille of steps
 * @attacker: whose address the attacker has
 * @ep: client and server
 * @near: from each endpoint to the firewall
 * @far: from the firewall on, by who sent them
 * @firewall: between them
 * @seen_end: by side, behind the highest number that passed the firewall
 * @seen_ack: by side, the highest acknowledgment that passed it
 * @seen: by side, whether anything has passed it
 * @first: what made the entry
 * @budget: bytes that each user may still write
 * @turn: the step of the kind's turn: pickup, crash or reuse
 * @turned: it has come
 * @ended: the entry was at its end when the ports were used again
 * @fins_unseen: when the firewall began to watch, an end was closing already
 * @late_copy: a late copy of a SYN has opened an ended entry anew
 * @winding_up: users close, and the path is kind
 * @steps: so far
 * @limit: of steps before winding up
 * @number: of the last segment
 * @failure: what went wrong
 * @culprit: in which segment
 * @reason: what the firewall said of it
 */
struct walk_net {
	struct walk_random random;
	struct walk_tally *tally;
	enum walk_kind kind;
	bool verbose, wide;
	u32 loss, duplication, reorder, attacks;
	u8 attacker;
	struct walk_endpoint ep[2];
	struct walk_queue near[2], far[2];
	struct walk_firewall firewall;
	u64 seen_end[2], seen_ack[2];
	bool seen[2];
	struct walk_segment first;
	u64 budget[2];
	u32 turn;
	bool turned, ended, fins_unseen, late_copy, winding_up;
	u32 steps, limit, number;
	enum walk_failure failure;
	struct walk_segment culprit;
	enum bailey_reason reason;
};

const char *walk_kind_name(enum walk_kind kind);
void walk_net_fail(struct walk_net *net, enum walk_failure failure,
		   const struct walk_segment *segment, enum bailey_reason reason);
struct walk_segment walk_net_unwrap(const struct walk_endpoint *ep,
				    const struct walk_segment *segment);
void walk_net_push(struct walk_queue *queue, const struct walk_segment *segment);
void walk_net_collect(struct walk_net *net, u8 side);
void walk_net_move(struct walk_net *net);
bool walk_net_quiet(const struct walk_net *net);

/* attack.c */
void walk_attack(struct walk_net *net);

/* plot.c: what becomes of a conversation */
void walk_conversation(struct walk_net *net, u64 seed, const struct walk_options *options,
		       struct walk_tally *tally);

/* trace.c */
const char *walk_failure_name(enum walk_failure failure);
void walk_trace_segment(const struct walk_net *net, const char *what,
			const struct walk_segment *segment);
void walk_trace_entry(const struct walk_net *net);
void walk_trace(const struct walk_net *net, const char *what, u8 side);

#endif /* BAILEY_TESTS_WALK_NET_H */
