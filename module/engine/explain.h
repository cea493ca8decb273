/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explain: a packet judged by bailey_evaluate() itself with its recorder on, and all
 * that it was asked, in order. explain_text.c has the words for it.
 */
#ifndef BAILEY_ENGINE_EXPLAIN_H
#define BAILEY_ENGINE_EXPLAIN_H

#include "evaluate.h"
#include "near.h"
#include "question.h"

/**
 * struct bailey_explain_ops - what explain needs of the world around it
 * @where: fill in where a packet is, from interface names; 0, or -ENODEV for a
 *	   name that no interface has
 * @find: a connection in the table for a packet, copied into @conn; false when
 *	  there is none or no table
 */
struct bailey_explain_ops {
	int (*where)(void *arg, const char *in, const char *out,
		     struct bailey_where *where);
	bool (*find)(void *arg, const struct bailey_eval *eval,
		     struct bailey_conn *conn, u8 *side);
};

/**
 * enum bailey_part - which packet of the exchange it is
 * @BAILEY_PART_REQUEST: the one in question
 * @BAILEY_PART_RESPONSE: what its receiver answers
 * @BAILEY_PART_ERROR: an ICMP error that quotes the request, sent by its receiver: that
 *	it is too big for a link on the way
 * @BAILEY_PART_COUNT: how many there can be
 */
enum bailey_part {
	BAILEY_PART_REQUEST,
	BAILEY_PART_RESPONSE,
	BAILEY_PART_ERROR,
	BAILEY_PART_COUNT
};

/**
 * enum bailey_known - which connection a packet was judged with
 * @BAILEY_KNOWN_NOT_ASKED: nobody looked for one: no groups, or it can have none
 * @BAILEY_KNOWN_NONE: there is none
 * @BAILEY_KNOWN_TABLE: one in the table
 * @BAILEY_KNOWN_IMAGINED: the one that the request would leave in the table
 */
enum bailey_known {
	BAILEY_KNOWN_NOT_ASKED,
	BAILEY_KNOWN_NONE,
	BAILEY_KNOWN_TABLE,
	BAILEY_KNOWN_IMAGINED,
};

/**
 * struct bailey_asked - one of the four questions, asked or not
 * @step: the question; if it was not asked, its layer, side, direction and whom alone
 * @unasked: &enum bailey_unasked
 * @nears: the near misses
 */
struct bailey_asked {
	struct bailey_step step;
	u8 unasked;
	struct bailey_nears nears;
};

#define BAILEY_QUESTIONS	4

/**
 * struct bailey_explained - what became of one packet
 * @part: &enum bailey_part
 * @in: interface it comes in by; "" for this machine
 * @out: interface it leaves by; "" for this machine
 * @packet: the packet
 * @quote: what it quotes (%BAILEY_PART_ERROR)
 * @request: the request of its connection, if a question is about it
 * @where: where it is
 * @exempts_asked: exempt lines were looked at: not in FORWARD
 * @exempt: the exemption that lets it pass, or %BAILEY_EXEMPT_COUNT
 * @default_asked: nothing is attached to one of its interfaces
 * @default_action: what "default" says
 * @known: &enum bailey_known
 * @related: it is an error about @conn
 * @side: which side of @conn sent it, or the packet that it quotes
 * @conn: its connection, if there is one, before it
 * @asked: source side: groups, ACL; destination side: ACL, groups
 * @verdict: what becomes of it
 * @code: why
 */
struct bailey_explained {
	u8 part;
	char in[BAILEY_IFNAME_MAX + 1];
	char out[BAILEY_IFNAME_MAX + 1];
	struct bailey_packet packet;
	struct bailey_packet quote;
	struct bailey_packet request;
	struct bailey_where where;
	bool exempts_asked;
	u8 exempt;
	bool default_asked;
	u8 default_action;
	u8 known;
	bool related;
	u8 side;
	struct bailey_conn conn;
	struct bailey_asked asked[BAILEY_QUESTIONS];
	struct bailey_verdict verdict;
	enum bailey_code code;
};

/**
 * struct bailey_explanation - the answer
 * @count: how many packets were judged
 * @pass: request and response, where it was asked for, pass. The error does not count
 * @at: the packets
 *
 * Some kilobytes: nothing for a kernel's stack. Rules and sides in it are good as long
 * as the binding that it was made with.
 */
struct bailey_explanation {
	u32 count;
	bool pass;
	struct bailey_explained at[BAILEY_PART_COUNT];
};

int bailey_explain(const struct bailey_question *question,
		   const struct bailey_binding *binding,
		   const struct bailey_track_rules *track,
		   const struct bailey_explain_ops *ops, void *arg,
		   struct bailey_explanation *answer, struct bailey_diag *diag);

/* explain_text.c */
void bailey_explanation_print(const struct bailey_policy *policy,
			      const struct bailey_explanation *answer,
			      struct bailey_out *out);
const char *bailey_code_name(enum bailey_code code);
const char *bailey_code_aws_name(enum bailey_code code);
const char *bailey_part_name(enum bailey_part part);

#endif /* BAILEY_ENGINE_EXPLAIN_H */
