/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The questions that a packet is asked, and the verdict: see evaluate.c.
 */
#ifndef BAILEY_ENGINE_EVALUATE_H
#define BAILEY_ENGINE_EVALUATE_H

#include "acls.h"
#include "conn.h"

/* How a question ended. */
enum bailey_answer {
	BAILEY_ANSWER_ALLOW,
	BAILEY_ANSWER_DENY,
	BAILEY_ANSWER_KNOWN,	/* the connection's door has said yes before */
	BAILEY_ANSWER_RELATED,	/* an error about a connection whose door has */
	BAILEY_ANSWER_EXEMPT,	/* an exempt line lets it through */
	BAILEY_ANSWER_REJECT,	/* no, and the sender is told */
	BAILEY_ANSWER_UNDECIDED, /* a later fragment does not show it */
};

/**
 * struct bailey_step - one question, as explain shows it
 * @layer_group: asked of a set of groups; else of an ACL
 * @side: %BAILEY_SRC or %BAILEY_DST
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @about_request: asked about the connection's request, not about this packet
 * @answer: &enum bailey_answer
 * @who: the side that was asked
 * @rule: the rule that answered, or NULL for the default
 * @group: slot of the group whose rule it was
 */
struct bailey_step {
	bool layer_group;
	u8 side;
	u8 dir;
	bool about_request;
	u8 answer;
	struct bailey_side who;
	const struct bailey_rule *rule;
	u32 group;
};

/**
 * struct bailey_trace - all questions of one packet, in order
 * @exempt: the exemption that let it through unasked, or %BAILEY_EXEMPT_COUNT
 * @count: how many steps
 * @step: the steps
 */
struct bailey_trace {
	u8 exempt;
	u32 count;
	struct bailey_step step[4];
};

/**
 * struct bailey_eval - one packet on its way through the questions
 * @binding: what it is judged by
 * @packet: the packet
 * @where: where it is
 * @side: its source and destination side
 * @trace: records the questions, or NULL
 * @skip_groups: the machine's own ICMP error: groups are not asked
 * @tracked: the packet may belong to a connection, or begin one
 * @untracked: not of a flow that everybody may have: &struct bailey_track_rules
 */
struct bailey_eval {
	const struct bailey_binding *binding;
	const struct bailey_packet *packet;
	const struct bailey_where *where;
	struct bailey_side side[2];
	struct bailey_trace *trace;
	bool skip_groups;
	bool tracked;
	bool untracked;
};

/**
 * struct bailey_verdict - what becomes of a packet
 * @reason: BAILEY_PASS or why not
 * @reject: whoever sent it is to be told, as bailey_refusal_of() says
 * @hits: how many rules took part
 * @rule: those rules, to be counted; only as many as @hits says hold
 * @conn_known: it belongs to the connection that was handed in: @next holds
 * @open: a connection is to be made of it: @next and @set hold
 * @untracked: it begins none, since no side has anything to remember
 * @doors_changed: a side was asked anew: @set and @epoch go into the connection
 * @revoked: the connection ends: asked again after "revoke cut", a side said no
 * @set: what the doors of the connection remember now, originator first
 * @epoch: the epoch in which they said so
 * @next: state of the connection after this packet; holds with @conn_known or @open
 */
struct bailey_verdict {
	enum bailey_reason reason;
	bool reject;
	u8 hits;
	struct bailey_rule *rule[4];
	bool conn_known;
	bool open;
	bool untracked;
	bool doors_changed;
	bool revoked;
	u32 set[2];
	u32 epoch;
	struct bailey_conn_next next;
};

/**
 * struct bailey_match_conn - a connection found for a packet
 * @conn: the connection; a stable copy or one whose fields may be read at once
 * @side: which side of it sent the packet (of an error: the quoted packet)
 * @related: the packet is an error about it, not a part of it
 */
struct bailey_match_conn {
	const struct bailey_conn *conn;
	u8 side;
	bool related;
};

bool bailey_eval_begin(struct bailey_eval *eval,
		       const struct bailey_binding *binding,
		       const struct bailey_packet *packet,
		       enum bailey_reason parsed,
		       const struct bailey_where *where,
		       struct bailey_trace *trace,
		       struct bailey_verdict *verdict);
bool bailey_eval_acls(const struct bailey_eval *eval, struct bailey_acls *acls);
u8 bailey_eval_key(const struct bailey_eval *eval,
		   const struct bailey_packet *quote,
		   struct bailey_conn_key *key, bool *related);
u32 bailey_eval_rank(const struct bailey_eval *eval,
		     const struct bailey_packet *quote,
		     const struct bailey_conn *conn, u8 side, bool related);
void bailey_evaluate(struct bailey_eval *eval,
		     const struct bailey_match_conn *match,
		     const struct bailey_track_rules *track,
		     struct bailey_verdict *verdict);
bool bailey_eval_groups_allow(struct bailey_eval *eval);

/**
 * bailey_eval_set_id() - the group set of a side
 * @eval: begun
 * @s: %BAILEY_SRC or %BAILEY_DST
 *
 * Return: its id, 0 if it has none.
 */
static inline u32 bailey_eval_set_id(const struct bailey_eval *eval, u32 s)
{
	return eval->side[s].set ? eval->side[s].set->id : 0;
}

const char *bailey_reason_name(enum bailey_reason reason);

#endif /* BAILEY_ENGINE_EVALUATE_H */
