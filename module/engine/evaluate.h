/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The questions that a packet is asked, and the verdict: see evaluate.c.
 */
#ifndef BAILEY_ENGINE_EVALUATE_H
#define BAILEY_ENGINE_EVALUATE_H

#include "binding.h"
#include "classifier.h"
#include "conn.h"

/* Where a packet meets the firewall. */
enum bailey_hook {
	BAILEY_HOOK_LOCAL_IN,
	BAILEY_HOOK_LOCAL_OUT,
	BAILEY_HOOK_FORWARD,
};

/* The sides of a packet. */
#define BAILEY_SRC	0
#define BAILEY_DST	1

/**
 * struct bailey_where - where a packet is
 * @hook: &enum bailey_hook
 * @loopback: the interface at LOCAL_IN or LOCAL_OUT is a loopback
 * @ifindex: interface on the source's and on the destination's side; 0 on the
 *	     side that is this machine
 * @master: VRF master of that interface, asked for its attach lines when the
 *	    interface has none; 0 for none
 * @domain: layer 3 domain on each side, 0 for the main one
 * @has_addr: tells whether an address is one of this machine's on an interface;
 *	      NULL means that every address of this machine's side is
 * @world: for @has_addr
 *
 * At LOCAL_IN and LOCAL_OUT the side that is this machine has ifindex 0 and the
 * domain of the other.
 */
struct bailey_where {
	u8 hook;
	bool loopback;
	u32 ifindex[2];
	u32 master[2];
	u32 domain[2];
	bool (*has_addr)(const struct bailey_where *where, u32 ifindex, u8 family,
			 const struct bailey_addr *addr);
	void *world;
};

/**
 * struct bailey_side - one side of a packet
 * @iface: the interface it passes on this side, if the policy speaks of it
 * @attach: the attach line that guards this side, or NULL
 * @endpoint: the endpoint that has the packet's address there, or NULL
 * @set: the groups to be asked, or NULL for none
 * @acl: the ACL to be asked, or NULL for none
 * @ifindex: the interface that the packet passes on this side
 * @box: this side is this machine
 */
struct bailey_side {
	const struct bailey_iface *iface;
	const struct bailey_attach *attach;
	const struct bailey_endpoint *endpoint;
	const struct bailey_set *set;
	const struct bailey_acl *acl;
	u32 ifindex;
	bool box;
};

/* How a question ended. */
enum bailey_answer {
	BAILEY_ANSWER_ALLOW,
	BAILEY_ANSWER_DENY,
	BAILEY_ANSWER_KNOWN,	/* the connection's door has said yes before */
	BAILEY_ANSWER_RELATED,	/* an error about a connection whose door has */
	BAILEY_ANSWER_EXEMPT,	/* an exempt line lets it through */
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
 */
struct bailey_eval {
	const struct bailey_binding *binding;
	const struct bailey_packet *packet;
	const struct bailey_where *where;
	struct bailey_side side[2];
	struct bailey_trace *trace;
	bool skip_groups;
	bool tracked;
};

/**
 * struct bailey_verdict - what becomes of a packet
 * @reason: BAILEY_PASS or why not
 * @hits: how many rules took part
 * @rule: those rules, to be counted
 * @conn_known: it belongs to the connection that was handed in: @next holds
 * @open: a connection is to be made of it: @next and @set hold
 * @doors_changed: a side was asked anew: @set and @epoch go into the connection
 * @revoked: the connection ends: asked again after "revoke cut", a side said no
 * @set: what the doors of the connection remember now, originator first
 * @epoch: the epoch in which they said so
 * @next: state of the connection after this packet
 */
struct bailey_verdict {
	enum bailey_reason reason;
	u8 hits;
	struct bailey_rule *rule[4];
	bool conn_known;
	bool open;
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

/* What the namespace has set about connections. */
struct bailey_track_rules {
	const struct bailey_timeouts *timeouts;
	bool loose;
};

bool bailey_eval_begin(struct bailey_eval *eval,
		       const struct bailey_binding *binding,
		       const struct bailey_packet *packet,
		       enum bailey_reason parsed,
		       const struct bailey_where *where,
		       struct bailey_trace *trace,
		       struct bailey_verdict *verdict);
u8 bailey_eval_key(const struct bailey_eval *eval,
		   const struct bailey_packet *quote,
		   struct bailey_conn_key *key, bool *related);
u32 bailey_eval_rank(const struct bailey_eval *eval,
		     const struct bailey_conn *conn, u8 side, bool related);
void bailey_evaluate(struct bailey_eval *eval,
		     const struct bailey_match_conn *match,
		     const struct bailey_track_rules *track,
		     struct bailey_verdict *verdict);
bool bailey_eval_groups_allow(struct bailey_eval *eval);
const char *bailey_reason_name(enum bailey_reason reason);

#endif /* BAILEY_ENGINE_EVALUATE_H */
